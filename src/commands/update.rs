//! `flue update`: from what was typed to adapters that are as their blueprints write them today, edits and all.

use std::path::Path;
use std::sync::Arc;

use super::change;
use super::lookup::{Wanted, catalogue_of};
use crate::blueprint::Blueprint;
use crate::cli::{ConflictArg, UpdateArgs};
use crate::ecosystem;
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
    let selection = Selection::from_args(&args.project, directory)?;
    let blueprints = blueprints(args, directory, &selection)?;
    let requests = blueprints
        .into_iter()
        .map(|blueprint| request(blueprint, args, &selection));
    change::run_all(requests.collect(), shell)
}

/// Prints how to finish what cannot be done without a decision.
fn print(args: &UpdateArgs, directory: &Path) -> Result<Printed, Failed> {
    let selection = Selection::from_args(&args.project, directory)?;
    let package = ecosystem::open(&selection)?;
    let blueprints = blueprints(args, directory, &selection)?;
    let mut text = String::new();
    for blueprint in &blueprints {
        let request = request(Arc::clone(blueprint), args, &selection);
        let plan = change::plan(&request, &package)?;
        text += &guide::to_update(blueprint, &package, &plan)?;
    }
    Ok(Printed {
        text,
        blueprint: blueprints.into_iter().next(),
        whereabouts: Some(Whereabouts::of(&package)),
        written: Vec::new(),
    })
}

fn request(blueprint: Arc<Blueprint>, args: &UpdateArgs, selection: &Selection) -> Request {
    Request {
        blueprint,
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

/// The blueprint that is named, or all that the package has an adapter of.
fn blueprints(
    args: &UpdateArgs,
    directory: &Path,
    selection: &Selection,
) -> Result<Vec<Arc<Blueprint>>, Failed> {
    let wanted = Wanted {
        words: (args.kind.as_deref(), args.name.as_deref()),
        path: args.source.blueprint.as_deref(),
        directory,
    };
    if args.name.is_some() || wanted.path.is_some() {
        return Ok(vec![wanted.find(|| Ok(selection.clone()))?]);
    }
    let package = ecosystem::open(selection)?;
    let catalogue = catalogue_of(&package)?;
    let all = catalogue.all().iter();
    let installed = all.filter(|blueprint| package.has_marked(blueprint));
    Ok(installed.cloned().collect())
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
