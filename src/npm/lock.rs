//! Which version of a package a lock file holds.
//!
//! Text in, text out. Lock files are written by tools, so what cannot be found in one is no mistake of the user's: it
//! tells nothing. They may be large, so each is read with as little as its shape allows.

use jsonc_parser::ast::{Object, Value};
use semver::Version;

use super::json;
use super::package_manager::LockFile;

/// What is looked up in a lock file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Locked<'a> {
    /// The name under which the package is imported.
    pub import_name: &'a str,
    /// The range that the manifest declares.
    pub range: &'a str,
    /// The directory of the package that declares it, relative to the lock file, with `/`; empty for the same directory.
    pub member_path: &'a str,
    /// The name of the package that declares it.
    pub member_name: Option<&'a str>,
}

impl Locked<'_> {
    /// The version of the package in `text`, the content of a lock file of the given kind.
    pub(crate) fn version_in(&self, kind: LockFile, text: &str) -> Option<Version> {
        let version = match kind {
            LockFile::Npm | LockFile::NpmShrinkwrap => self.in_package_lock(text)?,
            LockFile::Pnpm => self.in_pnpm_lock(text)?,
            LockFile::Yarn => self.in_yarn_lock(text)?,
            LockFile::Bun => self.in_bun_lock(text)?,
            LockFile::BunBinary => return None,
        };
        Version::parse(&version).ok()
    }

    /// From version 2 on, packages are listed by their directory; in version 1 they are nested by name.
    fn in_package_lock(&self, text: &str) -> Option<String> {
        let Value::Object(root) = json::parse_lock_file(text)? else {
            return None;
        };
        let Some(packages) = root.get_object("packages") else {
            return self.in_package_lock_1(root.get_object("dependencies")?);
        };
        let mut directory = Some(self.member_path);
        while let Some(current) = directory {
            let separator = if current.is_empty() { "" } else { "/" };
            let path = format!("{current}{separator}node_modules/{}", self.import_name);
            if let Some(entry) = packages.get_object(&path) {
                let target = entry
                    .get_string("resolved")
                    .and_then(|target| packages.get_object(&target.value));
                return target.and_then(version_of).or_else(|| version_of(entry));
            }
            directory = parent(current);
        }
        None
    }

    fn in_package_lock_1(&self, entries: &Object<'_>) -> Option<String> {
        let member = self
            .member_name
            .and_then(|member| entries.get_object(member));
        let own_entries = member.and_then(|member| member.get_object("dependencies"));
        let own = own_entries.and_then(|entries| entries.get_object(self.import_name));
        let version = version_of(own.or_else(|| entries.get_object(self.import_name))?)?;
        match version.rsplit_once('@') {
            Some((_, aliased)) if version.starts_with("npm:") => Some(aliased.to_owned()),
            _ => Some(version),
        }
    }

    /// The entry of the package that asks, under `importers`, or at the top in lock files of a single package.
    fn in_pnpm_lock(&self, text: &str) -> Option<String> {
        let importer = if self.member_path.is_empty() {
            "."
        } else {
            self.member_path
        };
        let mut path: Vec<(usize, &str)> = Vec::new();
        for line in text
            .lines()
            .filter(|line| !line.trim_start().starts_with('#'))
        {
            let Some((key, value)) = key_and_value(line) else {
                continue;
            };
            let indentation = line.len() - line.trim_start().len();
            path.retain(|&(outer, _)| outer < indentation);
            path.push((indentation, key));
            let keys = path.iter().map(|&(_, key)| key).collect::<Vec<_>>();
            let (table, rest) = match &keys[..] {
                ["importers", found, table, rest @ ..] if *found == importer => (*table, rest),
                [table, rest @ ..] if self.member_path.is_empty() => (*table, rest),
                _ => continue,
            };
            let is_entry = matches!(rest, [name] | [name, "version"] if *name == self.import_name);
            let is_table = matches!(
                table,
                "dependencies" | "optionalDependencies" | "devDependencies"
            );
            if is_table && is_entry && !value.is_empty() {
                return Some(pnpm_version(value));
            }
        }
        None
    }

    /// Blocks whose first line lists what they stand for: `"a@^1", "a@^1.2":`.
    fn in_yarn_lock(&self, text: &str) -> Option<String> {
        let wanted = self.range.trim_start_matches("npm:");
        let mut candidates = Vec::new();
        let mut exact = false;
        let mut relevant = false;
        for line in text.lines() {
            if !line.starts_with([' ', '#']) {
                let ranges = line
                    .trim_end_matches(':')
                    .split(", ")
                    .filter_map(|one| self.range_in_descriptor(one));
                let ranges = ranges.collect::<Vec<_>>();
                relevant = !ranges.is_empty();
                exact = ranges.contains(&wanted);
            } else if let (true, Some(version)) =
                (relevant, line.trim_start().strip_prefix("version"))
            {
                let version = version
                    .trim_start_matches(':')
                    .trim()
                    .trim_matches('"')
                    .to_owned();
                if exact {
                    return Some(version);
                }
                candidates.push(version);
            }
        }
        candidates.dedup();
        if candidates.len() == 1 {
            candidates.pop()
        } else {
            None
        }
    }

    /// The range in `descriptor`, one of those that a block of a `yarn.lock` starts with, when it is about the package.
    fn range_in_descriptor<'d>(&self, descriptor: &'d str) -> Option<&'d str> {
        let range = descriptor
            .trim_matches('"')
            .strip_prefix(self.import_name)?
            .strip_prefix('@')?;
        Some(range.trim_start_matches("npm:"))
    }

    /// Packages by name, those that differ for one package of the workspace by its name and theirs.
    fn in_bun_lock(&self, text: &str) -> Option<String> {
        let Value::Object(root) = json::parse_lock_file(text)? else {
            return None;
        };
        let packages = root.get_object("packages")?;
        let own = self
            .member_name
            .and_then(|member| packages.get_array(&format!("{member}/{}", self.import_name)));
        let entry = own.or_else(|| packages.get_array(self.import_name))?;
        let (_, version) = entry
            .elements
            .first()?
            .as_string_lit()?
            .value
            .rsplit_once('@')?;
        Some(version.to_owned())
    }
}

fn version_of(entry: &Object<'_>) -> Option<String> {
    Some(entry.get_string("version")?.value.to_string())
}

fn parent(directory: &str) -> Option<&str> {
    if directory.is_empty() {
        return None;
    }
    Some(directory.rsplit_once('/').map_or("", |(parent, _)| parent))
}

/// The key and the value of one line of the YAML that pnpm writes: a key may be quoted, a value may be on later lines.
fn key_and_value(line: &str) -> Option<(&str, &str)> {
    let line = line.trim();
    let quote = line.chars().next().filter(|&c| c == '\'' || c == '"');
    let (key, value) = match quote {
        Some(quote) => line[1..].split_once(quote)?,
        None => line.split_once(':')?,
    };
    let value = if quote.is_some() {
        value.strip_prefix(':')?
    } else {
        value
    };
    Some((key, value.trim().trim_matches(['\'', '"'])))
}

/// The version in pnpm's `2.0.3(zod@4.0.0)`, `2.0.3_zod@4.0.0` or, for an alias, `@flue/runtime@2.0.3`.
fn pnpm_version(value: &str) -> String {
    let without_peers = value.split('(').next().unwrap_or(value);
    let is_alias = !without_peers.starts_with(|c: char| c.is_ascii_digit());
    let version = match without_peers.rsplit_once(['@', '/']) {
        Some((_, version)) if is_alias => version,
        _ => without_peers,
    };
    version.split('_').next().unwrap_or(version).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    const RUNTIME: Locked<'_> = Locked {
        import_name: "@flue/runtime",
        range: "^2.0.0",
        member_path: "",
        member_name: None,
    };
    const MEMBER: Locked<'_> = Locked {
        member_path: "packages/app",
        member_name: Some("app"),
        ..RUNTIME
    };

    fn check(locked: Locked<'_>, kind: LockFile, text: &str, expect: Option<&str>) {
        let version = locked
            .version_in(kind, text)
            .map(|version| version.to_string());
        assert_eq!(version.as_deref(), expect, "{text}");
    }

    #[test]
    fn package_lock_1_nests_by_name() {
        let text =
            r#"{"lockfileVersion": 1, "dependencies": {"@flue/runtime": {"version": "2.0.1"}}}"#;
        check(RUNTIME, LockFile::Npm, text, Some("2.0.1"));
        check(RUNTIME, LockFile::Npm, r#"{"lockfileVersion": 1}"#, None);
        let text = r#"{"dependencies": {
            "@flue/runtime": {"version": "2.1.0"},
            "rt": {"version": "npm:@flue/runtime@2.0.3"},
            "app": {"version": "file:packages/app", "dependencies": {"@flue/runtime": {"version": "2.0.1"}}}
        }}"#;
        check(MEMBER, LockFile::Npm, text, Some("2.0.1"));
        check(
            Locked {
                import_name: "rt",
                ..MEMBER
            },
            LockFile::Npm,
            text,
            Some("2.0.3"),
        );
    }

    #[test]
    fn package_lock_2_and_3_list_directories() {
        let text = r#"{"lockfileVersion": 3, "packages": {
            "": {"name": "x", "version": "9.0.0"},
            "node_modules/@flue/runtime": {"version": "2.1.0"},
            "packages/app/node_modules/@flue/runtime": {"version": "1.0.0-beta.9"},
            "node_modules/linked": {"resolved": "packages/linked", "link": true},
            "packages/linked": {"version": "2.0.5"}
        }, "dependencies": {"@flue/runtime": {"version": "0.1.0"}}}"#;
        check(RUNTIME, LockFile::Npm, text, Some("2.1.0"));
        check(MEMBER, LockFile::NpmShrinkwrap, text, Some("1.0.0-beta.9"));
        check(
            Locked {
                member_path: "packages/other",
                ..RUNTIME
            },
            LockFile::Npm,
            text,
            Some("2.1.0"),
        );
        check(
            Locked {
                import_name: "linked",
                ..RUNTIME
            },
            LockFile::Npm,
            text,
            Some("2.0.5"),
        );
        check(
            Locked {
                import_name: "nobody",
                ..MEMBER
            },
            LockFile::Npm,
            text,
            None,
        );
        check(RUNTIME, LockFile::Npm, "<<<<<<< HEAD", None);
    }

    #[test]
    fn pnpm_lock_9_has_importers() {
        let text = "\
lockfileVersion: '9.0'

importers:

  .:
    devDependencies:
      '@flue/runtime':
        specifier: ^2.0.0
        version: 2.1.0(zod@4.0.0)

  packages/app:
    dependencies:
      '@flue/runtime':
        specifier: ^1.0.0-beta.5
        version: 1.0.0-beta.9
      linked:
        specifier: workspace:*
        version: link:../linked
      rt:
        specifier: npm:@flue/runtime@2.0.1
        version: '@flue/runtime@2.0.1'

packages:

  '@flue/runtime@2.1.0':
    resolution: {integrity: sha512-x}
";
        check(RUNTIME, LockFile::Pnpm, text, Some("2.1.0"));
        check(MEMBER, LockFile::Pnpm, text, Some("1.0.0-beta.9"));
        check(
            Locked {
                import_name: "rt",
                ..MEMBER
            },
            LockFile::Pnpm,
            text,
            Some("2.0.1"),
        );
        check(
            Locked {
                import_name: "linked",
                ..MEMBER
            },
            LockFile::Pnpm,
            text,
            None,
        );
        check(
            Locked {
                member_path: "packages/nobody",
                ..RUNTIME
            },
            LockFile::Pnpm,
            text,
            None,
        );
    }

    #[test]
    fn pnpm_lock_6_of_one_package_has_no_importers() {
        let text = "\
lockfileVersion: '6.0'

dependencies:
  '@flue/runtime':
    specifier: ^2.0.0
    version: 2.0.3(zod@4.0.0)
";
        check(RUNTIME, LockFile::Pnpm, text, Some("2.0.3"));
        check(
            RUNTIME,
            LockFile::Pnpm,
            "dependencies:\n  '@flue/runtime': 2.0.3_zod@4.0.0\n",
            Some("2.0.3"),
        );
    }

    #[test]
    fn yarn_classic_quotes_versions() {
        let text = "\
# yarn lockfile v1

\"@flue/runtime@1.0.0-beta.9\":
  version \"1.0.0-beta.9\"

\"@flue/runtime@^2.0.0\", \"@flue/runtime@^2.0.1\":
  version \"2.1.0\"
  dependencies:
    zod \"^4\"
";
        check(RUNTIME, LockFile::Yarn, text, Some("2.1.0"));
        check(
            Locked {
                range: "1.0.0-beta.9",
                ..RUNTIME
            },
            LockFile::Yarn,
            text,
            Some("1.0.0-beta.9"),
        );
        check(
            Locked {
                range: "^9",
                ..RUNTIME
            },
            LockFile::Yarn,
            text,
            None,
        );
        check(
            RUNTIME,
            LockFile::Yarn,
            "zod@^4:\n  version \"4.0.0\"\n",
            None,
        );
    }

    #[test]
    fn yarn_berry_names_the_protocol() {
        let text = "\
__metadata:
  version: 8

\"@flue/runtime@npm:^2.0.0\":
  version: 2.0.5
  resolution: \"@flue/runtime@npm:2.0.5\"

\"app@workspace:.\":
  version: 0.0.0-use.local
";
        check(RUNTIME, LockFile::Yarn, text, Some("2.0.5"));
        check(
            Locked {
                range: "catalog:",
                ..RUNTIME
            },
            LockFile::Yarn,
            text,
            Some("2.0.5"),
        );
    }

    #[test]
    fn bun_lock_lists_names() {
        let text = r#"{
  "lockfileVersion": 1,
  "packages": {
    "@flue/runtime": ["@flue/runtime@2.1.0", "", { "dependencies": { "zod": "^4" } }, "sha512-x"],
    "app/@flue/runtime": ["@flue/runtime@2.0.1", "", {}, "sha512-y"],
    "linked": ["linked@workspace:packages/linked"],
  }
}"#;
        check(RUNTIME, LockFile::Bun, text, Some("2.1.0"));
        check(MEMBER, LockFile::Bun, text, Some("2.0.1"));
        check(
            Locked {
                import_name: "linked",
                ..RUNTIME
            },
            LockFile::Bun,
            text,
            None,
        );
        check(RUNTIME, LockFile::BunBinary, text, None);
    }
}
