//! `edit`: a part of a file.

use rmcp::model::ToolAnnotations;
use rmcp::schemars::{self, JsonSchema};
use serde::Deserialize;

use super::{Answer, Bench, SandboxTool, destroys, file_at, texts};
use crate::failure::Failure;

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(crate = "schemars")]
pub(super) struct Edit {
    /// The file, absolute or seen from the working directory.
    path: String,
    /// What is there now, exactly, with enough around it to be there only once.
    old_text: String,
    /// What will be there instead.
    new_text: String,
    /// Replace every place, not the only one.
    #[serde(default)]
    all: bool,
}

impl SandboxTool for Edit {
    const NAME: &'static str = "edit";
    const TITLE: &'static str = "Edit a file";
    const DESCRIPTION: &'static str = "Replaces `old_text` by `new_text` in a text file. `old_text` has to be there exactly once, \
        unless `all` is set. Nothing is changed otherwise.";

    fn annotations() -> ToolAnnotations {
        destroys().idempotent(false)
    }

    async fn call(self, bench: Bench<'_>) -> Answer {
        // Two edits of one file at the same time would each write what the other has not seen.
        let _changing = bench.changing.lock().await;
        file_at(bench, &self.path).await?;
        let text = bench.env.read_file(&self.path).await?;
        let edited = self.apply(&text)?;
        bench
            .env
            .write_file(&self.path, edited.text.as_bytes())
            .await?;
        let path = bench.env.resolve_path(&self.path);
        Ok(texts([format!(
            "Replaced in `{path}` at {}.",
            told(&edited.lines)
        )]))
    }
}

struct Edited {
    text: String,
    /// Where something was replaced.
    lines: Vec<usize>,
}

impl Edit {
    fn apply(&self, text: &str) -> Result<Edited, Failure> {
        if self.old_text.is_empty() {
            return Err(Failure::invalid_argument(
                "`old_text` is empty. `write` makes a new file.",
            ));
        }
        if self.old_text == self.new_text {
            return Err(Failure::invalid_argument(
                "`old_text` and `new_text` are the same.",
            ));
        }
        let (old, new) = self.with_line_ends_of(text);
        let places = text.match_indices(&old).map(|(place, _)| place);
        let lines = places.map(|place| line_of(text, place)).collect::<Vec<_>>();
        match lines.len() {
            0 => Err(Failure::new(
                "no-match",
                format!(
                    "`{}` does not hold `old_text`; nothing was changed. It has to be the same to the last blank: `read` the part \
                     that you mean.",
                    self.path
                ),
            )),
            2.. if !self.all => Err(Failure::new(
                "several-matches",
                format!(
                    "`old_text` is in `{}` {} times, at {}; nothing was changed. Take in more of what is around the one that you \
                     mean, or set `all`.",
                    self.path,
                    lines.len(),
                    told(&lines)
                ),
            )),
            _ => Ok(Edited {
                text: text.replace(&old, &new),
                lines,
            }),
        }
    }

    /// Models write `\n`, also for files whose lines end otherwise.
    fn with_line_ends_of(&self, text: &str) -> (String, String) {
        let as_windows = !self.old_text.contains('\r')
            && !text.contains(&self.old_text)
            && text.contains("\r\n");
        let adapted = |text: &str| match as_windows {
            true => text.replace('\n', "\r\n"),
            false => text.to_owned(),
        };
        (adapted(&self.old_text), adapted(&self.new_text))
    }
}

fn line_of(text: &str, place: usize) -> usize {
    text[..place].matches('\n').count() + 1
}

/// Lines in words, the first few of many.
fn told(lines: &[usize]) -> String {
    const MOST: usize = 10;
    let numbers = lines
        .iter()
        .take(MOST)
        .map(usize::to_string)
        .collect::<Vec<_>>();
    let more = if lines.len() > MOST { ", …" } else { "" };
    let line = if lines.len() == 1 { "line" } else { "lines" };
    format!("{line} {}{more}", numbers.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn edit(old: &str, new: &str, all: bool) -> Edit {
        Edit {
            path: "a.txt".to_owned(),
            old_text: old.to_owned(),
            new_text: new.to_owned(),
            all,
        }
    }

    fn check(text: &str, edit: Edit, expect: &str, lines: &[usize]) {
        let edited = edit.apply(text).unwrap();
        assert_eq!(
            (edited.text.as_str(), edited.lines.as_slice()),
            (expect, lines)
        );
    }

    #[test]
    fn the_one_place_is_replaced() {
        check("a\nb\nc\n", edit("b\n", "", false), "a\nc\n", &[2]);
        check("a\nb\n", edit("a\nb", "x", false), "x\n", &[1]);
        check("aa", edit("a", "b", true), "bb", &[1, 1]);
    }

    #[test]
    fn line_ends_stay_as_they_are() {
        check(
            "a\r\nb\r\n",
            edit("a\nb\n", "x\ny\n", false),
            "x\r\ny\r\n",
            &[1],
        );
        check("a\r\nb\n", edit("b\n", "c\n", false), "a\r\nc\n", &[2]);
        check("a\r\nb", edit("a\r\nb", "c\n", false), "c\n", &[1]);
    }

    #[test]
    fn what_cannot_be_done_is_told() {
        let word = |text, edit: Edit| edit.apply(text).err().unwrap().word;
        assert_eq!(word("a", edit("b", "c", true)), "no-match");
        assert_eq!(word("a a", edit("a", "c", false)), "several-matches");
        assert_eq!(word("a", edit("", "c", false)), "invalid-argument");
        assert_eq!(word("a", edit("a", "a", false)), "invalid-argument");
    }

    #[test]
    fn many_lines_are_not_all_told() {
        assert_eq!(told(&[3]), "line 3");
        let many = (1..=11).collect::<Vec<_>>();
        assert_eq!(told(&many), "lines 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, …");
    }
}
