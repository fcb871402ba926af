//! `grep`: lines that match.

use rmcp::model::ToolAnnotations;
use rmcp::schemars::{self, JsonSchema};
use serde::Deserialize;

use super::find::Root;
use super::{Answer, Bench, SandboxTool, here, joined, looks, not_a_folder, texts};
use crate::failure::Failure;
use crate::glob::Glob;
use crate::limits::Limits;
use crate::script::GREP;
use crate::shown;

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(crate = "schemars")]
pub(super) struct Grep {
    /// An extended regular expression of POSIX: `[0-9]+`, not `\d+`.
    pattern: String,
    /// The file or folder to look in, absolute or seen from the working directory.
    #[serde(default = "here")]
    path: String,
    /// Only in files that match this glob, as in `find`.
    include: Option<String>,
    /// Take upper and lower case for the same.
    #[serde(default)]
    ignore_case: bool,
}

impl SandboxTool for Grep {
    const NAME: &'static str = "grep";
    const TITLE: &'static str = "Search in files";
    const DESCRIPTION: &'static str = "Returns the lines of text files that match a regular expression, as `path:line:text`. Passes \
        by `.git` and `node_modules`, unless `path` leads there.";

    fn annotations() -> ToolAnnotations {
        looks()
    }

    async fn call(self, bench: Bench<'_>) -> Answer {
        let limits = bench.limits;
        refuse_perl(&self.pattern)?;
        let include = self.include.as_deref().map(Glob::parse).transpose()?;
        let root = Root::new(&bench.env.resolve_path(&self.path));
        // One more than is shown tells whether there are more; `find` passes some that `include` does not.
        let most = match &include {
            None => limits.matches.saturating_add(1),
            Some(_) => limits.matches.saturating_mul(10),
        };
        let printed = self.search(bench, &root, include.as_ref(), most).await?;
        // The number of the line ends a path; after it comes only what is no match, such as a word about a binary file.
        let items = root.items(&printed, |begun| Match::parse(begun).is_none());
        let lines = self.lines(&items, include.as_ref(), limits);
        let (text, shown) = shown::items(&lines, limits.matches, limits.answer_bytes);
        let note = match shown {
            _ if shown < lines.len() || items.len() >= most => format!(
                "[the first {shown} that were found: a narrower `pattern`, `path` or `include` shows fewer]"
            ),
            0 => "Nothing matches.".to_owned(),
            _ => String::new(),
        };
        Ok(texts([text, note]))
    }
}

impl Grep {
    /// What `grep` of the sandbox prints, `most` matches of it.
    async fn search(
        &self,
        bench: Bench<'_>,
        root: &Root,
        include: Option<&Glob>,
        most: usize,
    ) -> Result<String, Failure> {
        let test = include.map(|glob| glob.test(&root.pattern));
        let most = most.to_string();
        let options = if self.ignore_case { "-nEi" } else { "-nE" };
        let mut arguments = vec![
            root.argument.as_str(),
            &root.pattern,
            &most,
            options,
            &self.pattern,
        ];
        arguments.extend(test.iter().flatten().map(String::as_str));
        let deadline = bench.limits.call_deadline;
        match GREP.run(bench.env, deadline, &root.mark, &arguments).await {
            Ok(printed) => Ok(printed),
            Err(error) => Err(not_a_folder(bench, &self.path, error).await),
        }
    }

    /// The matches in files that are included, in their order.
    fn lines(&self, items: &[String], include: Option<&Glob>, limits: &Limits) -> Vec<String> {
        let matches = items.iter().filter_map(|item| Match::parse(item));
        let included = |found: &Match<'_>| {
            found.path.is_empty() || include.is_none_or(|glob| glob.matches(found.path))
        };
        let mut matches = matches.filter(included).collect::<Vec<_>>();
        matches.sort();
        let shown = matches
            .iter()
            .map(|found| found.shown(&self.path, limits.match_bytes));
        shown.collect()
    }
}

/// Models write the expressions of other languages, which would find nothing here and not say so.
fn refuse_perl(pattern: &str) -> Result<(), Failure> {
    let escapes = pattern.replace(r"\\", "");
    for (perl, posix) in [
        (r"\d", "[0-9]"),
        (r"\D", "[^0-9]"),
        ("(?:", "("),
        ("(?i)", "`ignore_case`"),
    ] {
        if escapes.contains(perl) {
            return Err(Failure::invalid_argument(format!(
                "`{perl}` is not in extended regular expressions of POSIX: use {posix}."
            )));
        }
    }
    if pattern.contains('\n') || pattern.contains('\0') {
        return Err(Failure::invalid_argument(
            "`pattern` has to be for one line.",
        ));
    }
    Ok(())
}

/// A line that matches.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Match<'a> {
    /// Relative to what was searched; empty if that is the file.
    path: &'a str,
    line: usize,
    text: &'a str,
}

impl<'a> Match<'a> {
    /// What stands before the first `:number:` is the path.
    fn parse(printed: &'a str) -> Option<Self> {
        let mut colons = printed
            .match_indices(':')
            .map(|(place, _)| place)
            .peekable();
        while let (Some(begin), Some(&end)) = (colons.next(), colons.peek()) {
            if let Ok(line) = printed[begin + 1..end].parse() {
                let (path, text) = (&printed[..begin], &printed[end + 1..]);
                return Some(Self { path, line, text });
            }
        }
        None
    }

    fn shown(&self, root: &str, most: usize) -> String {
        let path = match self.path {
            "" => root.to_owned(),
            path => joined(root, path),
        };
        let text = shown::beginning(self.text, most);
        let more = if text.len() < self.text.len() {
            "…"
        } else {
            ""
        };
        format!("{path}:{}:{text}{more}", self.line)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_match_is_told_by_the_number_of_its_line() {
        let found = |path, line, text| Some(Match { path, line, text });
        assert_eq!(
            Match::parse("a.rs:12:let x: u8"),
            found("a.rs", 12, "let x: u8")
        );
        assert_eq!(Match::parse("a:b:3:"), found("a:b", 3, ""));
        assert_eq!(Match::parse(":7:x"), found("", 7, "x"));
        assert_eq!(Match::parse("Binary file x matches"), None);
        assert_eq!(Match::parse("a.rs:x:y"), None);
    }

    #[test]
    fn matches_are_in_the_order_of_paths_and_lines() {
        let mut found = ["b:9:x", "a:10:x", "a:9:x"].map(|line| Match::parse(line).unwrap());
        found.sort();
        assert_eq!(
            found.map(|found| found.shown(".", 9)),
            ["a:9:x", "a:10:x", "b:9:x"]
        );
    }

    #[test]
    fn long_lines_are_cut() {
        let found = Match::parse("a:1:abcdef").unwrap();
        assert_eq!(found.shown("/w", 3), "/w/a:1:abc…");
    }

    #[test]
    fn expressions_of_other_languages_are_told() {
        for pattern in [r"\d+", "(?:a)", "a\nb"] {
            assert_eq!(refuse_perl(pattern).unwrap_err().word, "invalid-argument");
        }
        for pattern in [r"[0-9]+\.(rs|toml)$", r"C:\\data"] {
            assert!(refuse_perl(pattern).is_ok(), "{pattern}");
        }
    }
}
