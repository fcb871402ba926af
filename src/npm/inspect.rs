//! What an npm package has of a blueprint: dependencies, then the adapter.
//!
//! Reads the files that the blueprint is about, and writes none.

use semver::VersionReq;

use super::dependency::{self, Dependency as Declared};
use super::edit::insert_dependency;
use super::manifest::{MANIFEST, PackageJson};
use super::package::Package;
use super::range::VersionRange;
use super::runtime::RuntimeVersion;
use super::style::Style;
use super::typescript;
use crate::blueprint::context::NpmContext;
use crate::blueprint::marker::Marker;
use crate::blueprint::{Blueprint, Ecosystem, Part, Sdk, Variant, catalogue};
use crate::error::{Code, Problem};
use crate::inspect::adapter::{Drift, Evidence, Pristine};
use crate::inspect::dependency::{DependencySource, Presence, Remedy, Role};
use crate::inspect::{Adapter, Addition, Dependency, DependencyFinding, Finding, Inspection, Item};
use crate::project::file::UserFile;
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
) -> anyhow::Result<Inspection> {
    let path = package.place.source_root.join(&part.adapter);
    let adapter = UserFile::read(&package.place.root, path.unwrap_or_default());
    let in_manifest =
        |problem: Problem| Item::obstacle(&package.place.manifest, problem.in_file(MANIFEST));
    let version = RuntimeVersion::of(package, part);
    let (variant, too_old) = match version.variant(part) {
        Ok(variant) => (variant, None),
        Err(problem) => (&part.variants[0], Some(in_manifest(problem))),
    };
    let sdk = find_sdk(package, &part.sdk).unwrap_or_else(|problem| Found {
        item: in_manifest(problem),
        import_name: part.sdk.package.clone(),
    });
    let runtime = package.runtime.as_ref();
    let names = Names {
        runtime: runtime
            .map_or(&part.runtime.package, |runtime| &runtime.import_name)
            .clone(),
        sdk: sdk.import_name,
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
    let runtime = too_old.unwrap_or_else(|| runtime_item(package, part, &version, &names));
    Ok(Inspection {
        next_steps: adapters.style.apply(&next_steps).into(),
        items: vec![runtime, sdk.item, adapters.inspect(adapter)?],
    })
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
            others: &|| self.others(text.unwrap_or_default()),
            is_reformatted: |_, _| false,
            fits_runtime: &|| self.fits_runtime(text.unwrap_or_default()),
        };
        let finding = evidence.judge(text)?;
        let factory = self.variant.factory.as_deref();
        let warning = finding.problem(&file.path, self.blueprint, factory);
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
                        number if number < self.blueprint.version => Drift::Version(number),
                        _ if variant.template != self.variant.template => Drift::Runtime,
                        _ => Drift::Context,
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

    /// Whether the runtime can use the factory in the adapter `text`: it has the method that the runtime calls, or none
    /// that any runtime calls.
    fn fits_runtime(&self, text: &str) -> bool {
        let code = typescript::code(text);
        let mut factories = self
            .part
            .variants
            .iter()
            .filter_map(|variant| variant.factory.as_ref());
        let Some(called) = &self.variant.factory else {
            return true;
        };
        typescript::has_word(&code, called)
            || !factories.any(|factory| typescript::has_word(&code, factory))
    }
}

fn runtime_item(package: &Package, part: &Part, version: &RuntimeVersion, names: &Names) -> Item {
    let (name, requirement) = (&part.runtime.package, &part.runtime.requirement);
    let warning = match version {
        RuntimeVersion::Known(_) => None,
        RuntimeVersion::Untold(range) => {
            let since = part
                .variants
                .last()
                .and_then(|variant| variant.since.as_deref());
            let message = format!(
                "`{range}` does not tell the version of `{name}`; the adapter is written for {} and later",
                since.unwrap_or_default()
            );
            let warning = Problem::new(Code::RuntimeUnknown, message)
                .at(package.runtime.as_ref().map(|runtime| runtime.position));
            Some(warning.help(
                "if the project has an older one, install it first: what is installed decides",
            ))
        }
        RuntimeVersion::Absent => {
            let message =
                format!("the project does not depend on `{name}`, which the adapter needs");
            Some(Problem::new(Code::RuntimeMissing, message).help(format!(
                "add `\"{name}\": \"{requirement}\"` to `dependencies`"
            )))
        }
    };
    let declared = package.runtime.as_ref();
    let range = declared.map_or(requirement.as_str(), |runtime| &runtime.range);
    Item {
        file: package.place.manifest.clone(),
        finding: Finding::Dependency(Dependency {
            role: Role::Runtime,
            package: name.clone(),
            key: names.runtime.clone(),
            requirement: requirement_of(package, name, range),
            source: source_of(range),
            finding: match declared {
                Some(declared) => DependencyFinding::Present(presence_of(declared, name)),
                None => DependencyFinding::Missing(Remedy::LeftToUser),
            },
        }),
        warnings: warning
            .map(|warning| warning.in_file(MANIFEST))
            .into_iter()
            .collect(),
    }
}

/// The SDK as it was found, and the name under which the adapter has to import it.
struct Found {
    item: Item,
    import_name: String,
}

fn find_sdk(package: &Package, sdk: &Sdk) -> Result<Found, Problem> {
    let text = package.place.manifest.text()?.unwrap_or_default();
    let manifest = PackageJson::parse_for(text, package.package_manager)?;
    let mut declared = None;
    for name in std::iter::once(&sdk.package).chain(&sdk.also) {
        let found = dependency::find_dependency(&manifest, name)?;
        declared = declared.or(found.map(|found| (name, found)));
    }
    match declared {
        Some((name, declared)) if declared.table.serves_production() => {
            Ok(present(package, name, declared, sdk))
        }
        declared => {
            let (name, declared) = match declared {
                Some((name, declared)) => (name, Some(declared)),
                None => (&sdk.package, None),
            };
            missing(package, &manifest, name, declared, sdk)
        }
    }
}

fn present(package: &Package, name: &str, declared: Declared, sdk: &Sdk) -> Found {
    Found {
        item: Item {
            file: package.place.manifest.clone(),
            finding: Finding::Dependency(Dependency {
                role: Role::Sdk,
                package: name.to_owned(),
                key: declared.import_name.clone(),
                requirement: requirement_of(package, name, &declared.range),
                source: source_of(&declared.range),
                finding: DependencyFinding::Present(presence_of(&declared, name)),
            }),
            warnings: too_old(package, &declared, sdk).into_iter().collect(),
        },
        import_name: declared.import_name,
    }
}

fn missing(
    package: &Package,
    manifest: &PackageJson<'_>,
    name: &str,
    declared: Option<Declared>,
    sdk: &Sdk,
) -> Result<Found, Problem> {
    let offered = package.catalogs.offer(name);
    let source = match &offered {
        Some(_) => "the workspace offers it",
        None => "it comes from the registry",
    };
    let range = offered.unwrap_or_else(|| sdk.requirement.clone());
    let inserted = insert_dependency(manifest, name, &range)?;
    let addition = Addition {
        after: inserted
            .edit
            .apply(package.place.manifest.text()?.unwrap_or_default()),
        summary: inserted.entry,
        line: inserted.line,
    };
    let remedy = Remedy::Add(addition, source);
    let warning = declared.as_ref().and_then(beside_new_entry);
    Ok(Found {
        item: Item {
            file: package.place.manifest.clone(),
            finding: Finding::Dependency(Dependency {
                role: Role::Sdk,
                package: name.to_owned(),
                key: name.to_owned(),
                requirement: requirement_of(package, name, &range),
                source: source_of(&range),
                finding: match declared {
                    None => DependencyFinding::Missing(remedy),
                    Some(declared) => {
                        DependencyFinding::Elsewhere(vec![declared.table.key().to_owned()], remedy)
                    }
                },
            }),
            warnings: warning.into_iter().collect(),
        },
        import_name: name.to_owned(),
    })
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

fn too_old(package: &Package, declared: &Declared, sdk: &Sdk) -> Option<Problem> {
    let range = package.catalogs.resolve(&sdk.package, &declared.range);
    let lowest = VersionReq::parse(&sdk.requirement.replace(' ', ", ")).ok()?;
    let lowest = lowest.comparators.first()?;
    let minimum = semver::Version::new(
        lowest.major,
        lowest.minor.unwrap_or(0),
        lowest.patch.unwrap_or(0),
    );
    if VersionRange::in_declaration(range).is_none_or(|range| range.reaches(&minimum)) {
        return None;
    }
    let message = format!(
        "`{}` is required as `{range}`; the adapter is written for `{}`",
        declared.import_name, sdk.requirement
    );
    let warning = Problem::new(Code::SdkRequirement, message)
        .in_file(MANIFEST)
        .at(declared.position);
    Some(warning.help("raise the range if the project does not typecheck"))
}

fn beside_new_entry(declared: &Declared) -> Option<Problem> {
    let warning = Problem::new(Code::SdkElsewhere, declared.note_beside_new_entry()?);
    Some(warning.in_file(MANIFEST).at(declared.position))
}
