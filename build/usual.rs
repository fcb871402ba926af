//! What templates are rendered from in usual projects.

use serde::Serialize;

use crate::context::{CargoContext, NpmContext};
use crate::model::{Blueprint, Ecosystem, Part, Variant};

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
    let (runtime, sdk) = (&part.runtime.package, &part.sdk.package);
    match ecosystem {
        Ecosystem::Cargo => {
            let [runtime, sdk] = [runtime, sdk].map(|package| package.replace('-', "_"));
            vec![Context::Cargo(CargoContext::new(
                blueprint, part, &runtime, &sdk,
            ))]
        }
        Ecosystem::Npm => {
            let names = std::iter::once(sdk).chain(&part.sdk.also);
            let context = |sdk: &String| NpmContext::new(blueprint, variant, runtime, sdk);
            names.map(|sdk| Context::Npm(context(sdk))).collect()
        }
    }
}
