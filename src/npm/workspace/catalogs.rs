//! The ranges that a workspace offers to its packages: pnpm's in `pnpm-workspace.yaml`, yarn's in `.yarnrc.yml`, bun's in
//! `package.json`.
//!
//! Text in, values out.

use jsonc_parser::ast::{Object, Value};

use crate::error::Problem;
use crate::npm::manifest::PackageJson;
use crate::npm::yaml::{self, Yaml};

/// Ranges that a workspace offers to its packages, which take them with `catalog:` or `catalog:<name>`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Catalogs {
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
    pub(crate) fn in_yaml(text: &str) -> Result<Self, Problem> {
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
    pub(crate) fn in_package_json(root: &PackageJson<'_>) -> Self {
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

    /// What a package of the workspace writes to take `package` from a catalog: from the one that an entry `beside` it
    /// is taken from, else `catalog:` when the default one offers it, else `catalog:<name>` when exactly one other does.
    /// Nothing says which of several is meant.
    pub(crate) fn offer(&self, package: &str, beside: Option<&str>) -> Option<String> {
        let beside = beside.and_then(|range| range.trim().strip_prefix("catalog:"));
        let beside = beside.filter(|catalog| !catalog.is_empty());
        let mut offers = self
            .entries
            .iter()
            .filter(|entry| entry.package == package)
            .collect::<Vec<_>>();
        offers.dedup_by(|a, b| a.catalog == b.catalog);
        if let Some(same) =
            beside.filter(|&catalog| offers.iter().any(|entry| entry.catalog == catalog))
        {
            return Some(format!("catalog:{same}"));
        }
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
    pub(crate) fn resolve<'s>(&'s self, package: &str, declared: &'s str) -> &'s str {
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

    fn check_offer(catalogs: &Catalogs, package: &str, expect: Option<&str>) {
        assert_eq!(
            catalogs.offer(package, None).as_deref(),
            expect,
            "{package}"
        );
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
    fn what_is_used_together_comes_from_one_catalog() {
        let catalogs = Catalogs::in_yaml(PNPM).unwrap();
        let beside = |package, beside| catalogs.offer(package, Some(beside));
        assert_eq!(
            beside("both", "catalog:flue2").as_deref(),
            Some("catalog:flue2")
        );
        assert_eq!(
            beside("both", "catalog:other").as_deref(),
            Some("catalog:other")
        );
        assert_eq!(beside("both", "^2"), None);
        assert_eq!(
            beside("@daytona/sdk", "catalog:flue2").as_deref(),
            Some("catalog:")
        );
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
