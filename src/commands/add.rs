//! `flue add`: from what was typed to a project that has the blueprint.

use std::path::Path;

use anyhow::Context as _;

use crate::apply::{self, ProjectLock};
use crate::blueprint::{Blueprint, Catalogue, Ecosystem};
use crate::cli::{AddArgs, EcosystemArg};
use crate::error::{ExitStatus, Problem, Problems};
use crate::plan::{self, Plan};
use crate::project::Project;
use crate::project::rel_path::RelPath;
use crate::report;
use crate::request::{AddRequest, OnConflict, Run, Selection, Wiring};
use crate::shell::Shell;

/// Adds the blueprint that `args` name, or lists the blueprints when they name none.
///
/// # Errors
///
/// [`Problems`] with the request or the project, or a failure to write. Nothing is changed then.
pub fn run(args: AddArgs, shell: Shell) -> anyhow::Result<ExitStatus> {
    let catalogue = Catalogue::load()?;
    let (Some(kind), Some(name)) = (&args.kind, &args.name) else {
        shell.data(&report::list(&catalogue))?;
        return Ok(ExitStatus::Success);
    };
    let blueprint = catalogue.find(kind, name).map_err(Problems::from)?;
    let run = if args.dry_run { Run::Dry } else { Run::Real };
    let request = AddRequest::from_args(args)?;

    let (project, plan) = match run {
        Run::Dry => prepare(&request, blueprint)?,
        Run::Real => carry_out(&request, blueprint)?,
    };
    report::added(&shell, blueprint, &project, &plan, run);
    Ok(ExitStatus::Success)
}

impl AddRequest {
    fn from_args(args: AddArgs) -> anyhow::Result<Self> {
        let start = std::env::current_dir().context("failed to find the current folder")?;
        Ok(Self {
            selection: Selection {
                start: args
                    .directory
                    .map_or(start.clone(), |folder| start.join(folder)),
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

impl From<EcosystemArg> for Ecosystem {
    fn from(arg: EcosystemArg) -> Self {
        match arg {
            EcosystemArg::Cargo => Self::Cargo,
            EcosystemArg::Npm => Self::Npm,
        }
    }
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

fn prepare(request: &AddRequest, blueprint: &Blueprint) -> anyhow::Result<(Project, Plan)> {
    let project = Project::load(&request.selection, blueprint).map_err(Problems::from)?;
    match plan::plan_add(request, &project, blueprint) {
        Ok(plan) => Ok((project, plan)),
        Err(error) => Err(with_full_paths(error, &project.root)),
    }
}

/// Planning does not touch the disk and takes no lock; only a plan with changes is checked again under the lock.
fn carry_out(request: &AddRequest, blueprint: &Blueprint) -> anyhow::Result<(Project, Plan)> {
    let (mut project, mut plan) = prepare(request, blueprint)?;
    if plan.has_changes() {
        let _lock = ProjectLock::acquire(&project.root);
        if !apply::is_current(&plan.operations, &project.root) {
            (project, plan) = prepare(request, blueprint)?;
        }
        apply::apply(&plan.operations, &project.root)?;
    }
    Ok((project, plan))
}

/// Plans speak of files relative to the project; people need to know where that is.
fn with_full_paths(error: anyhow::Error, root: &Path) -> anyhow::Error {
    match error.downcast::<Problems>() {
        Ok(Problems(problems)) => {
            let full = |problem: Problem| Problem {
                file: problem.file.map(|file| root.join(file)),
                ..problem
            };
            Problems(problems.into_iter().map(full).collect()).into()
        }
        Err(error) => error,
    }
}
