//! The runtime and the SDK in a manifest: what is there, and the entries that are missing.
//!
//! The entry of the SDK is found on the manifest that the one of the runtime leaves, so that one plan holds both.

use std::path::Path;

use super::workspace;
use crate::blueprint::{Blueprint, Ecosystem, Part, Runtime, Sdk};
use crate::cargo::dependency::{
    Declared, DependencyState, Origin, Source, dependency_at, find_dependency, import_name,
    requirement_allows, starts_before, workspace_offers,
};
use crate::cargo::edit::{NewDependency, insert_dependency};
use crate::cargo::manifest::{MANIFEST, Manifest};
use crate::cargo::package::Package;
use crate::error::{Code, Problem};
use crate::inspect::dependency::{DependencySource, Presence, Remedy, Role};
use crate::inspect::{Addition, Dependency, DependencyFinding, Finding, Item};
use crate::path::way;
use crate::project::file::{UserFile, read_text};
use crate::request::RuntimeSource;

/// The runtime, and what the adapter talks to the provider with. `part` is that of `blueprint` for cargo packages.
pub(super) fn inspect(
    package: &Package,
    blueprint: &Blueprint,
    part: &Part,
    source: &RuntimeSource,
) -> (Found, Vec<Found>) {
    let mut draft = Draft(package.clone());
    let Runtime {
        package: name,
        requirement,
        ..
    } = &part.runtime;
    let runtime = find_runtime(&mut draft, name, requirement, source);
    let runtime = runtime.unwrap_or_else(|problem| draft.obstacle(problem, &part.runtime.package));
    let mut sdks = Vec::new();
    for sdk in &part.sdks {
        let found = find_sdk(&mut draft, sdk, runtime.declared.as_ref());
        sdks.push(found.unwrap_or_else(|problem| draft.obstacle(problem, &sdk.package)));
    }
    for (sdk, found) in part.sdks.iter().zip(&mut sdks) {
        let earlier = blueprint.earlier_requirements(Ecosystem::Cargo, &sdk.package);
        draft.outdate(found, sdk, &earlier);
    }
    (runtime, sdks)
}

/// A dependency as it was found.
pub(super) struct Found {
    /// What the workspace has to offer before.
    pub(super) offer: Option<Item>,
    pub(super) item: Item,
    /// The name under which the adapter has to import it.
    pub(super) import_name: String,
    /// Its entry, as it is in the end.
    pub(super) declared: Option<Declared>,
}

impl Found {
    /// What it brings, in the order in which it is written.
    pub(super) fn into_items(self) -> impl Iterator<Item = Item> {
        self.offer.into_iter().chain([self.item])
    }
}

/// A package, as the entries so far leave it.
struct Draft(Package);

impl Draft {
    fn find(&self, name: &str) -> Result<DependencyState, Problem> {
        find_dependency(&self.0.manifest, self.0.workspace_manifest(), name)
    }

    /// The manifest does not tell what it has of `package`.
    fn obstacle(&self, problem: Problem, package: &str) -> Found {
        Found {
            offer: None,
            item: Item::obstacle(&self.0.place.manifest, problem.in_file(MANIFEST)),
            import_name: import_name(package),
            declared: None,
        }
    }

    /// A dependency that is there.
    fn present(&self, role: Role, declared: Declared, warnings: Vec<Problem>) -> Found {
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
        Found {
            offer: None,
            item: Item {
                file: self.0.place.manifest.clone(),
                finding: Finding::Dependency(dependency),
                warnings,
            },
            import_name: declared.import_name.clone(),
            declared: Some(declared),
        }
    }

    /// If what was `found` of `sdk` is required as one of `earlier` and starts too low, it is outdated. What raises it starts
    /// from all entries that are added.
    fn outdate(&mut self, found: &mut Found, sdk: &Sdk, earlier: &[&str]) {
        let Some((remedy, declared, manifest)) = self.raise(sdk, earlier) else {
            return;
        };
        if let Some(mut warning) = found.item.outdate(&sdk.requirement, remedy) {
            warning.position = declared.position;
            found.item.warnings.push(warning.in_file(MANIFEST));
            found.item.file = self.0.place.manifest.clone();
            self.0.take_parsed(manifest);
        }
    }

    /// How the requirement of what is there of `sdk` becomes that of today, if it is one of `earlier` and starts before that.
    fn raise(&self, sdk: &Sdk, earlier: &[&str]) -> Option<(Remedy, Declared, Manifest)> {
        let workspace = self.0.workspace_manifest();
        let declared_in =
            |manifest: &Manifest| match find_dependency(manifest, workspace, &sdk.package) {
                Ok(DependencyState::Present(declared)) => Some(declared),
                _ => None,
            };
        let declared = declared_in(&self.0.manifest)?;
        let (old, new) = (declared.requirement.as_deref()?, sdk.requirement.as_str());
        let is_own = declared.origin == Origin::Package && earlier.contains(&old);
        if !is_own || !starts_before(old, new) {
            return None;
        }
        let remedy = Remedy::raise(self.0.manifest.text(), declared.position?, old, new)?;
        let manifest = Manifest::parse(remedy.addition.after.clone()).ok()?;
        let is_raised = declared_in(&manifest)?.requirement.as_deref() == Some(new);
        is_raised.then_some((remedy, declared, manifest))
    }

    /// Adds `entry` for a dependency that is not there, or only in the tables `elsewhere`; by way of the workspace, where the
    /// package inherits all that it depends on.
    fn add(
        &mut self,
        role: Role,
        mut entry: Entry,
        elsewhere: Vec<String>,
        warnings: Vec<Problem>,
    ) -> Result<Found, Problem> {
        let mut offer = None;
        if elsewhere.is_empty()
            && let Some(needed) = workspace::offer(&self.0, &entry.new)
        {
            let offered = Entry {
                new: needed.offered,
                ..entry.clone()
            };
            self.0.take_offering(needed.addition.after.clone())?;
            let finding = DependencyFinding::Missing(offered.remedy(needed.addition));
            offer = Some(offered.item(role, needed.file, finding, Vec::new()));
            entry.new = needed.inherited;
            entry.reason = "the package inherits all that it depends on";
        }
        let inserted = insert_dependency(&self.0.manifest, &entry.new)?;
        let remedy = entry.remedy(Addition {
            after: inserted.after.text().to_owned(),
            summary: inserted.entry,
            line: inserted.line,
        });
        let finding = match elsewhere.is_empty() {
            true => DependencyFinding::Missing(remedy),
            false => DependencyFinding::Elsewhere(elsewhere, remedy),
        };
        let item = entry.item(role, self.0.place.manifest.clone(), finding, warnings);
        self.0.take_parsed(inserted.after);
        let workspace = self.0.workspace_manifest();
        Ok(Found {
            offer,
            item,
            import_name: entry.new.import_name(),
            declared: dependency_at(&self.0.manifest, workspace, &entry.new.key),
        })
    }
}

/// The one feature that turns the `runtime` on, and with it the adapter, if it is optional.
pub(super) fn feature_of<'a>(package: &'a Package, runtime: Option<&Declared>) -> Option<&'a str> {
    let runtime = runtime.filter(|runtime| runtime.optional)?;
    match package.manifest.features_with(&runtime.key)[..] {
        [only] => Some(only),
        _ => None,
    }
}

/// The runtime alone, for a project without an adapter, where it is `requirement` of the package `name` that may be added.
pub(in crate::cargo) fn inspect_runtime(
    package: &Package,
    name: &str,
    requirement: &str,
    source: &RuntimeSource,
) -> Vec<Item> {
    let mut draft = Draft(package.clone());
    let found = find_runtime(&mut draft, name, requirement, source);
    let mut found = found.unwrap_or_else(|problem| draft.obstacle(problem, name));
    // It was asked for.
    found
        .item
        .warnings
        .retain(|warning| warning.code != Code::RuntimeMissing);
    found.offer.into_iter().chain([found.item]).collect()
}

fn find_runtime(
    draft: &mut Draft,
    name: &str,
    requirement: &str,
    source: &RuntimeSource,
) -> Result<Found, Problem> {
    let wanted = wanted_source(&draft.0.place.root, name, source)?;
    match draft.find(name)? {
        DependencyState::Present(declared) => {
            let doubts = not_taken(wanted.as_ref(), &declared);
            Ok(draft.present(Role::Runtime, declared, doubts))
        }
        DependencyState::Missing => {
            let offered = || Entry::offered(&draft.0, name);
            let (entry, warnings) = match wanted {
                Some(source) => (Entry::of_source(name, source), Vec::new()),
                None => match offered() {
                    Some(entry) => (entry, vec![missing(name, "")]),
                    None => (
                        Entry::of_registry(name, requirement),
                        vec![missing(name, " from the registry")],
                    ),
                },
            };
            draft.add(Role::Runtime, entry, Vec::new(), warnings)
        }
        DependencyState::Elsewhere { tables, declared } => {
            let doubts = not_taken(wanted.as_ref(), &declared);
            let entry = Entry::like(&declared, ELSEWHERE);
            draft.add(Role::Runtime, entry, tables, doubts)
        }
    }
}

/// Where the user wants the runtime from, as the manifest in the directory `root` says it.
pub(in crate::cargo) fn wanted_source(
    root: &Path,
    name: &str,
    source: &RuntimeSource,
) -> Result<Option<Source>, Problem> {
    match source {
        RuntimeSource::Registry => Ok(None),
        RuntimeSource::Git { url, pin } => Ok(Some(Source::Git {
            url: url.clone(),
            pin: pin.clone(),
        })),
        RuntimeSource::Path(directory) => {
            let text = read_text(&directory.join(MANIFEST)).map(|(text, _)| text);
            let manifest = text.and_then(Manifest::parse).ok();
            if manifest
                .as_ref()
                .and_then(Manifest::package_name)
                .is_some_and(|found| found == name)
            {
                return Ok(Some(Source::Path(way(root, directory))));
            }
            let message = format!("`{}` is not the directory of `{name}`", directory.display());
            let problem = Problem::new(Code::RuntimeSource, message);
            Err(problem.help(format!(
                "name the directory that holds the `{MANIFEST}` of `{name}`"
            )))
        }
    }
}

/// That what is `declared` stays, where that is not from where it is `wanted`.
fn not_taken(wanted: Option<&Source>, declared: &Declared) -> Vec<Problem> {
    if wanted.is_none_or(|wanted| *wanted == declared.source) {
        return Vec::new();
    }
    let message = format!(
        "`{}` is a dependency already, and stays as it is",
        declared.package
    );
    let help = "change its entry to take it from elsewhere";
    vec![doubt(Code::RuntimeSource, message, declared, help)]
}

fn missing(name: &str, from: &str) -> Problem {
    let message = format!("the project does not depend on `{name}`, which the adapter needs");
    Problem::new(Code::RuntimeMissing, message)
        .in_file(MANIFEST)
        .help(format!(
            "it is added{from}; `--runtime-path <dir>` and `--runtime-git <url>` take it from a checkout"
        ))
}

fn find_sdk(draft: &mut Draft, sdk: &Sdk, runtime: Option<&Declared>) -> Result<Found, Problem> {
    let package = &draft.0;
    let beside = runtime.filter(|_| sdk.sibling_of_runtime);
    let sibling = beside.and_then(|runtime| beside_runtime(package, runtime, sdk));
    let feature = feature_of(package, runtime);
    match draft.find(&sdk.package)? {
        DependencyState::Present(declared) => {
            let features = package.manifest.features_with(&declared.key);
            let is_gated = feature.is_some_and(|feature| features.contains(&feature));
            let mut doubts = doubts_about(&declared, sdk, sibling.as_ref());
            doubts.retain(|doubt| !is_gated || doubt.code != Code::SdkOptional);
            Ok(draft.present(Role::Sdk, declared, doubts))
        }
        DependencyState::Missing => {
            let entry = Entry::offered(package, &sdk.package).or(sibling);
            let mut entry = entry.unwrap_or_else(|| Entry::of_same_registry(beside, sdk));
            entry.new.feature = feature.map(str::to_owned);
            add_sdk(draft, entry, sdk, Vec::new())
        }
        DependencyState::Elsewhere { tables, declared } => {
            add_sdk(draft, Entry::like(&declared, ELSEWHERE), sdk, tables)
        }
    }
}

fn add_sdk(
    draft: &mut Draft,
    entry: Entry,
    sdk: &Sdk,
    elsewhere: Vec<String>,
) -> Result<Found, Problem> {
    let doubt = entry.agrees_with.as_ref();
    let doubt = doubt.and_then(|declared| doubt_about_requirement(declared, sdk));
    draft.add(Role::Sdk, entry, elsewhere, doubt.into_iter().collect())
}

/// Why an entry is like one of another table.
const ELSEWHERE: &str = "it comes from where that does";

/// An entry to add, and why it is this one.
#[derive(Clone)]
struct Entry {
    new: NewDependency,
    /// The versions that are allowed, where a version is asked for.
    requirement: Option<String>,
    reason: &'static str,
    /// The entry of another table that it agrees with.
    agrees_with: Option<Declared>,
}

impl Entry {
    fn package(&self) -> &str {
        self.new.package.as_ref().unwrap_or(&self.new.key)
    }

    fn remedy(&self, addition: Addition) -> Remedy {
        Remedy {
            addition,
            reason: self.reason,
        }
    }

    /// That it is added to `file`.
    fn item(
        &self,
        role: Role,
        file: UserFile,
        finding: DependencyFinding,
        warnings: Vec<Problem>,
    ) -> Item {
        let dependency = Dependency {
            role,
            package: self.package().to_owned(),
            key: self.new.key.clone(),
            requirement: self.requirement.clone(),
            source: source_of(&self.new.source),
            finding,
        };
        Item {
            file,
            finding: Finding::Dependency(dependency),
            warnings,
        }
    }

    /// The entry that agrees with `declared`.
    fn like(declared: &Declared, reason: &'static str) -> Self {
        Self {
            new: NewDependency::like(declared),
            requirement: declared.requirement.clone(),
            reason,
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
            reason: "it comes from the registry",
            agrees_with: None,
        }
    }

    /// The entry for a version from the registry that the runtime comes from.
    fn of_same_registry(runtime: Option<&Declared>, sdk: &Sdk) -> Self {
        let mut entry = Self::of_registry(&sdk.package, &sdk.requirement);
        if let Some(Source::Registry { registry, .. }) = runtime.map(|runtime| &runtime.source) {
            entry.new.source = Source::Registry {
                requirement: sdk.requirement.clone(),
                registry: registry.clone(),
            };
        }
        entry
    }

    /// The entry for what the user names.
    fn of_source(name: &str, source: Source) -> Self {
        Self {
            new: NewDependency::of_source(name, source),
            requirement: None,
            reason: "it comes from where you say",
            agrees_with: None,
        }
    }
}

/// The entry for the SDK if it lies beside the `runtime`. It has a version where that has one: a package without is not
/// published.
fn beside_runtime(package: &Package, runtime: &Declared, sdk: &Sdk) -> Option<Entry> {
    let mut new = NewDependency::of_source(
        &sdk.package,
        sibling_source(package, runtime, &sdk.package)?,
    );
    let version = runtime.requirement.as_ref().map(|_| &sdk.requirement);
    new.version = version.cloned();
    Some(Entry {
        requirement: new.version.clone(),
        new,
        reason: "it comes from where the runtime does",
        agrees_with: None,
    })
}

/// Where the crate `name` is if it lies beside the `runtime`, as the manifest of `package` has to say it.
fn sibling_source(package: &Package, runtime: &Declared, name: &str) -> Option<Source> {
    let Source::Path(path) = runtime.source.sibling(name)? else {
        return runtime.source.sibling(name);
    };
    let root = &package.place.root;
    let path = match (runtime.origin, &package.workspace) {
        (Origin::Workspace, Some(workspace)) if Path::new(&path).is_relative() => {
            way(root, &workspace.root.join(path))
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
fn doubts_about(declared: &Declared, sdk: &Sdk, sibling: Option<&Entry>) -> Vec<Problem> {
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
    let is_of_registry = matches!(declared.source, Source::Registry { .. });
    if let Some(sibling) = sibling.filter(|_| is_of_registry) {
        let message = format!(
            "`{}` comes from the registry, and the runtime does not; one of them may be too new for the other",
            declared.key
        );
        let help = format!("take both from one place: `{}`", sibling.new.entry());
        doubts.push(doubt(Code::SdkSource, message, declared, &help));
    }
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

pub(super) fn doubt(code: Code, message: String, declared: &Declared, help: &str) -> Problem {
    let mut doubt = Problem::new(code, message).help(help);
    if declared.origin == Origin::Package {
        doubt.file = Some(MANIFEST.into());
        doubt.position = declared.position;
    }
    doubt
}
