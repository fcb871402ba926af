//! What is particular to npm projects: `package.json`, lock files and the runtime's contract.
//!
//! Nothing here writes a file.

pub(crate) mod conventions;
pub(crate) mod dependency;
pub mod edit;
pub(crate) mod flue;
mod formatter;
pub(crate) mod inspect;
mod json;
pub(crate) mod lock;
pub mod manifest;
pub(crate) mod overrides;
pub(crate) mod package;
pub(crate) mod package_manager;
pub(crate) mod range;
pub(crate) mod runtime;
pub(crate) mod style;
pub(crate) mod trace;
mod tsconfig;
pub(crate) mod typescript;
mod uses;
mod workers;
pub(crate) mod workspace;
mod yaml;

use semver::Version;

use crate::error::Problem;
use lock::Locked;
use package_manager::LockFile;
use workspace::catalogs::Catalogs;
use workspace::patterns::WorkspacePatterns;

/// Reads the settings of a pnpm workspace for all that they say.
///
/// # Errors
///
/// When they cannot be read.
pub fn read_workspace_settings(text: &str) -> Result<(), Problem> {
    WorkspacePatterns::in_pnpm_workspace(text)?;
    Catalogs::in_yaml(text)?.offer("@daytona/sdk", None);
    Ok(())
}

/// Looks the runtime up in a lock file of any kind.
pub fn read_lock_file(text: &str) -> Option<Version> {
    let locked = Locked {
        import_name: "@flue/runtime",
        range: "^2.0.0",
        member_path: "packages/agent",
        member_name: Some("agent"),
    };
    let mut kinds = LockFile::ALL.into_iter();
    kinds.find_map(|kind| locked.version_in(kind, text))
}
