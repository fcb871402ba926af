//! What a `blueprint.toml` says: the one model, which the build script reads and the command uses.
//!
//! Values only. Where a blueprint says which files or packages, their names stand here and nowhere else in the code.

use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;

use serde::de::value::{MapAccessDeserializer, SeqAccessDeserializer};
use serde::de::{MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};

use super::marker::Marker;
use super::texts::{Guide, Texts};

/// One version of a recipe.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct Blueprint {
    /// What it adds: `sandbox`.
    pub kind: String,
    /// Its name among blueprints of that kind.
    pub name: String,
    /// Counted from 1; a new version is a new directory, the old ones stay.
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
    /// The sentence before the lines of code that are left to the user.
    pub hand_over: String,
    /// Its part for each ecosystem.
    #[serde(rename = "ecosystem")]
    pub parts: BTreeMap<Ecosystem, Part>,
    /// Where it comes from, and its templates with it.
    #[serde(skip)]
    pub source: Source,
}

/// Where a blueprint comes from.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) enum Source {
    /// The binary.
    #[default]
    BuiltIn,
    /// The user.
    Own(Arc<Own>),
}

/// What the user's own blueprint is written in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Own {
    /// The directory of the version, or the file.
    pub place: PathBuf,
    /// What is typed behind `--blueprint` to mean it; none for one of the team, which its name means.
    pub typed: Option<PathBuf>,
    /// Its texts.
    pub texts: Texts,
    /// The versions before it, the oldest first.
    pub earlier: Vec<Blueprint>,
}

impl Own {
    /// The command `verb` for it, under `kind` and `name`.
    pub(crate) fn command(&self, verb: &str, kind: &str, name: &str) -> String {
        let typed = self.typed.as_ref();
        let typed = typed.map(|path| format!(" --blueprint {}", path.display()));
        format!("flue {verb} {kind} {name}{}", typed.unwrap_or_default())
    }
}

impl Blueprint {
    /// What the user's own blueprint is written in, if it is one.
    pub(crate) fn own(&self) -> Option<&Own> {
        match &self.source {
            Source::BuiltIn => None,
            Source::Own(own) => Some(own),
        }
    }

    /// The guide that it is, if it is one.
    pub(crate) fn guide(&self) -> Option<&Guide> {
        match &self.own()?.texts {
            Texts::Templates(_) => None,
            Texts::Guide(guide) => Some(guide),
        }
    }
}

/// A variable that the user sets; `flue` never invents its value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct EnvironmentVariable {
    /// Its name.
    pub name: String,
    /// What it is for, as the rest of a sentence that starts with the name.
    pub purpose: String,
}

/// A package manager's world.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Ecosystem {
    /// Rust, with `Cargo.toml`.
    Cargo,
    /// TypeScript, with `package.json`.
    Npm,
}

/// The part of a blueprint for one ecosystem.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct Part {
    /// The package that declares the contract.
    pub runtime: Runtime,
    /// The packages that the adapter talks to the provider with: one as a table, several as a list, the one that templates
    /// call `sdk` first.
    #[serde(default, rename = "sdk", deserialize_with = "one_or_several")]
    pub sdks: Vec<Sdk>,
    /// The file that it writes, relative to the source root, with `/`.
    pub adapter: String,
    /// What the module that gathers such adapters is, for its first line. Cargo projects have one.
    #[serde(default)]
    pub module_docs: String,
    /// The oldest Rust that the packages build with, where they are crates.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rust_version: Option<String>,
    /// One for each range of the runtime, the oldest first.
    #[serde(rename = "variant")]
    pub variants: Vec<Variant>,
    /// The texts that upstream's guide of the same name has had.
    #[serde(default)]
    pub upstream: Vec<UpstreamText>,
}

/// An adapter as a guide of upstream's has it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct UpstreamText {
    /// The version in its marker.
    pub version: u32,
    /// The SHA-256 of the text, in lower-case hexadecimal digits, without blank space at the end and with `\n` between lines.
    pub sha256: String,
}

/// The package that an adapter's contract comes from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Runtime {
    /// Its name in the registry.
    pub package: String,
    /// The versions that a project without it should take.
    pub requirement: String,
    /// Its releases, the newest last: what a range that a project declares is held against.
    #[serde(default)]
    pub releases: Vec<String>,
}

/// The package that an adapter talks to its provider with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct Sdk {
    /// Its name in the registry.
    pub package: String,
    /// Other names under which the same package is published.
    #[serde(default)]
    pub also: Vec<String>,
    /// The versions that the adapter is written for.
    pub requirement: String,
    /// Whether it lives beside the runtime, so that a project with the runtime by path or git takes both from there, and
    /// an npm project takes both in the same range.
    #[serde(default)]
    pub sibling_of_runtime: bool,
    /// Whether only those who work on an npm project need it, such as types: it goes to the dependencies for development.
    #[serde(default)]
    pub development: bool,
}

/// What is written for one range of the runtime.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct Variant {
    /// The first version of the runtime that it is for; it is for all later ones up to the next variant's. A part for
    /// all versions has one variant that leaves it out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<String>,
    /// Only for projects that may install this version of the runtime next, too: the adapter serves it and the ones before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reaching: Option<String>,
    /// The method that the runtime calls on the adapter's factory, where variants differ in it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub factory: Option<String>,
    /// The template of the adapter, relative to the directory of the blueprint.
    pub template: String,
    /// The template of the lines that are left to the user.
    pub next_steps: String,
}

fn one_or_several<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Sdk>, D::Error> {
    deserializer.deserialize_any(OneOrSeveral)
}

/// Reads a table as a list of one. Whether it is one is told by its form, so that a mistake in it is told as such.
struct OneOrSeveral;

impl<'de> Visitor<'de> for OneOrSeveral {
    type Value = Vec<Sdk>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a package, or a list of packages")
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
        Ok(vec![Sdk::deserialize(MapAccessDeserializer::new(map))?])
    }

    fn visit_seq<A: SeqAccess<'de>>(self, seq: A) -> Result<Self::Value, A::Error> {
        Vec::deserialize(SeqAccessDeserializer::new(seq))
    }
}

impl Part {
    /// The names that the packages have in their registries, the runtime and then what the adapter talks to the provider with.
    pub(crate) fn packages(&self) -> impl Iterator<Item = &str> {
        let sdks = self.sdks.iter().map(|sdk| sdk.package.as_str());
        std::iter::once(self.runtime.package.as_str()).chain(sdks)
    }
}

impl Blueprint {
    /// The marker that its adapters carry.
    pub(crate) fn marker(&self) -> Marker {
        Marker {
            kind: self.kind.clone(),
            name: self.name.clone(),
            version: self.version,
        }
    }

    /// Its directory below `templates/`.
    pub(crate) fn directory(&self) -> String {
        format!("{}/{}/{}", self.kind, self.name, self.version)
    }
}
