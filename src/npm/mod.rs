//! What is particular to npm projects: `package.json`, lock files and the runtime's contract.
//!
//! Text in, text out: nothing here reads or writes a file.

pub(crate) mod dependency;
pub mod edit;
pub(crate) mod flue;
pub(crate) mod inspect;
mod json;
pub(crate) mod lock;
pub mod manifest;
pub(crate) mod package;
pub(crate) mod package_manager;
pub(crate) mod range;
pub(crate) mod runtime;
pub(crate) mod style;
mod typescript;
pub(crate) mod workspace;
mod yaml;
