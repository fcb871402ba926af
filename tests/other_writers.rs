//! Others who write to the project at the same time lose nothing, and nothing is written outside of it.
#![cfg(unix)]
#![expect(clippy::unwrap_used, reason = "a test that cannot go on panics")]

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use flue_cases::Tree;

/// Rounds of an editor that saves the manifest.
const SAVES: usize = 500;

/// Rounds of someone who swaps a directory for a link.
const SWAPS: usize = 2000;

fn start(root: &Path) -> Child {
    let mut command = Command::new(assert_cmd::cargo::cargo_bin!("flue"));
    command
        .args(["add", "sandbox", "daytona"])
        .current_dir(root);
    let command = command.stdin(Stdio::null()).stderr(Stdio::null());
    command.stdout(Stdio::null()).spawn().unwrap()
}

/// Whoever reads the manifest, adds a line and saves as editors and `cargo add` do, beside it and by a rename, over and
/// over until the run has ended, finds the last one there.
fn save_until_done(case: &str, manifest: &str, line: fn(usize) -> String) {
    let before = flue_cases::before(case);
    for round in 0..SAVES / 2 {
        let project = tempfile::tempdir().unwrap();
        before.write(project.path());
        let (path, beside) = (
            project.path().join(manifest),
            project.path().join("editor.swp"),
        );
        let mut run = start(project.path());
        let mut edits = 0..;
        let (last, status) = loop {
            let text = fs::read_to_string(&path).unwrap() + &line(edits.next().unwrap());
            fs::write(&beside, &text).unwrap();
            fs::rename(&beside, &path).unwrap();
            if let Some(status) = run.try_wait().unwrap() {
                break (text, status);
            }
        };
        let found = fs::read_to_string(&path).unwrap();
        assert_eq!(without_sdk(&found), without_sdk(&last), "round {round}");
        let left = Tree::read(project.path());
        let mut left = left.entries().filter(|(path, _)| {
            let name = path.file_name().unwrap().to_string_lossy();
            name.starts_with(".flue-")
        });
        assert!(!status.success() || left.next().is_none(), "round {round}");
    }
}

/// The run may add its line after the last save.
fn without_sdk(text: &str) -> String {
    let lines = text.split_inclusive('\n');
    lines.filter(|line| !line.contains("daytona")).collect()
}

#[test]
fn no_save_of_a_cargo_manifest_is_lost() {
    save_until_done("add/sandbox_daytona", "Cargo.toml", |edit| {
        format!("# edit {edit}\n")
    });
}

#[test]
fn no_save_of_an_npm_manifest_is_lost() {
    save_until_done("add/npm_sandbox_daytona", "package.json", |_| {
        "\n".to_owned()
    });
}

/// A link out of the project in the place of `src`, there and away again all the time.
#[test]
fn nothing_is_written_outside_while_directories_are_swapped() {
    let before = flue_cases::before("add/sandbox_daytona");
    let outside = tempfile::tempdir().unwrap();
    fs::write(outside.path().join("main.rs"), "fn main() {}\n").unwrap();
    let outside_before = Tree::read(outside.path());
    for round in 0..SWAPS {
        let project = tempfile::tempdir().unwrap();
        before.write(project.path());
        let [source, away, link] = ["src", "away", "link"].map(|name| project.path().join(name));
        symlink(outside.path(), &link).unwrap();
        let mut run = start(project.path());
        while run.try_wait().unwrap().is_none() {
            // Where the run finds no directory it makes one, so that any of these may fail.
            for (from, to) in [
                (&source, &away),
                (&link, &source),
                (&source, &link),
                (&away, &source),
            ] {
                let _ = fs::rename(from, to);
            }
        }
        let same = outside_before.expect_same(&Tree::read(outside.path()));
        assert_eq!(same, Ok(()), "round {round}");
    }
}

#[test]
fn runs_at_the_same_time_end_as_one_would() {
    for case in ["add/sandbox_daytona", "add/npm_sandbox_daytona"] {
        let project = tempfile::tempdir().unwrap();
        flue_cases::before(case).write(project.path());
        let runs = (0..16).map(|_| start(project.path())).collect::<Vec<_>>();
        for mut run in runs {
            assert!(run.wait().unwrap().success());
        }
        let found = Tree::read(project.path());
        assert_eq!(flue_cases::after(case).expect_same(&found), Ok(()));
    }
}
