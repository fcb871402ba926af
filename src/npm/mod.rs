//! What is particular to npm projects: `package.json`, lock files and the runtime's contract.
//!
//! Text in, text out: nothing here reads or writes a file.

pub mod adapter;
pub mod contract;
pub mod dependency;
pub mod edit;
mod json;
pub mod lock;
pub mod package_json;
pub mod package_manager;
pub mod range;
pub mod style;
mod typescript;
pub mod workspace;
mod yaml;
