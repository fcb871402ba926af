//! `flue`, a command that adds versioned blueprints to an existing Flue project.
//!
//! A request takes one path: `args → request → project → plan → apply → report`.

pub mod cargo;
pub mod error;
pub mod npm;
pub mod text;
