//! The runtime and the SDK in a `package.json`: what is there, and the entries that are missing.
//!
//! The entry of the SDK is found on the text that the one of the runtime leaves, so that one plan holds both.

use crate::blueprint::{Blueprint, Ecosystem, Part, Sdk};
use crate::error::{Code, Problem};
use crate::inspect::dependency::{DependencySource, Presence, Remedy, Role};
use crate::inspect::{Addition, Dependency, DependencyFinding, Finding, Item};
use crate::npm::dependency::{Dependency as Declared, Table, find_dependency};
use crate::npm::edit::insert_dependency;
use crate::npm::manifest::{MANIFEST, PackageJson};
use crate::npm::overrides::Override;
use crate::npm::package::Package;
use crate::npm::package_manager::Need;
use crate::npm::range::VersionRange;
use crate::npm::runtime::RuntimeVersion;
use crate::project::file::UserFile;
use crate::request::RuntimeSource;

/// The runtime, whose version is `version`, and what the adapter talks to the provider with, in this order. `part` is that of
/// `blueprint` for npm packages.
pub(super) fn inspect(
    package: &Package,
    blueprint: &Blueprint,
    part: &Part,
    version: &RuntimeVersion,
    source: &RuntimeSource,
) -> Vec<Found> {
    let mut draft = Draft {
        package,
        file: package.place.manifest.clone(),
    };
    let runtime = find_runtime(&mut draft, part, version, source);
    let runtime = runtime.unwrap_or_else(|problem| draft.obstacle(problem, &part.runtime.package));
    let mut all = vec![runtime];
    for sdk in &part.sdks {
        let beside = beside_runtime(package, part, sdk);
        let found = find_sdk(&mut draft, beside.as_ref().unwrap_or(sdk));
        all.push(found.unwrap_or_else(|problem| draft.obstacle(problem, &sdk.package)));
    }
    for (sdk, found) in part.sdks.iter().zip(&mut all[1..]) {
        let earlier = blueprint.earlier_requirements(Ecosystem::Npm, &sdk.package);
        draft.outdate(found, sdk, &earlier);
    }
    all
}

/// Those of `packages` that are needed in a version that nothing tells.
pub(super) fn without_version(package: &Package, packages: &[String]) -> Vec<Item> {
    let draft = Draft {
        package,
        file: package.place.manifest.clone(),
    };
    let items = packages.iter().map(|name| {
        let found = draft.find_without_version(name);
        found.unwrap_or_else(|problem| draft.obstacle(problem, name).item)
    });
    items.collect()
}

/// A dependency as it was found.
pub(super) struct Found {
    pub(super) item: Item,
    /// The name under which the adapter has to import it.
    pub(super) import_name: String,
}

/// The manifest of a package, as the entries so far leave it.
struct Draft<'a> {
    package: &'a Package,
    file: UserFile,
}

/// An entry to add, and why it is this one.
struct Entry<'a> {
    /// The package.
    name: &'a str,
    /// The key, which differs from the package for an alias.
    key: &'a str,
    range: String,
    reason: &'static str,
}

impl Draft<'_> {
    fn text(&self) -> Result<&str, Problem> {
        Ok(self.file.text()?.unwrap_or_default())
    }

    /// The manifest does not tell what it has of `package`.
    fn obstacle(&self, problem: Problem, package: &str) -> Found {
        Found {
            item: Item::obstacle(&self.file, problem.in_file(MANIFEST)),
            import_name: package.to_owned(),
        }
    }

    fn item(&self, dependency: Dependency, warnings: Vec<Problem>) -> Item {
        Item {
            file: self.file.clone(),
            finding: Finding::Dependency(dependency),
            warnings,
        }
    }

    /// The package `name`, which is added only by the user.
    fn find_without_version(&self, name: &str) -> Result<Item, Problem> {
        let manifest = PackageJson::parse_for(self.text()?, self.package.package_manager)?;
        if let Some(declared) = find_dependency(&manifest, name)? {
            return Ok(self.present(Role::Sdk, name, declared, Vec::new()).item);
        }
        let message = format!("the adapter imports `{name}`, and nothing tells in which version");
        let warning = Problem::new(Code::PackageVersion, message).in_file(MANIFEST);
        let manager = self.package.package_manager;
        let command = manager.add_command(Need::Production, name);
        let dependency = Dependency {
            role: Role::Sdk,
            package: name.to_owned(),
            key: name.to_owned(),
            requirement: None,
            source: DependencySource::Registry(None),
            finding: DependencyFinding::WithoutVersion,
        };
        Ok(self.item(dependency, vec![warning.help(format!("run `{command}`"))]))
    }

    /// The package `name`, which is there.
    fn present(
        &self,
        role: Role,
        name: &str,
        declared: Declared,
        mut warnings: Vec<Problem>,
    ) -> Found {
        let presence = presence_of(&declared, name);
        let is_lacking = self.package.lacks(&declared.import_name);
        warnings.extend(is_lacking.then(|| not_installed(self.package, &declared)));
        let dependency = Dependency {
            role,
            package: name.to_owned(),
            key: declared.import_name.clone(),
            requirement: requirement_of(self.package, name, &declared.range),
            source: source_of(&declared.range),
            finding: match is_lacking {
                true => DependencyFinding::NotInstalled(presence),
                false => DependencyFinding::Present(presence),
            },
        };
        Found {
            item: self.item(dependency, warnings),
            import_name: declared.import_name,
        }
    }

    /// If what was `found` of `sdk` is required as one of `earlier` and starts too low, it is outdated. What raises it starts
    /// from all entries that are added.
    fn outdate(&mut self, found: &mut Found, sdk: &Sdk, earlier: &[&str]) {
        let Some((remedy, declared)) = self.raise(&found.import_name, sdk, earlier) else {
            return;
        };
        let file = self.file.with_text(remedy.addition.after.clone());
        if let Some(warning) = found.item.outdate(&sdk.requirement, remedy) {
            let warning = warning.in_file(MANIFEST).at(declared.position);
            found.item.warnings.push(warning);
            found.item.file = std::mem::replace(&mut self.file, file);
        }
    }

    /// How the range of the dependency `key` becomes that of `sdk`, if it is one of `earlier` and starts before that.
    fn raise(&self, key: &str, sdk: &Sdk, earlier: &[&str]) -> Option<(Remedy, Declared)> {
        let text = self.text().ok()?;
        let declared_in = |text: &str| {
            let manifest = PackageJson::parse_for(text, self.package.package_manager).ok()?;
            let mut names = std::iter::once(&sdk.package).chain(&sdk.also);
            names.find_map(|name| {
                let declared = find_dependency(&manifest, name).ok()??;
                (declared.import_name == key).then_some(declared)
            })
        };
        let declared = declared_in(text)?;
        let (old, new) = (declared.range.as_str(), sdk.requirement.as_str());
        let starts_before = VersionRange::parse(old)?.starts_before(&VersionRange::parse(new)?);
        let serves = declared.table.serves(role_of(sdk));
        if !starts_before || !earlier.contains(&old) || !serves {
            return None;
        }
        let remedy = Remedy::raise(text, declared.position, old, new)?;
        let is_raised = declared_in(&remedy.addition.after)?.range == new;
        is_raised.then_some((remedy, declared))
    }

    /// Adds `entry` for a package that is not there, or only in the table of `elsewhere`.
    fn add(
        &mut self,
        role: Role,
        entry: Entry<'_>,
        elsewhere: Option<&Declared>,
        warnings: Vec<Problem>,
    ) -> Result<Found, Problem> {
        let Entry {
            name,
            key,
            range,
            reason,
        } = entry;
        let manifest = PackageJson::parse_for(self.text()?, self.package.package_manager)?;
        let inserted = insert_dependency(&manifest, Table::of(role), key, &range)?;
        let after = inserted.edit.apply(self.text()?);
        let remedy = Remedy {
            addition: Addition {
                after: after.clone(),
                summary: inserted.entry,
                line: inserted.line,
            },
            reason,
        };
        let dependency = Dependency {
            role,
            package: name.to_owned(),
            key: key.to_owned(),
            requirement: requirement_of(self.package, name, &range),
            source: source_of(&range),
            finding: match elsewhere {
                None => DependencyFinding::Missing(remedy),
                Some(declared) => {
                    DependencyFinding::Elsewhere(vec![declared.table.key().to_owned()], remedy)
                }
            },
        };
        let item = self.item(dependency, warnings);
        self.file = self.file.with_text(after);
        Ok(Found {
            item,
            import_name: key.to_owned(),
        })
    }
}

fn find_runtime(
    draft: &mut Draft<'_>,
    part: &Part,
    version: &RuntimeVersion,
    source: &RuntimeSource,
) -> Result<Found, Problem> {
    let (package, name) = (draft.package, part.runtime.package.as_str());
    if *source != RuntimeSource::Registry {
        let message = format!("npm projects take `{name}` from the registry");
        let problem = Problem::new(Code::RuntimeSource, message);
        return Err(problem.help("leave out `--runtime-path` and `--runtime-git`"));
    }
    let Some(declared) = &package.runtime else {
        let warning = runtime_missing(name);
        let entry = match package.catalogs.offer(name, None) {
            Some(range) => Entry {
                name,
                key: name,
                range,
                reason: OFFERED,
            },
            None => Entry {
                name,
                key: name,
                range: part.runtime.requirement.clone(),
                reason: REGISTRY,
            },
        };
        return draft.add(Role::Runtime, entry, None, vec![warning]);
    };
    let doubt = doubt_about_runtime(part, version, declared);
    let mut warnings = doubt.into_iter().collect::<Vec<_>>();
    if declared.table.serves(Role::Runtime) {
        return Ok(draft.present(Role::Runtime, name, declared.clone(), warnings));
    }
    let entry = Entry {
        name,
        key: &declared.import_name,
        range: declared.range.clone(),
        reason: "it is the one that is there",
    };
    warnings.extend(beside_new_entry(Code::RuntimeElsewhere, declared));
    draft.add(Role::Runtime, entry, Some(declared), warnings)
}

fn not_installed(package: &Package, declared: &Declared) -> Problem {
    let message = format!("`{}` is not installed", declared.import_name);
    let problem = Problem::new(Code::NotInstalled, message).in_file(MANIFEST);
    let problem = problem.at(declared.position);
    problem.help(format!(
        "run `{}`",
        package.package_manager.install_command()
    ))
}

const OFFERED: &str = "the workspace offers it";
const REGISTRY: &str = "it comes from the registry";

fn runtime_missing(name: &str) -> Problem {
    let message = format!("the project does not depend on `{name}`, which the adapter needs");
    let problem = Problem::new(Code::RuntimeMissing, message).in_file(MANIFEST);
    problem.help("it is added; if the agent is in another package, name that with `-p` or `-C`")
}

fn doubt_about_runtime(
    part: &Part,
    version: &RuntimeVersion,
    declared: &Declared,
) -> Option<Problem> {
    let name = &part.runtime.package;
    let (code, message, help) = match version {
        RuntimeVersion::Known { .. } | RuntimeVersion::Absent => return None,
        RuntimeVersion::Unpublished(_) => {
            let newest = part.runtime.releases.last()?;
            (
                Code::RuntimeUnpublished,
                format!(
                    "`{}` lets in no version of `{name}` that this `flue` knows; the newest is {}",
                    declared.range, newest
                ),
                "change the range if the install finds nothing",
            )
        }
        RuntimeVersion::Untold(range) => {
            let since = part.variants.last()?.since.as_deref()?;
            (
                Code::RuntimeUnknown,
                format!(
                    "`{range}` does not tell the version of `{name}`; the adapter is written for {since} and later"
                ),
                "if the project has an older one, install it first: what is installed decides",
            )
        }
    };
    let doubt = Problem::new(code, message).in_file(MANIFEST);
    Some(doubt.at(declared.position).help(help))
}

/// `sdk` in the range of the runtime, if it lives beside that and the project says in which range it takes it.
fn beside_runtime(package: &Package, part: &Part, sdk: &Sdk) -> Option<Sdk> {
    let runtime = package
        .runtime
        .as_ref()
        .filter(|_| sdk.sibling_of_runtime)?;
    Some(Sdk {
        requirement: requirement_of(package, &part.runtime.package, &runtime.range)?,
        ..sdk.clone()
    })
}

fn role_of(sdk: &Sdk) -> Role {
    match sdk.development {
        true => Role::Development,
        false => Role::Sdk,
    }
}

fn find_sdk(draft: &mut Draft<'_>, sdk: &Sdk) -> Result<Found, Problem> {
    let names = || std::iter::once(&sdk.package).chain(&sdk.also);
    let mut declared = Vec::new();
    let manifest = PackageJson::parse_for(draft.text()?, draft.package.package_manager)?;
    for name in names() {
        let found = find_dependency(&manifest, name)?;
        declared.extend(found.map(|found| (name, found)));
    }
    let role = role_of(sdk);
    // One that serves is enough, under whatever name it is published.
    declared.sort_by_key(|(_, declared)| !declared.table.serves(role));
    let Some((name, declared)) = declared.into_iter().next() else {
        let catalogs = &draft.package.catalogs;
        let beside = draft.package.runtime.as_ref();
        let beside = beside.map(|runtime| runtime.range.as_str());
        let mut offered = names().filter_map(|name| Some((name, catalogs.offer(name, beside)?)));
        let (name, offered) = match offered.next() {
            Some((name, offered)) => (name, Some(offered)),
            None => (&sdk.package, None),
        };
        return add_sdk(draft, role, sdk, name, offered, None);
    };
    if declared.table.serves(role) {
        let doubts = doubts_about_sdk(draft.package, sdk, name, &declared.range);
        let doubts = doubts.map(|doubt| doubt.at(declared.position)).collect();
        return Ok(draft.present(role, name, declared, doubts));
    }
    let offered = draft.package.catalogs.offer(name, None);
    add_sdk(draft, role, sdk, name, offered, Some(&declared))
}

fn add_sdk(
    draft: &mut Draft<'_>,
    role: Role,
    sdk: &Sdk,
    name: &str,
    offered: Option<String>,
    declared: Option<&Declared>,
) -> Result<Found, Problem> {
    let package = draft.package;
    let forced = package.overrides.of(name);
    let forced = forced.filter(|forced| overlap(&forced.range, &sdk.requirement) == Some(true));
    let (range, reason) = match (offered, forced) {
        (Some(offered), _) => (offered, OFFERED),
        // npm refuses to install a package whose entry differs from what an override says.
        (None, Some(forced)) => (forced.range.clone(), "an override says so"),
        (None, None) => (sdk.requirement.clone(), REGISTRY),
    };
    let doubts = doubts_about_sdk(package, sdk, name, &range);
    let beside = declared.and_then(|declared| beside_new_entry(Code::SdkElsewhere, declared));
    let warnings = doubts.chain(beside).collect();
    let entry = Entry {
        name,
        key: name,
        range,
        reason,
    };
    draft.add(role, entry, declared, warnings)
}

/// What may keep the adapter from typechecking with what `range` and the overrides bring.
fn doubts_about_sdk(
    package: &Package,
    sdk: &Sdk,
    name: &str,
    range: &str,
) -> impl Iterator<Item = Problem> {
    let written_for = &sdk.requirement;
    let range = package.catalogs.resolve(name, range);
    let outside = (overlap(range, written_for) == Some(false)).then(|| {
        let message = format!(
            "`{name}` is required as `{range}`; the adapter is written for `{written_for}`"
        );
        let doubt = Problem::new(Code::SdkRequirement, message).in_file(MANIFEST);
        doubt.help("change the range if the project does not typecheck")
    });
    let forced = package.overrides.of(name);
    let forced = forced.filter(|forced| overlap(&forced.range, written_for) == Some(false));
    let forced = forced.map(
        |Override {
             key, range, file, ..
         }| {
            let message = format!(
                "`{key}` makes `{name}` `{range}`; the adapter is written for `{written_for}`"
            );
            let doubt = Problem::new(Code::SdkOverride, message).in_file(&**file);
            doubt.help("change the override: with it the install fails, or brings another API")
        },
    );
    outside.into_iter().chain(forced)
}

/// Whether two ranges have a version in common, where both tell.
fn overlap(range: &str, written_for: &str) -> Option<bool> {
    let range = VersionRange::in_declaration(range)?;
    Some(range.overlaps(&VersionRange::parse(written_for)?))
}

fn presence_of(declared: &Declared, name: &str) -> Presence {
    if declared.import_name != name {
        Presence::Renamed
    } else if source_of(&declared.range) == DependencySource::Workspace {
        Presence::Inherited
    } else {
        Presence::Direct
    }
}

/// The versions that `range` allows, without the name of an alias; none for what is no range, such as a path.
fn requirement_of(package: &Package, name: &str, range: &str) -> Option<String> {
    let range = package.catalogs.resolve(name, range);
    VersionRange::in_declaration(range)?;
    let of_alias = range
        .strip_prefix("npm:")
        .and_then(|alias| alias.rsplit_once('@'));
    Some(of_alias.map_or(range, |(_, range)| range).to_owned())
}

/// Where npm looks for what is declared as `range`.
fn source_of(range: &str) -> DependencySource {
    match range.split_once(':') {
        Some(("catalog" | "workspace", _)) => DependencySource::Workspace,
        Some(("file" | "link" | "portal", path)) => DependencySource::Path(path.to_owned()),
        Some((scheme, _)) if scheme.starts_with("git") => DependencySource::Git(range.to_owned()),
        Some(("npm", _)) => DependencySource::Registry(None),
        None if !range.contains('/') => DependencySource::Registry(None),
        _ => DependencySource::Other(range.to_owned()),
    }
}

fn beside_new_entry(code: Code, declared: &Declared) -> Option<Problem> {
    let warning = Problem::new(code, declared.note_beside_new_entry()?);
    Some(warning.in_file(MANIFEST).at(declared.position))
}
