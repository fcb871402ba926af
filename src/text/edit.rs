//! One description for every change to a text of the user's: what goes, what comes, and where.

use std::ops::Range;

/// A change of a text, in places that do not touch each other.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TextEdit {
    // Invariant: in the order of the text, none without effect, at least one byte that stays between two of them.
    changes: Vec<Change>,
}

/// Bytes that go, and what comes in their place.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Change {
    deleted: Range<usize>,
    inserted: String,
}

/// An edit that adds an entry to a manifest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewEntry {
    /// What the text of the file gains.
    pub edit: TextEdit,
    /// The entry as it stands on a line of its own.
    pub entry: String,
    /// The line that it gets, counted from 1.
    pub line: usize,
}

impl TextEdit {
    /// Puts `text` before the byte `at`.
    pub fn insert(at: usize, text: impl Into<String>) -> Self {
        Self::replace(at..at, text)
    }

    /// Takes away the bytes in `range`.
    pub fn delete(range: Range<usize>) -> Self {
        Self::replace(range, "")
    }

    /// Puts `text` in the place of the bytes in `range`.
    pub fn replace(range: Range<usize>, text: impl Into<String>) -> Self {
        let change = Change {
            deleted: range,
            inserted: text.into(),
        };
        Self::of(vec![change])
    }

    /// This and `other`, which speaks of the same text. What both delete goes once; of two insertions at one place, the
    /// one of `other` comes second.
    pub fn and(self, other: Self) -> Self {
        Self::of([self.changes, other.changes].concat())
    }

    fn of(mut changes: Vec<Change>) -> Self {
        changes.retain(|change| !change.deleted.is_empty() || !change.inserted.is_empty());
        changes.sort_by_key(|change| change.deleted.start);
        let mut merged: Vec<Change> = Vec::new();
        for change in changes {
            match merged.last_mut() {
                Some(last) if change.deleted.start <= last.deleted.end => {
                    last.deleted.end = last.deleted.end.max(change.deleted.end);
                    last.inserted += &change.inserted;
                }
                _ => merged.push(change),
            }
        }
        Self { changes: merged }
    }

    /// Whether it leaves every text as it is.
    pub fn is_empty(&self) -> bool {
        self.changes.is_empty()
    }

    /// What `before`, the text that it was made for, becomes.
    pub fn apply(&self, before: &str) -> String {
        let mut after = String::new();
        let mut copied = 0;
        for Change { deleted, inserted } in &self.changes {
            after.push_str(&before[copied..deleted.start]);
            after.push_str(inserted);
            copied = deleted.end;
        }
        after.push_str(&before[copied..]);
        after
    }

    /// The edit that makes `before` again of what this makes of it.
    pub fn invert(&self, before: &str) -> Self {
        let (mut gained, mut lost) = (0, 0);
        let invert = |Change { deleted, inserted }: &Change| {
            let start = deleted.start + gained - lost;
            gained += inserted.len();
            lost += deleted.len();
            Change {
                deleted: start..start + inserted.len(),
                inserted: before[deleted.clone()].to_owned(),
            }
        };
        Self {
            changes: self.changes.iter().map(invert).collect(),
        }
    }

    /// The same edit of a text that has `offset` bytes more at its start.
    pub fn shifted(mut self, offset: usize) -> Self {
        for Change { deleted, .. } in &mut self.changes {
            *deleted = deleted.start + offset..deleted.end + offset;
        }
        self
    }

    /// The line, counted from 1, in which the first new text stands in the result; where nothing is new, the one in
    /// which the first deleted text stood in `before`. Line ends at the start of that text do not count.
    pub fn line(&self, before: &str) -> Option<usize> {
        let is_new = |change: &Change| !change.inserted.is_empty();
        let index = self.changes.iter().position(is_new);
        let (earlier, change) = match index {
            Some(index) => (&self.changes[..index], &self.changes[index]),
            None => (&[][..], self.changes.first()?),
        };
        let text = match index {
            Some(_) => change.inserted.as_str(),
            None => &before[change.deleted.clone()],
        };
        let lines = |text: &str| text.matches('\n').count();
        let deleted = earlier
            .iter()
            .map(|change| lines(&before[change.deleted.clone()]));
        let line_ends = text.len() - text.trim_start_matches(['\r', '\n']).len();
        let above = lines(&before[..change.deleted.start]) - deleted.sum::<usize>();
        Some(above + lines(&text[..line_ends]) + 1)
    }

    /// The one of `removals` that takes out of `text` what `add` puts there: of what remains, `add` makes `text` again.
    /// If the user wrote it in another way, the first one.
    pub(crate) fn undoing(
        text: &str,
        mut removals: Vec<Self>,
        add: impl Fn(&str) -> Option<Self>,
    ) -> Option<Self> {
        let is_inverse = |removal: &Self| {
            let rest = removal.apply(text);
            add(&rest).is_some_and(|added| added.apply(&rest) == text)
        };
        let index = removals.iter().position(is_inverse).unwrap_or(0);
        (index < removals.len()).then(|| removals.swap_remove(index))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use proptest::sample::Index;

    use super::*;

    #[test]
    fn edits_are_in_order_and_apart() {
        let edit = TextEdit::insert(4, "x")
            .and(TextEdit::delete(1..2))
            .and(TextEdit::insert(4, "y"));
        assert_eq!(edit.apply("abcdef"), "acdxyef");
        assert_eq!(
            TextEdit::delete(1..3)
                .and(TextEdit::delete(2..4))
                .apply("abcdef"),
            "aef"
        );
        assert_eq!(
            TextEdit::insert(3, "x").and(TextEdit::delete(1..3)),
            TextEdit::replace(1..3, "x")
        );
        assert!(
            TextEdit::insert(3, "")
                .and(TextEdit::delete(2..2))
                .is_empty()
        );
    }

    #[test]
    fn the_line_is_that_of_the_first_thing_added_or_lost() {
        let check = |edit: TextEdit, expect| assert_eq!(edit.line("a\nb\nc\n"), expect);
        check(TextEdit::default(), None);
        check(TextEdit::insert(0, "x\n"), Some(1));
        check(TextEdit::insert(2, "x\n"), Some(2));
        check(TextEdit::insert(2, "\r\n\nx\n"), Some(4));
        check(
            TextEdit::delete(0..2).and(TextEdit::insert(4, "x")),
            Some(2),
        );
        check(TextEdit::delete(1..4), Some(2));
        check(TextEdit::delete(4..6), Some(3));
    }

    #[test]
    fn a_longer_start_moves_it() {
        let edit = TextEdit::replace(0..1, "x").shifted(3);
        assert_eq!(edit.apply("\u{feff}abc"), "\u{feff}xbc");
    }

    /// A text and edits of it.
    fn edits() -> impl Strategy<Value = (String, Vec<TextEdit>)> {
        let edits = prop::collection::vec((any::<[Index; 2]>(), "[a\n]{0,3}"), 0..6);
        ("[bü\n]{0,12}", edits).prop_map(|(text, edits)| {
            let edit = |(places, new): &([Index; 2], String)| {
                let [one, other] = places
                    .map(|at| crate::text::floor_char_boundary(&text, at.index(text.len() + 1)));
                TextEdit::replace(one.min(other)..one.max(other), new.as_str())
            };
            let edits = edits.iter().map(edit).collect();
            (text, edits)
        })
    }

    fn all(edits: &[TextEdit]) -> TextEdit {
        edits
            .iter()
            .cloned()
            .fold(TextEdit::default(), TextEdit::and)
    }

    proptest! {
        #[test]
        fn changes_never_touch((_, edits) in edits()) {
            let changes = all(&edits).changes;
            prop_assert!(changes.windows(2).all(|pair| pair[0].deleted.end < pair[1].deleted.start));
        }

        #[test]
        fn the_inverse_gives_the_text_back((text, edits) in edits()) {
            let edit = all(&edits);
            let inverse = edit.invert(&text);
            let changed = edit.apply(&text);
            prop_assert_eq!(inverse.apply(&changed), text);
            prop_assert_eq!(inverse.invert(&changed), edit);
        }

        #[test]
        fn all_that_is_new_comes_and_what_is_deleted_goes((text, edits) in edits()) {
            let is_kept = |(at, _): &(usize, char)| {
                edits.iter().flat_map(|edit| &edit.changes).all(|change| !change.deleted.contains(at))
            };
            let kept = text.char_indices().filter(is_kept).map(|(_, character)| character);
            let is_old = |character: &char| *character != 'a';
            let new = edits.iter().flat_map(|edit| &edit.changes).map(|change| change.inserted.as_str());
            let mut expect = kept.chain(new.flat_map(str::chars)).collect::<Vec<_>>();
            let mut found = all(&edits).apply(&text).chars().collect::<Vec<_>>();
            let order = |characters: &[char]| characters.iter().copied().filter(|c| is_old(c) && *c != '\n').collect::<String>();
            prop_assert_eq!(order(&found), order(&expect));
            expect.sort_unstable();
            found.sort_unstable();
            prop_assert_eq!(found, expect);
        }
    }
}
