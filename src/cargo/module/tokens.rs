//! The tokens of a Rust file, one after the other, as rustc's own lexer tells them.
//!
//! White space and comments are passed over; doc comments are tokens. What the lexer cannot make sense of is a doubt.

use std::ops::Range;

use ra_ap_rustc_lexer::{DocStyle, FrontmatterAllowed, LiteralKind, TokenKind, tokenize};

use super::Doubt;

/// A place between two tokens.
#[derive(Clone, Copy)]
pub(super) struct Tokens<'a> {
    text: &'a str,
    at: usize,
    /// The next token, once it has been looked at.
    ahead: Option<Token>,
    dialect: Dialect,
}

/// How the few tokens are read that an edition changed.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Dialect {
    /// Since edition 2021, `cr"…"` is one string.
    Since2021,
    /// Before, it was the word `cr` and a string.
    Before2021,
}

/// A token of the text.
#[derive(Clone, Copy)]
pub(super) struct Token {
    pub(super) kind: Kind,
    pub(super) start: usize,
    pub(super) end: usize,
}

/// What a token is, as far as items need it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// An identifier or a keyword.
    Word,
    /// A string that is neither of bytes nor for C.
    String,
    /// `(`, `[` or `{`.
    Open(char),
    /// `)`, `]` or `}`.
    Close(char),
    /// Any other sign: one character.
    Sign(char),
    /// `/// …` or `/** … */`.
    OuterDoc,
    /// `//! …` or `/*! … */`.
    InnerDoc,
    /// A number, a lifetime, a character or another string.
    Other,
    /// The end of the text.
    End,
}

impl<'a> Tokens<'a> {
    /// The tokens in `range` of `text`.
    pub(super) fn of(text: &'a str, range: Range<usize>, dialect: Dialect) -> Self {
        Self {
            text: &text[..range.end],
            at: range.start,
            ahead: None,
            dialect,
        }
    }

    /// Those of them that come before `end`.
    pub(super) fn up_to(self, end: usize) -> Self {
        Self {
            text: &self.text[..end],
            ahead: None,
            ..self
        }
    }

    /// Where it is in the text.
    pub(super) fn at(&self) -> usize {
        self.at
    }

    /// The text from here on.
    pub(super) fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }

    /// The source of `token`.
    pub(super) fn source(&self, token: &Token) -> &'a str {
        &self.text[token.start..token.end]
    }

    /// The next token, if it is the sign, or the opening delimiter, `sign`.
    pub(super) fn take(&mut self, sign: char) -> Result<Option<Token>, Doubt> {
        self.take_if(|_, token| matches!(token.kind, Kind::Sign(c) | Kind::Open(c) if c == sign))
    }

    /// The next token, if it is the keyword `word`.
    pub(super) fn take_word(&mut self, word: &str) -> Result<Option<Token>, Doubt> {
        self.take_if(|tokens, token| token.kind == Kind::Word && tokens.source(token) == word)
    }

    /// The next token, if it `is_wanted`.
    pub(super) fn take_if(
        &mut self,
        is_wanted: impl Fn(&Self, &Token) -> bool,
    ) -> Result<Option<Token>, Doubt> {
        let token = self.peek()?;
        match is_wanted(self, &token) {
            true => self.next().map(Some),
            false => Ok(None),
        }
    }

    /// The next token, without passing it.
    pub(super) fn peek(&mut self) -> Result<Token, Doubt> {
        if let Some(token) = self.ahead {
            return Ok(token);
        }
        let start = self.at;
        let token = self.next()?;
        self.at = start;
        self.ahead = Some(token);
        Ok(token)
    }

    /// Passes the next token.
    pub(super) fn next(&mut self) -> Result<Token, Doubt> {
        if let Some(token) = self.ahead.take() {
            self.at = token.end;
            return Ok(token);
        }
        loop {
            let rest = &self.text[self.at..];
            let Some(token) = tokenize(rest, FrontmatterAllowed::No).next() else {
                return Ok(self.pass(Kind::End, 0));
            };
            let length = token.len as usize;
            if let Some((kind, length)) = self.meaning(token.kind, length)? {
                return Ok(self.pass(kind, length));
            }
            self.at += length;
        }
    }

    fn pass(&mut self, kind: Kind, length: usize) -> Token {
        let start = self.at;
        self.at += length;
        Token {
            kind,
            start,
            end: self.at,
        }
    }

    /// What a token of `length` bytes is, and how many of them belong to it; none if it is white space or a comment.
    fn meaning(&self, kind: TokenKind, length: usize) -> Result<Option<(Kind, usize)>, Doubt> {
        use TokenKind as T;
        let kind = match kind {
            T::Whitespace
            | T::LineComment { doc_style: None }
            | T::BlockComment {
                doc_style: None,
                terminated: true,
            } => return Ok(None),
            T::LineComment {
                doc_style: Some(style),
            }
            | T::BlockComment {
                doc_style: Some(style),
                terminated: true,
            } => match style {
                DocStyle::Outer => Kind::OuterDoc,
                DocStyle::Inner => Kind::InnerDoc,
            },
            T::Ident | T::RawIdent | T::ForcedKeywordIdent | T::UnknownPrefix => Kind::Word,
            T::Literal { kind, .. } => match kind {
                LiteralKind::RawCStr { .. } if self.dialect == Dialect::Before2021 => {
                    return Ok(Some((Kind::Word, "cr".len())));
                }
                _ if !is_closed(kind) => return Err(self.not_rust()),
                LiteralKind::Str { .. } | LiteralKind::RawStr { .. } => Kind::String,
                _ => Kind::Other,
            },
            T::Lifetime { .. } | T::RawLifetime | T::UnknownPrefixLifetime => Kind::Other,
            // Edition 2024 reserves it; where the file compiles, it is two tokens.
            T::GuardedStrPrefix => return Ok(Some((Kind::Sign('#'), 1))),
            T::InvalidIdent | T::Unknown | T::Frontmatter { .. } | T::BlockComment { .. } => {
                return Err(self.not_rust());
            }
            _ => self.sign(),
        };
        Ok(Some((kind, length)))
    }

    /// The sign that follows.
    fn sign(&self) -> Kind {
        match self.text[self.at..].chars().next() {
            Some(open @ ('(' | '[' | '{')) => Kind::Open(open),
            Some(close @ (')' | ']' | '}')) => Kind::Close(close),
            Some(sign) => Kind::Sign(sign),
            None => Kind::End,
        }
    }

    /// Passes all up to what closes `open`, and answers that.
    pub(super) fn close(&mut self, open: &Token) -> Result<Token, Doubt> {
        let mut opened = vec![open.start];
        loop {
            self.pass_plain();
            let token = match self.sign() {
                kind @ (Kind::Open(_) | Kind::Close(_)) => self.pass(kind, 1),
                _ => self.next()?,
            };
            match token.kind {
                Kind::Open(_) => opened.push(token.start),
                Kind::Close(close) => {
                    let open = opened.pop();
                    if !open.is_some_and(|open| self.text[open..].starts_with(pair_of(close))) {
                        return Err(self.not_rust_at(token.start));
                    }
                    if opened.is_empty() {
                        return Ok(token);
                    }
                }
                Kind::End => {
                    let innermost = opened.pop().unwrap_or(token.start);
                    return Err(self.not_rust_at(innermost));
                }
                _ => {}
            }
        }
    }

    /// Passes the bytes that are no delimiters and cannot begin a token that holds one. They are most of a file, and need
    /// no lexer.
    fn pass_plain(&mut self) {
        let bytes = &self.text.as_bytes()[self.at..];
        let plain = bytes.iter().position(|&byte| !is_plain(byte));
        let plain = &bytes[..plain.unwrap_or(bytes.len())];
        self.ahead = None;
        self.at += plain.len();
        if !matches!(self.sign(), Kind::Open(_) | Kind::Close(_)) {
            // A word may be the start of what follows: `br"…"`.
            let is_in_word = |byte: &&u8| byte.is_ascii_alphanumeric() || **byte == b'_';
            self.at -= plain.iter().rev().take_while(is_in_word).count();
        }
    }

    fn not_rust(&self) -> Doubt {
        self.not_rust_at(self.at)
    }

    pub(super) fn not_rust_at(&self, offset: usize) -> Doubt {
        self.doubt(offset, "the file is not valid Rust")
    }

    /// A doubt about what stands at `offset`.
    pub(super) fn doubt(&self, offset: usize, reason: &str) -> Doubt {
        Doubt::at(self.text, offset, reason)
    }

    /// A doubt because the next token is something else than `expected`.
    pub(super) fn expected(&self, expected: &str) -> Doubt {
        let mut ahead = *self;
        let offset = ahead.peek().map_or(self.at, |token| token.start);
        let reason = format!("the file cannot be read here: expected {expected}");
        Doubt::at(self.text, offset, reason)
    }
}

fn is_plain(byte: u8) -> bool {
    let is_mark = matches!(byte, b'"' | b'\'' | b'/' | b'#');
    let is_delimiter = matches!(byte, b'(' | b')' | b'[' | b']' | b'{' | b'}');
    byte.is_ascii() && !is_mark && !is_delimiter
}

/// What `close` closes.
fn pair_of(close: char) -> char {
    match close {
        ')' => '(',
        ']' => '[',
        _ => '{',
    }
}

fn is_closed(literal: LiteralKind) -> bool {
    match literal {
        LiteralKind::Int { .. } | LiteralKind::Float { .. } => true,
        LiteralKind::Char { terminated }
        | LiteralKind::Byte { terminated }
        | LiteralKind::Str { terminated }
        | LiteralKind::ByteStr { terminated }
        | LiteralKind::CStr { terminated } => terminated,
        LiteralKind::RawStr { n_hashes }
        | LiteralKind::RawByteStr { n_hashes }
        | LiteralKind::RawCStr { n_hashes } => n_hashes.is_some(),
    }
}

/// What the string with the source `source` says; none for what is rare in the name of a file.
pub(super) fn string_value(source: &str) -> Option<String> {
    if let Some(raw) = source.strip_prefix('r') {
        let content = raw.trim_start_matches('#');
        let hashes = &raw[..raw.len() - content.len()];
        let content = content.strip_prefix('"')?.strip_suffix(hashes)?;
        return content.strip_suffix('"').map(str::to_owned);
    }
    let mut rest = source.strip_prefix('"')?.strip_suffix('"')?;
    let mut value = String::new();
    while let Some((plain, escaped)) = rest.split_once('\\') {
        value += plain;
        let (character, after) = unescape(escaped)?;
        value.push(character);
        rest = after;
    }
    Some(value + rest)
}

/// The character that `text` starts with, after a backslash, and what follows.
fn unescape(text: &str) -> Option<(char, &str)> {
    if let Some(unicode) = text.strip_prefix("u{") {
        let (digits, rest) = unicode.split_once('}')?;
        let code = u32::from_str_radix(&digits.replace('_', ""), 16).ok()?;
        return Some((char::from_u32(code)?, rest));
    }
    if let Some(ascii) = text.strip_prefix('x') {
        let (digits, rest) = ascii.split_at_checked(2)?;
        return Some((char::from(u8::from_str_radix(digits, 16).ok()?), rest));
    }
    let mut characters = text.chars();
    let character = match characters.next()? {
        'n' => '\n',
        'r' => '\r',
        't' => '\t',
        '0' => '\0',
        same @ ('\\' | '"' | '\'') => same,
        _ => return None,
    };
    Some((character, characters.as_str()))
}
