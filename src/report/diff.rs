//! The plan as a patch for `git apply` or `patch -p1`, in the folder of the package.
//!
//! Lines end at `\n` only, as those tools see it, so that every other byte of a line travels with it.

use console::Style;
use diffy::{HunkRange, Line};

use crate::plan::{Change, FileChange, Plan};

/// The patch; empty, if there is nothing to do.
pub(super) fn patch(plan: &Plan) -> String {
    plan.files().iter().map(patch_of).collect()
}

fn patch_of(file: &FileChange) -> String {
    let (before, after) = match &file.change {
        Change::Create { after } => (None, after.as_str()),
        Change::Update { before, after } => (Some(before.as_str()), after.as_str()),
        Change::Keep => return String::new(),
    };
    // A patch must not go through a link.
    file_header(file.real_path.as_str(), before.is_none())
        + &hunks(before.unwrap_or_default(), after)
}

fn file_header(path: &str, is_new: bool) -> String {
    let (old, new) = (name(&format!("a/{path}")), name(&format!("b/{path}")));
    let mode = if is_new { "new file mode 100644\n" } else { "" };
    let from = if is_new { "/dev/null" } else { &old };
    let header = format!(
        "diff --git {old} {new}\n{mode}--- {}\n+++ {}",
        ended(from),
        ended(&new)
    );
    let bold = Style::new().bold();
    header
        .lines()
        .map(|line| format!("{}\n", bold.apply_to(line)))
        .collect()
}

/// A name as git writes it: in quotes, if it has characters that would end it.
fn name(path: &str) -> String {
    if !path.contains(|c: char| c.is_control() || c == '"' || c == '\\') {
        return path.to_owned();
    }
    let escaped = path.chars().map(|c| match c {
        '"' | '\\' => format!("\\{c}"),
        '\t' => "\\t".to_owned(),
        '\n' => "\\n".to_owned(),
        c if c.is_control() => format!("\\{:03o}", u32::from(c)),
        c => c.to_string(),
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

fn hunks(before: &str, after: &str) -> String {
    let patch = diffy::create_patch(before, after);
    let mut text = String::new();
    for hunk in patch.hunks() {
        let (old, new) = (extent(hunk.old_range()), extent(hunk.new_range()));
        let header = Style::new().cyan().apply_to(format!("@@ -{old} +{new} @@"));
        text += &format!("{header}\n");
        text.extend(hunk.lines().iter().map(line));
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

fn line(line: &Line<'_, str>) -> String {
    let (mark, style, line) = match *line {
        Line::Context(line) => (' ', Style::new(), line),
        Line::Delete(line) => ('-', Style::new().red(), line),
        Line::Insert(line) => ('+', Style::new().green(), line),
    };
    let (text, end) = match line.strip_suffix('\n') {
        Some(text) => (text, "\n"),
        None => (line, "\n\\ No newline at end of file\n"),
    };
    format!("{}{end}", style.apply_to(format!("{mark}{text}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(before: &str, after: &str, expect: &str) {
        assert_eq!(hunks(before, after), expect, "{before:?} {after:?}");
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
        let header = |path| file_header(path, false);
        assert_eq!(
            header("my src/a"),
            "diff --git a/my src/a b/my src/a\n--- a/my src/a\t\n+++ b/my src/a\t\n"
        );
        assert!(header("a\"b\\").contains("+++ \"b/a\\\"b\\\\\"\n"));
    }
}
