//! `find`: paths that match a glob.

use rmcp::model::ToolAnnotations;
use rmcp::schemars::{self, JsonSchema};
use serde::Deserialize;

use super::{Answer, Bench, SandboxTool, here, joined, looks, not_a_folder, texts};
use crate::failure::Failure;
use crate::glob::{Glob, literal};
use crate::script::FIND;
use crate::shown;

/// How many paths the sandbox tells at most, of which some may not match.
const CANDIDATES: usize = 10_000;

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(crate = "schemars")]
pub(super) struct Find {
    /// `*.rs` for names at any depth, `src/**/*.{ts,tsx}` for paths below `path`.
    pattern: String,
    /// The folder to look in, absolute or seen from the working directory.
    #[serde(default = "here")]
    path: String,
}

impl SandboxTool for Find {
    const NAME: &'static str = "find";
    const TITLE: &'static str = "Find files";
    const DESCRIPTION: &'static str = "Returns the paths of files and folders that match a glob, one a line, sorted; those of \
        folders end with `/`. Passes by `.git` and `node_modules`, unless `path` leads there.";

    fn annotations() -> ToolAnnotations {
        looks()
    }

    async fn call(self, bench: Bench<'_>) -> Answer {
        let limits = bench.limits;
        let glob = Glob::parse(&self.pattern)?;
        let found = paths_below(bench, &self.path, &glob, &[]).await?;
        let (text, shown) = shown::items(&found.paths, limits.paths, limits.answer_bytes);
        let note = match (found.paths.len() - shown, shown) {
            _ if found.is_cut => {
                "[not all were looked at: a narrower pattern or `path` does]".to_owned()
            }
            (0, 0) => "Nothing matches.".to_owned(),
            (0, _) => String::new(),
            (more, _) => format!("[{more} more: a narrower pattern or `path` shows fewer]"),
        };
        Ok(texts([text, note]))
    }
}

/// The files below the working directory.
pub(crate) async fn files_below(bench: Bench<'_>) -> Result<Vec<String>, Failure> {
    let glob = Glob::parse("*")?;
    let found = paths_below(bench, ".", &glob, &["-type", "f"]).await?;
    Ok(found.paths)
}

/// What `find` came to.
struct Found {
    /// Sorted, as they can be used in a next call.
    paths: Vec<String>,
    /// Whether the sandbox knows of more.
    is_cut: bool,
}

/// The paths below `path` that match `glob` and pass the further `tests` of `find`.
async fn paths_below(
    bench: Bench<'_>,
    path: &str,
    glob: &Glob,
    tests: &[&str],
) -> Result<Found, Failure> {
    let root = Root::new(&bench.env.resolve_path(path));
    let [kind, pattern] = glob.test(&root.pattern);
    let most = CANDIDATES.to_string();
    let mut arguments = vec![
        root.argument.as_str(),
        &root.pattern,
        &most,
        &kind,
        &pattern,
    ];
    arguments.extend(tests);
    let deadline = bench.limits.call_deadline;
    let printed = match FIND.run(bench.env, deadline, &root.mark, &arguments).await {
        Ok(printed) => printed,
        Err(error) => return Err(not_a_folder(bench, path, error).await),
    };
    let mut paths = root.items(&printed, |_| true);
    let is_cut = paths.len() >= CANDIDATES;
    paths.retain(|found| glob.matches(found));
    paths.sort();
    paths.dedup();
    let paths = paths.iter().map(|found| joined(path, found)).collect();
    Ok(Found { paths, is_cut })
}

/// Where `find` begins, written so that each path that it prints can be told from what else is in its output.
pub(super) struct Root {
    pub(super) argument: String,
    pub(super) pattern: String,
    /// How each path begins: the only `//` in it is at its end.
    pub(super) mark: String,
}

impl Root {
    /// `path` is absolute and normalised.
    pub(super) fn new(path: &str) -> Self {
        let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
        let mark = format!("{folder}//");
        let argument = format!("{mark}{name}");
        Self {
            pattern: literal(&argument),
            argument,
            mark,
        }
    }

    /// What is printed, one item from one mark to the next as long as it is `unfinished`, relative to the root.
    pub(super) fn items(&self, printed: &str, unfinished: impl Fn(&str) -> bool) -> Vec<String> {
        let mut items = Vec::<String>::new();
        for line in printed.lines() {
            if let Some(path) = line.strip_prefix(&self.argument) {
                items.push(path.trim_start_matches('/').to_owned());
            } else if let Some(last) = items.last_mut().filter(|last| unfinished(last)) {
                last.push('\n');
                last.push_str(line);
            }
        }
        items
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_told_from_what_else_is_printed() {
        let root = Root::new("/w/src");
        assert_eq!(
            (root.argument.as_str(), root.mark.as_str()),
            ("/w//src", "/w//")
        );
        let printed = "/w//src/a.rs\n/w//src/b\nc.rs\n/w//src/d/\n";
        assert_eq!(root.items(printed, |_| true), ["a.rs", "b\nc.rs", "d/"]);
        let top = Root::new("/");
        assert_eq!((top.argument.as_str(), top.mark.as_str()), ("//", "//"));
        assert_eq!(top.items("//etc/passwd\n", |_| true), ["etc/passwd"]);
    }
}
