//! Places, line ends and changes in a text that belongs to the user.
//!
//! Pure functions over text; files are no concern of this module.

pub(crate) mod difference;
mod edit;
pub(crate) mod layout;
pub(crate) mod likeness;
pub(crate) mod lines;
pub(crate) mod merge;

use std::fmt;

pub(crate) use edit::{NewEntry, TextEdit};

/// A byte order mark, which editors on Windows put before the first character.
pub(crate) const BYTE_ORDER_MARK: char = '\u{feff}';

/// A place in a text, as an editor shows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    /// The line, counted from 1.
    pub line: usize,
    /// The column in characters, counted from 1.
    pub column: usize,
}

impl Position {
    /// The position of the byte `offset` of `text`. An offset past the end or inside a character counts as the
    /// nearest character boundary before it.
    pub fn at(text: &str, offset: usize) -> Self {
        let before = &text[..floor_char_boundary(text, offset)];
        let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
        let characters = before[line_start..].chars();
        Self {
            line: before.matches('\n').count() + 1,
            column: characters.filter(|&c| c != BYTE_ORDER_MARK).count() + 1,
        }
    }
}

impl Position {
    /// The byte of `text` that is here; the end of the text if it is shorter.
    pub(crate) fn offset(self, text: &str) -> usize {
        let lines = text.split_inclusive('\n');
        let start = lines.take(self.line - 1).map(str::len).sum::<usize>();
        let characters = text[start..].chars().take(self.column - 1);
        start + characters.map(char::len_utf8).sum::<usize>()
    }
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.line, self.column)
    }
}

/// How the lines of a text end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum LineEnding {
    /// `\n`, on Unix.
    #[default]
    Lf,
    /// `\r\n`, on Windows.
    CrLf,
}

impl LineEnding {
    /// The line ending that most lines of `text` have; [`LineEnding::Lf`] when there is none or it is a tie.
    pub(crate) fn of(text: &str) -> Self {
        let crlf = text.matches("\r\n").count();
        let lf = text.matches('\n').count() - crlf;
        if crlf > lf { Self::CrLf } else { Self::Lf }
    }

    /// The characters themselves.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Lf => "\n",
            Self::CrLf => "\r\n",
        }
    }

    /// `text`, whose lines end in `\n`, with this ending instead.
    pub(crate) fn apply(self, text: &str) -> String {
        match self {
            Self::Lf => text.to_owned(),
            Self::CrLf => text.replace('\n', "\r\n"),
        }
    }
}

/// The start of the character that is at `offset`, or the end of `text`.
///
/// `str` has it, in a newer Rust than is promised.
pub(crate) fn floor_char_boundary(text: &str, offset: usize) -> usize {
    let mut offsets = (0..=offset.min(text.len())).rev();
    let boundary = offsets.find(|&offset| text.is_char_boundary(offset));
    boundary.unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, offset: usize, expect: &str) {
        assert_eq!(Position::at(text, offset).to_string(), expect);
    }

    #[test]
    fn positions_count_characters_and_lines_from_one() {
        check("ab\ncé=1", 0, "1:1");
        check("ab\ncé=1", 2, "1:3");
        check("ab\ncé=1", 3, "2:1");
        check("ab\ncé=1", 6, "2:3");
        check("ab\n", 99, "2:1");
        check("", 0, "1:1");
    }

    #[test]
    fn a_byte_order_mark_takes_no_column() {
        check("\u{feff}ab", 4, "1:2");
    }

    #[test]
    fn the_majority_of_line_ends_wins() {
        assert_eq!(LineEnding::of("a\r\nb\r\nc\n"), LineEnding::CrLf);
        assert_eq!(LineEnding::of("a\r\nb\n"), LineEnding::Lf);
        assert_eq!(LineEnding::of(""), LineEnding::Lf);
    }
}
