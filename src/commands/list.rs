//! `flue list`: the blueprints that there are.

use crate::blueprint::catalogue;
use crate::report::{Body, Report};

/// Lists the blueprints, as an answer to `command`.
pub fn run(command: &'static str) -> Report {
    Report {
        command,
        body: Body::Listed(catalogue::all()),
        error: None,
    }
}
