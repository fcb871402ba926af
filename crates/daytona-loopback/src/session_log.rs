//! What a command of a session prints: one log of lines, each behind three bytes that say which output
//! it came from. Clients get it whole, told apart, or as it grows, over a web socket.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::ws::{CloseFrame, Message, WebSocket, close_code};
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::net::unix::pipe::Receiver;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

/// What stands before a line of standard output and of standard error.
const STDOUT: &[u8] = b"\x01\x01\x01";
const STDERR: &[u8] = b"\x02\x02\x02";

/// As much as the daemon reads at a time. Clients see that marks and characters are cut by it.
const PIECE: usize = 1024;

/// A log that grows.
#[derive(Default)]
pub(crate) struct Log {
    state: watch::Sender<LogState>,
}

#[derive(Default)]
struct LogState {
    bytes: Vec<u8>,
    end: Option<End>,
}

/// How a command ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum End {
    Exited(i32),
    /// Its session ended first.
    Cancelled,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Output {
    Stdout,
    Stderr,
}

/// In which form a client wants a log; it follows from the version of the SDK that it says it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    /// Without marks.
    Combined,
    /// With marks, which the client reads itself.
    Marked,
    /// With marks, and both outputs beside it.
    Split,
}

impl Form {
    /// `version` is what the client says, or an empty text.
    pub(crate) fn asked_for(version: &str, split_output: Option<&str>) -> Self {
        if version.is_empty() {
            return match split_output {
                Some("true") => Self::Marked,
                _ => Self::Combined,
            };
        }
        let mut numbers = version.split(['.', '-', '+']).map(str::parse::<u32>);
        let (Some(Ok(major)), Some(Ok(minor))) = (numbers.next(), numbers.next()) else {
            return Self::Marked;
        };
        match (major, minor) {
            _ if version.contains("dev") => Self::Split,
            (0, ..27) => Self::Combined,
            (0, ..167) => Self::Marked,
            _ => Self::Split,
        }
    }
}

impl Log {
    /// Adds one line, without its end.
    pub(crate) fn push(&self, output: Output, line: &[u8]) {
        let mark = match output {
            Output::Stdout => STDOUT,
            Output::Stderr => STDERR,
        };
        self.state
            .send_modify(|state| state.bytes.extend([mark, line, b"\n"].concat()));
    }

    /// Adds the lines of `pipe` until its end.
    pub(crate) async fn fill(&self, output: Output, pipe: Receiver) {
        let mut lines = BufReader::new(pipe);
        let mut line = Vec::new();
        while lines
            .read_until(b'\n', &mut line)
            .await
            .is_ok_and(|read| read > 0)
        {
            self.push(output, line.strip_suffix(b"\n").unwrap_or(&line));
            line.clear();
        }
    }

    /// Nothing more comes. The first end counts.
    pub(crate) fn finish(&self, end: End) {
        self.state.send_modify(|state| {
            state.end.get_or_insert(end);
        });
    }

    pub(crate) fn end(&self) -> Option<End> {
        self.state.borrow().end
    }

    /// Waits for the end.
    pub(crate) async fn finished(&self) -> End {
        let mut state = self.state.subscribe();
        let ended = state.wait_for(|state| state.end.is_some()).await;
        ended
            .ok()
            .and_then(|state| state.end)
            .unwrap_or(End::Cancelled)
    }

    pub(crate) fn bytes(&self) -> Vec<u8> {
        self.state.borrow().bytes.clone()
    }

    /// Sends what is there and, where the client follows, what comes. Ends with the command, with the
    /// client, or with the server.
    pub(crate) async fn stream(
        self: Arc<Self>,
        mut socket: WebSocket,
        form: Form,
        follow: bool,
        shutdown: CancellationToken,
    ) {
        let mut state = self.state.subscribe();
        let mut sent = 0;
        loop {
            let (news, is_over) = {
                let state = state.borrow_and_update();
                (state.bytes[sent..].to_vec(), state.end.is_some())
            };
            sent += news.len();
            let shown = match form {
                Form::Combined => without_marks(&news),
                Form::Marked | Form::Split => news,
            };
            for piece in shown.chunks(PIECE) {
                let message = Message::Binary(Bytes::copy_from_slice(piece));
                if socket.send(message).await.is_err() {
                    return;
                }
            }
            if is_over || !follow {
                break;
            }
            tokio::select! {
                changed = state.changed() => if changed.is_err() { break },
                // Reading is also what answers the client's pings.
                received = socket.recv() => match received {
                    Some(Ok(Message::Close(_)) | Err(_)) | None => return,
                    Some(Ok(_)) => {}
                },
                () = shutdown.cancelled() => return,
            }
        }
        let normal = CloseFrame {
            code: close_code::NORMAL,
            reason: "".into(),
        };
        let _ = socket.send(Message::Close(Some(normal))).await;
        // The client closes its side, or goes away.
        while let Some(Ok(_)) = socket.recv().await {}
    }
}

/// Standard output and standard error of a log.
pub(crate) fn split(log: &[u8]) -> (Vec<u8>, Vec<u8>) {
    let (mut stdout, mut stderr) = (Vec::new(), Vec::new());
    let mut into = None;
    let mut rest = log;
    while let Some((byte, after)) = rest.split_first() {
        if let Some(after) = rest.strip_prefix(STDOUT) {
            (into, rest) = (Some(&mut stdout), after);
        } else if let Some(after) = rest.strip_prefix(STDERR) {
            (into, rest) = (Some(&mut stderr), after);
        } else {
            if let Some(into) = &mut into {
                into.push(*byte);
            }
            rest = after;
        }
    }
    (stdout, stderr)
}

pub(crate) fn without_marks(log: &[u8]) -> Vec<u8> {
    let mut text = Vec::with_capacity(log.len());
    let mut rest = log;
    while let Some((byte, after)) = rest.split_first() {
        rest = match rest
            .strip_prefix(STDOUT)
            .or_else(|| rest.strip_prefix(STDERR))
        {
            Some(behind) => behind,
            None => {
                text.push(*byte);
                after
            }
        };
    }
    text
}

#[cfg(test)]
mod tests {
    use super::{Form, split, without_marks};

    #[test]
    fn a_log_is_told_apart() {
        let log = b"\x01\x01\x01out\n\x02\x02\x02err\n\x01\x01\x01more\n";
        assert_eq!(split(log), (b"out\nmore\n".to_vec(), b"err\n".to_vec()));
        assert_eq!(without_marks(log), b"out\nerr\nmore\n");
    }

    #[test]
    fn the_form_follows_from_the_version() {
        let form = |version| Form::asked_for(version, None);
        assert_eq!(form(""), Form::Combined);
        assert_eq!(Form::asked_for("", Some("true")), Form::Marked);
        assert_eq!(form("0.26.1"), Form::Combined);
        assert_eq!(form("0.27.0"), Form::Marked);
        assert_eq!(form("0.166.9"), Form::Marked);
        assert_eq!(form("0.167.0-alpha.1"), Form::Split);
        assert_eq!(form("0.0.0-dev"), Form::Split);
        assert_eq!(form("1.0.0"), Form::Split);
        assert_eq!(form("soon"), Form::Marked);
    }
}
