//! The commands, a file each: from the arguments to a report.

pub(crate) mod add;
pub(crate) mod blueprint;
mod change;
pub(crate) mod completions;
pub(crate) mod diff;
pub(crate) mod guide;
pub(crate) mod init;
pub(crate) mod list;
mod lookup;
pub(crate) mod man;
pub(crate) mod remove;
pub(crate) mod schema;
mod selection;
pub(crate) mod show;
pub(crate) mod status;
pub(crate) mod update;

use std::path::Path;

use crate::blueprint::catalogue::{Catalogue, is_address};
use crate::cli::AddArgs;
use crate::report::{Failed, Report};
use crate::shell::Shell;

/// `flue add`: adds the blueprint that `args` name, or prints a guide where one is asked for, or lists the blueprints when
/// none is named; as if started in `directory`.
pub(crate) fn add(args: AddArgs, directory: &Path, shell: &Shell) -> Report {
    let is_named = args.source.blueprint.is_some();
    match (&args.kind, &args.name) {
        (None, _) if !is_named => return list::run("add", &args.project, directory),
        (Some(word), None) if !is_named => {
            return Report {
                command: "add",
                result: Err(Failed::from(Catalogue::built_in().incomplete(word))),
            };
        }
        (Some(kind), Some(name)) if is_address(name) && !is_named => {
            return guide::to_provider(kind, name, &args, directory);
        }
        _ => {}
    }
    if args.print {
        return guide::to_blueprint(&args, directory);
    }
    add::run(&args, directory, shell)
}
