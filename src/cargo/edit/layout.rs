//! How a manifest is laid out: its lines, and where the entries of a table stand in them.

use std::ops::Range;

use toml_edit::{Item, Table, TableLike};

use crate::text::BYTE_ORDER_MARK;

/// The text of a manifest with the positions that the parsed document tells.
#[derive(Clone, Copy)]
pub(super) struct Layout<'a> {
    pub(super) text: &'a str,
    pub(super) document: &'a Table,
}

/// Something in a table, from its key to its last byte.
pub(super) struct Entry<'a> {
    pub(super) key: &'a str,
    pub(super) span: Range<usize>,
}

impl<'a> Layout<'a> {
    /// The start of the line that holds the byte before `offset`, behind a byte order mark.
    pub(super) fn line_start(&self, offset: usize) -> usize {
        let newline = self.text[..offset].rfind('\n');
        newline.map_or_else(|| self.content_start(), |newline| newline + 1)
    }

    /// The start of the line below the one that holds the byte at `offset`; none when there is no line below.
    pub(super) fn next_line(&self, offset: usize) -> Option<usize> {
        let newline = self.text[offset..].find('\n')?;
        Some(offset + newline + 1)
    }

    /// Where the text starts that is not a byte order mark.
    pub(super) fn content_start(&self) -> usize {
        self.text.len() - self.text.trim_start_matches(BYTE_ORDER_MARK).len()
    }

    /// What stands in the line of `offset` before it.
    pub(super) fn before_in_line(&self, offset: usize) -> &'a str {
        &self.text[self.line_start(offset)..offset]
    }

    /// What stands in the line of `offset` after it.
    pub(super) fn after_in_line(&self, offset: usize) -> &'a str {
        self.text[offset..].lines().next().unwrap_or_default()
    }

    /// The blanks at the start of the line of `offset`.
    pub(super) fn indentation(&self, offset: usize) -> &'a str {
        let line = &self.text[self.line_start(offset)..];
        &line[..line.len() - line.trim_start_matches([' ', '\t']).len()]
    }

    /// The start of the line of `offset`, or of the comments directly above, which belong to what stands there.
    pub(super) fn start_with_comments(&self, offset: usize) -> usize {
        let mut start = self.line_start(offset);
        // A line that starts with `#` may also be the end of a string.
        let floor = end_of_content(self.document, start).max(self.content_start());
        while start > floor {
            let above = self.line_start(start - 1);
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
        match self.after_in_line(end).trim().is_empty() {
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
            offset += self.after_in_line(offset).len();
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
            Some(Entry { key, span })
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
