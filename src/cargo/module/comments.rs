//! The text between two items: white space and comments, with doc comments on neither side.

use std::ops::Range;

use ra_ap_rustc_lexer::{FrontmatterAllowed, TokenKind, tokenize};

use crate::text::BYTE_ORDER_MARK;

/// Where a line could be put into `gap`: the starts of its lines that are not inside a comment. The end of `text`
/// counts as one.
pub(super) fn line_starts(text: &str, gap: Range<usize>) -> Vec<usize> {
    let mut starts = Vec::new();
    let mut at = gap.start;
    let before = text[..at].chars().next_back();
    if before.is_none_or(|before| matches!(before, '\n' | BYTE_ORDER_MARK)) {
        starts.push(at);
    }
    for token in tokenize(&text[gap.clone()], FrontmatterAllowed::No) {
        let end = at + token.len as usize;
        if token.kind == TokenKind::Whitespace {
            let newlines = text[at..end].match_indices('\n');
            starts.extend(newlines.map(|(newline, _)| at + newline + 1));
        }
        at = end;
    }
    if gap.end == text.len() && starts.last() != Some(&gap.end) {
        starts.push(gap.end);
    }
    starts
}
