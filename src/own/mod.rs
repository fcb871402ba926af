//! Blueprints of one's own: found, read within limits, and held to the rules that keep them data.
//!
//! Reads files, and runs, fetches and writes nothing. What is read here is as good as what is built in: every template has
//! been rendered once.

mod directory;
mod markdown;
mod new;
mod rules;
mod template;
mod toml;

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::blueprint::catalogue::Catalogue;
use crate::blueprint::texts::{Texts, partials_beside};
use crate::blueprint::usual;
use crate::blueprint::{Blueprint, Ecosystem, Part, Variant};
use crate::blueprint::{Own, Source};
use crate::error::{Code, Failure, Problem, all};
use crate::project::file::exists;
use crate::text::Position;
use directory::{Entry, MOST_ENTRIES, entries, invalid, text, texts};
use template::Template;

pub(crate) use new::skeleton;

/// The directory beside a manifest that a team keeps its blueprints in.
pub(crate) const DIRECTORY: &str = "flue-blueprints";

/// How many versions a blueprint may have.
const MOST_VERSIONS: usize = 20;

/// The file that describes a version.
const DESCRIPTION: &str = "blueprint.toml";

/// The guide that is a version.
const GUIDE: &str = "blueprint.md";

/// The blueprint at the path that is `typed` in the directory `start`: a Markdown file, the directory of a version, or one that
/// holds versions.
///
/// # Errors
///
/// All that is wrong with it.
pub(crate) fn read(start: &Path, typed: &Path) -> Result<Blueprint, Failure> {
    let path = start.join(typed).canonicalize().map_err(|error| {
        let message = format!("no blueprint at `{}`: {error}", typed.display());
        Problem::new(Code::NoBlueprint, message)
    })?;
    let mut blueprint = at(&path)?;
    if let Source::Own(own) = &mut blueprint.source {
        Arc::make_mut(own).typed = Some(typed.to_owned());
    }
    Ok(blueprint)
}

fn at(path: &Path) -> Result<Blueprint, Failure> {
    if path.is_dir() {
        return match is_version(path)? {
            true => version(path),
            false => newest(path),
        };
    }
    let name = path.file_name().unwrap_or_default();
    match path.extension() {
        Some(extension) if extension.eq_ignore_ascii_case("md") => markdown(path),
        _ if name == DESCRIPTION => version(path.parent().unwrap_or(path)),
        _ => {
            let problem = Problem::new(Code::NoBlueprint, "the file is no blueprint");
            Err(problem
                .in_file(path)
                .help("name a directory with a `blueprint.toml`, or a guide in Markdown")
                .into())
        }
    }
}

/// The blueprints of the team whose packages are in `directories`, in their newest versions.
///
/// # Errors
///
/// All that is wrong with any.
pub(crate) fn of_team(directories: &[PathBuf]) -> Result<Vec<Blueprint>, Failure> {
    let mut blueprints = Vec::<Result<Blueprint, Problem>>::new();
    for directory in directories {
        let directory = directory.join(DIRECTORY);
        match fs::symlink_metadata(&directory) {
            Ok(found) if found.is_dir() => {}
            Ok(_) => return Err(invalid("it is not a directory").in_file(directory).into()),
            Err(_) => continue,
        }
        for kind in entries(&directory)?.into_iter().filter(is_dir) {
            for name in entries(&kind.path)?.into_iter().filter(is_dir) {
                if blueprints.len() >= MOST_ENTRIES {
                    let message = format!("a team has {MOST_ENTRIES} blueprints at most");
                    return Err(invalid(message).in_file(directory).into());
                }
                match placed(&name.path, &kind.name, &name.name) {
                    Ok(blueprint) => blueprints.push(Ok(blueprint)),
                    Err(Failure::Problems(problems)) => {
                        blueprints.extend(problems.into_iter().map(Err));
                    }
                    Err(unexpected) => return Err(unexpected),
                }
            }
        }
    }
    all(blueprints)
}

/// That a team whose packages are in `directories` has a blueprint of its own under the name of the built-in `blueprint`.
///
/// # Errors
///
/// When it has one.
pub(crate) fn refuse_second(directories: &[PathBuf], blueprint: &Blueprint) -> Result<(), Problem> {
    for directory in directories {
        let (kind, name) = (&blueprint.kind, &blueprint.name);
        let directory = directory.join(DIRECTORY).join(kind).join(name);
        if exists(&directory)? {
            return Err(taken(blueprint).in_file(directory));
        }
    }
    Ok(())
}

/// That `blueprint` has the name of one that is built in.
fn taken(blueprint: &Blueprint) -> Problem {
    let Blueprint { kind, name, .. } = blueprint;
    let message = format!("`{kind}/{name}` is the name of a built-in blueprint");
    let problem = Problem::new(Code::BlueprintNameTaken, message);
    problem.help("rename this one, or say that it is meant with `--blueprint`")
}

/// The blueprint in `directory`, which is that of `kind` and `name`.
fn placed(directory: &Path, kind: &str, name: &str) -> Result<Blueprint, Failure> {
    let blueprint = newest(directory)?;
    if (blueprint.kind.as_str(), blueprint.name.as_str()) != (kind, name) {
        let belongs = format!("{}/{}", blueprint.kind, blueprint.name);
        let problem = invalid(format!("`{belongs}` belongs into `{DIRECTORY}/{belongs}`"));
        return Err(problem.in_file(directory).into());
    }
    if Catalogue::built_in().has(kind, name) {
        return Err(taken(&blueprint).in_file(directory).into());
    }
    Ok(blueprint)
}

fn is_dir(entry: &Entry) -> bool {
    entry.file_type.is_dir()
}

fn is_version(directory: &Path) -> Result<bool, Problem> {
    Ok(exists(&directory.join(DESCRIPTION))? || exists(&directory.join(GUIDE))?)
}

/// The newest of the versions in `directory`, which knows those before it.
fn newest(directory: &Path) -> Result<Blueprint, Failure> {
    let mut versions = Vec::new();
    let directories = entries(directory)?
        .into_iter()
        .filter(is_dir)
        .collect::<Vec<_>>();
    if directories.len() > MOST_VERSIONS {
        let message = format!("a blueprint has {MOST_VERSIONS} versions at most");
        return Err(invalid(message).in_file(directory).into());
    }
    for entry in directories {
        let number = entry.name.parse::<u32>().ok();
        let blueprint = version(&entry.path)?;
        if number != Some(blueprint.version) {
            let message = format!(
                "version {} is in the directory `{}`",
                blueprint.version, entry.name
            );
            return Err(invalid(message).in_file(entry.path).into());
        }
        let at = versions.partition_point(|other: &Blueprint| other.version < blueprint.version);
        versions.insert(at, blueprint);
    }
    for pair in versions.windows(2) {
        let (one, next) = (&pair[0], &pair[1]);
        if (&one.kind, &one.name) != (&next.kind, &next.name) {
            let message = "the versions are of different blueprints";
            return Err(invalid(message).in_file(directory).into());
        }
        if one.version + 1 != next.version {
            let message = format!("version {} is missing", one.version + 1);
            let problem = invalid(message).in_file(directory);
            return Err(problem
                .help("keep old versions: what they wrote is known by them")
                .into());
        }
    }
    let Some(mut newest) = versions.pop() else {
        let message = "no version of a blueprint is in the directory";
        let problem = Problem::new(Code::NoBlueprint, message);
        return Err(problem
            .in_file(directory)
            .help("a version is a directory with a `blueprint.toml` or a `blueprint.md`")
            .into());
    };
    if let Source::Own(own) = &mut newest.source {
        Arc::make_mut(own).earlier = versions;
    }
    Ok(newest)
}

/// The version in `directory`.
fn version(directory: &Path) -> Result<Blueprint, Failure> {
    let guide = directory.join(GUIDE);
    if exists(&guide)? {
        return markdown(&guide);
    }
    let mut templates = texts(directory)?;
    let file = directory.join(DESCRIPTION);
    let Some(description) = templates.remove(DESCRIPTION) else {
        let message = format!("the directory has no `{DESCRIPTION}` and no `{GUIDE}`");
        return Err(invalid(message).in_file(directory).into());
    };
    let mut blueprint = toml::parse(&description).map_err(|problem| problem.in_file(&file))?;
    held_to_rules(&blueprint, &description, &file)?;
    complete(&mut blueprint);
    let problems = templates.iter().filter_map(|(path, text)| {
        let problem = unprintable(text)?;
        Some(Err(problem.in_file(directory.join(path))))
    });
    all::<()>(problems)?;
    blueprint.source = Source::Own(Arc::new(Own {
        place: directory.to_owned(),
        typed: None,
        texts: Texts::Templates(templates),
        earlier: Vec::new(),
    }));
    rendered(&blueprint, directory)?;
    Ok(blueprint)
}

/// What this `flue` knows of the runtime of `ecosystem`, as a built-in blueprint says it.
fn known_part(ecosystem: Ecosystem) -> Option<Part> {
    let catalogue = Catalogue::built_in();
    let mut parts = catalogue
        .all()
        .iter()
        .filter_map(|it| it.parts.get(&ecosystem));
    parts.next().cloned()
}

/// Has `blueprint` know the releases of its runtimes, where this `flue` does.
fn complete(blueprint: &mut Blueprint) {
    for (&ecosystem, part) in &mut blueprint.parts {
        let known = known_part(ecosystem).map(|part| part.runtime);
        let known = known.filter(|known| known.package == part.runtime.package);
        if let (true, Some(known)) = (part.runtime.releases.is_empty(), known) {
            part.runtime.releases = known.releases;
        }
    }
}

/// The guide in `file`.
fn markdown(file: &Path) -> Result<Blueprint, Failure> {
    let guide = text(file)?;
    if let Some(problem) = unprintable(&guide) {
        return Err(problem.in_file(file).into());
    }
    let blueprint = markdown::parse(&guide, file).map_err(|problem| problem.in_file(file))?;
    held_to_rules(&blueprint, &guide, file)?;
    Ok(blueprint)
}

/// Holds what `blueprint` says to the rules; `text` says it in `file`.
fn held_to_rules(blueprint: &Blueprint, text: &str, file: &Path) -> Result<(), Failure> {
    let mistakes = rules::mistakes(blueprint).into_iter();
    let mistakes = mistakes.map(|(about, problem)| {
        let at = text
            .find(&format!("\"{about}\""))
            .or_else(|| text.find(&about));
        let position = at.map(|at| Position::at(text, at));
        Err(problem.in_file(file).at(position))
    });
    all::<()>(mistakes)?;
    Ok(())
}

/// The first character of `text` that shows as something else than it is, or not at all.
fn unprintable(text: &str) -> Option<Problem> {
    let is_shown = |c: char| crate::printable::is_printable(c) || c == '\n' || c == '\t';
    let (at, found) = text.char_indices().find(|&(_, c)| !is_shown(c))?;
    let message = format!("the character `{}` cannot be seen", found.escape_default());
    Some(invalid(message).at(Position::at(text, at)))
}

/// Renders every variant of `blueprint`, which is in `directory`, once.
fn rendered(blueprint: &Blueprint, directory: &Path) -> Result<(), Failure> {
    let mut results = Vec::new();
    for (&ecosystem, part) in &blueprint.parts {
        for variant in &part.variants {
            let result = rendered_variant(blueprint, ecosystem, part, variant);
            results.push(result.map_err(|problem| Problem {
                file: problem.file.map(|file| directory.join(file)),
                ..problem
            }));
        }
    }
    all(results)?;
    Ok(())
}

fn rendered_variant(
    blueprint: &Blueprint,
    ecosystem: Ecosystem,
    part: &Part,
    variant: &Variant,
) -> Result<(), Problem> {
    let Some(Texts::Templates(templates)) = blueprint.own().map(|own| &own.texts) else {
        return Ok(());
    };
    for path in [&variant.template, &variant.next_steps] {
        let Some(text) = templates.get(path) else {
            let problem = invalid(format!("there is no template `{path}`"));
            return Err(problem.in_file(DESCRIPTION));
        };
        let partials = partials_beside(templates, path);
        let partials = partials.map(|(name, path, text)| (name, (path, text)));
        Template {
            main: (path, text),
            partials: partials.collect(),
            names: match ecosystem {
                Ecosystem::Cargo => &["marker", "runtime", "sdk", "module", "is_library"],
                Ecosystem::Npm => &["marker", "runtime", "sdk", "factory", "adapter"],
            },
        }
        .check()?;
        for context in usual::contexts(blueprint, ecosystem, part, variant) {
            let text = blueprint.render(path, &context).map_err(|error| {
                let reason = error.chain().last().map(ToString::to_string);
                invalid(reason.unwrap_or_default()).in_file(path)
            })?;
            let marker = blueprint.marker().to_string();
            if *path == variant.template && text.lines().next() != Some(&marker) {
                let problem = invalid("the first line is not `{{marker}}`").in_file(path);
                return Err(problem.at(Position { line: 1, column: 1 }));
            }
        }
    }
    Ok(())
}
