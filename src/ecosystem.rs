//! The one hall with a door to each ecosystem: nothing above knows which of them a package is of.
//!
//! Finds and opens packages, and passes on what is asked of them. What a manifest or a lock file says is for
//! [`crate::cargo`] and [`crate::npm`].

use std::path::{Path, PathBuf};

use crate::blueprint::Blueprint;
pub(crate) use crate::blueprint::Ecosystem;
use crate::error::{Code, Failure, Problem};
use crate::inspect::Inspection;
use crate::project::Place;
use crate::request::{Selection, Wiring};
use crate::{cargo, npm};

/// A package, as it was read.
#[derive(Debug)]
pub(crate) enum Package {
    /// A Rust package.
    Cargo(Box<cargo::package::Package>),
    /// A TypeScript package.
    Npm(Box<npm::package::Package>),
}

impl Ecosystem {
    /// All that there are.
    pub(crate) const ALL: [Self; 2] = [Self::Cargo, Self::Npm];

    /// Its name, as it is typed and told.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Cargo => "cargo",
            Self::Npm => "npm",
        }
    }

    /// The name of its manifests.
    pub(crate) fn manifest(self) -> &'static str {
        match self {
            Self::Cargo => cargo::manifest::MANIFEST,
            Self::Npm => npm::manifest::MANIFEST,
        }
    }

    /// Whether the manifest in `folder` declares a Flue runtime. A manifest that cannot be read declares nothing.
    fn has_runtime(self, folder: &Path) -> bool {
        match self {
            Self::Cargo => cargo::package::has_runtime(folder),
            Self::Npm => npm::workspace::has_runtime(folder),
        }
    }
}

/// Opens the package that `selection` means.
///
/// # Errors
///
/// When there is none, or its manifest cannot be read.
pub(crate) fn open(selection: &Selection) -> Result<Package, Problem> {
    find(selection)?.ok_or_else(|| no_project(&selection.start, selection.ecosystem))
}

/// The same where there may be none.
///
/// # Errors
///
/// When its manifest cannot be read.
pub(crate) fn find(selection: &Selection) -> Result<Option<Package>, Problem> {
    let Some((folder, ecosystem)) = find_manifest(&selection.start, selection.ecosystem)? else {
        return Ok(None);
    };
    let package = match ecosystem {
        Ecosystem::Cargo => Package::Cargo(Box::new(cargo::package::open(&folder, selection)?)),
        Ecosystem::Npm => Package::Npm(Box::new(npm::package::open(&folder, selection)?)),
    };
    Ok(Some(package))
}

impl Package {
    /// Where it is.
    pub(crate) fn place(&self) -> &Place {
        match self {
            Self::Cargo(package) => &package.place,
            Self::Npm(package) => &package.place,
        }
    }

    /// What it is of.
    pub(crate) fn ecosystem(&self) -> Ecosystem {
        match self {
            Self::Cargo(_) => Ecosystem::Cargo,
            Self::Npm(_) => Ecosystem::Npm,
        }
    }

    /// What it has of `blueprint`, with its modules if `wiring` is not left to the user.
    ///
    /// # Errors
    ///
    /// When the blueprint has nothing for its ecosystem, or has a mistake.
    pub(crate) fn inspect(
        &self,
        blueprint: &'static Blueprint,
        wiring: Wiring,
    ) -> Result<Inspection, Failure> {
        let part = blueprint.parts.get(&self.ecosystem());
        let part = part.ok_or_else(|| no_part(blueprint))?;
        let inspection = match self {
            Self::Cargo(package) => cargo::inspect::inspect(package, blueprint, part, wiring),
            Self::Npm(package) => npm::inspect::inspect(package, blueprint, part),
        };
        Ok(inspection?)
    }

    /// The command that installs what is added to the manifest, where building does not do so by itself.
    pub(crate) fn install_command(&self) -> Option<&'static str> {
        match self {
            Self::Cargo(_) => None,
            Self::Npm(package) => Some(package.package_manager.install_command()),
        }
    }

    /// The command that formats what is added as the project does, where that differs from the usual style.
    pub(crate) fn format_command(&self) -> Option<&'static str> {
        match self {
            Self::Cargo(package) => package.has_own_style.then_some("cargo fmt"),
            Self::Npm(_) => None,
        }
    }

    /// The commands that show whether it still builds.
    pub(crate) fn checks(&self) -> &'static [&'static str] {
        match self {
            Self::Cargo(_) => &["cargo build", "cargo clippy"],
            Self::Npm(_) => &["tsc --noEmit"],
        }
    }

    /// The language of its sources, as Markdown names it.
    pub(crate) fn language(&self) -> &'static str {
        match self {
            Self::Cargo(_) => "rust",
            Self::Npm(_) => "ts",
        }
    }
}

fn no_part(blueprint: &Blueprint) -> Problem {
    let message = format!(
        "the blueprint `{}/{}` has nothing for this kind of project",
        blueprint.kind, blueprint.name
    );
    Problem::new(Code::NoVariant, message)
}

/// The first folder from `start` upwards that holds a manifest, and whose manifest it is.
fn find_manifest(
    start: &Path,
    asked_for: Option<Ecosystem>,
) -> Result<Option<(PathBuf, Ecosystem)>, Problem> {
    for folder in start.ancestors() {
        let mut present = Ecosystem::ALL.to_vec();
        present.retain(|&ecosystem| {
            asked_for.is_none_or(|asked_for| asked_for == ecosystem)
                && folder.join(ecosystem.manifest()).exists()
        });
        let ecosystem = match present[..] {
            [] => continue,
            [only] => only,
            _ => with_runtime(folder, &present)?,
        };
        return Ok(Some((folder.to_owned(), ecosystem)));
    }
    Ok(None)
}

/// Of a folder with several manifests, the one that depends on a Flue runtime.
fn with_runtime(folder: &Path, present: &[Ecosystem]) -> Result<Ecosystem, Problem> {
    let mut with_runtime = present.to_vec();
    with_runtime.retain(|ecosystem| ecosystem.has_runtime(folder));
    let which = match with_runtime[..] {
        [only] => return Ok(only),
        [] => "neither depends",
        _ => "both depend",
    };
    let manifests = present.iter().map(|ecosystem| ecosystem.manifest());
    let message = format!(
        "{} are here, and {which} on a Flue runtime",
        listed(manifests, " and ")
    );
    let options = present.iter().map(|ecosystem| ecosystem.name());
    let options = options.map(|name| format!("--ecosystem {name}"));
    let problem = Problem::new(Code::WhichEcosystem, message);
    Err(problem.help(format!("choose with {}", listed(options, " or "))))
}

fn no_project(start: &Path, asked_for: Option<Ecosystem>) -> Problem {
    if asked_for.is_none()
        && let Some(problem) = npm::package::other_manifest(start)
    {
        return problem;
    }
    let manifests = match asked_for {
        Some(ecosystem) => vec![ecosystem.manifest()],
        None => Ecosystem::ALL.map(Ecosystem::manifest).to_vec(),
    };
    let message = format!(
        "no {} in `{}` or any folder above it",
        listed(manifests, " or "),
        start.display()
    );
    Problem::new(Code::NoProject, message)
        .help("run the command in a Flue project, or name its folder with `-C`")
}

fn listed(names: impl IntoIterator<Item = impl std::fmt::Display>, between: &str) -> String {
    let quoted = names.into_iter().map(|name| format!("`{name}`"));
    quoted.collect::<Vec<_>>().join(between)
}
