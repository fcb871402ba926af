//! The items of a Rust file, as far as declaring a module needs them.
//!
//! Modules are read in full, every other item only up to its end: what stands in the bodies of functions and types
//! stays a token tree. So a file that is half written, or newer than this parser, can still be read, and no nesting of
//! expressions can exhaust the stack.

use std::ops::Range;

use proc_macro2::{Delimiter, Span, TokenStream, TokenTree};
use syn::ext::IdentExt;
use syn::parse::{Parse, ParseStream, Parser};
use syn::token::Brace;
use syn::{Ident, LitStr, Path, Token, braced, bracketed};

use super::{Doubt, Visibility, comments};
use crate::text::BYTE_ORDER_MARK;

/// How deep delimiters may nest; the parser's token buffer is filled by recursion.
const DEEPEST_NESTING: usize = 256;

/// What stands between the braces of a module, or in a whole file.
pub(super) struct Body {
    /// The bytes between the braces; in a file, those after the byte order mark.
    pub(super) span: Range<usize>,
    /// Where the inner attributes and inner doc comments end, or a shebang.
    pub(super) head_end: usize,
    /// The items, in order.
    pub(super) items: Vec<Item>,
}

/// One item, with its attributes and doc comments.
pub(super) struct Item {
    pub(super) span: Range<usize>,
    pub(super) kind: Kind,
}

/// What an item is.
pub(super) enum Kind {
    /// `use` or `extern crate`, with its tokens.
    Import(TokenStream),
    /// `mod`.
    Module(Module),
    /// A macro call or a `macro_rules!` definition, whose tokens may hold anything.
    Macro(Macro),
    /// Any other item.
    Other,
}

/// A `mod` item.
pub(super) struct Module {
    /// The name, without `r#`.
    pub(super) name: String,
    pub(super) visibility: Visibility,
    pub(super) attributes: Attributes,
    /// What stands between its braces; none for `mod name;`.
    pub(super) body: Option<Body>,
}

/// A macro call in the place of an item.
pub(super) struct Macro {
    /// The last segment of its path: `include`.
    pub(super) name: String,
    pub(super) tokens: TokenStream,
}

/// The attributes of an item that matter to a module.
#[derive(Default)]
pub(super) struct Attributes {
    pub(super) path: PathAttribute,
    /// Behind `cfg`.
    pub(super) conditional: bool,
    /// Behind an attribute that makes rustfmt leave the item where it is.
    pub(super) pinned: bool,
}

/// The `#[path]` of a module.
#[derive(Default)]
pub(super) enum PathAttribute {
    /// There is none.
    #[default]
    Absent,
    /// `#[path = "…"]`.
    Value(String),
    /// It depends on a condition, or on something else than a string.
    Unknown,
}

/// Reads the items of the file `text`.
pub(super) fn read(text: &str) -> Result<Body, Doubt> {
    let start = if text.starts_with(BYTE_ORDER_MARK) {
        BYTE_ORDER_MARK.len_utf8()
    } else {
        0
    };
    let head = start + shebang_length(&text[start..]);
    // Spaces in the place of what Rust's lexer does not see keep every offset true.
    let source = " ".repeat(head) + &text[head..];
    let tokens = source.parse::<TokenStream>().map_err(|error| {
        Doubt::at(
            text,
            error.span().byte_range().start,
            "the file is not valid Rust",
        )
    })?;
    if let Some(span) = too_deep(tokens.clone()) {
        return Err(Doubt::at(
            text,
            span.byte_range().start,
            "the file is nested too deeply",
        ));
    }
    let file = |input: ParseStream<'_>| Body::parse(input, start..text.len(), head);
    file.parse2(tokens).map_err(|error| {
        let bytes = error.span().byte_range();
        // The end of the file has no span of its own.
        let offset = if bytes.is_empty() {
            text.len()
        } else {
            bytes.start
        };
        Doubt::at(
            text,
            offset,
            format!("the file cannot be read here: {error}"),
        )
    })
}

/// The length of the line `#!/usr/bin/env …` at the start of `text`, without its line end. `#![attribute]` is none.
fn shebang_length(text: &str) -> usize {
    let Some(after) = text.strip_prefix("#!") else {
        return 0;
    };
    let next = comments::skip(after);
    if after[next..].starts_with('[') {
        return 0;
    }
    text.find('\n').unwrap_or(text.len())
}

/// Where delimiters nest deeper than [`DEEPEST_NESTING`], without recursion.
fn too_deep(tokens: TokenStream) -> Option<Span> {
    let mut levels = vec![tokens.into_iter()];
    while let Some(level) = levels.last_mut() {
        match level.next() {
            Some(TokenTree::Group(group)) if levels.len() > DEEPEST_NESTING => {
                return Some(group.span_open());
            }
            Some(TokenTree::Group(group)) => levels.push(group.stream().into_iter()),
            Some(_) => {}
            None => drop(levels.pop()),
        }
    }
    None
}

impl Body {
    fn parse(input: ParseStream<'_>, span: Range<usize>, mut head_end: usize) -> syn::Result<Self> {
        while input.peek(Token![#]) && input.peek2(Token![!]) {
            input.parse::<Token![#]>()?;
            input.parse::<Token![!]>()?;
            head_end = end_of(&input.parse::<TokenTree>()?);
        }
        let mut items = Vec::new();
        while !input.is_empty() {
            items.push(input.parse()?);
        }
        Ok(Self {
            span,
            head_end,
            items,
        })
    }

    /// The modules that it declares itself.
    pub(super) fn modules(&self) -> impl Iterator<Item = (&Item, &Module)> {
        self.items.iter().filter_map(|item| match &item.kind {
            Kind::Module(module) => Some((item, module)),
            _ => None,
        })
    }
}

impl Parse for Item {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let start = input.span().byte_range().start;
        let attributes = input.parse::<Attributes>()?;
        let visibility = visibility(input)?;
        let (kind, end) =
            if input.peek(Token![mod]) || input.peek(Token![unsafe]) && input.peek2(Token![mod]) {
                let (module, end) = module(input, attributes, visibility)?;
                (Kind::Module(module), end)
            } else if starts_macro(input) {
                let (call, end) = macro_call(input)?;
                (Kind::Macro(call), end)
            } else if input.peek(Token![use])
                || input.peek(Token![extern]) && input.peek2(Token![crate])
            {
                let (tokens, end) = import(input)?;
                (Kind::Import(tokens), end)
            } else {
                (Kind::Other, skip_item(input, ending(input)?)?)
            };
        Ok(Self {
            span: start..end,
            kind,
        })
    }
}

impl Parse for Attributes {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let mut attributes = Self::default();
        while input.peek(Token![#]) {
            input.parse::<Token![#]>()?;
            let content;
            bracketed!(content in input);
            attributes.add(&content)?;
        }
        Ok(attributes)
    }
}

impl Attributes {
    /// Takes in the attribute between the brackets of `#[…]`.
    fn add(&mut self, content: ParseStream<'_>) -> syn::Result<()> {
        let name = content
            .call(Path::parse_mod_style)
            .ok()
            .and_then(|path| Some(path.segments.last()?.ident.to_string()));
        let rest = content.parse::<TokenStream>()?;
        match name.as_deref() {
            Some("path") => self.path = path_value(rest),
            Some("cfg") => self.conditional = true,
            Some("cfg_attr") if names(rest.clone(), &["path"]) => {
                self.path = PathAttribute::Unknown
            }
            Some("macro_use" | "skip" | "rustfmt_skip") => self.pinned = true,
            _ => {}
        }
        Ok(())
    }
}

/// The value in the tokens after `path`: `= "…"`.
fn path_value(tokens: TokenStream) -> PathAttribute {
    let value = |input: ParseStream<'_>| {
        input.parse::<Token![=]>()?;
        input.parse::<LitStr>()
    };
    match value.parse2(tokens) {
        Ok(literal) => PathAttribute::Value(literal.value()),
        Err(_) => PathAttribute::Unknown,
    }
}

fn visibility(input: ParseStream<'_>) -> syn::Result<Visibility> {
    Ok(match input.parse()? {
        syn::Visibility::Inherited => Visibility::Private,
        syn::Visibility::Public(_) => Visibility::Public,
        _ => Visibility::Restricted,
    })
}

fn module(
    input: ParseStream<'_>,
    attributes: Attributes,
    visibility: Visibility,
) -> syn::Result<(Module, usize)> {
    input.parse::<Option<Token![unsafe]>>()?;
    input.parse::<Token![mod]>()?;
    let name = input.call(Ident::parse_any)?.unraw().to_string();
    if input.peek(Token![;]) {
        let end = input.parse::<Token![;]>()?.span.byte_range().end;
        return Ok((
            Module {
                name,
                visibility,
                attributes,
                body: None,
            },
            end,
        ));
    }
    let content;
    let braces = braced!(content in input).span;
    let inside = braces.open().byte_range().end..braces.close().byte_range().start;
    let head_end = inside.start;
    let body = Some(Body::parse(&content, inside, head_end)?);
    Ok((
        Module {
            name,
            visibility,
            attributes,
            body,
        },
        braces.close().byte_range().end,
    ))
}

fn starts_macro(input: ParseStream<'_>) -> bool {
    let ahead = input.fork();
    ahead.call(Path::parse_mod_style).is_ok() && ahead.peek(Token![!])
}

fn macro_call(input: ParseStream<'_>) -> syn::Result<(Macro, usize)> {
    let path = input.call(Path::parse_mod_style)?;
    let name = path
        .segments
        .last()
        .map(|segment| segment.ident.to_string())
        .unwrap_or_default();
    input.parse::<Token![!]>()?;
    if input.peek(Ident::peek_any) {
        input.call(Ident::parse_any)?;
    }
    let TokenTree::Group(group) = input.parse()? else {
        return Err(input.error("expected the arguments of a macro"));
    };
    let end = match group.delimiter() {
        Delimiter::Brace => group.span_close().byte_range().end,
        _ => input.parse::<Token![;]>()?.span.byte_range().end,
    };
    Ok((
        Macro {
            name,
            tokens: group.stream(),
        },
        end,
    ))
}

fn import(input: ParseStream<'_>) -> syn::Result<(TokenStream, usize)> {
    let mut tokens = Vec::new();
    while !input.is_empty() && !input.peek(Token![;]) {
        tokens.push(input.parse::<TokenTree>()?);
    }
    let end = input.parse::<Token![;]>()?.span.byte_range().end;
    Ok((tokens.into_iter().collect(), end))
}

/// What ends an item.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Ending {
    /// `;`, whatever comes before it.
    Semicolon,
    /// `;` or a body in braces, whichever comes first.
    SemicolonOrBody,
}

/// Tells by its keyword how the item at the start of `input` ends.
fn ending(input: ParseStream<'_>) -> syn::Result<Ending> {
    let ahead = input.fork();
    let word = || {
        ahead
            .call(Ident::parse_any)
            .map(|word| word.to_string())
            .unwrap_or_default()
    };
    match word().as_str() {
        "static" | "type" => Ok(Ending::Semicolon),
        "const" => match word().as_str() {
            "async" | "auto" | "extern" | "fn" | "gen" | "impl" | "safe" | "trait" | "unsafe" => {
                Ok(Ending::SemicolonOrBody)
            }
            _ => Ok(Ending::Semicolon),
        },
        "async" | "auto" | "default" | "enum" | "extern" | "fn" | "gen" | "impl" | "macro"
        | "safe" | "struct" | "trait" | "union" | "unsafe" => Ok(Ending::SemicolonOrBody),
        _ => Err(input.error("expected an item")),
    }
}

/// Passes over the tokens of an item and answers where it ends.
fn skip_item(input: ParseStream<'_>, ending: Ending) -> syn::Result<usize> {
    let mut open_angles = 0_usize;
    while !input.is_empty() {
        if input.peek(Token![->]) {
            input.parse::<Token![->]>()?;
            continue;
        }
        // A macro that makes a type, whose braces are not the item's: `fn f() -> name! { … } { … }`.
        if input.peek(Ident) && input.peek2(Token![!]) && input.peek3(Brace) {
            input.parse::<Ident>()?;
            input.parse::<Token![!]>()?;
            input.parse::<TokenTree>()?;
            continue;
        }
        let token = input.parse::<TokenTree>()?;
        match &token {
            TokenTree::Punct(punct) => match punct.as_char() {
                ';' => return Ok(end_of(&token)),
                '<' => open_angles += 1,
                '>' => open_angles = open_angles.saturating_sub(1),
                _ => {}
            },
            // In angle brackets, braces hold a constant.
            TokenTree::Group(group)
                if group.delimiter() == Delimiter::Brace
                    && ending == Ending::SemicolonOrBody
                    && open_angles == 0 =>
            {
                return Ok(end_of(&token));
            }
            _ => {}
        }
    }
    Err(input.error("expected `;`"))
}

fn end_of(token: &TokenTree) -> usize {
    token.span().byte_range().end
}

/// Whether the identifiers `words` follow one another anywhere in `tokens`, however deep.
pub(super) fn names(tokens: TokenStream, words: &[&str]) -> bool {
    let mut levels = vec![tokens.into_iter()];
    let mut matched = 0;
    while let Some(level) = levels.last_mut() {
        match level.next() {
            Some(TokenTree::Ident(ident)) => {
                let ident = ident.unraw();
                matched = if ident == words[matched] {
                    matched + 1
                } else {
                    usize::from(ident == words[0])
                };
                if matched == words.len() {
                    return true;
                }
            }
            Some(TokenTree::Group(group)) => {
                matched = 0;
                levels.push(group.stream().into_iter());
            }
            Some(_) => matched = 0,
            None => {
                matched = 0;
                levels.pop();
            }
        }
    }
    false
}

/// Whether `use` with these tokens brings in the name `name`.
pub(super) fn imports(tokens: TokenStream, name: &str) -> bool {
    let tokens = tokens.into_iter().collect::<Vec<_>>();
    tokens.iter().enumerate().any(|(index, token)| match token {
        TokenTree::Group(group) => imports(group.stream(), name),
        TokenTree::Ident(ident) if ident.unraw() == name => match &tokens[index + 1..] {
            [] => true,
            // `name::{self, …}`
            [
                TokenTree::Punct(_),
                TokenTree::Punct(_),
                TokenTree::Group(group),
                ..,
            ] => names(group.stream(), &["self"]),
            [TokenTree::Punct(next), ..] => next.as_char() == ',',
            _ => false,
        },
        _ => false,
    })
}
