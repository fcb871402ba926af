//! The commands, a file each: from the arguments to a report.

pub mod add;
pub mod completions;
pub mod guide;
pub mod list;
pub mod man;
pub mod schema;

use crate::cli::AddArgs;
use crate::report::Report;

/// `flue add`: adds the blueprint that `args` name, or prints a guide where one is asked for, or lists the blueprints when
/// none is named.
pub fn add(args: AddArgs) -> Report {
    let (Some(kind), Some(name)) = (args.kind.clone(), args.name.clone()) else {
        return list::run("add");
    };
    if guide::is_address(&name) {
        return guide::to_provider(&kind, &name);
    }
    if args.print {
        return guide::to_blueprint(&kind, &name, args);
    }
    add::run(&kind, &name, args)
}
