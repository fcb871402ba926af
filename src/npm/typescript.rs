//! Splits TypeScript into code, comments and strings.
//!
//! As much as is needed to look at code without being misled by comments and strings; not a parser.

use crate::text::BYTE_ORDER_MARK;
use crate::text::layout::Token;

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
        let code_length = (0..rest.len())
            .find(|at| starts_part(&rest.as_bytes()[*at..]))
            .unwrap_or(rest.len());
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
pub(crate) fn code(text: &str) -> String {
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
pub(crate) fn has_word(code: &str, word: &str) -> bool {
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

/// All that `text` imports, be it values, types, or for what it does, with their places; in its order.
pub(crate) fn specifiers(text: &str) -> Vec<(usize, &str)> {
    let (mut specifiers, mut at) = (Vec::new(), 0);
    let mut before = "";
    for part in parts(text) {
        match part {
            Part::String(quoted) if imports_next(before) => {
                specifiers.push((at + 1, quoted.trim_matches(['\'', '"'])));
            }
            Part::Comment(_) => {}
            _ => before = "",
        }
        if let Part::Code(code) = part {
            before = code;
        }
        at += part.text().len();
    }
    specifiers
}

/// `text` with packages imported by other names: pairs of a package and its name.
pub(crate) fn with_names(text: &str, names: &[(&str, &str)]) -> String {
    let mut renamed = text.to_owned();
    for (at, specifier) in specifiers(text).into_iter().rev() {
        let package = package_of(specifier);
        let name = names.iter().find(|(known, _)| *known == package);
        if let Some((_, name)) = name {
            renamed.replace_range(at..at + package.len(), name);
        }
    }
    renamed
}

/// Whether `code` ends with the start of an import.
fn imports_next(code: &str) -> bool {
    let code = code.trim_end();
    let statement = code.rsplit(';').next().unwrap_or(code);
    let starts = ["import", "export"].iter().any(|word| {
        let mut lines = statement.lines();
        lines.any(|line| line.starts_with(word))
    });
    let is_call = code.ends_with("import(") || code.ends_with("require(");
    is_call || (starts && (code.ends_with("from") || code.ends_with("import")))
}

/// The package of what is imported as `specifier`.
pub(crate) fn package_of(specifier: &str) -> &str {
    let parts = if specifier.starts_with('@') { 2 } else { 1 };
    let end = specifier.match_indices('/').nth(parts - 1);
    end.map_or(specifier, |(end, _)| &specifier[..end])
}

/// Whether Node brings what is imported as `specifier`, with or without `node:`.
pub(crate) fn is_of_node(specifier: &str) -> bool {
    const MODULES: [&str; 38] = [
        "assert",
        "async_hooks",
        "buffer",
        "child_process",
        "cluster",
        "console",
        "constants",
        "crypto",
        "dgram",
        "diagnostics_channel",
        "dns",
        "domain",
        "events",
        "fs",
        "http",
        "http2",
        "https",
        "inspector",
        "module",
        "net",
        "os",
        "path",
        "perf_hooks",
        "process",
        "punycode",
        "querystring",
        "readline",
        "repl",
        "stream",
        "string_decoder",
        "timers",
        "tls",
        "tty",
        "url",
        "util",
        "v8",
        "worker_threads",
        "zlib",
    ];
    specifier.starts_with("node:") || MODULES.contains(&package_of(specifier))
}

/// Whether two texts differ in no more than what formatters change.
pub(super) fn is_reformatted(a: &str, b: &str) -> bool {
    // No formatter changes a letter, and comparing them is quicker than reading.
    let letters = |text| str::bytes(text).filter(u8::is_ascii_alphanumeric);
    let texts = |text| tokens(text).into_iter().map(|token| token.text);
    letters(a).eq(letters(b)) && texts(a).eq(texts(b))
}

/// What formatters keep of `text`: no blanks, no semicolons, no commas before closing brackets, and one kind of quotes.
pub(super) fn tokens(text: &str) -> Vec<Token<'_>> {
    let mut tokens = Vec::<Token<'_>>::new();
    let mut at = 0;
    for part in parts(text) {
        match part {
            Part::Code(code) => {
                for (start, word) in words(code) {
                    if matches!(word, ")" | "]" | "}")
                        && tokens.last().is_some_and(|last| last.text == ",")
                    {
                        tokens.pop();
                    }
                    tokens.push(Token {
                        text: word.into(),
                        start: at + start,
                    });
                }
            }
            Part::Comment(comment) => {
                let lines = lines(comment).filter(|(_, line)| !line.trim().is_empty());
                tokens.extend(lines.map(|(start, line)| Token {
                    text: line.split_whitespace().collect::<Vec<_>>().join(" ").into(),
                    start: at + start,
                }));
            }
            Part::String(string) => tokens.push(Token {
                text: format!("\"{}\"", string.trim_matches(['\'', '"'])).into(),
                start: at,
            }),
            Part::Template(template) => {
                tokens.extend(lines(template).map(|(start, line)| Token {
                    text: line.into(),
                    start: at + start,
                }));
            }
        }
        at += part.text().len();
    }
    tokens
}

/// The lines of `text`, and where they start.
fn lines(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut start = 0;
    text.split_inclusive('\n').map(move |line| {
        let at = start;
        start += line.len();
        (at, line.trim_end_matches(['\r', '\n']))
    })
}

/// The words and signs of `code`, and where they start.
fn words(code: &str) -> impl Iterator<Item = (usize, &str)> {
    let is_word = |c: char| c.is_alphanumeric() || c == '_' || c == '$';
    let mut at = 0;
    let words = std::iter::from_fn(move || {
        let rest = &code[at..];
        let first = rest.chars().next()?;
        let length = match is_word(first) {
            true => rest.find(|c| !is_word(c)).unwrap_or(rest.len()),
            false => first.len_utf8(),
        };
        let word = (at, &rest[..length]);
        at += length;
        Some(word)
    });
    words.filter(|(_, word)| {
        !word.starts_with(|c: char| c.is_whitespace() || c == ';' || c == BYTE_ORDER_MARK)
    })
}

fn starts_part(text: &[u8]) -> bool {
    matches!(text, [b'\'' | b'"' | b'`', ..] | [b'/', b'/' | b'*', ..])
}

fn split_part(text: &str) -> (Option<Part<'_>>, &str) {
    let Some(&first) = text.as_bytes().first() else {
        return (None, "");
    };
    let length = match first {
        b'`' | b'\'' | b'"' => quoted_length(text, first),
        _ if text.starts_with("//") => text.find(['\n', '\r']).unwrap_or(text.len()),
        _ => text[2..].find("*/").map_or(text.len(), |end| end + 4),
    };
    let (part, after) = text.split_at(length);
    let part = match first {
        b'`' => Part::Template(part),
        b'\'' | b'"' => Part::String(part),
        _ => Part::Comment(part),
    };
    (Some(part), after)
}

/// The length of what `text` starts with and `quote` ends. Only a template goes on after a line end: another quote that
/// meets one was none.
fn quoted_length(text: &str, quote: u8) -> usize {
    let mut escaped = false;
    for (at, byte) in text.bytes().enumerate().skip(1) {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'\n' if quote != b'`' => return at,
            _ if byte == quote => return at + 1,
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
    fn all_that_is_imported_is_found_with_its_place() {
        let text = "// import 'a'\nimport { b } from 'b'; // from 'c'\nimport type {\n\td,\n} from\n\t\"d/e\";\nimport 'f';\nexport * from './g';\nconst h = await import('h');\nconst from = 'i';\nsay('from', 'j');\nexport const k = 'k';\n";
        let found = specifiers(text);
        for (at, specifier) in &found {
            assert!(text[*at..].starts_with(specifier), "{specifier}");
        }
        let names = found.iter().map(|(_, name)| *name).collect::<Vec<_>>();
        assert_eq!(names, ["b", "d/e", "f", "./g", "h"]);
        let renamed = with_names(text, &[("d", "@d/d"), ("h", "hh"), ("k", "l")]);
        assert_eq!(
            renamed,
            text.replace("d/e", "@d/d/e").replace("'h'", "'hh'")
        );
    }

    #[test]
    fn a_package_is_told_from_what_is_in_it() {
        assert_eq!(package_of("@a/b/c/d"), "@a/b");
        assert_eq!(package_of("a/b"), "a");
        assert_eq!(package_of("@a"), "@a");
        for name in ["node:test", "fs/promises", "path", "worker_threads"] {
            assert!(is_of_node(name), "{name}");
        }
        assert!(!is_of_node("fs-extra") && !is_of_node("@types/node"));
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
