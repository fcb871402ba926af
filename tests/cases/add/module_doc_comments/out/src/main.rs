//! The agent.
//!
//! Runs.

mod sandboxes;

/// Starts it.
#[allow(unused)]
fn main() {}
