//! Which version of the runtime a package has, and which variant of a blueprint that is.
//!
//! Values in, values out.

use semver::Version;

use super::package::Package;
use super::range::VersionRange;
use crate::blueprint::{Part, Variant};
use crate::error::{Code, Problem};

/// The version of the runtime, and what tells it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum RuntimeVersion {
    /// It is installed, else in the lock file, else the highest that the declared range admits.
    Known {
        /// The version.
        version: Version,
        /// What later installs stay in, where that is told.
        range: Option<VersionRange>,
    },
    /// The declared range admits no release, and this version if it is released.
    Unpublished(Version),
    /// It is declared like this, which does not tell.
    Untold(String),
    /// The runtime is not declared.
    Absent,
}

impl RuntimeVersion {
    /// The version that `package` has of the runtime of `part`.
    pub(crate) fn of(package: &Package, part: &Part) -> Self {
        let name = &part.runtime.package;
        let forced = package.overrides.of(name);
        let declared = package.runtime.as_ref().map(|runtime| match forced {
            Some(forced) => &forced.range,
            None => package.catalogs.resolve(name, &runtime.range),
        });
        Evidence {
            installed: package.installed_runtime.as_deref(),
            locked: package.locked_runtime.as_ref(),
            declared,
        }
        .version(&part.runtime.releases)
    }

    /// The variant of `part` for this version; the newest one where nothing tells.
    ///
    /// # Errors
    ///
    /// When the runtime is older than the first version that there is a variant for.
    pub(crate) fn variant<'p>(&self, part: &'p Part) -> Result<&'p Variant, Problem> {
        let mut variants = part.variants.iter().rev();
        let fitting = match self {
            Self::Known { version, range } => {
                variants.find(|variant| is_for(variant, version, range.as_ref()))
            }
            Self::Unpublished(version) => variants.find(|variant| is_for(variant, version, None)),
            Self::Untold(_) | Self::Absent => variants.next(),
        };
        fitting.ok_or_else(|| self.too_old(part))
    }

    fn too_old(&self, part: &Part) -> Problem {
        let package = &part.runtime.package;
        let version = match self {
            Self::Known { version, .. } | Self::Unpublished(version) => format!("{version} "),
            Self::Untold(_) | Self::Absent => String::new(),
        };
        let first = part
            .variants
            .first()
            .and_then(|variant| variant.since.as_deref());
        let newest = part.runtime.releases.last();
        let message = format!(
            "`{package}` {version}is too old: the adapter takes {} or later",
            first.unwrap_or_default()
        );
        Problem::new(Code::RuntimeTooOld, message).help(format!(
            "upgrade `{package}` to {} or later, then run the command again",
            newest.map_or("a newer version", String::as_str)
        ))
    }
}

/// Whether `variant` is for `version` of the runtime, which later installs replace within `range`.
fn is_for(variant: &Variant, version: &Version, range: Option<&VersionRange>) -> bool {
    let reaches = |reaching| range.is_some_and(|range| range.reaches(&reaching));
    bound(&variant.since).is_none_or(|since| *version >= since)
        && bound(&variant.reaching).is_none_or(reaches)
}

/// Whether the adapter of `other` serves every runtime that `variant` is for, too.
pub(super) fn serves(other: &Variant, variant: &Variant) -> bool {
    other.reaching.is_some() && bound(&variant.since) >= bound(&other.since)
}

fn bound(version: &Option<String>) -> Option<Version> {
    Version::parse(version.as_deref()?).ok()
}

/// What a package tells about its runtime.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
struct Evidence<'a> {
    /// The `version` in the manifest of the installed runtime.
    installed: Option<&'a str>,
    /// The version that the lock file holds.
    locked: Option<&'a Version>,
    /// The range in `package.json`, after a look into the catalogs.
    declared: Option<&'a str>,
}

impl Evidence<'_> {
    /// What is installed decides, else what is locked, else what would be installed of the `releases`.
    fn version(&self, releases: &[String]) -> RuntimeVersion {
        let installed = self.installed;
        let installed = installed.and_then(|version| Version::parse(version.trim()).ok());
        let range = self.declared.and_then(VersionRange::in_declaration);
        let releases = releases
            .iter()
            .filter_map(|release| Version::parse(release).ok());
        let known = installed
            .filter(tells)
            .or_else(|| self.locked.cloned().filter(tells))
            .or_else(|| range.as_ref()?.highest(releases));
        if let Some(version) = known {
            return RuntimeVersion::Known { version, range };
        }
        let unpublished = range.and_then(|range| range.highest(range.named_versions()));
        match (unpublished, self.declared) {
            (Some(version), _) => RuntimeVersion::Unpublished(version),
            (None, Some(declared)) => RuntimeVersion::Untold(declared.to_owned()),
            (None, None) => RuntimeVersion::Absent,
        }
    }
}

/// Unpublished packages of a workspace often say `0.0.0`, which tells nothing.
fn tells(version: &Version) -> bool {
    (version.major, version.minor, version.patch) != (0, 0, 0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::blueprint::Ecosystem;
    use crate::blueprint::catalogue::Catalogue;

    fn part() -> Part {
        let blueprint = Catalogue::built_in().find("sandbox", "daytona").unwrap();
        blueprint.parts[&Ecosystem::Npm].clone()
    }

    /// The version that `evidence` tells, and what the adapter for it is rendered from.
    fn told(evidence: Evidence<'_>) -> String {
        let part = part();
        let version = evidence.version(&part.runtime.releases);
        let variant = version.variant(&part);
        let shown = match &version {
            RuntimeVersion::Known { version, .. } => version.to_string(),
            RuntimeVersion::Unpublished(version) => format!("{version} (unpublished)"),
            RuntimeVersion::Untold(declared) => format!("untold by `{declared}`"),
            RuntimeVersion::Absent => "absent".to_owned(),
        };
        match variant {
            Ok(variant) => {
                let name = |path: &str| path.split('/').next_back().unwrap().replace(".hbs", "");
                format!(
                    "{shown}: {} {}",
                    name(&variant.template),
                    name(&variant.next_steps)
                )
            }
            Err(problem) => format!("{shown}: {problem}"),
        }
    }

    const FIRST: &str = "contract-1.ts next-steps-definition.txt";
    const BETWEEN: &str = "contract-1.ts next-steps-hooks.txt";
    const SECOND: &str = "contract-2.ts next-steps-hooks.txt";

    fn check_declared(range: &str, expect: &str) {
        let declared = Evidence {
            declared: Some(range),
            ..Evidence::default()
        };
        assert_eq!(told(declared), expect, "{range}");
    }

    #[test]
    fn the_declared_range_decides_by_what_it_would_install() {
        for range in [
            "^2.0.0",
            "2.x",
            "latest",
            "*",
            ">=1.0.0-beta.5",
            "2",
            "^2.1.0",
        ] {
            check_declared(range, &format!("2.1.0: {SECOND}"));
        }
        check_declared("~2.0.0", &format!("2.0.8: {SECOND}"));
        check_declared("^3.0.0", &format!("3.0.1 (unpublished): {SECOND}"));
        check_declared(">2.1.0", &format!("2.1.1 (unpublished): {SECOND}"));
        check_declared("2.0.0", &format!("2.0.0: {BETWEEN}"));
        check_declared("2.0.1", &format!("2.0.1: {BETWEEN}"));
        check_declared(">=2.0.0 <2.0.2", &format!("2.0.1: {BETWEEN}"));
        check_declared("1.x || 2.0.1", &format!("2.0.1: {BETWEEN}"));
        for range in ["^1.0.0-beta.5", "1.0.0-beta.9"] {
            check_declared(range, &format!("1.0.0-beta.9: {FIRST}"));
        }
        check_declared("^1.0.0", &format!("1.0.1 (unpublished): {FIRST}"));
        check_declared("npm:@flue/runtime@^2.0.0", &format!("2.1.0: {SECOND}"));
        check_declared("npm:@flue/runtime@2.0.1", &format!("2.0.1: {BETWEEN}"));
        check_declared("npm:@flue/runtime", &format!("2.1.0: {SECOND}"));
        check_declared("workspace:^2.0.1", &format!("2.1.0: {SECOND}"));
        check_declared("workspace:2.0.1", &format!("2.0.1: {BETWEEN}"));
    }

    #[test]
    fn installed_wins_over_locked_and_locked_over_declared() {
        let locked = Version::new(2, 1, 0);
        let all = Evidence {
            installed: Some("2.0.1"),
            locked: Some(&locked),
            declared: Some("^1.0.0-beta.5"),
        };
        assert_eq!(told(all), format!("2.0.1: {BETWEEN}"));
        let without_installed = Evidence {
            installed: None,
            ..all
        };
        assert_eq!(told(without_installed), format!("2.1.0: {SECOND}"));
    }

    /// What is rendered where `installed` is installed, and `range` is declared.
    fn check_range(installed: &str, range: &str, expect: &str) {
        let evidence = Evidence {
            installed: Some(installed),
            locked: None,
            declared: Some(range),
        };
        assert_eq!(told(evidence), format!("{installed}: {expect}"), "{range}");
    }

    #[test]
    fn a_range_of_both_contracts_takes_an_adapter_of_both() {
        let both = "both-contracts.ts next-steps-hooks-both.txt";
        for range in [
            "^2.0.1",
            "2.x",
            ">=1.0.0-beta.5",
            "*",
            "~2.0.0",
            "2.0.1 || 2.1.0",
        ] {
            check_range("2.0.1", range, both);
        }
        let both_definition = "both-contracts.ts next-steps-definition.txt";
        check_range("1.0.0-beta.9", ">=1.0.0-beta.5", both_definition);
        for range in ["2.0.1", ">=2.0.0 <2.0.2", "workspace:*", "^1.0.0-beta.5"] {
            check_range("2.0.1", range, BETWEEN);
        }
        check_range("1.0.0-beta.9", "^1.0.0-beta.5", FIRST);
        check_range("2.1.0", "^2.0.1", SECOND);
    }

    fn check_installed(version: &str, expect: &str) {
        let installed = Evidence {
            installed: Some(version),
            ..Evidence::default()
        };
        assert_eq!(told(installed), format!("{version}: {expect}"));
    }

    #[test]
    fn a_variant_starts_with_its_version() {
        check_installed("1.0.0-beta.5", FIRST);
        check_installed("1.0.0-beta.9", FIRST);
        check_installed("2.0.0", BETWEEN);
        check_installed("2.0.1", BETWEEN);
        check_installed("2.0.2", SECOND);
        check_installed("2.1.0", SECOND);
        check_installed("3.0.0-beta.1", SECOND);
        let too_old = "`@flue/runtime` 0.11.1 is too old: the adapter takes 1.0.0-beta.5 or later";
        check_installed("0.11.1", too_old);
        check_declared("^0.11.1", &format!("0.11.1: {too_old}"));
    }

    #[test]
    fn what_tells_nothing_is_passed_over() {
        for installed in ["0.0.0", "soon"] {
            let evidence = Evidence {
                installed: Some(installed),
                locked: None,
                declared: Some("2.0.1"),
            };
            assert_eq!(told(evidence), format!("2.0.1: {BETWEEN}"));
        }
    }

    #[test]
    fn an_unknown_version_gets_the_newest_variant() {
        for range in [
            "workspace:*",
            "file:../runtime",
            "github:withastro/flue",
            "next",
            "catalog:",
            "workspace:^",
        ] {
            check_declared(range, &format!("untold by `{range}`: {SECOND}"));
        }
        assert_eq!(told(Evidence::default()), format!("absent: {SECOND}"));
    }
}
