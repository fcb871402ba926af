//! One case: what its folder says, and how the command is run for it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use crate::tree::{Tree, times};

/// A folder that shows a behaviour.
#[derive(Debug, Clone)]
pub(crate) struct Case {
    pub(crate) folder: PathBuf,
}

impl Case {
    pub(crate) fn check(&self) -> Result<(), String> {
        let before = Tree::read(&self.folder.join("in"));
        let run = Run::of(self, &before, &self.args());
        if is_overwriting() {
            self.overwrite(&before, &run);
        }
        self.expect_streams(&run)?;
        self.expect_tree(&before, &run.after)?;
        self.expect_second_run_idle(&run)?;
        self.expect_forms_alike(&before)
    }

    fn expect_streams(&self, run: &Run) -> Result<(), String> {
        same("the exit code", &self.text("code", "0"), &run.code)?;
        same("stdout", &self.text("stdout.txt", ""), &run.stdout)?;
        same("stderr", &self.text("stderr.txt", ""), &run.stderr)
    }

    fn expect_tree(&self, before: &Tree, after: &Tree) -> Result<(), String> {
        let out = self.folder.join("out");
        if out.exists() {
            Tree::read(&out).expect_same(after)
        } else {
            before.expect_same(after)
        }
    }

    fn expect_second_run_idle(&self, run: &Run) -> Result<(), String> {
        if run.code != "0" {
            return Ok(());
        }
        let before = times(run.project.path());
        let again = run_command(self, run.project.path(), &self.args());
        Tree::read(run.project.path())
            .expect_same(&run.after)
            .map_err(|difference| format!("a second run wrote: {difference}"))?;
        if before != times(run.project.path()) {
            return Err("a second run changed time stamps".to_owned());
        }
        same("the exit code of a second run", "0", &exit_code(&again))
    }

    fn overwrite(&self, before: &Tree, run: &Run) {
        let out = self.folder.join("out");
        if out.exists() {
            fs::remove_dir_all(&out).expect("the old snapshot can be removed");
        }
        if before.expect_same(&run.after).is_err() {
            run.after.write(&out);
        }
        self.overwrite_text("code", &run.code, "0");
        self.overwrite_text("stdout.txt", &run.stdout, "");
        self.overwrite_text("stderr.txt", &run.stderr, "");
    }

    fn overwrite_text(&self, name: &str, text: &str, default: &str) {
        let path = self.folder.join(name);
        if text != default {
            fs::write(&path, text).expect("the snapshot can be written");
        } else if path.exists() {
            fs::remove_file(&path).expect("the old snapshot can be removed");
        }
    }

    pub(crate) fn args(&self) -> Vec<String> {
        self.text("args", "")
            .split_whitespace()
            .map(str::to_owned)
            .collect()
    }

    pub(crate) fn text(&self, name: &str, default: &str) -> String {
        fs::read_to_string(self.folder.join(name))
            .map_or(default.to_owned(), |text| text.replace("\r\n", "\n"))
    }
}

/// Whether expectations are written instead of checked.
pub(crate) fn is_overwriting() -> bool {
    std::env::var_os("SNAPSHOTS").is_some_and(|value| value == "overwrite")
}

/// One run of the command on a copy of the files, with what can differ from run to run redacted in the streams.
pub(crate) struct Run {
    pub(crate) project: tempfile::TempDir,
    pub(crate) after: Tree,
    pub(crate) code: String,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
    /// What stdout was before it was redacted.
    pub(crate) data: Vec<u8>,
}

impl Run {
    pub(crate) fn of(case: &Case, before: &Tree, args: &[String]) -> Self {
        let project = tempfile::tempdir().expect("a temporary folder can be made");
        before.write(project.path());
        Self::on(case, project, args)
    }

    /// A run on files that are there.
    pub(crate) fn on(case: &Case, project: tempfile::TempDir, args: &[String]) -> Self {
        let output = run_command(case, project.path(), args);
        let redact = |stream: &[u8]| redact(&String::from_utf8_lossy(stream), project.path());
        Self {
            after: Tree::read(project.path()),
            code: exit_code(&output),
            stdout: redact(&output.stdout),
            stderr: redact(&output.stderr),
            data: output.stdout,
            project,
        }
    }
}

/// Runs the command in the copy at `root` of the files of `case`, without any variable that could steer it.
pub(crate) fn run_command(case: &Case, root: &Path, args: &[String]) -> Output {
    let mut command = Command::new(assert_cmd::cargo::cargo_bin!("flue"));
    command.current_dir(root.join(case.text("start", "").trim()));
    command
        .args(args)
        .env_clear()
        .env("NO_COLOR", "1")
        .stdin(Stdio::null());
    command.output().expect("the command can be run")
}

pub(crate) fn exit_code(output: &Output) -> String {
    output
        .status
        .code()
        .map_or("killed".to_owned(), |code| code.to_string())
}

fn redact(stream: &str, root: &Path) -> String {
    let root = root.canonicalize().expect("the project has a path");
    stream
        .replace("\r\n", "\n")
        .replace(&*root.to_string_lossy(), "[ROOT]")
        .replace(env!("CARGO_PKG_VERSION"), "[VERSION]")
}

/// That both are equal, else how they differ.
pub(crate) fn same(what: &str, expected: &str, found: &str) -> Result<(), String> {
    if expected == found {
        return Ok(());
    }
    let diff = similar::TextDiff::from_lines(expected, found);
    Err(format!(
        "{what} differs:\n{}",
        diff.unified_diff().header("expected", "found")
    ))
}
