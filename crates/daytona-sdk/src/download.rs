//! A file on its way from a sandbox, read from the form in which the daemon sends it.
//!
//! The form, and not the plain download, because that one ends where the system says that a file
//! ends: after nothing for those of `/proc`. One file is asked for at a time, so its content ends
//! where the form does, whatever it looks like.

use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use futures_util::stream::{self, BoxStream, Stream, StreamExt as _, TryStreamExt as _};
use reqwest::Response;
use serde::Deserialize;

use crate::config::DaytonaConfig;
use crate::error::{Error, ErrorKind, Result};
use crate::refusal::{Refusal, Target};

/// More than a daemon writes before the content, or about a problem, the path included.
const LONGEST_HEAD: usize = 64 * 1024;

/// The content of a file on its way, made by
/// [`FileSystem::download_file_stream`](crate::FileSystem::download_file_stream): a stream of
/// pieces.
#[must_use = "streams do nothing unless polled"]
pub struct FileDownload {
    size: Option<u64>,
    pieces: BoxStream<'static, Result<Bytes>>,
}

impl FileDownload {
    /// Reads the answer until the content begins.
    pub(crate) async fn begin(
        operation: &'static str,
        path: &str,
        response: Response,
        config: &DaytonaConfig,
    ) -> Result<Self> {
        let answer = Answer {
            operation,
            response,
            idle_timeout: config.idle_timeout,
            arrived: BytesMut::new(),
        };
        Self::read_head(answer, path.to_owned(), config)
            .await
            .map_err(|error| error.with_subject(path))
    }

    async fn read_head(mut answer: Answer, path: String, config: &DaytonaConfig) -> Result<Self> {
        let head = loop {
            if let Some(head) = Head::split_from(&mut answer.arrived) {
                break head;
            }
            if answer.arrived.len() > LONGEST_HEAD || !answer.read().await? {
                return Err(unreadable(answer.operation));
            }
        };
        match head.part {
            Part::File => Ok(Self {
                size: head.length,
                pieces: answer
                    .into_pieces(head.end)
                    .map_err(move |error| error.with_subject(&path))
                    .boxed(),
            }),
            Part::Problem => {
                while answer.arrived.len() <= LONGEST_HEAD && answer.read().await? {}
                let problem = without_end(&answer.arrived, &head.end).unwrap_or_default();
                Err(refusal(answer.operation, problem, config))
            }
        }
    }

    /// The size of the file in bytes, as the system of the sandbox tells it: 0 for files that are
    /// made up while they are read, such as those of `/proc`.
    pub fn size(&self) -> Option<u64> {
        self.size
    }
}

impl Stream for FileDownload {
    type Item = Result<Bytes>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.pieces.as_mut().poll_next(context)
    }
}

impl fmt::Debug for FileDownload {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FileDownload")
            .field("size", &self.size)
            .finish_non_exhaustive()
    }
}

/// The content of the file that a whole answer holds.
pub(crate) fn content(
    operation: &'static str,
    answer: Bytes,
    config: &DaytonaConfig,
) -> Result<Vec<u8>> {
    // Not copied: nothing else holds the answer.
    let mut content = BytesMut::from(answer);
    let head = Head::split_from(&mut content).ok_or_else(|| unreadable(operation))?;
    let length = without_end(&content, &head.end)
        .ok_or_else(|| unreadable(operation))?
        .len();
    content.truncate(length);
    match head.part {
        Part::File => Ok(content.into()),
        Part::Problem => Err(refusal(operation, &content, config)),
    }
}

/// What stands in the form before the content.
struct Head {
    part: Part,
    length: Option<u64>,
    /// What ends the form.
    end: Vec<u8>,
}

enum Part {
    File,
    /// Why there is no file.
    Problem,
}

impl Head {
    /// Takes the head off the beginning of a form, if it is there as a whole.
    fn split_from(form: &mut BytesMut) -> Option<Self> {
        let length = form.windows(4).position(|four| four == b"\r\n\r\n")? + 4;
        let head = form.split_to(length);
        let text = String::from_utf8_lossy(&head);
        let mut lines = text.lines();
        let end = format!("\r\n{}--", lines.next()?).into_bytes();
        let mut part = Part::File;
        let mut length = None;
        for (name, value) in lines.filter_map(|line| line.split_once(':')) {
            match name.to_ascii_lowercase().as_str() {
                // Old daemons name the part of a file after the file.
                "content-disposition" if parameter(value, "name") == Some("error") => {
                    part = Part::Problem;
                }
                "content-length" => length = value.trim().parse().ok(),
                _ => {}
            }
        }
        Some(Self { part, length, end })
    }
}

/// The value of a parameter of a header such as `form-data; name="file"; filename="a;b"`.
fn parameter<'a>(header: &'a str, name: &str) -> Option<&'a str> {
    let (mut is_quoted, mut is_escaped) = (false, false);
    let parameters = header.split(|letter| {
        is_quoted ^= letter == '"' && !is_escaped;
        is_escaped = letter == '\\' && !is_escaped;
        letter == ';' && !is_quoted
    });
    parameters
        .filter_map(|parameter| parameter.trim().split_once('='))
        .find_map(|(key, value)| (key == name).then(|| value.trim_matches('"')))
}

/// What stands before the end of the form, if the form has ended.
fn without_end<'a>(form: &'a [u8], end: &[u8]) -> Option<&'a [u8]> {
    form.strip_suffix(b"\r\n").unwrap_or(form).strip_suffix(end)
}

/// An answer whose body is still coming.
struct Answer {
    operation: &'static str,
    response: Response,
    idle_timeout: Duration,
    arrived: BytesMut,
}

impl Answer {
    /// Waits for more of the body. False at its end.
    async fn read(&mut self) -> Result<bool> {
        match tokio::time::timeout(self.idle_timeout, self.response.chunk()).await {
            Ok(Ok(Some(piece))) => {
                self.arrived.extend_from_slice(&piece);
                Ok(true)
            }
            Ok(Ok(None)) => Ok(false),
            Ok(Err(reason)) => Err(Error::from_reqwest(self.operation, reason)),
            Err(_) => Err(Error::no_answer(self.operation)),
        }
    }

    /// The content piece by piece. As much as may be the end of the form is held back.
    fn into_pieces(self, end: Vec<u8>) -> impl Stream<Item = Result<Bytes>> + Send {
        stream::try_unfold(Some(self), move |answer| {
            let end = end.clone();
            async move {
                let Some(mut answer) = answer else {
                    return Ok(None);
                };
                loop {
                    let held_back = end.len() + b"\r\n".len();
                    if answer.arrived.len() > held_back {
                        let sure = answer.arrived.len() - held_back;
                        let piece = answer.arrived.split_to(sure).freeze();
                        return Ok(Some((piece, Some(answer))));
                    }
                    if !answer.read().await? {
                        let last = without_end(&answer.arrived, &end)
                            .ok_or_else(|| unreadable(answer.operation))?;
                        let last = Bytes::copy_from_slice(last);
                        return Ok((!last.is_empty()).then_some((last, None)));
                    }
                }
            }
        })
    }
}

/// The error that a problem of the form is.
fn refusal(operation: &'static str, problem: &[u8], config: &DaytonaConfig) -> Error {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Problem {
        status_code: u16,
    }

    let Ok(Problem { status_code }) = serde_json::from_slice(problem) else {
        return refusal_in_words(operation, problem, config);
    };
    let refusal = Refusal {
        target: Target::Toolbox,
        status: status_code,
        retry_after: None,
        body: problem,
    };
    refusal.into_error(operation, &config.api_key)
}

/// What an old daemon says, which says it again in another part.
fn refusal_in_words(operation: &'static str, problem: &[u8], config: &DaytonaConfig) -> Error {
    let text = String::from_utf8_lossy(problem);
    let words = text.split("\r\n").next().unwrap_or_default();
    let kind = if words.starts_with("file not found") {
        ErrorKind::NotFound
    } else {
        ErrorKind::Unexpected
    };
    Error::new(kind, operation, config.api_key.redact(words.to_owned()))
}

fn unreadable(operation: &'static str) -> Error {
    let message = "the answer is not the form in which Daytona sends files";
    Error::new(ErrorKind::Decode, operation, message)
}

#[cfg(test)]
mod tests {
    use super::parameter;

    #[test]
    fn a_parameter_is_told_from_a_text_that_looks_like_one() {
        let name = |header| parameter(header, "name");
        assert_eq!(
            name(r#"form-data; name="file"; filename="a""#),
            Some("file")
        );
        assert_eq!(name(r#"form-data; filename=a; name=error"#), Some("error"));
        let misleading = r#"form-data; filename="; name=\"file\"; \\"; name="error""#;
        assert_eq!(name(misleading), Some("error"));
        assert_eq!(name("form-data"), None);
    }
}
