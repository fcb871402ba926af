//! The behaviour of the command, one folder a case.
//!
//! `tests/cases/<command>/<case>/` holds
//!
//! - `args`: the arguments, split at blanks;
//! - `in/`: the files before, and `start` beside it: the folder below `in/` to run in, absent for `in/` itself;
//! - `out/`: all files afterwards, absent when they must equal `in/`;
//! - `stdout.txt` and `stderr.txt`, absent when empty; `code`, absent for 0.
//!
//! Each case runs three times: for what it shows, with `--dry-run`, which must say the same and write nothing, and
//! once more on the result, which must leave bytes and time stamps alone.
//!
//! `SNAPSHOTS=overwrite cargo test --test cases` rewrites the expectations; read the difference as you read code.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{ExitCode, Output, Stdio};
use std::time::SystemTime;

use libtest_mimic::{Arguments, Failed, Trial};
use walkdir::WalkDir;

fn main() -> ExitCode {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases");
    let trials = case_folders(&root).into_iter().map(|folder| {
        let name = folder
            .strip_prefix(&root)
            .unwrap_or(&folder)
            .to_string_lossy()
            .replace('\\', "/");
        Trial::test(name, move || Case { folder }.check().map_err(Failed::from))
    });
    libtest_mimic::run(&Arguments::from_args(), trials.collect()).exit_code()
}

fn case_folders(root: &Path) -> Vec<PathBuf> {
    let entries = WalkDir::new(root)
        .min_depth(2)
        .max_depth(2)
        .sort_by_file_name();
    entries
        .into_iter()
        .map(|entry| entry.expect("the cases can be listed").into_path())
        .collect()
}

struct Case {
    folder: PathBuf,
}

impl Case {
    fn check(&self) -> Result<(), String> {
        let before = Tree::read(&self.folder.join("in"));
        let run = Run::of(self, &before, &[]);
        if std::env::var_os("SNAPSHOTS").is_some_and(|value| value == "overwrite") {
            self.overwrite(&before, &run);
        }
        self.expect_streams(&run)?;
        self.expect_tree(&before, &run.after)?;
        self.expect_dry_run_alike(&before, &run)?;
        self.expect_second_run_idle(&run)
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

    fn expect_dry_run_alike(&self, before: &Tree, run: &Run) -> Result<(), String> {
        let args = self.args();
        // Colour would stand in the middle of the note.
        if args.iter().any(|arg| arg == "--color") {
            return Ok(());
        }
        if !args.starts_with(&["add".to_owned()])
            || args.len() < 3
            || args.iter().any(|arg| arg == "--dry-run")
        {
            return Ok(());
        }
        let dry = Run::of(self, before, &["--dry-run"]);
        let note = "note: this was a dry run, nothing was written\n";
        before
            .expect_same(&dry.after)
            .map_err(|difference| format!("a dry run wrote: {difference}"))?;
        same("the exit code of the dry run", &run.code, &dry.code)?;
        same("stdout of the dry run", &run.stdout, &dry.stdout)?;
        same(
            "stderr of the dry run",
            &run.stderr,
            &dry.stderr.replace(note, ""),
        )
    }

    fn expect_second_run_idle(&self, run: &Run) -> Result<(), String> {
        if run.code != "0" {
            return Ok(());
        }
        let before = times(run.project.path());
        let again = run_command(self, run.project.path(), &[]);
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

    fn args(&self) -> Vec<String> {
        self.text("args", "")
            .split_whitespace()
            .map(str::to_owned)
            .collect()
    }

    fn text(&self, name: &str, default: &str) -> String {
        fs::read_to_string(self.folder.join(name))
            .map_or(default.to_owned(), |text| text.replace("\r\n", "\n"))
    }
}

/// One run of the command on a copy of the files, with what can differ from run to run redacted.
struct Run {
    project: tempfile::TempDir,
    after: Tree,
    code: String,
    stdout: String,
    stderr: String,
}

impl Run {
    fn of(case: &Case, before: &Tree, more_args: &[&str]) -> Self {
        let project = tempfile::tempdir().expect("a temporary folder can be made");
        before.write(project.path());
        let output = run_command(case, project.path(), more_args);
        let redact = |stream: &[u8]| redact(&String::from_utf8_lossy(stream), project.path());
        Self {
            after: Tree::read(project.path()),
            code: exit_code(&output),
            stdout: redact(&output.stdout),
            stderr: redact(&output.stderr),
            project,
        }
    }
}

fn run_command(case: &Case, root: &Path, more_args: &[&str]) -> Output {
    let mut command = std::process::Command::new(assert_cmd::cargo::cargo_bin!("flue"));
    command.current_dir(root.join(case.text("start", "").trim()));
    command.args(case.args()).args(more_args);
    command
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

fn times(root: &Path) -> BTreeMap<PathBuf, SystemTime> {
    let entries = WalkDir::new(root)
        .into_iter()
        .map(|entry| entry.expect("the project can be listed"));
    entries
        .map(|entry| {
            let modified =
                fs::symlink_metadata(entry.path()).and_then(|metadata| metadata.modified());
            (
                entry.into_path(),
                modified.expect("the system keeps time stamps"),
            )
        })
        .collect()
}

fn same(what: &str, expected: &str, found: &str) -> Result<(), String> {
    if expected == found {
        return Ok(());
    }
    let diff = similar::TextDiff::from_lines(expected, found);
    Err(format!(
        "{what} differs:\n{}",
        diff.unified_diff().header("expected", "found")
    ))
}

/// All files, folders and links below a folder.
#[derive(Debug, PartialEq, Eq)]
struct Tree(BTreeMap<PathBuf, Entry>);

#[derive(Debug, PartialEq, Eq)]
enum Entry {
    Folder,
    File(Vec<u8>),
    Link(PathBuf),
}

impl Tree {
    fn read(root: &Path) -> Self {
        let entries = WalkDir::new(root)
            .min_depth(1)
            .into_iter()
            .filter_map(Result::ok);
        Self(
            entries
                .map(|entry| {
                    (
                        entry
                            .path()
                            .strip_prefix(root)
                            .expect("below the root")
                            .to_owned(),
                        Entry::read(&entry),
                    )
                })
                .collect(),
        )
    }

    fn write(&self, root: &Path) {
        fs::create_dir_all(root).expect("the folder can be made");
        for (path, entry) in &self.0 {
            entry.write(&root.join(path));
        }
    }

    fn expect_same(&self, found: &Self) -> Result<(), String> {
        let paths = self.0.keys().chain(found.0.keys());
        for path in paths {
            match (self.0.get(path), found.0.get(path)) {
                (Some(Entry::File(expected)), Some(Entry::File(found))) => {
                    same_bytes(path, expected, found)?
                }
                (Some(expected), Some(found)) if expected == found => {}
                (Some(_), Some(_)) => {
                    return Err(format!("`{}` is something else", path.display()));
                }
                (Some(_), None) => return Err(format!("`{}` is missing", path.display())),
                (None, _) => return Err(format!("`{}` is new", path.display())),
            }
        }
        Ok(())
    }
}

fn same_bytes(path: &Path, expected: &[u8], found: &[u8]) -> Result<(), String> {
    if expected == found {
        return Ok(());
    }
    let show = |bytes: &[u8]| {
        String::from_utf8_lossy(bytes)
            .replace('\r', "\\r")
            .replace('\u{feff}', "\\u{feff}")
    };
    same(
        &format!("`{}`", path.display()),
        &show(expected),
        &show(found),
    )
}

impl Entry {
    fn read(entry: &walkdir::DirEntry) -> Self {
        let kind = entry.file_type();
        if kind.is_symlink() {
            Self::Link(fs::read_link(entry.path()).expect("the link can be read"))
        } else if kind.is_dir() {
            Self::Folder
        } else {
            Self::File(fs::read(entry.path()).expect("the file can be read"))
        }
    }

    fn write(&self, path: &Path) {
        match self {
            Self::Folder => fs::create_dir_all(path),
            Self::File(bytes) => fs::write(path, bytes),
            Self::Link(target) => link(target, path),
        }
        .expect("the copy can be written");
    }
}

#[cfg(unix)]
fn link(target: &Path, path: &Path) -> std::io::Result<()> {
    std::os::unix::fs::symlink(target, path)
}

#[cfg(windows)]
fn link(target: &Path, path: &Path) -> std::io::Result<()> {
    std::os::windows::fs::symlink_file(target, path)
}
