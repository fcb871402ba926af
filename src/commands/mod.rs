//! One file per command: resolve, plan, apply, report.

pub mod add;
pub mod completions;
mod guide;
pub mod list;
pub mod man;
pub mod schema;
