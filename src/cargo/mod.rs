//! What is particular to cargo projects: the manifest, its dependencies, and how modules are declared.
//!
//! Text in, text out: nothing here reads or writes a file.

pub mod dependency;
pub mod edit;
mod formatting;
pub(crate) mod inspect;
pub mod manifest;
pub mod module;
pub(crate) mod package;
pub(crate) mod starter;
mod toml;
pub(crate) mod trace;
mod uses;
pub(crate) mod workspace;
