//! Writes a plan to disk: the only module that writes.
//!
//! Each file goes through a temporary sibling and a rename, so that it is whole at any moment. A step that fails puts
//! back everything before it. Deciding what to write is the plan's business.

use std::fs::{self, File, Metadata, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};

use crate::plan::{Change, FileChange};

/// Keeps other runs of the command out of a project until it is dropped.
#[derive(Debug)]
pub(crate) struct ProjectLock {
    _directory: Option<File>,
}

impl ProjectLock {
    /// Waits until no other run writes to the project at `root`.
    ///
    /// Where directories cannot be locked, the check right before each write still keeps one run from overwriting what
    /// another wrote.
    pub(crate) fn acquire(root: &Path) -> Self {
        let directory = File::open(root)
            .ok()
            .filter(|directory| directory.lock().is_ok());
        Self {
            _directory: directory,
        }
    }
}

/// Whether the `files` below `root` are still as they were when they were planned.
pub(crate) fn is_current(files: &[FileChange], root: &Path) -> bool {
    files.iter().all(|file| check_before(file, root).is_ok())
}

/// Changes `files` in their order below `root`.
///
/// # Errors
///
/// When a file has changed since it was read or cannot be written. Everything is as it was then; if even putting back
/// fails, the error says what is left.
pub(crate) fn apply(files: &[FileChange], root: &Path) -> anyhow::Result<()> {
    let mut done = Vec::new();
    for file in files {
        if let Err(error) = write(file, root, &mut done) {
            return Err(put_back(done, error));
        }
    }
    sweep(files, root);
    Ok(())
}

/// Removes what a run that was killed left beside `files`, if there is anything; waits for other runs then, because what a
/// run at work has written looks the same.
pub(crate) fn sweep_up(files: &[FileChange], root: &Path) {
    if leftovers(files, root).next().is_some() {
        let _lock = ProjectLock::acquire(root);
        sweep(files, root);
    }
}

/// The same under the lock.
fn sweep(files: &[FileChange], root: &Path) {
    for leftover in leftovers(files, root) {
        // One that cannot be removed is in nobody's way.
        let _ = fs::remove_file(leftover);
    }
}

fn leftovers(files: &[FileChange], root: &Path) -> impl Iterator<Item = PathBuf> {
    let paths = files.iter().map(|file| file.real_path.under(root));
    paths
        .map(|path| temporary_sibling(&path))
        .filter(|path| path.is_file())
}

/// One step that can be taken back.
#[derive(Debug)]
enum Step {
    CreatedDirectory(PathBuf),
    CreatedFile(PathBuf),
    ReplacedFile { path: PathBuf, before: String },
}

fn write(file: &FileChange, root: &Path, done: &mut Vec<Step>) -> anyhow::Result<()> {
    check_before(file, root)?;
    let path = file.path.under(root);
    match &file.change {
        Change::Create { after } => {
            let directory = path.parent().context("a file has a directory")?;
            create_directories(directory, done)?;
            let failed = || format!("failed to create `{}`", file.path);
            replace(&path, after, None).with_context(failed)?;
            done.push(Step::CreatedFile(path.clone()));
            sync_directory(&path).with_context(failed)?;
        }
        Change::Update { before, after } => {
            let failed = || format!("failed to update `{}`", file.path);
            let real_path = path.canonicalize().with_context(failed)?;
            let metadata = fs::metadata(&real_path).with_context(failed)?;
            replace(&real_path, after, Some(&metadata)).with_context(failed)?;
            done.push(Step::ReplacedFile {
                path: real_path.clone(),
                before: before.clone(),
            });
            sync_directory(&real_path).with_context(failed)?;
        }
        Change::Keep => {}
    }
    Ok(())
}

fn check_before(file: &FileChange, root: &Path) -> anyhow::Result<()> {
    let path = file.path.under(root);
    let expected = match &file.change {
        Change::Create { .. } => None,
        Change::Update { before, .. } => Some(before.as_bytes()),
        Change::Keep => return Ok(()),
    };
    let found = match fs::read(&path) {
        Ok(bytes) => Some(bytes),
        Err(error) if error.kind() == io::ErrorKind::NotFound => None,
        Err(error) => {
            return Err(error).with_context(|| format!("failed to read `{}`", file.path));
        }
    };
    if found.as_deref() != expected {
        bail!(
            "`{}` was changed by someone else meanwhile; run the command again",
            file.path
        );
    }
    Ok(())
}

fn create_directories(directory: &Path, done: &mut Vec<Step>) -> anyhow::Result<()> {
    let missing = directory
        .ancestors()
        .take_while(|ancestor| !ancestor.exists())
        .collect::<Vec<_>>();
    for directory in missing.into_iter().rev() {
        fs::create_dir(directory)
            .with_context(|| format!("failed to create the directory `{}`", directory.display()))?;
        done.push(Step::CreatedDirectory(directory.to_owned()));
    }
    Ok(())
}

/// Puts `text` at `path` in one step, with the mode and owner of the file that `like` describes.
fn replace(path: &Path, text: &str, like: Option<&Metadata>) -> io::Result<()> {
    let temporary = temporary_sibling(path);
    let written = write_durably(&temporary, text, like).and_then(|()| fs::rename(&temporary, path));
    if written.is_err() {
        // The first error is the one to report.
        let _ = fs::remove_file(&temporary);
    }
    written
}

/// The name is the same in every run, so that the next one finds what a run that was killed left.
fn temporary_sibling(path: &Path) -> PathBuf {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    path.with_file_name(format!(".{name}.flue-tmp"))
}

fn write_durably(path: &Path, text: &str, like: Option<&Metadata>) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let mut file = OpenOptions::new().write(true).create_new(true).open(path)?;
    // Before there is anything to read in it.
    if let Some(metadata) = like {
        keep_owner(path, metadata);
        file.set_permissions(metadata.permissions())?;
    }
    file.write_all(text.as_bytes())?;
    file.sync_all()
}

/// Only root may give files away; for everyone else the new file has the right owner already.
#[cfg(unix)]
fn keep_owner(path: &Path, metadata: &Metadata) {
    use std::os::unix::fs::{MetadataExt as _, chown};
    let _ = chown(path, Some(metadata.uid()), Some(metadata.gid()));
}

#[cfg(not(unix))]
fn keep_owner(_: &Path, _: &Metadata) {}

/// A rename is durable once its directory is. Elsewhere than on Unix directories cannot be opened.
fn sync_directory(path: &Path) -> io::Result<()> {
    match path.parent() {
        Some(directory) if cfg!(unix) => File::open(directory)?.sync_all(),
        _ => Ok(()),
    }
}

fn put_back(done: Vec<Step>, error: anyhow::Error) -> anyhow::Error {
    let mut left = Vec::new();
    for step in done.into_iter().rev() {
        let (path, undone) = match step {
            Step::CreatedDirectory(path) => (path.clone(), fs::remove_dir(&path)),
            Step::CreatedFile(path) => (path.clone(), fs::remove_file(&path)),
            Step::ReplacedFile { path, before } => {
                let metadata = fs::metadata(&path).ok();
                (path.clone(), replace(&path, &before, metadata.as_ref()))
            }
        };
        if let Err(failure) = undone {
            left.push(format!("`{}` ({failure})", path.display()));
        }
    }
    if left.is_empty() {
        return error;
    }
    error.context(format!(
        "failed half-way, and could not put back {}",
        left.join(", ")
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::path::RelPath;

    fn change(path: &str, before: Option<&str>, after: &str) -> FileChange {
        let after = after.to_owned();
        let change = match before {
            None => Change::Create { after },
            Some(before) => Change::Update {
                before: before.to_owned(),
                after,
            },
        };
        let path = RelPath::new(path).unwrap();
        FileChange {
            real_path: path.clone(),
            path,
            change,
        }
    }

    fn kept(path: &str, real_path: &str) -> FileChange {
        FileChange {
            path: RelPath::new(path).unwrap(),
            real_path: RelPath::new(real_path).unwrap(),
            change: Change::Keep,
        }
    }

    fn project(files: &[(&str, &str)]) -> tempfile::TempDir {
        let directory = tempfile::tempdir().unwrap();
        for (path, text) in files {
            fs::write(directory.path().join(path), text).unwrap();
        }
        directory
    }

    /// Everything below `root`, as `path=text` or `path/`.
    fn tree(root: &Path) -> Vec<String> {
        let entries = walkdir::WalkDir::new(root).min_depth(1).sort_by_file_name();
        let shown = entries.into_iter().map(|entry| {
            let entry = entry.unwrap();
            let path = entry
                .path()
                .strip_prefix(root)
                .unwrap()
                .display()
                .to_string();
            match entry.file_type().is_dir() {
                true => format!("{path}/"),
                false => format!("{path}={}", fs::read_to_string(entry.path()).unwrap()),
            }
        });
        shown.collect()
    }

    #[test]
    fn files_are_created_with_their_directories_and_updated() {
        let project = project(&[("a", "1")]);
        let files = [change("a", Some("1"), "2"), change("x/y/b", None, "new")];
        apply(&files, project.path()).unwrap();
        assert_eq!(tree(project.path()), ["a=2", "x/", "x/y/", "x/y/b=new"]);
    }

    #[test]
    fn a_step_that_fails_takes_back_those_before_it() {
        let project = project(&[("a", "1"), ("b", "changed meanwhile")]);
        let before = tree(project.path());
        let files = [
            change("a", Some("1"), "2"),
            change("x/y/c", None, "new"),
            change("b", Some("as planned"), "2"),
        ];
        let error = apply(&files, project.path()).unwrap_err();
        assert!(error.to_string().starts_with("`b` was changed"), "{error}");
        assert_eq!(tree(project.path()), before);
    }

    #[test]
    fn a_file_that_appeared_meanwhile_is_not_replaced() {
        let project = project(&[("a", "someone else's")]);
        apply(&[change("a", None, "ours")], project.path()).unwrap_err();
        assert_eq!(tree(project.path()), ["a=someone else's"]);
    }

    #[test]
    fn what_a_killed_run_left_is_swept_up() {
        let project = project(&[("a", "1"), (".a.flue-tmp", "half")]);
        apply(&[change("a", Some("1"), "2")], project.path()).unwrap();
        assert_eq!(tree(project.path()), ["a=2"]);
    }

    #[test]
    fn what_a_killed_run_left_beside_other_files_is_swept_up() {
        let project = project(&[("a", "1"), ("b", "1"), (".b.flue-tmp", "half")]);
        let files = [change("a", Some("1"), "2"), kept("b", "b")];
        apply(&files, project.path()).unwrap();
        assert_eq!(tree(project.path()), ["a=2", "b=1"]);
    }

    #[cfg(unix)]
    #[test]
    fn what_was_left_beside_the_target_of_a_link_is_swept_up() {
        let project = project(&[("real", "1"), (".real.flue-tmp", "half")]);
        std::os::unix::fs::symlink("real", project.path().join("link")).unwrap();
        sweep_up(&[kept("link", "real")], project.path());
        assert_eq!(tree(project.path()), ["link=1", "real=1"]);
    }

    #[cfg(unix)]
    #[test]
    fn a_link_stays_a_link() {
        let project = project(&[("real", "1")]);
        let link = project.path().join("link");
        std::os::unix::fs::symlink("real", &link).unwrap();
        apply(&[change("link", Some("1"), "2")], project.path()).unwrap();
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
        assert_eq!(
            fs::read_to_string(project.path().join("real")).unwrap(),
            "2"
        );
    }
}
