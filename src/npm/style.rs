//! How TypeScript is written: quotes, indentation, semicolons, commas, width.
//!
//! Text in, text out. Templates are written in one form, and put into the style of a project here; no formatter would
//! change the result.

use std::borrow::Cow;

use super::typescript::{Part, parts};

/// The quotes of strings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Quotes {
    /// `'…'`.
    Single,
    /// `"…"`.
    Double,
}

/// What lines start with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Indentation {
    /// One tab for each level.
    Tabs,
    /// Spaces.
    Spaces,
}

/// What ends a statement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Semicolons {
    /// A semicolon.
    Always,
    /// The end of the line.
    Omitted,
}

/// After which last items of several lines a comma stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TrailingCommas {
    /// After all.
    All,
    /// Those of arrays and objects, not those of calls.
    Es5,
    /// After none.
    None,
}

/// How TypeScript is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Style {
    /// The quotes of strings.
    pub quotes: Quotes,
    /// What lines start with.
    pub indentation: Indentation,
    /// The columns of one level of indentation.
    pub indent_width: usize,
    /// What ends a statement.
    pub semicolons: Semicolons,
    /// After which last items a comma stands.
    pub trailing_commas: TrailingCommas,
    /// The columns that a line may have.
    pub width: usize,
}

/// The style of a project that does not tell.
impl Default for Style {
    fn default() -> Self {
        Self {
            quotes: Quotes::Single,
            indentation: Indentation::Spaces,
            indent_width: 2,
            semicolons: Semicolons::Always,
            trailing_commas: TrailingCommas::All,
            width: 80,
        }
    }
}

/// What is known of a style.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Settings {
    pub quotes: Option<Quotes>,
    pub indentation: Option<Indentation>,
    pub indent_width: Option<usize>,
    pub semicolons: Option<Semicolons>,
    pub trailing_commas: Option<TrailingCommas>,
    pub width: Option<usize>,
}

impl Settings {
    /// What all of `texts` agree in.
    pub(crate) fn of<'a>(texts: impl IntoIterator<Item = &'a str>) -> Self {
        let mut quotes = Vec::new();
        let mut indentations = Vec::new();
        let mut semicolons = Vec::new();
        for text in texts {
            let parts = parts(text);
            quotes.extend(parts.iter().filter_map(|part| quotes_of(*part)));
            indentations.extend(indentations_of(&parts));
            semicolons.extend(semicolons_of(&parts));
        }
        let indentation = agreed(&indentations);
        Self {
            quotes: agreed(&quotes),
            indentation: indentation.map(|(indentation, _)| indentation),
            indent_width: indentation.and_then(|(_, width)| width),
            semicolons: agreed(&semicolons),
            ..Self::default()
        }
    }

    /// What these settings say, and what `others` say where these do not.
    pub(crate) fn or(self, others: Self) -> Self {
        Self {
            quotes: self.quotes.or(others.quotes),
            indentation: self.indentation.or(others.indentation),
            indent_width: self.indent_width.or(others.indent_width),
            semicolons: self.semicolons.or(others.semicolons),
            trailing_commas: self.trailing_commas.or(others.trailing_commas),
            width: self.width.or(others.width),
        }
    }

    /// The style that these settings make of `style`.
    pub(crate) fn over(self, style: Style) -> Style {
        Style {
            quotes: self.quotes.unwrap_or(style.quotes),
            indentation: self.indentation.unwrap_or(style.indentation),
            indent_width: self.indent_width.unwrap_or(style.indent_width),
            semicolons: self.semicolons.unwrap_or(style.semicolons),
            trailing_commas: self.trailing_commas.unwrap_or(style.trailing_commas),
            width: self.width.unwrap_or(style.width),
        }
    }
}

impl Style {
    /// `text` in this style. It is indented with tabs, has single quotes, semicolons, and trailing commas, and each list
    /// that does not fit into 80 columns in some style has an item on each line.
    pub(crate) fn apply(self, text: &str) -> String {
        let text = self.terminate(sort_imports(text));
        self.lay_out(&self.requote(text))
    }

    fn terminate(self, text: String) -> String {
        if self.semicolons == Semicolons::Always {
            return text;
        }
        let parts = parts(&text).into_iter().map(|part| match part {
            Part::Code(code) => {
                let code = code.replace(";\n", "\n");
                // What follows is a comment.
                match code.strip_suffix("; ") {
                    Some(statement) => format!("{statement} "),
                    None => code,
                }
            }
            other => other.text().to_owned(),
        });
        parts.collect()
    }

    /// Indents each line, and puts each list into one where that fits.
    fn lay_out(self, text: &str) -> String {
        let lines = text.lines().collect::<Vec<_>>();
        let mut laid_out = String::with_capacity(2 * text.len());
        let mut rest = lines.as_slice();
        while let [line, after @ ..] = rest {
            let list = List::find(rest);
            let joined = list.map(|list| (list.in_one_line(), list.lines()));
            match joined.filter(|(joined, _)| self.columns(joined) <= self.width) {
                Some((joined, lines)) => {
                    self.push_line(&joined, &mut laid_out);
                    rest = &rest[lines..];
                }
                None => {
                    let line = self.without_comma(line, after.first());
                    self.push_line(line, &mut laid_out);
                    rest = after;
                }
            }
        }
        laid_out
    }

    /// `line`, unless it ends with a comma that does not belong before the `next` line.
    fn without_comma<'a>(self, line: &'a str, next: Option<&&str>) -> &'a str {
        let closing = next.and_then(|next| next.trim_start().chars().next());
        let is_dropped = match self.trailing_commas {
            TrailingCommas::All => false,
            TrailingCommas::Es5 => closing == Some(')'),
            TrailingCommas::None => matches!(closing, Some(')' | ']' | '}')),
        };
        match line.strip_suffix(',') {
            Some(without) if is_dropped => without,
            _ => line,
        }
    }

    /// The columns of a line that is indented with tabs.
    fn columns(self, line: &str) -> usize {
        let depth = depth(line);
        line.len() - depth + depth * self.indent_width
    }

    fn requote(self, text: String) -> String {
        if self.quotes == Quotes::Single {
            return text;
        }
        let parts = parts(&text).into_iter().map(|part| match part {
            Part::String(text) if !text.contains('"') && !text.contains("\\'") => {
                text.replace('\'', "\"").into()
            }
            _ => Cow::Borrowed(part.text()),
        });
        parts.collect()
    }

    fn push_line(self, line: &str, text: &mut String) {
        let depth = match self.indentation {
            Indentation::Tabs => 0,
            Indentation::Spaces => depth(line),
        };
        text.extend(std::iter::repeat_n(' ', depth * self.indent_width));
        text.push_str(&line[depth..]);
        text.push('\n');
    }
}

/// The tabs before a line.
fn depth(line: &str) -> usize {
    line.bytes().take_while(|byte| *byte == b'\t').count()
}

/// A list with an item on each line: parameters, arguments, the elements of an array, the names in an import.
struct List<'a> {
    opening: &'a str,
    items: &'a [&'a str],
    closing: &'a str,
}

impl<'a> List<'a> {
    /// The list that `lines` start with.
    fn find(lines: &'a [&'a str]) -> Option<Self> {
        let (&opening, rest) = lines.split_first()?;
        let opens = opening.ends_with(['(', '[']) || is_import(opening) && opening.ends_with('{');
        if !opens {
            return None;
        }
        let is_item = |line: &&&str| depth(line) == depth(opening) + 1 && line.ends_with(',');
        let length = rest.iter().take_while(is_item).count();
        let &closing = rest.get(length)?;
        let closes =
            depth(closing) == depth(opening) && closing.trim_start().starts_with([')', ']', '}']);
        (length > 0 && closes).then_some(Self {
            opening,
            items: &rest[..length],
            closing,
        })
    }

    fn lines(&self) -> usize {
        self.items.len() + 2
    }

    fn in_one_line(&self) -> String {
        let items = self.items.iter().map(|item| item.trim_start_matches('\t'));
        let items = items.collect::<Vec<_>>().join(" ");
        let items = items.trim_end_matches(',');
        let blank = if self.opening.ends_with('{') { " " } else { "" };
        let closing = self.closing.trim_start_matches('\t');
        format!("{}{blank}{items}{blank}{closing}", self.opening)
    }
}

fn is_import(line: &str) -> bool {
    line.starts_with("import ")
}

/// Orders the imports of `text` by what they import from, Node's own modules and then other packages first, and types first.
fn sort_imports(text: &str) -> String {
    let first = text.find("\nimport ").map(|end| end + 1);
    let Some(start) = is_import(text).then_some(0).or(first) else {
        return text.to_owned();
    };
    let (mut imports, mut end, mut length) = (Vec::new(), start, 0);
    let block = text[start..].split_inclusive('\n');
    for line in block.take_while(|line| *line != "\n") {
        length += line.len();
        if line.contains(';') {
            imports.push(&text[end..end + length]);
            (end, length) = (end + length, 0);
        }
    }
    imports.sort_by_cached_key(|import| {
        let source = import.split('\'').nth(1).unwrap_or_default().to_owned();
        let is_value = !import.starts_with("import type ");
        let is_own = source.starts_with('.');
        (!source.starts_with("node:"), is_own, source, is_value)
    });
    [&text[..start], &imports.concat(), &text[end..]].concat()
}

fn agreed<T: Copy + PartialEq>(found: &[T]) -> Option<T> {
    let first = *found.first()?;
    found.iter().all(|other| *other == first).then_some(first)
}

/// The quotes of a string that could have either.
fn quotes_of(part: Part<'_>) -> Option<Quotes> {
    let Part::String(text) = part else {
        return None;
    };
    let quote = text.chars().next()?;
    let inside = text.strip_prefix(quote)?.strip_suffix(quote)?;
    if inside.is_empty() || inside.contains(['\'', '"']) {
        return None;
    }
    Some(if quote == '"' {
        Quotes::Double
    } else {
        Quotes::Single
    })
}

/// What ends the imports.
fn semicolons_of(parts: &[Part<'_>]) -> Vec<Semicolons> {
    let ends = parts.windows(3).filter_map(|window| match window {
        [Part::Code(before), Part::String(_), Part::Code(after)] => {
            let before = before.trim_end();
            let is_import = before.ends_with("from") || before.ends_with("import");
            is_import.then_some(match after.starts_with(';') {
                true => Semicolons::Always,
                false => Semicolons::Omitted,
            })
        }
        _ => None,
    });
    ends.collect()
}

/// By how much the lines after an opening bracket are indented; tabs do not tell their width.
fn indentations_of(parts: &[Part<'_>]) -> Vec<(Indentation, Option<usize>)> {
    let mut found = Vec::new();
    let mut opened_at: Option<String> = None;
    let code = parts.iter().map(|part| match part {
        Part::Code(code) => (*code).to_owned(),
        // What is inside is not indented code; one character keeps the line from looking empty.
        other => "_".repeat(1 + other.text().matches('\n').count()),
    });
    for line in code
        .collect::<String>()
        .lines()
        .filter(|line| !line.trim().is_empty())
    {
        let indentation = &line[..line.len() - line.trim_start().len()];
        if let Some(outer) = opened_at.take() {
            found.extend(indentation.strip_prefix(outer.as_str()).and_then(unit));
        }
        let opens = line.trim_end().ends_with(['{', '(', '[']);
        opened_at = opens.then(|| indentation.to_owned());
    }
    found
}

fn unit(added: &str) -> Option<(Indentation, Option<usize>)> {
    match added {
        "\t" => Some((Indentation::Tabs, None)),
        _ if !added.is_empty() && added.chars().all(|c| c == ' ') => {
            Some((Indentation::Spaces, Some(added.len())))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(texts: &[&str], expect: Settings) {
        assert_eq!(Settings::of(texts.iter().copied()), expect, "{texts:?}");
    }

    #[test]
    fn a_project_that_agrees_is_followed() {
        check(
            &["import x from \"y\";\nf({\n\ta: 1,\n});\n"],
            Settings {
                quotes: Some(Quotes::Double),
                indentation: Some(Indentation::Tabs),
                semicolons: Some(Semicolons::Always),
                ..Settings::default()
            },
        );
        check(
            &[
                "import x from 'y'\nif (x) {\n    a(\"it's\")\n}\n",
                "g(() => {\n    b()\n})\n",
            ],
            Settings {
                quotes: Some(Quotes::Single),
                indentation: Some(Indentation::Spaces),
                indent_width: Some(4),
                semicolons: Some(Semicolons::Omitted),
                ..Settings::default()
            },
        );
    }

    #[test]
    fn a_project_that_does_not_agree_tells_nothing() {
        check(&[], Settings::default());
        check(
            &["import x from 'y';\n", "import z from \"z\"\n"],
            Settings::default(),
        );
        check(
            &["f({\n\ta: 1,\n});\n", "f({\n    a: 1,\n});\n"],
            Settings::default(),
        );
        check(&["\"2.0.1😀"], Settings::default());
    }

    #[test]
    fn comments_strings_and_continued_lines_do_not_mislead() {
        check(
            &[
                "/**\n * don't \"x\"\n */\nf({ // y\n  a: 1,\n  b:\n      2,\n  c: `\n\t{\n\t\tx\n`,\n});\n// it's\n",
            ],
            Settings::default(),
        );
    }

    #[test]
    fn a_text_is_put_into_a_style() {
        let text = "'use x';\nimport { b } from './b';\nimport {\n\tc,\n\td,\n} from 'e';\nimport type { f } from 'e';\n\nf('it', {\n\t\tb: `'${'c'}';\n`, // x;\n\t/*\n\t * 'd',\n\t */\n});\nlet g = 1; // y\nh(\n\tg,\n\t'i',\n);\n";
        let style = Style {
            quotes: Quotes::Double,
            indent_width: 4,
            semicolons: Semicolons::Omitted,
            ..Style::default()
        };
        assert_eq!(
            style.apply(text),
            "\"use x\"\nimport type { f } from \"e\"\nimport { c, d } from \"e\"\nimport { b } from \"./b\"\n\nf(\"it\", {\n        b: `'${'c'}';\n`, // x;\n    /*\n     * 'd',\n     */\n})\nlet g = 1 // y\nh(g, \"i\")\n"
        );
    }

    #[test]
    fn a_list_has_one_line_where_that_fits() {
        let text = "f(\n\ta,\n\tb,\n);\n";
        let style = |width, trailing_commas| Style {
            indentation: Indentation::Tabs,
            width,
            trailing_commas,
            ..Style::default()
        };
        assert_eq!(style(8, TrailingCommas::All).apply(text), "f(a, b);\n");
        assert_eq!(style(7, TrailingCommas::All).apply(text), text);
        let without = "f(\n\ta,\n\tb\n);\n";
        assert_eq!(style(7, TrailingCommas::Es5).apply(text), without);
        assert_eq!(style(7, TrailingCommas::None).apply(text), without);
        let array = "x = [\n\ta,\n];\n";
        assert_eq!(style(7, TrailingCommas::Es5).apply(array), array);
        assert_eq!(
            style(7, TrailingCommas::None).apply(array),
            "x = [\n\ta\n];\n"
        );
        let object = "x = {\n\ta,\n};\n";
        assert_eq!(style(80, TrailingCommas::All).apply(object), object);
    }
}
