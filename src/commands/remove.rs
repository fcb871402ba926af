//! `flue remove`: from what was typed to a package without the blueprint.

use std::path::Path;

use super::change;
use super::lookup::Wanted;
use crate::cli::RemoveArgs;
use crate::report::{Failed, Outcome, Report};
use crate::request::{OnConflict, Request, Run, Selection, Task};
use crate::shell::Shell;

/// Removes the blueprint that `args` name, as if started in `directory`.
///
/// When it fails, nothing is changed.
pub(crate) fn run(args: &RemoveArgs, directory: &Path, shell: &Shell) -> Report {
    Report {
        command: "remove",
        result: remove(args, directory, shell),
    }
}

fn remove(args: &RemoveArgs, directory: &Path, shell: &Shell) -> Result<Outcome, Failed> {
    let wanted = Wanted::of(&args.blueprint, directory);
    let blueprint = wanted.find(|| Selection::from_args(&args.project, directory))?;
    let selection = Selection::from_args(&args.project, directory).map_err(|problem| Failed {
        blueprint: Some(blueprint.clone()),
        ..problem.into()
    })?;
    let request = Request {
        blueprint,
        selection,
        task: Task::Remove {
            on_conflict: match (args.force, args.changes.check) {
                (true, _) => OnConflict::Replace,
                (false, true) => OnConflict::Tell,
                (false, false) => OnConflict::Keep,
            },
        },
        run: Run::from_args(&args.changes),
    };
    change::run(request, shell)
}
