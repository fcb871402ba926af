//! Where the other sources of a cargo package use what an adapter brings.
//!
//! By words, comments and all: what is told too much costs a look, what is told too little a build.

use super::manifest::MANIFEST;
use super::package::Package;
use crate::error::Problem;
use crate::inspect::trace::still_used;
use crate::path::RelPath;
use crate::project::file::UserFile;
use crate::project::walk::sources;
use crate::text::Position;

/// The sources that have a word in question.
pub(super) struct Uses(Vec<(RelPath, String)>);

impl Uses {
    /// The Rust sources of `package` besides `adapter` that have one of `words`. Packages in it are their own.
    pub(super) fn find(package: &Package, words: &[String], adapter: &UserFile) -> Self {
        Self(sources(
            &package.place.root,
            adapter,
            |folder| folder.holds(MANIFEST),
            |name| name.ends_with(".rs"),
            |text| words.iter().any(|word| find(text, word).next().is_some()),
        ))
    }

    /// The first place that has `word`, as file and line. A module of the name is another thing.
    pub(super) fn mention_of(&self, word: &str) -> Option<String> {
        let mut places = self.0.iter().filter_map(|(file, text)| {
            let is_module = |at: usize| text[..at].split_whitespace().next_back() == Some("mod");
            let offset = find(text, word).find(|&at| !is_module(at))?;
            Some(format!("{file}:{}", Position::at(text, offset).line))
        });
        places.next()
    }

    /// The lines that name the module `parent::leaf`, which no longer compile without it.
    pub(super) fn of_module(&self, parent: &str, leaf: &str) -> Vec<Problem> {
        let places = self.0.iter().flat_map(|(file, text)| {
            let mut offsets = paths(text, parent, leaf);
            offsets.dedup_by_key(|offset| Position::at(text, *offset).line);
            offsets.into_iter().map(move |offset| {
                let message = format!("`{parent}::{leaf}` is used here, and is gone");
                still_used(file, text, offset, message)
            })
        });
        places.collect()
    }
}

/// Where `text` goes on from the module `parent` to `leaf`.
fn paths(text: &str, parent: &str, leaf: &str) -> Vec<usize> {
    let from_parent = find(text, parent).filter_map(|offset| {
        let behind = offset + parent.len();
        let rest = text[behind..].trim_start().strip_prefix("::")?.trim_start();
        let start = text.len() - rest.len();
        match rest.strip_prefix('{') {
            Some(_) => find(&rest[..closing(rest)], leaf)
                .next()
                .map(|at| start + at),
            None => find(rest, leaf).next().filter(|at| *at == 0).map(|_| start),
        }
    });
    from_parent.collect()
}

/// The end of the braces that `text` begins with.
fn closing(text: &str) -> usize {
    let mut depth = 0;
    for (at, c) in text.char_indices() {
        match c {
            '{' => depth += 1,
            '}' if depth == 1 => return at,
            '}' => depth -= 1,
            _ => {}
        }
    }
    text.len()
}

/// Where `text` has `word`, and no longer one.
fn find<'a>(text: &'a str, word: &'a str) -> impl Iterator<Item = usize> + 'a {
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    let found = text.match_indices(word).map(|(at, _)| at);
    found.filter(move |&at| {
        !text[..at].ends_with(is_word) && !text[at + word.len()..].starts_with(is_word)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expect: &[usize]) {
        let lines = paths(text, "sandboxes", "daytona").into_iter();
        let lines = lines.map(|offset| Position::at(text, offset).line);
        assert_eq!(lines.collect::<Vec<_>>(), expect, "{text:?}");
    }

    #[test]
    fn paths_to_the_module_are_found() {
        check(
            "mod sandboxes;\nuse crate::sandboxes::daytona::daytona;\n",
            &[2],
        );
        check(
            "use crate::sandboxes::{\n    daytona::daytona,\n    e2b,\n};\n",
            &[2],
        );
        check("crate::sandboxes :: daytona::daytona(sandbox)", &[1]);
        check("use sandboxes::{e2b};\nuse x::{daytona};\n", &[]);
        check("use crate::sandboxes::daytona_sdk;\n", &[]);
        check("use my_sandboxes::daytona;\n", &[]);
    }
}
