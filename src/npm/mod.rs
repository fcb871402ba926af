//! What is particular to npm projects: `package.json`, lock files and the runtime's contract.
//!
//! Text in, text out: nothing here reads or writes a file.

pub(crate) mod conventions;
pub(crate) mod dependency;
pub mod edit;
pub(crate) mod flue;
mod formatter;
pub(crate) mod inspect;
mod json;
pub(crate) mod lock;
pub mod manifest;
pub(crate) mod overrides;
pub(crate) mod package;
pub(crate) mod package_manager;
pub(crate) mod range;
pub(crate) mod runtime;
pub(crate) mod style;
mod tsconfig;
mod typescript;
pub(crate) mod workers;
pub(crate) mod workspace;
mod yaml;
