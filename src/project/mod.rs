//! The user's project: where it is and what it says, read once.
//!
//! Reads only. Everything that a plan needs is in the [`Project`]; nothing is decided here.

pub mod file;

use std::path::{Path, PathBuf};

use crate::cargo::package::{self as cargo, CargoProject};
use crate::npm::package::{self as npm, NpmProject};

use crate::blueprint::{self, Blueprint, Variant};
use crate::error::Problem;
use crate::path::RelPath;
use crate::request::Selection;
use file::UserFile;

/// A package in which the command works, as it was read.
#[derive(Debug)]
pub struct Project {
    /// The absolute folder of the package, free of links.
    pub root: PathBuf,
    /// The name of the package.
    pub name: String,
    /// The folder for sources: `.flue`, `src` or the root.
    pub source_root: RelPath,
    /// The manifest.
    pub manifest: UserFile,
    /// The file that the blueprint writes.
    pub adapter: UserFile,
    /// What depends on the package manager.
    pub ecosystem: Ecosystem,
}

/// What a project is besides a folder with files.
#[derive(Debug)]
pub enum Ecosystem {
    /// A Rust package.
    Cargo(Box<CargoProject>),
    /// A TypeScript package.
    Npm(Box<NpmProject>),
}

impl Project {
    /// Finds the project that `selection` means and reads what adding `blueprint` to it needs.
    ///
    /// # Errors
    ///
    /// When there is no such project or its manifest cannot be read.
    pub fn load(selection: &Selection, blueprint: &Blueprint) -> Result<Self, Problem> {
        let found = Self::find(selection, blueprint)?;
        found.ok_or_else(|| no_project(&selection.start, selection.ecosystem))
    }

    /// The same where there may be no project.
    ///
    /// # Errors
    ///
    /// When its manifest cannot be read.
    pub fn find(selection: &Selection, blueprint: &Blueprint) -> Result<Option<Self>, Problem> {
        let found = find_manifest(&selection.start, selection.ecosystem, blueprint)?;
        let Some((folder, ecosystem)) = found else {
            return Ok(None);
        };
        let variant = variant(blueprint, ecosystem)?;
        match ecosystem {
            blueprint::Ecosystem::Cargo => cargo::load(&folder, selection, variant),
            blueprint::Ecosystem::Npm => npm::load(&folder, selection, variant),
        }
        .map(Some)
    }
}

fn variant(blueprint: &Blueprint, ecosystem: blueprint::Ecosystem) -> Result<&Variant, Problem> {
    blueprint.variant(ecosystem).ok_or_else(|| {
        let message = format!(
            "the blueprint `{}/{}` has nothing for this kind of project",
            blueprint.kind, blueprint.name
        );
        Problem::new("no-variant", message)
    })
}

/// The first folder from `start` upwards that holds a manifest, and whose manifest it is.
fn find_manifest(
    start: &Path,
    asked_for: Option<blueprint::Ecosystem>,
    blueprint: &Blueprint,
) -> Result<Option<(PathBuf, blueprint::Ecosystem)>, Problem> {
    use blueprint::Ecosystem::{Cargo, Npm};
    for folder in start.ancestors() {
        let has_cargo = asked_for != Some(Npm) && folder.join(cargo::MANIFEST).exists();
        let has_npm = asked_for != Some(Cargo) && folder.join(npm::MANIFEST).exists();
        let ecosystem = match (has_cargo, has_npm) {
            (false, false) => continue,
            (true, false) => Cargo,
            (false, true) => Npm,
            (true, true) => with_runtime(folder, blueprint)?,
        };
        return Ok(Some((folder.to_owned(), ecosystem)));
    }
    Ok(None)
}

/// Of a folder with two manifests, the one that depends on a Flue runtime.
fn with_runtime(folder: &Path, blueprint: &Blueprint) -> Result<blueprint::Ecosystem, Problem> {
    use blueprint::Ecosystem::{Cargo, Npm};
    let runtime = |ecosystem| variant(blueprint, ecosystem).map(|variant| variant.runtime.package);
    match (
        cargo::declares(folder, runtime(Cargo)?),
        npm::declares(folder, runtime(Npm)?),
    ) {
        (true, false) => Ok(Cargo),
        (false, true) => Ok(Npm),
        (is_both, _) => {
            let which = if is_both {
                "both depend"
            } else {
                "neither depends"
            };
            let message = format!(
                "`{}` and `{}` are here, and {which} on a Flue runtime",
                cargo::MANIFEST,
                npm::MANIFEST
            );
            let problem = Problem::new("which-ecosystem", message);
            Err(problem.help("choose with `--ecosystem cargo` or `--ecosystem npm`"))
        }
    }
}

fn no_project(start: &Path, asked_for: Option<blueprint::Ecosystem>) -> Problem {
    let deno = start
        .ancestors()
        .flat_map(|folder| ["deno.json", "deno.jsonc"].map(|name| folder.join(name)))
        .find(|path| path.exists());
    if let Some(deno) = deno.filter(|_| asked_for.is_none()) {
        let message =
            "the project has Deno's manifest only, and the adapter needs a `package.json`";
        let problem = Problem::new("deno-project", message).in_file(deno);
        return problem
            .help("Deno reads `package.json`, too: create one that depends on `@flue/runtime`");
    }
    let manifests = match asked_for {
        Some(blueprint::Ecosystem::Cargo) => format!("`{}`", cargo::MANIFEST),
        Some(blueprint::Ecosystem::Npm) => format!("`{}`", npm::MANIFEST),
        None => format!("`{}` or `{}`", cargo::MANIFEST, npm::MANIFEST),
    };
    let message = format!(
        "no {manifests} in `{}` or any folder above it",
        start.display()
    );
    Problem::new("no-project", message)
        .help("run the command in a Flue project, or name its folder with `-C`")
}

/// The source root of the package at `root`: the one that was asked for, else `.flue`, `src` or the package folder.
pub fn find_source_root(root: &Path, asked_for: Option<&RelPath>) -> Result<RelPath, Problem> {
    if let Some(source_root) = asked_for {
        if source_root.under(root).is_dir() {
            return Ok(source_root.clone());
        }
        let message = format!(
            "the source root `{source_root}` is not a folder of the package at `{}`",
            root.display()
        );
        return Err(
            Problem::new("no-source-root", message).help("create it, or leave `--source-root` out")
        );
    }
    let usual = [".flue", "src"].into_iter().filter_map(RelPath::new);
    Ok(usual
        .into_iter()
        .find(|folder| folder.under(root).is_dir())
        .unwrap_or_default())
}
