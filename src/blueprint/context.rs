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
    /// The path of the adapter's module from the crate root: `sandboxes::daytona`.
    pub module: String,
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
}

impl CargoContext {
    /// The context of a project that imports the packages under these names.
    pub(crate) fn new(blueprint: &Blueprint, part: &Part, runtime: &str, sdk: &str) -> Self {
        Self {
            marker: blueprint.marker().to_string(),
            runtime: runtime.to_owned(),
            sdk: sdk.to_owned(),
            module: part.adapter.trim_end_matches(".rs").replace('/', "::"),
        }
    }
}

impl NpmContext {
    /// The context of a project that takes `variant` and imports the packages under these names.
    pub(crate) fn new(blueprint: &Blueprint, variant: &Variant, runtime: &str, sdk: &str) -> Self {
        Self {
            marker: blueprint.marker().to_string(),
            runtime: runtime.to_owned(),
            sdk: sdk.to_owned(),
            factory: variant.factory.clone().unwrap_or_default(),
        }
    }
}
