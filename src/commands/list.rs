//! `flue list`: the blueprints that there are.

use std::path::Path;

use super::lookup::of_team;
use crate::blueprint::catalogue::Catalogue;
use crate::cli::ProjectArgs;
use crate::report::{Failed, Outcome, Report};
use crate::request::Selection;

/// Lists the blueprints, those of the team at hand too, as an answer to `command`, as if started in `directory`.
pub(crate) fn run(command: &'static str, args: &ProjectArgs, directory: &Path) -> Report {
    Report {
        command,
        result: list(args, directory),
    }
}

fn list(args: &ProjectArgs, directory: &Path) -> Result<Outcome, Failed> {
    let team = of_team(Selection::from_args(args, directory)?)?;
    let catalogue = Catalogue::built_in().with(team);
    Ok(Outcome::Listed(catalogue.all().to_vec()))
}
