//! How alike texts are by what is written in their lines, whatever a formatter has made of blanks and signs.
//!
//! Values in, values out. It is quick, so that many texts can be compared.

use std::hash::{DefaultHasher, Hasher};

/// The letters and digits of each line of a text: a hash a line, in order, which is quicker to compare than the lines.
pub(crate) struct Written(Vec<u64>);

/// How unlike a text is to another: less is liker.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Unlikeness {
    /// How many lines it has that the other has not. They count first: lines that are gone do not tell which they were.
    own: usize,
    /// How many lines the other has besides.
    missing: usize,
}

impl Written {
    /// What is written in `text`.
    pub(crate) fn in_text(text: &str) -> Self {
        let is_written = |byte: &u8| byte.is_ascii_alphanumeric() || !byte.is_ascii();
        let mut written = Vec::new();
        let lines = text.as_bytes().split(|byte| *byte == b'\n').map(|line| {
            written.clear();
            written.extend(line.iter().filter(|byte| is_written(byte)));
            hash(&written)
        });
        let mut lines = lines.collect::<Vec<_>>();
        lines.sort_unstable();
        Self(lines)
    }

    /// How unlike the text is to `other`, wherever the lines stand.
    pub(crate) fn unlikeness(&self, other: &Self) -> Unlikeness {
        Unlikeness {
            own: self.lines_besides(other),
            missing: other.lines_besides(self),
        }
    }

    /// Whether the same is written in some line of both.
    pub(crate) fn shares_a_line_with(&self, other: &Self) -> bool {
        let nothing = hash(&[]);
        let mut written = self.0.iter().filter(|line| **line != nothing);
        written.any(|line| other.0.binary_search(line).is_ok())
    }

    /// How many lines it has that `other` has not, or not as often.
    fn lines_besides(&self, other: &Self) -> usize {
        let mut others = other.0.iter().peekable();
        let besides = self.0.iter().filter(|line| {
            while others.next_if(|other| other < line).is_some() {}
            others.next_if(|other| other == line).is_none()
        });
        besides.count()
    }
}

fn hash(bytes: &[u8]) -> u64 {
    let mut hasher = DefaultHasher::new();
    hasher.write(bytes);
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(one: &str, other: &str, own: usize, missing: usize) {
        let [one, other] = [one, other].map(Written::in_text);
        assert_eq!(one.unlikeness(&other), Unlikeness { own, missing });
    }

    #[test]
    fn lines_count_by_their_words() {
        check("a\nb(b)\nc;\n", "  c\nb b\nd\nd\n", 1, 2);
        check("a\n", "a\n", 0, 0);
        check("a", "a\r\n", 0, 1);
        check("ä\n", "ö\n", 1, 1);
    }

    #[test]
    fn a_line_is_shared_in_any_layout_unless_it_says_nothing() {
        let [one, other, third] = ["a\n}\n", "  }\n (a);\n", "b\n}\n"].map(Written::in_text);
        assert!(one.shares_a_line_with(&other));
        assert!(!one.shares_a_line_with(&third));
    }

    #[test]
    fn lines_of_its_own_count_before_those_that_are_gone() {
        let [cut, whole, short] = ["use a\n", "use a\nx\ny\nz\n", "use b\n"].map(Written::in_text);
        assert!(cut.unlikeness(&whole) < cut.unlikeness(&short));
    }
}
