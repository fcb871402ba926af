//! Sandboxes.

mod daytona;
