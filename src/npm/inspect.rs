//! What an npm package has of a blueprint: dependencies, then the adapter.
//!
//! Reads the files that the blueprint is about, and writes none.

mod dependencies;

use std::collections::BTreeSet;

use super::conventions::Conventions;
use super::manifest::MANIFEST;
use super::package::Package;
use super::runtime::{RuntimeVersion, serves};
use super::style::Style;
use super::tsconfig::ImportSuffix;
use super::typescript;
use crate::blueprint::context::NpmContext;
use crate::blueprint::{Blueprint, Ecosystem, Part, Variant};
use crate::inspect::adapter::{Drift, Evidence, Fit, Names, Pristine};
use crate::inspect::{Adapter, Finding, HandOver, Inspection, Item};
use crate::path::RelPath;
use crate::project::Place;
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
    blueprint: &Blueprint,
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
    let mut found = dependencies::inspect(package, blueprint, part, &version, source);
    let names = Names::from_iter(found.iter().map(|found| &found.import_name));
    let guide = blueprint.guide();
    if let ([_, sdk, ..], None) = (&mut found[..], guide) {
        let worker = package.worker.as_ref();
        let lacks_node = worker.and_then(|worker| worker.lacks_node(&part.sdks[0].package));
        sdk.item.warnings.extend(lacks_node);
    }
    let mut items = found
        .into_iter()
        .map(|found| found.item)
        .collect::<Vec<_>>();
    items.sort_by_key(Item::is_outdated_dependency);
    if let Some(problem) = too_old {
        items[0] = Item::obstacle(&package.place.manifest, problem);
    }
    let adapters = Adapters {
        package,
        blueprint,
        part,
        variant,
        names: &names,
        conventions: Conventions::of(package),
    };
    if let Some(guide) = guide {
        items.extend(dependencies::without_version(package, &guide.without_range));
    }
    let lacking = guide.map(|guide| lacking(package, &adapter.path, &guide.files));
    items.push(adapters.inspect(adapter)?);
    let code = adapters.text(blueprint, &variant.next_steps, variant, &names)?;
    Ok(Inspection {
        hand_over: HandOver {
            code: code.into(),
            place: new_agent(package),
            lacking: lacking.unwrap_or_default(),
        },
        items,
    })
}

/// The `files` that the adapter at `path` imports, and that are not there under any name that stands for them.
fn lacking(package: &Package, path: &RelPath, files: &[String]) -> Vec<RelPath> {
    let directory = path.parent().unwrap_or_default();
    let files = files.iter().filter(|file| file.starts_with('.'));
    let paths = files.filter_map(|file| directory.join(file));
    let is_there = |path: &RelPath| {
        let stem = path
            .as_str()
            .trim_end_matches(".js")
            .trim_end_matches(".ts");
        let endings = ["", ".ts", ".tsx", ".js", ".mts", "/index.ts"];
        let names = endings.map(|ending| format!("{stem}{ending}"));
        let mut names = names.iter().map(String::as_str).chain([path.as_str()]);
        names.any(|name| package.place.root.join(name).is_file())
    };
    paths.filter(|path| !is_there(path)).collect()
}

/// Where an agent may live, below the source root.
const AGENTS: [&str; 2] = ["agents/assistant.ts", "agents/sandboxed-assistant.ts"];

/// A file for an agent that is not there yet.
fn new_agent(package: &Package) -> Option<RelPath> {
    let Place {
        root, source_root, ..
    } = &package.place;
    let mut files = AGENTS.iter().filter_map(|file| source_root.join(file));
    files.find(|file| !file.under(root).exists())
}

/// What `blueprint` writes for the newest runtime in a package that aliases nothing and has no style of its own.
///
/// # Errors
///
/// When the blueprint has a mistake.
pub(crate) fn usual_adapter(blueprint: &Blueprint, part: &Part) -> anyhow::Result<String> {
    let variant = &part.variants[part.variants.len() - 1];
    let names = Names::from_iter(part.packages());
    let context = NpmContext::new(
        blueprint,
        part,
        variant,
        names.as_strs(),
        ImportSuffix::Js.as_str(),
    );
    let text = blueprint.render(&variant.template, &context)?;
    match blueprint.guide() {
        Some(_) => Ok(text.into_owned()),
        None => Ok(Style::default().apply(&text)),
    }
}

/// The adapters that are written in a package.
struct Adapters<'a> {
    package: &'a Package,
    blueprint: &'a Blueprint,
    part: &'a Part,
    /// The variant that fits the runtime of the package.
    variant: &'a Variant,
    names: &'a Names,
    conventions: Conventions,
}

impl Adapters<'_> {
    fn inspect(&self, file: UserFile) -> anyhow::Result<Item> {
        let today = self.adapter(self.blueprint, self.variant, self.names)?;
        let text = match file.text() {
            Ok(text) => text,
            Err(problem) => return Ok(Item::obstacle(&file, problem)),
        };
        let evidence = Evidence {
            blueprint: self.blueprint,
            today: &today,
            upstream: &self.part.upstream,
            others: &|| self.others(text.unwrap_or_default()),
            is_reformatted: typescript::is_reformatted,
            tokenize: typescript::tokens,
            fit: &|text| self.fit(text),
        };
        let (finding, edited) = evidence.judge(text)?;
        let fit = finding.drift().map(|_| self.fit(text.unwrap_or_default()));
        let misfit = fit.as_ref().and_then(Fit::misfit);
        let warning = finding.problem(&file.path, self.blueprint, misfit);
        let manifest = self.package.place.manifest.text().ok().flatten();
        let line_ending = LineEnding::of(manifest.unwrap_or_default());
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

    /// What any version and variant writes for the packages that `text` imports.
    fn others(&self, text: &str) -> anyhow::Result<Vec<Pristine>> {
        let also = self.part.sdks.iter().take(1).flat_map(|sdk| &sdk.also);
        let runtime = &self.part.runtime.package;
        let also = also.map(|sdk| [runtime, sdk].into_iter().collect());
        let usual = std::iter::once(self.part.packages().collect()).chain(also);
        let usual = usual.collect::<Vec<Names>>();
        let imports = typescript::imports(text);
        let mut others = Vec::new();
        for version in self.blueprint.versions().into_iter().rev() {
            let part = version.parts.get(&Ecosystem::Npm).unwrap_or(self.part);
            // Some write the same, and differ in what is left to the user.
            let mut seen = BTreeSet::new();
            let variants =
                part.variants.iter().rev().filter(|variant| {
                    seen.insert((&variant.template, serves(variant, self.variant)))
                });
            let all_names = Names::possible(self.names, &usual, &imports, part);
            let all = variants.flat_map(|variant| all_names.iter().map(move |it| (variant, it)));
            for (variant, names) in all {
                others.push(Pristine {
                    text: self.adapter(version, variant, names)?.into(),
                    drift: match version.version {
                        number if number < self.blueprint.version => Some(Drift::Version(number)),
                        _ if names != self.names => Some(Drift::Context),
                        _ if serves(variant, self.variant) => None,
                        _ => Some(Drift::Runtime),
                    },
                    has_chosen_names: self.are_chosen(names),
                });
            }
        }
        Ok(others)
    }

    /// Whether the package can import by other `names` than its own, because it has both.
    fn are_chosen(&self, names: &Names) -> bool {
        let is_own = |name: &&str| self.names.all().any(|own| own == *name);
        let mut others = names.all().filter(|name| !is_own(name));
        others.any(|name| self.package.declares(name))
    }

    fn adapter(
        &self,
        version: &Blueprint,
        variant: &Variant,
        names: &Names,
    ) -> anyhow::Result<String> {
        self.text(version, &variant.template, variant, names)
    }

    /// The `template` of `version`, as this package writes TypeScript.
    fn text(
        &self,
        version: &Blueprint,
        template: &str,
        variant: &Variant,
        names: &Names,
    ) -> anyhow::Result<String> {
        let part = version.parts.get(&Ecosystem::Npm).unwrap_or(self.part);
        let suffix = self.conventions.suffix.as_str();
        let context = NpmContext::new(version, part, variant, names.as_strs(), suffix);
        let text = version.render(template, &context)?;
        if version.guide().is_none() {
            return Ok(self.conventions.style.apply(&text));
        }
        // What a guide shows is written as it is; only a package that the project renames has another name.
        let renamed = part.packages().zip(names.all());
        let renamed = renamed.filter(|(package, name)| package != name);
        Ok(typescript::with_names(&text, &renamed.collect::<Vec<_>>()))
    }

    /// Whether the runtime can use the factory in the adapter `text`: by the method that it calls, or one that another calls.
    fn fit(&self, text: &str) -> Fit {
        let code = typescript::code(text);
        let has = |factory: &String| typescript::has_word(&code, factory);
        let variants = self.part.variants.iter();
        let mut factories = variants.filter_map(|variant| variant.factory.as_ref());
        match &self.variant.factory {
            Some(called) if has(called) => Fit::Fits,
            Some(called) if factories.any(has) => Fit::Misfits(self.lack_of(called)),
            _ => Fit::Untold,
        }
    }

    /// That the factory of an adapter has no method `called`.
    fn lack_of(&self, called: &str) -> String {
        let when = match &self.variant.reaching {
            Some(version) => {
                format!("calls from {version} on, and the project may install that next")
            }
            None => "of the project calls".to_owned(),
        };
        format!("its factory lacks `{called}`, which the runtime {when}")
    }
}
