//! Versions that the root of a workspace forces on all of its packages: `overrides` and `resolutions`.
//!
//! Text in, values out. What holds for the dependencies of one package only is left out.

use std::path::Path;
use std::sync::Arc;

use jsonc_parser::ast::{Object, Value};

use super::manifest::PackageJson;
use super::package_manager::PackageManager;
use super::yaml::{self, Yaml};

/// What a workspace overrides.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Overrides {
    entries: Vec<Override>,
}

/// A version that is forced.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Override {
    /// The file that says so.
    pub file: Arc<Path>,
    /// The key of the table, as people write it: `pnpm.overrides`.
    pub key: &'static str,
    package: String,
    /// What takes the place of every declared range.
    pub range: String,
}

/// More are not looked at: each is good for a warning, and takes its space.
const MOST: usize = 10_000;

impl Overrides {
    /// What `root`, the manifest of the workspace in `file`, says to `package_manager`.
    pub(crate) fn in_package_json(
        root: &PackageJson<'_>,
        file: &Path,
        package_manager: PackageManager,
    ) -> Self {
        let top = |key| (key, root.root.get_object(key));
        let tables = match package_manager {
            PackageManager::Npm => vec![top("overrides")],
            PackageManager::Rush => Vec::new(),
            PackageManager::Bun => vec![top("overrides"), top("resolutions")],
            PackageManager::Yarn => vec![top("resolutions")],
            PackageManager::Pnpm => {
                let settings = root.root.get_object("pnpm");
                let own = settings.and_then(|settings| settings.get_object("overrides"));
                vec![("pnpm.overrides", own), top("resolutions")]
            }
        };
        let (mut overrides, file) = (Self::default(), Arc::from(file));
        for (key, table) in tables {
            for (selector, range) in table.into_iter().flat_map(entries) {
                overrides.add(&file, key, selector, range);
            }
        }
        overrides
    }

    /// Adds what `text`, the `pnpm-workspace.yaml` in `file`, says. What is no YAML is told elsewhere.
    pub(crate) fn add_yaml(&mut self, text: &str, file: &Path) {
        let (document, file) = (yaml::parse(text).ok(), Arc::from(file));
        let table = document
            .as_ref()
            .and_then(|document| document.get("overrides"));
        for (selector, range) in table.into_iter().flat_map(Yaml::entries) {
            if let Some(range) = range.as_str() {
                self.add(&file, "overrides", selector, range);
            }
        }
    }

    /// What is forced on every dependency on `package`.
    pub(crate) fn of(&self, package: &str) -> Option<&Override> {
        self.entries.iter().find(|entry| entry.package == package)
    }

    fn add(&mut self, file: &Arc<Path>, key: &'static str, selector: &str, range: &str) {
        let package = selector.strip_prefix("**/").unwrap_or(selector);
        // `a>b`, and a name behind another one's, are about dependencies of `a`; `b@1` is about some ranges only.
        let has_scope = package.starts_with('@');
        let is_name = package.matches('/').count() == usize::from(has_scope)
            && !package.contains('>')
            && !package[usize::from(has_scope)..].contains('@');
        if is_name && !range.starts_with('$') && self.entries.len() < MOST {
            self.entries.push(Override {
                file: Arc::clone(file),
                key,
                package: package.to_owned(),
                range: range.to_owned(),
            });
        }
    }
}

/// The entries of `table` with what they force on the package itself, which npm writes as `"."` beside its dependencies.
fn entries<'a>(table: &'a Object<'a>) -> impl Iterator<Item = (&'a str, &'a str)> {
    table.properties.iter().filter_map(|entry| {
        let range = match &entry.value {
            Value::Object(nested) => &nested.get(".")?.value,
            value => value,
        };
        Some((entry.name.as_str(), range.as_string_lit()?.value.as_ref()))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(package_manager: PackageManager, text: &str, expect: Option<(&str, &str)>) {
        let root = PackageJson::parse(text).unwrap();
        let overrides = Overrides::in_package_json(&root, Path::new("x"), package_manager);
        let found = overrides.of("@daytona/sdk");
        let found = found.map(|found| (found.key, found.range.as_str()));
        assert_eq!(found, expect, "{text}");
    }

    #[test]
    fn every_package_manager_has_its_own_table() {
        let all = r#"{"overrides": {"@daytona/sdk": "1"}, "resolutions": {"@daytona/sdk": "2"},
            "pnpm": {"overrides": {"@daytona/sdk": "3"}}}"#;
        check(PackageManager::Npm, all, Some(("overrides", "1")));
        check(PackageManager::Bun, all, Some(("overrides", "1")));
        check(PackageManager::Yarn, all, Some(("resolutions", "2")));
        check(PackageManager::Pnpm, all, Some(("pnpm.overrides", "3")));
        let mut overrides = Overrides::default();
        overrides.add_yaml("overrides:\n  '@daytona/sdk': 4\n", Path::new("x"));
        assert_eq!(overrides.of("@daytona/sdk").unwrap().range, "4");
    }

    #[test]
    fn what_is_about_some_dependencies_only_is_no_override() {
        let npm = |entries: &str, expect| {
            let text = format!(r#"{{"overrides": {{{entries}}}}}"#);
            check(PackageManager::Npm, &text, expect);
        };
        npm(
            r#""@daytona/sdk": {".": "1", "axios": "2"}"#,
            Some(("overrides", "1")),
        );
        npm(r#""@daytona/sdk": {"axios": "2"}"#, None);
        npm(r#""other": {"@daytona/sdk": "1"}"#, None);
        npm(r#""@daytona/sdk": "$@daytona/sdk""#, None);
        npm(r#""@daytona/sdk@^0.100": "1""#, None);
        let yarn = |key: &str, expect| {
            let text = format!(r#"{{"resolutions": {{"{key}": "1"}}}}"#);
            check(PackageManager::Yarn, &text, expect);
        };
        yarn("**/@daytona/sdk", Some(("resolutions", "1")));
        yarn("other/@daytona/sdk", None);
        yarn("other>@daytona/sdk", None);
    }
}
