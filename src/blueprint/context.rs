//! What templates are rendered from.
//!
//! Values only. The build script uses this module, too: it renders the usual contexts ahead.

use serde::Serialize;

use super::model::{Blueprint, Part, Variant};

/// The editions that an adapter can be written in, oldest first; the one before them has no `async`.
pub(crate) const EDITIONS: [&str; 3] = ["2018", "2021", "2024"];

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
    /// Whether the prelude of the project's edition lacks `TryFrom`, as that of 2018 does.
    pub import_try_from: bool,
    /// Whether rustfmt sorts types before functions in the project's edition, as it does from 2024 on.
    pub imports_types_first: bool,
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
    /// The context of a project in `edition` that imports the packages under these names.
    pub(crate) fn new(
        blueprint: &Blueprint,
        part: &Part,
        runtime: &str,
        sdk: &str,
        edition: &str,
    ) -> Self {
        Self {
            marker: blueprint.marker().to_string(),
            runtime: runtime.to_owned(),
            sdk: sdk.to_owned(),
            module: part.adapter.trim_end_matches(".rs").replace('/', "::"),
            import_try_from: edition == "2018",
            imports_types_first: edition == "2024",
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
