//! An agent.

#[path = "../src/sandboxes/mod.rs"]
pub mod sandboxes;
