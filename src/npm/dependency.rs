//! Whether, where and under which name a `package.json` declares a package.
//!
//! Values in, values out.

use super::json;
use super::manifest::PackageJson;
use crate::error::Problem;
use crate::inspect::dependency::Role;
use crate::text::Position;

/// A table of a `package.json` that declares packages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Table {
    /// What the package needs.
    Dependencies,
    /// What the package uses when it can be installed.
    OptionalDependencies,
    /// What only those who work on the package need.
    DevDependencies,
    /// What those who use the package have to bring.
    PeerDependencies,
}

impl Table {
    /// The tables, those first that decide over the others.
    const ALL: [Self; 4] = [
        Self::Dependencies,
        Self::OptionalDependencies,
        Self::DevDependencies,
        Self::PeerDependencies,
    ];

    /// Its key in `package.json`.
    pub(crate) fn key(self) -> &'static str {
        match self {
            Self::Dependencies => "dependencies",
            Self::OptionalDependencies => "optionalDependencies",
            Self::DevDependencies => "devDependencies",
            Self::PeerDependencies => "peerDependencies",
        }
    }

    /// The table for what has this role.
    pub(crate) fn of(role: Role) -> Self {
        match role {
            Role::Runtime | Role::Sdk => Self::Dependencies,
            Role::Development => Self::DevDependencies,
        }
    }

    /// Whether what it declares is there where something of this role is needed: for all but development that is
    /// in production.
    pub(crate) fn serves(self, role: Role) -> bool {
        match self {
            Self::Dependencies | Self::OptionalDependencies => true,
            Self::DevDependencies => role == Role::Development,
            Self::PeerDependencies => false,
        }
    }
}

/// One entry that declares a package.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Dependency {
    /// The name that imports use: the key of the entry, which differs from the package's name for an alias.
    pub import_name: String,
    /// The range as declared, `npm:` and the aliased name included: `^2.0.0`, `workspace:*`, `npm:@flue/runtime@2`.
    pub range: String,
    /// The table that it stands in.
    pub table: Table,
    /// Where the entry starts.
    pub position: Position,
}

impl Dependency {
    /// What to tell the user when an entry of its own is added for a package that this one declares for development or
    /// for others only.
    pub(crate) fn note_beside_new_entry(&self) -> Option<String> {
        let (name, table) = (&self.import_name, self.table.key());
        match self.table {
            Table::Dependencies | Table::OptionalDependencies => None,
            Table::DevDependencies => Some(format!(
                "`{name}` is in `{table}` too: remove it there, or npm leaves it out of production installs"
            )),
            Table::PeerDependencies => Some(format!("`{name}` stays in `{table}` too")),
        }
    }
}

/// The entry of `manifest` that declares `package`, under its own name or an alias.
///
/// Of several, the one that serves production wins, then the one under the package's own name.
///
/// # Errors
///
/// When a dependency table is not an object, has a key twice, or declares the package with something else than a
/// string.
pub(crate) fn find_dependency(
    manifest: &PackageJson<'_>,
    package: &str,
) -> Result<Option<Dependency>, Problem> {
    let mut found = None;
    for table in Table::ALL {
        let declared = find_in(manifest, table, package)?;
        found = found.or(declared);
    }
    Ok(found)
}

fn find_in(
    manifest: &PackageJson<'_>,
    table: Table,
    package: &str,
) -> Result<Option<Dependency>, Problem> {
    let Some(entries) = json::object_at(manifest.body, &manifest.root, table.key())? else {
        return Ok(None);
    };
    let aliased = || {
        entries.properties.iter().find(|entry| {
            let range = entry
                .value
                .as_string_lit()
                .map(|range| range.value.as_ref());
            range.and_then(aliased_package) == Some(package)
        })
    };
    let Some(entry) = entries.get(package).or_else(aliased) else {
        return Ok(None);
    };
    Ok(Some(Dependency {
        import_name: entry.name.as_str().to_owned(),
        range: json::string_of(manifest.body, entry)?.to_owned(),
        table,
        position: Position::at(manifest.body, entry.range.start),
    }))
}

/// The package that `range` stands for when it is an alias: `@a/b` for `npm:@a/b@^1`.
fn aliased_package(range: &str) -> Option<&str> {
    let target = range.trim().strip_prefix("npm:")?;
    let version_at = target.char_indices().skip(1).find(|&(_, c)| c == '@');
    Some(version_at.map_or(target, |(at, _)| &target[..at]))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(manifest: &str, expect: Option<(Table, &str, &str)>) {
        let manifest = PackageJson::parse(manifest).unwrap();
        let found = find_dependency(&manifest, "@daytona/sdk").unwrap();
        let found = found.as_ref().map(|found| {
            (
                found.table,
                found.import_name.as_str(),
                found.range.as_str(),
            )
        });
        assert_eq!(found, expect);
    }

    #[test]
    fn any_range_counts() {
        for range in [
            "^0.187.0",
            "*",
            "",
            "latest",
            "workspace:*",
            "catalog:",
            "file:../sdk",
            "github:daytona/sdk",
        ] {
            let manifest = format!(r#"{{"dependencies": {{"@daytona/sdk": "{range}"}}}}"#);
            check(
                &manifest,
                Some((Table::Dependencies, "@daytona/sdk", range)),
            );
        }
    }

    #[test]
    fn an_alias_counts_under_its_own_name() {
        let aliased = |range| format!(r#"{{"optionalDependencies": {{"sdk": "{range}"}}}}"#);
        for range in ["npm:@daytona/sdk@^0.200.0", "npm:@daytona/sdk"] {
            check(
                &aliased(range),
                Some((Table::OptionalDependencies, "sdk", range)),
            );
        }
        check(&aliased("npm:@daytona/sdk-extra@1"), None);
        check(&aliased("^1"), None);
    }

    #[test]
    fn what_serves_production_decides() {
        let both = r#"{"devDependencies": {"@daytona/sdk": "1"}, "dependencies": {"sdk": "npm:@daytona/sdk@2"}}"#;
        check(
            both,
            Some((Table::Dependencies, "sdk", "npm:@daytona/sdk@2")),
        );
        check(
            r#"{"devDependencies": {"@daytona/sdk": "1"}}"#,
            Some((Table::DevDependencies, "@daytona/sdk", "1")),
        );
        check(
            r#"{"peerDependencies": {"@daytona/sdk": "1"}}"#,
            Some((Table::PeerDependencies, "@daytona/sdk", "1")),
        );
        check(
            r#"{"dependencies": {"daytona": "1"}, "overrides": {"@daytona/sdk": "1"}}"#,
            None,
        );
        check("{}", None);
    }

    #[test]
    fn the_own_name_wins_over_an_alias() {
        let both = r#"{"dependencies": {"sdk": "npm:@daytona/sdk@2", "@daytona/sdk": "1"}}"#;
        check(both, Some((Table::Dependencies, "@daytona/sdk", "1")));
    }

    fn declared(manifest: &str) -> Dependency {
        find_dependency(&PackageJson::parse(manifest).unwrap(), "@daytona/sdk")
            .unwrap()
            .unwrap()
    }

    #[test]
    fn an_entry_for_development_hides_one_for_production_from_npm() {
        let development = declared(r#"{"devDependencies": {"@daytona/sdk": "1"}}"#);
        assert!(!development.table.serves(Role::Sdk));
        assert!(development.table.serves(Role::Development));
        let note = development.note_beside_new_entry().unwrap();
        assert!(
            note.starts_with("`@daytona/sdk` is in `devDependencies` too: remove it"),
            "{note}"
        );
        let production = declared(r#"{"dependencies": {"@daytona/sdk": "1"}}"#);
        assert!(production.table.serves(Role::Sdk));
        assert!(production.table.serves(Role::Development));
        assert_eq!(production.note_beside_new_entry(), None);
    }

    fn check_invalid(manifest: &str, expect: &str) {
        let manifest = PackageJson::parse(manifest).unwrap();
        let problem = find_dependency(&manifest, "@daytona/sdk").unwrap_err();
        assert_eq!(format!("{}: {problem}", problem.position.unwrap()), expect);
        assert!(problem.help.is_some());
    }

    #[test]
    fn tables_that_cannot_be_read_are_refused() {
        check_invalid(
            r#"{"dependencies": []}"#,
            "1:18: invalid `package.json`: `dependencies` is not an object",
        );
        check_invalid(
            r#"{"devDependencies": "x"}"#,
            "1:21: invalid `package.json`: `devDependencies` is not an object",
        );
        check_invalid(
            "{\"dependencies\": {\n\"a\": \"1\",\n\"a\": \"2\"}}",
            "3:1: invalid `package.json`: `a` is there twice",
        );
        check_invalid(
            r#"{"dependencies": {"@daytona/sdk": 1}}"#,
            "1:35: invalid `package.json`: `@daytona/sdk` is not a string",
        );
    }

    #[test]
    fn the_place_of_an_entry_is_known() {
        let manifest =
            PackageJson::parse("{\"dependencies\": {\n  \"@daytona/sdk\": \"1\"}}").unwrap();
        assert_eq!(
            find_dependency(&manifest, "@daytona/sdk")
                .unwrap()
                .unwrap()
                .position,
            Position { line: 2, column: 3 }
        );
    }
}
