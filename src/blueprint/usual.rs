//! What templates are rendered from in usual projects.

use serde::Serialize;

use super::context::{AgentPlace, CargoContext, NpmContext};
use super::model::{Blueprint, Ecosystem, Part, Variant};

/// What imports of a project's own TypeScript files end with.
const SUFFIXES: [&str; 3] = [".js", ".ts", ""];

/// What the templates of a variant are rendered from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub(crate) enum Context {
    /// In a cargo project.
    Cargo(CargoContext),
    /// In an npm project.
    Npm(NpmContext),
}

/// The contexts of `variant` in projects that rename nothing.
pub(crate) fn contexts(
    blueprint: &Blueprint,
    ecosystem: Ecosystem,
    part: &Part,
    variant: &Variant,
) -> Vec<Context> {
    let mut packages = part.packages();
    let [runtime, sdk] = [packages.next(), packages.next()].map(Option::unwrap_or_default);
    match ecosystem {
        Ecosystem::Cargo => {
            let [runtime, sdk] = [runtime, sdk].map(|package| package.replace('-', "_"));
            let names = [runtime.as_str(), sdk.as_str()];
            let contexts = [AgentPlace::BinaryTarget, AgentPlace::Library]
                .map(|place| CargoContext::new(blueprint, part, names, place));
            contexts.map(Context::Cargo).to_vec()
        }
        Ecosystem::Npm => {
            let also = part.sdks.iter().take(1).flat_map(|sdk| &sdk.also);
            let names = std::iter::once(sdk).chain(also.map(String::as_str));
            let contexts = names.flat_map(|sdk| {
                let names = [runtime, sdk];
                SUFFIXES.map(|suffix| NpmContext::new(blueprint, part, variant, names, suffix))
            });
            contexts.map(Context::Npm).collect()
        }
    }
}
