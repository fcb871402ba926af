//! What commands have in common of what is typed: which package is meant, and what becomes of the changes.

use std::path::{Path, PathBuf};

use crate::cli::{ChangeArgs, EcosystemArg, ProjectArgs};
use crate::ecosystem::Ecosystem;
use crate::error::{Code, Problem};
use crate::path::RelPath;
use crate::request::{PackageSpec, Run, Search, Selection};

impl Selection {
    pub(super) fn from_args(args: &ProjectArgs, directory: &Path) -> Result<Self, Problem> {
        let directory = open_directory(directory)?;
        let (start, search, ecosystem) = match &args.manifest_path {
            Some(path) => {
                let ecosystem = ecosystem_of(path)?;
                let path = directory.join(path);
                let start = open_directory(path.parent().unwrap_or(&directory))?;
                (start, Search::Here, Some(ecosystem))
            }
            None => (
                directory,
                Search::Upwards,
                args.ecosystem.map(Ecosystem::from),
            ),
        };
        Ok(Self {
            start,
            search,
            ecosystem,
            package: args.package.as_deref().map(PackageSpec::new),
            source_root: args.source_root.as_deref().map(source_root).transpose()?,
        })
    }
}

impl Run {
    pub(super) fn from_args(args: &ChangeArgs) -> Self {
        match args {
            ChangeArgs { check: true, .. } => Self::Check,
            ChangeArgs { dry_run: true, .. } | ChangeArgs { diff: true, .. } => Self::Dry,
            _ => Self::Real,
        }
    }
}

impl From<EcosystemArg> for Ecosystem {
    fn from(arg: EcosystemArg) -> Self {
        match arg {
            EcosystemArg::Cargo => Self::Cargo,
            EcosystemArg::Npm => Self::Npm,
        }
    }
}

/// The ecosystem of the manifest at `path`, which its name tells.
fn ecosystem_of(path: &Path) -> Result<Ecosystem, Problem> {
    let named = Ecosystem::ALL
        .into_iter()
        .find(|ecosystem| path.file_name() == Some(ecosystem.manifest().as_ref()));
    named.ok_or_else(|| {
        let message = format!("`{}` is no manifest by its name", path.display());
        Problem::new(Code::NoProject, message).help("name a `Cargo.toml` or a `package.json`")
    })
}

pub(super) fn open_directory(directory: &Path) -> Result<PathBuf, Problem> {
    directory.canonicalize().map_err(|error| {
        let message = format!(
            "cannot open the directory `{}`: {error}",
            directory.display()
        );
        Problem::new(Code::NoDirectory, message)
    })
}

fn source_root(directory: &Path) -> Result<RelPath, Problem> {
    RelPath::new(directory).ok_or_else(|| {
        let message = format!(
            "the source root `{}` leads out of the package",
            directory.display()
        );
        Problem::new(Code::SourceRootOutside, message)
            .help("name a directory relative to the package, without `..`")
    })
}
