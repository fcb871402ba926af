//! How alike texts are by what is written in their lines, whatever a formatter has made of blanks and signs.
//!
//! Values in, values out. It is quick, so that many texts can be compared.

use std::collections::HashMap;

/// The letters and digits of each line of a text, and how often they are there.
pub(crate) struct Written(HashMap<Vec<u8>, usize>);

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
        let mut counts = HashMap::new();
        for line in text.as_bytes().split(|byte| *byte == b'\n') {
            let is_written = |byte: &&u8| byte.is_ascii_alphanumeric() || !byte.is_ascii();
            let written = line.iter().filter(is_written).copied().collect();
            *counts.entry(written).or_default() += 1;
        }
        Self(counts)
    }

    /// How unlike the text is to `other`, wherever the lines stand.
    pub(crate) fn unlikeness(&self, other: &Self) -> Unlikeness {
        let without = |one: &Self, other: &Self| {
            let counts = one.0.iter().map(|(line, count)| {
                let there = other.0.get(line).copied().unwrap_or_default();
                count.saturating_sub(there)
            });
            counts.sum()
        };
        Unlikeness {
            own: without(self, other),
            missing: without(other, self),
        }
    }
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
    fn lines_of_its_own_count_before_those_that_are_gone() {
        let [cut, whole, short] = ["use a\n", "use a\nx\ny\nz\n", "use b\n"].map(Written::in_text);
        assert!(cut.unlikeness(&whole) < cut.unlikeness(&short));
    }
}
