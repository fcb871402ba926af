//! Sandboxes.

pub mod other;
