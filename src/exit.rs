//! How the process ends.

use std::process::ExitCode;

/// How the process ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ExitStatus {
    /// Done, or nothing to do.
    Success,
    /// Failed, and nothing was changed.
    Failure,
    /// The command line was wrong.
    Usage,
    /// A check found something to do.
    Check,
    /// A merge needs a decision.
    Conflict,
}

impl From<ExitStatus> for ExitCode {
    fn from(status: ExitStatus) -> Self {
        match status {
            ExitStatus::Success => Self::SUCCESS,
            ExitStatus::Failure => Self::from(1),
            ExitStatus::Usage => Self::from(2),
            ExitStatus::Check => Self::from(3),
            ExitStatus::Conflict => Self::from(4),
        }
    }
}
