//! `flue schema`: what the JSON documents of `--json` look like.

use crate::error::Failure;
use crate::report::Report;

/// A JSON Schema of every document that a command prints.
pub(crate) const SCHEMA: &str = include_str!("../../docs/schema/report.json");

/// Prints the schema.
pub(crate) fn run() -> Report {
    Report::printed("schema", Ok::<_, Failure>(SCHEMA.to_owned()))
}
