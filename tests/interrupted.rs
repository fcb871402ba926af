//! A run that was killed leaves whole files, in the order in which they are written: the next run does the rest and
//! sweeps up.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on panics")]

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use flue_cases::{Entry, Tree};

const CASE: &str = "add/sandbox_daytona";

/// What a run writes, in its order.
const WRITTEN: [&str; 4] = [
    "Cargo.toml",
    "src/sandboxes/daytona.rs",
    "src/sandboxes/mod.rs",
    "src/main.rs",
];

/// Where a run writes the text of the file at `path` before it renames.
fn temporary(path: &Path) -> PathBuf {
    path.with_file_name(format!(
        ".{}.flue-tmp",
        path.file_name().unwrap().to_string_lossy()
    ))
}

fn expect_finished(state: &Tree, finished: &Tree) {
    let project = tempfile::tempdir().unwrap();
    state.write(project.path());
    let mut command = Command::new(assert_cmd::cargo::cargo_bin!("flue"));
    command
        .args(["add", "sandbox", "daytona"])
        .current_dir(project.path())
        .stdin(Stdio::null())
        .stderr(Stdio::null());
    assert!(command.status().unwrap().success());
    assert_eq!(finished.expect_same(&Tree::read(project.path())), Ok(()));
}

fn file(bytes: &[u8]) -> Entry {
    Entry::File(bytes.to_vec())
}

#[test]
fn the_next_run_finishes_what_a_killed_one_began() {
    let finished = flue_cases::after(CASE);
    for (done, path) in WRITTEN.iter().map(Path::new).enumerate() {
        let mut state = flue_cases::before(CASE);
        for path in WRITTEN[..done].iter().map(Path::new) {
            state.insert(path, file(finished.file(path).unwrap()));
        }
        let whole = finished.file(path).unwrap();
        state.insert(&temporary(path), file(&whole[..whole.len() / 2]));
        expect_finished(&state, &finished);
    }
}

/// As after a run that was killed while it put everything back.
#[test]
fn the_next_run_sweeps_up_beside_files_that_it_leaves_alone() {
    let finished = flue_cases::after(CASE);
    for path in &WRITTEN[..3] {
        let mut state = finished.clone();
        state.remove(Path::new("src/sandboxes/mod.rs"));
        state.insert(&temporary(Path::new(path)), file(b""));
        expect_finished(&state, &finished);
    }
}

/// As after a run that was killed before it could remove what it had no more use for.
#[test]
fn a_run_with_nothing_else_to_do_sweeps_up() {
    let finished = flue_cases::after(CASE);
    let mut state = finished.clone();
    for path in WRITTEN {
        state.insert(&temporary(Path::new(path)), file(b""));
    }
    expect_finished(&state, &finished);
}
