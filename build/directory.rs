//! Reads directories and files in an order that is the same on every system.

use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};

/// The directories in `directory`, in the order of their names; other files are no part of a blueprint.
pub(crate) fn directories(directory: &Path) -> Result<Vec<PathBuf>, Box<dyn Error>> {
    let mut entries = entries(directory)?;
    entries.retain(|path| path.is_dir());
    Ok(entries)
}

/// All files below `directory`, in the order of their paths; none if it is missing.
pub(crate) fn files_below(directory: &Path) -> Result<Vec<PathBuf>, Box<dyn Error>> {
    let mut files = Vec::new();
    if directory.is_dir() {
        for path in entries(directory)? {
            match path.is_dir() {
                true => files.extend(files_below(&path)?),
                false => files.push(path),
            }
        }
    }
    // By bytes, not by parts: the command searches by the whole path.
    files.sort_by_cached_key(|path| path.to_string_lossy().replace('\\', "/"));
    Ok(files)
}

fn entries(directory: &Path) -> Result<Vec<PathBuf>, Box<dyn Error>> {
    let entries =
        fs::read_dir(directory).map_err(|error| format!("{}: {error}", directory.display()))?;
    let mut paths = entries
        .map(|entry| Ok(entry?.path()))
        .collect::<Result<Vec<_>, std::io::Error>>()?;
    paths.sort();
    Ok(paths)
}

/// The text of `file`, with `\n` at the end of every line however it was checked out.
pub(crate) fn read(file: &Path) -> Result<String, Box<dyn Error>> {
    let text = fs::read_to_string(file).map_err(|error| format!("{}: {error}", file.display()))?;
    Ok(text.replace("\r\n", "\n"))
}

pub(crate) fn name_of(path: &Path) -> String {
    let name = path.file_name().unwrap_or_default();
    name.to_string_lossy().into_owned()
}
