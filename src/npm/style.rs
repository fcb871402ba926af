//! How a project writes its TypeScript: quotes and indentation.
//!
//! Text in, text out. A generated file follows the project where its own files agree.

use super::typescript::{Part, parts};

/// The quotes of strings.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Quotes {
    /// `'…'`.
    #[default]
    Single,
    /// `"…"`.
    Double,
}

/// What one level of indentation is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Indentation {
    /// One tab.
    Tab,
    /// As many spaces.
    Spaces(usize),
}

impl Default for Indentation {
    fn default() -> Self {
        Self::Spaces(2)
    }
}

/// How TypeScript is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Style {
    /// The quotes of strings.
    pub quotes: Quotes,
    /// What one level of indentation is.
    pub indentation: Indentation,
}

impl Style {
    /// The style that all of `texts` agree in; where they differ or do not tell, single quotes and two spaces.
    pub(crate) fn of<'a>(texts: impl IntoIterator<Item = &'a str>) -> Self {
        let mut quotes = Vec::new();
        let mut indentations = Vec::new();
        for text in texts {
            let parts = parts(text);
            quotes.extend(parts.iter().filter_map(|part| quotes_of(*part)));
            indentations.extend(indentations_of(&parts));
        }
        Self {
            quotes: agreed(&quotes).unwrap_or_default(),
            indentation: agreed(&indentations).unwrap_or_default(),
        }
    }

    /// `text`, which is indented with tabs and has single quotes, in this style.
    pub(crate) fn apply(self, text: &str) -> String {
        let requoted = parts(text)
            .into_iter()
            .map(|part| self.requoted(part))
            .collect::<String>();
        requoted
            .split_inclusive('\n')
            .map(|line| self.indented(line))
            .collect()
    }

    fn requoted(self, part: Part<'_>) -> String {
        match (self.quotes, part) {
            (Quotes::Double, Part::String(text))
                if !text.contains('"') && !text.contains("\\'") =>
            {
                text.replace('\'', "\"")
            }
            _ => part.text().to_owned(),
        }
    }

    fn indented(self, line: &str) -> String {
        let code = line.trim_start_matches('\t');
        let depth = line.len() - code.len();
        match self.indentation {
            Indentation::Tab => line.to_owned(),
            Indentation::Spaces(width) => format!("{}{code}", " ".repeat(depth * width)),
        }
    }
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

/// By how much the lines after an opening bracket are indented.
fn indentations_of(parts: &[Part<'_>]) -> Vec<Indentation> {
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

fn unit(added: &str) -> Option<Indentation> {
    match added {
        "\t" => Some(Indentation::Tab),
        _ if !added.is_empty() && added.chars().all(|c| c == ' ') => {
            Some(Indentation::Spaces(added.len()))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(texts: &[&str], quotes: Quotes, indentation: Indentation) {
        assert_eq!(
            Style::of(texts.iter().copied()),
            Style {
                quotes,
                indentation
            },
            "{texts:?}"
        );
    }

    #[test]
    fn a_project_that_agrees_is_followed() {
        check(
            &["import x from \"y\";\nf({\n\ta: 1,\n});\n"],
            Quotes::Double,
            Indentation::Tab,
        );
        check(
            &[
                "import x from 'y';\nif (x) {\n    a(\"it's\");\n}\n",
                "g(() => {\n    b();\n});\n",
            ],
            Quotes::Single,
            Indentation::Spaces(4),
        );
    }

    #[test]
    fn a_project_that_does_not_tell_gets_the_usual_style() {
        check(&[], Quotes::Single, Indentation::Spaces(2));
        check(
            &["import x from 'y';\nimport z from \"z\";\n"],
            Quotes::Single,
            Indentation::Spaces(2),
        );
        check(
            &["f({\n\ta: 1,\n});\n", "f({\n    a: 1,\n});\n"],
            Quotes::Single,
            Indentation::Spaces(2),
        );
    }

    #[test]
    fn a_string_without_an_end_tells_nothing() {
        check(&["\"2.0.1😀"], Quotes::Single, Indentation::Spaces(2));
    }

    #[test]
    fn comments_strings_and_continued_lines_do_not_mislead() {
        check(
            &[
                "/**\n * don't \"x\"\n */\nf({ // y\n  a: 1,\n  b:\n      2,\n  c: `\n\t{\n\t\tx\n`,\n});\n// it's\n",
            ],
            Quotes::Single,
            Indentation::Spaces(2),
        );
    }

    #[test]
    fn a_text_is_put_into_a_style() {
        let text = "// it's\nf('a', {\n\t\tb: `'${'c'}'`,\r\n\t\t/*\n\t * 'd'\n\t */\n});\n";
        let double = Style {
            quotes: Quotes::Double,
            indentation: Indentation::Spaces(4),
        };
        let expect =
            "// it's\nf(\"a\", {\n        b: `'${'c'}'`,\r\n        /*\n     * 'd'\n     */\n});\n";
        assert_eq!(double.apply(text), expect);
        assert_eq!(
            Style {
                quotes: Quotes::Single,
                indentation: Indentation::Tab
            }
            .apply(text),
            text
        );
    }
}
