//! Writes a plan to disk: the only module that writes.
//!
//! Everything is written beside its place first, then checked, then put in place without ever replacing what someone else
//! wrote meanwhile, and taken back if a step fails. Deciding what to write is the plan's business.

mod directory;
mod journal;
mod lock;
mod seam;
mod transaction;
mod writable;

#[cfg(test)]
mod faults;

use std::path::Path;

use crate::error::Failure;
use crate::plan::{Change, FileChange};
use crate::project::file::UserFile;

pub(crate) use journal::{is_interrupted, recover};
pub(crate) use lock::{Patience, ProjectLock};

use transaction::Transaction;

/// Whether the `files` below `root` are still as they were when they were planned.
pub(crate) fn is_current(files: &[FileChange], root: &Path) -> bool {
    let mut changed = files.iter().filter(|file| file.change != Change::Keep);
    changed.all(|file| {
        let now = UserFile::read(root, file.path.clone());
        let is_same = |text: Option<&str>| text == file.change.before();
        now.real_path == file.real_path && now.text().is_ok_and(is_same)
    })
}

/// Changes `files` below `root`, in their order.
///
/// # Errors
///
/// When a file has changed since it was read or cannot be written. Everything is as it was then; if even taking back
/// fails, the error says what is left.
pub(crate) fn apply(files: &[FileChange], root: &Path) -> Result<(), Failure> {
    writable::require(files, root)?;
    Ok(Transaction::run(files, root)?)
}
