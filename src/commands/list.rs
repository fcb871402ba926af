//! `flue list`: the blueprints that there are.

use std::path::Path;

use super::lookup::of_team;
use crate::blueprint::catalogue::Catalogue;
use crate::cli::ProjectArgs;
use crate::ecosystem;
use crate::report::{Failed, Listed, Outcome, Report};
use crate::request::Selection;

/// Lists the blueprints, those of the team at hand too, as an answer to `command`, as if started in `directory`.
pub(crate) fn run(command: &'static str, args: &ProjectArgs, directory: &Path) -> Report {
    Report {
        command,
        result: list(args, directory),
    }
}

fn list(args: &ProjectArgs, directory: &Path) -> Result<Outcome, Failed> {
    let selection = Selection::from_args(args, directory)?;
    // Outside a project nothing is installed, and why one cannot be opened is for other commands to tell.
    let package = ecosystem::find(&selection).ok().flatten();
    let catalogue = Catalogue::built_in().with(of_team(selection)?);
    let blueprints = catalogue.all().iter().map(|blueprint| Listed {
        is_installed: package
            .as_ref()
            .is_some_and(|package| package.has(blueprint)),
        blueprint: blueprint.clone(),
    });
    Ok(Outcome::Listed(blueprints.collect()))
}
