//! `flue list`: the blueprints that there are.

use crate::blueprint::catalogue::Catalogue;
use crate::report::{Outcome, Report};

/// Lists the blueprints, as an answer to `command`.
pub(crate) fn run(command: &'static str) -> Report {
    Report {
        command,
        result: Ok(Outcome::Listed(Catalogue::built_in().all().to_vec())),
    }
}
