//! How a manifest is laid out: its lines, and where the entries of a table stand in them.

use std::ops::Range;

use crate::cargo::manifest::Manifest;
use crate::cargo::toml::{Item, Kind};
use crate::text::lines::{after_in_line, content_start, line_start};

/// The text of a manifest with the positions that the parsed document tells.
#[derive(Clone, Copy)]
pub(super) struct Layout<'a> {
    pub(super) text: &'a str,
    pub(super) document: Item<'a>,
}

/// Something in a table, from its key to its last byte.
pub(super) struct Entry<'a> {
    pub(super) key: &'a str,
    pub(super) item: Item<'a>,
    pub(super) span: Range<usize>,
}

impl<'a> Layout<'a> {
    pub(super) fn of(manifest: &'a Manifest) -> Self {
        Self {
            text: manifest.text(),
            document: manifest.document().root(),
        }
    }

    /// The start of the line of `offset`, or of the comments directly above, which belong to what stands there.
    pub(super) fn start_with_comments(&self, offset: usize) -> usize {
        let mut start = line_start(self.text, offset);
        // A line that starts with `#` may also be the end of a string.
        let floor = end_of_content(self.document, start).max(content_start(self.text));
        while start > floor {
            let above = line_start(self.text, start - 1);
            if above < floor || !is_comment(&self.text[above..start]) {
                break;
            }
            start = above;
        }
        start
    }

    /// Past the comments that start the line at `offset` or those below, if they end with a blank line or the file:
    /// then they belong to what stands above. Else `offset` itself.
    pub(super) fn end_with_comments(&self, offset: usize) -> usize {
        let rest = self.text[offset..].split_inclusive('\n');
        let comments = rest.take_while(|line| is_comment(line)).map(str::len);
        let end = offset + comments.sum::<usize>();
        match after_in_line(self.text, end).trim().is_empty() {
            true => end,
            false => offset,
        }
    }

    /// The first byte from `offset` on that belongs neither to a blank nor to a comment, inside a value.
    pub(super) fn skip_comments(&self, mut offset: usize) -> usize {
        loop {
            let rest = self.text[offset..].trim_start();
            offset = self.text.len() - rest.len();
            if !rest.starts_with('#') {
                return offset;
            }
            offset += after_in_line(self.text, offset).len();
        }
    }
}

fn is_comment(line: &str) -> bool {
    line.trim_start().starts_with('#')
}

/// What `table` holds and `wanted` accepts, in the order of the text.
pub(super) fn entries<'a>(table: Item<'a>, wanted: impl Fn(Item<'_>) -> bool) -> Vec<Entry<'a>> {
    let mut entries = table
        .iter()
        .filter(|item| wanted(*item))
        .filter_map(|item| {
            let span = match has_header(item) {
                true => first_header(item)?.start..last_byte(item, |_| true),
                // Tables below a dotted key have their headers elsewhere.
                false => item.key_span().start..last_byte(item, |child| !has_header(child)),
            };
            let key = item.key();
            Some(Entry { key, item, span })
        })
        .collect::<Vec<_>>();
    entries.sort_by_key(|entry| entry.span.start);
    entries
}

/// Whether `item` consists of tables with `[headers]` of their own.
pub(super) fn has_header(item: Item<'_>) -> bool {
    matches!(item.kind(), Kind::Table | Kind::Implicit | Kind::Tables)
}

/// The first `[header]` that `item` consists of.
pub(super) fn first_header(item: Item<'_>) -> Option<Range<usize>> {
    match item.kind() {
        Kind::Table => Some(item.span()),
        Kind::Tables => Some(item.iter().next()?.span()),
        Kind::Implicit | Kind::Dotted => item
            .iter()
            .filter_map(first_header)
            .min_by_key(|header| header.start),
        _ => None,
    }
}

/// The end of `item` and of what stands in it and is `wanted`.
fn last_byte(item: Item<'_>, wanted: fn(Item<'_>) -> bool) -> usize {
    children(item)
        .filter(|child| wanted(*child))
        .map(|child| last_byte(child, wanted))
        .fold(item.span().end, usize::max)
}

/// The end of the last thing in `item` that ends at `limit` or before.
fn end_of_content(item: Item<'_>, limit: usize) -> usize {
    children(item)
        .map(|child| {
            let own = Some(child.span().end).filter(|&end| end <= limit);
            end_of_content(child, limit).max(own.unwrap_or_default())
        })
        .fold(0, usize::max)
}

/// What stands in the tables of `item`.
fn children(item: Item<'_>) -> impl Iterator<Item = Item<'_>> {
    let has_keys = item.is_table() || item.kind() == Kind::Tables;
    Some(item)
        .filter(|_| has_keys)
        .into_iter()
        .flat_map(Item::iter)
}
