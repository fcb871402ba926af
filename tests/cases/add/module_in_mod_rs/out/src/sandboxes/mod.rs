//! Sandboxes.

pub mod daytona;
pub mod other;
