//! What is particular to npm projects: `package.json`, lock files and the runtime's contract.
//!
//! Text in, text out: nothing here reads or writes a file.

pub mod dependency;
pub mod edit;
pub mod inspect;
mod json;
pub mod lock;
pub mod manifest;
pub mod package;
pub mod package_manager;
pub mod range;
pub mod runtime;
pub mod style;
mod typescript;
pub mod workspace;
mod yaml;
