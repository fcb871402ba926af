//! `flue update`: from what was typed to adapters that are as their blueprints write them today, edits and all.

use std::path::Path;
use std::sync::Arc;

use super::change;
use super::lookup::{Wanted, catalogue_of};
use crate::blueprint::Blueprint;
use crate::cli::{ConflictArg, UpdateArgs};
use crate::ecosystem::{self, Package};
use crate::guide;
use crate::report::{Failed, Outcome, Printed, Report, Whereabouts};
use crate::request::{OnConflict, Request, Run, Selection, Task};
use crate::shell::Shell;
use crate::text::merge::Resolution;

/// Brings the adapter that `args` name up to date, or all of the package; as if started in `directory`.
///
/// When it fails, nothing is changed.
pub(crate) fn run(args: &UpdateArgs, directory: &Path, shell: &Shell) -> Report {
    if args.print {
        return Report::printed("update", print(args, directory));
    }
    Report {
        command: "update",
        result: update(args, directory, shell),
    }
}

fn update(args: &UpdateArgs, directory: &Path, shell: &Shell) -> Result<Outcome, Failed> {
    let (requests, package) = requests(args, directory)?;
    change::run_all(requests, &package, shell)
}

/// Prints how to finish what cannot be done without a decision.
fn print(args: &UpdateArgs, directory: &Path) -> Result<Printed, Failed> {
    let (requests, package) = requests(args, directory)?;
    let mut text = String::new();
    for request in &requests {
        let plan = change::plan(request, &package)?;
        text += &guide::to_update(&request.blueprint, &package, &plan)?;
    }
    Ok(Printed {
        text,
        blueprint: requests.into_iter().next().map(|first| first.blueprint),
        whereabouts: Some(Whereabouts::of(&package)),
        written: Vec::new(),
    })
}

/// What `args` ask for, and the package that it is about: the blueprint that is named, or all that the package has an adapter of.
fn requests(args: &UpdateArgs, directory: &Path) -> Result<(Vec<Request>, Arc<Package>), Failed> {
    let selection = Selection::from_args(&args.project, directory)?;
    let wanted = Wanted {
        words: (args.kind.as_deref(), args.name.as_deref()),
        path: args.source.blueprint.as_deref(),
        directory,
    };
    if args.name.is_some() || wanted.path.is_some() {
        let blueprint = wanted.find(|| Ok(selection.clone()))?;
        let request = request(&blueprint, args, &selection);
        let package = change::open(&request)?;
        return Ok((vec![request], package));
    }
    let package = ecosystem::open(&selection)?;
    let catalogue = catalogue_of(&package)?;
    let all = catalogue.all().iter();
    let installed = all.filter(|blueprint| package.has_marked(blueprint));
    let requests = installed.map(|blueprint| request(blueprint, args, &selection));
    Ok((requests.collect(), Arc::new(package)))
}

fn request(blueprint: &Arc<Blueprint>, args: &UpdateArgs, selection: &Selection) -> Request {
    Request {
        blueprint: Arc::clone(blueprint),
        selection: selection.clone(),
        task: Task::Update {
            on_upstream: match args.overwrite {
                true => OnConflict::Replace,
                false => OnConflict::Keep,
            },
            resolution: args.conflict.map(Resolution::from),
        },
        run: Run::from_args(&args.changes),
    }
}

impl From<ConflictArg> for Resolution {
    fn from(arg: ConflictArg) -> Self {
        match arg {
            ConflictArg::Inline => Self::Inline,
            ConflictArg::Ours => Self::Ours,
            ConflictArg::Theirs => Self::Theirs,
        }
    }
}
