//! What may keep the adapter from compiling, or cargo from finding what it needs, and is the user's to change.

use super::dependencies::{Found, doubt, feature_of};
use crate::blueprint::{Part, Sdk};
use crate::cargo::dependency::Declared;
use crate::cargo::manifest::MANIFEST;
use crate::cargo::package::Package;
use crate::error::{Code, Problem};
use crate::inspect::Finding;
use crate::inspect::dependency::DependencySource;

/// Where the `runtime` is optional, and it is not clear which feature turns it on.
pub(super) fn about_optional_runtime(
    package: &Package,
    runtime: Option<&Declared>,
) -> Option<Problem> {
    let runtime = runtime.filter(|runtime| runtime.optional)?;
    if feature_of(package, Some(runtime)).is_some() {
        return None;
    }
    let message = format!(
        "`{}` is an optional dependency: the adapter compiles only with a feature that turns it on",
        runtime.key
    );
    let help = "make it a plain dependency, or put `#[cfg(feature = \"…\")]` above the module";
    Some(doubt(Code::RuntimeOptional, message, runtime, help))
}

/// Where the package promises to build with a Rust that the SDK does not build with.
pub(super) fn about_rust_version(package: &Package, part: &Part) -> Option<Problem> {
    let needed = part.rust_version.as_ref()?;
    let (promised, position) = package
        .manifest
        .rust_version(package.workspace_manifest())?;
    if numbers(&promised) >= numbers(needed) {
        return None;
    }
    let needing = part
        .sdks
        .first()
        .map_or(&part.runtime.package, |sdk| &sdk.package);
    let message =
        format!("`package.rust-version` is `{promised}`, and `{needing}` needs Rust {needed}");
    let problem = Problem::new(Code::RustVersion, message)
        .in_file(MANIFEST)
        .at(position);
    Some(problem.help(format!("set it to `{needed}`")))
}

fn numbers(version: &str) -> Vec<u64> {
    let numbers = version.split('.').map(|number| number.parse().unwrap_or(0));
    let mut numbers = numbers.collect::<Vec<_>>();
    numbers.resize(3, 0);
    numbers
}

/// Where the runtime is taken from elsewhere than its registry, and the SDK beside it is not.
pub(super) fn about_patch(
    package: &Package,
    part: &Part,
    runtime: &Found,
    (sdk, found): (&Sdk, &Found),
) -> Option<Problem> {
    let workspace = package.workspace_manifest().unwrap_or(&package.manifest);
    let patched = workspace.patched_packages();
    let is_patched = |name: &str| patched.contains(&name);
    let Finding::Dependency(dependency) = &found.item.finding else {
        return None;
    };
    let is_missed = sdk.sibling_of_runtime
        && dependency.source == DependencySource::Registry(None)
        && is_patched(&part.runtime.package)
        && !is_patched(&sdk.package);
    if !is_missed || runtime.declared.is_none() {
        return None;
    }
    let message = format!(
        "`[patch.crates-io]` replaces `{}`, and not `{}`",
        part.runtime.package, sdk.package
    );
    let file = match &package.workspace {
        Some(workspace) => workspace.root.join(MANIFEST),
        None => MANIFEST.into(),
    };
    let help = format!("add `{}` there, from where that comes", sdk.package);
    Some(
        Problem::new(Code::SdkNotPatched, message)
            .in_file(file)
            .help(help),
    )
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::blueprint::Ecosystem;
    use crate::blueprint::catalogue::Catalogue;
    use crate::cargo::manifest::Manifest;

    #[test]
    fn the_blueprint_needs_the_rust_that_its_sdk_needs() {
        let read = |path: &str| {
            let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
            Manifest::parse(std::fs::read_to_string(path).unwrap()).unwrap()
        };
        let sdk = read("crates/daytona-sdk/Cargo.toml");
        let (needed, _) = sdk.rust_version(Some(&read("Cargo.toml"))).unwrap();
        let blueprint = Catalogue::built_in().find("sandbox", "daytona").unwrap();
        let part = &blueprint.parts[&Ecosystem::Cargo];
        assert_eq!(part.rust_version.as_ref(), Some(&needed));
    }

    #[test]
    fn versions_are_compared_by_their_numbers() {
        assert!(numbers("1.70") < numbers("1.95"));
        assert!(numbers("1.100") > numbers("1.95"));
        assert_eq!(numbers("1.95"), numbers("1.95.0"));
    }
}
