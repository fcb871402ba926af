//! Paths as a model may give them.
//!
//! Only words are looked at here; what stands at a path is the business of `inspection`.

use std::path::Path;

use fluers_runtime::{RuntimeError, RuntimeResult};

/// A path below the base directory: relative, without `.`, `..` and empty parts. Empty for the base itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct RelPath(String);

impl RelPath {
    /// Refuses what leads out of the base directory, by its words: absolute paths, and `..` anywhere.
    pub(crate) fn parse(path: &str) -> RuntimeResult<Self> {
        if path.starts_with('/') {
            return Err(refused(path, "absolute paths are not allowed"));
        }
        if path.split('/').any(|part| part == "..") {
            return Err(refused(path, "`..` is not allowed in paths"));
        }
        if path.contains('\0') {
            return Err(refused(path, "a path cannot hold a NUL character"));
        }
        let parts = path.split('/').filter(|part| !matches!(*part, "" | "."));
        Ok(Self(parts.collect::<Vec<_>>().join("/")))
    }

    /// As [`RelPath::parse`], for paths of this machine: what is not UTF-8 is refused too.
    pub(crate) fn from_path(path: &Path) -> RuntimeResult<Self> {
        match path.to_str() {
            Some(path) => Self::parse(path),
            None => Err(refused(&path.to_string_lossy(), "paths have to be UTF-8")),
        }
    }

    pub(crate) fn is_base(&self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }

    /// The folder and the last part; none for the base itself.
    pub(crate) fn split_last(&self) -> Option<(Self, &str)> {
        if self.is_base() {
            return None;
        }
        let (folder, last) = self.0.rsplit_once('/').unwrap_or(("", &self.0));
        Some((Self(folder.to_owned()), last))
    }
}

fn refused(path: &str, reason: &str) -> RuntimeError {
    RuntimeError::Sandbox(format!("{reason}: `{path}`"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(path: &str, expect: &str) {
        assert_eq!(RelPath::parse(path).unwrap().as_str(), expect, "{path:?}");
    }

    #[test]
    fn parts_that_say_nothing_are_dropped() {
        check("a/b", "a/b");
        check("./a//./b/", "a/b");
        check("", "");
        check(".", "");
        check("..a/b..", "..a/b..");
        check(" a /\n", " a /\n");
    }

    #[test]
    fn what_leads_out_by_its_words_is_refused() {
        for path in [
            "/",
            "/etc/passwd",
            "..",
            "../x",
            "src/../top.rs",
            "a/..",
            "a\0b",
        ] {
            let error = RelPath::parse(path).unwrap_err();
            assert!(
                matches!(error, RuntimeError::Sandbox(_)),
                "{path:?}: {error:?}"
            );
        }
    }

    #[test]
    fn the_last_part_is_told_from_its_folder() {
        let split = |path| {
            let path = RelPath::parse(path).unwrap();
            let split = path.split_last();
            split.map(|(folder, last)| (folder.0, last.to_owned()))
        };
        assert_eq!(split("."), None);
        assert_eq!(split("*.rs"), Some((String::new(), "*.rs".to_owned())));
        assert_eq!(split("a/b/*"), Some(("a/b".to_owned(), "*".to_owned())));
    }
}
