//! Sandboxes.

pub mod daytona;
