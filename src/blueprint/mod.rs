//! Blueprints: the versioned recipes that the command can add, embedded in the binary.
//!
//! This module owns what `templates/` says: the catalogue, `blueprint.toml`, markers and rendering. It knows nothing
//! of the user's project.

pub mod marker;
pub mod render;

use anyhow::{Context as _, anyhow};
use include_dir::{Dir, include_dir};
use serde::{Deserialize, Serialize};

use crate::error::{Problem, Problems};
use marker::Marker;

static TEMPLATES: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/templates");

/// One version of a recipe, as its `blueprint.toml` describes it.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Blueprint {
    /// What it adds: `sandbox`.
    pub kind: String,
    /// Its name among blueprints of that kind.
    pub name: String,
    /// Counted from 1; a new version is a new folder, the old ones stay.
    pub version: u32,
    /// One line for lists.
    pub summary: String,
    /// Where to read about the provider.
    pub website: String,
    /// Other names that people know it by.
    #[serde(default)]
    pub aliases: Vec<String>,
    /// What the application has to find in its environment.
    #[serde(default)]
    pub environment: Vec<EnvironmentVariable>,
    #[serde(rename = "variant")]
    variants: Vec<Variant>,
}

/// A variable that the user sets; `flue` never invents its value.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct EnvironmentVariable {
    /// Its name.
    pub name: String,
    /// What it is for, as the rest of a sentence that starts with the name.
    pub purpose: String,
}

/// The part of a blueprint for one ecosystem.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Variant {
    /// Where it applies.
    pub ecosystem: Ecosystem,
    /// The package that declares the contract.
    pub runtime: Package,
    /// The package that the adapter talks to the provider with.
    pub sdk: Package,
    /// The file that it writes.
    pub adapter: AdapterTemplate,
    /// What the module that gathers such adapters is, for its first line. Cargo projects have one.
    #[serde(default)]
    pub module_docs: String,
    /// The template of what is left to the person.
    pub next_steps: String,
}

/// A package manager's world.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Ecosystem {
    /// Rust, with `Cargo.toml`.
    Cargo,
    /// TypeScript, with `package.json`.
    Npm,
}

/// A package that a variant needs.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Package {
    /// Its name in the registry.
    pub package: String,
    /// The versions that the adapter is written for.
    pub requirement: String,
    /// Whether it lives beside the runtime, so that a project with the runtime by path or git takes both from there.
    #[serde(default)]
    pub sibling_of_runtime: bool,
}

/// The adapter that a variant writes.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AdapterTemplate {
    /// Where it goes, relative to the source root, with `/`.
    pub path: String,
    /// The template, relative to the folder of the blueprint.
    pub template: String,
}

impl Blueprint {
    /// The variant for `ecosystem`, when the blueprint has one.
    pub fn variant(&self, ecosystem: Ecosystem) -> Option<&Variant> {
        self.variants
            .iter()
            .find(|variant| variant.ecosystem == ecosystem)
    }

    /// The marker that its adapters carry.
    pub fn marker(&self) -> Marker {
        Marker {
            kind: self.kind.clone(),
            name: self.name.clone(),
            version: self.version,
        }
    }

    /// The text of one of its templates.
    ///
    /// # Errors
    ///
    /// When the blueprint names a template that is not there, which is a mistake in the blueprint.
    pub fn template(&self, path: &str) -> anyhow::Result<&'static str> {
        let full_path = format!("{}/{}/{}/{path}", self.kind, self.name, self.version);
        let file = TEMPLATES.get_file(&full_path);
        file.and_then(|file| file.contents_utf8())
            .ok_or_else(|| anyhow!("no template `{full_path}`"))
    }

    fn answers_to(&self, name: &str) -> bool {
        self.names().any(|known| known.eq_ignore_ascii_case(name))
    }

    fn names(&self) -> impl Iterator<Item = &str> {
        std::iter::once(self.name.as_str()).chain(self.aliases.iter().map(String::as_str))
    }
}

/// Every blueprint in its newest version, ordered by kind and name.
#[derive(Debug, Clone)]
pub struct Catalogue {
    blueprints: Vec<Blueprint>,
}

impl Catalogue {
    /// Reads the blueprints that are embedded in the binary.
    ///
    /// # Errors
    ///
    /// When a `blueprint.toml` is invalid, which is a mistake in the blueprint.
    pub fn load() -> anyhow::Result<Self> {
        let names = TEMPLATES.dirs().flat_map(Dir::dirs);
        let mut blueprints = names
            .filter_map(newest_version)
            .map(parse)
            .collect::<anyhow::Result<Vec<_>>>()?;
        blueprints.sort_by(|a, b| (&a.kind, &a.name).cmp(&(&b.kind, &b.name)));
        Ok(Self { blueprints })
    }

    /// The blueprints, ordered by kind and name.
    pub fn iter(&self) -> impl Iterator<Item = &Blueprint> {
        self.blueprints.iter()
    }

    /// The blueprint of `kind` that answers to `name`, which may be an alias, without regard to case.
    ///
    /// # Errors
    ///
    /// A problem that lists what is known and names the nearest match.
    pub fn find(&self, kind: &str, name: &str) -> Result<&Blueprint, Problem> {
        let of_kind = self.of_kind(kind)?;
        let found = of_kind.iter().find(|blueprint| blueprint.answers_to(name));
        found.copied().ok_or_else(|| {
            let kind = &of_kind[0].kind;
            let known = of_kind
                .iter()
                .map(|blueprint| blueprint.name.as_str())
                .collect::<Vec<_>>();
            let all_names = of_kind.iter().flat_map(|blueprint| blueprint.names());
            let help = match nearest(name, all_names) {
                Some(near) => format!("a {kind} with a similar name exists: `{near}`"),
                None => format!("known names: {}", quoted(&known)),
            };
            Problem::new("unknown-name", format!("no {kind} named `{name}`")).help(help)
        })
    }

    /// The text of the guide to adapters of `kind` for providers that no blueprint is for.
    ///
    /// # Errors
    ///
    /// When there is no such kind or guide.
    pub fn generic_guide(&self, kind: &str) -> anyhow::Result<&'static str> {
        let kind = &self.of_kind(kind).map_err(Problems::from)?[0].kind;
        let path = format!("{kind}/guide.md.hbs");
        let file = TEMPLATES.get_file(&path);
        file.and_then(|file| file.contents_utf8())
            .ok_or_else(|| anyhow!("no guide `{path}`"))
    }

    /// The blueprints of `kind`, without regard to case; never empty.
    ///
    /// # Errors
    ///
    /// A problem that lists the kinds and names the nearest match.
    pub fn of_kind(&self, kind: &str) -> Result<Vec<&Blueprint>, Problem> {
        let of_kind = self
            .iter()
            .filter(|blueprint| blueprint.kind.eq_ignore_ascii_case(kind))
            .collect::<Vec<_>>();
        if !of_kind.is_empty() {
            return Ok(of_kind);
        }
        let mut kinds = self
            .iter()
            .map(|blueprint| blueprint.kind.as_str())
            .collect::<Vec<_>>();
        kinds.dedup();
        let help = match nearest(kind, kinds.iter().copied()) {
            Some(near) => format!("a similar kind exists: `{near}`"),
            None => format!("known kinds: {}", quoted(&kinds)),
        };
        Err(Problem::new("unknown-kind", format!("no blueprint kind `{kind}`")).help(help))
    }
}

fn newest_version<'a>(name: &'a Dir<'static>) -> Option<&'a Dir<'static>> {
    name.dirs().max_by_key(|version| version_of(version))
}

fn version_of(folder: &Dir<'_>) -> Option<u32> {
    folder.path().file_name()?.to_str()?.parse().ok()
}

fn parse(folder: &Dir<'static>) -> anyhow::Result<Blueprint> {
    let path = folder.path().join("blueprint.toml");
    let file = TEMPLATES
        .get_file(&path)
        .and_then(|file| file.contents_utf8());
    let text = file.with_context(|| format!("no blueprint `{}`", path.display()))?;
    toml_edit::de::from_str(text).with_context(|| format!("invalid blueprint `{}`", path.display()))
}

/// The candidate that a typing mistake would have come from, if any is near enough.
fn nearest<'a>(typed: &str, candidates: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    const SIMILAR: f64 = 0.8;
    let typed = typed.to_lowercase();
    candidates
        .map(|candidate| {
            (
                strsim::jaro_winkler(&typed, &candidate.to_lowercase()),
                candidate,
            )
        })
        .filter(|&(similarity, _)| similarity >= SIMILAR)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, candidate)| candidate)
}

fn quoted(names: &[&str]) -> String {
    names
        .iter()
        .map(|name| format!("`{name}`"))
        .collect::<Vec<_>>()
        .join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(kind: &str, name: &str, expect: &str) {
        let answer = match Catalogue::load().unwrap().find(kind, name) {
            Ok(blueprint) => format!("{}/{}", blueprint.kind, blueprint.name),
            Err(problem) => format!("{problem}; {}", problem.help.clone().unwrap_or_default()),
        };
        assert_eq!(answer, expect);
    }

    #[test]
    fn names_are_found_by_slug_or_alias_without_regard_to_case() {
        check("sandbox", "daytona", "sandbox/daytona");
        check("Sandbox", "DAYTONA", "sandbox/daytona");
        check("sandbox", "@daytona/sdk", "sandbox/daytona");
        check("sandbox", "Daytona-SDK", "sandbox/daytona");
    }

    #[test]
    fn unknown_names_are_answered_with_the_nearest_or_all() {
        let similar =
            "no sandbox named `daytonna`; a sandbox with a similar name exists: `daytona`";
        check("sandbox", "daytonna", similar);
        check(
            "sandbox",
            "zzz",
            "no sandbox named `zzz`; known names: `daytona`",
        );
        check(
            "sandbx",
            "daytona",
            "no blueprint kind `sandbx`; a similar kind exists: `sandbox`",
        );
        check(
            "channel",
            "slack",
            "no blueprint kind `channel`; known kinds: `sandbox`",
        );
    }

    #[test]
    fn every_blueprint_stands_in_the_folder_that_it_names_and_has_its_templates() {
        for blueprint in Catalogue::load().unwrap().iter() {
            let folder = format!(
                "{}/{}/{}",
                blueprint.kind, blueprint.name, blueprint.version
            );
            assert!(TEMPLATES.get_dir(&folder).is_some(), "{folder}");
            for variant in &blueprint.variants {
                blueprint.template(&variant.adapter.template).unwrap();
                blueprint.template(&variant.next_steps).unwrap();
            }
        }
    }
}
