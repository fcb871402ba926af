//! The lines around a place in a text.

use std::ops::Range;

use super::{BYTE_ORDER_MARK, TextEdit};

/// Where `text` starts that is not a byte order mark.
pub(crate) fn content_start(text: &str) -> usize {
    text.len() - text.trim_start_matches(BYTE_ORDER_MARK).len()
}

/// The start of the line that holds the byte before `offset`, behind a byte order mark.
pub(crate) fn line_start(text: &str, offset: usize) -> usize {
    let newline = text[..offset].rfind('\n');
    newline.map_or_else(|| content_start(text), |newline| newline + 1)
}

/// The start of the line below the one that holds the byte at `offset`; none when there is no line below.
pub(crate) fn next_line(text: &str, offset: usize) -> Option<usize> {
    let newline = text[offset..].find('\n')?;
    Some(offset + newline + 1)
}

/// What stands in the line of `offset` before it.
pub(crate) fn before_in_line(text: &str, offset: usize) -> &str {
    &text[line_start(text, offset)..offset]
}

/// What stands in the line of `offset` after it.
pub(crate) fn after_in_line(text: &str, offset: usize) -> &str {
    text[offset..].lines().next().unwrap_or_default()
}

/// The blanks at the start of the line of `offset`.
pub(crate) fn indentation(text: &str, offset: usize) -> &str {
    let line = &text[line_start(text, offset)..];
    &line[..line.len() - line.trim_start_matches([' ', '\t']).len()]
}

/// Whether a block below `above` stands apart from it: a blank line is between them, or nothing is above.
pub(crate) fn is_apart_below(above: &str) -> bool {
    let last_line = above.lines().next_back().unwrap_or_default();
    last_line.trim().is_empty() || above.trim().is_empty()
}

/// Whether a block above `below` stands apart from it.
pub(crate) fn is_apart_above(below: &str) -> bool {
    let first_line = below.lines().next().unwrap_or_default();
    first_line.trim().is_empty() || below.trim().is_empty()
}

/// The ways to take the whole lines of `span` out of `text`: alone, or with a blank line above, below, or both. The
/// first way leaves no more than one blank line where they were.
pub(crate) fn removals(text: &str, span: Range<usize>) -> Vec<TextEdit> {
    let first = line_start(text, span.start);
    let next = next_line(text, span.end);
    // The last line has no end of its own; it goes with that of the line above.
    let start = |line: usize| match next {
        Some(_) => line,
        None => line_end_before(text, line),
    };
    let end = next.unwrap_or(text.len());
    let above = blank_line_above(text, first).map(start);
    let below = blank_line_below(text, end);

    let with_blank_lines = [
        above.map(|above| above..end),
        below.map(|below| start(first)..below),
        above.zip(below).map(|(above, below)| above..below),
    ];
    let mut ranges = with_blank_lines.into_iter().flatten().collect::<Vec<_>>();
    let is_at_edge = first == content_start(text) || end == text.len();
    let parts = above.is_some() && below.is_some() || is_at_edge;
    let alone = start(first)..end;
    ranges.insert(if parts { ranges.len() } else { 0 }, alone);
    if next.is_none() {
        // The carriage return before a line end may be the last byte of the line.
        let is_of_line = |range: &&Range<usize>| text[range.start..].starts_with("\r\n");
        let within = ranges.iter().filter(is_of_line);
        let within = within.map(|range| range.start + 1..range.end);
        ranges.extend(within.collect::<Vec<_>>());
    }
    ranges.into_iter().map(TextEdit::delete).collect()
}

/// The start of the blank line above the one that starts at `line`.
fn blank_line_above(text: &str, line: usize) -> Option<usize> {
    let above = line.checked_sub(1).filter(|_| line > content_start(text))?;
    let start = line_start(text, above);
    text[start..line].trim().is_empty().then_some(start)
}

/// The end of the blank line that starts at `line`.
fn blank_line_below(text: &str, line: usize) -> Option<usize> {
    let blank = text[line..].split_inclusive('\n').next()?;
    blank.trim().is_empty().then_some(line + blank.len())
}

/// Where the line ends that is above the one that starts at `line`.
fn line_end_before(text: &str, line: usize) -> usize {
    let above = &text[..line];
    let end = above.strip_suffix('\n').unwrap_or(above);
    end.strip_suffix('\r').unwrap_or(end).len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expect: &[&str]) {
        let at = text.find('x').expect("the line is there");
        let removals = removals(text, at..at + 1);
        let rests = removals
            .iter()
            .map(|removal| removal.apply(text))
            .collect::<Vec<_>>();
        assert_eq!(rests, expect);
    }

    #[test]
    fn lines_go_with_the_blank_lines_that_parted_them() {
        check("a\nx\nb\n", &["a\nb\n"]);
        check(
            "a\n\n x \n\nb\n",
            &["a\n\nb\n", "a\n\nb\n", "a\nb\n", "a\n\n\nb\n"],
        );
        check("a\n\nx\nb\n", &["a\n\nb\n", "a\nb\n"]);
        check("x\n\nb\n", &["b\n", "\nb\n"]);
        check("a\n\nx\n", &["a\n", "a\n\n"]);
        check(
            "\u{feff}x\r\n\r\nb\r\n",
            &["\u{feff}b\r\n", "\u{feff}\r\nb\r\n"],
        );
    }

    #[test]
    fn a_last_line_without_an_end_leaves_none() {
        check("x", &[""]);
        check("a\nx", &["a"]);
        check("a\r\n\r\nx", &["a", "a\r\n", "a\r", "a\r\n\r"]);
    }
}
