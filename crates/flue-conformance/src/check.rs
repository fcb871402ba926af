//! What a case can demand, and the reason it gives when it does not get it.

use std::error::Error;
use std::fmt::{self, Debug};
use std::io::ErrorKind;

use flue_runtime::SandboxError;

/// What an adapter did otherwise than the contract says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    reason: String,
}

/// What a case comes to.
pub(crate) type Outcome<T = ()> = Result<T, Failure>;

impl Failure {
    pub(crate) fn new(reason: impl Into<String>) -> Self {
        Self {
            reason: reason.into(),
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.reason)
    }
}

impl Error for Failure {}

/// An error that the case did not expect.
impl From<SandboxError> for Failure {
    fn from(error: SandboxError) -> Self {
        let mut reason = error.to_string();
        let mut source = error.source();
        while let Some(cause) = source {
            reason.push_str(": ");
            reason.push_str(&cause.to_string());
            source = cause.source();
        }
        Self { reason }
    }
}

pub(crate) fn ensure(condition: bool, otherwise: &str) -> Outcome {
    if condition {
        return Ok(());
    }
    Err(Failure::new(otherwise))
}

pub(crate) fn same<T, U>(what: &str, found: T, expected: U) -> Outcome
where
    T: PartialEq<U> + Debug,
    U: Debug,
{
    if found == expected {
        return Ok(());
    }
    let (found, expected) = (excerpt(&found), excerpt(&expected));
    Err(Failure::new(format!(
        "{what}: expected {expected}, found {found}"
    )))
}

/// The error that must have come.
pub(crate) fn refused<T: Debug>(
    what: &str,
    result: Result<T, SandboxError>,
) -> Outcome<SandboxError> {
    match result {
        Err(error) => Ok(error),
        Ok(value) => Err(Failure::new(format!(
            "{what}: expected an error, found {}",
            excerpt(&value)
        ))),
    }
}

/// The error about a file that must have come, of one of these kinds.
pub(crate) fn refused_as<T: Debug>(
    what: &str,
    result: Result<T, SandboxError>,
    kinds: &[ErrorKind],
) -> Outcome {
    match refused(what, result)? {
        SandboxError::File { kind, .. } if kinds.contains(&kind) => Ok(()),
        error => Err(Failure::new(format!(
            "{what}: expected a file error of {kinds:?}, found {}",
            excerpt(&error)
        ))),
    }
}

/// Enough of a value to see what is wrong with it.
fn excerpt(value: &impl Debug) -> String {
    const LONGEST: usize = 300;
    let text = format!("{value:?}");
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}… ({} bytes)", &text[..end], text.len()),
        None => text,
    }
}
