//! The user's project: where it is and what it says, read once.
//!
//! Reads only. Everything that a plan needs is in the [`Project`]; nothing is decided here.

mod cargo;
pub mod file;
mod modules;
pub mod rel_path;
mod workspace;

use std::path::{Path, PathBuf};

pub use cargo::CargoProject;
pub use modules::{CrateKind, CrateRoot, ModuleSite, Modules};
pub use workspace::WorkspaceRoot;

use crate::blueprint::{self, Blueprint, Variant};
use crate::error::Problem;
use crate::request::Selection;
use file::UserFile;
use rel_path::RelPath;

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
}

impl Project {
    /// Finds the project that `selection` means and reads what adding `blueprint` to it needs.
    ///
    /// # Errors
    ///
    /// When there is no such project or its manifest cannot be read.
    pub fn load(selection: &Selection, blueprint: &Blueprint) -> Result<Self, Problem> {
        let start = selection.start.canonicalize().map_err(|error| {
            Problem::new(
                "no-project",
                format!(
                    "cannot open the folder `{}`: {error}",
                    selection.start.display()
                ),
            )
        })?;
        let folder = nearest_manifest_folder(&start)?;
        cargo::load(
            &folder,
            selection,
            variant(blueprint, blueprint::Ecosystem::Cargo)?,
        )
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

/// The first folder from `start` upwards that holds a manifest.
fn nearest_manifest_folder(start: &Path) -> Result<PathBuf, Problem> {
    let found = start
        .ancestors()
        .find(|folder| folder.join(cargo::MANIFEST).exists());
    found.map(Path::to_owned).ok_or_else(|| {
        let message = format!(
            "no `{}` in `{}` or any folder above it",
            cargo::MANIFEST,
            start.display()
        );
        Problem::new("no-project", message)
            .help("run the command in a Flue project, or name its folder with `-C`")
    })
}

/// The source root of the package at `root`: the one that was asked for, else `.flue`, `src` or the package folder.
fn find_source_root(root: &Path, asked_for: Option<&RelPath>) -> Result<RelPath, Problem> {
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
