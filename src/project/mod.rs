//! Packages and files of the user as they are.
//!
//! Reads only, and decides nothing: what a package has of a blueprint is for [`crate::inspect`], and what a manifest says
//! for the ecosystem that it is of.

pub(crate) mod file;
pub(crate) mod pattern;
pub(crate) mod walk;
pub(crate) mod workspace;

use std::path::{Path, PathBuf};

use crate::error::{Code, Problem};
use crate::path::RelPath;
use file::{UserFile, look_at};

/// Where a package is, and what it is called.
#[derive(Debug, Clone)]
pub struct Place {
    /// The absolute directory of the package, free of links.
    pub root: PathBuf,
    /// The name of the package.
    pub name: String,
    /// The directory for sources, relative to the root.
    pub source_root: RelPath,
    /// The manifest.
    pub manifest: UserFile,
}

/// The source root of the package at `root`: the one that was asked for, else `.flue`, `src` or the package directory.
///
/// # Errors
///
/// When the one that was asked for is not there, or the system does not say which are.
pub(crate) fn find_source_root(
    root: &Path,
    asked_for: Option<&RelPath>,
) -> Result<RelPath, Problem> {
    if let Some(source_root) = asked_for {
        if source_root.under(root).is_dir() {
            return Ok(source_root.clone());
        }
        let message = format!(
            "the source root `{source_root}` is not a directory of the package at `{}`",
            root.display()
        );
        let problem = Problem::new(Code::NoSourceRoot, message);
        return Err(problem.help("create it, or leave `--source-root` out"));
    }
    for directory in [".flue", "src"].into_iter().filter_map(RelPath::new) {
        if look_at(&directory.under(root))?.is_some_and(|found| found.is_dir()) {
            return Ok(directory);
        }
    }
    Ok(RelPath::root())
}
