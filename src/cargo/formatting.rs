//! Whether two Rust files differ in nothing but what rustfmt changes, whatever its settings are.
//!
//! Compares tokens: without white space, trailing commas, and the braces around the body of a closure or of an arm;
//! imports by what they bring in, comments by their words.

use ra_ap_rustc_lexer::{FrontmatterAllowed, TokenKind, tokenize};

use crate::text::layout::Token;

/// How deep imports may nest that are told apart.
const DEEPEST_NESTING: usize = 64;

/// Whether rustfmt may have made one of the files from the other.
pub(super) fn is_same_but_for_style(one: &str, other: &str) -> bool {
    canonical(one) == canonical(other)
}

fn canonical(text: &str) -> Vec<String> {
    without_trailing_commas(with_sorted_imports(&without_body_braces(tokens(text))))
}

/// What rustfmt keeps of `text`, line by line: no white space, and no commas before closing brackets.
pub(super) fn layout_tokens(text: &str) -> Vec<Token<'_>> {
    let mut tokens = Vec::<Token<'_>>::new();
    let mut at = 0;
    for token in tokenize(text, FrontmatterAllowed::No) {
        let source = &text[at..at + token.len as usize];
        let is_comment = matches!(
            token.kind,
            TokenKind::LineComment { .. } | TokenKind::BlockComment { .. }
        );
        let mut start = at;
        at += source.len();
        if token.kind == TokenKind::Whitespace {
            continue;
        }
        if matches!(source, ")" | "]" | "}" | ">")
            && tokens.last().is_some_and(|last| last.text == ",")
        {
            tokens.pop();
        }
        for line in source.split_inclusive('\n') {
            let text = match is_comment {
                true => line.split_whitespace().collect::<Vec<_>>().join(" ").into(),
                false => line.trim_end_matches(['\r', '\n']).into(),
            };
            tokens.push(Token { text, start });
            start += line.len();
        }
    }
    tokens
}

/// The tokens of `text`, without white space. Comments are a sign and words, so that it does not matter where they are
/// broken.
fn tokens(text: &str) -> Vec<&str> {
    let mut tokens = Vec::new();
    let mut at = 0;
    let mut comment = "";
    for token in tokenize(text, FrontmatterAllowed::No) {
        let end = at + token.len as usize;
        let source = &text[at..end];
        at = end;
        match token.kind {
            TokenKind::Whitespace => {}
            TokenKind::LineComment { .. } => {
                let words = source.trim_start_matches(['/', '!']);
                let sign = &source[..source.len() - words.len()];
                if sign != comment {
                    tokens.push(sign);
                }
                comment = sign;
                tokens.extend(words.split_whitespace());
            }
            TokenKind::BlockComment { .. } => {
                tokens.extend(source.split_whitespace());
                comment = "";
            }
            _ => {
                tokens.push(source);
                comment = "";
            }
        }
    }
    tokens
}

/// `tokens` with the body of each closure and each arm as it is without braces.
fn without_body_braces(tokens: Vec<&str>) -> Vec<&str> {
    let mut plain: Vec<&str> = Vec::new();
    // For each open brace, whether it goes, whether a comma ends what it holds, and where that starts.
    let mut open = Vec::new();
    let mut tokens = tokens.into_iter().peekable();
    while let Some(token) = tokens.next() {
        let is_arm = plain.ends_with(&["=", ">"]);
        match token {
            "{" => {
                let goes = is_arm || plain.ends_with(&["|"]);
                open.push((goes, is_arm, plain.len()));
                if !goes {
                    plain.push(token);
                }
            }
            "}" => match open.pop() {
                Some((true, is_arm, start)) => {
                    // Without braces, these end without a semicolon.
                    let first = plain.get(start).copied().unwrap_or_default();
                    if ["return", "break", "continue"].contains(&first) && plain.ends_with(&[";"]) {
                        plain.pop();
                    }
                    if is_arm && tokens.peek() != Some(&",") {
                        plain.push(",");
                    }
                }
                _ => plain.push(token),
            },
            _ => plain.push(token),
        }
    }
    plain
}

/// `tokens` with each run of imports as the sorted paths that they bring in.
fn with_sorted_imports(tokens: &[&str]) -> Vec<String> {
    let mut sorted = Vec::new();
    let mut imports = Vec::new();
    let mut rest = tokens;
    while let Some((&token, after)) = rest.split_first() {
        let end = after.iter().position(|&token| token == ";");
        if let (true, Some(end)) = (token == "use", end) {
            let (tree, after) = after.split_at(end);
            expand(tree, &mut imports);
            rest = &after[1..];
            continue;
        }
        imports.sort();
        sorted.append(&mut imports);
        sorted.push(token.to_owned());
        rest = after;
    }
    imports.sort();
    sorted.append(&mut imports);
    sorted
}

/// Adds to `paths` what the `tree` of an import brings in.
fn expand(tree: &[&str], paths: &mut Vec<String>) {
    let mut prefixes = vec![String::new()];
    let mut path = String::new();
    for &token in tree {
        let prefix = prefixes.last().cloned().unwrap_or_default();
        match token {
            "{" if prefixes.len() > DEEPEST_NESTING => {
                paths.push(tree.concat());
                return;
            }
            "{" => prefixes.push(path.clone()),
            "," | "}" => {
                if path.len() > prefix.len() {
                    paths.push(path);
                }
                if token == "}" {
                    prefixes.pop();
                }
                path = prefixes.last().cloned().unwrap_or_default();
            }
            "as" => path += " as ",
            _ => path += token,
        }
    }
    if !path.is_empty() {
        paths.push(path);
    }
}

fn without_trailing_commas(tokens: Vec<String>) -> Vec<String> {
    let mut plain: Vec<String> = Vec::new();
    for token in tokens {
        if matches!(token.as_str(), ")" | "]" | "}" | ">")
            && plain.last().is_some_and(|last| last == ",")
        {
            plain.pop();
        }
        plain.push(token);
    }
    plain
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;
    use std::process::{Command, Stdio};

    use super::*;

    const ADAPTER: &str = include_str!("../../tests/cases/pristine/rust.rs");

    fn rustfmt(text: &str, edition: &str, settings: &str) -> String {
        let mut child = Command::new("rustfmt")
            .args(["--edition", edition, "--config", settings])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("rustfmt can be run");
        let mut stdin = child.stdin.take().unwrap();
        stdin.write_all(text.as_bytes()).unwrap();
        drop(stdin);
        let output = child.wait_with_output().unwrap();
        assert!(output.status.success(), "{settings}");
        String::from_utf8(output.stdout).unwrap()
    }

    #[test]
    fn what_rustfmt_moves_does_not_count() {
        let settings = [
            "style_edition=2015",
            "style_edition=2021",
            "style_edition=2024",
            "hard_tabs=true",
            "tab_spaces=2",
            "max_width=60",
            "max_width=80",
            "max_width=140",
            "use_small_heuristics=Max",
            "use_small_heuristics=Off",
            "newline_style=Windows",
            "fn_params_layout=Compressed",
            "match_block_trailing_comma=true",
            "use_field_init_shorthand=true",
        ];
        for edition in ["2018", "2024"] {
            for settings in settings {
                let formatted = rustfmt(ADAPTER, edition, settings);
                let (one, other) = (canonical(ADAPTER), canonical(&formatted));
                let differ = one.iter().zip(&other).position(|(a, b)| a != b);
                let around = differ.map(|at| (&one[at - 3..at + 9], &other[at - 3..at + 9]));
                assert_eq!(around, None, "{edition} {settings}");
            }
        }
    }

    #[track_caller]
    fn check(one: &str, other: &str, expect: bool) {
        assert_eq!(is_same_but_for_style(one, other), expect, "{one}\n{other}");
    }

    #[test]
    fn imports_count_by_what_they_bring_in() {
        check(
            "use a::{b, c};\nuse d;",
            "use d;\nuse a::b;\nuse a::c;",
            true,
        );
        check(
            "use a::{self, b as c, d::*};",
            "use a::{\n d::*, b as c,\n self,\n};",
            true,
        );
        check("use a::{b, c};", "use a::b;", false);
        check("use a as b;", "use a as c;", false);
        check("use a;\nfn f() {}", "fn f() {}\nuse a;", false);
    }

    #[test]
    fn comments_count_by_their_words() {
        check("// one two\n// three\nx", "// one\n// two three\nx", true);
        check("/// one\nx", "// one\nx", false);
        check("// one\nx", "// other\nx", false);
        check("x", "// one\nx", false);
    }

    #[test]
    fn bodies_are_the_same_with_braces_and_without() {
        check(
            "match x { A => f(), B => g() }",
            "match x { A => { f() } B => g(), }",
            true,
        );
        check("x.map(|y| f(y))", "x.map(|y| { f(y) })", true);
        check(
            "match x { A => return y, }",
            "match x { A => { return y; } }",
            true,
        );
        check("if a { b } else { c }", "if a { c } else { b }", false);
        check("if a { b; c }", "if a { b } c", false);
        check("f(a, b)", "f(b, a)", false);
    }
}
