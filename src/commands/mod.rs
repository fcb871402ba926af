//! The commands, a file each: from the arguments to a report.

pub(crate) mod add;
pub(crate) mod completions;
pub(crate) mod guide;
pub(crate) mod list;
pub(crate) mod man;
pub(crate) mod schema;

use std::path::Path;

use crate::cli::AddArgs;
use crate::report::Report;

/// `flue add`: adds the blueprint that `args` name, or prints a guide where one is asked for, or lists the blueprints when
/// none is named; as if started in `folder`.
pub(crate) fn add(args: AddArgs, folder: &Path) -> Report {
    let (Some(kind), Some(name)) = (args.kind.clone(), args.name.clone()) else {
        return list::run("add");
    };
    if guide::is_address(&name) {
        return guide::to_provider(&kind, &name);
    }
    if args.print {
        return guide::to_blueprint(&kind, &name, args, folder);
    }
    add::run(&kind, &name, args, folder)
}
