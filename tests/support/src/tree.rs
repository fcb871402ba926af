//! Files before and after a run, compared whole.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use walkdir::WalkDir;

/// All files, directories and links below a directory.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tree(BTreeMap<PathBuf, Entry>);

/// What stands at a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Entry {
    /// A directory, empty or not.
    Directory,
    /// A file with its bytes.
    File(Vec<u8>),
    /// A symbolic link with its target.
    Link(PathBuf),
}

impl Tree {
    /// What is below `root`, links not followed; nothing where `root` is not there.
    #[must_use]
    pub fn read(root: &Path) -> Self {
        let entries = WalkDir::new(root).min_depth(1).into_iter();
        let entries = entries.filter_map(Result::ok).map(|entry| {
            let path = entry.path().strip_prefix(root).expect("below the root");
            (path.to_owned(), Entry::read(&entry))
        });
        Self(entries.collect())
    }

    /// Writes everything below `root`.
    pub fn write(&self, root: &Path) {
        fs::create_dir_all(root).expect("the directory can be made");
        for (path, entry) in &self.0 {
            entry.write(&root.join(path));
        }
    }

    /// That both are the same, byte for byte, else the first difference.
    ///
    /// # Errors
    ///
    /// How they differ.
    pub fn expect_same(&self, found: &Self) -> Result<(), String> {
        for path in self.0.keys().chain(found.0.keys()) {
            match (self.0.get(path), found.0.get(path)) {
                (Some(Entry::File(expected)), Some(Entry::File(found))) => {
                    same_bytes(path, expected, found)?;
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

    /// All paths with what stands there, in order.
    pub fn entries(&self) -> impl Iterator<Item = (&Path, &Entry)> {
        self.0.iter().map(|(path, entry)| (&**path, entry))
    }

    /// The bytes of the file at `path`.
    #[must_use]
    pub fn file(&self, path: &Path) -> Option<&[u8]> {
        match self.0.get(path) {
            Some(Entry::File(bytes)) => Some(bytes),
            _ => None,
        }
    }

    /// Puts `entry` at `path`, with the directories above, instead of what was there.
    pub fn insert(&mut self, path: &Path, entry: Entry) {
        for directory in path
            .ancestors()
            .skip(1)
            .filter(|path| *path != Path::new(""))
        {
            self.0.insert(directory.to_owned(), Entry::Directory);
        }
        if entry != Entry::Directory {
            self.remove(path);
        }
        self.0.insert(path.to_owned(), entry);
    }

    /// Takes away what is at `path` and below.
    pub fn remove(&mut self, path: &Path) {
        self.0.retain(|other, _| !other.starts_with(path));
    }

    /// What turns this tree into `after` by [`Tree::insert`], or [`Tree::remove`] where it is `None`.
    #[must_use]
    pub(crate) fn changes_to<'a>(
        &'a self,
        after: &'a Self,
    ) -> BTreeMap<&'a Path, Option<&'a Entry>> {
        let is_gone = |path: &Path| self.0.contains_key(path) && !after.0.contains_key(path);
        let gone = self.0.keys().filter(|path| {
            let parent = path.parent().unwrap_or(path);
            let goes_with_parent = is_gone(parent)
                || matches!(after.0.get(parent), Some(Entry::File(_) | Entry::Link(_)));
            is_gone(path) && !goes_with_parent
        });
        let new = after.0.iter().filter(|(path, entry)| {
            let is_implied = **entry == Entry::Directory && after.has_entries_below(path);
            self.0.get(*path) != Some(entry) && !is_implied
        });
        let new = new.map(|(path, entry)| (&**path, Some(entry)));
        gone.map(|path| (&**path, None)).chain(new).collect()
    }

    fn has_entries_below(&self, path: &Path) -> bool {
        self.0
            .keys()
            .any(|other| other != path && other.starts_with(path))
    }
}

impl Entry {
    fn read(entry: &walkdir::DirEntry) -> Self {
        let kind = entry.file_type();
        if kind.is_symlink() {
            Self::Link(fs::read_link(entry.path()).expect("the link can be read"))
        } else if kind.is_dir() {
            Self::Directory
        } else {
            Self::File(fs::read(entry.path()).expect("the file can be read"))
        }
    }

    fn write(&self, path: &Path) {
        match self {
            Self::Directory => fs::create_dir_all(path),
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

fn same_bytes(path: &Path, expected: &[u8], found: &[u8]) -> Result<(), String> {
    if expected == found {
        return Ok(());
    }
    let show = |bytes: &[u8]| {
        let text = String::from_utf8_lossy(bytes);
        text.replace('\r', "\\r").replace('\u{feff}', "\\u{feff}")
    };
    same(
        &format!("`{}`", path.display()),
        &show(expected),
        &show(found),
    )
}

/// That both are equal, else how they differ.
///
/// # Errors
///
/// The difference as a patch.
pub fn same(what: &str, expected: &str, found: &str) -> Result<(), String> {
    if expected == found {
        return Ok(());
    }
    let diff = similar::TextDiff::from_lines(expected, found);
    Err(format!(
        "{what} differs:\n{}",
        diff.unified_diff().header("expected", "found")
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tree(files: &[&str]) -> Tree {
        let mut tree = Tree::default();
        for path in files {
            match path.strip_suffix('/') {
                Some(directory) => tree.insert(Path::new(directory), Entry::Directory),
                None => tree.insert(Path::new(path), Entry::File(path.as_bytes().to_vec())),
            }
        }
        tree
    }

    #[test]
    fn changes_lead_from_one_tree_to_the_other() {
        let trees: [&[&str]; 9] = [
            &[],
            &["a"],
            &["a/"],
            &["a/b"],
            &["a/b", "c"],
            &["a/b/", "c"],
            &["a/b/c/d", "a/b/e"],
            &["a/b/c/", "a/x"],
            &["ab", "a/b"],
        ];
        for before in trees.map(tree) {
            for after in trees.map(tree) {
                let mut result = before.clone();
                for (path, change) in before.changes_to(&after) {
                    match change {
                        Some(entry) => result.insert(path, entry.clone()),
                        None => result.remove(path),
                    }
                }
                assert_eq!(result, after, "from {before:?}");
            }
        }
    }

    #[test]
    fn only_what_differs_is_a_change() {
        let before = tree(&["a/b", "c", "d/e/f", "d/e/g"]);
        let after = tree(&["a/b", "a/x/y"]);
        let changes = before.changes_to(&after);
        let paths = changes.keys().map(|path| path.to_str()).collect::<Vec<_>>();
        assert_eq!(paths, [Some("a/x/y"), Some("c"), Some("d")]);
    }

    #[test]
    fn every_difference_is_told() {
        let tree = tree(&["a", "b/c"]);
        for (other, told) in [
            (self::tree(&["a"]), "`b` is missing"),
            (self::tree(&["a", "b/c", "d"]), "`d` is new"),
            (self::tree(&["a/", "b/c"]), "`a` is something else"),
        ] {
            assert_eq!(tree.expect_same(&other).unwrap_err(), told);
        }
        let mut other = tree.clone();
        other.insert(Path::new("a"), Entry::File(b"a\r\n".to_vec()));
        let told = tree.expect_same(&other).unwrap_err();
        assert!(told.contains("+a\\r\n"), "{told}");
    }
}
