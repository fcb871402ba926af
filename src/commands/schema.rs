//! `flue schema`: what the JSON documents of `--json` look like.

use crate::report::{Body, Report};

/// A JSON Schema of every document that a command prints.
pub const SCHEMA: &str = include_str!("../../docs/schema/report.json");

/// Prints the schema.
pub fn run() -> Report {
    Report {
        command: "schema",
        body: Body::Printed(SCHEMA.to_owned()),
        error: None,
    }
}
