//! Texts that may be anyone's, such as names and paths of a project, as they can be shown: a name steers no terminal,
//! hides or reorders nothing, and cannot forge a line. Text in, text out.

use std::borrow::Cow;

/// `text` on one line: what cannot be shown as it is becomes an escape, such as `\n` or `\u{1b}`.
pub(crate) fn printable(text: &str) -> Cow<'_, str> {
    escaped(text, "")
}

/// The same of a text of several lines: their ends and tabs stay.
pub(crate) fn printable_lines(text: &str) -> Cow<'_, str> {
    escaped(text, "\n\t")
}

/// Whether a terminal shows `c`, and shows it where it stands.
pub(crate) fn is_printable(c: char) -> bool {
    let is_misleading = matches!(
        c,
        // Marks, embeddings and isolates that change the direction of what follows.
        '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}'
        // Ends of lines and paragraphs.
        | '\u{2028}' | '\u{2029}'
        // Characters without a shape; those that join letters are needed to write some languages.
        | '\u{ad}' | '\u{180e}' | '\u{200b}' | '\u{2060}'..='\u{2064}' | '\u{206a}'..='\u{206f}'
        | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}'
    );
    !c.is_control() && !is_misleading
}

fn escaped<'a>(text: &'a str, kept: &str) -> Cow<'a, str> {
    let is_shown = |c: char| is_printable(c) || kept.contains(c);
    if text.chars().all(is_shown) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::new();
    for c in text.chars() {
        match is_shown(c) {
            true => shown.push(c),
            false => shown.extend(c.escape_default()),
        }
    }
    Cow::Owned(shown)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expect: &str) {
        assert_eq!(printable(text), expect, "{text:?}");
    }

    #[test]
    fn what_steers_a_terminal_or_ends_a_line_is_escaped() {
        check("a\nerror: b", "a\\nerror: b");
        check("\r\t\u{7f}", "\\r\\t\\u{7f}");
        check("\u{1b}[31m", "\\u{1b}[31m");
        check("\u{9b}31m", "\\u{9b}31m");
        check("a\u{2028}b\u{85}c", "a\\u{2028}b\\u{85}c");
    }

    #[test]
    fn what_reorders_or_hides_is_escaped() {
        check("\u{202e}sr.x\u{2066}", "\\u{202e}sr.x\\u{2066}");
        check("a\u{200b}b\u{e0041}", "a\\u{200b}b\\u{e0041}");
    }

    #[test]
    fn letters_of_all_languages_and_paths_of_windows_stay() {
        for text in ["größe", "日本語", "עברית", "می‌خواهم", "👩‍💻", "C:\\a\\n"]
        {
            check(text, text);
        }
    }

    #[test]
    fn lines_stay_lines_where_they_are_meant() {
        assert_eq!(printable_lines("a\n\tb\u{1b}\r\n"), "a\n\tb\\u{1b}\\r\n");
    }
}
