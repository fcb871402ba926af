//! What is known to fail is found before the first write: files and directories that the system does not let be changed.

use std::io;
use std::path::Path;

use crate::error::{self, Code, Failure, Problem};
use crate::path::RelPath;
use crate::plan::{Change, FileChange};

/// # Errors
///
/// When one of the `files` below `root` or its directory cannot be written: permissions, a file system that is mounted
/// read-only, the attribute `immutable`.
pub(super) fn require(files: &[FileChange], root: &Path) -> Result<(), Failure> {
    let changed = files.iter().filter(|file| file.change != Change::Keep);
    // The record of what is going on is written to the root.
    let directories = changed.clone().filter_map(|file| file.real_path.parent());
    let mut directories = directories.chain([RelPath::root()]).collect::<Vec<_>>();
    directories.sort();
    directories.dedup();
    let directories = directories.into_iter().map(|directory| {
        let directory = existing(directory, root);
        may_write(&directory.under(root), Kind::Directory).map_err(|error| {
            let message = format!(
                "the directory `{directory}` has to change, and cannot be written: {error}"
            );
            let problem = Problem::new(Code::ReadOnly, message).in_file(directory.as_str());
            problem.help("make the directory writable")
        })
    });
    let there = changed.filter(|file| file.change.before().is_some());
    let there = there.map(|file| {
        may_write(&file.real_path.under(root), Kind::File).map_err(|error| {
            let path = &file.path;
            let message = format!("`{path}` has to change, and cannot be written: {error}");
            let problem = Problem::new(Code::ReadOnly, message).in_file(path.as_str());
            problem.help("make the file writable")
        })
    });
    error::all(directories.chain(there)).map(drop)
}

/// The directory, or the nearest one above it that is there.
fn existing(directory: RelPath, root: &Path) -> RelPath {
    let mut directories = std::iter::successors(Some(directory), RelPath::parent);
    let found = directories.find(|directory| directory.under(root).symlink_metadata().is_ok());
    found.unwrap_or_default()
}

/// What may be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    File,
    Directory,
}

#[cfg(unix)]
fn may_write(path: &Path, kind: Kind) -> io::Result<()> {
    use rustix::fs::{Access, AtFlags, CWD, accessat};
    super::seam::before("ask for access")?;
    let access = match kind {
        Kind::File => Access::WRITE_OK,
        Kind::Directory => Access::WRITE_OK | Access::EXEC_OK,
    };
    Ok(accessat(CWD, path, access, AtFlags::EACCESS)?)
}

/// Elsewhere only files say so, and the plan has looked at them.
#[cfg(not(unix))]
#[expect(clippy::unnecessary_wraps, reason = "it may fail on Unix")]
fn may_write(_: &Path, _: Kind) -> io::Result<()> {
    Ok(())
}
