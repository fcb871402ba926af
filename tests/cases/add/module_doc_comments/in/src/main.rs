//! The agent.
//!
//! Runs.

/// Starts it.
#[allow(unused)]
fn main() {}
