//! Texts as much of which is shown as the limits allow: pure functions from text to text.

/// The beginning of `text`, cut at `most` bytes: behind the last whole line, or in the first one if that is longer.
pub(crate) fn beginning(text: &str, most: usize) -> &str {
    if text.len() <= most {
        return text;
    }
    let end = (0..=most).rev().find(|&place| text.is_char_boundary(place));
    let cut = &text[..end.unwrap_or(0)];
    match cut.rfind('\n') {
        Some(end) => &cut[..=end],
        None => cut,
    }
}

/// The end of `text`, of at most `most` bytes, from the beginning of a line if one begins there.
fn end(text: &str, most: usize) -> &str {
    let begin =
        (text.len().saturating_sub(most)..=text.len()).find(|&place| text.is_char_boundary(place));
    let rest = &text[begin.unwrap_or(0)..];
    match rest.split_once('\n') {
        Some((_, lines)) if !lines.is_empty() && rest.len() < text.len() => lines,
        _ => rest,
    }
}

/// What a command printed: whole, or its beginning and more of its end, where errors are told.
pub(crate) fn output(text: String, most: usize) -> String {
    if text.len() <= most {
        return text;
    }
    let first = beginning(&text, most / 4);
    let last = end(&text[first.len()..], most - most / 4);
    let left_out = text.len() - first.len() - last.len();
    let newline = if first.ends_with('\n') { "" } else { "\n" };
    format!(
        "{first}{newline}[… {left_out} bytes left out: send the output to a file, then `grep` or `read` it …]\n{last}"
    )
}

/// As many of `items` as fit, a line each, and how many they are.
pub(crate) fn items(items: &[String], most: usize, most_bytes: usize) -> (String, usize) {
    let mut text = String::new();
    let mut shown = 0;
    for item in items.iter().take(most) {
        if shown > 0 && text.len() + item.len() > most_bytes {
            break;
        }
        text.push_str(item);
        text.push('\n');
        shown += 1;
    }
    (text, shown)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_beginning_ends_with_a_line() {
        assert_eq!(beginning("a\nbc\nd", 6), "a\nbc\nd");
        assert_eq!(beginning("a\nbc\nd", 5), "a\nbc\n");
        assert_eq!(beginning("a\nbc\nd", 4), "a\n");
        assert_eq!(beginning("abc\nd", 2), "ab");
        assert_eq!(beginning("ééé", 3), "é");
        assert_eq!(beginning("ééé", 0), "");
    }

    #[test]
    fn an_end_begins_with_a_line() {
        assert_eq!(end("a\nbc\nd", 6), "a\nbc\nd");
        assert_eq!(end("a\nbc\nd", 5), "bc\nd");
        assert_eq!(end("a\nbc\nd", 3), "d");
        assert_eq!(end("abcd\n", 3), "cd\n");
        assert_eq!(end("ééé", 3), "é");
    }

    #[test]
    fn output_keeps_its_beginning_and_more_of_its_end() {
        assert_eq!(output("short".to_owned(), 5), "short");
        let long = (0..100).map(|line| format!("{line}\n")).collect::<String>();
        let shown = output(long, 16);
        assert_eq!(
            shown,
            "0\n1\n[… 277 bytes left out: send the output to a file, then `grep` or `read` it …]\n97\n98\n99\n"
        );
    }

    #[test]
    fn items_stop_at_either_limit() {
        let all = ["a".to_owned(), "bc".to_owned(), "d".to_owned()];
        assert_eq!(items(&all, 2, 99), ("a\nbc\n".to_owned(), 2));
        assert_eq!(items(&all, 9, 4), ("a\nbc\n".to_owned(), 2));
        assert_eq!(items(&all, 9, 0), ("a\n".to_owned(), 1));
    }
}
