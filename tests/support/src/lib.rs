//! The store `tests/cases`: what the command does, one readable file a case, and the adapter's texts once each.
//!
//! `<command>/<case>.txt` is a case:
//!
//! ```text
//! # What it is for, where the name does not tell.
//! $ cd crates/one
//! $ flue add sandbox daytona
//! cannot compile: the crate beside it is a stub
//!
//! -- before crates/one/Cargo.toml --
//! [package]
//! name = "one"
//!
//! -- before crates/one/src/main.rs (crlf) --
//! fn main() {}
//!
//! -- after crates/one/src/sandboxes/daytona.rs (pristine/rust.rs) --
//! -- stderr --
//! error: …
//!
//! -- exit code 1 --
//! ```
//!
//! The head and the files before are written by people, what follows by the command. Files afterwards are those that are new or
//! other than before; all the rest must be the same, byte for byte. Streams that are empty are absent, so is exit code 0. Only
//! the line `$ flue` is needed. The blank line ahead of a section belongs to no text.
//!
//! What a text cannot show stands in parentheses, several things after commas:
//!
//! - `bom`, `crlf`: it begins with a byte order mark, its lines end in carriage return and line feed;
//! - `no final newline`;
//! - `escaped`: `\x1b` is a byte, `\r` a carriage return, `\\` a backslash;
//! - `pristine/<name>`: it is the text stored there; lines below are a patch of it without line numbers, whose hunks are
//!   separated by blank lines, and added at the end where they only add;
//! - `defines pristine/<name>`: the same, and the stored text is what this case writes.
//!
//! In the place of a file stand `(directory)`, `(link to <target>)` and, afterwards, `(removed)`.
//!
//! This crate owns the format and the comparison of trees, and runs nothing.

mod case;
mod content;
mod pristine;
mod section;
mod store;
mod tree;

pub use case::{Case, Outcome};
pub use pristine::Pristine;
pub use store::Store;
pub use tree::{Entry, Tree, same};

/// The files of the case `name`, such as `add/sandbox_daytona`, before the run.
///
/// # Panics
///
/// Where there is no such case.
#[must_use]
pub fn before(name: &str) -> Tree {
    let case = Store::open().and_then(|store| store.case(name));
    case.unwrap_or_else(|error| panic!("{error}")).before
}

/// The files of the case `name`, such as `add/sandbox_daytona`, after the run.
///
/// # Panics
///
/// Where there is no such case.
#[must_use]
pub fn after(name: &str) -> Tree {
    let outcome = Store::open().and_then(|store| store.case(name)?.expected(store.pristine()));
    outcome.unwrap_or_else(|error| panic!("{error}")).after
}
