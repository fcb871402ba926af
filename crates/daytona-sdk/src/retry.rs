//! Which failed requests are sent again, and after which pause. Decides only; the transport does
//! the waiting.

use std::time::{Duration, SystemTime};

use jiff::fmt::rfc2822::DateTimeParser;
use reqwest::header::{HeaderMap, HeaderName, HeaderValue, RETRY_AFTER};

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

/// Between half and the whole of `delay`, so that clients that failed together do not come back
/// together.
fn jitter(delay: Duration) -> Duration {
    delay.mul_f64(0.5 + fastrand::f64() / 2.0)
}

/// The pause that a server asks for: the longest of the plain `Retry-After` and those to which
/// Daytona's throttlers add their names, such as `Retry-After-sandbox-create`.
pub(crate) fn retry_after(headers: &HeaderMap, now: SystemTime) -> Option<Duration> {
    headers
        .iter()
        .filter(|(name, _)| is_retry_after(name))
        .filter_map(|(_, value)| read_pause(value, now))
        .max()
}

fn is_retry_after(name: &HeaderName) -> bool {
    let rest = name.as_str().strip_prefix(RETRY_AFTER.as_str());
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('-'))
}

/// A pause in seconds or as a date.
fn read_pause(value: &HeaderValue, now: SystemTime) -> Option<Duration> {
    static DATES: DateTimeParser = DateTimeParser::new();

    let value = value.to_str().ok()?.trim();
    if !value.is_empty() && value.bytes().all(|digit| digit.is_ascii_digit()) {
        // A number that does not fit is still a wish to wait, and not for a moment only.
        return Some(value.parse().map_or(Duration::MAX, Duration::from_secs));
    }
    let date = SystemTime::try_from(DATES.parse_timestamp(value).ok()?).ok()?;
    Some(date.duration_since(now).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, SystemTime};

    use reqwest::header::{HeaderMap, HeaderName, HeaderValue, RETRY_AFTER};

    use super::{Repeatable, Retries, retry_after};
    use crate::error::{Error, ErrorKind};

    const DELAY: Duration = Duration::from_millis(100);

    fn error(kind: ErrorKind, status: u16) -> Error {
        Error::new(kind, "operation", "").with_answer(status, None, None)
    }

    fn is_repeated(repeatable: Repeatable, error: &Error) -> bool {
        Retries::new(repeatable, 1, DELAY)
            .pause_after(error)
            .is_some()
    }

    #[test]
    fn only_what_is_safe_to_repeat_is_repeated() {
        use Repeatable::{Always, Never, UnlessReceived};

        let refused = error(ErrorKind::RateLimit, 429);
        let gateway = error(ErrorKind::Server, 502);
        let broken = Error::new(ErrorKind::Connection, "operation", "");
        assert_eq!(
            [Always, UnlessReceived, Never].map(|r| is_repeated(r, &refused)),
            [true, true, false]
        );
        assert_eq!(
            [Always, UnlessReceived, Never].map(|r| is_repeated(r, &gateway)),
            [true, false, false]
        );
        assert_eq!(
            [Always, UnlessReceived, Never].map(|r| is_repeated(r, &broken)),
            [true, false, false]
        );
    }

    #[test]
    fn a_failure_that_would_come_again_is_not_repeated() {
        for failure in [
            error(ErrorKind::Server, 500),
            error(ErrorKind::NotFound, 404),
            error(ErrorKind::Timeout, 408),
            Error::no_answer("operation"),
        ] {
            assert!(!is_repeated(Repeatable::Always, &failure), "{failure}");
        }
    }

    #[test]
    fn pauses_double_and_end() {
        let mut retries = Retries::new(Repeatable::Always, 3, DELAY);
        for expected in [DELAY, DELAY * 2, DELAY * 4] {
            let pause = retries.pause_after(&error(ErrorKind::Server, 503)).unwrap();
            assert!(
                pause >= expected / 2 && pause <= expected,
                "{pause:?} for {expected:?}"
            );
        }
        assert_eq!(retries.pause_after(&error(ErrorKind::Server, 503)), None);
    }

    #[test]
    fn a_server_that_names_a_pause_is_obeyed_within_reason() {
        let asks = |seconds| {
            let pause = Some(Duration::from_secs(seconds));
            Error::new(ErrorKind::RateLimit, "operation", "").with_answer(429, None, pause)
        };
        let mut retries = Retries::new(Repeatable::UnlessReceived, 9, DELAY);
        assert_eq!(retries.pause_after(&asks(7)), Some(Duration::from_secs(7)));
        assert_eq!(retries.pause_after(&asks(0)), Some(Duration::ZERO));
        assert_eq!(retries.pause_after(&asks(3600)), None);
    }

    #[test]
    fn a_pause_is_seconds_or_a_date() {
        // 2015-10-21 07:28:00 UTC.
        let now = SystemTime::UNIX_EPOCH + Duration::from_secs(1_445_412_480);
        let read = |value| {
            retry_after(
                &HeaderMap::from_iter([(RETRY_AFTER, HeaderValue::from_static(value))]),
                now,
            )
        };

        assert_eq!(read("12"), Some(Duration::from_secs(12)));
        assert_eq!(
            read("Wed, 21 Oct 2015 07:28:05 GMT"),
            Some(Duration::from_secs(5))
        );
        assert_eq!(read("Wed, 21 Oct 2015 07:27:00 GMT"), Some(Duration::ZERO));
        assert_eq!(read("99999999999999999999"), Some(Duration::MAX));
        for unreadable in ["soon", "", "-5", "+5", "1.5"] {
            assert_eq!(read(unreadable), None, "{unreadable}");
        }
        assert_eq!(retry_after(&HeaderMap::new(), now), None);
    }

    #[test]
    fn the_longest_pause_of_several_throttlers_counts() {
        let headers = HeaderMap::from_iter([
            header("retry-after-authenticated", "3"),
            header("retry-after-sandbox-create", "7"),
            header("x-retry-after", "60"),
        ]);
        let pause = retry_after(&headers, SystemTime::UNIX_EPOCH);
        assert_eq!(pause, Some(Duration::from_secs(7)));
    }

    fn header(name: &'static str, value: &'static str) -> (HeaderName, HeaderValue) {
        (
            HeaderName::from_static(name),
            HeaderValue::from_static(value),
        )
    }
}
