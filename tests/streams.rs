//! Streams that are closed, full or deserted: the command asks nothing, and ends in order.
#![cfg(unix)]
#![expect(clippy::unwrap_used, reason = "a test that cannot go on panics")]

use std::fs::File;
use std::io::{Read as _, Write as _};
use std::path::Path;
use std::process::{Command, Output, Stdio};

use flue_cases::Tree;

const CASE: &str = "add/sandbox_daytona";

const ADD: [&str; 3] = ["add", "sandbox", "daytona"];

/// What can be asked for without a change to the project, and that it goes to stdout.
const QUESTIONS: [&[&str]; 8] = [
    &["add"],
    &["list"],
    &["list", "--json"],
    &["schema"],
    &["--help"],
    &["--version"],
    &["add", "sandbox", "daytona", "--diff"],
    &["add", "sandbox", "daytona", "--dry-run", "--json"],
];

/// A project of its own for each run.
struct Project(tempfile::TempDir);

impl Project {
    fn new() -> Self {
        let directory = tempfile::tempdir().unwrap();
        flue_cases::before(CASE).write(directory.path());
        Self(directory)
    }

    /// The command in this project, without the variables that steer it.
    fn command(&self, program: impl AsRef<std::ffi::OsStr>) -> Command {
        let mut command = Command::new(program);
        command
            .current_dir(self.0.path())
            .env_remove("NO_COLOR")
            .env_remove("CLICOLOR_FORCE")
            .env("TERM", "xterm-256color")
            .stdin(Stdio::null());
        command
    }

    fn flue(&self, args: &[&str]) -> Command {
        let mut command = self.command(flue());
        command.args(args);
        command
    }

    /// The command below a shell that opens or closes its descriptors as `redirection` says.
    fn flue_with(&self, redirection: &str, args: &[&str]) -> Output {
        let mut command = self.command("sh");
        command.args(["-c", &format!("exec \"$0\" \"$@\" {redirection}")]);
        command.arg(flue()).args(args).output().unwrap()
    }

    fn expect_done(&self) {
        self.expect_files(&flue_cases::after(CASE));
    }

    fn expect_untouched(&self) {
        self.expect_files(&flue_cases::before(CASE));
    }

    fn expect_files(&self, expected: &Tree) {
        assert_eq!(expected.expect_same(&Tree::read(self.0.path())), Ok(()));
    }
}

fn flue() -> &'static Path {
    assert_cmd::cargo::cargo_bin!("flue")
}

fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[test]
fn an_input_that_never_ends_is_not_waited_for() {
    let project = Project::new();
    let (reader, _writer) = std::io::pipe().unwrap();
    let output = project.flue(&ADD).stdin(reader).output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    project.expect_done();
}

#[test]
fn what_waits_in_the_input_is_left_there() {
    let project = Project::new();
    let (mut reader, mut writer) = std::io::pipe().unwrap();
    writer.write_all(b"y\n").unwrap();
    drop(writer);
    let mut command = project.flue(&ADD);
    command.stdin(reader.try_clone().unwrap());
    assert_eq!(command.output().unwrap().status.code(), Some(0));
    let mut left = String::new();
    reader.read_to_string(&mut left).unwrap();
    assert_eq!(left, "y\n");
}

#[test]
fn descriptors_may_be_closed() {
    for redirection in ["<&-", ">&-", "2>&-", "<&- >&- 2>&-"] {
        for args in [&ADD[..], &["add", "sandbox", "daytona", "--json"]] {
            let project = Project::new();
            let output = project.flue_with(redirection, args);
            assert_eq!(output.status.code(), Some(0), "{redirection} {args:?}");
            // What is written must not end up in a file that took the number of a closed descriptor.
            project.expect_done();
        }
    }
}

#[test]
fn a_reader_that_has_gone_is_no_error() {
    for args in QUESTIONS {
        let project = Project::new();
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let output = project.flue(args).stdout(writer).output().unwrap();
        assert_eq!(output.status.code(), Some(0), "{args:?}");
        assert!(!stderr(&output).contains("error"), "{}", stderr(&output));
    }
}

#[test]
fn nobody_has_to_read_what_is_said_to_people() {
    let project = Project::new();
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    let output = project.flue(&ADD).stderr(writer).output().unwrap();
    assert_eq!(output.status.code(), Some(0));
    project.expect_done();
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_behind_stdout_is_told_once() {
    for args in QUESTIONS {
        let project = Project::new();
        let full = File::options().write(true).open("/dev/full").unwrap();
        let output = project.flue(args).stdout(full).output().unwrap();
        assert_eq!(output.status.code(), Some(1), "{args:?}");
        let expected = "error: failed to write to stdout\n\nCaused by:\n  No space left on device (os error 28)\n";
        assert_eq!(stderr(&output), expected, "{args:?}");
        project.expect_untouched();
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_report_that_is_lost_is_not_taken_for_a_run_that_changed_nothing() {
    let project = Project::new();
    let full = File::options().write(true).open("/dev/full").unwrap();
    let args = ["add", "sandbox", "daytona", "--json"];
    let output = project.flue(&args).stdout(full).output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    let told = stderr(&output);
    let expected = "error: the changes are made, but the report on them is lost\n";
    assert!(told.starts_with(expected), "{told}");
    project.expect_done();
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_behind_stderr_changes_nothing() {
    let project = Project::new();
    let full = File::options().write(true).open("/dev/full").unwrap();
    let output = project.flue(&ADD).stderr(full).output().unwrap();
    assert_eq!(output.status.code(), Some(0));
    project.expect_done();
}
