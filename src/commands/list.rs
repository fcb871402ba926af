//! `flue list`: the blueprints that there are.

use crate::blueprint::{Blueprint, Catalogue};
use crate::report::{Body, Report};

/// Lists the blueprints, as an answer to `command`.
pub fn run(command: &'static str) -> Report {
    let (blueprints, error) = match Catalogue::load() {
        Ok(catalogue) => (catalogue.iter().cloned().collect::<Vec<Blueprint>>(), None),
        Err(error) => (Vec::new(), Some(error)),
    };
    Report {
        command,
        body: Body::Listed(blueprints),
        error,
    }
}
