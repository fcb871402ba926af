//! Paths inside a project.

use std::fmt;
use std::path::{Component, Path, PathBuf};

/// A path relative to the project's root, written with `/`, that cannot lead out of it by its own words: it is never
/// absolute and holds no `..`. Links are another matter; see [`super::file`].
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct RelPath(String);

impl RelPath {
    /// The root itself.
    pub fn root() -> Self {
        Self::default()
    }

    /// `path` with `.` and doubled separators dropped, or none if it is absolute, holds `..` or is not UTF-8.
    pub fn new(path: impl AsRef<Path>) -> Option<Self> {
        let mut parts = Vec::new();
        for component in path.as_ref().components() {
            match component {
                Component::Normal(part) => parts.push(part.to_str()?),
                Component::CurDir => {}
                Component::ParentDir | Component::RootDir | Component::Prefix(_) => return None,
            }
        }
        Some(Self(parts.join("/")))
    }

    /// `relative`, which may climb with `..`, seen from this directory. None if it leads out of the root.
    pub fn join(&self, relative: &str) -> Option<Self> {
        if Path::new(relative).has_root() {
            return None;
        }
        let mut parts = self.parts().collect::<Vec<_>>();
        for part in relative.split(['/', std::path::MAIN_SEPARATOR]) {
            match part {
                "" | "." => {}
                ".." => drop(parts.pop()?),
                part => parts.push(part),
            }
        }
        Some(Self(parts.join("/")))
    }

    /// The directory that holds it; none for the root.
    pub fn parent(&self) -> Option<Self> {
        if self.0.is_empty() {
            return None;
        }
        Some(Self(
            self.0
                .rsplit_once('/')
                .map_or(String::new(), |(parent, _)| parent.to_owned()),
        ))
    }

    /// Its last part; none for the root.
    pub fn name(&self) -> Option<&str> {
        self.parts().last()
    }

    /// Its text, empty for the root.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The absolute path under `root`.
    pub fn under(&self, root: &Path) -> PathBuf {
        self.parts()
            .fold(root.to_owned(), |path, part| path.join(part))
    }

    /// How to write this path, as a file names another, from the directory `from`: `../.flue/sandboxes/mod.rs`.
    pub fn seen_from(&self, from: &Self) -> String {
        let (here, there) = (
            from.parts().collect::<Vec<_>>(),
            self.parts().collect::<Vec<_>>(),
        );
        let shared = here.iter().zip(&there).take_while(|(a, b)| a == b).count();
        let up = std::iter::repeat_n("..", here.len() - shared);
        up.chain(there[shared..].iter().copied())
            .collect::<Vec<_>>()
            .join("/")
    }

    fn parts(&self) -> impl Iterator<Item = &str> {
        self.0.split('/').filter(|part| !part.is_empty())
    }
}

impl fmt::Display for RelPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.0.is_empty() { "." } else { &self.0 })
    }
}

/// The way from the directory `root` to `path`, with `/` on every system; `.` if they are one. A `path` that is relative, or on
/// another drive, is told as it is.
pub(crate) fn way(root: &Path, path: &Path) -> String {
    let (here, there) = (components(root), components(path));
    if path.is_relative() || here.first() != there.first() {
        return path.display().to_string().replace('\\', "/");
    }
    let shared = here.iter().zip(&there).take_while(|(a, b)| a == b).count();
    let up = std::iter::repeat_n("..".to_owned(), here.len() - shared);
    let relative = up
        .chain(there[shared..].iter().cloned())
        .collect::<Vec<_>>();
    if relative.is_empty() {
        return ".".to_owned();
    }
    relative.join("/")
}

/// The parts of an absolute `path`, without what `.` and `..` undo.
fn components(path: &Path) -> Vec<String> {
    let mut parts = Vec::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => drop(parts.pop()),
            part => parts.push(part.as_os_str().to_string_lossy().into_owned()),
        }
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    fn path(text: &str) -> RelPath {
        RelPath::new(text).unwrap()
    }

    #[test]
    fn nothing_that_leaves_the_root_is_a_relative_path() {
        assert_eq!(RelPath::new("/etc"), None);
        assert_eq!(RelPath::new("a/../b"), None);
        assert_eq!(path("./a//b/").as_str(), "a/b");
        assert_eq!(path("."), RelPath::root());
    }

    #[test]
    fn joining_may_climb_up_to_the_root() {
        assert_eq!(path("src").join("../lib/x.rs"), Some(path("lib/x.rs")));
        assert_eq!(path("src").join("../../x.rs"), None);
        assert_eq!(path("src").join("/x.rs"), None);
        assert_eq!(path("src").join("./a/./b"), Some(path("src/a/b")));
    }

    #[test]
    fn parents_end_at_the_root() {
        assert_eq!(path("a/b").parent(), Some(path("a")));
        assert_eq!(path("a").parent(), Some(RelPath::root()));
        assert_eq!(RelPath::root().parent(), None);
    }

    #[cfg(unix)]
    #[test]
    fn the_way_leads_up_as_far_as_it_must() {
        let check = |to: &str, expect: &str| {
            assert_eq!(way(Path::new("/ws/crates/one"), Path::new(to)), expect);
        };
        check("/ws/crates/one", ".");
        check("/ws/crates/one/src/a.rs", "src/a.rs");
        check("/ws/two", "../../two");
        check("/ws/crates/./one/../../../flue/x", "../../../flue/x");
        check("/flue", "../../../flue");
        check("src/a.rs", "src/a.rs");
    }

    #[test]
    fn a_path_is_seen_from_another_directory() {
        let check = |to: &str, from: &str, expect: &str| {
            assert_eq!(path(to).seen_from(&path(from)), expect)
        };
        check(".flue/sandboxes/mod.rs", "src", "../.flue/sandboxes/mod.rs");
        check("src/sandboxes/mod.rs", "src", "sandboxes/mod.rs");
        check("sandboxes/mod.rs", ".", "sandboxes/mod.rs");
        check("a/b", "c/d/e", "../../../a/b");
    }
}
