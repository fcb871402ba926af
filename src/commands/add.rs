//! `flue add`: from what was typed to a package that has the blueprint.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::apply::{self, Patience, ProjectLock};
use crate::blueprint::Blueprint;
use crate::blueprint::catalogue::Catalogue;
use crate::cli::{AddArgs, EcosystemArg, RuntimeArgs};
use crate::ecosystem::{self, Ecosystem, Package};
use crate::error::{Code, Failure, Problem};
use crate::path::RelPath;
use crate::plan::{self, Plan};
use crate::report::{Added, Failed, Outcome, Report, Whereabouts};
use crate::request::{
    AddRequest, OnConflict, PackageSpec, Run, RuntimeSource, Search, Selection, Wiring,
};
use crate::shell::Shell;

/// Adds the blueprint of `kind` and `name`, as if started in `directory`.
///
/// When it fails, nothing is changed.
pub(crate) fn run(
    kind: &str,
    name: &str,
    args: AddArgs,
    directory: &Path,
    shell: &Shell,
) -> Report {
    Report {
        command: "add",
        result: add(kind, name, args, directory, shell),
    }
}

fn add(
    kind: &str,
    name: &str,
    args: AddArgs,
    directory: &Path,
    shell: &Shell,
) -> Result<Outcome, Failed> {
    let blueprint = Catalogue::built_in().find(kind, name)?;
    let request =
        AddRequest::from_args(blueprint.clone(), args, directory).map_err(|problem| Failed {
            blueprint: Some(blueprint.clone()),
            ..problem.into()
        })?;
    let (package, plan) = prepare(&request)?;
    let added = Added {
        run: request.run,
        started_in: open_directory(Path::new("."))?,
        blueprint,
        package,
        plan,
        applied: false,
    };
    let added = match request.run {
        Run::Real => carry_out(&request, added, shell)?,
        Run::Dry | Run::Check => added,
    };
    Ok(Outcome::Added(Box::new(added)))
}

fn prepare(request: &AddRequest) -> Result<(Package, Plan), Failed> {
    let failed = |failure, whereabouts| Failed {
        failure,
        blueprint: Some(request.blueprint.clone()),
        whereabouts: Some(whereabouts),
    };
    let start = || Whereabouts::Start(request.selection.start.clone());
    let package =
        ecosystem::open(&request.selection).map_err(|problem| failed(problem.into(), start()))?;
    match plan(request, &package) {
        Ok(plan) => Ok((package, plan)),
        Err(failure) => Err(failed(failure, Whereabouts::of(&package))),
    }
}

pub(super) fn plan(request: &AddRequest, package: &Package) -> Result<Plan, Failure> {
    let inspection = package.inspect(&request.blueprint, request.wiring, &request.runtime)?;
    plan::add(inspection, request.on_conflict)
}

/// Planning does not touch the disk and takes no lock; only a plan with changes is checked again under the lock.
fn carry_out(request: &AddRequest, mut added: Added, shell: &Shell) -> Result<Added, Failed> {
    let package = added.package.place().root.clone();
    let directories = added.plan.directories(&package);
    let is_interrupted = directories
        .iter()
        .any(|directory| apply::is_interrupted(directory));
    if !added.plan.has_changes() && !is_interrupted {
        return Ok(added);
    }
    let failed = |failure, package: &Package| Failed {
        failure,
        blueprint: Some(request.blueprint.clone()),
        whereabouts: Some(Whereabouts::of(package)),
    };
    let locks = directories.iter().map(|directory| lock(directory, shell));
    let _locks = locks
        .collect::<Result<Vec<_>, _>>()
        .map_err(|error| failed(error.into(), &added.package))?;
    if is_interrupted || !apply::is_current(&added.plan.files(&package), added.plan.root(&package))
    {
        (added.package, added.plan) = prepare(request)?;
    }
    if added.plan.has_changes() {
        let (files, root) = (added.plan.files(&package), added.plan.root(&package));
        apply::apply(&files, root).map_err(|failure| failed(failure, &added.package))?;
        added.applied = true;
    }
    Ok(added)
}

/// Keeps other runs out of `directory`, and sweeps up after one that was killed there.
fn lock(directory: &Path, shell: &Shell) -> anyhow::Result<ProjectLock> {
    let waiting = || {
        let directory = directory.display();
        shell.note(format!("waiting for another `flue` in `{directory}`"));
    };
    let lock = ProjectLock::acquire(directory, Patience::USUAL, waiting)?;
    apply::recover(directory)?;
    Ok(lock)
}

impl AddRequest {
    pub(super) fn from_args(
        blueprint: Arc<Blueprint>,
        args: AddArgs,
        directory: &Path,
    ) -> Result<Self, Problem> {
        Ok(Self {
            blueprint,
            run: Run::from_args(&args),
            runtime: args.runtime.source(directory)?,
            selection: Selection::from_args(&args, directory)?,
            on_conflict: if args.overwrite {
                OnConflict::Replace
            } else if args.check || args.print {
                OnConflict::Tell
            } else {
                OnConflict::Keep
            },
            wiring: if args.no_wire {
                Wiring::LeaveAlone
            } else {
                Wiring::Complete
            },
        })
    }
}

impl Selection {
    pub(super) fn from_args(args: &AddArgs, directory: &Path) -> Result<Self, Problem> {
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
    fn from_args(args: &AddArgs) -> Self {
        match args {
            AddArgs { check: true, .. } => Self::Check,
            AddArgs { dry_run: true, .. } | AddArgs { diff: true, .. } => Self::Dry,
            _ => Self::Real,
        }
    }
}

impl RuntimeArgs {
    /// The source that is named, as seen from `directory`.
    fn source(&self, directory: &Path) -> Result<RuntimeSource, Problem> {
        if let Some(path) = &self.runtime_path {
            return open_directory(&directory.join(path)).map(RuntimeSource::Path);
        }
        let Some(url) = self.runtime_git.clone() else {
            return Ok(RuntimeSource::Registry);
        };
        let pins = [
            ("branch", &self.branch),
            ("tag", &self.tag),
            ("rev", &self.rev),
        ];
        let pin = pins
            .into_iter()
            .find_map(|(key, value)| Some((key, value.clone()?)));
        Ok(RuntimeSource::Git { url, pin })
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
