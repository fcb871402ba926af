//! What templates are rendered from.
//!
//! The build script uses this module, too: it renders the usual contexts ahead.

use serde::Serialize;

/// The editions that an adapter can be written in, oldest first; the one before them has no `async`.
pub const EDITIONS: [&str; 3] = ["2018", "2021", "2024"];

/// What the templates of a cargo project are rendered from.
#[derive(Debug, Clone, Serialize)]
pub struct CargoContext {
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

impl CargoContext {
    /// The context of a project in `edition`.
    pub fn new(
        marker: String,
        runtime: String,
        sdk: String,
        module: String,
        edition: &str,
    ) -> Self {
        Self {
            marker,
            runtime,
            sdk,
            module,
            import_try_from: edition == "2018",
            imports_types_first: edition == "2024",
        }
    }
}

/// What the templates of an npm project are rendered from.
#[derive(Debug, Clone, Serialize)]
pub struct NpmContext {
    /// The first line of the file.
    pub marker: String,
    /// The name under which the project imports the runtime: `@flue/runtime`, unless it is aliased.
    pub runtime: String,
    /// The name under which the project imports the SDK.
    pub sdk: String,
    /// What the contract calls an adapter of a provider.
    pub driver: &'static str,
    /// Whether the contract has an error for a sandbox that died.
    pub detects_death: bool,
    /// The method that the factory of an adapter has to have.
    pub factory_method: &'static str,
}

impl NpmContext {
    /// The context of a project whose runtime has the first contract: 1.0.0-beta to 2.0.1.
    pub fn contract_1(marker: String, runtime: String, sdk: String) -> Self {
        Self {
            marker,
            runtime,
            sdk,
            driver: "SandboxApi",
            detects_death: false,
            factory_method: "createSessionEnv",
        }
    }

    /// The context of a project whose runtime has the second contract: 2.0.2 and later.
    pub fn contract_2(marker: String, runtime: String, sdk: String) -> Self {
        Self {
            marker,
            runtime,
            sdk,
            driver: "SandboxDriver",
            detects_death: true,
            factory_method: "createSandbox",
        }
    }
}
