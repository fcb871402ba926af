//! Files before and after a run, compared whole.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use walkdir::WalkDir;

use crate::case::same;

/// All files, folders and links below a folder.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Tree(BTreeMap<PathBuf, Entry>);

#[derive(Debug, PartialEq, Eq)]
enum Entry {
    Folder,
    File(Vec<u8>),
    Link(PathBuf),
}

impl Tree {
    pub(crate) fn read(root: &Path) -> Self {
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

    pub(crate) fn write(&self, root: &Path) {
        fs::create_dir_all(root).expect("the folder can be made");
        for (path, entry) in &self.0 {
            entry.write(&root.join(path));
        }
    }

    pub(crate) fn expect_same(&self, found: &Self) -> Result<(), String> {
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

/// When each file, folder and link was written last.
pub(crate) fn times(root: &Path) -> BTreeMap<PathBuf, SystemTime> {
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
