//! Blueprints: the versioned recipes that the command can add, embedded in the binary.
//!
//! This module owns what `templates/` says: the catalogue, markers and rendering. The build script reads the folder and
//! renders ahead what is usual, so that a run parses none of it. It knows nothing of the user's project.

pub mod catalogue;
pub mod context;
mod engine;
pub mod marker;
pub mod template;

use anyhow::anyhow;
use serde::Serialize;

use marker::Marker;
use template::Template;

/// One version of a recipe, as its `blueprint.toml` describes it.
#[derive(Debug, Clone, Copy)]
pub struct Blueprint {
    /// What it adds: `sandbox`.
    pub kind: &'static str,
    /// Its name among blueprints of that kind.
    pub name: &'static str,
    /// Counted from 1; a new version is a new folder, the old ones stay.
    pub version: u32,
    /// One line for lists.
    pub summary: &'static str,
    /// Where to read about the provider.
    pub website: &'static str,
    /// Other names that people know it by.
    pub aliases: &'static [&'static str],
    /// What the application has to find in its environment.
    pub environment: &'static [EnvironmentVariable],
    /// Its part for each ecosystem.
    pub variants: &'static [Variant],
    /// The files that are filled in for a project.
    pub templates: &'static [Template],
}

/// A variable that the user sets; `flue` never invents its value.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct EnvironmentVariable {
    /// Its name.
    pub name: &'static str,
    /// What it is for, as the rest of a sentence that starts with the name.
    pub purpose: &'static str,
}

/// The part of a blueprint for one ecosystem.
#[derive(Debug, Clone, Copy)]
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
    pub module_docs: &'static str,
    /// The template of what is left to the person.
    pub next_steps: &'static str,
}

/// A package manager's world.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ecosystem {
    /// Rust, with `Cargo.toml`.
    Cargo,
    /// TypeScript, with `package.json`.
    Npm,
}

/// A package that a variant needs.
#[derive(Debug, Clone, Copy)]
pub struct Package {
    /// Its name in the registry.
    pub package: &'static str,
    /// The versions that the adapter is written for.
    pub requirement: &'static str,
    /// Whether it lives beside the runtime, so that a project with the runtime by path or git takes both from there.
    pub sibling_of_runtime: bool,
}

/// The adapter that a variant writes.
#[derive(Debug, Clone, Copy)]
pub struct AdapterTemplate {
    /// Where it goes, relative to the source root, with `/`.
    pub path: &'static str,
    /// The template, relative to the folder of the blueprint.
    pub template: &'static str,
}

impl Blueprint {
    /// The variant for `ecosystem`, when the blueprint has one.
    pub fn variant(&self, ecosystem: Ecosystem) -> Option<&'static Variant> {
        let mut variants = self.variants.iter();
        variants.find(|variant| variant.ecosystem == ecosystem)
    }

    /// The marker that its adapters carry.
    pub fn marker(&self) -> Marker {
        Marker {
            kind: self.kind.to_owned(),
            name: self.name.to_owned(),
            version: self.version,
        }
    }

    /// The template at `path`, relative to its folder.
    ///
    /// # Errors
    ///
    /// When the blueprint names a template that is not there, which is a mistake in the blueprint.
    pub fn template(&self, path: &str) -> anyhow::Result<&'static Template> {
        let mut templates = self.templates.iter();
        let found = templates.find(|template| template.path == path);
        found.ok_or_else(|| {
            let (kind, name, version) = (self.kind, self.name, self.version);
            anyhow!("no template `{kind}/{name}/{version}/{path}`")
        })
    }

    fn answers_to(&self, name: &str) -> bool {
        self.names().any(|known| known.eq_ignore_ascii_case(name))
    }

    fn names(&self) -> impl Iterator<Item = &'static str> {
        std::iter::once(self.name).chain(self.aliases.iter().copied())
    }
}
