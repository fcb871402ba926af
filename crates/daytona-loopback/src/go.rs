//! Text in the formats of Go's standard library: the daemon is a Go program, and clients read what it
//! prints.

use std::io;
use std::time::SystemTime;

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::Offset;

/// The time zone in which a sandbox prints times.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Zone {
    offset: Offset,
    abbreviation: String,
}

impl Zone {
    /// Universal time, the usual zone of a container.
    #[must_use]
    pub fn utc() -> Self {
        Self::fixed(0, "UTC")
    }

    /// A zone `minutes` east of universal time. Go prints `abbreviation` as it is: `CEST`, or `+03`
    /// where a zone has no letters.
    ///
    /// # Panics
    ///
    /// If `minutes` is more than 25 hours either way.
    #[must_use]
    pub fn fixed(minutes: i32, abbreviation: impl Into<String>) -> Self {
        let offset = Offset::from_seconds(minutes * 60).expect("an offset of at most 25 hours");
        Self {
            offset,
            abbreviation: abbreviation.into(),
        }
    }

    fn local(&self, time: SystemTime) -> DateTime {
        let timestamp = Timestamp::try_from(time).unwrap_or(Timestamp::UNIX_EPOCH);
        self.offset.to_datetime(timestamp)
    }

    /// The offset as `+02`, the separator, `00`.
    fn offset_text(&self, separator: &str) -> String {
        let minutes = self.offset.seconds() / 60;
        let sign = if minutes < 0 { '-' } else { '+' };
        let (hours, minutes) = (minutes.abs() / 60, minutes.abs() % 60);
        format!("{sign}{hours:02}{separator}{minutes:02}")
    }
}

impl Default for Zone {
    fn default() -> Self {
        Self::utc()
    }
}

/// `time.Time.String()`: `2026-06-23 15:33:38.1234 +0200 CEST`.
pub(crate) fn time_string(time: SystemTime, zone: &Zone) -> String {
    let local = zone.local(time);
    format!(
        "{}{} {} {}",
        local.strftime("%Y-%m-%d %H:%M:%S"),
        fraction(&local),
        zone.offset_text(""),
        zone.abbreviation,
    )
}

/// A `time.Time` in JSON, RFC 3339: `2026-06-23T15:33:38.1234+02:00`, or `Z` for no offset.
pub(crate) fn time_json(time: SystemTime, zone: &Zone) -> String {
    let local = zone.local(time);
    let offset = if zone.offset == Offset::UTC {
        "Z".to_owned()
    } else {
        zone.offset_text(":")
    };
    format!(
        "{}{}{offset}",
        local.strftime("%Y-%m-%dT%H:%M:%S"),
        fraction(&local),
    )
}

/// Go trims zeros at the end of a fraction, and the point when nothing is left.
fn fraction(time: &DateTime) -> String {
    let digits = format!("{:09}", time.subsec_nanosecond());
    let digits = digits.trim_end_matches('0');
    if digits.is_empty() {
        String::new()
    } else {
        format!(".{digits}")
    }
}

/// `FileMode.String()` of a Unix `st_mode`: Go's own letters in front, which are not those of `ls`.
pub(crate) fn mode_text(st_mode: u32) -> String {
    const TYPE: u32 = 0o170_000;
    let mut text = String::new();
    match st_mode & TYPE {
        0o040_000 => text.push('d'),
        0o120_000 => text.push('L'),
        0o060_000 | 0o020_000 => text.push('D'),
        0o010_000 => text.push('p'),
        0o140_000 => text.push('S'),
        _ => {}
    }
    if st_mode & 0o4000 != 0 {
        text.push('u');
    }
    if st_mode & 0o2000 != 0 {
        text.push('g');
    }
    if st_mode & TYPE == 0o020_000 {
        text.push('c');
    }
    if st_mode & 0o1000 != 0 {
        text.push('t');
    }
    if text.is_empty() {
        text.push('-');
    }
    for (position, letter) in "rwxrwxrwx".chars().enumerate() {
        let is_set = st_mode & (0o400 >> position) != 0;
        text.push(if is_set { letter } else { '-' });
    }
    text
}

/// The text of a system error, as Go words it: `no such file or directory`.
pub(crate) fn error_text(error: &io::Error) -> String {
    let text = error.to_string();
    let text = text.split(" (os error ").next().unwrap_or_default();
    let mut letters = text.chars();
    match letters.next() {
        Some(first) => first.to_lowercase().chain(letters).collect(),
        None => String::new(),
    }
}

/// `filepath.Base`: the last element of a path, `.` for an empty one and `/` for one of slashes.
pub(crate) fn base_name(path: &str) -> &str {
    if path.is_empty() {
        return ".";
    }
    match path.trim_end_matches('/').rsplit('/').next() {
        Some("") | None => "/",
        Some(name) => name,
    }
}

/// `strconv.ParseUint(text, 8, 32)`.
pub(crate) fn parse_octal(text: &str) -> Option<u32> {
    // `from_str_radix` would accept a sign.
    if text.starts_with(['+', '-']) {
        return None;
    }
    u32::from_str_radix(text, 8).ok()
}

/// `filepath.Match`: `*` and `?` within one name, sets such as `[a-c]` and `[^x]`, `\` to quote.
/// A malformed pattern matches nothing.
pub(crate) fn pattern_matches(pattern: &str, name: &str) -> bool {
    let pattern: Vec<char> = pattern.chars().collect();
    let name: Vec<char> = name.chars().collect();
    matches_from(&pattern, &name).unwrap_or(false)
}

fn matches_from(pattern: &[char], name: &[char]) -> Option<bool> {
    let Some((&token, rest)) = pattern.split_first() else {
        return Some(name.is_empty());
    };
    if token == '*' {
        for skipped in 0..=name.len() {
            if matches_from(rest, &name[skipped..])? {
                return Some(true);
            }
        }
        return Some(false);
    }
    let (accepts, rest) = match token {
        '?' => (!name.is_empty(), rest),
        '[' => set_accepts(rest, name.first().copied())?,
        '\\' => {
            let (&quoted, rest) = rest.split_first()?;
            (name.first() == Some(&quoted), rest)
        }
        _ => (name.first() == Some(&token), rest),
    };
    if !accepts {
        return Some(false);
    }
    matches_from(rest, &name[1..])
}

/// Reads a set behind its `[`: whether it accepts `letter`, and the pattern behind its `]`.
fn set_accepts(pattern: &[char], letter: Option<char>) -> Option<(bool, &[char])> {
    let (negated, mut rest) = match pattern.split_first() {
        Some(('^', rest)) => (true, rest),
        _ => (false, pattern),
    };
    let mut found = false;
    let mut is_empty = true;
    loop {
        if let Some((']', behind)) = rest.split_first()
            && !is_empty
        {
            let accepts = letter.is_some() && found != negated;
            return Some((accepts, behind));
        }
        let (low, behind) = set_letter(rest)?;
        let (high, behind) = match behind.split_first() {
            Some(('-', upper)) => set_letter(upper)?,
            _ => (low, behind),
        };
        found |= letter.is_some_and(|letter| low <= letter && letter <= high);
        is_empty = false;
        rest = behind;
    }
}

fn set_letter(pattern: &[char]) -> Option<(char, &[char])> {
    let (&first, rest) = pattern.split_first()?;
    match first {
        '-' | ']' => None,
        '\\' => rest.split_first().map(|(&quoted, rest)| (quoted, rest)),
        _ => Some((first, rest)),
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, UNIX_EPOCH};

    use super::*;

    #[test]
    fn times_are_printed_as_go_prints_them() {
        let time = UNIX_EPOCH + Duration::new(1_782_221_618, 123_400_000);
        let summer = Zone::fixed(120, "CEST");

        assert_eq!(
            time_string(time, &Zone::utc()),
            "2026-06-23 13:33:38.1234 +0000 UTC"
        );
        assert_eq!(
            time_string(time, &summer),
            "2026-06-23 15:33:38.1234 +0200 CEST"
        );
        assert_eq!(time_json(time, &Zone::utc()), "2026-06-23T13:33:38.1234Z");
        assert_eq!(time_json(time, &summer), "2026-06-23T15:33:38.1234+02:00");
    }

    #[test]
    fn a_whole_second_has_no_fraction() {
        let time = UNIX_EPOCH + Duration::from_secs(1_782_221_618);
        let newfoundland = Zone::fixed(-210, "-0330");

        assert_eq!(
            time_string(time, &newfoundland),
            "2026-06-23 10:03:38 -0330 -0330"
        );
        assert_eq!(time_json(time, &newfoundland), "2026-06-23T10:03:38-03:30");
    }

    #[test]
    fn modes_use_the_letters_of_go() {
        assert_eq!(mode_text(0o100_644), "-rw-r--r--");
        assert_eq!(mode_text(0o040_755), "drwxr-xr-x");
        assert_eq!(mode_text(0o041_777), "dtrwxrwxrwx");
        assert_eq!(mode_text(0o104_755), "urwxr-xr-x");
        assert_eq!(mode_text(0o020_620), "Dcrw--w----");
        assert_eq!(mode_text(0o060_660), "Drw-rw----");
    }

    #[test]
    fn base_names() {
        for (path, name) in [
            ("", "."),
            (".", "."),
            ("/", "/"),
            ("//", "/"),
            ("a/b", "b"),
            ("a/b//", "b"),
            ("/a", "a"),
            ("a/..", ".."),
        ] {
            assert_eq!(base_name(path), name, "{path:?}");
        }
    }

    #[test]
    fn octal_is_bare() {
        assert_eq!(parse_octal("0755"), Some(0o755));
        assert_eq!(parse_octal("755"), Some(0o755));
        for bad in ["", "0o755", "+755", "-1", "8", "7 5", "77777777777777"] {
            assert_eq!(parse_octal(bad), None, "{bad:?}");
        }
    }

    #[test]
    fn patterns() {
        for (pattern, name, expected) in [
            ("*.rs", "main.rs", true),
            ("*.rs", "main.rsx", false),
            ("a?c", "abc", true),
            ("a?c", "ac", false),
            ("[a-c]x", "bx", true),
            ("[^a-c]x", "bx", false),
            ("[^a-c]x", "dx", true),
            ("[^a]", "", false),
            ("\\*", "*", true),
            ("\\*", "x", false),
            ("[", "[", false),
            ("[]", "]", false),
            ("*", "", true),
            ("é*", "éa", true),
        ] {
            assert_eq!(
                pattern_matches(pattern, name),
                expected,
                "{pattern:?} on {name:?}"
            );
        }
    }
}
