//! Refusals that a case cannot hold: files and directories that may not be changed.
//!
//! Root may change everything, so when the tests run as root the command runs as someone else.
#![cfg(unix)]
#![expect(clippy::unwrap_used, reason = "a test that cannot go on panics")]

use std::fs::{self, Permissions};
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, chown};
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
        let mut command = Command::new(self.command());
        command
            .args(["add", "sandbox", "daytona"])
            .current_dir(self.root())
            .stdin(Stdio::null());
        command.env_clear().env("NO_COLOR", "1");
        if fs::metadata(self.directory.path()).unwrap().uid() == 0 {
            fs::set_permissions(self.directory.path(), Permissions::from_mode(0o755)).unwrap();
            for entry in WalkDir::new(self.root()) {
                chown(entry.unwrap().path(), Some(NOBODY), Some(NOBODY)).unwrap();
            }
            command.uid(NOBODY).gid(NOBODY);
        }
        command.output().unwrap()
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

/// The manifest is written first and is put back.
#[test]
fn a_read_only_source_directory_is_refused() {
    let fixture = Fixture::new();
    fixture.set_mode("src", 0o555);
    fixture.expect_refusal("failed to create the directory");
    fixture.set_mode("src", 0o755);
}

#[test]
fn a_read_only_project_directory_is_refused() {
    let fixture = Fixture::new();
    fixture.set_mode("", 0o555);
    fixture.expect_refusal("failed to update `Cargo.toml`");
    fixture.set_mode("", 0o755);
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
