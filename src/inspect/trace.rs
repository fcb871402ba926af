//! What adding a blueprint has left in a package, and how each of it goes again.
//!
//! Values only. The ecosystems find; [`crate::plan`] decides what goes.

use super::Finding;
use crate::error::{Code, Problem};
use crate::path::RelPath;
use crate::project::file::UserFile;
use crate::text::Position;

/// Why the runtime stays, also where a blueprint brought it.
pub(crate) const RUNTIME_STAYS: &str = "nothing tells whether the blueprint brought it";

/// One thing that a blueprint brought, in the order in which the package builds after every step without it.
#[derive(Debug, Clone)]
pub(crate) struct Trace {
    /// The file that it is in.
    pub file: UserFile,
    /// What was found there.
    pub finding: Finding,
    /// How it goes.
    pub removal: Removal,
    /// What the user should look at.
    pub warnings: Vec<Problem>,
}

/// How something that a blueprint brought goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Removal {
    /// There is nothing of it.
    Absent,
    /// Out of its file.
    Cut(Cut),
    /// With its file.
    WholeFile {
        /// What goes, in a few words, where that is not the file itself.
        summary: Option<String>,
    },
    /// It stays, for this reason.
    Stays(String),
    /// It cannot be taken out, or may be somewhere else, for this reason; a warning says what the user can do.
    Unknown(String),
}

/// A file with one thing less.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Cut {
    /// The whole text.
    pub after: String,
    /// What goes, in one line.
    pub summary: String,
    /// The line where it stood, counted from 1.
    pub line: usize,
}

/// That what is at `offset` in the `text` of `file` uses what goes, as `message` says.
pub(crate) fn still_used(file: &RelPath, text: &str, offset: usize, message: String) -> Problem {
    Problem::new(Code::StillUsed, message)
        .in_file(file.as_str())
        .at(Position::at(text, offset))
        .help("take out what uses it: the package does not compile with it")
}
