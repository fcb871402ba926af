//! What a cargo package has of a blueprint: dependencies, adapter, module file, crate root, in this order.
//!
//! Reads the files that the blueprint is about, and writes none.

pub(super) mod dependencies;
mod doubts;
mod hand_over;
mod modules;
mod workspace;

use super::dependency::{all_dependencies, import_name};
use super::formatting::{is_same_but_for_style, layout_tokens};
use super::manifest::{Edition, MANIFEST};
use super::module::site::Modules;
use super::package::Package;
use crate::blueprint::context::{AgentPlace, CargoContext};
use crate::blueprint::{Blueprint, Ecosystem, Part};
use crate::error::{Code, Problem};
use crate::inspect::adapter::{Drift, Evidence, Fit, Names, Pristine};
use crate::inspect::{Adapter, Finding, HandOver, Inspection, Item};
use crate::project::file::{Content, UserFile};
use crate::request::{RuntimeSource, Wiring};
use crate::text::LineEnding;
use dependencies::{Found, feature_of};
use hand_over::AgentFile;

/// What `package` has of `blueprint`, whose part for cargo packages is `part`, if a runtime that is missing comes from
/// `source`.
///
/// # Errors
///
/// When the blueprint has a mistake.
pub(crate) fn inspect(
    package: &Package,
    blueprint: &Blueprint,
    part: &Part,
    wiring: Wiring,
    source: &RuntimeSource,
) -> anyhow::Result<Inspection> {
    let path = package.place.source_root.join(&part.adapter);
    let path = path.unwrap_or_default();
    let modules = Modules::read(package, &path);
    let adapter = UserFile::read(&package.place.root, path);
    let edition = check_edition(package);
    let (mut runtime, mut sdks) = dependencies::inspect(package, blueprint, part, source);
    let optional = doubts::about_optional_runtime(package, runtime.declared.as_ref());
    runtime.item.warnings.extend(optional);
    let rust_version = doubts::about_rust_version(package, part);
    let first = sdks.first_mut().unwrap_or(&mut runtime);
    first.item.warnings.extend(rust_version);
    for (sdk, found) in part.sdks.iter().zip(&mut sdks) {
        let patch = doubts::about_patch(package, part, &runtime, (sdk, &*found));
        found.item.warnings.extend(patch);
    }
    let feature = feature_of(package, runtime.declared.as_ref());
    let declarations = match wiring {
        Wiring::Complete => {
            modules::inspect(package, &modules, &adapter, &part.module_docs, feature)
        }
        Wiring::LeaveAlone => Vec::new(),
    };

    let names = [&runtime].into_iter().chain(&sdks);
    let names = Names::from_iter(names.map(|found| &found.import_name));
    let agent = AgentFile::of(package, &modules);
    let context = CargoContext::new(blueprint, part, names.as_strs(), agent.place());
    let lines = blueprint.render(&part.variants[0].next_steps, &context)?;
    let hand_over = HandOver {
        code: match feature {
            Some(feature) => format!("#[cfg(feature = {feature:?})]\n{lines}").into(),
            None => lines,
        },
        place: agent.file,
        lacking: Vec::new(),
    };
    let adapters = Adapters {
        package,
        blueprint,
        part,
        names: &names,
    };
    let adapter = match obstacle(package, &modules, &adapter) {
        None => adapters.inspect(adapter)?,
        Some(problem) => Item::obstacle(&adapter, problem),
    };
    let edition = edition.err().map(|problem| in_manifest(package, problem));
    let dependencies = [runtime].into_iter().chain(sdks);
    let mut dependencies = dependencies.flat_map(Found::into_items).collect::<Vec<_>>();
    dependencies.sort_by_key(Item::is_outdated_dependency);
    let items = edition.into_iter().chain(dependencies).chain([adapter]);
    Ok(Inspection {
        items: items.chain(declarations).collect(),
        hand_over,
    })
}

/// What `blueprint` writes in a package that renames nothing.
///
/// # Errors
///
/// When the blueprint has a mistake.
pub(crate) fn usual_adapter(blueprint: &Blueprint, part: &Part) -> anyhow::Result<String> {
    let names = Names::from_iter(part.packages().map(import_name));
    let context = CargoContext::new(blueprint, part, names.as_strs(), AgentPlace::BinaryTarget);
    let text = blueprint.render(&part.variants[0].template, &context)?;
    Ok(text.into_owned())
}

/// The manifest of the workspace, once it offers the dependency `key` that `package` lacks; none if it would not be made to.
pub(super) fn offered_again(
    package: &Package,
    blueprint: &Blueprint,
    part: &Part,
    key: &str,
) -> Option<String> {
    let (_, sdks) = dependencies::inspect(package, blueprint, part, &RuntimeSource::Registry);
    let mut offers = sdks.into_iter().filter_map(|sdk| Some(sdk.offer?.finding));
    let offer = offers
        .find(|offer| matches!(offer, Finding::Dependency(dependency) if dependency.key == key));
    Some(offer?.addition()?.after.clone())
}

fn in_manifest(package: &Package, problem: Problem) -> Item {
    Item::obstacle(&package.place.manifest, problem.in_file(MANIFEST))
}

/// The editions that an adapter can be written in, oldest first; the one before them has no `async`.
const EDITIONS: [&str; 3] = ["2018", "2021", "2024"];

fn check_edition(package: &Package) -> Result<(), Problem> {
    let newest = EDITIONS[EDITIONS.len() - 1];
    let help = format!(
        "put `edition = \"{newest}\"` into `[package]`; known: {}",
        EDITIONS.join(", ")
    );
    let edition = package.manifest.edition(package.workspace_manifest());
    let Edition { year, position } = edition.map_err(|problem| problem.help(&help))?;
    if EDITIONS.contains(&year.as_str()) {
        return Ok(());
    }
    let message = if year == "2015" {
        "the package is in edition 2015, in which the adapter cannot be compiled: it has no `async`"
            .to_owned()
    } else {
        format!("the package is in edition `{year}`, which this `flue` does not know")
    };
    let mut problem = Problem::new(Code::Edition, message).help(help);
    problem.position = position;
    Err(problem)
}

/// What stands in the way of the adapter: it cannot be read, or another file is the same module.
fn obstacle(package: &Package, modules: &Modules<'_>, adapter: &UserFile) -> Option<Problem> {
    if !matches!(adapter.content, Content::Absent) {
        return adapter.text().err();
    }
    let rival = modules.rival_of(&package.place.root, &adapter.path)?;
    let message = format!(
        "`{rival}` is the module `{}`, so that `{}` cannot be added",
        modules.leaf, adapter.path
    );
    let problem = Problem::new(Code::ModuleTaken, message).in_file(rival.as_str());
    Some(problem.help("rename that module"))
}

/// The crates that the adapter `text` imports, as far as its own lines tell.
fn imports(text: &str) -> Vec<&str> {
    let imports = text.lines().filter_map(|line| {
        let path = line.strip_prefix("use ")?.trim_start_matches("::");
        Some(path.split("::").next()?.trim_start_matches("r#"))
    });
    let mut crates = imports
        .filter(|name| !["std", "core", "alloc", "crate", "self", "super"].contains(name))
        .collect::<Vec<_>>();
    crates.sort_unstable();
    crates.dedup();
    crates
}

/// The adapters that are written in a package.
struct Adapters<'a> {
    package: &'a Package,
    blueprint: &'a Blueprint,
    part: &'a Part,
    names: &'a Names,
}

impl Adapters<'_> {
    fn inspect(&self, file: UserFile) -> anyhow::Result<Item> {
        let today = self.text_of(self.blueprint, self.names)?;
        let text = file.text().ok().flatten();
        let evidence = Evidence {
            blueprint: self.blueprint,
            today: &today,
            upstream: &self.part.upstream,
            others: &|| self.others(text.unwrap_or_default()),
            is_reformatted: is_same_but_for_style,
            tokenize: layout_tokens,
            // All runtimes that there are have the same contract.
            fit: &|_| Fit::Fits,
        };
        let (finding, edited) = evidence.judge(text)?;
        let line_ending = LineEnding::of(self.package.manifest.text());
        let warning = finding.problem(&file.path, self.blueprint, None);
        Ok(Item {
            finding: Finding::Adapter(Adapter::new(
                line_ending.apply(&today),
                finding,
                edited,
                &file,
                &self.package.place.root,
            )),
            file,
            warnings: warning.into_iter().collect(),
        })
    }

    /// What any version writes for the crates that `text` imports.
    fn others(&self, text: &str) -> anyhow::Result<Vec<Pristine>> {
        let usual = [self.part.packages().map(import_name).collect()];
        let imports = imports(text);
        let mut others = Vec::new();
        for version in self.blueprint.versions().into_iter().rev() {
            let part = version.parts.get(&Ecosystem::Cargo).unwrap_or(self.part);
            for names in &Names::possible(self.names, &usual, &imports, part) {
                others.push(Pristine {
                    text: self.text_of(version, names)?.into(),
                    drift: Some(match version.version {
                        number if number < self.blueprint.version => Drift::Version(number),
                        _ => Drift::Context,
                    }),
                    has_chosen_names: self.are_chosen(names),
                });
            }
        }
        Ok(others)
    }

    /// Whether the package can import by other `names` than its own, because it has both.
    fn are_chosen(&self, names: &Names) -> bool {
        let package = self.package;
        let mut declared = all_dependencies(&package.manifest, package.workspace_manifest());
        declared.any(|declared| {
            let is = |name: &str| name == declared.import_name;
            names.all().any(is) && !self.names.all().any(is)
        })
    }

    fn text_of(&self, version: &Blueprint, names: &Names) -> anyhow::Result<String> {
        let part = version.parts.get(&Ecosystem::Cargo).unwrap_or(self.part);
        // Where an agent is makes no difference to an adapter.
        let context = CargoContext::new(version, part, names.as_strs(), AgentPlace::BinaryTarget);
        let text = version.render(&part.variants[0].template, &context)?;
        Ok(text.into_owned())
    }
}
