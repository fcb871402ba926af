//! Sandboxes.

#[path = "../sandboxes/daytona.rs"]
pub mod daytona;
