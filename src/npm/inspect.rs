//! What an npm package has of a blueprint: dependencies, then the adapter.
//!
//! Reads the files that the blueprint is about, and writes none.

mod dependencies;

use super::manifest::MANIFEST;
use super::package::Package;
use super::runtime::{RuntimeVersion, serves};
use super::style::Style;
use super::typescript;
use crate::blueprint::context::NpmContext;
use crate::blueprint::marker::Marker;
use crate::blueprint::{Blueprint, Ecosystem, Part, Variant, catalogue};
use crate::inspect::adapter::{Drift, Evidence, Pristine};
use crate::inspect::{Adapter, Finding, Inspection, Item};
use crate::project::file::UserFile;
use crate::request::RuntimeSource;
use crate::text::LineEnding;

/// What `package` has of `blueprint`, whose part for npm packages is `part`.
///
/// # Errors
///
/// When the blueprint has a mistake.
pub(crate) fn inspect(
    package: &Package,
    blueprint: &'static Blueprint,
    part: &Part,
    source: &RuntimeSource,
) -> anyhow::Result<Inspection> {
    let path = package.place.source_root.join(&part.adapter);
    let adapter = UserFile::read(&package.place.root, path.unwrap_or_default());
    let version = RuntimeVersion::of(package, part);
    let (variant, too_old) = match version.variant(part) {
        Ok(variant) => (variant, None),
        Err(problem) => (&part.variants[0], Some(problem.in_file(MANIFEST))),
    };
    let [runtime, sdk] = dependencies::inspect(package, part, &version, source);
    let names = Names {
        runtime: runtime.import_name,
        sdk: sdk.import_name,
    };
    let runtime = match too_old {
        Some(problem) => Item::obstacle(&package.place.manifest, problem),
        None => runtime.item,
    };
    let adapters = Adapters {
        package,
        blueprint,
        part,
        variant,
        names: &names,
        style: match adapter.text() {
            // What was written in one style is compared in that style.
            Ok(Some(text)) if Marker::find(text).is_some() => Style::of([text]),
            _ => package.style(),
        },
    };
    let next_steps = blueprint.render(&variant.next_steps, &names.context(blueprint, variant))?;
    Ok(Inspection {
        next_steps: adapters.style.apply(&next_steps).into(),
        items: vec![runtime, sdk.item, adapters.inspect(adapter)?],
    })
}

/// What `blueprint` writes for the newest runtime in a package that aliases nothing.
///
/// # Errors
///
/// When the blueprint has a mistake.
pub(crate) fn usual_adapter(blueprint: &Blueprint, part: &Part) -> anyhow::Result<String> {
    let variant = &part.variants[part.variants.len() - 1];
    let names = Names {
        runtime: part.runtime.package.clone(),
        sdk: part.sdk.package.clone(),
    };
    let text = blueprint.render(&variant.template, &names.context(blueprint, variant))?;
    Ok(text.into_owned())
}

/// The names under which a package imports what an adapter uses.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Names {
    runtime: String,
    sdk: String,
}

impl Names {
    fn context(&self, blueprint: &Blueprint, variant: &Variant) -> NpmContext {
        NpmContext::new(blueprint, variant, &self.runtime, &self.sdk)
    }

    /// Those that the adapter `text` may use, as far as its own imports tell.
    fn imported_by(text: &str) -> Vec<Self> {
        let mut packages = typescript::imports(text);
        packages.truncate(MOST_IMPORTS);
        let pairs = packages.iter().flat_map(|runtime| {
            let others = packages.iter().filter(move |&sdk| sdk != runtime);
            others.map(|sdk| Self {
                runtime: (*runtime).to_owned(),
                sdk: (*sdk).to_owned(),
            })
        });
        pairs.collect()
    }
}

/// Packages that an untouched adapter may be looked for with: it imports two.
const MOST_IMPORTS: usize = 4;

/// The adapters that are written in a package.
struct Adapters<'a> {
    package: &'a Package,
    blueprint: &'static Blueprint,
    part: &'a Part,
    /// The variant that fits the runtime of the package.
    variant: &'a Variant,
    names: &'a Names,
    style: Style,
}

impl Adapters<'_> {
    fn inspect(&self, file: UserFile) -> anyhow::Result<Item> {
        let today = self.text_of(self.blueprint, self.variant, self.names)?;
        let text = match file.text() {
            Ok(text) => text,
            Err(problem) => return Ok(Item::obstacle(&file, problem)),
        };
        let evidence = Evidence {
            blueprint: self.blueprint,
            today: &today,
            upstream: &self.part.upstream,
            others: &|| self.others(text.unwrap_or_default()),
            is_reformatted: |_, _| false,
            fits_runtime: &|| self.misfit(text.unwrap_or_default()).is_none(),
        };
        let finding = evidence.judge(text)?;
        let misfit = self.misfit(text.unwrap_or_default());
        let warning = finding.problem(&file.path, self.blueprint, misfit.as_deref());
        let manifest = self.package.place.manifest.text().ok().flatten();
        let line_ending = LineEnding::of(manifest.unwrap_or_default());
        Ok(Item {
            finding: Finding::Adapter(Adapter {
                pristine: line_ending.apply(&today),
                finding,
            }),
            file,
            warnings: warning.into_iter().collect(),
        })
    }

    /// What any version and variant writes for the packages that `text` imports, in the style of the package.
    fn others(&self, text: &str) -> anyhow::Result<Vec<Pristine>> {
        let mut others = Vec::new();
        for version in catalogue::versions(self.blueprint).rev() {
            let part = version.parts.get(&Ecosystem::Npm).unwrap_or(self.part);
            for (variant, names) in part.variants.iter().rev().flat_map(|variant| {
                Names::imported_by(text)
                    .into_iter()
                    .map(move |names| (variant, names))
            }) {
                others.push(Pristine {
                    text: self.text_of(version, variant, &names)?.into(),
                    drift: match version.version {
                        number if number < self.blueprint.version => Some(Drift::Version(number)),
                        _ if names != *self.names => Some(Drift::Context),
                        _ if serves(variant, self.variant) => None,
                        _ => Some(Drift::Runtime),
                    },
                });
            }
        }
        Ok(others)
    }

    fn text_of(
        &self,
        version: &Blueprint,
        variant: &Variant,
        names: &Names,
    ) -> anyhow::Result<String> {
        let text = version.render(&variant.template, &names.context(version, variant))?;
        Ok(self.style.apply(&text))
    }

    /// Why the runtime cannot use the factory in the adapter `text`, if it has a method that some runtime calls, and not the
    /// one that this calls.
    fn misfit(&self, text: &str) -> Option<String> {
        let code = typescript::code(text);
        let mut factories = self
            .part
            .variants
            .iter()
            .filter_map(|variant| variant.factory.as_ref());
        let called = self.variant.factory.as_ref()?;
        if typescript::has_word(&code, called)
            || !factories.any(|factory| typescript::has_word(&code, factory))
        {
            return None;
        }
        let when = match &self.variant.reaching {
            Some(version) => {
                format!("calls from {version} on, and the project may install that next")
            }
            None => "of the project calls".to_owned(),
        };
        Some(format!(
            "its factory lacks `{called}`, which the runtime {when}"
        ))
    }
}
