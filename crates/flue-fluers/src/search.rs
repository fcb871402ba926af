//! `glob` and `grep`, as far as they are words: what is asked of the scripts, and what they answer.

use fluers_runtime::{RuntimeError, RuntimeResult};

use crate::rel_path::RelPath;

/// How every path begins for `find`. No path holds `//` otherwise, so a line that begins so begins a path.
const ROOT: &str = ".//";

/// What `find` is to look at.
pub(crate) fn search_root(path: &RelPath) -> String {
    format!("{ROOT}{}", path.as_str())
}

/// The pattern of `find` for a name in which only `*` and `?` have a meaning.
pub(crate) fn name_pattern(name: &str) -> String {
    name.replace('\\', r"\\").replace('[', r"\[")
}

/// The first `limit` paths that `find` printed, without the folder at which it began: sorted, each once.
pub(crate) fn parse_paths(output: &str, base: &RelPath, limit: usize) -> Vec<String> {
    let mut paths = Vec::new();
    for line in output.lines() {
        continue_or_begin(&mut paths, line, |_| true);
    }
    paths.retain(|path| path != base.as_str());
    paths.truncate(limit);
    paths.sort();
    paths.dedup();
    paths
}

/// The matches that `grep` printed, as `path:line:text`, sorted by path and in the order of lines.
pub(crate) fn parse_matches(output: &str) -> Vec<String> {
    let mut matches = Vec::new();
    for line in output.lines() {
        // The number of the line ends a path; after it comes only what is no match, such as a word about a binary file.
        continue_or_begin(&mut matches, line, |begun| path_of_match(begun).is_none());
    }
    matches.retain(|found| path_of_match(found).is_some());
    matches.sort_by(|a, b| path_of_match(a).cmp(&path_of_match(b)));
    matches
}

/// Adds `line`: as a new item if it begins a path, else to the last item if that is `unfinished`.
fn continue_or_begin(items: &mut Vec<String>, line: &str, unfinished: impl Fn(&str) -> bool) {
    if let Some(path) = line.strip_prefix(ROOT) {
        items.push(path.trim_start_matches('/').to_owned());
    } else if let Some(last) = items.last_mut().filter(|last| unfinished(last)) {
        last.push('\n');
        last.push_str(line);
    }
}

/// What stands before the first `:number:`.
fn path_of_match(found: &str) -> Option<&str> {
    let colons = found.match_indices(':').map(|(index, _)| index);
    let mut fields = colons.clone().zip(colons.skip(1));
    let is_number = |&(start, end): &(usize, usize)| {
        let digits = &found[start + 1..end];
        !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit())
    };
    fields.find(is_number).map(|(start, _)| &found[..start])
}

/// The bytes that `od` printed in hexadecimal.
pub(crate) fn parse_bytes(output: &str) -> RuntimeResult<Vec<u8>> {
    let bytes = output
        .split_ascii_whitespace()
        .map(|byte| u8::from_str_radix(byte, 16));
    bytes.collect::<Result<_, _>>().map_err(|_| {
        RuntimeError::Sandbox("read: `od` of the sandbox does not print bytes".to_owned())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn base(path: &str) -> RelPath {
        RelPath::parse(path).unwrap()
    }

    #[test]
    fn paths_are_sorted_and_relative_to_the_base_directory() {
        let output = ".//src\n.//src/b.rs\n.//src/a.rs\n.//src/a.rs\n";
        assert_eq!(
            parse_paths(output, &base("src"), 9),
            ["src/a.rs", "src/b.rs"]
        );
        assert_eq!(parse_paths(".//\n.///a\n", &base("."), 1), ["a"]);
        assert!(parse_paths("", &base("."), 9).is_empty());
    }

    #[test]
    fn the_limit_comes_before_the_order() {
        let output = ".//src\n.//src/b\n.//src/c\n.//src/a\n";
        assert_eq!(parse_paths(output, &base("src"), 2), ["src/b", "src/c"]);
    }

    #[test]
    fn names_may_hold_newlines() {
        let output = ".//a\n./b\n.//c\n\nd\n";
        assert_eq!(parse_paths(output, &base("."), 9), ["a\n./b", "c\n\nd"]);
        let matches = parse_matches(".//a\nb:2:text\n.//a\nb:10:more\n");
        assert_eq!(matches, ["a\nb:2:text", "a\nb:10:more"]);
    }

    #[test]
    fn matches_are_sorted_by_path_and_stay_in_the_order_of_lines() {
        let output = ".//b:9:x\n.//b:10:x\n.//a/c:1:x:2:y\n.//a:3:\n";
        let expect = ["a:3:", "a/c:1:x:2:y", "b:9:x", "b:10:x"];
        assert_eq!(parse_matches(output), expect);
    }

    #[test]
    fn what_is_no_match_is_left_out() {
        let output =
            "grep: .//x: binary file matches\n.//a:1:x\nBinary file .//y matches\n.//b:1:x\n";
        assert_eq!(parse_matches(output), ["a:1:x", "b:1:x"]);
    }

    #[test]
    fn only_stars_and_question_marks_mean_something_in_a_name() {
        assert_eq!(name_pattern(r"*[a]?\"), r"*\[a]?\\");
    }

    #[test]
    fn bytes_are_read_as_od_prints_them() {
        assert_eq!(parse_bytes(" 00 7f\n ff\n").unwrap(), [0, 0x7f, 0xff]);
        assert!(parse_bytes("od: no such option").is_err());
    }
}
