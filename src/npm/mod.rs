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
use formatter::Formatter;
use lock::Locked;
use package_manager::LockFile;
use range::VersionRange;
use style::Settings;
use tsconfig::TsConfig;
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

/// Reads a range on each line, and tells for every two whether one version may be in both.
pub fn read_ranges(text: &str) -> Vec<bool> {
    let ranges = text.lines().filter_map(VersionRange::in_declaration);
    let ranges = ranges.take(4).collect::<Vec<_>>();
    let pairs = ranges
        .iter()
        .flat_map(|one| ranges.iter().map(move |other| (one, other)));
    pairs.map(|(one, other)| one.overlaps(other)).collect()
}

/// Reads a `tsconfig.json` for how imports end.
pub fn read_tsconfig(text: &str) -> &'static str {
    TsConfig::parse(text).options.suffix().as_str()
}

/// Reads the settings of every formatter, and writes `text` in their style.
pub fn read_styles(text: &str) -> Vec<String> {
    let settings = Formatter::ALL
        .into_iter()
        .filter_map(|formatter| formatter.settings(text));
    let settings = settings.chain([formatter::editor(text), Settings::of([text])]);
    let styles = settings.map(|settings| settings.over(Formatter::Prettier.defaults()));
    styles.map(|style| style.apply(text)).collect()
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
