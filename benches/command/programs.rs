//! The programs that are measured, built as they are released.

use std::path::{Path, PathBuf};
use std::process::Command;

/// The case whose files are written.
pub(crate) const CASE: &str = "add/sandbox_daytona";

/// The case whose adapter is outdated and has edits, and what brings it up to date.
pub(crate) const OUTDATED: &str = "update/npm_edited";
pub(crate) const UPDATE: [&str; 2] = ["update", "--quiet"];

fn directory() -> &'static Path {
    Path::new(env!("CARGO_TARGET_TMPDIR"))
}

pub(crate) struct Programs {
    pub(crate) flue: PathBuf,
    pub(crate) minimal: PathBuf,
    pub(crate) description: String,
}

impl Programs {
    /// Builds `flue` as the release does and the minimal program alike: static where that target is installed.
    pub(crate) fn build() -> Self {
        let musl = format!("{}-unknown-linux-musl", std::env::consts::ARCH);
        match is_installed(&musl) {
            true => Self {
                flue: build_flue(&musl),
                minimal: build_minimal(&["--target", &musl]),
                description: format!("static, for {musl}"),
            },
            false => Self {
                flue: assert_cmd::cargo::cargo_bin!("flue").to_owned(),
                minimal: build_minimal(&[]),
                description: format!(
                    "linked dynamically, since the target {musl} is not installed"
                ),
            },
        }
    }
}

fn is_installed(target: &str) -> bool {
    let asked = Command::new("rustc")
        .args(["--print", "target-libdir", "--target", target])
        .output();
    asked.is_ok_and(|output| {
        let directory = String::from_utf8_lossy(&output.stdout);
        Path::new(directory.trim()).is_dir()
    })
}

fn build_flue(target: &str) -> PathBuf {
    let target_dir = directory().join("release");
    run(Command::new(env!("CARGO"))
        .args(["build", "--quiet", "--release", "--locked", "--bin", "flue"])
        .args(["--target", target, "--target-dir"])
        .arg(&target_dir)
        .current_dir(env!("CARGO_MANIFEST_DIR")));
    target_dir.join(target).join("release/flue")
}

fn build_minimal(target: &[&str]) -> PathBuf {
    let program = directory().join("minimal");
    let files = directory().join("written");
    flue_cases::after(CASE).write(&files);
    let source = concat!(env!("CARGO_MANIFEST_DIR"), "/benches/command/minimal.rs");
    run(Command::new("rustc")
        .args([
            "--edition",
            "2024",
            "-O",
            "-C",
            "panic=abort",
            "-C",
            "strip=symbols",
        ])
        .args(target)
        .args([source, "-o"])
        .arg(&program)
        .env("CASE", files));
    program
}

/// Runs `command` to its end, which has to be a good one.
pub(crate) fn run(command: &mut Command) {
    let status = command.status().expect("the program can be started");
    assert!(status.success(), "{command:?}: {status}");
}
