//! `blueprint.toml`: what a blueprint says of itself, and the same as Rust.

use std::error::Error;
use std::path::Path;

use serde::Deserialize;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct Blueprint {
    kind: String,
    name: String,
    version: u32,
    summary: String,
    website: String,
    #[serde(default)]
    aliases: Vec<String>,
    #[serde(default)]
    environment: Vec<EnvironmentVariable>,
    #[serde(rename = "variant")]
    variants: Vec<Variant>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "`Debug` reads it, which writes it as Rust")]
struct EnvironmentVariable {
    name: String,
    purpose: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct Variant {
    pub(crate) ecosystem: Ecosystem,
    pub(crate) runtime: Package,
    pub(crate) sdk: Package,
    pub(crate) adapter: AdapterTemplate,
    #[serde(default)]
    module_docs: String,
    next_steps: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Ecosystem {
    Cargo,
    Npm,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
#[expect(dead_code, reason = "`Debug` reads it, which writes it as Rust")]
pub(crate) struct Package {
    pub(crate) package: String,
    requirement: String,
    #[serde(default)]
    sibling_of_runtime: bool,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "`Debug` reads it, which writes it as Rust")]
pub(crate) struct AdapterTemplate {
    pub(crate) path: String,
    template: String,
}

impl Blueprint {
    /// Reads the blueprint in `folder`, which ends in kind, name and version.
    pub(crate) fn read(folder: &Path) -> Result<Self, Box<dyn Error>> {
        let file = folder.join("blueprint.toml");
        let text = crate::read(&file)?;
        let blueprint = toml_edit::de::from_str::<Self>(&text)
            .map_err(|error| format!("{}: {error}", file.display()))?;
        let Self {
            kind,
            name,
            version,
            ..
        } = &blueprint;
        if *version == 0 || !folder.ends_with(format!("{kind}/{name}/{version}")) {
            let place = file.display();
            return Err(format!("{place}: {kind}/{name}@{version} belongs elsewhere").into());
        }
        Ok(blueprint)
    }

    /// The variant whose ecosystem the template at `path` is for.
    pub(crate) fn variant_of(&self, path: &str) -> Option<&Variant> {
        let mut variants = self.variants.iter();
        variants.find(|variant| path.starts_with(&format!("{}/", variant.ecosystem.folder())))
    }

    /// The first line of its adapters.
    pub(crate) fn marker(&self) -> String {
        let Self {
            kind,
            name,
            version,
            ..
        } = self;
        format!("// flue-blueprint: {kind}/{name}@{version}")
    }

    /// The code of the blueprint with the code of its `templates`.
    pub(crate) fn code(&self, templates: &str) -> String {
        let Self {
            kind,
            name,
            version,
            summary,
            website,
            aliases,
            environment,
            variants,
        } = self;
        let variants = variants.iter().map(Variant::code).collect::<String>();
        format!(
            "Blueprint {{ kind: {kind:?}, name: {name:?}, version: {version}, summary: {summary:?}, \
             website: {website:?}, aliases: &{aliases:?}, environment: &{environment:?}, \
             variants: &[{variants}], templates: &[{templates}] }},\n"
        )
    }
}

impl Variant {
    fn code(&self) -> String {
        let Self {
            ecosystem,
            runtime,
            sdk,
            adapter,
            module_docs,
            next_steps,
        } = self;
        format!(
            "Variant {{ ecosystem: Ecosystem::{ecosystem:?}, runtime: {runtime:?}, sdk: {sdk:?}, \
             adapter: {adapter:?}, module_docs: {module_docs:?}, next_steps: {next_steps:?} }}, "
        )
    }
}

impl Ecosystem {
    fn folder(self) -> &'static str {
        match self {
            Self::Cargo => "cargo",
            Self::Npm => "npm",
        }
    }
}
