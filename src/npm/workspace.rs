//! What the root of a workspace says about its packages and their versions.
//!
//! npm, yarn and bun say it in `package.json`, pnpm in `pnpm-workspace.yaml`, yarn's catalogs stand in `.yarnrc.yml`.
//! Text in, values out: which packages exist is for the caller to look up.

use glob::{MatchOptions, Pattern};
use jsonc_parser::ast::{Object, Value};

use super::json;
use super::manifest::PackageJson;
use super::yaml::{self, Yaml};
use crate::error::Problem;

/// The folders of a workspace, as its root lists them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WorkspacePatterns {
    included: Vec<String>,
    excluded: Vec<String>,
}

impl WorkspacePatterns {
    /// What the `workspaces` of `root` lists, as an array or in an object's `packages`; none when it is no workspace.
    ///
    /// # Errors
    ///
    /// When `workspaces` is something else, or lists something else than strings.
    pub fn in_package_json(root: &PackageJson<'_>) -> Result<Option<Self>, Problem> {
        let Some(property) = root.root.get("workspaces") else {
            return Ok(None);
        };
        let list = match &property.value {
            Value::Array(list) => list,
            Value::Object(object) => match object.get("packages") {
                None => return Ok(None),
                Some(packages) => match &packages.value {
                    Value::Array(list) => list,
                    _ => return Err(json::wrong_type(root.body, packages, "an array of strings")),
                },
            },
            _ => return Err(json::wrong_type(root.body, property, "an array of strings")),
        };
        let patterns = list.elements.iter().map(|pattern| {
            pattern
                .as_string_lit()
                .map(|pattern| pattern.value.as_ref())
        });
        let patterns: Option<Vec<&str>> = patterns.collect();
        let patterns =
            patterns.ok_or_else(|| json::wrong_type(root.body, property, "an array of strings"))?;
        Ok(Some(Self::new(patterns)))
    }

    /// What the `packages` of a `pnpm-workspace.yaml` lists. The folder of that file is a package of the workspace in
    /// any case.
    ///
    /// # Errors
    ///
    /// When `text` is not YAML.
    pub fn in_pnpm_workspace(text: &str) -> Result<Self, Problem> {
        let document = yaml::parse(text)?;
        Ok(Self::new(
            document.get("packages").into_iter().flat_map(Yaml::strings),
        ))
    }

    fn new<'p>(patterns: impl IntoIterator<Item = &'p str>) -> Self {
        let mut parsed = Self {
            included: Vec::new(),
            excluded: Vec::new(),
        };
        for pattern in patterns {
            let (list, pattern) = match pattern.strip_prefix('!') {
                Some(excluded) => (&mut parsed.excluded, excluded),
                None => (&mut parsed.included, pattern),
            };
            let pattern = pattern.trim_start_matches("./").trim_end_matches('/');
            for pattern in without_braces(pattern) {
                if !list.contains(&pattern) {
                    list.push(pattern);
                }
            }
        }
        parsed
    }

    /// Whether there may be packages besides the root. pnpm keeps settings of a lone package in its file, too.
    pub fn lists_packages(&self) -> bool {
        !self.included.is_empty()
    }

    /// The patterns to look for packages with, relative to the root, with `/`; in the syntax of the `glob` crate.
    ///
    /// What they find is a package of the workspace when [`contains`](Self::contains) says so and it has a
    /// `package.json`.
    pub fn included(&self) -> &[String] {
        &self.included
    }

    /// Whether the folder at `path`, relative to the root and with `/`, is a package of the workspace.
    pub fn contains(&self, path: &str) -> bool {
        let in_node_modules = path.split('/').any(|folder| folder == "node_modules");
        let matches = |patterns: &[String]| patterns.iter().any(|pattern| matches(pattern, path));
        !in_node_modules && matches(&self.included) && !matches(&self.excluded)
    }
}

fn matches(pattern: &str, path: &str) -> bool {
    let options = MatchOptions {
        case_sensitive: true,
        require_literal_separator: true,
        require_literal_leading_dot: true,
    };
    Pattern::new(pattern).is_ok_and(|pattern| pattern.matches_with(path, options))
}

/// The patterns that `pattern` stands for: `{a,b}/*` is `a/*` and `b/*`.
fn without_braces(pattern: &str) -> Vec<String> {
    let innermost = pattern
        .find('}')
        .and_then(|end| Some((pattern[..end].rfind('{')?, end)));
    let Some((start, end)) = innermost else {
        return vec![pattern.to_owned()];
    };
    let (before, after) = (&pattern[..start], &pattern[end + 1..]);
    let choices = pattern[start + 1..end].split(',');
    choices
        .flat_map(|choice| without_braces(&format!("{before}{choice}{after}")))
        .collect()
}

/// Ranges that a workspace offers to its packages, which take them with `catalog:` or `catalog:<name>`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Catalogs {
    entries: Vec<CatalogEntry>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct CatalogEntry {
    catalog: String,
    package: String,
    range: String,
}

/// The name of the catalog that `catalog:` stands for.
const DEFAULT_CATALOG: &str = "default";

impl Catalogs {
    /// The catalogs in a `pnpm-workspace.yaml` or a `.yarnrc.yml`.
    ///
    /// # Errors
    ///
    /// When `text` is not YAML.
    pub fn in_yaml(text: &str) -> Result<Self, Problem> {
        let document = yaml::parse(text)?;
        let mut catalogs = Self::default();
        if let Some(catalog) = document.get("catalog") {
            catalogs.add_yaml(DEFAULT_CATALOG, catalog);
        }
        for (name, catalog) in document.get("catalogs").into_iter().flat_map(Yaml::entries) {
            catalogs.add_yaml(name, catalog);
        }
        Ok(catalogs)
    }

    /// The catalogs that bun reads from the `package.json` of a workspace's root: at the top or in `workspaces`.
    pub fn in_package_json(root: &PackageJson<'_>) -> Self {
        let mut catalogs = Self::default();
        for holder in [Some(&root.root), root.root.get_object("workspaces")]
            .into_iter()
            .flatten()
        {
            if let Some(catalog) = holder.get_object("catalog") {
                catalogs.add_json(DEFAULT_CATALOG, catalog);
            }
            for named in holder
                .get_object("catalogs")
                .into_iter()
                .flat_map(|named| &named.properties)
            {
                if let Value::Object(catalog) = &named.value {
                    catalogs.add_json(named.name.as_str(), catalog);
                }
            }
        }
        catalogs
    }

    /// What a package of the workspace writes to take `package` from a catalog: `catalog:` when the default one offers
    /// it, else `catalog:<name>` when exactly one other does. Nothing says which of several is meant.
    pub fn offer(&self, package: &str) -> Option<String> {
        let mut offers = self
            .entries
            .iter()
            .filter(|entry| entry.package == package)
            .collect::<Vec<_>>();
        offers.dedup_by(|a, b| a.catalog == b.catalog);
        if offers.iter().any(|entry| entry.catalog == DEFAULT_CATALOG) {
            return Some("catalog:".to_owned());
        }
        match offers[..] {
            [only] => Some(format!("catalog:{}", only.catalog)),
            _ => None,
        }
    }

    /// The range that `package` has where its entry says `declared`: that of the catalog for `catalog:`, else
    /// `declared` itself.
    pub fn resolve<'s>(&'s self, package: &str, declared: &'s str) -> &'s str {
        let Some(catalog) = declared.trim().strip_prefix("catalog:") else {
            return declared;
        };
        let catalog = if catalog.is_empty() {
            DEFAULT_CATALOG
        } else {
            catalog
        };
        let entry = self
            .entries
            .iter()
            .find(|entry| entry.package == package && entry.catalog == catalog);
        entry.map_or(declared, |entry| &entry.range)
    }

    fn add_yaml(&mut self, catalog: &str, packages: &Yaml) {
        for (package, range) in packages.entries() {
            self.add(catalog, package, range.as_str());
        }
    }

    fn add_json(&mut self, catalog: &str, packages: &Object<'_>) {
        for entry in &packages.properties {
            let range = entry
                .value
                .as_string_lit()
                .map(|range| range.value.as_ref());
            self.add(catalog, entry.name.as_str(), range);
        }
    }

    fn add(&mut self, catalog: &str, package: &str, range: Option<&str>) {
        self.entries.extend(range.map(|range| CatalogEntry {
            catalog: catalog.to_owned(),
            package: package.to_owned(),
            range: range.to_owned(),
        }));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn npm_workspace(manifest: &str) -> Option<WorkspacePatterns> {
        WorkspacePatterns::in_package_json(&PackageJson::parse(manifest).unwrap()).unwrap()
    }

    fn check(patterns: &WorkspacePatterns, members: &[&str], others: &[&str]) {
        assert_eq!(
            members
                .iter()
                .filter(|path| !patterns.contains(path))
                .collect::<Vec<_>>(),
            [&""; 0]
        );
        assert_eq!(
            others
                .iter()
                .filter(|path| patterns.contains(path))
                .collect::<Vec<_>>(),
            [&""; 0]
        );
    }

    #[test]
    fn package_json_lists_packages_in_two_forms() {
        let array =
            npm_workspace(r#"{"workspaces": ["packages/*", "./tool/", "!packages/old"]}"#).unwrap();
        check(
            &array,
            &["packages/a", "tool"],
            &[
                "packages",
                "packages/a/b",
                "packages/old",
                "packages/.x",
                "other",
            ],
        );
        let object =
            npm_workspace(r#"{"workspaces": {"packages": ["apps/**"], "nohoist": ["x"]}}"#)
                .unwrap();
        check(
            &object,
            &["apps/a", "apps/a/b"],
            &["x", "apps/a/node_modules/b"],
        );
        assert_eq!(npm_workspace("{}"), None);
        assert_eq!(npm_workspace(r#"{"workspaces": {"catalog": {}}}"#), None);
    }

    #[test]
    fn braces_are_choices() {
        let patterns = npm_workspace(r#"{"workspaces": ["{apps,libs/{x,y}}/*"]}"#).unwrap();
        assert_eq!(patterns.included(), ["apps/*", "libs/x/*", "libs/y/*"]);
        check(&patterns, &["apps/a", "libs/y/b"], &["libs/z/b"]);
    }

    #[test]
    fn workspaces_of_a_wrong_type_are_refused() {
        for (manifest, position) in [
            (r#"{"workspaces": "packages/*"}"#, "1:16"),
            (r#"{"workspaces": [1]}"#, "1:16"),
            (r#"{"workspaces": {"packages": true}}"#, "1:29"),
        ] {
            let problem =
                WorkspacePatterns::in_package_json(&PackageJson::parse(manifest).unwrap())
                    .unwrap_err();
            assert_eq!(
                problem.position.unwrap().to_string(),
                position,
                "{manifest}"
            );
            assert!(
                problem.message.ends_with("is not an array of strings"),
                "{problem}"
            );
        }
    }

    #[test]
    fn pnpm_lists_packages_in_yaml() {
        let patterns = WorkspacePatterns::in_pnpm_workspace(
            "packages:\n  - 'packages/**'\n  - '!**/test/**'\n",
        )
        .unwrap();
        check(
            &patterns,
            &["packages/a/b"],
            &["packages/a/test/x", "other"],
        );
        check(
            &WorkspacePatterns::in_pnpm_workspace("catalog: {}\n").unwrap(),
            &[],
            &["packages/a"],
        );
        assert!(WorkspacePatterns::in_pnpm_workspace("a: [").is_err());
    }

    fn check_offer(catalogs: &Catalogs, package: &str, expect: Option<&str>) {
        assert_eq!(catalogs.offer(package).as_deref(), expect, "{package}");
    }

    const PNPM: &str = "\
catalog:
  '@daytona/sdk': ^0.200.0
catalogs:
  flue2:
    \"@flue/runtime\": 2.0.1
    both: 1
  other:
    both: 2
  default:
    extra: 3.10
";

    #[test]
    fn a_catalog_offers_a_package() {
        let catalogs = Catalogs::in_yaml(PNPM).unwrap();
        check_offer(&catalogs, "@daytona/sdk", Some("catalog:"));
        check_offer(&catalogs, "@flue/runtime", Some("catalog:flue2"));
        check_offer(&catalogs, "extra", Some("catalog:"));
        check_offer(&catalogs, "both", None);
        check_offer(&catalogs, "nobody", None);
    }

    #[test]
    fn what_a_catalog_says_is_found() {
        let catalogs = Catalogs::in_yaml(PNPM).unwrap();
        assert_eq!(catalogs.resolve("@flue/runtime", "catalog:flue2"), "2.0.1");
        assert_eq!(catalogs.resolve("@daytona/sdk", "catalog:"), "^0.200.0");
        assert_eq!(catalogs.resolve("extra", "catalog:default"), "3.10");
        assert_eq!(
            catalogs.resolve("@flue/runtime", "catalog:nobody"),
            "catalog:nobody"
        );
        assert_eq!(catalogs.resolve("@flue/runtime", "^2"), "^2");
    }

    #[test]
    fn bun_has_catalogs_in_package_json() {
        let in_workspaces =
            r#"{"workspaces": {"packages": ["a"], "catalog": {"@daytona/sdk": "1"}}}"#;
        let catalogs = Catalogs::in_package_json(&PackageJson::parse(in_workspaces).unwrap());
        check_offer(&catalogs, "@daytona/sdk", Some("catalog:"));
        let at_the_top =
            r#"{"workspaces": ["a"], "catalogs": {"x": {"@daytona/sdk": "1"}, "y": 2}}"#;
        let catalogs = Catalogs::in_package_json(&PackageJson::parse(at_the_top).unwrap());
        check_offer(&catalogs, "@daytona/sdk", Some("catalog:x"));
        assert_eq!(
            Catalogs::in_package_json(&PackageJson::parse("{}").unwrap()),
            Catalogs::default()
        );
    }
}
