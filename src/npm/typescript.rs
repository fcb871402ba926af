//! Splits TypeScript into code, comments and strings.
//!
//! As much as is needed to look at code without being misled by comments and strings; not a parser.

use crate::text::BYTE_ORDER_MARK;

/// A part of a TypeScript text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part<'a> {
    /// What is neither of the others.
    Code(&'a str),
    /// `// …` without the line end, or `/* … */`.
    Comment(&'a str),
    /// `'…'` or `"…"`, quotes included.
    String(&'a str),
    /// `` `…` ``, with what is interpolated.
    Template(&'a str),
}

impl<'a> Part<'a> {
    pub(super) fn text(self) -> &'a str {
        match self {
            Self::Code(text) | Self::Comment(text) | Self::String(text) | Self::Template(text) => {
                text
            }
        }
    }
}

/// The parts of `text` in their order; together they are `text`.
pub(super) fn parts(text: &str) -> Vec<Part<'_>> {
    let mut parts = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        let code_length = rest
            .char_indices()
            .find(|&(at, _)| starts_part(&rest[at..]))
            .map_or(rest.len(), |(at, _)| at);
        let (code, after) = rest.split_at(code_length);
        if !code.is_empty() {
            parts.push(Part::Code(code));
        }
        let (part, after) = split_part(after);
        parts.extend(part);
        rest = after;
    }
    parts
}

/// The code of `text`, with a space for each comment and string.
pub(super) fn code(text: &str) -> String {
    let parts = parts(text).into_iter().map(|part| {
        if let Part::Code(code) = part {
            code
        } else {
            " "
        }
    });
    parts.collect()
}

/// Whether `word` stands in `code`.
pub(super) fn has_word(code: &str, word: &str) -> bool {
    code.split(|c: char| !c.is_alphanumeric() && c != '_' && c != '$')
        .any(|found| found == word)
}

/// The packages that `text` imports from, each once, in their order.
pub(super) fn imports(text: &str) -> Vec<&str> {
    let mut packages = Vec::new();
    for name in sources(text) {
        if !name.starts_with('.') && !packages.contains(&name) {
            packages.push(name);
        }
    }
    packages
}

/// What `text` imports from, in its order.
pub(super) fn sources(text: &str) -> Vec<&str> {
    let parts = parts(text);
    let pairs = parts.windows(2).filter_map(|pair| match pair {
        [Part::Code(code), Part::String(name)] if code.trim_end().ends_with("from") => {
            Some(name.trim_matches(['\'', '"']))
        }
        _ => None,
    });
    pairs.collect()
}

/// Whether two texts differ in no more than what formatters change.
pub(super) fn is_reformatted(a: &str, b: &str) -> bool {
    without_format(a) == without_format(b)
}

/// `text` without what formatters add, take away and choose: blanks, semicolons, commas before closing brackets, quotes.
fn without_format(text: &str) -> String {
    let mut bare = String::new();
    for part in parts(text) {
        match part {
            Part::Code(code) => {
                let is_kept = |c: &char| !c.is_whitespace() && !matches!(*c, ';' | BYTE_ORDER_MARK);
                for character in code.chars().filter(is_kept) {
                    if matches!(character, ')' | ']' | '}') && bare.ends_with(',') {
                        bare.pop();
                    }
                    bare.push(character);
                }
            }
            Part::Comment(comment) => bare.extend(comment.split_whitespace()),
            Part::String(string) => {
                bare.push('"');
                bare += string.trim_matches(['\'', '"']);
                bare.push('"');
            }
            Part::Template(template) => bare += template,
        }
    }
    bare
}

fn starts_part(text: &str) -> bool {
    text.starts_with(['\'', '"', '`']) || text.starts_with("//") || text.starts_with("/*")
}

fn split_part(text: &str) -> (Option<Part<'_>>, &str) {
    let Some(first) = text.chars().next() else {
        return (None, "");
    };
    let length = match first {
        '`' | '\'' | '"' => quoted_length(text, first),
        _ if text.starts_with("//") => text.find(['\n', '\r']).unwrap_or(text.len()),
        _ => text[2..].find("*/").map_or(text.len(), |end| end + 4),
    };
    let (part, after) = text.split_at(length);
    let part = match first {
        '`' => Part::Template(part),
        '\'' | '"' => Part::String(part),
        _ => Part::Comment(part),
    };
    (Some(part), after)
}

/// The length of what `text` starts with and `quote` ends. Only a template goes on after a line end: another quote that
/// meets one was none.
fn quoted_length(text: &str, quote: char) -> usize {
    let mut escaped = false;
    for (at, character) in text.char_indices().skip(1) {
        match character {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '\n' if quote != '`' => return at,
            _ if character == quote => return at + character.len_utf8(),
            _ => {}
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_and_strings_are_told_from_code() {
        let text = "a('it\\'s', \"//\") // b 'c\n/* d\n\" */ e(`f\n${'g'}`);";
        let expect = [
            Part::Code("a("),
            Part::String("'it\\'s'"),
            Part::Code(", "),
            Part::String("\"//\""),
            Part::Code(") "),
            Part::Comment("// b 'c"),
            Part::Code("\n"),
            Part::Comment("/* d\n\" */"),
            Part::Code(" e("),
            Part::Template("`f\n${'g'}`"),
            Part::Code(");"),
        ];
        assert_eq!(parts(text), expect);
        assert_eq!(code("x /* y */'z'"), "x   ");
    }

    #[test]
    fn imports_are_found_once_and_words_whole() {
        let text = "import {\n\ta,\n} from '@x/y';\nimport type { b } from \"z\"; // from 'c'\nimport d from './e';\nimport f from '@x/y';\n";
        assert_eq!(imports(text), ["@x/y", "z"]);
        assert_eq!(imports(""), [""; 0]);
        assert!(has_word("a.make()", "make") && !has_word("remake maker $make", "make"));
    }

    #[test]
    fn what_formatters_change_makes_no_difference() {
        let text = "f('a', {\n\tb,\n});\n// c  d\n";
        assert!(is_reformatted(
            text,
            "\u{feff}f(\n  \"a\",\r\n  { b }\r\n)\r\n// c d\r\n"
        ));
        assert!(!is_reformatted(text, "f('A', {\n\tb,\n});\n// c  d\n"));
        assert!(!is_reformatted(text, "f('a', {\n\tb,\n});\n// c  e\n"));
    }

    #[test]
    fn nothing_is_lost() {
        for text in [
            "", "'", "/*", "`", "a / b", "don't\nx", "'é", "\\", "//", "'\\",
        ] {
            let joined = parts(text).into_iter().map(Part::text).collect::<String>();
            assert_eq!(joined, text);
        }
    }
}
