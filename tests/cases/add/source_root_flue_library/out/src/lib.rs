//! An agent.

#[path = "../.flue/sandboxes/mod.rs"]
pub mod sandboxes;
