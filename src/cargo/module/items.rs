//! The items of a Rust file, as far as declaring a module needs them.
//!
//! Modules are read in full, every other item only up to its end: what stands in the bodies of functions and types
//! is passed over. So a file that is half written, or newer than this command, can still be read, and no nesting of
//! expressions can exhaust the stack.

use std::ops::Range;

use super::tokens::{Dialect, Kind as Lexeme, Token, Tokens, string_value};
use super::{Doubt, Visibility};
use crate::text::BYTE_ORDER_MARK;

/// How deep modules may nest, whose items are compared by recursion.
const DEEPEST_NESTING: usize = 256;

/// How many items a file may have: more than anyone writes, and few enough for the memory that they take.
const MOST_ITEMS: usize = 50_000;

/// What stands between the braces of a module, or in a whole file.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Body {
    /// The bytes between the braces; in a file, those after the byte order mark.
    pub(super) span: Range<usize>,
    /// Where the inner attributes and inner doc comments end, or a shebang.
    pub(super) head_end: usize,
    /// The items, in order.
    pub(super) items: Vec<Item>,
}

/// One item, with its attributes and doc comments.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Item {
    pub(super) span: Range<usize>,
    pub(super) kind: Kind,
}

/// What an item is.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// `use` or `extern crate`, up to its `;`.
    Import(Range<usize>),
    /// `mod`.
    Module(Module),
    /// A macro call or a `macro_rules!` definition, whose tokens may hold anything.
    Macro(Macro),
    /// Any other item.
    Other,
}

/// A `mod` item.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Module {
    /// The name, without `r#`.
    pub(super) name: String,
    pub(super) visibility: Visibility,
    pub(super) attributes: Attributes,
    /// What stands between its braces; none for `mod name;`.
    pub(super) body: Option<Body>,
}

/// A macro call in the place of an item.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Macro {
    /// The last segment of its path: `include`.
    pub(super) name: String,
    /// The whole path: `automod::dir!`.
    pub(super) path: String,
    /// What stands between its delimiters.
    pub(super) tokens: Range<usize>,
}

/// The attributes of an item that matter to a module.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Attributes {
    pub(super) path: PathAttribute,
    /// Behind `cfg`.
    pub(super) conditional: bool,
    /// The one feature that is all of the condition.
    pub(super) feature: Option<String>,
    /// Behind an attribute that makes rustfmt leave the item where it is.
    pub(super) pinned: bool,
}

/// The `#[path]` of a module.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) enum PathAttribute {
    /// There is none.
    #[default]
    Absent,
    /// `#[path = "…"]`.
    Value(String),
    /// It depends on a condition, or on something else than a string.
    Unknown,
}

/// Reads the items of the file `text`, and tells how its tokens are to be read.
pub(super) fn read(text: &str) -> Result<(Body, Dialect), Doubt> {
    let body = read_in(text, Dialect::Since2021);
    if !text.contains("cr\"") && !text.contains("cr#") {
        return Ok((body?, Dialect::Since2021));
    }
    // Which edition it is does not matter if only one reading makes sense, or both are the same.
    match (body, read_in(text, Dialect::Before2021)) {
        (Ok(body), Ok(other)) if body != other => Err(Doubt {
            reason: "the file reads differently before edition 2021".to_owned(),
            position: None,
        }),
        (Err(_), Ok(body)) => Ok((body, Dialect::Before2021)),
        (body, _) => Ok((body?, Dialect::Since2021)),
    }
}

fn read_in(text: &str, dialect: Dialect) -> Result<Body, Doubt> {
    let content = text.strip_prefix(BYTE_ORDER_MARK).unwrap_or(text);
    let start = text.len() - content.len();
    let head_end = start + ra_ap_rustc_lexer::strip_shebang(content).unwrap_or(0);
    let mut tokens = Tokens::of(text, head_end..text.len(), dialect);
    let mut outer: Vec<(Opened, Level)> = Vec::new();
    let mut level = Level::read_head(&mut tokens, head_end)?;
    for _ in 0..MOST_ITEMS {
        let token = tokens.peek()?;
        match (token.kind, outer.last()) {
            (Lexeme::End, None) => return Ok(level.into_body(start..text.len())),
            (Lexeme::End, Some((opened, _))) => return Err(tokens.not_rust_at(opened.brace)),
            (Lexeme::Close(close), _) => {
                tokens.next()?;
                let closed = outer.pop().filter(|_| close == '}');
                let (opened, parent) = closed.ok_or_else(|| tokens.not_rust_at(token.start))?;
                let module = opened.closed_by(&token, level);
                level = parent;
                level.items.push(module);
            }
            _ => match next_item(&mut tokens)? {
                Found::Item(item) => level.items.push(item),
                Found::Opened(module) if outer.len() == DEEPEST_NESTING => {
                    return Err(tokens.doubt(module.brace, "the file is nested too deeply"));
                }
                Found::Opened(module) => {
                    let head_end = module.brace + "{".len();
                    outer.push((module, level));
                    level = Level::read_head(&mut tokens, head_end)?;
                }
            },
        }
    }
    let next = tokens.peek()?.start;
    Err(tokens.doubt(next, "the file has too many items before this one"))
}

/// What has been read of a body.
struct Level {
    head_end: usize,
    items: Vec<Item>,
}

/// A module up to its opening brace.
struct Opened {
    start: usize,
    module: Module,
    brace: usize,
}

/// What starts at a place between two items.
enum Found {
    Item(Item),
    Opened(Opened),
}

impl Level {
    /// Passes what stands before the items of a body, where `head_end` is the end of what comes before that.
    fn read_head(tokens: &mut Tokens<'_>, mut head_end: usize) -> Result<Self, Doubt> {
        while let Some(end) = inner_attribute(tokens)? {
            head_end = end;
        }
        let items = Vec::new();
        Ok(Self { head_end, items })
    }

    fn into_body(self, span: Range<usize>) -> Body {
        Body {
            span,
            head_end: self.head_end,
            items: self.items,
        }
    }
}

impl Opened {
    fn closed_by(mut self, close: &Token, level: Level) -> Item {
        let inside = self.brace + "{".len()..close.start;
        self.module.body = Some(level.into_body(inside));
        Item {
            span: self.start..close.end,
            kind: Kind::Module(self.module),
        }
    }
}

impl Body {
    /// The modules that it declares itself.
    pub(super) fn modules(&self) -> impl Iterator<Item = (&Item, &Module)> {
        self.items.iter().filter_map(|item| match &item.kind {
            Kind::Module(module) => Some((item, module)),
            _ => None,
        })
    }
}

impl Macro {
    /// Whether its name says that it declares modules, perhaps all that are in a directory, as `automod::dir!` does.
    pub(super) fn is_about_modules(&self) -> bool {
        let words = self.path.split(|c: char| !c.is_ascii_alphanumeric());
        let mut words = words.map(str::to_ascii_lowercase);
        words.any(|word| MODULE_WORDS.contains(&word.as_str()))
    }
}

/// Words in the names of macros that declare modules.
const MODULE_WORDS: [&str; 7] = [
    "automod",
    "dir",
    "mod",
    "mods",
    "module",
    "modules",
    "submodules",
];

/// Passes an inner attribute or inner doc comment, and answers where it ends.
fn inner_attribute(tokens: &mut Tokens<'_>) -> Result<Option<usize>, Doubt> {
    if let Some(doc) = tokens.take_if(|_, token| token.kind == Lexeme::InnerDoc)? {
        return Ok(Some(doc.end));
    }
    let mut ahead = *tokens;
    if ahead.take('#')?.is_none() || ahead.take('!')?.is_none() {
        return Ok(None);
    }
    let open = ahead.take('[')?.ok_or_else(|| ahead.expected("`[`"))?;
    let close = ahead.close(&open)?;
    *tokens = ahead;
    Ok(Some(close.end))
}

fn next_item(tokens: &mut Tokens<'_>) -> Result<Found, Doubt> {
    let start = tokens.peek()?.start;
    let attributes = attributes(tokens)?;
    let visibility = visibility(tokens)?;
    if let Some(name) = module_start(*tokens)? {
        *tokens = name;
        return module(tokens, start, attributes, visibility);
    }
    let (kind, end) = if let Some((name, arguments)) = macro_start(*tokens)? {
        let mut path = tokens.peek()?;
        path.end = arguments.at();
        let path = tokens.source(&path).to_owned();
        *tokens = arguments;
        let (arguments, end) = macro_arguments(tokens)?;
        let call = Macro {
            name,
            path,
            tokens: arguments,
        };
        (Kind::Macro(call), end)
    } else if is_import(*tokens)? {
        let start = tokens.peek()?.start;
        let end = skip_item(tokens, Ending::Semicolon)?;
        (Kind::Import(start..end - ";".len()), end)
    } else {
        let ending = ending(*tokens)?;
        (Kind::Other, skip_item(tokens, ending)?)
    };
    let span = start..end;
    Ok(Found::Item(Item { span, kind }))
}

fn attributes(tokens: &mut Tokens<'_>) -> Result<Attributes, Doubt> {
    let mut attributes = Attributes::default();
    loop {
        let is_doc = |_: &Tokens<'_>, token: &Token| token.kind == Lexeme::OuterDoc;
        if tokens.take_if(is_doc)?.is_some() {
            continue;
        }
        if tokens.take('#')?.is_none() {
            return Ok(attributes);
        }
        let open = tokens.take('[')?.ok_or_else(|| tokens.expected("`[`"))?;
        let content = *tokens;
        let close = tokens.close(&open)?;
        attributes.add(content.up_to(close.start))?;
    }
}

impl Attributes {
    /// Takes in the attribute between the brackets of `#[…]`.
    fn add(&mut self, mut content: Tokens<'_>) -> Result<(), Doubt> {
        let name = path(&mut content)?;
        match name.unwrap_or_default() {
            // The compiler goes by the first one.
            "path" if self.path == PathAttribute::Absent => self.path = path_value(content)?,
            "cfg" => {
                self.feature = match self.conditional {
                    false => only_feature(content)?,
                    true => None,
                };
                self.conditional = true;
            }
            "cfg_attr" if self.path == PathAttribute::Absent && names(content, &["path"])? => {
                self.path = PathAttribute::Unknown;
            }
            "macro_use" | "skip" | "rustfmt_skip" => self.pinned = true,
            _ => {}
        }
        Ok(())
    }
}

/// Passes a path without generic arguments, and answers its last segment.
fn path<'a>(tokens: &mut Tokens<'a>) -> Result<Option<&'a str>, Doubt> {
    let mut last = None;
    loop {
        let mut ahead = *tokens;
        let has_colons = ahead.take(':')?.is_some() && ahead.take(':')?.is_some();
        if !has_colons {
            ahead = *tokens;
        }
        let is_word = |_: &Tokens<'_>, token: &Token| token.kind == Lexeme::Word;
        let segment = match has_colons || last.is_none() {
            true => ahead.take_if(is_word)?,
            false => None,
        };
        let Some(segment) = segment else {
            return Ok(last);
        };
        last = Some(ahead.source(&segment));
        *tokens = ahead;
    }
}

/// The value in the tokens after `path`: `= "…"`.
fn path_value(mut tokens: Tokens<'_>) -> Result<PathAttribute, Doubt> {
    let is_string = |_: &Tokens<'_>, token: &Token| token.kind == Lexeme::String;
    let value = match tokens.take('=')? {
        Some(_) => tokens.take_if(is_string)?,
        None => None,
    };
    let is_all = tokens.peek()?.kind == Lexeme::End;
    let value = value.filter(|_| is_all);
    let value = value.and_then(|value| string_value(tokens.source(&value)));
    Ok(value.map_or(PathAttribute::Unknown, PathAttribute::Value))
}

/// The feature in the tokens after `cfg`: `(feature = "…")`.
fn only_feature(mut tokens: Tokens<'_>) -> Result<Option<String>, Doubt> {
    let Some(open) = tokens.take('(')? else {
        return Ok(None);
    };
    let mut content = tokens;
    let close = tokens.close(&open)?;
    if content.take_word("feature")?.is_none() {
        return Ok(None);
    }
    Ok(match path_value(content.up_to(close.start))? {
        PathAttribute::Value(feature) => Some(feature),
        PathAttribute::Absent | PathAttribute::Unknown => None,
    })
}

fn visibility(tokens: &mut Tokens<'_>) -> Result<Visibility, Doubt> {
    if tokens.take_word("pub")?.is_none() {
        return Ok(Visibility::Private);
    }
    let Some(open) = tokens.take('(')? else {
        return Ok(Visibility::Public);
    };
    tokens.close(&open)?;
    Ok(Visibility::Restricted)
}

/// The place after `mod` or `unsafe mod`, if that stands here.
fn module_start(mut tokens: Tokens<'_>) -> Result<Option<Tokens<'_>>, Doubt> {
    tokens.take_word("unsafe")?;
    Ok(tokens.take_word("mod")?.map(|_| tokens))
}

/// Passes the name of a module that starts at `start`, and its `;` or opening brace.
fn module(
    tokens: &mut Tokens<'_>,
    start: usize,
    attributes: Attributes,
    visibility: Visibility,
) -> Result<Found, Doubt> {
    let name = tokens.take_if(|_, token| token.kind == Lexeme::Word)?;
    let name = name.ok_or_else(|| tokens.expected("the name of a module"))?;
    let module = Module {
        name: unraw(tokens.source(&name)).to_owned(),
        visibility,
        attributes,
        body: None,
    };
    if let Some(semicolon) = tokens.take(';')? {
        return Ok(Found::Item(Item {
            span: start..semicolon.end,
            kind: Kind::Module(module),
        }));
    }
    let brace = tokens
        .take('{')?
        .ok_or_else(|| tokens.expected("`;` or `{`"))?;
    Ok(Found::Opened(Opened {
        start,
        module,
        brace: brace.start,
    }))
}

/// The name of the macro that is called here, and the place after its `!`.
fn macro_start(mut tokens: Tokens<'_>) -> Result<Option<(String, Tokens<'_>)>, Doubt> {
    let name = path(&mut tokens)?.filter(|&name| name != "impl");
    let is_call = name.is_some() && tokens.take('!')?.is_some();
    Ok(name
        .filter(|_| is_call)
        .map(|name| (name.to_owned(), tokens)))
}

/// The bytes between the delimiters of a macro call, and where the item ends.
fn macro_arguments(tokens: &mut Tokens<'_>) -> Result<(Range<usize>, usize), Doubt> {
    // What `macro_rules!` defines.
    tokens.take_if(|_, token| token.kind == Lexeme::Word)?;
    let open = tokens.take_if(|_, token| matches!(token.kind, Lexeme::Open(_)))?;
    let open = open.ok_or_else(|| tokens.expected("the arguments of a macro"))?;
    let close = tokens.close(&open)?;
    let end = match open.kind {
        Lexeme::Open('{') => close.end,
        _ => {
            let semicolon = tokens.take(';')?;
            semicolon.ok_or_else(|| tokens.expected("`;`"))?.end
        }
    };
    Ok((open.end..close.start, end))
}

fn is_import(mut tokens: Tokens<'_>) -> Result<bool, Doubt> {
    let is_use = tokens.take_word("use")?.is_some();
    Ok(is_use || tokens.take_word("extern")?.is_some() && tokens.take_word("crate")?.is_some())
}

/// What ends an item.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Ending {
    /// `;`, whatever comes before it.
    Semicolon,
    /// `;` or a body in braces, whichever comes first.
    SemicolonOrBody,
}

/// Tells by its keyword how the item that starts here ends.
fn ending(mut tokens: Tokens<'_>) -> Result<Ending, Doubt> {
    let start = tokens;
    let mut word = || tokens.next().map(|token| tokens.source(&token));
    match word()? {
        "static" | "type" => Ok(Ending::Semicolon),
        "const" => match word()? {
            "async" | "auto" | "extern" | "fn" | "gen" | "impl" | "safe" | "trait" | "unsafe" => {
                Ok(Ending::SemicolonOrBody)
            }
            _ => Ok(Ending::Semicolon),
        },
        "async" | "auto" | "default" | "enum" | "extern" | "fn" | "gen" | "impl" | "macro"
        | "safe" | "struct" | "trait" | "union" | "unsafe" => Ok(Ending::SemicolonOrBody),
        _ => Err(start.expected("an item")),
    }
}

/// Passes over the tokens of an item and answers where it ends.
fn skip_item(tokens: &mut Tokens<'_>, ending: Ending) -> Result<usize, Doubt> {
    let mut open_angles = 0_usize;
    loop {
        let before = *tokens;
        let token = tokens.next()?;
        match token.kind {
            Lexeme::End | Lexeme::Close(_) => return Err(before.expected("`;`")),
            Lexeme::Sign(';') => return Ok(token.end),
            Lexeme::Sign('<') => open_angles += 1,
            Lexeme::Sign('>') => open_angles = open_angles.saturating_sub(1),
            Lexeme::Sign('-') if tokens.rest().starts_with('>') => {
                tokens.next()?;
            }
            // Before edition 2021, when these were two tokens, they stood in macro calls only.
            Lexeme::Word
                if tokens.source(&token) == "cr" && tokens.rest().starts_with(['"', '#']) =>
            {
                return Err(tokens.expected("a blank"));
            }
            Lexeme::Word => skip_macro_type(tokens, &token)?,
            Lexeme::Open(open) => {
                let close = tokens.close(&token)?;
                // In angle brackets, braces hold a constant.
                if open == '{' && ending == Ending::SemicolonOrBody && open_angles == 0 {
                    return Ok(close.end);
                }
            }
            _ => {}
        }
    }
}

/// Passes over the rest of a macro that makes a type, whose braces are not the item's: `fn f() -> name! { … } { … }`.
fn skip_macro_type(tokens: &mut Tokens<'_>, name: &Token) -> Result<(), Doubt> {
    // After these, `!` is a type.
    let is_keyword = matches!(tokens.source(name), "const" | "for" | "mut");
    if is_keyword || tokens.peek()?.kind != Lexeme::Sign('!') {
        return Ok(());
    }
    let mut ahead = *tokens;
    if ahead.take('!')?.is_some()
        && let Some(open) = ahead.take('{')?
    {
        ahead.close(&open)?;
        *tokens = ahead;
    }
    Ok(())
}

/// A word without `r#`.
fn unraw(word: &str) -> &str {
    word.strip_prefix("r#").unwrap_or(word)
}

/// Whether the words `words` follow one another anywhere in `tokens`, however deep.
pub(super) fn names(mut tokens: Tokens<'_>, words: &[&str]) -> Result<bool, Doubt> {
    if words.iter().any(|word| !tokens.rest().contains(word)) {
        return Ok(false);
    }
    let mut matched = 0;
    loop {
        let token = tokens.next()?;
        matched = match token.kind {
            Lexeme::End => return Ok(false),
            Lexeme::Word if unraw(tokens.source(&token)) == words[matched] => matched + 1,
            Lexeme::Word => usize::from(unraw(tokens.source(&token)) == words[0]),
            _ => 0,
        };
        if matched == words.len() {
            return Ok(true);
        }
    }
}

/// Whether there is a string in `tokens`, however deep.
pub(super) fn has_string(mut tokens: Tokens<'_>) -> Result<bool, Doubt> {
    loop {
        match tokens.next()?.kind {
            Lexeme::End => return Ok(false),
            Lexeme::String => return Ok(true),
            _ => {}
        }
    }
}

/// Whether `use` with these tokens brings in the name `name`.
pub(super) fn imports(mut tokens: Tokens<'_>, name: &str) -> Result<bool, Doubt> {
    if !tokens.rest().contains(name) {
        return Ok(false);
    }
    loop {
        let token = tokens.next()?;
        if token.kind == Lexeme::End {
            return Ok(false);
        }
        if token.kind != Lexeme::Word || unraw(tokens.source(&token)) != name {
            continue;
        }
        let mut after = tokens;
        let next = after.next()?;
        let is_name = match next.kind {
            Lexeme::End | Lexeme::Close(_) | Lexeme::Sign(',') => true,
            // `name::{self, …}`
            Lexeme::Sign(':') if after.take(':')?.is_some() => match after.take('{')? {
                Some(open) => {
                    let content = after;
                    let close = after.close(&open)?;
                    names(content.up_to(close.start), &["self"])?
                }
                None => false,
            },
            _ => false,
        };
        if is_name {
            return Ok(true);
        }
    }
}
