//! Places and line ends in a text that belongs to the user.
//!
//! Pure functions over text; files are no concern of this module.

use std::fmt;

/// A byte order mark, which editors on Windows put before the first character.
pub const BYTE_ORDER_MARK: char = '\u{feff}';

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
        let before = &text[..text.floor_char_boundary(offset)];
        let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
        let characters = before[line_start..]
            .chars()
            .filter(|&c| c != BYTE_ORDER_MARK);
        Self {
            line: before.matches('\n').count() + 1,
            column: characters.count() + 1,
        }
    }
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.line, self.column)
    }
}

/// How the lines of a text end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum LineEnding {
    /// `\n`, on Unix.
    #[default]
    Lf,
    /// `\r\n`, on Windows.
    CrLf,
}

impl LineEnding {
    /// The line ending that most lines of `text` have; [`LineEnding::Lf`] when there is none or it is a tie.
    pub fn of(text: &str) -> Self {
        let crlf = text.matches("\r\n").count();
        let lf = text.matches('\n').count() - crlf;
        if crlf > lf { Self::CrLf } else { Self::Lf }
    }

    /// The characters themselves.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Lf => "\n",
            Self::CrLf => "\r\n",
        }
    }

    /// `text`, whose lines end in `\n`, with this ending instead.
    pub fn apply(self, text: &str) -> String {
        match self {
            Self::Lf => text.to_owned(),
            Self::CrLf => text.replace('\n', "\r\n"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_count_characters_and_lines_from_one() {
        assert_eq!(Position::at("ab\ncé=1", 0).to_string(), "1:1");
        assert_eq!(Position::at("ab\ncé=1", 3).to_string(), "2:1");
        assert_eq!(Position::at("ab\ncé=1", 6).to_string(), "2:3");
        assert_eq!(Position::at("ab\n", 99).to_string(), "2:1");
    }

    #[test]
    fn a_byte_order_mark_takes_no_column() {
        assert_eq!(Position::at("\u{feff}ab", 4).to_string(), "1:2");
    }

    #[test]
    fn the_majority_of_line_ends_wins() {
        assert_eq!(LineEnding::of("a\r\nb\r\nc\n"), LineEnding::CrLf);
        assert_eq!(LineEnding::of("a\r\nb\n"), LineEnding::Lf);
        assert_eq!(LineEnding::of(""), LineEnding::Lf);
    }
}
