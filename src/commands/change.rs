//! The walk of every command that changes a package: find it, inspect it, plan, and apply unless the run is dry.

use std::path::Path;
use std::sync::Arc;

use super::selection::open_directory;
use crate::apply::{self, Patience, ProjectLock};
use crate::ecosystem::{self, Package};
use crate::error::Failure;
use crate::own;
use crate::plan::{self, Plan};
use crate::report::{Changed, Failed, Outcome, Whereabouts};
use crate::request::{Request, Run, RuntimeSource, Task, Wiring};
use crate::shell::Shell;

/// Does what `request` asks for.
///
/// # Errors
///
/// When it fails; nothing is changed then.
pub(super) fn run(request: Request, shell: &Shell) -> Result<Outcome, Failed> {
    let package = open(&request)?;
    run_all(vec![request], &package, shell)
}

/// Does all that `requests` ask for in `package`, or nothing where one of them needs a decision first.
///
/// # Errors
///
/// When one of them fails; it changes nothing then.
pub(super) fn run_all(
    requests: Vec<Request>,
    package: &Arc<Package>,
    shell: &Shell,
) -> Result<Outcome, Failed> {
    let started_in = open_directory(Path::new("."))?;
    let planned = requests.into_iter().map(|request| {
        Ok(Changed {
            started_in: started_in.clone(),
            plan: prepare(&request, package)?,
            package: Arc::clone(package),
            request,
            applied: false,
        })
    });
    let mut all = planned.collect::<Result<Vec<_>, Failed>>()?;
    if !all.iter().any(|changed| changed.plan.is_undecided()) {
        let carried_out = all.into_iter().map(|changed| match changed.request.run {
            Run::Real => carry_out(changed, shell),
            Run::Dry | Run::Check => Ok(changed),
        });
        all = carried_out.collect::<Result<_, _>>()?;
    }
    Ok(Outcome::Changed(all))
}

/// The package that `request` is about.
///
/// # Errors
///
/// When there is none, or it cannot be read.
pub(super) fn open(request: &Request) -> Result<Arc<Package>, Failed> {
    let start = Whereabouts::Start(request.selection.start.clone());
    match ecosystem::open(&request.selection) {
        Ok(package) => Ok(Arc::new(package)),
        Err(problem) => Err(failed(problem.into(), request, start)),
    }
}

fn prepare(request: &Request, package: &Package) -> Result<Plan, Failed> {
    plan(request, package).map_err(|failure| failed(failure, request, Whereabouts::of(package)))
}

/// What has to happen in `package`.
///
/// # Errors
///
/// All problems that the user has to put right first.
pub(super) fn plan(request: &Request, package: &Package) -> Result<Plan, Failure> {
    if request.blueprint.own().is_none() {
        own::refuse_second(&package.directories(), &request.blueprint)?;
    }
    match &request.task {
        Task::Add {
            on_conflict,
            wiring,
            runtime,
        } => {
            let inspection = package.inspect(&request.blueprint, *wiring, runtime)?;
            plan::add(inspection, *on_conflict)
        }
        Task::Remove { on_conflict } => {
            plan::remove(package.trace(&request.blueprint)?, *on_conflict)
        }
        Task::Update {
            on_upstream,
            resolution,
        } => {
            let inspection = package.inspect(
                &request.blueprint,
                Wiring::Complete,
                &RuntimeSource::Registry,
            )?;
            plan::update(inspection, *on_upstream, *resolution)
        }
    }
}

/// Planning does not touch the disk and takes no lock; only a plan with changes is checked again under the lock.
fn carry_out(mut changed: Changed, shell: &Shell) -> Result<Changed, Failed> {
    let package = changed.package.place().root.clone();
    let directories = changed.plan.directories(&package);
    let is_interrupted = directories
        .iter()
        .any(|directory| apply::is_interrupted(directory));
    if !changed.plan.has_changes() && !is_interrupted {
        return Ok(changed);
    }
    let whereabouts = || Whereabouts::of(&changed.package);
    let locks = directories.iter().map(|directory| lock(directory, shell));
    let _locks = locks
        .collect::<Result<Vec<_>, _>>()
        .map_err(|error| failed(error.into(), &changed.request, whereabouts()))?;
    let files = changed.plan.files(&package);
    if is_interrupted || !apply::is_current(&files, changed.plan.root(&package)) {
        changed.package = open(&changed.request)?;
        changed.plan = prepare(&changed.request, &changed.package)?;
    }
    if changed.plan.has_changes() {
        let (files, root) = (changed.plan.files(&package), changed.plan.root(&package));
        let whereabouts = || Whereabouts::of(&changed.package);
        apply::apply(&files, root)
            .map_err(|failure| failed(failure, &changed.request, whereabouts()))?;
        changed.applied = true;
    }
    Ok(changed)
}

fn failed(failure: Failure, request: &Request, whereabouts: Whereabouts) -> Failed {
    Failed {
        failure,
        blueprint: Some(Arc::clone(&request.blueprint)),
        whereabouts: Some(whereabouts),
    }
}

/// Keeps other runs out of `directory`, and sweeps up after one that was killed there.
///
/// # Errors
///
/// When the lock cannot be had, or what is left cannot be swept up.
pub(super) fn lock(directory: &Path, shell: &Shell) -> anyhow::Result<ProjectLock> {
    let waiting = || {
        let directory = directory.display();
        shell.note(format!("waiting for another `flue` in `{directory}`"));
    };
    let lock = ProjectLock::acquire(directory, Patience::USUAL, waiting)?;
    apply::recover(directory)?;
    Ok(lock)
}
