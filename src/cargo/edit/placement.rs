//! Where a new dependency goes, and the text that puts it there.
//!
//! Only whole lines are added, except to an inline table, whose entries share a line or need a comma.

use std::mem::discriminant;
use std::ops::Range;

use super::NewDependency;
use super::Section;
use super::layout::{Entry, Layout, entries, first_header, has_header};
use crate::cargo::dependency::{OTHER_KINDS, Source, source};
use crate::cargo::manifest::Manifest;
use crate::cargo::toml::{Item, Kind, written_string};
use crate::text::{LineEnding, TextEdit, lines};

/// Tables that come after the dependencies by custom, besides those of other kinds of dependencies.
const LATER_TABLES: [&str; 5] = ["target", "lints", "profile", "patch", "replace"];

/// What adds `new` to the `section` of `manifest`; none if there is no place for it.
pub(super) fn insertion(
    manifest: &Manifest,
    section: Section,
    new: &NewDependency,
) -> Option<TextEdit> {
    let site = Site {
        section,
        layout: Layout::of(manifest),
        line_ending: LineEnding::of(manifest.text()).as_str(),
        new,
    };
    let found = section.find(manifest);
    let entry = match found.map(|table| (table, table.kind())) {
        None => (section == Section::Package).then(|| site.new_table()),
        Some((table, Kind::Braces)) => site.in_braces(table),
        // Above the lines of a workspace, any part of their keys may stand in a header.
        Some((table, Kind::Dotted)) if section == Section::Package => site.dotted_line(table),
        Some((table, Kind::Implicit)) => site.sub_table(table),
        Some((table, Kind::Table)) => site.line(table),
        Some(_) => None,
    };
    match &new.feature {
        None => entry,
        Some(feature) => Some(entry?.and(site.in_feature(feature)?)),
    }
}

struct Site<'a> {
    section: Section,
    layout: Layout<'a>,
    line_ending: &'a str,
    new: &'a NewDependency,
}

impl Site<'_> {
    /// A whole table: before those that come later by custom, else at the end of the file.
    fn new_table(&self) -> TextEdit {
        let header = self.section.name();
        let table = format!("[{header}]{}{}", self.line_ending, self.new.entry());
        let start_of = |key: &str| {
            let header = first_header(self.layout.document.get(key)?)?;
            Some(header.start)
        };
        let package = start_of("package").unwrap_or_default();
        let later = OTHER_KINDS
            .into_iter()
            .chain(LATER_TABLES)
            .filter_map(start_of)
            .filter(|&start| start >= package)
            .min();
        match later {
            Some(header) => self.block_above(self.layout.start_with_comments(header), &table),
            None => self.block_below(self.layout.text.len(), &table),
        }
    }

    /// A table of its own beside the others that the dependencies consist of.
    fn sub_table(&self, table: Item<'_>) -> Option<TextEdit> {
        let header = format!("[{}.{}]", self.section.name(), self.new.written_key());
        let fields = self.new.fields().into_iter();
        let lines = fields.map(|(key, value)| format!("{key} = {value}"));
        let block = std::iter::once(header)
            .chain(lines)
            .collect::<Vec<_>>()
            .join(self.line_ending);
        let tables = entries(table, has_header);
        if let Some(next) = self.next_in_order(&tables) {
            let start = self.layout.start_with_comments(next.span.start);
            return Some(self.block_above(start, &block));
        }
        let end = match lines::next_line(self.layout.text, tables.last()?.span.end) {
            Some(line) => self.layout.end_with_comments(line),
            None => self.layout.text.len(),
        };
        Some(self.block_below(end, &block))
    }

    /// A line below the header of the table.
    fn line(&self, table: Item<'_>) -> Option<TextEdit> {
        let entries = entries(table, |item| !has_header(item));
        let entry = match self.inherits_in_braces(&entries) {
            true => self.new.inline_entry(),
            false => self.new.padded_entry(self.alignment(&entries)),
        };
        let header = table.span();
        if entries.is_empty() {
            let line = format!(
                "{}{entry}",
                lines::indentation(self.layout.text, header.start)
            );
            return Some(self.line_below(header.end, &line));
        }
        self.line_among(&entries, &entry)
    }

    /// A line among those that are `dependencies.<name> = …`.
    fn dotted_line(&self, table: Item<'_>) -> Option<TextEdit> {
        let entries = entries(table, |item| !has_header(item));
        self.line_among(
            &entries,
            &format!("{}.{}", self.section.name(), self.new.entry()),
        )
    }

    fn line_among(&self, entries: &[Entry<'_>], entry: &str) -> Option<TextEdit> {
        let entries = self.group(entries);
        let neighbour = self.next_in_order(entries).or(entries.last())?;
        let line = format!(
            "{}{entry}",
            lines::indentation(self.layout.text, neighbour.span.start)
        );
        Some(match self.next_in_order(entries) {
            Some(next) => self.line_above(next, &line),
            None => self.line_below(neighbour.span.end, &line),
        })
    }

    /// An entry between the braces of an inline table, on a line of its own if its neighbour has one.
    fn in_braces(&self, table: Item<'_>) -> Option<TextEdit> {
        let braces = table.span();
        let entries = entries(table, |_| true);
        if let Some(next) = self.next_in_order(&entries) {
            return Some(self.in_braces_before(next));
        }
        match entries.last() {
            Some(last) => Some(self.after_last(&last.span, self.new.inline_entry())),
            None => Some(self.between_empty_braces(braces.start, braces.end)),
        }
    }

    fn in_braces_before(&self, next: &Entry<'_>) -> TextEdit {
        let entry = self.new.inline_entry();
        if !self.starts_line(next.span.start) {
            return TextEdit::insert(next.span.start, format!("{entry}, "));
        }
        let indentation = lines::indentation(self.layout.text, next.span.start);
        self.line_above(next, &format!("{indentation}{entry},"))
    }

    /// At the end of the list of what `feature` turns on.
    fn in_feature(&self, feature: &str) -> Option<TextEdit> {
        let parts = self.layout.document.get("features")?.get(feature)?;
        let (last, _) = parts.strings().last()?;
        Some(self.after_last(&last, written_string(&self.new.feature_part())))
    }

    /// `entry` after the `last` one of those between braces or brackets.
    fn after_last(&self, last: &Range<usize>, entry: String) -> TextEdit {
        let end = last.end;
        let after = self.layout.skip_comments(end);
        let comma = self.layout.text[after..].starts_with(',').then_some(after);
        // The entry ends as the one before does: with a comma or without.
        let (missing, after, entry) = match comma {
            Some(comma) => ("", comma + 1, format!("{entry},")),
            None => (",", end, entry),
        };
        if !self.starts_line(last.start) {
            return TextEdit::insert(after, format!("{missing} {entry}"));
        }
        let line = format!(
            "{}{entry}",
            lines::indentation(self.layout.text, last.start)
        );
        let follows = lines::after_in_line(self.layout.text, after).trim_start();
        if !follows.is_empty() && !follows.starts_with('#') {
            return TextEdit::insert(after, format!("{missing}{}{line}", self.line_ending));
        }
        TextEdit::insert(end, missing).and(self.line_below(after, &line))
    }

    fn between_empty_braces(&self, start: usize, end: usize) -> TextEdit {
        let entry = self.new.inline_entry();
        let inside = &self.layout.text[start + 1..end - 1];
        if inside.contains('\n') {
            let indentation = lines::indentation(self.layout.text, end - 1);
            return self.line_below(start, &format!("{indentation}    {entry},"));
        }
        let space = if inside.is_empty() { " " } else { "" };
        TextEdit::insert(start + 1, format!(" {entry}{space}"))
    }

    /// Those of `entries` that the new one joins: all, unless blank lines part them into groups that are sorted each for
    /// itself. Of these it is one that has something from where the new one comes, if there is any, in which it stands
    /// between two, else the last that starts before it, else the first.
    fn group<'e, 'k>(&self, entries: &'e [Entry<'k>]) -> &'e [Entry<'k>] {
        let mut groups = entries
            .chunk_by(|above, below| !self.is_blank_line_between(above, below))
            .collect::<Vec<_>>();
        if groups.len() < 2
            || !groups
                .iter()
                .all(|group| group.is_sorted_by_key(|entry| entry.key))
        {
            return entries;
        }
        let is_alike = |group: &&[Entry<'_>]| group.iter().any(|entry| self.is_alike(entry));
        if groups.iter().any(is_alike) {
            groups.retain(is_alike);
        }
        let key = self.new.key.as_str();
        let starts_before =
            |group: &&&[Entry<'_>]| group.first().is_some_and(|first| first.key < key);
        let ends_after = |group: &&&[Entry<'_>]| group.last().is_some_and(|last| last.key > key);
        let between = groups
            .iter()
            .find(|group| starts_before(group) && ends_after(group));
        let found = between.or_else(|| groups.iter().rfind(starts_before));
        found.or(groups.first()).copied().unwrap_or(entries)
    }

    fn is_blank_line_between(&self, above: &Entry<'_>, below: &Entry<'_>) -> bool {
        let between = self.layout.text.get(above.span.end..below.span.start);
        let whole_lines = between.and_then(|between| between.rsplit_once('\n'));
        let mut lines = whole_lines
            .map_or("", |(lines, _)| lines)
            .split('\n')
            .skip(1);
        lines.any(|line| line.trim().is_empty())
    }

    /// Whether `entry` comes from a place of the same kind as the new one.
    fn is_alike(&self, entry: &Entry<'_>) -> bool {
        discriminant(&source(entry.item)) == discriminant(&self.new.source)
    }

    /// Whether what `entries` inherit is written with braces, and the new one inherits too.
    fn inherits_in_braces(&self, entries: &[Entry<'_>]) -> bool {
        let mut inherited = entries
            .iter()
            .filter(|entry| source(entry.item) == Source::Workspace)
            .peekable();
        self.new.source == Source::Workspace
            && inherited.peek().is_some()
            && inherited.all(|entry| entry.item.kind() == Kind::Braces)
    }

    /// The entry that the new one goes before: where the keys are sorted, the first that is greater.
    fn next_in_order<'e, 'k>(&self, entries: &'e [Entry<'k>]) -> Option<&'e Entry<'k>> {
        if !entries.is_sorted_by_key(|entry| entry.key) {
            return None;
        }
        entries
            .iter()
            .find(|entry| entry.key > self.new.key.as_str())
    }

    /// How wide keys are where blanks align the `=` behind them, else 0.
    fn alignment(&self, entries: &[Entry<'_>]) -> usize {
        let keys = entries.iter().filter_map(|entry| {
            let line = lines::after_in_line(self.layout.text, entry.span.start);
            line.split_once('=').map(|(key, _)| key)
        });
        let is_padded = keys.clone().any(|key| key.ends_with("  "));
        let mut columns = keys.map(|key| key.chars().count());
        match columns.next() {
            Some(first) if is_padded && columns.all(|column| column == first) => first - 1,
            _ => 0,
        }
    }

    fn starts_line(&self, start: usize) -> bool {
        let before = lines::before_in_line(self.layout.text, start);
        before.trim().is_empty()
    }

    fn line_above(&self, next: &Entry<'_>, line: &str) -> TextEdit {
        TextEdit::insert(
            self.layout.start_with_comments(next.span.start),
            format!("{line}{}", self.line_ending),
        )
    }

    /// `line` below the line that holds the byte before `end`.
    fn line_below(&self, end: usize, line: &str) -> TextEdit {
        match lines::next_line(self.layout.text, end) {
            Some(at) => TextEdit::insert(at, format!("{line}{}", self.line_ending)),
            None => TextEdit::insert(
                self.layout.text.len(),
                format!("{}{line}", self.line_ending),
            ),
        }
    }

    /// Lines that a blank line parts from what stands from `at` on, and from what stands above.
    fn block_above(&self, at: usize, block: &str) -> TextEdit {
        let eol = self.line_ending;
        TextEdit::insert(at, format!("{}{block}{eol}{eol}", self.blank_line(at)))
    }

    /// Lines that a blank line parts from what stands above `at`, the start of a line or the end of the file.
    fn block_below(&self, at: usize, block: &str) -> TextEdit {
        let is_whole_line = lines::before_in_line(self.layout.text, at).is_empty();
        let (before, after) = match is_whole_line {
            true => ("", self.line_ending),
            false => (self.line_ending, ""),
        };
        TextEdit::insert(at, format!("{before}{}{block}{after}", self.blank_line(at)))
    }

    /// A blank line, unless `at` is below one or at the start of the file.
    fn blank_line(&self, at: usize) -> &str {
        let above = &self.layout.text[lines::content_start(self.layout.text)..at];
        match lines::is_apart_below(above) {
            true => "",
            false => self.line_ending,
        }
    }
}
