//! What templates are rendered from.
//!
//! Values only. The build script uses this module, too: it renders the usual contexts ahead.

use serde::Serialize;

use super::model::{Blueprint, Part, Variant};

/// What the templates of a cargo project are rendered from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct CargoContext {
    /// The first line of the file.
    pub marker: String,
    /// The name under which the project imports the runtime: `flue_runtime`, unless it is renamed in the manifest.
    pub runtime: String,
    /// The name under which the project imports the SDK.
    pub sdk: String,
    /// The path of the adapter's module from where the agent is: `crate::sandboxes::daytona`.
    pub module: String,
    /// Whether other crates are to use the agent.
    pub is_library: bool,
}

/// What the templates of an npm project are rendered from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct NpmContext {
    /// The first line of the file.
    pub marker: String,
    /// The name under which the project imports the runtime: `@flue/runtime`, unless it is aliased.
    pub runtime: String,
    /// The name under which the project imports the SDK.
    pub sdk: String,
    /// The method that the runtime calls on the adapter's factory.
    pub factory: String,
    /// What an agent, which lives in a directory beside that of the adapter, imports the adapter from.
    pub adapter: String,
}

/// Where the lines go that hand a Rust adapter to an agent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum AgentPlace<'a> {
    /// Into the binary target that declares the module of the adapter.
    BinaryTarget,
    /// Into the library that does.
    Library,
    /// Into the binary target beside the library of this name, which does.
    BinaryTargetOf(&'a str),
}

impl CargoContext {
    /// The context of a project that imports the packages under these names, with an agent at `place`.
    pub(crate) fn new(
        blueprint: &Blueprint,
        part: &Part,
        [runtime, sdk]: [&str; 2],
        place: AgentPlace<'_>,
    ) -> Self {
        let module = part.adapter.trim_end_matches(".rs").replace('/', "::");
        Self {
            marker: blueprint.marker().to_string(),
            runtime: runtime.to_owned(),
            sdk: sdk.to_owned(),
            module: match place {
                AgentPlace::BinaryTarget | AgentPlace::Library => format!("crate::{module}"),
                AgentPlace::BinaryTargetOf(library) => format!("{library}::{module}"),
            },
            is_library: place == AgentPlace::Library,
        }
    }
}

impl NpmContext {
    /// The context of a project that takes `variant`, imports the packages under these names, and its own files with
    /// `suffix`.
    pub(crate) fn new(
        blueprint: &Blueprint,
        part: &Part,
        variant: &Variant,
        [runtime, sdk]: [&str; 2],
        suffix: &str,
    ) -> Self {
        let adapter = part.adapter.trim_end_matches(".ts");
        Self {
            marker: blueprint.marker().to_string(),
            runtime: runtime.to_owned(),
            sdk: sdk.to_owned(),
            factory: variant.factory.clone().unwrap_or_default(),
            adapter: format!("../{adapter}{suffix}"),
        }
    }
}
