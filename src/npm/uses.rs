//! Where the other sources of an npm package use what an adapter brings.
//!
//! By what stands in quotes, comments and all: what is told too much costs a look, what is told too little a build.

use super::package::Package;
use super::workspace::is_package;
use crate::error::Problem;
use crate::inspect::trace::still_used;
use crate::path::RelPath;
use crate::project::file::UserFile;
use crate::project::walk::sources;
use crate::text::Position;

/// How the names of sources end.
const SOURCES: [&str; 11] = [
    ".ts", ".tsx", ".mts", ".cts", ".js", ".jsx", ".mjs", ".cjs", ".vue", ".svelte", ".astro",
];

/// The sources that have a word in question.
pub(super) struct Uses(Vec<(RelPath, String)>);

impl Uses {
    /// The sources of `package` besides `adapter` that have one of `words`. Packages in it are their own.
    pub(super) fn find(package: &Package, words: &[&str], adapter: &UserFile) -> Self {
        Self(sources(
            &package.place.root,
            adapter,
            |folder| folder.holds("package.json") && is_package(&folder.path),
            |name| SOURCES.iter().any(|end| name.ends_with(end)),
            |text| words.iter().any(|word| text.contains(word)),
        ))
    }

    /// The first place that imports the package `name` or a part of it, as file and line.
    pub(super) fn mention_of(&self, name: &str) -> Option<String> {
        let mut places = self.0.iter().filter_map(|(file, text)| {
            let quoted = quoted(text, name).find(|(_, quoted)| {
                let rest = quoted.strip_prefix(name);
                rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
            });
            Some(format!("{file}:{}", Position::at(text, quoted?.0).line))
        });
        places.next()
    }

    /// The lines that import `adapter`, which lead to nothing without it.
    pub(super) fn of_adapter(&self, adapter: &RelPath) -> Vec<Problem> {
        let (path, stem) = (without_extension(adapter.as_str()), stem(adapter));
        let places = self.0.iter().flat_map(|(file, text)| {
            let imports =
                quoted(text, stem).filter(move |(_, quoted)| leads_to(quoted, file, path));
            imports.map(move |(offset, _)| {
                let message = format!("`{adapter}` is imported here, and is gone");
                still_used(file, text, offset, message)
            })
        });
        places.collect()
    }
}

/// The name of `file` without what follows the first dot.
pub(super) fn stem(file: &RelPath) -> &str {
    let name = file.name().unwrap_or_default();
    name.split('.').next().unwrap_or_default()
}

/// Whether the import of `specifier` in `file` is of what stands at `path`, which has no extension.
fn leads_to(specifier: &str, file: &RelPath, path: &str) -> bool {
    let specifier = without_extension(specifier);
    if specifier.starts_with('.') {
        let directory = file.parent().unwrap_or_default();
        return directory
            .join(specifier)
            .is_some_and(|found| found.as_str() == path);
    }
    // An alias, such as `@/sandboxes/daytona`: what it stands for is not known.
    let end = path.rsplitn(3, '/').take(2).collect::<Vec<_>>();
    let end = end.into_iter().rev().collect::<Vec<_>>().join("/");
    specifier
        .strip_suffix(&end)
        .is_some_and(|start| start.ends_with('/'))
}

fn without_extension(path: &str) -> &str {
    let extensions = SOURCES.iter();
    let mut stripped = extensions.filter_map(|extension| path.strip_suffix(extension));
    stripped.next().unwrap_or(path)
}

/// What stands in quotes in one line of `text` and has `word`, with its offset.
fn quoted<'a>(text: &'a str, word: &'a str) -> impl Iterator<Item = (usize, &'a str)> + 'a {
    let is_quote = |c: char| matches!(c, '\'' | '"' | '`' | '\n');
    text.match_indices(word).filter_map(move |(at, _)| {
        let start = text[..at].rfind(is_quote)? + 1;
        let end = at + text[at..].find(is_quote)?;
        Some((start, &text[start..end]))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(specifier: &str, file: &str, expect: bool) {
        let file = RelPath::new(file).unwrap();
        assert_eq!(
            leads_to(specifier, &file, "src/sandboxes/daytona"),
            expect,
            "{specifier}"
        );
    }

    #[test]
    fn imports_of_the_adapter_are_told_from_others() {
        check("../sandboxes/daytona.ts", "src/agents/a.ts", true);
        check("../sandboxes/daytona.js", "src/agents/a.ts", true);
        check("../sandboxes/daytona", "src/agents/a.ts", true);
        check("./daytona.js", "src/sandboxes/index.ts", true);
        check("@/sandboxes/daytona", "src/agents/a.ts", true);
        check("#sandboxes/daytona.js", "src/agents/a.ts", false);
        check("./daytona.js", "src/agents/a.ts", false);
        check("@daytona/sdk", "src/agents/a.ts", false);
        check("../sandboxes/daytona-fake.ts", "src/agents/a.ts", false);
    }

    #[test]
    fn quoted_texts_are_found_in_their_line() {
        let found = |text: &'static str| {
            quoted(text, "@x/y")
                .map(|(_, text)| text)
                .collect::<Vec<_>>()
        };
        assert_eq!(
            found("import a from '@x/y';\nimport b from \"@x/y/z\";"),
            ["@x/y", "@x/y/z"]
        );
        assert_eq!(found("@x/y"), [""; 0]);
    }
}
