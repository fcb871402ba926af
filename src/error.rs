//! What can be wrong with the user's input, as values.
//!
//! A [`Problem`] is text and place only; printing it is the shell's business.

use std::fmt;
use std::path::PathBuf;
use std::process::ExitCode;

use crate::text::Position;

/// Something the user has to put right before the command can do its work.
///
/// Messages are lower-case, without a final stop, with names in backticks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// A stable name for programs, in kebab case: `manifest-invalid`.
    pub code: &'static str,
    /// What is wrong, and why that stops the command.
    pub message: String,
    /// The file that it is about. Code that sees text only leaves it empty; the caller that knows the file fills it.
    pub file: Option<PathBuf>,
    /// The place in that file.
    pub position: Option<Position>,
    /// What the user can do next.
    pub help: Option<String>,
}

impl Problem {
    /// A problem with no file, place or help yet.
    pub fn new(code: &'static str, message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
            file: None,
            position: None,
            help: None,
        }
    }

    /// The same problem in `file`, unless it has one already.
    #[must_use]
    pub fn in_file(mut self, file: impl Into<PathBuf>) -> Self {
        self.file.get_or_insert_with(|| file.into());
        self
    }

    /// The same problem at `position`.
    #[must_use]
    pub fn at(mut self, position: Position) -> Self {
        self.position = Some(position);
        self
    }

    /// The same problem with a way out.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Problem {}

/// Everything that stands in the way, found before anything was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problems(pub Vec<Problem>);

impl From<Problem> for Problems {
    fn from(problem: Problem) -> Self {
        Self(vec![problem])
    }
}

impl fmt::Display for Problems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let messages = self.0.iter().map(ToString::to_string).collect::<Vec<_>>();
        f.write_str(&messages.join("; "))
    }
}

impl std::error::Error for Problems {}

/// How the process ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExitStatus {
    /// Done, or nothing to do.
    Success,
    /// Failed, and nothing was changed.
    Failure,
    /// The command line was wrong.
    Usage,
    /// A check found something to do.
    Check,
}

impl From<ExitStatus> for ExitCode {
    fn from(status: ExitStatus) -> Self {
        match status {
            ExitStatus::Success => Self::SUCCESS,
            ExitStatus::Failure => Self::from(1),
            ExitStatus::Usage => Self::from(2),
            ExitStatus::Check => Self::from(3),
        }
    }
}
