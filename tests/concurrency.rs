//! Two runs at once end as one would have.

use std::process::{Command, Stdio};

use flue_cases::Tree;

#[test]
fn runs_at_the_same_time_end_as_one_would() {
    let project = tempfile::tempdir().unwrap();
    flue_cases::before("add/sandbox_daytona").write(project.path());
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
    let expected = flue_cases::after("add/sandbox_daytona");
    assert_eq!(expected.expect_same(&Tree::read(project.path())), Ok(()));
}
