//! What the command leaves behind compiles, in every case folder in which it succeeds: clippy finds nothing.
//!
//! A case that cannot compile, whatever the command does, says why in a file `no-build`.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};

use libtest_mimic::{Arguments, Failed, Trial};
use walkdir::WalkDir;

fn main() -> ExitCode {
    let cases = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/add");
    let entries = WalkDir::new(&cases)
        .min_depth(1)
        .max_depth(1)
        .sort_by_file_name();
    let folders = entries
        .into_iter()
        .map(|entry| entry.expect("the cases can be listed").into_path());
    let trials = folders.filter(|folder| can_compile(folder)).map(|folder| {
        let name = folder
            .strip_prefix(&cases)
            .unwrap_or(&folder)
            .to_string_lossy()
            .into_owned();
        Trial::test(name, move || check(&folder).map_err(Failed::from))
    });
    // Each thread builds the dependencies once.
    let arguments = Arguments {
        test_threads: Some(2),
        ..Arguments::from_args()
    };
    libtest_mimic::run(&arguments, trials.collect()).exit_code()
}

fn can_compile(case: &Path) -> bool {
    let changes_files = case.join("out").exists();
    changes_files && !case.join("no-build").exists() && find_manifest(&case.join("out")).is_some()
}

fn find_manifest(tree: &Path) -> Option<PathBuf> {
    let entries = WalkDir::new(tree)
        .follow_links(true)
        .sort_by_file_name()
        .into_iter()
        .filter_map(Result::ok);
    entries
        .map(walkdir::DirEntry::into_path)
        .find(|path| path.ends_with("Cargo.toml"))
}

fn check(case: &Path) -> Result<(), String> {
    let project = tempfile::tempdir().expect("a temporary folder can be made");
    copy(&case.join("out"), project.path());
    let manifest = find_manifest(project.path()).ok_or("no manifest")?;
    let output = Command::new(env!("CARGO"))
        .args(["clippy", "--quiet", "--offline", "--workspace"])
        .args(patch("flue-runtime"))
        .args(patch("daytona-sdk"))
        .arg("--manifest-path")
        .arg(manifest)
        .args(["--", "-D", "warnings"])
        .env("CARGO_TARGET_DIR", target_folder())
        .env("CARGO_TERM_COLOR", "never")
        .env_remove("RUSTFLAGS")
        .stdin(Stdio::null())
        .output()
        .expect("cargo can be run");
    if output.status.success() {
        return Ok(());
    }
    Err(String::from_utf8_lossy(&output.stderr).into_owned())
}

/// A folder for the builds of this thread: those in one folder would wait for each other.
fn target_folder() -> PathBuf {
    static THREADS: AtomicUsize = AtomicUsize::new(0);
    thread_local! {
        static THREAD: usize = THREADS.fetch_add(1, Ordering::Relaxed);
    }
    let name = THREAD.with(|thread| format!("generated-{thread}"));
    Path::new(env!("CARGO_TARGET_TMPDIR")).join(name)
}

/// Has the registry's crate come from this checkout.
fn patch(package: &str) -> [String; 2] {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("crates")
        .join(package);
    [
        "--config".to_owned(),
        format!(
            "patch.crates-io.{package}.path={:?}",
            path.display().to_string()
        ),
    ]
}

fn copy(from: &Path, to: &Path) {
    for entry in WalkDir::new(from).min_depth(1) {
        let entry = entry.expect("the case can be read");
        let target = to.join(entry.path().strip_prefix(from).expect("below the case"));
        let copied = if entry.file_type().is_dir() {
            fs::create_dir(&target)
        } else if entry.file_type().is_symlink() {
            link(
                &fs::read_link(entry.path()).expect("the link can be read"),
                &target,
            )
        } else {
            fs::copy(entry.path(), &target).map(drop)
        };
        copied.expect("the copy can be written");
    }
}

#[cfg(unix)]
fn link(target: &Path, path: &Path) -> std::io::Result<()> {
    std::os::unix::fs::symlink(target, path)
}

#[cfg(windows)]
fn link(target: &Path, path: &Path) -> std::io::Result<()> {
    std::os::windows::fs::symlink_file(target, path)
}
