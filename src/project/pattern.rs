//! Patterns for the directories of a workspace: whether a path fits one, and which directories do.
//!
//! Reads directories only. A pattern is matched by the sets of places in it that can be reached, so that its cost is bounded
//! by its length times that of what it is matched with; links are not walked through.

mod name;

use std::fs;
use std::path::{Path, PathBuf};

use name::Name;

/// Which signs in a pattern mean something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Syntax {
    /// Wildcards, as cargo has them: `*`, `?`, `[a-z]`, and `**` for any directories.
    Wildcards,
    /// Those, choices such as `{a,b}`, `@(a|b)` and `!(a)`, and `\` before a sign that means itself. Hidden directories have
    /// to be asked for.
    Shell,
}

/// Whether wildcards fit what is hidden by a dot at its start.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Hidden {
    /// They do not.
    Skipped,
    /// They do.
    Seen,
}

/// A pattern without braces.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Pattern {
    parts: Vec<Part>,
    hidden: Hidden,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Part {
    /// `**`
    AnyDirectories,
    /// A name that means itself.
    Literal(String),
    Name(Name),
}

/// Longer than anyone writes, and short enough to be read in no time.
const MAX_LENGTH: usize = 4096;

/// How many patterns one with braces may stand for.
const MAX_CHOICES: usize = 1000;

/// Whether `path` fits any of those that the pattern `text` stands for.
///
/// # Errors
///
/// When it is too long, or stands for too many.
pub fn fits_any(text: &str, path: &str) -> Result<bool, String> {
    let patterns = Pattern::parse(text, Syntax::Shell)?;
    let of_cargo = Pattern::parse(text, Syntax::Wildcards)?;
    Ok(patterns
        .iter()
        .chain(&of_cargo)
        .any(|pattern| pattern.matches(path)))
}

impl Pattern {
    /// Those that `text` stands for.
    ///
    /// # Errors
    ///
    /// When it is too long, or stands for too many.
    pub(crate) fn parse(text: &str, syntax: Syntax) -> Result<Vec<Self>, String> {
        if text.len() > MAX_LENGTH {
            return Err(format!("it is longer than {MAX_LENGTH} bytes"));
        }
        let choices = match syntax {
            Syntax::Wildcards => vec![text.to_owned()],
            Syntax::Shell => choices(text)?,
        };
        choices.iter().map(|text| Self::of(text, syntax)).collect()
    }

    fn of(text: &str, syntax: Syntax) -> Result<Self, String> {
        let mut parts = Vec::new();
        for part in text.split('/') {
            match part {
                "" | "." => {}
                ".." => drop(parts.pop()),
                "**" if parts.last() == Some(&Part::AnyDirectories) => {}
                "**" => parts.push(Part::AnyDirectories),
                name => {
                    let name = Name::parse(name, syntax)?;
                    parts.push(match name.literal() {
                        Some(literal) => Part::Literal(literal),
                        None => Part::Name(name),
                    });
                }
            }
        }
        let hidden = match syntax {
            Syntax::Wildcards => Hidden::Seen,
            Syntax::Shell => Hidden::Skipped,
        };
        Ok(Self { parts, hidden })
    }

    /// The one path that fits, with `/`, if it has no wildcards.
    pub(crate) fn literal(&self) -> Option<String> {
        let names = self.parts.iter().map(|part| match part {
            Part::Literal(name) => Some(name.as_str()),
            _ => None,
        });
        Some(names.collect::<Option<Vec<_>>>()?.join("/"))
    }

    /// The same, where wildcards fit what is hidden, too.
    pub(crate) fn seeing_hidden(self) -> Self {
        Self {
            hidden: Hidden::Seen,
            ..self
        }
    }

    /// The same, where a last `**` behind a name without wildcards does not fit that directory itself.
    pub(crate) fn below_named(self) -> Self {
        let is_literal = |part: &Part| matches!(part, Part::Literal(_));
        match self.parts.split_last() {
            Some((Part::AnyDirectories, base)) if base.iter().all(is_literal) => self.below(),
            _ => self,
        }
    }

    /// The same, where a last `**` stands for one directory at least.
    pub(crate) fn below(mut self) -> Self {
        if self.parts.last() == Some(&Part::AnyDirectories) {
            self.parts.push(Part::Name(Name::any()));
        }
        self
    }

    /// Whether `path`, with `/`, fits.
    pub(crate) fn matches(&self, path: &str) -> bool {
        let mut places = self.from(vec![0]);
        for name in path.split('/').filter(|name| !name.is_empty()) {
            places = self.step(&places, name);
        }
        places.contains(&self.parts.len())
    }

    /// The directories below `root` that fit, without those in `node_modules` and in what cargo builds.
    pub(crate) fn expand(&self, root: &Path) -> Vec<PathBuf> {
        let mut found = Vec::new();
        self.visit(root, &self.from(vec![0]), &mut found);
        found
    }

    fn visit(&self, directory: &Path, places: &[usize], found: &mut Vec<PathBuf>) {
        if places.contains(&self.parts.len()) {
            found.push(directory.to_owned());
        }
        let waiting = places.iter().filter_map(|&place| self.parts.get(place));
        match waiting.collect::<Vec<_>>()[..] {
            [] => {}
            [Part::Literal(name)] => {
                let child = directory.join(name);
                if child.is_dir() {
                    self.visit(&child, &self.step(places, name), found);
                }
            }
            _ => self.visit_children(directory, places, found),
        }
    }

    fn visit_children(&self, directory: &Path, places: &[usize], found: &mut Vec<PathBuf>) {
        let mut entries = fs::read_dir(directory)
            .into_iter()
            .flatten()
            .filter_map(Result::ok)
            .collect::<Vec<_>>();
        entries.sort_by_key(fs::DirEntry::file_name);
        for entry in entries {
            let child = entry.path();
            let Ok(kind) = entry.file_type() else {
                continue;
            };
            let name = entry.file_name().to_string_lossy().into_owned();
            let next = if kind.is_dir() && !is_built_or_installed(&name, &child) {
                self.step(places, &name)
            } else if kind.is_symlink() && child.is_dir() {
                self.step_into_link(places, &name)
            } else {
                continue;
            };
            self.visit(&child, &next, found);
        }
    }

    /// The places that are reached from `places` by a directory called `name`.
    fn step(&self, places: &[usize], name: &str) -> Vec<usize> {
        let is_seen = self.hidden == Hidden::Seen || !name.starts_with('.');
        let next = places
            .iter()
            .filter_map(|&place| match self.parts.get(place)? {
                Part::AnyDirectories => is_seen.then_some(place),
                part => self.fits(part, name).then_some(place + 1),
            });
        self.from(next.collect())
    }

    /// The same for a link, which fits, but is not walked through by `**`.
    fn step_into_link(&self, places: &[usize], name: &str) -> Vec<usize> {
        let is_walking = |place: &usize| self.parts.get(*place) == Some(&Part::AnyDirectories);
        let (walking, named): (Vec<_>, Vec<_>) = places.iter().partition(|place| is_walking(place));
        let mut next = self.step(&named, name);
        let reached = self.step(&walking, name).into_iter();
        next.extend(reached.filter(|&place| place == self.parts.len()));
        next
    }

    fn fits(&self, part: &Part, name: &str) -> bool {
        match part {
            Part::AnyDirectories => false,
            Part::Literal(literal) => literal == name,
            Part::Name(pattern) => pattern.matches(name, self.hidden),
        }
    }

    /// `places`, and those behind a `**`, which may stand for no directory at all.
    fn from(&self, mut places: Vec<usize>) -> Vec<usize> {
        let mut index = 0;
        while let Some(&place) = places.get(index) {
            if self.parts.get(place) == Some(&Part::AnyDirectories) {
                places.push(place + 1);
            }
            index += 1;
        }
        places.sort_unstable();
        places.dedup();
        places
    }
}

fn is_built_or_installed(name: &str, directory: &Path) -> bool {
    name == "node_modules" || (name == "target" && directory.join("CACHEDIR.TAG").exists())
}

/// What `text` stands for: `{a,b}/*` is `a/*` and `b/*`, `p{1..3}` is `p1`, `p2` and `p3`.
fn choices(text: &str) -> Result<Vec<String>, String> {
    let mut done = Vec::new();
    let mut open = vec![(text.to_owned(), 0)];
    while let Some((text, start)) = open.pop() {
        let Some((range, alternatives)) = first_choice(&text, start)? else {
            done.push(text);
            continue;
        };
        for alternative in alternatives.iter().rev() {
            let (before, after) = (&text[..range.start], &text[range.end..]);
            open.push((format!("{before}{alternative}{after}"), range.start));
        }
        if done.len() + open.len() > MAX_CHOICES {
            return Err(format!("it stands for more than {MAX_CHOICES} patterns"));
        }
    }
    Ok(done)
}

type Choice = (std::ops::Range<usize>, Vec<String>);

/// The first braces in `text` from `start` that offer a choice, and what that is.
fn first_choice(text: &str, start: usize) -> Result<Option<Choice>, String> {
    let mut from = start;
    while let Some(open) = text[from..].find('{').map(|at| from + at) {
        from = open + 1;
        let Some((end, commas)) = closing(text, open) else {
            continue;
        };
        let inner = &text[from..end];
        let alternatives = match commas[..] {
            [] => match numbers(inner)? {
                Some(numbers) => numbers,
                None => continue,
            },
            _ => {
                let starts = std::iter::once(from).chain(commas.iter().map(|comma| comma + 1));
                let ends = commas.iter().copied().chain([end]);
                let spans = starts.zip(ends);
                spans
                    .map(|(start, end)| text[start..end].to_owned())
                    .collect()
            }
        };
        return Ok(Some((open..end + 1, alternatives)));
    }
    Ok(None)
}

/// Where the brace at `open` is closed, and the commas between that are its own.
fn closing(text: &str, open: usize) -> Option<(usize, Vec<usize>)> {
    let (mut depth, mut commas) = (0_usize, Vec::new());
    for (at, sign) in text.bytes().enumerate().skip(open) {
        match sign {
            b'{' => depth += 1,
            b'}' if depth == 1 => return Some((at, commas)),
            b'}' => depth -= 1,
            b',' if depth == 1 => commas.push(at),
            _ => {}
        }
    }
    None
}

/// The numbers of a range such as `1..3`.
fn numbers(text: &str) -> Result<Option<Vec<String>>, String> {
    let ends = text.split_once("..");
    let ends = ends.and_then(|(first, last)| Some((first.parse().ok()?, last.parse().ok()?)));
    let Some((first, last)): Option<(i32, i32)> = ends else {
        return Ok(None);
    };
    if first.abs_diff(last) as usize >= MAX_CHOICES {
        return Err(format!("it stands for more than {MAX_CHOICES} patterns"));
    }
    let numbers = (first.min(last)..=first.max(last)).map(|number| number.to_string());
    Ok(Some(numbers.collect()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, path: &str, expect: bool) {
        let patterns = Pattern::parse(text, Syntax::Shell).unwrap();
        let matches = patterns.iter().any(|pattern| pattern.matches(path));
        assert_eq!(matches, expect, "{text} {path}");
    }

    fn check_too_much(text: &str, expect: &str) {
        assert_eq!(Pattern::parse(text, Syntax::Shell).unwrap_err(), expect);
    }

    #[test]
    fn any_directories_may_be_none() {
        check("a/**", "a", true);
        check("a/**", "a/b/c", true);
        check("a/**/c", "a/c", true);
        check("**/**/c", "a/b/c", true);
        check("a/**", "b", false);
        check("a/**", "a/.git/b", false);
        check("a/*", "a", false);
        check("a/*", "a/b/c", false);
    }

    #[test]
    fn braces_are_choices() {
        check("{a,b/{c,d}}/*", "b/d/x", true);
        check("{a,b/{c,d}}/*", "b/e/x", false);
        check("{a,}b", "b", true);
        check("p{1..3}", "p2", true);
        check("p{3..1}", "p4", false);
        check("{a}", "{a}", true);
        check("{a", "{a", true);
    }

    #[test]
    fn no_pattern_takes_long() {
        check_too_much(&"{a,b}".repeat(16), "it stands for more than 1000 patterns");
        check_too_much("{0..2000000000}", "it stands for more than 1000 patterns");
        check_too_much(&"{".repeat(20_000), "it is longer than 4096 bytes");
        let nested = format!("{}{}", "*(".repeat(9), ")".repeat(9));
        check_too_much(&nested, "its choices are nested too deeply");
        check_too_much("@(!(a))", "`!(…)` stands inside another choice");
        check(&"*(".repeat(1000), "a", false);
        check(&"*a".repeat(2000), &"a".repeat(1999), false);
        check(&"*(*(a))".repeat(100), &"b".repeat(100), false);
        check(&"**/a/".repeat(800), &"a/".repeat(799), false);
        check(&"{".repeat(4000), "a", false);
    }

    #[cfg(unix)]
    #[test]
    fn links_are_not_walked_through() {
        let directory = tempfile::tempdir().unwrap();
        let root = directory.path();
        fs::create_dir_all(root.join("packages/a/node_modules/b")).unwrap();
        std::os::unix::fs::symlink("../..", root.join("packages/a/loop")).unwrap();
        std::os::unix::fs::symlink("a", root.join("packages/link")).unwrap();
        let found = |pattern: &str| {
            let pattern = &Pattern::parse(pattern, Syntax::Shell).unwrap()[0];
            let found = pattern.expand(root).into_iter();
            let found = found.map(|path| path.strip_prefix(root).unwrap().display().to_string());
            found.collect::<Vec<_>>().join(" ")
        };
        let all = "packages packages/a packages/a/loop packages/link";
        assert_eq!(found("packages/**"), all);
        assert_eq!(found("packages/*"), "packages/a packages/link");
        assert_eq!(found("packages/**/node_modules"), "");
    }
}
