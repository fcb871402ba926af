//! How a manifest is laid out: its lines, and where the entries of a table stand in them.

use std::ops::Range;

use toml_edit::{Item, Table, TableLike};

use crate::cargo::manifest::Manifest;
use crate::text::lines::{after_in_line, content_start, line_start};

/// The text of a manifest with the positions that the parsed document tells.
#[derive(Clone, Copy)]
pub(super) struct Layout<'a> {
    pub(super) text: &'a str,
    pub(super) document: &'a Table,
}

/// Something in a table, from its key to its last byte.
pub(super) struct Entry<'a> {
    pub(super) key: &'a str,
    pub(super) item: &'a Item,
    pub(super) span: Range<usize>,
}

impl<'a> Layout<'a> {
    pub(super) fn of(manifest: &'a Manifest) -> Self {
        Self {
            text: manifest.text(),
            document: manifest.document(),
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
pub(super) fn entries<'a>(
    table: &'a dyn TableLike,
    wanted: impl Fn(&Item) -> bool,
) -> Vec<Entry<'a>> {
    let mut entries = table
        .iter()
        .filter(|(_, item)| wanted(item))
        .filter_map(|(key, item)| {
            let span = match has_header(item) {
                true => first_header(item)?.start..last_byte(item, |_| true),
                // Tables below a dotted key have their headers elsewhere.
                false => table.key(key)?.span()?.start..last_byte(item, |child| !has_header(child)),
            };
            Some(Entry { key, item, span })
        })
        .collect::<Vec<_>>();
    entries.sort_by_key(|entry| entry.span.start);
    entries
}

/// Whether `item` consists of tables with `[headers]` of their own.
pub(super) fn has_header(item: &Item) -> bool {
    match item {
        Item::Table(table) => !table.is_dotted(),
        Item::ArrayOfTables(_) => true,
        Item::Value(_) | Item::None => false,
    }
}

/// The first `[header]` that `item` consists of.
pub(super) fn first_header(item: &Item) -> Option<Range<usize>> {
    match item {
        Item::Table(table) if !table.is_implicit() => table.span(),
        Item::Table(table) => table
            .iter()
            .filter_map(|(_, item)| first_header(item))
            .min_by_key(|header| header.start),
        Item::ArrayOfTables(tables) => tables.get(0)?.span(),
        Item::Value(_) | Item::None => None,
    }
}

/// The end of `item` and of what stands in it and is `wanted`.
fn last_byte(item: &Item, wanted: fn(&Item) -> bool) -> usize {
    let own = item.span().map_or(0, |span| span.end);
    children(item)
        .filter(|child| wanted(child))
        .map(|child| last_byte(child, wanted))
        .fold(own, usize::max)
}

/// The end of the last thing in `table` that ends at `limit` or before.
fn end_of_content(table: &dyn TableLike, limit: usize) -> usize {
    fn end(item: &Item, limit: usize) -> usize {
        let own = item.span().map_or(0, |span| span.end);
        let own = if own <= limit { own } else { 0 };
        children(item)
            .map(|item| end(item, limit))
            .fold(own, usize::max)
    }
    table
        .iter()
        .map(|(_, item)| end(item, limit))
        .fold(0, usize::max)
}

/// What stands in the tables of `item`.
fn children(item: &Item) -> Box<dyn Iterator<Item = &Item> + '_> {
    if let Some(table) = item.as_table_like() {
        return Box::new(table.iter().map(|(_, item)| item));
    }
    let tables = item.as_array_of_tables().into_iter().flatten();
    Box::new(tables.flat_map(|table| table.iter().map(|(_, item)| item)))
}
