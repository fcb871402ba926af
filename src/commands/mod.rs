//! The commands, a file each: from the arguments to a report.

pub(crate) mod add;
mod change;
pub(crate) mod completions;
pub(crate) mod guide;
pub(crate) mod list;
pub(crate) mod man;
pub(crate) mod schema;
mod selection;
pub(crate) mod show;

use std::path::Path;

use crate::blueprint::catalogue::{Catalogue, is_address};
use crate::cli::AddArgs;
use crate::report::{Failed, Report};
use crate::shell::Shell;

/// `flue add`: adds the blueprint that `args` name, or prints a guide where one is asked for, or lists the blueprints when
/// none is named; as if started in `directory`.
pub(crate) fn add(args: AddArgs, directory: &Path, shell: &Shell) -> Report {
    let (kind, name) = match (args.kind.clone(), args.name.clone()) {
        (None, _) => return list::run("add"),
        (Some(word), None) => {
            return Report {
                command: "add",
                result: Err(Failed::from(Catalogue::built_in().incomplete(&word))),
            };
        }
        (Some(kind), Some(name)) => (kind, name),
    };
    if is_address(&name) {
        return guide::to_provider(&kind, &name, &args, directory);
    }
    if args.changes.print {
        return guide::to_blueprint(&kind, &name, &args, directory);
    }
    add::run(&kind, &name, args, directory, shell)
}
