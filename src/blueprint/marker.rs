//! The marker in the first line of an adapter: which blueprint, in which version, wrote it.
//!
//! Text in, values out. The build script uses this module, too.

use std::fmt;

/// What a marker says: `// flue-blueprint: sandbox/daytona@1`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Marker {
    /// The kind of the blueprint, such as `sandbox`.
    pub kind: String,
    /// The name of the blueprint, such as `daytona`.
    pub name: String,
    /// The version of the blueprint, from 1.
    pub version: u32,
}

impl Marker {
    /// What it starts with.
    pub(crate) const PREFIX: &str = "// flue-blueprint: ";

    /// The marker in the first line of `text`, where a byte order mark may precede it. A line that only resembles a
    /// marker, such as one with version 0, is none.
    pub(crate) fn find(text: &str) -> Option<Self> {
        let first_line = text.trim_start_matches('\u{feff}').lines().next()?;
        let (kind, rest) = first_line
            .trim_end()
            .strip_prefix(Self::PREFIX)?
            .split_once('/')?;
        let (name, version) = rest.split_once('@')?;
        let version = version.parse().ok().filter(|&version| version > 0)?;
        Some(Self {
            kind: kind.to_owned(),
            name: name.to_owned(),
            version,
        })
    }

    /// Whether some version of the blueprint `kind/name` wrote it.
    pub(crate) fn is_of(&self, kind: &str, name: &str) -> bool {
        (self.kind.as_str(), self.name.as_str()) == (kind, name)
    }
}

impl fmt::Display for Marker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{}{}/{}@{}",
            Self::PREFIX,
            self.kind,
            self.name,
            self.version
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expect: Option<&str>) {
        let found = Marker::find(text).map(|marker| marker.to_string());
        assert_eq!(found.as_deref(), expect, "{text:?}");
    }

    #[test]
    fn a_marker_stands_in_the_first_line() {
        check(
            "// flue-blueprint: sandbox/daytona@1\nuse x;",
            Some("// flue-blueprint: sandbox/daytona@1"),
        );
        check(
            "// flue-blueprint: sandbox/daytona@12",
            Some("// flue-blueprint: sandbox/daytona@12"),
        );
        check("\n// flue-blueprint: sandbox/daytona@1\n", None);
        check("", None);
    }

    #[test]
    fn windows_editors_do_not_hide_a_marker() {
        check(
            "\u{feff}// flue-blueprint: sandbox/daytona@1\r\n",
            Some("// flue-blueprint: sandbox/daytona@1"),
        );
    }

    #[test]
    fn what_only_resembles_a_marker_is_none() {
        check("// flue-blueprint: sandbox/daytona@0", None);
        check("// flue-blueprint: sandbox/daytona@-1", None);
        check("// flue-blueprint: sandbox/daytona@1.5", None);
        check("// flue-blueprint: sandbox/daytona", None);
        check("// flue-blueprint: daytona@1", None);
        check("/* flue-blueprint: sandbox/daytona@1 */", None);
        check("//! flue-blueprint: sandbox/daytona@1", None);
        check(
            "// flue-blueprint: sandbox/daytona@99999999999999999999",
            None,
        );
    }
}
