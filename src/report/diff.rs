//! The plan as a patch for `git apply` or `patch -p1`, in the folder of the project.
//!
//! Lines end at `\n` only, as those tools see it, so that every other byte of a line travels with it.

use std::ops::Range;
use std::path::Path;

use anyhow::Context as _;
use console::Style;
use similar::{Algorithm, DiffOp, DiffTag, capture_diff_slices, group_diff_ops};

use super::{Body, Report};
use crate::path::RelPath;
use crate::plan::{Change, FileOperation};
use crate::shell::Shell;

/// How many lines around a change show where it belongs.
const CONTEXT: usize = 3;

/// Writes the patch to stdout; nothing, if there is nothing to do.
///
/// # Errors
///
/// When a link cannot be followed or stdout cannot be written.
pub(super) fn show(report: &Report, shell: &Shell) -> anyhow::Result<()> {
    let work = match &report.body {
        Body::Added(added) if report.error.is_none() => added.work(),
        _ => None,
    };
    let Some((root, operations)) = work else {
        return Ok(());
    };
    let files = operations
        .iter()
        .map(|operation| patch_of(operation, root))
        .collect::<anyhow::Result<Vec<_>>>()?;
    shell.data(&files.concat())
}

fn patch_of(operation: &FileOperation, root: &Path) -> anyhow::Result<String> {
    let (before, after) = match &operation.change {
        Change::Create { after } => (None, after.as_str()),
        Change::Update { before, after } => (Some(before.as_str()), after.as_str()),
        Change::Keep(_) => return Ok(String::new()),
    };
    let path = behind_links(&operation.path, root)?;
    Ok(file_header(&path, before.is_none()) + &hunks(before.unwrap_or_default(), after))
}

/// Where `path` leads: a patch must not go through a link.
fn behind_links(path: &RelPath, root: &Path) -> anyhow::Result<String> {
    let full_path = path.under(root);
    let existing = full_path
        .ancestors()
        .find(|ancestor| ancestor.exists())
        .unwrap_or(root);
    let real = existing
        .canonicalize()
        .with_context(|| format!("failed to follow `{path}`"))?;
    let missing = full_path.strip_prefix(existing).unwrap_or(Path::new(""));
    let real = real.join(missing);
    let relative = real.strip_prefix(root).ok().and_then(RelPath::new);
    Ok(relative.unwrap_or(path.clone()).to_string())
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
    let (old, new) = (lines(before), lines(after));
    let operations = capture_diff_slices(Algorithm::Myers, &old, &new);
    let groups = group_diff_ops(operations, CONTEXT);
    groups.iter().map(|group| hunk(group, &old, &new)).collect()
}

fn lines(text: &str) -> Vec<&str> {
    text.split_inclusive('\n').collect()
}

fn hunk(group: &[DiffOp], old: &[&str], new: &[&str]) -> String {
    let (Some(first), Some(last)) = (group.first(), group.last()) else {
        return String::new();
    };
    let header = format!(
        "@@ -{} +{} @@",
        extent(first.old_range().start..last.old_range().end),
        extent(first.new_range().start..last.new_range().end),
    );
    let mut text = format!("{}\n", Style::new().cyan().apply_to(header));
    for operation in group {
        let (tag, old_range, new_range) = operation.as_tag_tuple();
        let (removed, added) = (&old[old_range], &new[new_range]);
        match tag {
            DiffTag::Equal => text.extend(removed.iter().map(|line| marked(' ', line))),
            _ => {
                text.extend(removed.iter().map(|line| marked('-', line)));
                text.extend(added.iter().map(|line| marked('+', line)));
            }
        }
    }
    text
}

/// The place of lines in a file, counted from 1; that of no lines is the line before them.
fn extent(lines: Range<usize>) -> String {
    let start = if lines.is_empty() {
        lines.start
    } else {
        lines.start + 1
    };
    format!("{start},{}", lines.len())
}

fn marked(mark: char, line: &str) -> String {
    let style = match mark {
        '-' => Style::new().red(),
        '+' => Style::new().green(),
        _ => Style::new(),
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
            "@@ -1,1 +1,2 @@\n-a\n\\ No newline at end of file\n+a\n+b\n\\ No newline at end of file\n",
        );
        check("", "a\n", "@@ -0,0 +1,1 @@\n+a\n");
        check("a\n", "", "@@ -1,1 +0,0 @@\n-a\n");
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
