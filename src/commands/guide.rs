//! `flue add … --print` and `flue add <kind> <address>`: guides in Markdown, instead of changes.

use std::path::Path;

use crate::blueprint::catalogue;
use crate::cli::AddArgs;
use crate::ecosystem;
use crate::error::Failure;
use crate::guide;
use crate::report::Report;
use crate::request::AddRequest;

/// Whether `name` is the address of a provider: it has a scheme, which no name of a blueprint has.
pub(super) fn is_address(name: &str) -> bool {
    let scheme = name.split_once(':').map_or("", |(scheme, _)| scheme);
    scheme.starts_with(|c: char| c.is_ascii_alphabetic())
        && scheme
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || "+-.".contains(c))
}

/// Prints how to write an adapter of `kind` for the provider at `address`.
pub(super) fn to_provider(kind: &str, address: &str) -> Report {
    Report::printed("add", provider_guide(kind, address))
}

fn provider_guide(kind: &str, address: &str) -> Result<String, Failure> {
    Ok(catalogue::provider_guide(kind)?.render(address)?)
}

/// Prints what the blueprint does by itself in the project at hand, and what is left. Outside a project it tells the
/// same of any project.
pub(super) fn to_blueprint(kind: &str, name: &str, args: AddArgs, folder: &Path) -> Report {
    Report::printed("add", blueprint_guide(kind, name, args, folder))
}

fn blueprint_guide(
    kind: &str,
    name: &str,
    args: AddArgs,
    folder: &Path,
) -> Result<String, Failure> {
    let blueprint = catalogue::find(kind, name)?;
    let request = AddRequest::from_args(blueprint, args, folder)?;
    let Some(package) = ecosystem::find(&request.selection)? else {
        return Ok(guide::to_blueprint(blueprint, None)?);
    };
    let plan = super::add::plan(&request, &package)?;
    Ok(guide::to_blueprint(blueprint, Some((&package, &plan)))?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_has_a_scheme() {
        for address in ["https://e2b.dev/docs?a=b&c", "git+ssh://host/x", "foo:bar"] {
            assert!(is_address(address), "{address}");
        }
        for name in [
            "daytona",
            "@daytona/sdk",
            "e2b.dev",
            ":",
            "://x",
            "1a:b",
            "",
        ] {
            assert!(!is_address(name), "{name}");
        }
    }
}
