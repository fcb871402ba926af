//! Streams that are closed, full, deserted or a terminal: the command asks nothing, and ends in order.
#![cfg(unix)]
#![expect(clippy::unwrap_used, reason = "a test that cannot go on panics")]

use std::fs::{self, File};
use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use walkdir::WalkDir;

const CASE: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/tests/cases/add/sandbox_daytona"
);

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
        let folder = tempfile::tempdir().unwrap();
        for (path, bytes) in files(&Path::new(CASE).join("in")) {
            let path = folder.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, bytes).unwrap();
        }
        Self(folder)
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
        let expected = files(&Path::new(CASE).join("out"));
        assert_eq!(files(self.0.path()), expected);
    }

    fn expect_untouched(&self) {
        let expected = files(&Path::new(CASE).join("in"));
        assert_eq!(files(self.0.path()), expected);
    }
}

fn flue() -> &'static Path {
    assert_cmd::cargo::cargo_bin!("flue")
}

fn files(root: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let entries = WalkDir::new(root).sort_by_file_name().into_iter();
    let files = entries
        .map(|entry| entry.unwrap())
        .filter(|entry| entry.file_type().is_file());
    files
        .map(|entry| {
            let path = entry.path().strip_prefix(root).unwrap().to_owned();
            (path, fs::read(entry.path()).unwrap())
        })
        .collect()
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

/// A terminal of its own, from `script` of util-linux.
#[cfg(target_os = "linux")]
mod terminal {
    use super::*;

    /// What stands on the screen of a terminal with so many columns after `command`, with escapes, and the exit code.
    fn screen(project: &Project, columns: u32, command: &str) -> (String, Option<i32>) {
        let flue = flue().display();
        let command = format!("stty cols {columns} rows 50; '{flue}' {command}");
        let mut script = project.command("script");
        script.args(["--quiet", "--return", "--command", &command, "/dev/null"]);
        let output = script
            .output()
            .expect("`script` of util-linux is installed");
        let text = String::from_utf8(output.stdout).unwrap();
        (text.replace("\r\n", "\n"), output.status.code())
    }

    fn without_escapes(text: &str) -> String {
        let mut parts = text.split('\u{1b}');
        let first = parts.next().unwrap_or_default().to_owned();
        let rest = parts.map(|part| part.split_once('m').map_or(part, |(_, rest)| rest));
        rest.fold(first, |text, part| text + part)
    }

    #[test]
    fn nothing_is_asked() {
        let project = Project::new();
        let (text, code) = screen(&project, 80, "add sandbox daytona");
        assert_eq!(code, Some(0), "{text}");
        project.expect_done();
    }

    #[test]
    fn prose_is_broken_at_the_width_and_lines_of_code_are_not() {
        let project = Project::new();
        let (text, _) = screen(&project, 50, "add sandbox daytona --color never");
        let note = "note: set `DAYTONA_API_KEY` before the application\n      runs: it authenticates with the Daytona API\n";
        assert!(text.contains(note), "{text}");
        let code = "\n    use daytona_sdk::{CreateSandboxParams, Daytona};\n";
        assert!(text.contains(code), "{text}");
    }

    #[test]
    fn colour_says_nothing_that_the_words_do_not() {
        let coloured = screen(&Project::new(), 80, "add sandbox daytona --dry-run -C .");
        let plain = screen(
            &Project::new(),
            80,
            "add sandbox daytona --dry-run -C . --color never",
        );
        let place = |text: &str| text.lines().skip(1).collect::<Vec<_>>().join("\n");
        assert_ne!(coloured.0, without_escapes(&coloured.0));
        assert_eq!(place(&without_escapes(&coloured.0)), place(&plain.0));
    }

    #[test]
    fn a_patch_is_coloured_for_people_only() {
        let project = Project::new();
        let (text, _) = screen(&project, 80, "add sandbox daytona --diff");
        assert!(
            text.contains("\u{1b}[32m+daytona-sdk = \"0.1\"\u{1b}[0m\n"),
            "{text}"
        );
        let mut piped = project.flue(&["add", "sandbox", "daytona", "--diff"]);
        assert!(!piped.output().unwrap().stdout.contains(&0x1b));
    }
}
