//! One file per command: resolve, plan, apply, report.

pub mod add;
pub mod list;
pub mod schema;
