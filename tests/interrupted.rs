//! A run that was killed leaves whole files, in the order in which they are written: the next run does the rest and
//! sweeps up.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on panics")]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use walkdir::WalkDir;

const CASE: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/tests/cases/add/sandbox_daytona"
);

/// What a run writes, in its order.
const WRITTEN: [&str; 4] = [
    "Cargo.toml",
    "src/sandboxes/daytona.rs",
    "src/sandboxes/mod.rs",
    "src/main.rs",
];

fn files(root: &Path) -> BTreeMap<PathBuf, String> {
    let entries = WalkDir::new(root).into_iter().map(|entry| entry.unwrap());
    let files = entries.filter(|entry| entry.file_type().is_file());
    files
        .map(|file| {
            let path = file.path().strip_prefix(root).unwrap().to_owned();
            (path, fs::read_to_string(file.path()).unwrap())
        })
        .collect()
}

fn write(root: &Path, files: &BTreeMap<PathBuf, String>) {
    for (path, text) in files {
        let path = root.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
}

/// Where a run writes the text of the file at `path` before it renames.
fn temporary(path: &Path) -> PathBuf {
    path.with_file_name(format!(
        ".{}.flue-tmp",
        path.file_name().unwrap().to_string_lossy()
    ))
}

fn expect_finished(root: &Path, finished: &BTreeMap<PathBuf, String>) {
    let mut command = Command::new(assert_cmd::cargo::cargo_bin!("flue"));
    command
        .args(["add", "sandbox", "daytona"])
        .current_dir(root)
        .stdin(Stdio::null())
        .stderr(Stdio::null());
    assert!(command.status().unwrap().success());
    assert_eq!(&files(root), finished);
}

#[test]
fn the_next_run_finishes_what_a_killed_one_began() {
    let before = files(&Path::new(CASE).join("in"));
    let finished = files(&Path::new(CASE).join("out"));
    for (done, path) in WRITTEN.iter().enumerate() {
        let project = tempfile::tempdir().unwrap();
        let mut state = before.clone();
        for path in &WRITTEN[..done] {
            state.insert(path.into(), finished[Path::new(path)].clone());
        }
        let half = finished[Path::new(path)].len() / 2;
        state.insert(
            temporary(Path::new(path)),
            finished[Path::new(path)][..half].to_owned(),
        );
        write(project.path(), &state);
        expect_finished(project.path(), &finished);
    }
}

/// As after a run that was killed while it put everything back.
#[test]
fn the_next_run_sweeps_up_beside_files_that_it_leaves_alone() {
    let finished = files(&Path::new(CASE).join("out"));
    for path in &WRITTEN[..3] {
        let project = tempfile::tempdir().unwrap();
        let mut state = finished.clone();
        state.remove(Path::new("src/sandboxes/mod.rs"));
        state.insert(temporary(Path::new(path)), String::new());
        write(project.path(), &state);
        expect_finished(project.path(), &finished);
    }
}

/// As after a run that was killed before it could remove what it had no more use for.
#[test]
fn a_run_with_nothing_else_to_do_sweeps_up() {
    let finished = files(&Path::new(CASE).join("out"));
    let project = tempfile::tempdir().unwrap();
    let mut state = finished.clone();
    for path in WRITTEN {
        state.insert(temporary(Path::new(path)), String::new());
    }
    write(project.path(), &state);
    expect_finished(project.path(), &finished);
}
