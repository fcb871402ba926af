//! What a command of a session prints: one log, in which three bytes before each piece say which output
//! it came from.

use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::{Bytes, BytesMut};
use futures_util::stream::{self, BoxStream, Stream, StreamExt as _};

use crate::error::Result;
use crate::web_socket::WebSocket;

const STDOUT: [u8; 3] = [1; 3];
const STDERR: [u8; 3] = [2; 3];

/// A piece of what a command prints. A line may come in several, and a character may be cut.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LogChunk {
    /// From standard output.
    Stdout(Bytes),
    /// From standard error.
    Stderr(Bytes),
}

/// What a command prints, as it does, made by
/// [`Process::stream_session_command_logs`](crate::Process::stream_session_command_logs). It ends with
/// the command; an error ends it, too. Dropping it does not end the command.
#[must_use = "streams do nothing unless polled"]
pub struct LogStream {
    chunks: BoxStream<'static, Result<LogChunk>>,
}

impl LogStream {
    pub(crate) fn new(socket: WebSocket) -> Self {
        let chunks = stream::try_unfold(
            (socket, Demux::default()),
            |(mut socket, mut demux)| async move {
                loop {
                    if let Some(chunk) = demux.next() {
                        return Ok(Some((chunk, (socket, demux))));
                    }
                    if demux.is_complete {
                        return Ok(None);
                    }
                    match socket.next().await? {
                        Some(bytes) => demux.push(&bytes),
                        None => demux.complete(),
                    }
                }
            },
        );
        Self {
            chunks: chunks.boxed(),
        }
    }
}

impl Stream for LogStream {
    type Item = Result<LogChunk>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.chunks.as_mut().poll_next(context)
    }
}

impl fmt::Debug for LogStream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LogStream").finish_non_exhaustive()
    }
}

/// Tells the outputs of a log apart, however it is cut.
#[derive(Default)]
struct Demux {
    arrived: BytesMut,
    output: Option<Output>,
    is_complete: bool,
}

#[derive(Clone, Copy)]
enum Output {
    Stdout,
    Stderr,
}

impl Demux {
    fn push(&mut self, bytes: &[u8]) {
        self.arrived.extend_from_slice(bytes);
    }

    /// Nothing more comes: what looks like the beginning of a mark is none.
    fn complete(&mut self) {
        self.is_complete = true;
    }

    /// The next bytes of one output, as far as it is sure whose they are.
    fn next(&mut self) -> Option<LogChunk> {
        loop {
            let length = match find_mark(&self.arrived) {
                Some((0, output)) => {
                    let _ = self.arrived.split_to(STDOUT.len());
                    self.output = Some(output);
                    continue;
                }
                Some((position, _)) => position,
                None if self.is_complete => self.arrived.len(),
                None => self.arrived.len() - beginning_of_mark(&self.arrived),
            };
            if length == 0 {
                return None;
            }
            let bytes = self.arrived.split_to(length).freeze();
            // What stands before the first mark is no output; the daemon sends nothing there.
            match self.output {
                Some(Output::Stdout) => return Some(LogChunk::Stdout(bytes)),
                Some(Output::Stderr) => return Some(LogChunk::Stderr(bytes)),
                None => {}
            }
        }
    }
}

fn find_mark(bytes: &[u8]) -> Option<(usize, Output)> {
    let mut windows = bytes.windows(STDOUT.len()).enumerate();
    windows.find_map(|(position, window)| match window {
        _ if window == STDOUT => Some((position, Output::Stdout)),
        _ if window == STDERR => Some((position, Output::Stderr)),
        _ => None,
    })
}

/// How many bytes at the end may be the beginning of a mark.
fn beginning_of_mark(bytes: &[u8]) -> usize {
    let is_beginning =
        |length: &usize| bytes.ends_with(&STDOUT[..*length]) || bytes.ends_with(&STDERR[..*length]);
    (1..STDOUT.len())
        .rev()
        .find(is_beginning)
        .unwrap_or_default()
}

/// A log that is complete, told apart.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Outputs {
    /// Both, in the order in which they came.
    pub(crate) both: Vec<u8>,
    pub(crate) stdout: Vec<u8>,
    pub(crate) stderr: Vec<u8>,
}

impl Outputs {
    pub(crate) fn of(log: &[u8]) -> Self {
        let mut demux = Demux::default();
        demux.push(log);
        demux.complete();
        let mut outputs = Self::default();
        while let Some(chunk) = demux.next() {
            let (output, bytes) = match &chunk {
                LogChunk::Stdout(bytes) => (&mut outputs.stdout, bytes),
                LogChunk::Stderr(bytes) => (&mut outputs.stderr, bytes),
            };
            output.extend_from_slice(bytes);
            outputs.both.extend_from_slice(bytes);
        }
        outputs
    }
}

#[cfg(test)]
mod tests {
    use super::{Demux, LogChunk, Outputs};

    const LOG: &[u8] =
        b"\x01\x01\x01one\n\x02\x02\x02\x01\x01two\x02\n\x01\x01\x01three\x01\n\x02\x02";

    /// All that `pieces` hold, with the chunks of one output put together.
    fn told_apart<'a>(pieces: impl IntoIterator<Item = &'a [u8]>) -> (Vec<u8>, Vec<u8>) {
        let (mut stdout, mut stderr) = (Vec::new(), Vec::new());
        let mut take = |demux: &mut Demux| {
            while let Some(chunk) = demux.next() {
                match chunk {
                    LogChunk::Stdout(bytes) => stdout.extend_from_slice(&bytes),
                    LogChunk::Stderr(bytes) => stderr.extend_from_slice(&bytes),
                }
            }
        };
        let mut demux = Demux::default();
        for piece in pieces {
            demux.push(piece);
            take(&mut demux);
        }
        demux.complete();
        take(&mut demux);
        (stdout, stderr)
    }

    #[test]
    fn a_log_is_told_apart_wherever_it_is_cut() {
        let expected = (
            b"one\nthree\x01\n\x02\x02".to_vec(),
            b"\x01\x01two\x02\n".to_vec(),
        );
        assert_eq!(told_apart([LOG]), expected);
        for size in 1..LOG.len() {
            assert_eq!(told_apart(LOG.chunks(size)), expected, "pieces of {size}");
        }
    }

    #[test]
    fn bytes_are_not_held_back_longer_than_need_be() {
        let mut demux = Demux::default();
        demux.push(b"\x01\x01\x01abc\x02\x02");
        assert_eq!(demux.next(), Some(LogChunk::Stdout("abc".into())));
        assert_eq!(demux.next(), None);
        demux.push(b"d");
        assert_eq!(demux.next(), Some(LogChunk::Stdout("\x02\x02d".into())));
    }

    #[test]
    fn a_complete_log_keeps_the_order() {
        let outputs = Outputs::of(b"lost\x01\x01\x01a\n\x02\x02\x02b\n");
        assert_eq!(outputs.both, b"a\nb\n");
        assert_eq!(
            (outputs.stdout, outputs.stderr),
            (b"a\n".to_vec(), b"b\n".to_vec())
        );
    }
}
