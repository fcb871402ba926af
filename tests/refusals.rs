//! Refusals that a case cannot hold: files and directories that may not be changed.
//!
//! Root may change everything, so when the tests run as root the command runs as someone else.
#![cfg(unix)]
#![expect(clippy::print_stdout, reason = "says what it skips")]
#![expect(clippy::unwrap_used, reason = "a test that cannot go on panics")]

use std::fs::{self, Permissions};
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, lchown};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use walkdir::WalkDir;

/// The user and group `nobody` on Linux; any number but 0 serves.
const NOBODY: u32 = 65534;

const MANIFEST: &str = "[package]\nname = \"my-agent\"\nedition = \"2024\"\n\n[dependencies]\nflue-runtime = \"0.1\"\n";

/// A project, and the command beside it where everyone may start it.
struct Fixture {
    directory: tempfile::TempDir,
}

impl Fixture {
    fn new() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let fixture = Self { directory };
        let source = fixture.root().join("src");
        fs::create_dir_all(&source).unwrap();
        fs::write(fixture.root().join("Cargo.toml"), MANIFEST).unwrap();
        fs::write(source.join("main.rs"), "fn main() {}\n").unwrap();
        fs::copy(assert_cmd::cargo::cargo_bin!("flue"), fixture.command()).unwrap();
        fixture
    }

    fn root(&self) -> PathBuf {
        self.directory.path().join("project")
    }

    fn command(&self) -> PathBuf {
        self.directory.path().join("flue")
    }

    fn set_mode(&self, path: &str, mode: u32) {
        fs::set_permissions(self.root().join(path), Permissions::from_mode(mode)).unwrap();
    }

    fn run(&self) -> Output {
        self.flue(&["add", "sandbox", "daytona"])
    }

    fn flue(&self, args: &[&str]) -> Output {
        let mut command = Command::new(self.command());
        command
            .args(args)
            .current_dir(self.root())
            .stdin(Stdio::null());
        command.env_clear().env("NO_COLOR", "1");
        if fs::metadata(self.directory.path()).unwrap().uid() == 0 {
            fs::set_permissions(self.directory.path(), Permissions::from_mode(0o755)).unwrap();
            for entry in WalkDir::new(self.root()) {
                lchown(entry.unwrap().path(), Some(NOBODY), Some(NOBODY)).unwrap();
            }
            command.uid(NOBODY).gid(NOBODY);
        }
        loop {
            match command.output() {
                // Another test has just started a process, which for a moment holds our copy open as it was written.
                Err(error) if error.kind() == std::io::ErrorKind::ExecutableFileBusy => {}
                output => return output.unwrap(),
            }
        }
    }

    fn files(&self) -> Vec<(PathBuf, Option<Vec<u8>>)> {
        let entries = WalkDir::new(self.root()).sort_by_file_name();
        entries
            .into_iter()
            .map(|entry| entry.unwrap().into_path())
            .map(|path| (path.clone(), fs::read(&path).ok()))
            .collect()
    }

    fn expect_refusal(&self, expect: &str) {
        let before = self.files();
        let output = self.run();
        let stderr = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(1), "{stderr}");
        assert!(stderr.contains(expect), "{stderr}");
        assert_eq!(before, self.files());
    }
}

#[test]
fn a_read_only_manifest_is_refused() {
    let fixture = Fixture::new();
    fixture.set_mode("Cargo.toml", 0o444);
    fixture.expect_refusal("`Cargo.toml` is read-only and has to change");
}

#[test]
fn an_unreadable_manifest_is_refused() {
    let fixture = Fixture::new();
    fixture.set_mode("Cargo.toml", 0o000);
    fixture.expect_refusal("Permission denied");
}

#[test]
fn a_read_only_crate_root_is_refused() {
    let fixture = Fixture::new();
    fixture.set_mode("src/main.rs", 0o444);
    fixture.expect_refusal("`src/main.rs` is read-only and has to change");
}

/// The manifest would be written first: it is not touched.
#[test]
fn a_read_only_source_directory_is_refused() {
    let fixture = Fixture::new();
    fixture.set_mode("src", 0o555);
    fixture.expect_refusal(
        "the directory `src` has to change, and cannot be written: Permission denied",
    );
    fixture.set_mode("src", 0o755);
}

#[test]
fn a_read_only_project_directory_is_refused() {
    let fixture = Fixture::new();
    fixture.set_mode("", 0o555);
    fixture.expect_refusal(
        "the directory `.` has to change, and cannot be written: Permission denied",
    );
    fixture.set_mode("", 0o755);
}

#[test]
fn what_cannot_be_looked_at_is_not_absent() {
    let links = [
        ("src", "nowhere"),
        ("src", "src"),
        ("src/main.rs", "nowhere"),
        ("src/main.rs", "main.rs"),
    ];
    for (path, target) in links {
        let fixture = Fixture::new();
        let path = fixture.root().join(path);
        match path.is_dir() {
            true => fs::remove_dir_all(&path).unwrap(),
            false => fs::remove_file(&path).unwrap(),
        }
        std::os::unix::fs::symlink(target, &path).unwrap();
        let expect = match target {
            "nowhere" => "the link leads to nothing",
            _ => "Too many levels of symbolic links",
        };
        fixture.expect_refusal(expect);
    }
    let fixture = Fixture::new();
    fixture.set_mode("src", 0o000);
    fixture.expect_refusal("Permission denied");
    fixture.set_mode("src", 0o755);
}

#[test]
fn nothing_that_is_no_file_is_waited_for() {
    for path in ["Cargo.toml", "src/main.rs", "src/sandboxes/daytona.rs"] {
        let fixture = Fixture::new();
        let path = fixture.root().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        let _ = fs::remove_file(&path);
        assert!(
            Command::new("mkfifo")
                .arg(&path)
                .status()
                .unwrap()
                .success()
        );
        let output = fixture.run();
        let stderr = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(1), "{stderr}");
        assert!(stderr.contains("it is not a regular file"), "{stderr}");
    }
}

#[test]
fn files_that_are_too_large_are_refused() {
    for path in ["Cargo.toml", "src/main.rs"] {
        let fixture = Fixture::new();
        let file = fs::OpenOptions::new()
            .append(true)
            .open(fixture.root().join(path))
            .unwrap();
        file.set_len(1 << 40).unwrap();
        drop(file);
        let output = fixture.run();
        let stderr = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(1), "{stderr}");
        assert!(
            stderr.contains("the file has 1048576 MiB, and `flue` reads"),
            "{stderr}"
        );
    }
}

#[test]
fn long_names_leave_room_for_temporaries() {
    let fixture = Fixture::new();
    let name = format!("{}.rs", "a".repeat(247));
    fs::rename(
        fixture.root().join("src/main.rs"),
        fixture.root().join("src").join(&name),
    )
    .unwrap();
    let manifest = format!("{MANIFEST}\n[lib]\npath = \"src/{name}\"\n");
    fs::write(fixture.root().join("Cargo.toml"), manifest).unwrap();
    let output = fixture.run();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
}

#[test]
fn modes_survive_a_change() {
    let fixture = Fixture::new();
    fixture.set_mode("Cargo.toml", 0o640);
    assert!(fixture.run().status.success());
    assert_eq!(mode(&fixture.root().join("Cargo.toml")), 0o640);
    assert_ne!(
        mode(&fixture.root().join("src/sandboxes/daytona.rs")),
        0o600,
        "as any new file of the user"
    );
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

/// A changed file is a new one, so that its other names keep the old text; that is said.
#[test]
fn other_names_of_a_file_are_told() {
    let fixture = Fixture::new();
    let other = fixture.root().join("other-name");
    fs::hard_link(fixture.root().join("Cargo.toml"), &other).unwrap();
    let output = fixture.run();
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.success(), "{stderr}");
    let expect = "`Cargo.toml` has another name in the file system, which keeps the old text";
    assert!(stderr.contains(expect), "{stderr}");
    assert_eq!(fs::read_to_string(&other).unwrap(), MANIFEST);

    // What goes again is told in the same way.
    fs::remove_file(&other).unwrap();
    fs::hard_link(fixture.root().join("Cargo.toml"), &other).unwrap();
    let output = fixture.flue(&["remove", "sandbox", "daytona"]);
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.success(), "{stderr}");
    assert!(stderr.contains(expect), "{stderr}");
    assert_eq!(
        fs::read_to_string(fixture.root().join("Cargo.toml")).unwrap(),
        MANIFEST
    );
}

/// Where the file system has extended attributes; a list of access rights is one of them.
#[cfg(any(target_os = "linux", target_os = "android", target_vendor = "apple"))]
#[test]
fn extended_attributes_survive_a_change() {
    use rustix::fs::{XattrFlags, getxattr, setxattr};
    let fixture = Fixture::new();
    let manifest = fixture.root().join("Cargo.toml");
    if setxattr(&manifest, "user.test", b"kept", XattrFlags::empty()).is_err() {
        println!("skipped: the temporary directory has no extended attributes");
        return;
    }
    assert!(fixture.run().status.success());
    let mut value = [0; 4];
    assert_eq!(getxattr(&manifest, "user.test", &mut value), Ok(4));
    assert_eq!(&value, b"kept");
}
