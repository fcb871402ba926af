//! The plan as a patch for `git apply` or `patch -p1`.
//!
//! Lines end at `\n` only, as those tools see it, so that every other byte of a line travels with it. There are no
//! `diff --git` lines: below the root of a repository, git passes over what they name without a word, while it takes the
//! names of a plain patch from the directory that it runs in, as `patch` does.

use std::path::Path;

use console::Style;
use diffy::{HunkRange, Line};

use crate::path::RelPath;
use crate::plan::{Change, FileChange, Plan};
use crate::printable::{is_printable, printable_lines};
use crate::shell::Reader;

/// A patch, and where it can be applied.
pub(super) struct Patch<'a> {
    /// Its text; empty, if there is nothing to do.
    pub(super) text: String,
    /// The directory that its names start from.
    pub(super) directory: &'a Path,
}

/// The patch that changes the `package`: for the directory that the command was `started_in`, if all files are in there,
/// because no patch leads out of the directory that it is applied in.
///
/// Only a program gets every byte as it is.
pub(super) fn patch<'a>(
    plan: &Plan,
    package: &'a Path,
    started_in: &'a Path,
    reader: Reader,
) -> Patch<'a> {
    let root = plan.root(package);
    let below = root.strip_prefix(started_in).ok().and_then(RelPath::new);
    let (directory, prefix) = match below {
        Some(prefix) => (started_in, prefix),
        None => (root, RelPath::root()),
    };
    let patches = plan
        .files(package)
        .into_iter()
        .map(|file| patch_of(&file, &prefix, reader));
    Patch {
        text: patches.collect(),
        directory,
    }
}

/// The patch that makes `after` of `before` in the file at `path`; empty, if they are the same.
pub(super) fn patch_between(path: &RelPath, before: &str, after: &str, reader: Reader) -> String {
    let hunks = hunks(before, after, reader);
    match hunks.is_empty() {
        true => hunks,
        false => file_header(path.as_str(), &Change::Keep) + &hunks,
    }
}

fn patch_of(file: &FileChange, prefix: &RelPath, reader: Reader) -> String {
    if file.change == Change::Keep {
        return String::new();
    }
    // A patch must not go through a link.
    let path = prefix.join(file.real_path.as_str()).unwrap_or_default();
    let (before, after) = (file.change.before(), file.change.after());
    let hunks = hunks(
        before.unwrap_or_default(),
        after.unwrap_or_default(),
        reader,
    );
    file_header(path.as_str(), &file.change) + &hunks
}

fn file_header(path: &str, change: &Change) -> String {
    let (old, new) = (name(&format!("a/{path}")), name(&format!("b/{path}")));
    let nothing = "/dev/null";
    let (from, to) = match change {
        Change::Create { .. } => (nothing, new.as_str()),
        Change::Delete { .. } => (old.as_str(), nothing),
        Change::Update { .. } | Change::Keep => (old.as_str(), new.as_str()),
    };
    let bold = Style::new().bold();
    let lines = [("---", from), ("+++", to)];
    lines
        .map(|(sign, name)| format!("{}\n", bold.apply_to(format!("{sign} {}", ended(name)))))
        .concat()
}

/// A name as git writes it: in quotes, if it has characters that would end it, or that cannot be shown.
fn name(path: &str) -> String {
    if !path.contains(|c: char| !is_printable(c) || c == '"' || c == '\\') {
        return path.to_owned();
    }
    let escaped = path.chars().map(|c| match c {
        '"' | '\\' => format!("\\{c}"),
        '\t' => "\\t".to_owned(),
        '\n' => "\\n".to_owned(),
        c if is_printable(c) => c.to_string(),
        c => {
            let mut buffer = [0; 4];
            let bytes = c.encode_utf8(&mut buffer).bytes();
            bytes.map(|byte| format!("\\{byte:03o}")).collect()
        }
    });
    format!("\"{}\"", escaped.collect::<String>())
}

/// A tab tells the end of a name with blanks; without it the tools take the rest for a time.
fn ended(name: &str) -> String {
    if name.contains(' ') && !name.starts_with('"') {
        format!("{name}\t")
    } else {
        name.to_owned()
    }
}

fn hunks(before: &str, after: &str, reader: Reader) -> String {
    let patch = diffy::create_patch(before, after);
    let mut text = String::new();
    for hunk in patch.hunks() {
        let (old, new) = (extent(hunk.old_range()), extent(hunk.new_range()));
        let header = Style::new().cyan().apply_to(format!("@@ -{old} +{new} @@"));
        text += &format!("{header}\n");
        text.extend(hunk.lines().iter().map(|part| line(part, reader)));
    }
    text
}

/// The place of lines in a file; of one line, its number alone.
fn extent(lines: HunkRange) -> String {
    match lines.len() {
        1 => lines.start().to_string(),
        count => format!("{},{count}", lines.start()),
    }
}

fn line(line: &Line<'_, str>, reader: Reader) -> String {
    let (mark, style, line) = match *line {
        Line::Context(line) => (' ', Style::new(), line),
        Line::Delete(line) => ('-', Style::new().red(), line),
        Line::Insert(line) => ('+', Style::new().green(), line),
    };
    let (text, end) = match line.strip_suffix('\n') {
        Some(text) => (text, "\n"),
        None => (line, "\n\\ No newline at end of file\n"),
    };
    let text = match reader {
        Reader::Person => printable_lines(text),
        Reader::Program => text.into(),
    };
    format!("{}{end}", style.apply_to(format!("{mark}{text}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(before: &str, after: &str, expect: &str) {
        let patch = hunks(before, after, Reader::Program);
        assert_eq!(patch, expect, "{before:?} {after:?}");
    }

    #[test]
    fn lines_without_a_newline_say_so() {
        check(
            "a",
            "a\nb",
            "@@ -1 +1,2 @@\n-a\n\\ No newline at end of file\n+a\n+b\n\\ No newline at end of file\n",
        );
        check("", "a\n", "@@ -0,0 +1 @@\n+a\n");
        check("a\n", "", "@@ -1 +0,0 @@\n-a\n");
    }

    #[test]
    fn carriage_returns_travel_with_their_line_and_do_not_end_one() {
        check(
            "a\r\nx\ry\r\n",
            "a\r\nb\r\nx\ry\r\n",
            "@@ -1,2 +1,3 @@\n a\r\n+b\r\n x\ry\r\n",
        );
    }

    #[test]
    fn names_with_blanks_and_quotes_stay_whole() {
        let header = |path| file_header(path, &Change::Keep);
        assert_eq!(header("my src/a"), "--- a/my src/a\t\n+++ b/my src/a\t\n");
        assert!(header("a\"b\\").contains("+++ \"b/a\\\"b\\\\\"\n"));
    }

    #[test]
    fn names_that_cannot_be_shown_are_written_in_bytes_as_git_does() {
        let header = |path| file_header(path, &Change::Keep);
        assert!(header("a\nb").contains("+++ \"b/a\\nb\"\n"));
        assert!(header("\u{1b}\u{202e}").contains("+++ \"b/\\033\\342\\200\\256\"\n"));
    }

    #[test]
    fn lines_steer_no_terminal_and_reach_programs_whole() {
        let patch = |reader| hunks("", "\u{1b}[2J\r\n", reader);
        assert_eq!(patch(Reader::Person), "@@ -0,0 +1 @@\n+\\u{1b}[2J\\r\n");
        assert_eq!(patch(Reader::Program), "@@ -0,0 +1 @@\n+\u{1b}[2J\r\n");
    }
}
