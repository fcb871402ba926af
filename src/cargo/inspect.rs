//! What a cargo package has of a blueprint: dependencies, adapter, module file, crate root, in this order.
//!
//! Reads the files that the blueprint is about, and writes none.

mod doubts;
mod modules;
mod workspace;

use std::path::Path;

use super::dependency::{
    Declared, DependencyState, Origin, Source, find_dependency, import_name, requirement_allows,
    workspace_offers,
};
use super::edit::{NewDependency, insert_dependency};
use super::formatting::is_same_but_for_style;
use super::manifest::{Edition, MANIFEST};
use super::module::site::Modules;
use super::package::Package;
use crate::blueprint::context::CargoContext;
use crate::blueprint::{Blueprint, Ecosystem, Part, Sdk, catalogue};
use crate::error::{Code, Problem};
use crate::inspect::adapter::{Drift, Evidence, Pristine};
use crate::inspect::dependency::{DependencySource, Presence, Remedy, Role};
use crate::inspect::{Adapter, Addition, Dependency, DependencyFinding, Finding, Inspection, Item};
use crate::project::file::{Content, UserFile};
use crate::request::Wiring;
use crate::text::LineEnding;
use workspace::Offer;

/// What `package` has of `blueprint`, whose part for cargo packages is `part`.
///
/// # Errors
///
/// When the blueprint has a mistake.
pub(crate) fn inspect(
    package: &Package,
    blueprint: &'static Blueprint,
    part: &Part,
    wiring: Wiring,
) -> anyhow::Result<Inspection> {
    let path = package.place.source_root.join(&part.adapter);
    let path = path.unwrap_or_default();
    let modules = Modules::read(package, &path);
    let adapter = UserFile::read(&package.place.root, path);
    let edition = check_edition(package);
    let [runtime, mut sdk] = dependencies(package, part);
    sdk.item
        .warnings
        .extend(doubts::inspect(package, part, &runtime, &sdk));
    let feature = feature_of(package, runtime.declared.as_ref());
    let declarations = match wiring {
        Wiring::Complete => {
            modules::inspect(package, &modules, &adapter, &part.module_docs, feature)
        }
        Wiring::LeaveAlone => Vec::new(),
    };

    let names = Names {
        runtime: runtime.import_name,
        sdk: sdk.import_name,
    };
    let context = names.context(blueprint, part);
    let next_steps = blueprint.render(&part.variants[0].next_steps, &context)?;
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
    let items = edition
        .into_iter()
        .chain([runtime.item])
        .chain(sdk.offer)
        .chain([sdk.item, adapter]);
    Ok(Inspection {
        items: items.chain(declarations).collect(),
        next_steps,
    })
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

/// The names under which a package imports the crates that an adapter uses.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Names {
    runtime: String,
    sdk: String,
}

impl Names {
    fn context(&self, blueprint: &Blueprint, part: &Part) -> CargoContext {
        CargoContext::new(blueprint, part, &self.runtime, &self.sdk)
    }

    /// Those that the adapter `text` may use, as far as its own imports tell.
    fn imported_by(text: &str) -> Vec<Self> {
        let imports = text.lines().filter_map(|line| {
            let path = line.strip_prefix("use ")?.trim_start_matches("::");
            Some(path.split("::").next()?.trim_start_matches("r#"))
        });
        let mut crates = imports
            .filter(|name| !["std", "core", "alloc", "crate", "self", "super"].contains(name))
            .collect::<Vec<_>>();
        crates.sort_unstable();
        crates.dedup();
        crates.truncate(MOST_IMPORTS);
        let pairs = crates.iter().flat_map(|runtime| {
            let others = crates.iter().filter(move |&sdk| sdk != runtime);
            others.map(|sdk| Self {
                runtime: (*runtime).to_owned(),
                sdk: (*sdk).to_owned(),
            })
        });
        pairs.collect()
    }
}

/// Crates that an untouched adapter may be looked for with: it imports two.
const MOST_IMPORTS: usize = 4;

/// The adapters that are written in a package.
struct Adapters<'a> {
    package: &'a Package,
    blueprint: &'static Blueprint,
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
            others: &|| self.others(text.unwrap_or_default()),
            is_reformatted: is_same_but_for_style,
            // All runtimes that there are have the same contract.
            fits_runtime: &|| true,
        };
        let finding = evidence.judge(text)?;
        let line_ending = LineEnding::of(self.package.manifest.text());
        let warning = finding.problem(&file.path, self.blueprint, None);
        Ok(Item {
            finding: Finding::Adapter(Adapter {
                pristine: line_ending.apply(&today),
                finding,
            }),
            file,
            warnings: warning.into_iter().collect(),
        })
    }

    /// What any version writes for the crates that `text` imports.
    fn others(&self, text: &str) -> anyhow::Result<Vec<Pristine>> {
        let mut others = Vec::new();
        for version in catalogue::versions(self.blueprint).rev() {
            for names in Names::imported_by(text) {
                others.push(Pristine {
                    text: self.text_of(version, &names)?.into(),
                    drift: match version.version {
                        number if number < self.blueprint.version => Drift::Version(number),
                        _ => Drift::Context,
                    },
                });
            }
        }
        Ok(others)
    }

    fn text_of(&self, version: &Blueprint, names: &Names) -> anyhow::Result<String> {
        let part = version.parts.get(&Ecosystem::Cargo).unwrap_or(self.part);
        let context = names.context(version, part);
        let text = version.render(&part.variants[0].template, &context)?;
        Ok(text.into_owned())
    }
}

/// A dependency as it was found.
struct Found {
    /// What the workspace has to offer before.
    offer: Option<Item>,
    item: Item,
    /// The name under which the adapter has to import it.
    import_name: String,
    /// Its entry, if it is there.
    declared: Option<Declared>,
}

impl Found {
    /// A dependency that is there.
    fn present(package: &Package, role: Role, declared: Declared, warnings: Vec<Problem>) -> Self {
        let dependency = Dependency {
            role,
            package: declared.package.clone(),
            key: declared.key.clone(),
            requirement: declared.requirement.clone(),
            source: match declared.origin {
                Origin::Package => source_of(&declared.source),
                Origin::Workspace => DependencySource::Workspace,
            },
            finding: DependencyFinding::Present(presence_of(&declared)),
        };
        Self {
            offer: None,
            item: item(package, dependency, warnings),
            import_name: declared.import_name.clone(),
            declared: Some(declared),
        }
    }

    /// A dependency that is not there, with the entry that it needs.
    fn missing(
        package: &Package,
        role: Role,
        entry: Entry,
        finding: DependencyFinding,
        warning: Option<Problem>,
    ) -> Self {
        let Entry {
            new, requirement, ..
        } = entry;
        let dependency = Dependency {
            role,
            package: new.package.as_ref().unwrap_or(&new.key).clone(),
            key: new.key.clone(),
            requirement,
            source: source_of(&new.source),
            finding,
        };
        Self {
            offer: None,
            item: item(package, dependency, warning.into_iter().collect()),
            import_name: new.import_name(),
            declared: None,
        }
    }
}

fn item(package: &Package, dependency: Dependency, warnings: Vec<Problem>) -> Item {
    Item {
        file: package.place.manifest.clone(),
        finding: Finding::Dependency(dependency),
        warnings,
    }
}

/// The one feature that turns the `runtime` on, and with it the adapter, if it is optional.
fn feature_of<'a>(package: &'a Package, runtime: Option<&Declared>) -> Option<&'a str> {
    let runtime = runtime.filter(|runtime| runtime.optional)?;
    match package.manifest.features_with(&runtime.key)[..] {
        [only] => Some(only),
        _ => None,
    }
}

/// The runtime and the SDK, in this order.
fn dependencies(package: &Package, part: &Part) -> [Found; 2] {
    let or_obstacle = |found: Result<Found, Problem>, name: &str| {
        found.unwrap_or_else(|problem| Found {
            offer: None,
            item: in_manifest(package, problem),
            import_name: import_name(name),
            declared: None,
        })
    };
    let runtime = or_obstacle(find_runtime(package, part), &part.runtime.package);
    let sdk = find_sdk(package, &part.sdk, runtime.declared.as_ref());
    [runtime, or_obstacle(sdk, &part.sdk.package)]
}

fn find_runtime(package: &Package, part: &Part) -> Result<Found, Problem> {
    let (name, requirement) = (&part.runtime.package, &part.runtime.requirement);
    let state = find_dependency(&package.manifest, package.workspace_manifest(), name)?;
    let (entry, finding) = match state {
        DependencyState::Present(declared) => {
            let doubt = doubts::about_optional_runtime(package, &declared);
            return Ok(Found::present(package, Role::Runtime, declared, doubt));
        }
        DependencyState::Missing => (
            Entry::offered(package, name).unwrap_or_else(|| Entry::of_registry(name, requirement)),
            DependencyFinding::Missing(Remedy::LeftToUser),
        ),
        DependencyState::Elsewhere { tables, declared } => (
            Entry::like(&declared, ELSEWHERE),
            DependencyFinding::Elsewhere(tables, Remedy::LeftToUser),
        ),
    };
    let message =
        format!("the project does not depend on `{name}`, which the adapter needs to compile");
    let warning = Problem::new(Code::RuntimeMissing, message)
        .in_file(MANIFEST)
        .help(format!("add `{}` to `[dependencies]`", entry.new.entry()));
    Ok(Found::missing(
        package,
        Role::Runtime,
        entry,
        finding,
        Some(warning),
    ))
}

fn find_sdk(package: &Package, sdk: &Sdk, runtime: Option<&Declared>) -> Result<Found, Problem> {
    let workspace = package.workspace_manifest();
    match find_dependency(&package.manifest, workspace, &sdk.package)? {
        DependencyState::Present(declared) => {
            let feature = feature_of(package, runtime);
            let is_gated = feature.is_some_and(|feature| {
                package
                    .manifest
                    .features_with(&declared.key)
                    .contains(&feature)
            });
            let mut doubts = doubts_about(&declared, sdk);
            doubts.retain(|doubt| !is_gated || doubt.code != Code::SdkOptional);
            Ok(Found::present(package, Role::Sdk, declared, doubts))
        }
        DependencyState::Missing => {
            let mut entry = Entry::offered(package, &sdk.package)
                .unwrap_or_else(|| Entry::beside_runtime(package, sdk, runtime));
            entry.new.feature = feature_of(package, runtime).map(str::to_owned);
            match workspace::offer(package, &entry.new) {
                Some(offer) => inherit_sdk(package, entry, offer),
                None => add_sdk(package, entry, sdk, DependencyFinding::Missing),
            }
        }
        DependencyState::Elsewhere { tables, declared } => {
            let entry = Entry::like(&declared, ELSEWHERE);
            add_sdk(package, entry, sdk, |remedy| {
                DependencyFinding::Elsewhere(tables, remedy)
            })
        }
    }
}

fn add_sdk(
    package: &Package,
    entry: Entry,
    sdk: &Sdk,
    finding: impl FnOnce(Remedy) -> DependencyFinding,
) -> Result<Found, Problem> {
    let inserted = insert_dependency(&package.manifest, &entry.new)?;
    let addition = Addition {
        after: inserted.edit.apply(package.manifest.text()),
        summary: inserted.entry,
        line: inserted.line,
    };
    let finding = finding(Remedy::Add(addition, entry.source_reason));
    let doubt = entry.agrees_with.as_ref();
    let doubt = doubt.and_then(|declared| doubt_about_requirement(declared, sdk));
    Ok(Found::missing(package, Role::Sdk, entry, finding, doubt))
}

/// The SDK by way of the workspace, which does not offer it yet.
fn inherit_sdk(package: &Package, entry: Entry, offer: Offer) -> Result<Found, Problem> {
    let inserted = insert_dependency(&offer.manifest, &offer.inherited)?;
    let addition = Addition {
        after: inserted.edit.apply(offer.manifest.text()),
        summary: inserted.entry,
        line: inserted.line,
    };
    let inherited = Entry {
        new: offer.inherited,
        source_reason: "the package inherits all that it depends on",
        ..entry.clone()
    };
    let remedy = Remedy::Add(addition, inherited.source_reason);
    let finding = DependencyFinding::Missing(remedy);
    let found = Found::missing(package, Role::Sdk, inherited, finding, None);
    let offered = Entry {
        new: offer.offered,
        ..entry
    };
    let remedy = Remedy::Add(offer.addition, offered.source_reason);
    let finding = DependencyFinding::Missing(remedy);
    let item = Found::missing(package, Role::Sdk, offered, finding, None).item;
    Ok(Found {
        offer: Some(Item {
            file: offer.file,
            ..item
        }),
        ..found
    })
}

/// Why an entry is like one of another table.
const ELSEWHERE: &str = "it comes from where that does";

/// An entry to add, and why it is this one.
#[derive(Clone)]
struct Entry {
    new: NewDependency,
    /// The versions that are allowed, where a version is asked for.
    requirement: Option<String>,
    source_reason: &'static str,
    /// The entry of another table that it agrees with.
    agrees_with: Option<Declared>,
}

impl Entry {
    /// The entry that agrees with `declared`.
    fn like(declared: &Declared, source_reason: &'static str) -> Self {
        Self {
            new: NewDependency::like(declared),
            requirement: declared.requirement.clone(),
            source_reason,
            agrees_with: Some(declared.clone()),
        }
    }

    /// The entry that inherits `name` from the workspace, if that offers it.
    fn offered(package: &Package, name: &str) -> Option<Self> {
        let declared = workspace_offers(package.workspace_manifest()?, name)?;
        Some(Self::like(&declared, "the workspace offers it"))
    }

    fn of_registry(name: &str, requirement: &str) -> Self {
        Self {
            new: NewDependency::of_registry(name, requirement),
            requirement: Some(requirement.to_owned()),
            source_reason: "it comes from the registry",
            agrees_with: None,
        }
    }

    /// The entry for the neighbour of the runtime, else for a version from where the runtime comes.
    fn beside_runtime(package: &Package, sdk: &Sdk, runtime: Option<&Declared>) -> Self {
        let mut entry = Self::of_registry(&sdk.package, &sdk.requirement);
        let Some(runtime) = runtime.filter(|_| sdk.sibling_of_runtime) else {
            return entry;
        };
        if let Some(source) = sibling(package, runtime, &sdk.package) {
            entry.new.source = source;
            entry.requirement = None;
            entry.source_reason = "it comes from where the runtime does";
        } else if let Source::Registry { registry, .. } = &runtime.source {
            entry.new.source = Source::Registry {
                requirement: sdk.requirement.clone(),
                registry: registry.clone(),
            };
        }
        entry
    }
}

/// Where the crate `name` is if it lies beside the `runtime`, as the manifest of `package` has to say it.
fn sibling(package: &Package, runtime: &Declared, name: &str) -> Option<Source> {
    let Source::Path(path) = runtime.source.sibling(name)? else {
        return runtime.source.sibling(name);
    };
    let root = &package.place.root;
    let path = match (runtime.origin, &package.workspace) {
        (Origin::Workspace, Some(workspace)) if Path::new(&path).is_relative() => {
            let member = root.strip_prefix(&workspace.root).ok()?;
            format!("{}{path}", "../".repeat(member.components().count()))
        }
        _ => path,
    };
    let manifest = root.join(&path).join(MANIFEST);
    manifest.is_file().then_some(Source::Path(path))
}

fn presence_of(declared: &Declared) -> Presence {
    if declared.key != declared.package {
        return Presence::Renamed;
    }
    match declared.origin {
        Origin::Package => Presence::Direct,
        Origin::Workspace => Presence::Inherited,
    }
}

fn source_of(source: &Source) -> DependencySource {
    match source {
        Source::Registry { registry, .. } => {
            DependencySource::Registry(registry.as_ref().map(|(_, registry)| registry.clone()))
        }
        Source::Path(path) => DependencySource::Path(path.clone()),
        Source::Git { url, .. } => DependencySource::Git(url.clone()),
        Source::Workspace => DependencySource::Workspace,
    }
}

/// What may keep the adapter from compiling with a dependency that is the user's to change.
fn doubts_about(declared: &Declared, sdk: &Sdk) -> Vec<Problem> {
    let mut doubts = Vec::new();
    if declared.optional {
        let message = format!(
            "`{}` is an optional dependency: the adapter compiles only with the feature that turns it on",
            declared.key
        );
        doubts.push(doubt(
            Code::SdkOptional,
            message,
            declared,
            "make it a plain dependency, or put the module behind the feature",
        ));
    }
    doubts.extend(doubt_about_requirement(declared, sdk));
    doubts
}

fn doubt_about_requirement(declared: &Declared, sdk: &Sdk) -> Option<Problem> {
    let requirement = declared.requirement.as_ref()?;
    if requirement_allows(requirement, &sdk.requirement) {
        return None;
    }
    let whose = match declared.origin {
        Origin::Package => "",
        Origin::Workspace => " by the workspace",
    };
    let message = format!(
        "`{}` is required as `{requirement}`{whose}; the adapter is written for `{}`",
        declared.key, sdk.requirement
    );
    Some(doubt(
        Code::SdkRequirement,
        message,
        declared,
        "change the requirement if the project does not build",
    ))
}

fn doubt(code: Code, message: String, declared: &Declared, help: &str) -> Problem {
    let mut doubt = Problem::new(code, message).help(help);
    if declared.origin == Origin::Package {
        doubt.file = Some(MANIFEST.into());
        doubt.position = declared.position;
    }
    doubt
}
