//! An agent.

pub mod sandboxes;
