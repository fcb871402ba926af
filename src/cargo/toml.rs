//! A TOML document in little space: what stands where in a text that is kept beside it.
//!
//! Manifests may have a hundred thousand dependencies. A document that can be printed again needs up to ten kilobytes
//! for each; one that only tells what is there and where, forty bytes for a key.

mod reader;

use std::collections::BTreeMap;
use std::hash::{BuildHasher as _, RandomState};
use std::iter;
use std::ops::Range;
use std::sync::Arc;

use hashbrown::HashTable;
use toml_parser::decoder::Encoding;
use toml_parser::lexer::TokenKind;
use toml_parser::{Raw, Source, Span};
use toml_writer::{ToTomlKey as _, ToTomlValue as _, TomlKeyBuilder, TomlStringBuilder};

pub(super) use reader::Invalid;

/// A parsed text.
#[derive(Debug, Clone)]
pub(super) struct Document {
    text: Arc<str>,
    nodes: Nodes,
}

/// The nodes of a document; the first one is its root.
#[derive(Debug, Clone)]
struct Nodes {
    all: Vec<Node>,
    /// Those with a key, by what is above them and that key.
    by_key: HashTable<u32>,
    hasher: RandomState,
    /// The keys and strings that are spelled otherwise than they read, by where they start.
    decoded: BTreeMap<u32, Box<str>>,
}

/// Something in a table or, other than numbers and strings, in an array.
#[derive(Debug, Clone)]
struct Node {
    parent: u32,
    /// Where its key stands; nowhere in arrays.
    key: Place,
    /// Where it stands itself: its value, its header, or the key by which it is there.
    place: Place,
    /// The next one in the parent; behind the last one comes the first.
    next: u32,
    /// The last one in it; itself where there is none.
    last: u32,
    kind: Kind,
}

/// A part of the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Place {
    start: u32,
    end: u32,
}

/// What something is, and how it is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    String,
    Boolean,
    Integer,
    Float,
    DateTime,
    Array,
    /// `{ … }`
    Braces,
    /// What a dotted key between braces makes.
    DottedInBraces,
    /// `[header]`, and the document itself.
    Table,
    /// What is there because of the headers of what it holds.
    Implicit,
    /// What a dotted key makes.
    Dotted,
    /// All tables of one `[[header]]`.
    Tables,
}

/// Something in a document.
#[derive(Debug, Clone, Copy)]
pub(super) struct Item<'a> {
    document: &'a Document,
    at: u32,
}

const ROOT: u32 = 0;

impl Document {
    /// # Errors
    ///
    /// The text again, and where it stops being TOML or that there is more in it than is read.
    pub(super) fn parse(text: Arc<str>) -> Result<Self, (Arc<str>, Invalid)> {
        match reader::read(&text) {
            Ok(nodes) => Ok(Self { text, nodes }),
            Err(error) => Err((text, error)),
        }
    }

    pub(super) fn text(&self) -> &Arc<str> {
        &self.text
    }

    pub(super) fn root(&self) -> Item<'_> {
        let document = self;
        Item { document, at: ROOT }
    }

    pub(super) fn get(&self, key: &str) -> Option<Item<'_>> {
        self.root().get(key)
    }
}

impl<'a> Item<'a> {
    fn node(self) -> &'a Node {
        &self.document.nodes.all[self.at as usize]
    }

    pub(super) fn kind(self) -> Kind {
        self.node().kind
    }

    /// Its key, empty in arrays.
    pub(super) fn key(self) -> &'a str {
        self.document
            .nodes
            .read(&self.document.text, self.node().key)
    }

    pub(super) fn key_span(self) -> Range<usize> {
        self.node().key.range()
    }

    /// From where to where it stands: a value, the header of a table, or the key that makes one.
    pub(super) fn span(self) -> Range<usize> {
        let mut tables = self.iter().filter(|_| self.kind() == Kind::Tables);
        match (tables.next(), tables.last()) {
            (Some(first), Some(last)) => first.span().start..last.span().end,
            (Some(only), None) => only.span(),
            _ => self.node().place.range(),
        }
    }

    /// What it is made of, as it is written.
    pub(super) fn raw(self) -> &'a str {
        &self.document.text[self.span()]
    }

    /// What it holds under `key`.
    pub(super) fn get(self, key: &str) -> Option<Self> {
        let nodes = &self.document.nodes;
        let at = nodes.find(&self.document.text, self.at, key)?;
        Some(Self { at, ..self })
    }

    /// What it holds, in the order of the text; of an array only tables and arrays.
    pub(super) fn iter(self) -> impl Iterator<Item = Self> {
        let nodes = &self.document.nodes.all;
        let last = self.node().last;
        let first = (last != self.at).then(|| nodes[last as usize].next);
        let all = iter::successors(first, move |&at| {
            (at != last).then(|| nodes[at as usize].next)
        });
        all.map(move |at| Self { at, ..self })
    }

    pub(super) fn is_same(self, other: Self) -> bool {
        std::ptr::eq(self.document, other.document) && self.at == other.at
    }

    /// Whether it holds keys.
    pub(super) fn is_table(self) -> bool {
        matches!(
            self.kind(),
            Kind::Braces | Kind::DottedInBraces | Kind::Table | Kind::Implicit | Kind::Dotted
        )
    }

    /// It, if it holds keys.
    pub(super) fn as_table(self) -> Option<Self> {
        self.is_table().then_some(self)
    }

    pub(super) fn is_str(self) -> bool {
        self.kind() == Kind::String
    }

    pub(super) fn as_str(self) -> Option<&'a str> {
        let document = self.document;
        self.is_str()
            .then(|| document.nodes.read(&document.text, self.node().place))
    }

    pub(super) fn as_bool(self) -> Option<bool> {
        (self.kind() == Kind::Boolean).then(|| self.raw() == "true")
    }

    /// The strings in it, if it is an array, with where each stands.
    pub(super) fn strings(self) -> impl Iterator<Item = (Range<usize>, &'a str)> {
        let document = self.document;
        let text = match self.kind() {
            Kind::Array => self.raw(),
            _ => "",
        };
        let start = self.span().start;
        let mut depth = 0_usize;
        let tokens = Source::new(text).lex().filter(move |token| {
            match token.kind() {
                TokenKind::LeftSquareBracket | TokenKind::LeftCurlyBracket => depth += 1,
                TokenKind::RightSquareBracket | TokenKind::RightCurlyBracket => depth -= 1,
                _ => {}
            }
            depth == 1 && is_string(token.kind())
        });
        tokens.map(move |token| {
            let place = Place::of(start + token.span().start()..start + token.span().end());
            (place.range(), document.nodes.read(&document.text, place))
        })
    }
}

impl Nodes {
    fn find(&self, text: &str, parent: u32, key: &str) -> Option<u32> {
        let is_it = |&at: &u32| {
            let node = &self.all[at as usize];
            node.parent == parent && self.read(text, node.key) == key
        };
        self.by_key.find(self.hash(parent, key), is_it).copied()
    }

    fn hash(&self, parent: u32, key: &str) -> u64 {
        self.hasher.hash_one((parent, key))
    }

    /// What the key or the string at `place` reads as.
    fn read<'a>(&'a self, text: &'a str, place: Place) -> &'a str {
        read(text, &self.decoded, place)
    }
}

fn read<'a>(text: &'a str, decoded: &'a BTreeMap<u32, Box<str>>, place: Place) -> &'a str {
    if let Some(decoded) = decoded.get(&place.start) {
        return decoded;
    }
    let raw = raw(text, place);
    match encoding(raw.as_str()) {
        None => raw.as_str(),
        Some(_) => {
            let mut read = "";
            let _ = raw.decode_scalar(&mut read, &mut ());
            read
        }
    }
}

impl Place {
    const NOWHERE: Self = Self { start: 0, end: 0 };

    /// Invariant: no text that is read has more bytes than there are numbers, see `reader::read`.
    fn of(range: Range<usize>) -> Self {
        let at = |offset| u32::try_from(offset).unwrap_or(u32::MAX);
        Self {
            start: at(range.start),
            end: at(range.end),
        }
    }

    fn range(self) -> Range<usize> {
        self.start as usize..self.end as usize
    }
}

fn raw(text: &str, place: Place) -> Raw<'_> {
    let raw = &text[place.range()];
    let span = Span::new_unchecked(place.start as usize, place.end as usize);
    Raw::new_unchecked(raw, encoding(raw), span)
}

/// How a string is written, or a key; none without quotes.
fn encoding(raw: &str) -> Option<Encoding> {
    match raw.as_bytes() {
        [b'\'', b'\'', b'\'', ..] => Some(Encoding::MlLiteralString),
        [b'"', b'"', b'"', ..] => Some(Encoding::MlBasicString),
        [b'\'', ..] => Some(Encoding::LiteralString),
        [b'"', ..] => Some(Encoding::BasicString),
        _ => None,
    }
}

fn is_string(kind: TokenKind) -> bool {
    matches!(
        kind,
        TokenKind::LiteralString
            | TokenKind::BasicString
            | TokenKind::MlLiteralString
            | TokenKind::MlBasicString
    )
}

/// A key as it is written: in quotes if it needs them.
pub(super) fn written_key(key: &str) -> String {
    TomlKeyBuilder::new(key).as_default().to_toml_key()
}

/// A string as it is written.
pub(super) fn written_string(text: &str) -> String {
    TomlStringBuilder::new(text).as_default().to_toml_value()
}
