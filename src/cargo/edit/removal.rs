//! The ways in which a dependency can be cut out of a manifest.
//!
//! Which of them leaves what was there before is decided elsewhere; the first is the one for an entry that the user wrote.

use std::ops::Range;

use super::layout::{Entry, Layout, entries, has_header};
use super::{NewDependency, Section};
use crate::cargo::manifest::Manifest;
use crate::cargo::toml::{Item, Kind};
use crate::text::{TextEdit, lines};

/// Edits that may take `dependency` out of the `section` of `manifest`, and out of the feature that turns it on.
pub(super) fn removals(
    manifest: &Manifest,
    section: Section,
    dependency: &NewDependency,
) -> Vec<TextEdit> {
    let (layout, key) = (Layout::of(manifest), dependency.key.as_str());
    let entries = in_section(layout, section.find(manifest), key);
    let Some(feature) = &dependency.feature else {
        return entries;
    };
    let parts = in_feature(layout, feature, &dependency.feature_part());
    let parts = parts.unwrap_or_default();
    let both = entries
        .iter()
        .flat_map(|entry| parts.iter().map(|part| entry.clone().and(part.clone())));
    both.collect()
}

fn in_section(layout: Layout<'_>, section: Option<Item<'_>>, key: &str) -> Vec<TextEdit> {
    let cut = Cut { layout, key };
    let removals = section.and_then(|table| match table.kind() {
        Kind::Braces => cut.in_braces(table),
        Kind::Table | Kind::Implicit | Kind::Dotted => cut.in_table(table),
        _ => None,
    });
    removals.unwrap_or_default()
}

/// Edits that may take `part` out of the `feature`.
fn in_feature(layout: Layout<'_>, feature: &str, part: &str) -> Option<Vec<TextEdit>> {
    let text = layout.text;
    let parts = layout.document.get("features")?.get(feature)?.strings();
    let parts = parts.collect::<Vec<_>>();
    let index = parts.iter().position(|(_, found)| *found == part)?;
    let span = parts[index].0.clone();
    let comma_after = |end| {
        let at = layout.skip_comments(end);
        text[at..].starts_with(',').then_some(at)
    };
    let previous = index.checked_sub(1).map(|index| parts[index].0.end);
    let next = parts.get(index + 1).map(|(next, _)| next.start);
    let end = comma_after(span.end).map_or(span.end, |comma| comma + 1);
    let mut removals = Vec::new();
    if lines::before_in_line(text, span.start).trim().is_empty() {
        let whole = lines::removals(text, span.start..end);
        // A last part without a comma leaves one that has none either.
        if let Some(comma) = previous.and_then(comma_after).filter(|_| end == span.end) {
            let comma = TextEdit::delete(comma..comma + ",".len());
            removals.extend(whole.iter().map(|whole| whole.clone().and(comma.clone())));
        }
        removals.extend(whole);
    }
    let within_line = [
        next.map(|next| span.start..next),
        previous.map(|previous| previous..span.end),
        previous.and_then(comma_after).map(|comma| comma + 1..end),
        Some(span.start..end),
    ];
    removals.extend(within_line.into_iter().flatten().map(TextEdit::delete));
    Some(removals)
}

struct Cut<'a> {
    layout: Layout<'a>,
    key: &'a str,
}

impl Cut<'_> {
    fn in_table(&self, table: Item<'_>) -> Option<Vec<TextEdit>> {
        let text = self.layout.text;
        let item = table.get(self.key)?;
        if has_header(item) {
            let entry = self.find(&entries(table, has_header))?;
            return Some(lines::removals(text, entry));
        }
        let entry = self.find(&entries(table, |item| !has_header(item)))?;
        let mut removals = Vec::new();
        if table.iter().nth(1).is_none() && self.is_bare(table, &entry) {
            removals = lines::removals(text, table.span().start..entry.end);
        }
        match values(item).as_slice() {
            [only] => removals.extend(lines::removals(text, only.clone())),
            several => removals.push(whole_lines(text, several)),
        }
        Some(removals)
    }

    /// Whether there is a header that has nothing but `entry` below it, and no comment.
    fn is_bare(&self, table: Item<'_>, entry: &Range<usize>) -> bool {
        let text = self.layout.text;
        let header = Some(table.span()).filter(|_| table.kind() != Kind::Dotted);
        let between = header.map(|header| &text[header.end..lines::line_start(text, entry.start)]);
        let next = lines::next_line(text, entry.end).unwrap_or(text.len());
        between.is_some_and(|between| between.trim().is_empty())
            && lines::after_in_line(text, entry.end).trim().is_empty()
            && self.layout.end_with_comments(next) == next
    }

    fn in_braces(&self, table: Item<'_>) -> Option<Vec<TextEdit>> {
        let text = self.layout.text;
        let braces = table.span();
        let entries = entries(table, |_| true);
        let index = entries.iter().position(|entry| entry.key == self.key)?;
        let entry = entries[index].span.clone();
        let (before, after) = entries.split_at(index);
        let comma_after = |end| {
            let at = self.layout.skip_comments(end);
            text[at..].starts_with(',').then_some(at)
        };
        let end = comma_after(entry.end).map_or(entry.end, |comma| comma + 1);
        let previous = before.last().map(|previous| previous.span.end);
        let comma_before = previous.and_then(comma_after);
        let next = after.get(1).map(|next| next.span.start);

        let mut removals = Vec::new();
        if self.has_lines_of_its_own(entry.start, end) {
            let whole = lines::removals(text, entry.start..end);
            // A last entry without a comma leaves one that has none either.
            if let Some(comma) = comma_before.filter(|_| next.is_none() && end == entry.end) {
                let comma = TextEdit::delete(comma..comma + ",".len());
                removals.extend(whole.iter().map(|whole| whole.clone().and(comma.clone())));
            }
            removals.extend(whole);
        }
        let within_line = [
            next.map(|next| entry.start..next),
            previous.map(|previous| previous..entry.end),
            comma_before.map(|comma| comma + 1..end),
            Some(braces.start + 1..entry.end),
            Some(braces.start + 1..braces.end - 1),
        ];
        removals.extend(within_line.into_iter().flatten().map(TextEdit::delete));
        Some(removals)
    }

    fn has_lines_of_its_own(&self, start: usize, end: usize) -> bool {
        let before = lines::before_in_line(self.layout.text, start).trim();
        let after = lines::after_in_line(self.layout.text, end).trim();
        before.is_empty() && (after.is_empty() || after.starts_with('#'))
    }

    fn find(&self, entries: &[Entry<'_>]) -> Option<Range<usize>> {
        let entry = entries.iter().find(|entry| entry.key == self.key)?;
        Some(entry.span.clone())
    }
}

/// The lines of `item`: one for each value below a dotted key.
fn values(item: Item<'_>) -> Vec<Range<usize>> {
    match item.kind() {
        Kind::Table | Kind::Implicit | Kind::Dotted => item.iter().flat_map(values).collect(),
        _ => std::iter::once(item.key_span().start..item.span().end).collect(),
    }
}

fn whole_lines(text: &str, spans: &[Range<usize>]) -> TextEdit {
    let edits = spans.iter().map(|span| {
        let end = lines::next_line(text, span.end).unwrap_or(text.len());
        TextEdit::delete(lines::line_start(text, span.start)..end)
    });
    edits.fold(TextEdit::default(), TextEdit::and)
}
