//! Which lines differ between two texts. Lines end at `\n`, and every other byte of a line counts.
//!
//! Values in, values out; the differences are diffy's.

use std::ops::Range;

use diffy::{DiffOptions, HunkRange};

/// Lines of one text that stand in the place of lines of another, counted from 0.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Change {
    /// The lines that go.
    pub old: Range<usize>,
    /// The lines that come.
    pub new: Range<usize>,
}

/// What makes `new` of `old`, in the order of the lines; between any two changes stands a line that is the same.
pub(crate) fn changes(old: &str, new: &str) -> Vec<Change> {
    let patch = DiffOptions::new().set_context_len(0).create_patch(old, new);
    let changes = patch.hunks().iter().map(|hunk| Change {
        old: lines(hunk.old_range()),
        new: lines(hunk.new_range()),
    });
    changes.collect()
}

/// The number of a line in a patch is one less where there is none.
fn lines(range: HunkRange) -> Range<usize> {
    let start = range.start() - usize::from(!range.is_empty());
    start..start + range.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(old: &str, new: &str, expect: &str) {
        let changes = changes(old, new);
        let told = changes
            .iter()
            .map(|it| format!("{:?} {:?}", it.old, it.new));
        assert_eq!(
            told.collect::<Vec<_>>().join(", "),
            expect,
            "{old:?} {new:?}"
        );
    }

    #[test]
    fn lines_are_counted_from_zero() {
        check("a\nb\n", "a\nb\n", "");
        check("", "a\n", "0..0 0..1");
        check("a\n", "", "0..1 0..0");
        check("a\nb\nc\n", "a\nx\nc\n", "1..2 1..2");
        check("a\nc\n", "a\nb\nc\nd\n", "1..1 1..2, 2..2 3..4");
        check("a\nb", "a\nb\n", "1..2 1..2");
        check("a\r\n", "a\n", "0..1 0..1");
    }
}
