//! How much of a file a model gets to see, and how it is told that there is more.

use std::io;

use fluers_runtime::RuntimeResult;

/// The text of a file, or of its beginning: `bytes` holds the whole file, or more than `max_bytes` of it.
///
/// Cut at `max_lines` and `max_bytes`, whichever comes first, the latter never within a character; a marker tells
/// which. A file of exactly `max_bytes` is marked too.
pub(crate) fn limited(bytes: &[u8], max_lines: usize, max_bytes: usize) -> RuntimeResult<String> {
    let is_cut = bytes.len() >= max_bytes;
    let text = if is_cut {
        text_of_cut(&bytes[..max_bytes])?
    } else {
        text_of(bytes)?
    };
    let lines = text.split_inclusive('\n').take(max_lines);
    let kept = lines.map(str::len).sum::<usize>();
    if kept < text.len() {
        return Ok(format!(
            "{}\n[... truncated at {max_lines} lines ...]",
            &text[..kept]
        ));
    }
    if is_cut {
        return Ok(format!("{text}\n[... truncated at {max_bytes} bytes ...]"));
    }
    Ok(text.to_owned())
}

/// Strict: a file that is not UTF-8 is no text.
pub(crate) fn text_of(bytes: &[u8]) -> RuntimeResult<&str> {
    str::from_utf8(bytes).map_err(|_| not_utf8().into())
}

/// As [`text_of`], but the cut may have gone through the last character, which is dropped then.
fn text_of_cut(bytes: &[u8]) -> RuntimeResult<&str> {
    match str::from_utf8(bytes) {
        Err(error) if error.error_len().is_none() => text_of(&bytes[..error.valid_up_to()]),
        _ => text_of(bytes),
    }
}

fn not_utf8() -> io::Error {
    let message = "stream did not contain valid UTF-8";
    io::Error::new(io::ErrorKind::InvalidData, message)
}

#[cfg(test)]
mod tests {
    use fluers_runtime::RuntimeError;

    use super::*;

    fn check(text: &str, max_lines: usize, max_bytes: usize, expect: &str) {
        let limited = limited(text.as_bytes(), max_lines, max_bytes).unwrap();
        assert_eq!(limited, expect, "{text:?} at {max_lines} and {max_bytes}");
    }

    #[test]
    fn a_text_within_the_limits_is_whole() {
        check("", 0, 1, "");
        check("a\nb\n", 2, 5, "a\nb\n");
        check("a\nb", 2, usize::MAX, "a\nb");
    }

    #[test]
    fn lines_are_cut_and_marked() {
        check("a\nb\nc", 2, 100, "a\nb\n\n[... truncated at 2 lines ...]");
        check("a\n", 0, 100, "\n[... truncated at 0 lines ...]");
    }

    #[test]
    fn bytes_are_cut_and_marked() {
        check("abcdef", 9, 4, "abcd\n[... truncated at 4 bytes ...]");
        check("abcd", 9, 4, "abcd\n[... truncated at 4 bytes ...]");
        check("", 9, 0, "\n[... truncated at 0 bytes ...]");
    }

    #[test]
    fn the_limit_that_comes_first_is_told() {
        check("a\nb\nc\n", 2, 5, "a\nb\n\n[... truncated at 2 lines ...]");
        check("a\nb\nc\n", 2, 4, "a\nb\n\n[... truncated at 4 bytes ...]");
    }

    #[test]
    fn no_character_is_cut_in_half() {
        check("ééé", 9, 5, "éé\n[... truncated at 5 bytes ...]");
        check("ééé", 9, 4, "éé\n[... truncated at 4 bytes ...]");
    }

    #[test]
    fn what_is_not_utf8_is_no_text_at_any_size() {
        for max_bytes in [3, 4, 5] {
            let error = limited(b"a\xff\xfeb", 9, max_bytes).unwrap_err();
            let RuntimeError::Io(error) = error else {
                panic!("{error:?}");
            };
            assert_eq!(error.kind(), io::ErrorKind::InvalidData);
        }
    }
}
