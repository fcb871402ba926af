//! The messages. Names are those of the contract in TypeScript.

use std::collections::BTreeMap;
use std::io;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use flue_conformance::{ForceRemoval, HugeDeadlines, LinkTelling, Profile, StandardError};
use flue_runtime::{
    DeathReason, ExecOptions, FileKind, FileStat, Operation, SandboxError, ShellResult,
};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// What the adapter's provider is like: the first line that comes in.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Provider {
    /// The name in the error with which `rm` refuses `force`, if it does.
    refuses_force_as: Option<String>,
    merges_streams: bool,
    tells_links: bool,
    takes_huge_deadlines: bool,
}

/// What is asked of the adapter.
#[derive(Debug, Serialize)]
pub(crate) struct Call<'a, A> {
    pub(crate) id: u64,
    pub(crate) method: &'a str,
    pub(crate) arguments: A,
}

/// A call whose answer no one waits for any longer.
#[derive(Debug, Serialize)]
pub(crate) struct Abandonment {
    pub(crate) abandoned: u64,
}

/// What a case came to.
#[derive(Debug, Serialize)]
pub(crate) struct Verdict<'a> {
    pub(crate) case: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) failure: Option<String>,
}

/// What the adapter answers.
#[derive(Debug, Deserialize)]
pub(crate) struct Answer {
    pub(crate) id: u64,
    #[serde(flatten)]
    pub(crate) outcome: Outcome,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum Outcome {
    Value(Value),
    Error(Refusal),
}

/// An error of the adapter, sorted by what the suite tells apart.
#[derive(Debug, Deserialize)]
#[serde(
    tag = "kind",
    rename_all = "camelCase",
    rename_all_fields = "camelCase"
)]
pub(crate) enum Refusal {
    File {
        #[serde(with = "OperationName")]
        operation: Operation,
        path: String,
        code: String,
    },
    InvalidArgument {
        message: String,
    },
    Unsupported {
        #[serde(with = "OperationName")]
        operation: Operation,
        provider: String,
        options: Vec<String>,
    },
    Timeout {
        after_ms: u64,
    },
    Died,
    Other {
        message: String,
    },
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Environment {
    pub(crate) environment: u64,
    pub(crate) cwd: String,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Execution<'a> {
    pub(crate) environment: u64,
    pub(crate) command: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    cwd: Option<String>,
    env: BTreeMap<String, String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    timeout_ms: Option<f64>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Stat {
    is_file: bool,
    is_directory: bool,
    is_symbolic_link: Option<bool>,
    size: Option<u64>,
    /// Milliseconds since 1970.
    mtime: Option<u64>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Shell {
    stdout: String,
    stderr: String,
    exit_code: i32,
}

impl From<Provider> for Profile {
    fn from(provider: Provider) -> Self {
        Self::default()
            .with_force(match provider.refuses_force_as {
                Some(name) => ForceRemoval::refused_by(name),
                None => ForceRemoval::Supported,
            })
            .with_standard_error(if provider.merges_streams {
                StandardError::Merged
            } else {
                StandardError::Separate
            })
            .with_links(if provider.tells_links {
                LinkTelling::Told
            } else {
                LinkTelling::Untold
            })
            .with_huge_deadlines(if provider.takes_huge_deadlines {
                HugeDeadlines::Accepted
            } else {
                HugeDeadlines::Refused
            })
    }
}

impl Refusal {
    /// The error as an adapter in Rust has it, which failed in `asked`.
    pub(crate) fn into_error(self, asked: Operation) -> SandboxError {
        match self {
            Self::File {
                operation,
                path,
                code,
            } => SandboxError::file(operation, path, kind_of(&code)),
            Self::InvalidArgument { message } => SandboxError::invalid_argument(asked, message),
            Self::Unsupported {
                operation,
                provider,
                options,
            } => SandboxError::unsupported(operation, provider, options),
            Self::Timeout { after_ms } => {
                SandboxError::timeout(asked, Duration::from_millis(after_ms))
            }
            Self::Died => SandboxError::died(asked, DeathReason::Stopped),
            Self::Other { message } => SandboxError::provider(asked, "the provider", message),
        }
    }
}

impl<'a> Execution<'a> {
    pub(crate) fn new(environment: u64, command: &'a str, options: ExecOptions) -> Self {
        Self {
            environment,
            command,
            cwd: options.cwd,
            env: options.env,
            timeout_ms: options
                .timeout
                .map(|timeout| timeout.as_secs_f64() * 1_000.0),
        }
    }
}

impl TryFrom<Stat> for FileStat {
    type Error = &'static str;

    fn try_from(stat: Stat) -> Result<Self, Self::Error> {
        let kind = match (stat.is_file, stat.is_directory) {
            (true, false) => FileKind::File,
            (false, true) => FileKind::Directory,
            (false, false) => FileKind::Other,
            (true, true) => return Err("it is a file and a directory"),
        };
        Ok(Self::new(kind)
            .with_symbolic_link(stat.is_symbolic_link)
            .with_size(stat.size)
            .with_mtime(stat.mtime.map(time)))
    }
}

impl From<Shell> for ShellResult {
    fn from(result: Shell) -> Self {
        Self::new(result.exit_code)
            .with_stdout(result.stdout)
            .with_stderr(result.stderr)
    }
}

/// Bytes as a text with one character for each.
pub(crate) fn text_of(bytes: &[u8]) -> String {
    bytes.iter().copied().map(char::from).collect()
}

/// The bytes that a text of [`text_of`] stands for; none for another text.
pub(crate) fn bytes_of(text: &str) -> Option<Vec<u8>> {
    text.chars().map(|c| u8::try_from(c).ok()).collect()
}

fn time(milliseconds: u64) -> SystemTime {
    UNIX_EPOCH + Duration::from_millis(milliseconds)
}

fn kind_of(code: &str) -> io::ErrorKind {
    match code {
        "EACCES" => io::ErrorKind::PermissionDenied,
        "EEXIST" => io::ErrorKind::AlreadyExists,
        "EISDIR" => io::ErrorKind::IsADirectory,
        "ENOENT" => io::ErrorKind::NotFound,
        "ENOTDIR" => io::ErrorKind::NotADirectory,
        _ => io::ErrorKind::Other,
    }
}

/// An operation as TypeScript names it.
#[derive(Deserialize)]
#[serde(remote = "Operation", rename_all = "camelCase")]
enum OperationName {
    CreateSessionEnv,
    ReadFile,
    ReadFileBuffer,
    WriteFile,
    Stat,
    Readdir,
    Exists,
    Mkdir,
    Rm,
    Exec,
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn every_byte_travels_as_a_character() {
        let bytes = (0..=255).collect::<Vec<u8>>();
        assert_eq!(bytes_of(&text_of(&bytes)), Some(bytes));
        assert_eq!(bytes_of("文"), None);
    }

    #[test]
    fn names_are_told_in_the_words_of_rust() {
        let error = |operation| {
            let unsupported = json!({"kind": "unsupported", "operation": operation, "provider": "P", "options": []});
            Refusal::deserialize(unsupported)
                .map(|refusal| refusal.into_error(Operation::Rm).operation())
        };
        assert_eq!(error("readFileBuffer").unwrap(), Operation::ReadFileBuffer);
        assert_eq!(error("exec").unwrap(), Operation::Exec);
        assert!(error("read_file").is_err());
    }

    #[test]
    fn an_answer_is_a_value_or_an_error() {
        let answer = |text| serde_json::from_str::<Answer>(text).map(|answer| answer.outcome);
        assert!(matches!(
            answer(r#"{"id": 1, "value": null}"#),
            Ok(Outcome::Value(Value::Null))
        ));
        let timeout = r#"{"id": 1, "error": {"kind": "timeout", "afterMs": 200}}"#;
        assert!(matches!(
            answer(timeout),
            Ok(Outcome::Error(Refusal::Timeout { after_ms: 200 }))
        ));
        assert!(answer(r#"{"id": 1}"#).is_err());
    }
}
