//! `flue add`: from what was typed to a project that has the blueprint.

use std::path::Path;

use anyhow::Context as _;

use super::list;
use crate::apply::{self, ProjectLock};
use crate::blueprint::{Blueprint, Catalogue, Ecosystem};
use crate::cli::{AddArgs, EcosystemArg};
use crate::error::{Problem, Problems};
use crate::plan;
use crate::project::Project;
use crate::project::rel_path::RelPath;
use crate::report::{Added, Body, Report};
use crate::request::{AddRequest, OnConflict, Run, Selection, Wiring};

/// Adds the blueprint that `args` name, or lists the blueprints when they name none.
///
/// When the report has an error, nothing is changed.
pub fn run(args: AddArgs) -> Report {
    let (Some(kind), Some(name)) = (args.kind.clone(), args.name.clone()) else {
        return list::run("add");
    };
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
    let catalogue = Catalogue::load()?;
    let blueprint = catalogue.find(kind, name).map_err(Problems::from)?;
    added.blueprint = Some(blueprint.clone());
    let request = AddRequest::from_args(args)?;
    let start = &request.selection.start;
    added.start = Some(start.canonicalize().unwrap_or(start.clone()));

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
            on_conflict: match (args.overwrite, args.check) {
                (true, _) => OnConflict::Replace,
                (false, true) => OnConflict::Tell,
                (false, false) => OnConflict::Keep,
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
