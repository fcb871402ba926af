//! The client's side of a web socket (RFC 6455), as far as a stream of bytes from the server needs it:
//! what the frames of a message are does not matter, and nothing but answers is sent.

use std::time::Duration;

use bytes::{Buf as _, Bytes, BytesMut};
use reqwest::Upgraded;
use reqwest::header::HeaderValue;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use crate::error::{Error, ErrorKind, Result};

/// As much as a server can make us keep by announcing a frame. Daytona's are of a few KiB.
const LARGEST_FRAME: u64 = 16 * 1024 * 1024;

const CLOSE: u8 = 8;
const PING: u8 = 9;
const PONG: u8 = 10;

/// The code with which a server closes when all is well. No code means the same.
const NORMAL: u16 = 1000;

/// A connection that has become a web socket. Dropping it closes it.
pub(crate) struct WebSocket {
    operation: &'static str,
    connection: Upgraded,
    arrived: BytesMut,
    idle_timeout: Duration,
}

/// The key with which a client asks for a web socket: 16 random bytes, in base 64. What the server makes
/// of it is not looked at. That protects against caches, which TLS does here.
pub(crate) fn key() -> HeaderValue {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut key: String = (0..21)
        .map(|_| char::from(DIGITS[fastrand::usize(..DIGITS.len())]))
        .collect();
    // 128 bits are 21 digits and two bits.
    key.push(['A', 'Q', 'g', 'w'][fastrand::usize(..4)]);
    key.push_str("==");
    HeaderValue::try_from(key).unwrap_or_else(|_| HeaderValue::from_static(""))
}

impl WebSocket {
    pub(crate) fn new(
        operation: &'static str,
        connection: Upgraded,
        idle_timeout: Duration,
    ) -> Self {
        Self {
            operation,
            connection,
            arrived: BytesMut::new(),
            idle_timeout,
        }
    }

    /// The next bytes that the server sends; nothing once it has sent all. A server that is silent for
    /// long is asked whether it is still there.
    pub(crate) async fn next(&mut self) -> Result<Option<Bytes>> {
        loop {
            let Some(frame) = take_frame(&mut self.arrived).map_err(|problem| self.odd(problem))?
            else {
                self.read().await?;
                continue;
            };
            match frame.kind {
                CLOSE => {
                    // The server has said its last word, and may be gone.
                    let _ = self.send(CLOSE, &frame.payload).await;
                    return self.closed(&frame.payload);
                }
                PING => self.send(PONG, &frame.payload).await?,
                PONG => {}
                _ if frame.payload.is_empty() => {}
                _ => return Ok(Some(frame.payload)),
            }
        }
    }

    async fn read(&mut self) -> Result<()> {
        if self.read_for_a_while().await?.is_some() {
            return Ok(());
        }
        self.send(PING, b"").await?;
        match self.read_for_a_while().await? {
            Some(()) => Ok(()),
            None => Err(Error::no_answer(self.operation)),
        }
    }

    /// Nothing if nothing has come.
    async fn read_for_a_while(&mut self) -> Result<Option<()>> {
        let reading = self.connection.read_buf(&mut self.arrived);
        match tokio::time::timeout(self.idle_timeout, reading).await {
            Ok(Ok(0)) => Err(self.broken()),
            Ok(Ok(_)) => Ok(Some(())),
            Ok(Err(reason)) => Err(self.broken().with_source(reason)),
            Err(_) => Ok(None),
        }
    }

    async fn send(&mut self, kind: u8, payload: &[u8]) -> Result<()> {
        let frame = frame_of_client(kind, payload);
        let sent = self.connection.write_all(&frame).await;
        sent.map_err(|reason| self.broken().with_source(reason))
    }

    fn closed(&self, payload: &[u8]) -> Result<Option<Bytes>> {
        let code = payload.first_chunk().map(|code| u16::from_be_bytes(*code));
        match code {
            None | Some(NORMAL) => Ok(None),
            Some(code) => {
                let message = format!("the server ended the stream before its end (code {code})");
                Err(Error::new(ErrorKind::Server, self.operation, message))
            }
        }
    }

    fn broken(&self) -> Error {
        let message = "the connection broke before the stream was complete";
        Error::new(ErrorKind::Connection, self.operation, message)
    }

    fn odd(&self, problem: &str) -> Error {
        Error::new(ErrorKind::Decode, self.operation, problem)
    }
}

#[derive(Debug, PartialEq, Eq)]
struct Frame {
    kind: u8,
    payload: Bytes,
}

/// Takes the first frame, if all of it has arrived.
fn take_frame(arrived: &mut BytesMut) -> Result<Option<Frame>, &'static str> {
    let [first, second, rest @ ..] = &arrived[..] else {
        return Ok(None);
    };
    // Bits that only an extension gives a meaning to, and none was asked for.
    if first & 0b0111_0000 != 0 {
        return Err("a frame of the web socket has an extension");
    }
    if second & 0b1000_0000 != 0 {
        return Err("a frame of the web socket is masked");
    }
    let (length, header) = match second {
        126 => match rest.first_chunk() {
            Some(length) => (u16::from_be_bytes(*length).into(), 4),
            None => return Ok(None),
        },
        127 => match rest.first_chunk() {
            Some(length) => (u64::from_be_bytes(*length), 10),
            None => return Ok(None),
        },
        length => (u64::from(*length), 2),
    };
    if length > LARGEST_FRAME {
        return Err("a frame of the web socket is larger than any of Daytona's");
    }
    let kind = first & 0b0000_1111;
    let length = usize::try_from(length).unwrap_or(usize::MAX);
    if arrived.len() - header < length {
        return Ok(None);
    }
    arrived.advance(header);
    let payload = arrived.split_to(length).freeze();
    Ok(Some(Frame { kind, payload }))
}

/// A whole message in one frame. Those of clients are masked, so that no program can make them look like
/// something else to a proxy.
fn frame_of_client(kind: u8, payload: &[u8]) -> Vec<u8> {
    // Only answers are sent: a server's ping and close hold 125 bytes at most.
    let payload = &payload[..payload.len().min(125)];
    let length = u8::try_from(payload.len()).unwrap_or_default();
    let mask = fastrand::u32(..).to_be_bytes();
    let masked = payload
        .iter()
        .zip(mask.iter().cycle())
        .map(|(byte, mask)| byte ^ mask);
    [0b1000_0000 | kind, 0b1000_0000 | length]
        .into_iter()
        .chain(mask)
        .chain(masked)
        .collect()
}

#[cfg(test)]
mod tests {
    use bytes::{Bytes, BytesMut};

    use super::{Frame, PONG, frame_of_client, key, take_frame};

    fn frame(kind: u8, payload: &[u8]) -> Frame {
        Frame {
            kind,
            payload: Bytes::copy_from_slice(payload),
        }
    }

    #[test]
    fn frames_are_taken_once_they_are_whole() {
        let long = vec![7; 300];
        let whole = [
            &[0x82, 2, b'h', b'i', 0x02, 126, 1, 44],
            &long[..],
            &[0x89, 0],
        ]
        .concat();

        let mut arrived = BytesMut::new();
        let mut taken = Vec::new();
        for byte in whole {
            arrived.extend_from_slice(&[byte]);
            taken.extend(take_frame(&mut arrived).unwrap());
        }

        assert_eq!(taken, [frame(2, b"hi"), frame(2, &long), frame(9, b"")]);
        let mut largest = BytesMut::from(&[0x82, 127, 0, 0, 0, 0, 0, 0, 0, 1, 5][..]);
        assert_eq!(take_frame(&mut largest), Ok(Some(frame(2, &[5]))));
    }

    #[test]
    fn what_no_server_sends_is_refused() {
        for odd in [
            &[0xc2, 0][..],
            &[0x82, 0x80],
            &[0x82, 127, 0, 0, 0, 0, 1, 0, 0, 1],
            &[0x82, 127, 255, 255, 255, 255, 255, 255, 255, 255],
        ] {
            assert!(take_frame(&mut BytesMut::from(odd)).is_err(), "{odd:?}");
        }
    }

    #[test]
    fn what_a_client_sends_is_masked() {
        let frame = frame_of_client(PONG, b"hello");
        let [0x8a, 0x85, a, b, c, d, masked @ ..] = &frame[..] else {
            panic!("no pong of five bytes: {frame:?}")
        };
        let mask = [a, b, c, d].into_iter().cycle();
        let text: Vec<u8> = masked
            .iter()
            .zip(mask)
            .map(|(byte, mask)| byte ^ mask)
            .collect();
        assert_eq!(text, b"hello");
    }

    #[test]
    fn a_key_is_sixteen_bytes_in_base_64() {
        let (one, other) = (key(), key());
        assert_ne!(one, other);
        assert_eq!(one.len(), 24);
        assert!(one.as_bytes().ends_with(b"=="));
    }
}
