//! `flue add`: from what was typed to a project that has the blueprint.

use std::path::{Path, PathBuf};

use super::{guide, list};
use crate::apply::{self, ProjectLock};
use crate::blueprint::{Blueprint, Ecosystem, catalogue};
use crate::cli::{AddArgs, EcosystemArg};
use crate::error::{Problem, Problems};
use crate::path::RelPath;
use crate::plan;
use crate::project::Project;
use crate::report::{Added, Body, Report};
use crate::request::{AddRequest, OnConflict, Run, Selection, Wiring};

/// Adds the blueprint that `args` name, or lists the blueprints when they name none. Where a guide is asked for instead,
/// it is printed.
///
/// When the report has an error, nothing is changed.
pub fn run(args: AddArgs) -> Report {
    let (Some(kind), Some(name)) = (args.kind.clone(), args.name.clone()) else {
        return list::run("add");
    };
    if guide::is_address(&name) {
        return guide::to_provider(&kind, &name);
    }
    if args.print {
        return guide::to_blueprint(&kind, &name, args);
    }
    let mut added = Added::new(Run::from_args(&args));
    let error = add(&kind, &name, args, &mut added).err();
    Report {
        command: "add",
        body: Body::Added(Box::new(added)),
        error,
    }
}

/// Leaves in `added` what it comes to, so that there is something to report wherever it ends.
fn add(kind: &str, name: &str, args: AddArgs, added: &mut Added) -> anyhow::Result<()> {
    let blueprint = catalogue::find(kind, name).map_err(Problems::from)?;
    added.blueprint = Some(*blueprint);
    let request = AddRequest::from_args(args)?;
    added.start = Some(request.selection.start.clone());

    prepare(&request, blueprint, added)?;
    match added.run {
        Run::Real => carry_out(&request, blueprint, added),
        Run::Dry | Run::Check => Ok(()),
    }
}

fn prepare(request: &AddRequest, blueprint: &Blueprint, added: &mut Added) -> anyhow::Result<()> {
    let project = Project::load(&request.selection, blueprint).map_err(Problems::from)?;
    let project = added.project.insert(project);
    added.plan = Some(plan::plan_add(request, project, blueprint)?);
    Ok(())
}

/// Planning does not touch the disk and takes no lock; only a plan with changes is checked again under the lock.
fn carry_out(request: &AddRequest, blueprint: &Blueprint, added: &mut Added) -> anyhow::Result<()> {
    let Some((root, operations)) = added.work() else {
        if let Some((root, operations)) = added.operations() {
            apply::sweep_up(operations, root);
        }
        return Ok(());
    };
    let _lock = ProjectLock::acquire(root);
    if !apply::is_current(operations, root) {
        prepare(request, blueprint, added)?;
    }
    if let Some((root, operations)) = added.work() {
        apply::apply(operations, root)?;
        added.applied = true;
    }
    Ok(())
}

impl AddRequest {
    pub(super) fn from_args(args: AddArgs) -> anyhow::Result<Self> {
        Ok(Self {
            selection: Selection {
                start: start_folder(args.directory.as_deref().unwrap_or(Path::new(".")))
                    .map_err(Problems::from)?,
                ecosystem: args.ecosystem.map(Ecosystem::from),
                package: args.package,
                source_root: args
                    .source_root
                    .as_deref()
                    .map(source_root)
                    .transpose()
                    .map_err(Problems::from)?,
            },
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

impl Run {
    fn from_args(args: &AddArgs) -> Self {
        match args {
            AddArgs { check: true, .. } => Self::Check,
            AddArgs { dry_run: true, .. } | AddArgs { diff: true, .. } => Self::Dry,
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

fn start_folder(folder: &Path) -> Result<PathBuf, Problem> {
    folder.canonicalize().map_err(|error| {
        let message = format!("cannot open the folder `{}`: {error}", folder.display());
        Problem::new("no-folder", message)
    })
}

fn source_root(folder: &Path) -> Result<RelPath, Problem> {
    RelPath::new(folder).ok_or_else(|| {
        let message = format!(
            "the source root `{}` leads out of the package",
            folder.display()
        );
        Problem::new("source-root-outside", message)
            .help("name a folder relative to the package, without `..`")
    })
}
