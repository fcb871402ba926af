//! Where a declaration goes among the items of a file, and the bytes that put it there.
//!
//! It only ever adds whole lines between two items, so every line of the user stays as it is; only a body that is
//! written on one line is added to within that line, and a file of nothing but blank lines is replaced. What rustfmt left alone before, it leaves alone afterwards.

use std::ops::Range;

use super::items::{Body, Item, Kind, Module};
use super::{ModuleDeclaration, comments};
use crate::text::{LineEnding, TextEdit, lines};

/// What adds `declaration` to `body`, a body of the file `text`.
pub(super) fn insertion(text: &str, body: &Body, declaration: &ModuleDeclaration) -> TextEdit {
    let site = Site { text, body };
    let place = site
        .beside_declarations(declaration)
        .unwrap_or_else(|| site.after_imports());
    match site.line_start(&place) {
        Some(at) => site.lines(at, place.spacing, declaration),
        None => site.within_line(declaration),
    }
}

/// The ways to take `item` out of `body`; the first is the one for an item that the user wrote.
pub(super) fn removals(text: &str, body: &Body, item: &Item) -> Vec<TextEdit> {
    let Range { start, end } = item.span;
    let before = lines::before_in_line(text, start).trim();
    let after = lines::after_in_line(text, end).trim();
    let mut removals = Vec::new();
    let is_alone = text[body.span.start..start].trim().is_empty()
        && text[end..body.span.end].trim().is_empty();
    if is_alone && body.span.end < text.len() {
        removals.push(TextEdit::delete(body.span.clone()));
    }
    if before.is_empty() && (after.is_empty() || after.starts_with("//")) {
        removals.extend(lines::removals(text, item.span.clone()));
    }
    let space_before = usize::from(text[..start].ends_with(' '));
    let space_after = usize::from(text[end..].starts_with(' '));
    let within_line = [
        start..end + space_after,
        start - space_before..end + space_after,
        start..end,
    ];
    removals.extend(within_line.map(TextEdit::delete));
    removals
}

/// A place between two items.
struct Place {
    /// The gap before the item of this index, or after the last one.
    gap: usize,
    edge: Edge,
    spacing: Spacing,
}

/// Which end of a gap.
#[derive(Clone, Copy)]
enum Edge {
    /// Right after the line of the item before it.
    AfterItem,
    /// Right before the item after it, above the comments that belong to that.
    BeforeComments,
    /// Right beneath the last comment.
    BeneathComments,
}

/// How a declaration stands to its neighbours.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Spacing {
    /// In one block with them.
    Joined,
    /// With a blank line on each side.
    Apart,
}

struct Site<'a> {
    text: &'a str,
    body: &'a Body,
}

impl Site<'_> {
    /// The place in the group of declarations where `declaration` belongs.
    fn beside_declarations(&self, declaration: &ModuleDeclaration) -> Option<Place> {
        let group = self.group_for(declaration)?;
        let name = declaration.name.as_str();
        let names = self.body.items[group.clone()]
            .iter()
            .filter_map(declared)
            .map(|module| module.name.as_str());
        let names = names.collect::<Vec<_>>();
        let greater = names
            .iter()
            .position(|other| *other > name)
            .filter(|_| names.is_sorted());
        let Some(before) = greater else {
            return Some(Place {
                gap: group.end,
                edge: Edge::AfterItem,
                spacing: Spacing::Joined,
            });
        };
        let gap = group.start + before;
        // A comment above the first declaration keeps what is put above it out of the group.
        let spacing = if before == 0 && !self.comment_above(gap).trim().is_empty() {
            Spacing::Apart
        } else {
            Spacing::Joined
        };
        Some(Place {
            gap,
            edge: Edge::BeforeComments,
            spacing,
        })
    }

    /// The group that `declaration` should join: of the groups with its visibility, else of all, the last one that
    /// starts before it by name, else the first.
    fn group_for(&self, declaration: &ModuleDeclaration) -> Option<Range<usize>> {
        let members =
            |group: &Range<usize>| self.body.items[group.clone()].iter().filter_map(declared);
        let is_alike = |group: &Range<usize>| {
            members(group).any(|module| module.visibility == declaration.visibility)
        };
        let mut groups = self.groups();
        // A group such as `#[cfg(test)] mod tests;` stands where it does for a reason of its own.
        groups.retain(|group| members(group).any(|module| !module.attributes.conditional));
        if groups.iter().any(is_alike) {
            groups.retain(is_alike);
        }
        let starts_before = |group: &&Range<usize>| {
            members(group)
                .next()
                .is_some_and(|first| first.name < declaration.name)
        };
        groups
            .iter()
            .rfind(starts_before)
            .or(groups.first())
            .cloned()
    }

    /// The declarations that rustfmt sorts together: on neighbouring lines, with nothing in between.
    fn groups(&self) -> Vec<Range<usize>> {
        let mut groups: Vec<Range<usize>> = Vec::new();
        for (index, item) in self.body.items.iter().enumerate() {
            if declared(item).is_none() {
                continue;
            }
            match groups.last_mut() {
                Some(group)
                    if group.end == index
                        && self.text[self.gap(index)].matches('\n').count() <= 1 =>
                {
                    group.end += 1
                }
                _ => groups.push(index..index + 1),
            }
        }
        groups
    }

    /// The place in a body without declarations: after the imports at its start, if there are any, else first.
    fn after_imports(&self) -> Place {
        let imports = self
            .body
            .items
            .iter()
            .take_while(|item| matches!(item.kind, Kind::Import(_)))
            .count();
        let edge = if imports > 0 {
            Edge::AfterItem
        } else if self.body.items.is_empty() || self.is_headed_by_licence() {
            Edge::BeneathComments
        } else {
            Edge::BeforeComments
        };
        Place {
            gap: imports,
            edge,
            spacing: Spacing::Apart,
        }
    }

    /// Whether the comment right above the first item is about the file, not the item.
    fn is_headed_by_licence(&self) -> bool {
        let comment = self.comment_above(0);
        let is_first = self.text[self.gap(0)].trim_start().starts_with(comment);
        let comment = comment.to_lowercase();
        let words = ["copyright", "licence", "license", "spdx"];
        is_first && words.iter().any(|word| comment.contains(word))
    }

    /// The comments right above the item of index `gap`.
    fn comment_above(&self, gap: usize) -> &str {
        let start = self.line_start_in(gap, Edge::BeforeComments);
        start.map_or("", |start| &self.text[start..self.gap(gap).end])
    }

    /// The text before the item of index `gap`, up to the item before it.
    fn gap(&self, gap: usize) -> Range<usize> {
        let items = &self.body.items;
        let start = if gap == 0 {
            self.body.head_end
        } else {
            items[gap - 1].span.end
        };
        let end = items
            .get(gap)
            .map_or(self.body.span.end, |item| item.span.start);
        start..end
    }

    /// The start of the line that `place` names, or of the next one that is free; none if all that follows is on one
    /// line.
    fn line_start(&self, place: &Place) -> Option<usize> {
        let mut later = place.gap + 1..=self.body.items.len();
        self.line_start_in(place.gap, place.edge)
            .or_else(|| later.find_map(|gap| self.line_start_in(gap, Edge::AfterItem)))
    }

    /// The start of a line at the `edge` of a gap; none if the gap is within one line.
    fn line_start_in(&self, gap: usize, edge: Edge) -> Option<usize> {
        let starts = comments::line_starts(self.text, self.gap(gap));
        let last = starts.len().checked_sub(1)?;
        let from_the_end = starts.windows(2).rev();
        let index = match edge {
            Edge::AfterItem => 0,
            Edge::BeneathComments => {
                last - from_the_end.take_while(|line| self.is_blank(line)).count()
            }
            Edge::BeforeComments => {
                last - from_the_end.take_while(|line| !self.is_blank(line)).count()
            }
        };
        Some(starts[index])
    }

    /// Whether nothing stands between two successive line starts.
    fn is_blank(&self, line: &[usize]) -> bool {
        self.text[line[0]..line[1]].trim().is_empty()
    }

    /// The declaration on lines of its own, before the line that starts `at`.
    fn lines(&self, at: usize, spacing: Spacing, declaration: &ModuleDeclaration) -> TextEdit {
        let eol = LineEnding::of(self.text).as_str();
        if self.is_blank_file() {
            let lines = declaration.lines().map(|line| line + eol);
            return TextEdit::replace(self.body.span.clone(), lines.collect::<String>());
        }
        let (before, after) = (
            &self.text[self.body.span.start..at],
            &self.text[at..self.body.span.end],
        );
        let mut text = String::new();
        let in_open_line = at > self.body.span.start && !self.text[..at].ends_with('\n');
        if in_open_line {
            text += eol;
        }
        if spacing == Spacing::Apart && !lines::is_apart_below(before) {
            text += eol;
        }
        let indent = self.indent();
        text += &declaration
            .lines()
            .map(|line| format!("{indent}{line}"))
            .collect::<Vec<_>>()
            .join(eol);
        if !in_open_line {
            text += eol;
        }
        if spacing == Spacing::Apart && !lines::is_apart_above(after) {
            text += eol;
        }
        TextEdit::insert(at, text)
    }

    /// Whether the body is a whole file with nothing in it but blank lines, which rustfmt would take out.
    fn is_blank_file(&self) -> bool {
        let span = self.body.span.clone();
        span.end == self.text.len() && self.text[span].trim().is_empty()
    }

    /// The declaration before the closing brace of a body that has no line of its own.
    fn within_line(&self, declaration: &ModuleDeclaration) -> TextEdit {
        let Range { start, end } = self.body.span.clone();
        let content = &self.text[start..end];
        if content.trim().is_empty() {
            let eol = LineEnding::of(self.text).as_str();
            let lines = declaration
                .lines()
                .map(|line| format!("{eol}{}{line}", self.indent()))
                .collect::<String>();
            return TextEdit::insert(end, format!("{lines}{eol}{}", self.outer_indent()));
        }
        let space = if content.ends_with(char::is_whitespace) {
            ""
        } else {
            " "
        };
        let line = declaration.lines().collect::<Vec<_>>().join(" ");
        TextEdit::insert(end, format!("{space}{line} "))
    }

    /// The white space before the items of the body.
    fn indent(&self) -> String {
        let lead = |item: &Item| indent_at(self.text, item.span.start);
        if let Some(indent) = self.body.items.iter().find_map(lead) {
            return indent.to_owned();
        }
        if self.body.span.end == self.text.len() {
            return String::new();
        }
        let outer = self.outer_indent();
        let step = if outer.starts_with('\t') {
            "\t"
        } else {
            "    "
        };
        format!("{outer}{step}")
    }

    /// The white space at the start of the line on which the body opens.
    fn outer_indent(&self) -> &str {
        lines::indentation(self.text, self.body.span.start)
    }
}

/// The white space between the start of its line and `at`; none if something else stands there.
fn indent_at(text: &str, at: usize) -> Option<&str> {
    let lead = &text[text[..at].rfind('\n')? + 1..at];
    lead.trim().is_empty().then_some(lead)
}

/// The module that `item` declares in a file of its own, if rustfmt may move the declaration.
fn declared(item: &Item) -> Option<&Module> {
    match &item.kind {
        Kind::Module(module) if module.body.is_none() && !module.attributes.pinned => Some(module),
        _ => None,
    }
}
