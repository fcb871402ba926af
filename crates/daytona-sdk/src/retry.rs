//! Which failed requests are sent again, and after which pause. Decides only; the transport does the waiting.

use std::time::{Duration, SystemTime};

use jiff::fmt::rfc2822::DateTimeParser;
use reqwest::header::{HeaderMap, RETRY_AFTER};

use crate::error::{Error, ErrorKind};

/// A pause longer than this is left to the caller, who may have something better to do.
const LONGEST_PAUSE: Duration = Duration::from_secs(30);

/// Whether a request may be sent a second time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Repeatable {
    /// Doing it twice is the same as doing it once.
    Always,
    /// Only if the server has surely not begun with it.
    UnlessReceived,
    /// Its body can be sent only once.
    Never,
}

/// The repetitions that are left for one call.
pub(crate) struct Retries {
    repeatable: Repeatable,
    left: u32,
    next_delay: Duration,
}

impl Retries {
    pub(crate) fn new(repeatable: Repeatable, max_retries: u32, first_delay: Duration) -> Self {
        Self {
            repeatable,
            left: max_retries,
            next_delay: first_delay,
        }
    }

    /// The pause after which to try again, or `None` if this failure stands.
    pub(crate) fn pause_after(&mut self, error: &Error) -> Option<Duration> {
        if self.left == 0 || !self.is_safe_after(error) {
            return None;
        }
        let pause = error
            .retry_after()
            .unwrap_or_else(|| jitter(self.next_delay));
        if pause > LONGEST_PAUSE {
            return None;
        }
        self.left -= 1;
        self.next_delay = self.next_delay.saturating_mul(2).min(LONGEST_PAUSE);
        Some(pause)
    }

    fn is_safe_after(&self, error: &Error) -> bool {
        let is_transient = match error.kind() {
            ErrorKind::RateLimit | ErrorKind::Connection => true,
            ErrorKind::ConnectionTimeout => !error.reached_server(),
            ErrorKind::Server => matches!(error.status(), Some(502..=504)),
            _ => false,
        };
        is_transient
            && match self.repeatable {
                Repeatable::Always => true,
                Repeatable::UnlessReceived => !may_have_been_done(error),
                Repeatable::Never => false,
            }
    }
}

/// Whether the request that failed like this may have had its effect nevertheless.
pub(crate) fn may_have_been_done(error: &Error) -> bool {
    error.kind() != ErrorKind::RateLimit && error.reached_server()
}

/// Between half and the whole of `delay`, so that clients that failed together do not come back together.
fn jitter(delay: Duration) -> Duration {
    delay.mul_f64(0.5 + fastrand::f64() / 2.0)
}

/// The pause that a server asks for, in seconds or as a date.
pub(crate) fn retry_after(headers: &HeaderMap, now: SystemTime) -> Option<Duration> {
    static DATES: DateTimeParser = DateTimeParser::new();

    let value = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    if let Ok(seconds) = value.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let date = SystemTime::try_from(DATES.parse_timestamp(value).ok()?).ok()?;
    Some(date.duration_since(now).unwrap_or_default())
}
