//! What the templates of somebody may do: fill in names, choose by them, and include each other without end or growth.
//!
//! Text in, problems out. All of it is told before anything is rendered: no loop is allowed, and the size of what a template
//! comes to is bounded by the sizes of what it includes.

use super::directory::invalid;
use crate::error::{Code, Problem};
use crate::text::Position;

/// The largest text that a template may come to, names not counted.
const LARGEST_RENDERED: usize = 256 << 10;

/// How many blocks, and how many partials, may lie in each other.
const DEEPEST: usize = 16;

/// The longest tag.
const LONGEST_TAG: usize = 200;

/// A template, and what it may include.
pub(super) struct Template<'a> {
    /// Its path and its text.
    pub(super) main: (&'a str, &'a str),
    /// The paths and texts of what it may include, by name.
    pub(super) partials: Vec<(&'a str, (&'a str, &'a str))>,
    /// What can be filled in.
    pub(super) names: &'a [&'a str],
}

/// What stands between `{{` and `}}`.
struct Tag<'a> {
    start: usize,
    inner: &'a str,
}

impl<'a> Template<'a> {
    /// Holds it, and all that it includes, to the rules.
    ///
    /// # Errors
    ///
    /// The first mistake, in its file.
    pub(super) fn check(&self) -> Result<(), Problem> {
        self.size(self.main, &mut Vec::new())?;
        Ok(())
    }

    /// The length of what `text` comes to; `way` holds the names of what includes it.
    fn size(&self, (path, text): (&str, &str), way: &mut Vec<&'a str>) -> Result<usize, Problem> {
        let mut size = text.len();
        let at = |tag: &Tag<'_>, problem: Problem| {
            problem.in_file(path).at(Position::at(text, tag.start))
        };
        let mut depth = 0_usize;
        for tag in tags(text).map_err(|problem| problem.in_file(path))? {
            let included = self.meaning(&tag, &mut depth).map_err(|it| at(&tag, it))?;
            let Some(name) = included else { continue };
            let mut partials = self.partials.iter();
            let Some(&(name, partial)) = partials.find(|(known, _)| *known == name) else {
                let problem = invalid(format!("there is no partial `{name}`"));
                let help = "a partial is a file in the directory `partials` beside the template";
                return Err(at(&tag, problem.help(help)));
            };
            if way.contains(&name) {
                let problem = invalid(format!("the partial `{name}` includes itself"));
                return Err(at(&tag, problem.help(format!("by way of {}", told(way)))));
            }
            if way.len() >= DEEPEST {
                let message = format!("more than {DEEPEST} partials lie in each other");
                return Err(at(&tag, invalid(message)));
            }
            way.push(name);
            size += self.size(partial, way)?;
            way.pop();
            if size > LARGEST_RENDERED {
                let message = format!(
                    "the template grows to more than {} KiB",
                    LARGEST_RENDERED >> 10
                );
                return Err(at(&tag, Problem::new(Code::TooLarge, message)));
            }
        }
        Ok(size)
    }

    /// Holds `tag` to the rules; the name of what it includes, if it does.
    fn meaning<'t>(&self, tag: &Tag<'t>, depth: &mut usize) -> Result<Option<&'t str>, Problem> {
        let inner = tag.inner.trim();
        if inner.starts_with('!') || inner == "else" {
            return Ok(None);
        }
        if let Some(rest) = inner.strip_prefix('>') {
            let mut words = rest.split_whitespace();
            let name = words.next().unwrap_or_default();
            return match is_name(name) && !rest.contains('(') {
                true => Ok(Some(name)),
                false => Err(refused(inner)),
            };
        }
        if inner.starts_with('/') {
            *depth = depth.saturating_sub(1);
            return Ok(None);
        }
        let condition = ["#if ", "#unless "];
        let condition = condition.iter().find_map(|start| inner.strip_prefix(start));
        if condition.is_some() {
            *depth += 1;
            if *depth > DEEPEST {
                let message = format!("more than {DEEPEST} blocks lie in each other");
                return Err(invalid(message));
            }
        }
        let name = condition.unwrap_or(inner).trim();
        if !is_name(name) {
            return Err(refused(inner));
        }
        if !self.names.contains(&name) && !self.is_parameter(name) {
            let known = self.names.iter().map(|name| format!("`{name}`"));
            let known = known.collect::<Vec<_>>().join(", ");
            let problem = invalid(format!("there is no `{name}` to fill in"));
            return Err(problem.help(format!("known names: {known}")));
        }
        Ok(None)
    }

    /// Whether something hands `name` to a partial.
    fn is_parameter(&self, name: &str) -> bool {
        let given = format!(" {name}=");
        let texts = self.partials.iter().map(|(_, partial)| partial);
        let mut texts = texts.chain([&self.main]);
        texts.any(|(_, text)| text.contains(&given))
    }
}

fn is_name(word: &str) -> bool {
    !word.is_empty()
        && word
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || "-_".contains(c))
}

fn refused(inner: &str) -> Problem {
    let problem = invalid(format!("`{{{{{inner}}}}}` is not for blueprints"));
    problem.help("there are `{{name}}`, `{{#if name}}`, `{{#unless name}}`, `{{else}}` and `{{> partial}}`; `\\{{` is the text")
}

fn told(way: &[&str]) -> String {
    let names = way.iter().map(|name| format!("`{name}`"));
    names.collect::<Vec<_>>().join(", ")
}

/// The tags of `text`, in their order.
fn tags(text: &str) -> Result<Vec<Tag<'_>>, Problem> {
    let mut tags = Vec::new();
    let mut at = 0;
    while let Some(found) = text[at..].find("{{") {
        let start = at + found;
        let before = &text[..start];
        if before.ends_with('\\') && !before.ends_with("\\\\") {
            at = start + 2;
            continue;
        }
        let rest = &text[start..];
        let (opening, closing) = match rest {
            _ if rest.starts_with("{{!--") => ("{{!--", "--}}"),
            _ if rest.starts_with("{{{") => ("{{{", "}}}"),
            _ => ("{{", "}}"),
        };
        let length = rest.find(closing);
        let position = || Position::at(text, start);
        let Some(length) = length else {
            return Err(invalid("the tag has no end").at(position()));
        };
        let inner = &rest[opening.len()..length.max(opening.len())];
        let is_comment = opening == "{{!--" || inner.starts_with('!');
        if !is_comment && inner.len() > LONGEST_TAG {
            let message = format!("the tag has more than {LONGEST_TAG} characters");
            return Err(invalid(message).at(position()));
        }
        if !is_comment {
            let inner = inner.trim_matches('~');
            tags.push(Tag { start, inner });
        }
        at = start + length.max(opening.len()) + closing.len();
    }
    Ok(tags)
}
