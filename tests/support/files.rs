//! The files of a case, for tests that need a project of their own.

use std::fs;
use std::path::{Path, PathBuf};

use walkdir::WalkDir;

/// All files below `root` with what is in them, in the order of their paths.
pub(crate) fn files(root: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let entries = WalkDir::new(root).sort_by_file_name().into_iter();
    let files = entries
        .map(|entry| entry.expect("the files can be listed"))
        .filter(|entry| entry.file_type().is_file());
    files
        .map(|entry| {
            let path = entry.path().strip_prefix(root).expect("below the root");
            let bytes = fs::read(entry.path()).expect("the file can be read");
            (path.to_owned(), bytes)
        })
        .collect()
}

/// A copy of the files below `root`, which goes away with the value.
pub(crate) fn copy(root: &Path) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    for (path, bytes) in files(root) {
        let path = folder.path().join(path);
        let parent = path.parent().expect("a file has a folder");
        fs::create_dir_all(parent).expect("the folder can be made");
        fs::write(path, bytes).expect("the file can be written");
    }
    folder
}
