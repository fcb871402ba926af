//! Globs: what `find` of the sandbox is asked for, and which of its answers match.
//!
//! `find` knows no `**` and no braces, and its `*` passes by `/`. So it is asked for more, and the rest is decided here.

use crate::failure::Failure;

/// A glob as models write it: `*.rs` matches a name at any depth, `src/**/*.{ts,tsx}` the path from the folder that is searched.
pub(crate) struct Glob {
    pattern: String,
}

impl Glob {
    pub(crate) fn parse(pattern: &str) -> Result<Self, Failure> {
        let pattern = pattern.strip_prefix("./").unwrap_or(pattern);
        if pattern.is_empty() || pattern.starts_with('/') || pattern.contains('\0') {
            return Err(Failure::invalid_argument(format!(
                "`{pattern}` is no pattern below a folder: write it like `*.rs` or `src/**/*.ts`, and the folder into `path`."
            )));
        }
        match fast_glob::validate(pattern) {
            Ok(()) => Ok(Self {
                pattern: pattern.to_owned(),
            }),
            Err(error) => Err(Failure::invalid_argument(format!(
                "`{pattern}` is no glob: {error}."
            ))),
        }
    }

    /// Whether a path matches that is relative to the folder that is searched.
    pub(crate) fn matches(&self, path: &str) -> bool {
        let path = path.trim_end_matches('/');
        let subject = match self.pattern.contains('/') {
            true => path,
            false => path.rsplit('/').next().unwrap_or(path),
        };
        fast_glob::glob_match(&self.pattern, subject)
    }

    /// The test of `find` that everything passes that matches. `root` is the folder that is searched, as a pattern.
    pub(crate) fn test(&self, root: &str) -> [String; 2] {
        let loose = loosened(&self.pattern);
        match self.pattern.contains('/') {
            true => ["-path".to_owned(), format!("{root}/{loose}")],
            false => ["-name".to_owned(), loose],
        }
    }
}

/// A pattern of `fnmatch` for at least all that `pattern` matches.
fn loosened(pattern: &str) -> String {
    // Classes and negations differ from one `fnmatch` to another.
    let begin = pattern.find(['{', '[', '!']);
    let end = pattern
        .rfind(['}', ']'])
        .map_or(pattern.len(), |end| end + 1);
    let pattern = match begin {
        Some(begin) if end > begin => format!("{}*{}", &pattern[..begin], &pattern[end..]),
        Some(begin) => format!("{}*", &pattern[..begin]),
        None => pattern.to_owned(),
    };
    pattern.replace("**/", "*").replace("**", "*")
}

/// A pattern of `fnmatch` for just this text.
pub(crate) fn literal(text: &str) -> String {
    let mut pattern = String::with_capacity(text.len());
    for character in text.chars() {
        if matches!(character, '*' | '?' | '[' | '\\') {
            pattern.push('\\');
        }
        pattern.push(character);
    }
    pattern
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(pattern: &str, test: [&str; 2], matching: &[&str], others: &[&str]) {
        let glob = Glob::parse(pattern).unwrap();
        assert_eq!(glob.test("/w"), test, "{pattern}");
        for path in matching {
            assert!(glob.matches(path), "{pattern} and {path}");
        }
        for path in others {
            assert!(!glob.matches(path), "{pattern} and {path}");
        }
    }

    #[test]
    fn a_name_matches_at_any_depth() {
        check(
            "*.rs",
            ["-name", "*.rs"],
            &["a.rs", "src/b.rs", ".rs", "dir.rs/"],
            &["a.rsx"],
        );
        check(
            "*.{rs,toml}",
            ["-name", "*.*"],
            &["a.rs", "a/Cargo.toml"],
            &["a.md"],
        );
        check("[ab]?.c", ["-name", "*?.c"], &["ax.c", "d/b1.c"], &["cx.c"]);
    }

    #[test]
    fn a_path_matches_from_the_folder_that_is_searched() {
        check(
            "src/*.rs",
            ["-path", "/w/src/*.rs"],
            &["src/a.rs"],
            &["a.rs", "src/b/a.rs", "x/src/a.rs"],
        );
        check(
            "src/**/*.rs",
            ["-path", "/w/src/*.rs"],
            &["src/a.rs", "src/b/c/a.rs"],
            &["a.rs"],
        );
        check(
            "**/test_*",
            ["-path", "/w/*test_*"],
            &["test_a", "x/test_b"],
            &["x/atest_b"],
        );
        check("./a/**", ["-path", "/w/a/*"], &["a/b", "a/b/c"], &["b"]);
    }

    #[test]
    fn what_is_no_pattern_is_told() {
        for pattern in ["", "/etc/*", "a{b", "a\0b"] {
            assert!(Glob::parse(pattern).is_err(), "{pattern:?}");
        }
    }

    #[test]
    fn a_literal_means_itself() {
        assert_eq!(literal(r"/a*b/[c]?\"), r"/a\*b/\[c]\?\\");
    }
}
