//! What is particular to cargo projects: the manifest, its dependencies, and how modules are declared.
//!
//! Text in, text out: nothing here reads or writes a file.

pub mod dependency;
pub mod edit;
pub mod inspect;
pub mod manifest;
pub mod module;
pub mod package;
pub mod workspace;
