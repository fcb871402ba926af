//! What of a blueprint is in an npm package, and how it goes again: the adapter, then the dependency.
//!
//! Reads the files that the blueprint is about, and looks through the sources of the package for what uses it; writes none.

use super::edit::{Table, remove_dependency};
use super::inspect;
use super::manifest::{MANIFEST, PackageJson};
use super::package::Package;
use super::uses::{Uses, stem};
use crate::blueprint::{Blueprint, Part};
use crate::error::Problem;
use crate::inspect::dependency::Role;
use crate::inspect::trace::{Cut, RUNTIME_STAYS, Removal, Trace};
use crate::inspect::{Dependency, Finding, Item};
use crate::path::RelPath;
use crate::project::file::UserFile;
use crate::request::RuntimeSource;

/// What there is of `blueprint` in `package`, whose part for npm packages is `part`.
///
/// # Errors
///
/// When the blueprint has a mistake.
pub(crate) fn trace(
    package: &Package,
    blueprint: &Blueprint,
    part: &Part,
) -> anyhow::Result<Vec<Trace>> {
    let found = inspect::inspect(package, blueprint, part, &RuntimeSource::Registry)?;
    let path = package.place.source_root.join(&part.adapter);
    let path = path.unwrap_or_default();
    let keys = found.items.iter().filter_map(|item| match &item.finding {
        Finding::Dependency(dependency) if dependency.role != Role::Runtime => {
            Some(dependency.key.clone())
        }
        _ => None,
    });
    let names = keys.flat_map(|key| typed_package(&key).into_iter().chain([key]));
    let names = names.collect::<Vec<_>>();
    let words = names.iter().map(String::as_str).chain([stem(&path)]);
    let file = UserFile::read(&package.place.root, path.clone());
    let uses = Uses::find(package, &words.collect::<Vec<_>>(), &file);
    // Each as the one before leaves the manifest.
    let mut manifest = package.place.manifest.clone();
    let mut traces = Vec::new();
    for item in found.items.into_iter().rev() {
        match &item.finding {
            Finding::Dependency(dependency) => {
                let (removal, warnings) = removal(package, &manifest, dependency, &uses);
                let file = manifest.clone();
                if let Removal::Cut(cut) = &removal {
                    manifest = manifest.with_text(cut.after.clone());
                }
                traces.push(Trace {
                    file,
                    finding: item.finding,
                    removal,
                    warnings,
                });
            }
            // Why a blueprint could not be added.
            Finding::Obstacle(_) if item.file.path == package.place.manifest.path => {}
            Finding::Adapter(_)
            | Finding::Obstacle(_)
            | Finding::Module(_)
            | Finding::Starter(_) => {
                traces.push(adapter(item, &uses, &path));
            }
        }
    }
    Ok(traces)
}

fn adapter(item: Item, uses: &Uses, path: &RelPath) -> Trace {
    let (removal, warnings) = match item.file.text() {
        Ok(None) => (Removal::Absent, Vec::new()),
        _ => (Removal::WholeFile { summary: None }, uses.of_adapter(path)),
    };
    Trace {
        file: item.file,
        finding: item.finding,
        removal,
        warnings,
    }
}

fn removal(
    package: &Package,
    manifest: &UserFile,
    dependency: &Dependency,
    uses: &Uses,
) -> (Removal, Vec<Problem>) {
    let key = &dependency.key;
    let is_there = dependency.finding.presence().is_some();
    match dependency.role {
        _ if !is_there => (Removal::Absent, Vec::new()),
        Role::Runtime => (Removal::Stays(RUNTIME_STAYS.to_owned()), Vec::new()),
        role @ (Role::Sdk | Role::Development) => match mention(uses, key) {
            Some((place, name)) => {
                let reason = format!("`{place}` imports `{name}`");
                (Removal::Stays(reason), Vec::new())
            }
            None => cut(package, manifest, Table::of(role), key).unwrap_or_else(|problem| {
                let reason = problem.message.clone();
                (Removal::Unknown(reason), vec![problem.in_file(MANIFEST)])
            }),
        },
    }
}

/// The first place that imports the package `key`, or the one that it has the types of, and which of them.
fn mention(uses: &Uses, key: &str) -> Option<(String, String)> {
    let mut names = std::iter::once(key.to_owned()).chain(typed_package(key));
    names.find_map(|name| Some((uses.mention_of(&name)?, name)))
}

/// The package whose types are in the package `key`: `@a/b` for `@types/a__b`.
fn typed_package(key: &str) -> Option<String> {
    let name = key.strip_prefix("@types/")?;
    Some(match name.split_once("__") {
        Some((scope, name)) => format!("@{scope}/{name}"),
        None => name.to_owned(),
    })
}

fn cut(
    package: &Package,
    manifest: &UserFile,
    table: Table,
    key: &str,
) -> Result<(Removal, Vec<Problem>), Problem> {
    let text = manifest.text()?.unwrap_or_default();
    let manifest = PackageJson::parse_for(text, package.package_manager)?;
    let edit = remove_dependency(&manifest, table, key)?;
    if edit.is_empty() {
        // Another table has it, which adding a blueprint leaves alone.
        return Ok((Removal::Absent, Vec::new()));
    }
    let line = edit.line(text).unwrap_or(1);
    let found = text.lines().nth(line - 1).map(str::trim);
    let found = found.filter(|found| found.starts_with('"') && found.contains(key));
    let cut = Cut {
        after: edit.apply(text),
        summary: found
            .map_or(key, |found| found.trim_end_matches(','))
            .to_owned(),
        line,
    };
    Ok((Removal::Cut(cut), Vec::new()))
}

#[cfg(test)]
mod tests {
    use super::typed_package;

    #[test]
    fn types_are_named_after_their_package() {
        assert_eq!(typed_package("@types/dockerode").unwrap(), "dockerode");
        assert_eq!(typed_package("@types/a__b").unwrap(), "@a/b");
        assert_eq!(typed_package("@acme/box"), None);
    }
}
