//! The text between two items: white space and comments, with doc comments on neither side.

use std::ops::Range;

use crate::text::BYTE_ORDER_MARK;

/// The length of the white space and comments at the start of `text`.
pub(super) fn skip(text: &str) -> usize {
    let mut rest = text;
    loop {
        rest = rest.trim_start();
        match comment_length(rest) {
            0 => return text.len() - rest.len(),
            length => rest = &rest[length..],
        }
    }
}

/// Where a line could be put into `gap`: the starts of its lines that are not inside a comment. The end of `text`
/// counts as one.
pub(super) fn line_starts(text: &str, gap: Range<usize>) -> Vec<usize> {
    let mut starts = Vec::new();
    let mut at = gap.start;
    if text[..at]
        .chars()
        .next_back()
        .is_none_or(|before| matches!(before, '\n' | BYTE_ORDER_MARK))
    {
        starts.push(at);
    }
    while at < gap.end {
        let rest = &text[at..gap.end];
        let step = comment_length(rest);
        if step > 0 {
            at += step;
            continue;
        }
        let Some(c) = rest.chars().next() else { break };
        at += c.len_utf8();
        if c == '\n' {
            starts.push(at);
        }
    }
    if gap.end == text.len() && starts.last() != Some(&gap.end) {
        starts.push(gap.end);
    }
    starts
}

/// The length of the comment at the start of `text`, without the line end of a `//` comment; 0 if there is none.
fn comment_length(text: &str) -> usize {
    if text.starts_with("//") {
        return text.find('\n').unwrap_or(text.len());
    }
    if !text.starts_with("/*") {
        return 0;
    }
    let mut depth = 0_usize;
    let mut at = 0;
    while let Some(next) = text[at..].find(['/', '*']) {
        at += next;
        let rest = &text[at..];
        if rest.starts_with("/*") {
            depth += 1;
            at += 2;
        } else if rest.starts_with("*/") {
            depth -= 1;
            at += 2;
            if depth == 0 {
                return at;
            }
        } else {
            at += 1;
        }
    }
    text.len()
}
