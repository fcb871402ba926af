//! Two runs at once end as one would have.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on panics")]

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use walkdir::WalkDir;

const CASE: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/tests/cases/add/sandbox_daytona"
);

fn files(root: &Path) -> Vec<(String, Option<String>)> {
    let entries = WalkDir::new(root)
        .sort_by_file_name()
        .into_iter()
        .map(|entry| entry.unwrap());
    let relative = |path: &Path| path.strip_prefix(root).unwrap().display().to_string();
    entries
        .map(|entry| {
            (
                relative(entry.path()),
                fs::read_to_string(entry.path()).ok(),
            )
        })
        .collect()
}

#[test]
fn runs_at_the_same_time_end_as_one_would() {
    let project = tempfile::tempdir().unwrap();
    fs::create_dir(project.path().join("src")).unwrap();
    for file in ["Cargo.toml", "src/main.rs"] {
        fs::copy(
            Path::new(CASE).join("in").join(file),
            project.path().join(file),
        )
        .unwrap();
    }
    let start = || {
        let mut command = Command::new(assert_cmd::cargo::cargo_bin!("flue"));
        command
            .args(["add", "sandbox", "daytona"])
            .current_dir(project.path());
        command
            .stdin(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap()
    };
    let runs = (0..16).map(|_| start()).collect::<Vec<_>>();
    for mut run in runs {
        assert!(run.wait().unwrap().success());
    }
    assert_eq!(files(project.path()), files(&Path::new(CASE).join("out")));
}
