//! Version ranges as npm reads them: `^2.0.0`, `>=1 <3`, `1.x || 2.x`, `1.2 - 1.4`.
//!
//! The `semver` crate reads versions and orders them; its requirements are cargo's, which differ: `1.2.3` is an exact
//! version here.

use std::cmp::Ordering;

use semver::{Prerelease, Version};

/// A set of versions: those that satisfy all comparators of any of the alternatives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct VersionRange {
    alternatives: Vec<Vec<Comparator>>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Comparator {
    operator: Operator,
    version: Version,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Operator {
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    Equal,
}

impl VersionRange {
    /// Reads `text`. What is no range, such as a tag, a path or a URL, is none; `latest` and `*` admit all.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        if text.trim() == "latest" {
            return Self::parse("*");
        }
        let alternatives = text
            .split("||")
            .map(parse_alternative)
            .collect::<Option<_>>()?;
        Some(Self { alternatives })
    }

    /// Reads what a manifest declares, where the range may stand behind the name of an aliased package or a protocol:
    /// `npm:@flue/runtime@^2`, `workspace:^2.0.0`. `workspace:*` and the like tell no range.
    pub(crate) fn in_declaration(text: &str) -> Option<Self> {
        let text = text.trim();
        if let Some(alias) = text.strip_prefix("npm:") {
            let range = alias.rsplit_once('@').filter(|(name, _)| !name.is_empty());
            return Self::parse(range.map_or("*", |(_, range)| range));
        }
        match text.strip_prefix("workspace:") {
            Some("*" | "^" | "~") => None,
            Some(range) => Self::parse(range),
            None => Self::parse(text),
        }
    }

    /// Whether `version` is in the range. As in npm, a pre-release is only where the range names a pre-release of the
    /// same version.
    pub(crate) fn admits(&self, version: &Version) -> bool {
        self.alternatives.iter().any(|comparators| {
            let same_release = |comparator: &Comparator| {
                !comparator.version.pre.is_empty()
                    && release(&comparator.version) == release(version)
            };
            comparators
                .iter()
                .all(|comparator| comparator.admits(version))
                && (version.pre.is_empty() || comparators.iter().any(same_release))
        })
    }

    /// Whether the range admits `minimum` or any later version.
    pub(crate) fn reaches(&self, minimum: &Version) -> bool {
        let far_away = Version::new(u64::from(u32::MAX), 0, 0);
        let mut candidates = self.named_versions();
        candidates.extend([minimum.clone(), far_away]);
        candidates
            .iter()
            .any(|candidate| candidate >= minimum && self.admits(candidate))
    }

    /// Whether there can be a version that both ranges admit.
    pub(crate) fn overlaps(&self, other: &Self) -> bool {
        // What both admit starts where one of their parts starts.
        let mut candidates = self.named_versions();
        candidates.extend(other.named_versions());
        candidates.push(Version::new(0, 0, 0));
        candidates
            .iter()
            .any(|candidate| self.admits(candidate) && other.admits(candidate))
    }

    /// Whether the range admits a version that is lower than all that `other` admits.
    pub(crate) fn starts_before(&self, other: &Self) -> bool {
        let lowest = |range: &Self| {
            let candidates = range.named_versions().into_iter();
            let candidates = candidates.chain([Version::new(0, 0, 0)]);
            candidates.filter(|version| range.admits(version)).min()
        };
        matches!((lowest(self), lowest(other)), (Some(one), Some(other)) if one < other)
    }

    /// The highest of `versions` that the range admits.
    pub(crate) fn highest(&self, versions: impl IntoIterator<Item = Version>) -> Option<Version> {
        let admitted = versions.into_iter().filter(|version| self.admits(version));
        admitted.max()
    }

    /// The bounds of the range, and the versions right after them.
    pub(crate) fn named_versions(&self) -> Vec<Version> {
        let bounds = self
            .alternatives
            .iter()
            .flatten()
            .map(|comparator| &comparator.version);
        bounds
            .flat_map(|bound| {
                [
                    bound.clone(),
                    Version::new(bound.major, bound.minor, bound.patch),
                    Version::new(bound.major, bound.minor, bound.patch.saturating_add(1)),
                ]
            })
            .collect()
    }
}

impl Comparator {
    fn new(operator: Operator, version: Version) -> Self {
        Self { operator, version }
    }

    fn admits(&self, version: &Version) -> bool {
        let order = version.cmp_precedence(&self.version);
        match self.operator {
            Operator::Less => order == Ordering::Less,
            Operator::LessOrEqual => order != Ordering::Greater,
            Operator::Greater => order == Ordering::Greater,
            Operator::GreaterOrEqual => order != Ordering::Less,
            Operator::Equal => order == Ordering::Equal,
        }
    }
}

/// A version whose last parts may be missing: `1`, `1.2`, `1.x`, `*`.
#[derive(Debug, Clone)]
enum Partial {
    Any,
    Major(u64),
    Minor(u64, u64),
    Full(Version),
}

impl Partial {
    fn parse(text: &str) -> Option<Self> {
        if let Ok(version) = Version::parse(text.strip_prefix('v').unwrap_or(text)) {
            return Some(Self::Full(version));
        }
        let parts = parts(text)?;
        let numbers = parts.iter().map_while(|part| *part).collect::<Vec<_>>();
        match numbers[..] {
            _ if parts.len() > 3 => None,
            [] => Some(Self::Any),
            [major] => Some(Self::Major(major)),
            [major, minor] => Some(Self::Minor(major, minor)),
            _ => None,
        }
    }

    fn lowest(&self) -> Version {
        match self {
            Self::Any => Version::new(0, 0, 0),
            Self::Major(major) => Version::new(*major, 0, 0),
            Self::Minor(major, minor) => Version::new(*major, *minor, 0),
            Self::Full(version) => version.clone(),
        }
    }

    /// The version right after all that match, when there is one and the parts are not all given.
    fn after(&self) -> Option<Version> {
        match self {
            Self::Major(major) => Some(Version::new(major.saturating_add(1), 0, 0)),
            Self::Minor(major, minor) => Some(Version::new(*major, minor.saturating_add(1), 0)),
            Self::Any | Self::Full(_) => None,
        }
    }
}

/// The numbers of a version, in which `x` and `*` stand for any; none if there is anything else.
fn parts(text: &str) -> Option<Vec<Option<u64>>> {
    let parts = text.trim_start_matches(['v', '=']).split('.');
    let parts = parts.map(|part| match part {
        "x" | "X" | "*" => Some(None),
        _ if part.len() > 1 && part.starts_with('0') => None,
        _ if part.bytes().all(|byte| byte.is_ascii_digit()) => part.parse().ok().map(Some),
        _ => None,
    });
    parts.collect()
}

/// Whether no number comes after an `x`, which npm takes behind `^` and `~` only.
fn is_in_order(version: &str) -> bool {
    parts(version).is_none_or(|parts| parts.is_sorted_by_key(Option::is_none))
}

fn parse_alternative(text: &str) -> Option<Vec<Comparator>> {
    if let Some((low, high)) = text.split_once(" - ") {
        let mut comparators = parse_comparator(">=", low.trim())?;
        comparators.extend(parse_comparator("<=", high.trim())?);
        return Some(comparators);
    }
    let mut comparators = Vec::new();
    let mut rest = text.trim();
    while !rest.is_empty() {
        let operator_length = rest
            .find(|c: char| !"<>=~^".contains(c))
            .unwrap_or(rest.len());
        let (operator, after_operator) = rest.split_at(operator_length);
        let after_operator = after_operator.trim_start();
        let version_length = after_operator
            .find(char::is_whitespace)
            .unwrap_or(after_operator.len());
        let (version, after_version) = after_operator.split_at(version_length);
        comparators.extend(parse_comparator(operator, version)?);
        rest = after_version.trim_start();
    }
    Some(comparators)
}

fn parse_comparator(operator: &str, version: &str) -> Option<Vec<Comparator>> {
    let partial = Partial::parse(version)?;
    if !operator.starts_with(['^', '~']) && !is_in_order(version) {
        return None;
    }
    let lowest = partial.lowest();
    let at_least = |version| Comparator::new(Operator::GreaterOrEqual, version);
    let below = |version| Comparator::new(Operator::Less, first_of_release(version));
    let between = |low, high| Some(vec![at_least(low), below(high)]);
    let nothing = || Some(vec![below(Version::new(0, 0, 0))]);
    match (operator, &partial) {
        ("<" | ">", Partial::Any) => nothing(),
        ("" | "=" | "==" | ">=" | "<=" | "~" | "~>" | "^", Partial::Any) => Some(Vec::new()),
        ("" | "=", Partial::Full(version)) => {
            Some(vec![Comparator::new(Operator::Equal, version.clone())])
        }
        ("" | "=", _) | ("==", Partial::Major(_) | Partial::Minor(..)) => {
            between(lowest, partial.after()?)
        }
        (">", Partial::Full(version)) => {
            Some(vec![Comparator::new(Operator::Greater, version.clone())])
        }
        (">", _) => Some(vec![at_least(partial.after()?)]),
        (">=", _) => Some(vec![at_least(lowest)]),
        ("<", Partial::Full(version)) => {
            Some(vec![Comparator::new(Operator::Less, version.clone())])
        }
        ("<", _) => Some(vec![below(lowest)]),
        ("<=", Partial::Full(version)) => Some(vec![Comparator::new(
            Operator::LessOrEqual,
            version.clone(),
        )]),
        ("<=", _) => Some(vec![below(partial.after()?)]),
        ("~" | "~>", Partial::Major(major)) => {
            between(lowest, Version::new(major.saturating_add(1), 0, 0))
        }
        ("~" | "~>", _) => {
            let next = Version::new(lowest.major, lowest.minor.saturating_add(1), 0);
            between(lowest, next)
        }
        ("^", _) => {
            let next = after_caret(&partial);
            between(lowest, next)
        }
        _ => None,
    }
}

/// The version that a caret stops before: the next one that changes the leftmost number that is not 0.
fn after_caret(partial: &Partial) -> Version {
    match partial {
        Partial::Full(Version {
            major: 0,
            minor: 0,
            patch,
            ..
        }) => Version::new(0, 0, patch.saturating_add(1)),
        Partial::Full(Version {
            major: 0, minor, ..
        })
        | Partial::Minor(0, minor) => Version::new(0, minor.saturating_add(1), 0),
        _ => Version::new(partial.lowest().major.saturating_add(1), 0, 0),
    }
}

/// The version below all pre-releases of `version`.
fn first_of_release(mut version: Version) -> Version {
    if version.pre.is_empty() {
        version.pre = Prerelease::new("0").unwrap_or_default();
    }
    version
}

fn release(version: &Version) -> (u64, u64, u64) {
    (version.major, version.minor, version.patch)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(range: &str, admitted: &[&str], refused: &[&str]) {
        let parsed = VersionRange::parse(range).unwrap_or_else(|| panic!("`{range}` is a range"));
        let admits = |version: &&&str| parsed.admits(&Version::parse(version).unwrap());
        assert_eq!(
            admitted
                .iter()
                .filter(|version| !admits(version))
                .collect::<Vec<_>>(),
            [&""; 0],
            "`{range}` refuses"
        );
        assert_eq!(
            refused.iter().filter(admits).collect::<Vec<_>>(),
            [&""; 0],
            "`{range}` admits"
        );
    }

    #[test]
    fn carets_keep_the_leftmost_number() {
        check(
            "^2.0.0",
            &["2.0.0", "2.9.9"],
            &["1.9.9", "3.0.0", "3.0.0-beta.1", "2.1.0-beta.1"],
        );
        check("^0.187.0", &["0.187.0", "0.187.9"], &["0.188.0", "0.192.0"]);
        check("^0.0.3", &["0.0.3"], &["0.0.4"]);
        check("^0.0", &["0.0.9"], &["0.1.0"]);
        check("^0", &["0.9.0"], &["1.0.0"]);
        check(
            "^1.0.0-beta.5",
            &["1.0.0-beta.9", "1.0.0", "1.4.0"],
            &["1.0.0-beta.4", "1.1.0-beta.1", "2.0.0"],
        );
    }

    #[test]
    fn tildes_keep_the_minor_number() {
        check("~2.0.0", &["2.0.8"], &["2.1.0"]);
        check("~2.1", &["2.1.8"], &["2.2.0", "2.0.0"]);
        check("~2", &["2.9.0"], &["3.0.0"]);
    }

    #[test]
    fn parts_may_be_missing() {
        for any in ["*", "", "x", "latest", " ", "*.*.*"] {
            check(any, &["0.1.0", "9.0.0"], &["1.0.0-beta.1"]);
        }
        check("2", &["2.0.0", "2.9.0"], &["3.0.0"]);
        check("2.x", &["2.9.0"], &["1.0.0"]);
        check("2.0.x", &["2.0.9"], &["2.1.0"]);
        check(">2", &["3.0.0"], &["2.9.0"]);
        check("<=2.0", &["2.0.9"], &["2.1.0"]);
        check("<2", &["1.9.0"], &["2.0.0", "2.0.0-beta.1"]);
    }

    #[test]
    fn comparators_and_alternatives_combine() {
        check(
            ">=0.187.0 <1",
            &["0.187.0", "0.216.0"],
            &["0.186.0", "1.0.0", "1.0.0-rc.1"],
        );
        check(">= 1.2 < 3", &["1.2.0", "2.9.0"], &["3.0.0"]);
        check("1.x || >=3.1.0", &["1.5.0", "3.1.0", "4.0.0"], &["2.0.0"]);
        check("1.2 - 1.4", &["1.2.0", "1.4.9"], &["1.5.0", "1.1.9"]);
        check("1.2.3 - 2.3.4", &["2.3.4"], &["2.3.5"]);
        check("=2.0.1", &["2.0.1"], &["2.0.2"]);
        check("v2.0.1", &["2.0.1"], &["2.0.2"]);
        check(
            ">=1.0.0-beta.5",
            &["1.0.0-beta.9", "2.1.0"],
            &["1.0.0-beta.4", "2.0.0-beta.1"],
        );
    }

    #[test]
    fn what_is_no_range_is_none() {
        for text in [
            "next",
            "workspace:*",
            "file:../x",
            "git+ssh://x",
            "user/repo",
            "1.2.3.4",
            "catalog:",
            "^a",
        ] {
            assert_eq!(VersionRange::parse(text), None, "{text}");
        }
    }

    #[test]
    fn a_declaration_may_have_more_than_a_range() {
        let declared = |text| VersionRange::in_declaration(text);
        assert_eq!(declared("npm:@a/b@^1.2"), VersionRange::parse("^1.2"));
        assert_eq!(declared("npm:@a/b"), VersionRange::parse("*"));
        assert_eq!(declared("npm:b@2"), VersionRange::parse("2"));
        assert_eq!(declared("workspace:^1.2"), VersionRange::parse("^1.2"));
        assert_eq!(declared(" ^1.2 "), VersionRange::parse("^1.2"));
        for unknown in [
            "workspace:*",
            "workspace:^",
            "workspace:~",
            "workspace:../b",
            "file:../b",
            "catalog:",
        ] {
            assert_eq!(declared(unknown), None, "{unknown}");
        }
    }

    #[test]
    fn a_range_reaches_what_it_admits_or_passes() {
        let minimum = Version::new(0, 187, 0);
        let reaches = |range| VersionRange::parse(range).unwrap().reaches(&minimum);
        for range in [
            "^0.187.0",
            "*",
            "^0.216.0",
            ">=0.1",
            "0.x",
            "1.0.0",
            ">2",
            "0.180 - 0.190",
        ] {
            assert!(reaches(range), "{range}");
        }
        for range in ["^0.180.0", "0.186.9", "<0.187.0", "~0.1"] {
            assert!(!reaches(range), "{range}");
        }
    }

    /// The first line names versions; every other one is a range, and for each version whether npm finds it there.
    const ORACLE: &str = include_str!("range/oracle.txt");

    #[test]
    fn every_range_is_read_as_npm_reads_it() {
        let (versions, rows) = ORACLE.split_once('\n').unwrap();
        let versions = versions
            .split(' ')
            .map(|version| Version::parse(version).unwrap());
        let versions = versions.collect::<Vec<_>>();
        let differing = rows.lines().filter_map(|row| {
            let (range, expect) = row.rsplit_once(' ').unwrap();
            let text = serde_json::from_str::<String>(range).unwrap();
            let found = match VersionRange::parse(&text) {
                None => "-".to_owned(),
                Some(parsed) => {
                    let admits = versions.iter().map(|version| parsed.admits(version));
                    admits
                        .map(|admits| if admits { '1' } else { '0' })
                        .collect()
                }
            };
            (found != expect).then(|| format!("{range}: {found}, not {expect}"))
        });
        let differing = differing.collect::<Vec<_>>();
        assert!(differing.is_empty(), "{}", differing.join("\n"));
    }

    #[test]
    fn ranges_start_with_the_lowest_version_that_they_admit() {
        let check = |one: &str, other: &str, expect: bool| {
            let [one, other] = [one, other].map(|range| VersionRange::parse(range).unwrap());
            assert_eq!(one.starts_before(&other), expect, "{one:?} {other:?}");
        };
        check(">=0.187.0 <1", ">=0.200.0 <1", true);
        check("*", "^1", true);
        check("^1 || ^2", "^2", true);
        check("^2", "^1 || ^2", false);
        check(">=0.187.0 <1", ">=0.187.0 <2", false);
        check("^1", "^1", false);
        check(">1.2.3", ">=1.2.4", false);
    }

    #[test]
    fn ranges_overlap_where_a_version_is_in_both() {
        let check = |one: &str, other: &str, expect: bool| {
            let [one, other] = [one, other].map(|range| VersionRange::parse(range).unwrap());
            assert_eq!(one.overlaps(&other), expect);
            assert_eq!(other.overlaps(&one), expect);
        };
        check("^0.200.0", ">=0.187.0 <1", true);
        check("^0.180.0 || ^0.190.0", ">=0.187.0 <1", true);
        check("*", ">=0.187.0 <1", true);
        check(">0.187.0", ">=0.187.0 <=0.187.1", true);
        check("<1", ">=0.187.0 <1", true);
        check("^2.0.0", ">=0.187.0 <1", false);
        check("0.150.0", ">=0.187.0 <1", false);
        check("1.0.0-beta.9", ">=1.0.0-beta.5", true);
    }
}
