//! The one hall with a door to each ecosystem: nothing above knows which of them a package is of.
//!
//! Finds and opens packages, and passes on what is asked of them. What a manifest or a lock file says is for
//! [`crate::cargo`] and [`crate::npm`].

mod select;

use std::path::{Path, PathBuf};

use crate::blueprint::Blueprint;
pub(crate) use crate::blueprint::Ecosystem;
use crate::blueprint::catalogue::Catalogue;
use crate::blueprint::marker::Marker;
use crate::error::{Code, Failure, Problem};
use crate::inspect::Inspection;
use crate::inspect::trace::Trace;
pub(crate) use crate::npm::package_manager::Need;
use crate::path::RelPath;
use crate::project::Place;
use crate::project::file::UserFile;
use crate::project::workspace::{Member, Workspace};
use crate::request::{RuntimeSource, Search, Selection, Wiring};
use crate::{cargo, npm};
use select::Manifest;

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

    /// The commands that show whether a package still builds.
    pub(crate) fn checks(self) -> &'static [&'static str] {
        match self {
            Self::Cargo => &["cargo build", "cargo clippy"],
            Self::Npm => &["tsc --noEmit"],
        }
    }

    /// The name of its manifests.
    pub(crate) fn manifest(self) -> &'static str {
        match self {
            Self::Cargo => cargo::manifest::MANIFEST,
            Self::Npm => npm::manifest::MANIFEST,
        }
    }

    /// Whether the manifest in `directory` is that of a package or a workspace, and does not only tell how to read the files
    /// beside it.
    fn is_package(self, directory: &Path) -> bool {
        match self {
            Self::Cargo => true,
            Self::Npm => npm::workspace::is_package(directory),
        }
    }

    /// That `directory` has a manifest of another form than the one that is read, if it has.
    fn other_form(self, directory: &Path) -> Option<Problem> {
        match self {
            Self::Cargo => None,
            Self::Npm => npm::package::pnpm_manifest(directory),
        }
    }

    /// The package that the manifest in `directory` describes; none where it describes a workspace only.
    fn own_package(self, directory: &Path) -> Result<Option<Member>, Problem> {
        match self {
            Self::Cargo => cargo::workspace::own_package(directory),
            Self::Npm => npm::workspace::own_package(directory).map(Some),
        }
    }

    /// The workspace that the manifest in `directory` is in, or the root of.
    fn workspace_of(self, directory: &Path) -> Result<Option<Workspace>, Problem> {
        match self {
            Self::Cargo => cargo::workspace::workspace_of(directory),
            Self::Npm => npm::workspace::workspace_of(directory),
        }
    }
}

/// Opens the package that `selection` means.
///
/// # Errors
///
/// When there is none, or its manifest cannot be read.
pub(crate) fn open(selection: &Selection) -> Result<Package, Problem> {
    find(selection)?.ok_or_else(|| no_project(selection))
}

/// The same where there may be none.
///
/// # Errors
///
/// When its manifest cannot be read.
pub(crate) fn find(selection: &Selection) -> Result<Option<Package>, Problem> {
    let Some(Manifest {
        directory,
        ecosystem,
    }) = select::choose(selection)?
    else {
        return Ok(None);
    };
    let source_root = selection.source_root.as_ref();
    let package = match ecosystem {
        Ecosystem::Cargo => {
            Package::Cargo(Box::new(cargo::package::open(&directory, source_root)?))
        }
        Ecosystem::Npm => Package::Npm(Box::new(npm::package::open(&directory, source_root)?)),
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

    /// Its directory, and that of its workspace if it is in one.
    pub(crate) fn directories(&self) -> Vec<PathBuf> {
        let workspace = match self {
            Self::Cargo(package) => package.workspace.as_ref().map(|workspace| &workspace.root),
            Self::Npm(package) => package.workspace.as_ref(),
        };
        let root = &self.place().root;
        let workspace = workspace.filter(|workspace| *workspace != root);
        [root].into_iter().chain(workspace).cloned().collect()
    }

    /// What it is of.
    pub(crate) fn ecosystem(&self) -> Ecosystem {
        match self {
            Self::Cargo(_) => Ecosystem::Cargo,
            Self::Npm(_) => Ecosystem::Npm,
        }
    }

    /// What it has of `blueprint`, with its modules if `wiring` is not left to the user. A runtime that is missing comes
    /// from `runtime`.
    ///
    /// # Errors
    ///
    /// When the blueprint has nothing for its ecosystem, or has a mistake.
    pub(crate) fn inspect(
        &self,
        blueprint: &Blueprint,
        wiring: Wiring,
        runtime: &RuntimeSource,
    ) -> Result<Inspection, Failure> {
        let part = blueprint.parts.get(&self.ecosystem());
        let part = part.ok_or_else(|| no_part(blueprint))?;
        let inspection = match self {
            Self::Cargo(package) => {
                cargo::inspect::inspect(package, blueprint, part, wiring, runtime)
            }
            Self::Npm(package) => npm::inspect::inspect(package, blueprint, part, runtime),
        };
        let mut inspection = inspection?;
        if let Some(first) = inspection.items.first_mut() {
            first.warnings.extend(in_place_of_built_in(blueprint));
        }
        Ok(inspection)
    }

    /// Whether anything stands where the adapter of `blueprint` belongs.
    pub(crate) fn has(&self, blueprint: &Blueprint) -> bool {
        let adapter = self.adapter_of(blueprint);
        adapter.is_some_and(|path| path.under(&self.place().root).symlink_metadata().is_ok())
    }

    /// Whether what stands there says that `blueprint` wrote it.
    pub(crate) fn has_marked(&self, blueprint: &Blueprint) -> bool {
        let adapter = self.adapter_of(blueprint);
        let file = adapter.map(|path| UserFile::read(&self.place().root, path));
        let text = file.as_ref().and_then(|file| file.text().ok().flatten());
        let marker = text.and_then(Marker::find);
        marker.is_some_and(|marker| marker.is_of(&blueprint.kind, &blueprint.name))
    }

    /// Where the adapter of `blueprint` belongs, if it has one for this ecosystem.
    fn adapter_of(&self, blueprint: &Blueprint) -> Option<RelPath> {
        let part = blueprint.parts.get(&self.ecosystem())?;
        self.place().source_root.join(&part.adapter)
    }

    /// What there is of `blueprint` to remove.
    ///
    /// # Errors
    ///
    /// When the blueprint has nothing for its ecosystem, or has a mistake.
    pub(crate) fn trace(&self, blueprint: &Blueprint) -> Result<Vec<Trace>, Failure> {
        let part = blueprint.parts.get(&self.ecosystem());
        let part = part.ok_or_else(|| no_part(blueprint))?;
        let traces = match self {
            Self::Cargo(package) => cargo::trace::trace(package, blueprint, part),
            Self::Npm(package) => npm::trace::trace(package, blueprint, part),
        };
        Ok(traces?)
    }

    /// The command that installs what is added to the manifest, where building does not do so by itself.
    pub(crate) fn install_command(&self) -> Option<&'static str> {
        match self {
            Self::Cargo(_) => None,
            Self::Npm(package) => Some(package.package_manager.install_command()),
        }
    }

    /// The command that adds `packages` for what they are needed.
    pub(crate) fn add_command(&self, need: Need, packages: &str) -> Option<String> {
        match self {
            Self::Cargo(_) => None,
            Self::Npm(package) => Some(package.package_manager.add_command(need, packages)),
        }
    }

    /// The command that gives the variable `name` to the application, where it does not see those of its surroundings.
    pub(crate) fn secret_command(&self, name: &str) -> Option<String> {
        match self {
            Self::Cargo(_) => None,
            Self::Npm(package) => package
                .worker
                .as_ref()
                .map(|worker| worker.secret_command(name)),
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
        self.ecosystem().checks()
    }

    /// The language of its sources, as Markdown names it.
    pub(crate) fn language(&self) -> &'static str {
        match self {
            Self::Cargo(_) => "rust",
            Self::Npm(_) => "ts",
        }
    }
}

/// What `blueprint` writes in a usual project of `ecosystem`: the newest of all, with nothing renamed.
///
/// # Errors
///
/// When the blueprint has nothing for the ecosystem, or has a mistake.
pub(crate) fn usual_adapter(
    ecosystem: Ecosystem,
    blueprint: &Blueprint,
) -> Result<String, Failure> {
    let part = blueprint.parts.get(&ecosystem);
    let part = part.ok_or_else(|| no_part(blueprint))?;
    let text = match ecosystem {
        Ecosystem::Cargo => cargo::inspect::usual_adapter(blueprint, part),
        Ecosystem::Npm => npm::inspect::usual_adapter(blueprint, part),
    };
    Ok(text?)
}

/// That `blueprint` is the user's own, and a built-in one has its name.
fn in_place_of_built_in(blueprint: &Blueprint) -> Option<Problem> {
    let own = blueprint.own()?;
    let Blueprint { kind, name, .. } = blueprint;
    if !Catalogue::built_in().has(kind, name) {
        return None;
    }
    let message = format!("this `{kind}/{name}` is your own, and not the built-in one");
    let problem = Problem::new(Code::BlueprintShadows, message).in_file(&own.place);
    Some(problem.help("leave `--blueprint` out for that"))
}

fn no_part(blueprint: &Blueprint) -> Problem {
    let message = format!(
        "the blueprint `{}/{}` has nothing for this kind of project",
        blueprint.kind, blueprint.name
    );
    Problem::new(Code::NoVariant, message)
}

fn no_project(selection: &Selection) -> Problem {
    let start = &selection.start;
    if selection.ecosystem.is_none()
        && let Some(problem) = npm::package::other_manifest(start)
    {
        return problem;
    }
    let manifests = match selection.ecosystem {
        Some(ecosystem) => vec![ecosystem.manifest()],
        None => Ecosystem::ALL.map(Ecosystem::manifest).to_vec(),
    };
    let message = format!("no {} in `{}`", listed(manifests, " or "), start.display());
    match selection.search {
        Search::Upwards => Problem::new(
            Code::NoProject,
            format!("{message} or any directory above it"),
        )
        .help("run the command in a Flue project, or name its directory with `-C`"),
        Search::Here => Problem::new(Code::NoProject, message)
            .help("name a manifest that is there, or leave `--manifest-path` out"),
    }
}

fn listed(names: impl IntoIterator<Item = impl std::fmt::Display>, between: &str) -> String {
    let quoted = names.into_iter().map(|name| format!("`{name}`"));
    quoted.collect::<Vec<_>>().join(between)
}
