//! Where agents work.

#[path = "sandboxes/daytona.rs"]
pub mod daytona;
