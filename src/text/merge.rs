//! Merges two descendants of a text by lines, as `git merge-file` does.
//!
//! Values in, values out. Lines end at `\n`, and every other byte of a line travels with it.

use std::collections::VecDeque;

use super::difference::{Change, changes};

/// What became of a text on two sides.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Merge(Vec<Part>);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Part {
    /// One side has left it alone, or both have made the same of it.
    Agreed(String),
    /// Each side has made something else of it.
    Conflict(Conflict),
}

/// Lines of which each side has made something else.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Conflict {
    /// The first line of ours, counted from 1; where ours are none, the line that follows.
    pub line: usize,
    /// What they were.
    pub base: String,
    /// What they are on our side.
    pub ours: String,
    /// What they are on the other side.
    pub theirs: String,
}

/// What stands in the place of a conflict.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Resolution {
    /// Our lines.
    Ours,
    /// The lines of the other side.
    Theirs,
    /// All of them, between the marks that git writes.
    Inline,
}

/// What the marks begin with that stand around a conflict.
const MARKS: [&str; 4] = ["<<<<<<<", "|||||||", "=======", ">>>>>>>"];

impl Merge {
    /// Merges what `ours` and `theirs` made of `base`. Changes that overlap or touch are one.
    pub(crate) fn of(base: &str, ours: &str, theirs: &str) -> Self {
        let base_lines = lines(base);
        let mut sides = [Side::new(base, ours), Side::new(base, theirs)];
        let mut parts = Vec::new();
        let mut done = 0;
        while let Some(start) = sides.iter().filter_map(Side::next_start).min() {
            parts.push(Part::Agreed(base_lines[done..start].concat()));
            let starts = sides.each_ref().map(|side| side.line(start));
            let mut end = start;
            while sides.iter_mut().any(|side| side.take_up_to(&mut end)) {}
            let line = starts[0] + 1;
            let [ours, theirs] = [0, 1].map(|at| sides[at].text(starts[at], end));
            let base = base_lines[start..end].concat();
            parts.push(if theirs == base || ours == theirs {
                Part::Agreed(ours)
            } else if ours == base {
                Part::Agreed(theirs)
            } else {
                Part::Conflict(Conflict {
                    line,
                    base,
                    ours,
                    theirs,
                })
            });
            done = end;
        }
        parts.push(Part::Agreed(base_lines[done..].concat()));
        Self(parts)
    }

    /// What the sides do not agree in, in the order of the lines.
    pub(crate) fn conflicts(&self) -> impl Iterator<Item = &Conflict> {
        self.0.iter().filter_map(|part| match part {
            Part::Agreed(_) => None,
            Part::Conflict(conflict) => Some(conflict),
        })
    }

    /// The text that has all changes of both sides, and `resolution` in the place of conflicts.
    pub(crate) fn text(&self, resolution: Resolution) -> String {
        let parts = self.0.iter().map(|part| match (part, resolution) {
            (Part::Agreed(text), _) => text.clone(),
            (Part::Conflict(conflict), Resolution::Ours) => conflict.ours.clone(),
            (Part::Conflict(conflict), Resolution::Theirs) => conflict.theirs.clone(),
            (Part::Conflict(conflict), Resolution::Inline) => conflict.marked(),
        });
        parts.collect()
    }
}

impl Conflict {
    /// All sides between the marks that git writes.
    pub(crate) fn marked(&self) -> String {
        let [open, base, other, close] = MARKS;
        let line_end = if self.ours.contains("\r\n") {
            "\r\n"
        } else {
            "\n"
        };
        let whole = |text: &str| match text.is_empty() || text.ends_with('\n') {
            true => text.to_owned(),
            false => format!("{text}{line_end}"),
        };
        [
            format!("{open} yours{line_end}"),
            whole(&self.ours),
            format!("{base} before{line_end}"),
            whole(&self.base),
            format!("{other}{line_end}"),
            whole(&self.theirs),
            format!("{close} new{line_end}"),
        ]
        .concat()
    }
}

/// The first line, counted from 1, of a conflict that is still marked in `text`.
pub(crate) fn marked_conflict(text: &str) -> Option<usize> {
    let [open, _, other, close] = MARKS;
    let mut lines = text.lines();
    let start = lines.by_ref().position(|line| line.starts_with(open))?;
    let has_rest =
        lines.by_ref().any(|line| line == other) && lines.any(|line| line.starts_with(close));
    has_rest.then_some(start + 1)
}

/// A descendant of the base, as far as its changes have been looked at.
struct Side<'a> {
    lines: Vec<&'a str>,
    changes: VecDeque<Change>,
    /// The lines that the changes so far brought, and those that they took.
    brought: usize,
    took: usize,
}

impl<'a> Side<'a> {
    fn new(base: &str, text: &'a str) -> Self {
        Self {
            lines: lines(text),
            changes: changes(base, text).into(),
            brought: 0,
            took: 0,
        }
    }

    /// The line of the base where the next change starts.
    fn next_start(&self) -> Option<usize> {
        Some(self.changes.front()?.old.start)
    }

    /// Takes the next change, if it starts no later than `end`, which moves behind it.
    fn take_up_to(&mut self, end: &mut usize) -> bool {
        let reaches = |change: &&Change| change.old.start <= *end;
        let Some(change) = self.changes.front().filter(reaches) else {
            return false;
        };
        self.brought += change.new.len();
        self.took += change.old.len();
        *end = change.old.end.max(*end);
        self.changes.pop_front();
        true
    }

    /// Where `line` of the base is on this side, behind the changes so far.
    fn line(&self, line: usize) -> usize {
        line + self.brought - self.took
    }

    /// The lines from `start` to where line `end` of the base is.
    fn text(&self, start: usize, end: usize) -> String {
        self.lines[start..self.line(end)].concat()
    }
}

fn lines(text: &str) -> Vec<&str> {
    text.split_inclusive('\n').collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const BASE: &str = "a\nb\nc\nd\ne\n";

    /// The lines of `ours` and `theirs`, merged, with marks in the place of conflicts.
    fn check(ours: &str, theirs: &str, expect: &str) {
        let text = |letters: &str| {
            letters
                .chars()
                .map(|c| format!("{c}\n"))
                .collect::<String>()
        };
        let merged = Merge::of(BASE, &text(ours), &text(theirs)).text(Resolution::Inline);
        let short = merged
            .replace(" yours", "")
            .replace(" before", "")
            .replace(" new", "");
        let short = MARKS
            .iter()
            .fold(short, |text, mark| text.replace(mark, &mark[..1]));
        assert_eq!(short.replace('\n', ""), expect, "{ours} {theirs}");
    }

    #[test]
    fn changes_of_both_sides_are_in_the_merge() {
        check("abcde", "abcde", "abcde");
        check("xabcde", "abcdey", "xabcdey");
        check("abxde", "abcde", "abxde");
        check("abcde", "abxde", "abxde");
        check("axcde", "abcye", "axcye");
        check("bcde", "abcd", "bcd");
        check("", "abcde", "");
        check("axxcde", "abcde", "axxcde");
    }

    #[test]
    fn the_same_change_on_both_sides_is_one() {
        check("abxde", "abxde", "abxde");
        check("abde", "abde", "abde");
    }

    #[test]
    fn what_touches_or_overlaps_is_a_conflict() {
        check("abxde", "abyde", "ab<x|c=y>de");
        check("axcde", "abyde", "a<xc|bc=by>de");
        check("abxcde", "abycde", "ab<x|=y>cde");
        check("abde", "abxde", "ab<|c=x>de");
        check("", "abxde", "<|abcde=abxde>");
    }

    #[test]
    fn a_conflict_is_told_by_its_line_on_our_side() {
        let merge = Merge::of(BASE, "x\ny\na\nb\nC\nd\ne\n", "a\nb\nc!\nd\n");
        let lines = merge.conflicts().map(|conflict| conflict.line);
        assert_eq!(lines.collect::<Vec<_>>(), [5]);
        let sides = [Resolution::Ours, Resolution::Theirs].map(|side| merge.text(side));
        assert_eq!(sides, ["x\ny\na\nb\nC\nd\n", "x\ny\na\nb\nc!\nd\n"]);
    }

    #[test]
    fn line_ends_travel_with_their_lines() {
        let merge = Merge::of("a\r\nb\r\n", "a\r\nb\r\nx", "y\r\na\r\nb\r\n");
        assert_eq!(merge.text(Resolution::Inline), "y\r\na\r\nb\r\nx");
        let merge = Merge::of("a", "b", "c");
        assert_eq!(
            merge.text(Resolution::Inline),
            "<<<<<<< yours\nb\n||||||| before\na\n=======\nc\n>>>>>>> new\n"
        );
    }

    #[test]
    fn marks_that_are_left_are_found() {
        let merge = Merge::of("a\nb\n", "a\nx\n", "a\ny\n");
        assert_eq!(marked_conflict(&merge.text(Resolution::Inline)), Some(2));
        assert_eq!(marked_conflict(&merge.text(Resolution::Ours)), None);
        assert_eq!(marked_conflict("=======\n>>>>>>> a\n"), None);
    }
}
