//! Breaks prose into lines that fit the width of a terminal. Text in, text out.

/// `text`, whose first line starts in column `indent`, with line breaks where it would pass `width`; the new lines are
/// indented alike. What stands in backticks stays on one line, so that it can be copied; a longer word stays whole.
pub(crate) fn wrap(text: &str, indent: usize, width: usize) -> String {
    let mut wrapped = String::new();
    let mut column = indent;
    for word in words(text) {
        let length = word.chars().count();
        let is_first = column == indent;
        if !is_first && column + 1 + length > width {
            wrapped.push('\n');
            wrapped.push_str(&" ".repeat(indent));
            column = indent;
        } else if !is_first {
            wrapped.push(' ');
            column += 1;
        }
        wrapped.push_str(word);
        column += length;
    }
    wrapped
}

/// The parts between blanks that are not in backticks.
fn words(text: &str) -> impl Iterator<Item = &str> {
    let mut is_quoted = false;
    text.split(move |c| {
        is_quoted ^= c == '`';
        c == ' ' && !is_quoted
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, indent: usize, width: usize, expect: &str) {
        assert_eq!(wrap(text, indent, width), expect);
    }

    #[test]
    fn lines_break_before_the_word_that_passes_the_width() {
        check("one two three", 0, 7, "one two\nthree");
        check("one two three", 0, 6, "one\ntwo\nthree");
        check("one two", 6, 10, "one\n      two");
        check("one two", 0, 80, "one two");
    }

    #[test]
    fn long_words_and_what_is_in_backticks_stay_whole() {
        check("a incomprehensible b", 0, 5, "a\nincomprehensible\nb");
        check("run `flue add x` now", 0, 12, "run\n`flue add x`\nnow");
    }
}
