//! One case: how the command is run for it, and what has to come of it.

use std::collections::BTreeMap;
use std::fs::{self, Permissions};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::SystemTime;

use flue_cases::{Case, Outcome, Pristine, Store, Tree, same};
use walkdir::WalkDir;

use crate::forms;

pub(crate) fn check(store: &Store, name: &str) -> Result<(), String> {
    let case = store.case(name)?;
    let pristine = store.pristine();
    let expected = case.expected(pristine)?;
    let run = Run::of(&case, &case.args, pristine);
    expect_outcome(&expected, &run.outcome)?;
    expect_second_run_idle(&case, &run)?;
    forms::expect_alike(&case, pristine)
}

fn expect_outcome(expected: &Outcome, found: &Outcome) -> Result<(), String> {
    same("the exit code", &expected.code, &found.code)?;
    same("stdout", &expected.stdout, &found.stdout)?;
    same("stderr", &expected.stderr, &found.stderr)?;
    expected.after.expect_same(&found.after)
}

fn expect_second_run_idle(case: &Case, run: &Run) -> Result<(), String> {
    let is_unwritten = case.before.expect_same(&run.outcome.after).is_ok();
    if is_unwritten && run.started_with != Marks::of(run.project.path()) {
        return Err("nothing is written, and time stamps have changed".to_owned());
    }
    if run.outcome.code != "0" {
        return Ok(());
    }
    let before = Marks::of(run.project.path());
    let again = run_command(case, run.project.path(), &case.args);
    Tree::read(run.project.path())
        .expect_same(&run.outcome.after)
        .map_err(|difference| format!("a second run wrote: {difference}"))?;
    if before != Marks::of(run.project.path()) {
        return Err("a second run changed time stamps".to_owned());
    }
    same("the exit code of a second run", "0", &exit_code(&again))
}

/// When each file, directory and link was written last, and who may do what with it, by its path below the root.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Marks(BTreeMap<PathBuf, (SystemTime, Permissions)>);

impl Marks {
    pub(crate) fn of(root: &Path) -> Self {
        let marks = WalkDir::new(root).into_iter().map(|entry| {
            let entry = entry.expect("the project can be listed");
            let path = entry.path().strip_prefix(root).expect("it is below");
            let metadata = entry.path().symlink_metadata();
            let metadata = metadata.expect("what is there can be looked at");
            let modified = metadata.modified().expect("the system keeps time stamps");
            (path.to_owned(), (modified, metadata.permissions()))
        });
        Self(marks.collect())
    }

    pub(crate) fn time(&self, path: &Path) -> Option<SystemTime> {
        self.0.get(path).map(|(time, _)| *time)
    }

    pub(crate) fn permissions(&self, path: &Path) -> Option<&Permissions> {
        self.0.get(path).map(|(_, permissions)| permissions)
    }
}

/// Gives the files below `root` a mode that nothing gives them by itself.
fn restrict(root: &Path) {
    #[cfg(unix)]
    for entry in WalkDir::new(root) {
        use std::os::unix::fs::PermissionsExt as _;
        let entry = entry.expect("the project can be listed");
        if entry.file_type().is_file() {
            let mode = Permissions::from_mode(0o640);
            fs::set_permissions(entry.path(), mode).expect("the files are ours");
        }
    }
    #[cfg(not(unix))]
    let _ = root;
}

/// One run of the command on a copy of the files, with what can differ from run to run redacted in the streams.
pub(crate) struct Run {
    pub(crate) project: tempfile::TempDir,
    pub(crate) outcome: Outcome,
    /// What stdout was before it was redacted.
    pub(crate) data: Vec<u8>,
    /// The files as they were before the first run.
    pub(crate) started_with: Marks,
}

impl Run {
    pub(crate) fn of(case: &Case, args: &[String], pristine: &Pristine) -> Self {
        let project = tempfile::tempdir().expect("a temporary directory can be made");
        case.before.write(project.path());
        restrict(project.path());
        let started_with = Marks::of(project.path());
        Self::on(case, project, started_with, args, pristine)
    }

    /// Another run on what this one has left.
    pub(crate) fn then(self, case: &Case, args: &[String], pristine: &Pristine) -> Self {
        Self::on(case, self.project, self.started_with, args, pristine)
    }

    fn on(
        case: &Case,
        project: tempfile::TempDir,
        started_with: Marks,
        args: &[String],
        pristine: &Pristine,
    ) -> Self {
        let output = run_command(case, project.path(), args);
        let redact = |stream: &[u8]| redact(&String::from_utf8_lossy(stream), project.path());
        let outcome = Outcome {
            after: Tree::read(project.path()),
            code: exit_code(&output),
            stdout: pristine.abbreviate(&redact(&output.stdout)),
            stderr: redact(&output.stderr),
        };
        Self {
            outcome,
            data: output.stdout,
            project,
            started_with,
        }
    }
}

/// Runs the command in the copy at `root` of the files of `case`, without any variable that could steer it.
fn run_command(case: &Case, root: &Path, args: &[String]) -> Output {
    let mut command = Command::new(assert_cmd::cargo::cargo_bin!("flue"));
    command.current_dir(root.join(&case.start));
    command
        .args(args)
        .env_clear()
        .env("NO_COLOR", "1")
        .stdin(Stdio::null());
    command.output().expect("the command can be run")
}

fn exit_code(output: &Output) -> String {
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
