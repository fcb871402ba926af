//! Reads a text into the nodes of a document, an expression at a time.
//!
//! The grammar is the library's; what a table is and what may be in it twice is told here.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::hash::{BuildHasher as _, RandomState};
use std::ops::Range;

use hashbrown::HashTable;
use toml_parser::decoder::{Encoding, ScalarKind};
use toml_parser::lexer::TokenKind;
use toml_parser::parser::{EventReceiver, RecursionGuard, ValidateWhitespace, parse_document};
use toml_parser::{ErrorSink, Expected, ParseError, Source, Span};

use super::{Kind, Node, Nodes, Place, ROOT, raw};

/// How deep values may stand in each other, and how long dotted keys may be: as cargo has it.
const DEEPEST: u32 = 80;

/// The most that is kept at a time: the nodes, and what a single expression is cut into. A hundred thousand
/// dependencies of several lines each are well below it.
const MOST: usize = 1 << 20;

/// How much of [`MOST`] a node takes, and a text that has to be kept apart.
const NODE: usize = 2;
const DECODED: usize = 4;

/// Why a text cannot be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::cargo) enum Invalid {
    /// It is not TOML, from this place on.
    Syntax {
        /// What is wrong.
        reason: String,
        /// Where.
        span: Option<Range<usize>>,
    },
    /// There is more in it than is read.
    TooMuch,
}

/// The nodes of `text`.
pub(super) fn read(text: &str) -> Result<Nodes, Invalid> {
    if u32::try_from(text.len()).is_err() {
        return Err(Invalid::TooMuch);
    }
    let source = Source::new(text);
    let mut reader = Reader::new(source);
    let (mut tokens, mut depth) = (Vec::new(), 0_usize);
    for token in source.lex() {
        let kind = token.kind();
        match kind {
            TokenKind::LeftSquareBracket | TokenKind::LeftCurlyBracket => depth += 1,
            TokenKind::RightSquareBracket | TokenKind::RightCurlyBracket => {
                depth = depth.saturating_sub(1);
            }
            _ => {}
        }
        tokens.push(token);
        if kind == TokenKind::Eof || kind == TokenKind::Newline && depth == 0 {
            let mut error = None;
            let mut validated = ValidateWhitespace::new(&mut reader, source);
            let mut guarded = RecursionGuard::new(&mut validated, DEEPEST);
            parse_document(&tokens, &mut guarded, &mut error);
            if let Some(error) = error {
                return Err(syntax(&error));
            }
            tokens.clear();
        }
        if tokens.len() + reader.cost() > MOST {
            return Err(Invalid::TooMuch);
        }
    }
    let mut nodes = reader.nodes;
    nodes.all.shrink_to_fit();
    Ok(nodes)
}

/// What the library says is wrong.
fn syntax(error: &ParseError) -> Invalid {
    let mut reason = error.description().to_owned();
    if let Some(expected) = error.expected() {
        let expected = expected.iter().map(|expected| match expected {
            Expected::Literal("\n") => "newline".to_owned(),
            Expected::Literal(literal) => format!("`{literal}`"),
            Expected::Description(description) => (*description).to_owned(),
            _ => "something else".to_owned(),
        });
        let expected = expected.collect::<Vec<_>>();
        let expected = match expected.is_empty() {
            true => "nothing".to_owned(),
            false => expected.join(", "),
        };
        let _ = write!(reason, ", expected {expected}");
    }
    let span = error.unexpected().map(|span| span.start()..span.end());
    Invalid::Syntax { reason, span }
}

/// Takes what the library finds.
struct Reader<'a> {
    source: Source<'a>,
    nodes: Nodes,
    /// The table whose header was last.
    table: u32,
    /// The arrays and braces that are open.
    open: Vec<u32>,
    /// The keys since the last value or header.
    path: Vec<Place>,
    /// Where the header starts that is being read.
    header: usize,
}

/// What leads to a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum By {
    Header,
    DottedKey,
    DottedKeyInBraces,
}

impl By {
    /// What it makes where nothing is.
    fn makes(self) -> Kind {
        match self {
            Self::Header => Kind::Implicit,
            Self::DottedKey => Kind::Dotted,
            Self::DottedKeyInBraces => Kind::DottedInBraces,
        }
    }
}

impl<'a> Reader<'a> {
    fn new(source: Source<'a>) -> Self {
        let root = Node {
            parent: ROOT,
            key: Place::NOWHERE,
            place: Place::NOWHERE,
            next: ROOT,
            last: ROOT,
            kind: Kind::Table,
        };
        Self {
            source,
            nodes: Nodes {
                all: vec![root],
                by_key: HashTable::new(),
                hasher: RandomState::new(),
                decoded: BTreeMap::new(),
            },
            table: ROOT,
            open: Vec::new(),
            path: Vec::new(),
            header: 0,
        }
    }

    fn cost(&self) -> usize {
        NODE * self.nodes.all.len() + DECODED * self.nodes.decoded.len()
    }

    fn kind(&self, at: u32) -> Kind {
        self.nodes.all[at as usize].kind
    }

    fn find(&self, parent: u32, key: Place) -> Option<u32> {
        let text = self.source.input();
        let key = self.nodes.read(text, key);
        self.nodes.find(text, parent, key)
    }

    /// A new node, the last one in `parent`.
    fn push(&mut self, parent: u32, key: Place, place: Place, kind: Kind) -> u32 {
        let nodes = &mut self.nodes;
        // There are no more than `MOST`.
        let at = u32::try_from(nodes.all.len()).unwrap_or(ROOT);
        let last = nodes.all[parent as usize].last;
        let next = match last == parent {
            true => at,
            false => std::mem::replace(&mut nodes.all[last as usize].next, at),
        };
        nodes.all[parent as usize].last = at;
        nodes.all.push(Node {
            parent,
            key,
            place,
            next,
            last: at,
            kind,
        });
        if key != Place::NOWHERE {
            let text = self.source.input();
            let (all, decoded, hasher) = (&nodes.all, &nodes.decoded, &nodes.hasher);
            let hash = |&at: &u32| {
                let node: &Node = &all[at as usize];
                let key = super::read(text, decoded, node.key);
                hasher.hash_one((node.parent, key))
            };
            nodes.by_key.insert_unique(hash(&at), at, hash);
        }
        at
    }

    /// The table at `path` below `table`; what is missing is made.
    fn descend(
        &mut self,
        table: u32,
        path: &[Place],
        by: By,
        error: &mut dyn ErrorSink,
    ) -> Option<u32> {
        path.iter().try_fold(table, |table, &key| {
            let Some(found) = self.find(table, key) else {
                return Some(self.push(table, key, key, by.makes()));
            };
            match (self.kind(found), by) {
                (Kind::Tables, _) => Some(self.nodes.all[found as usize].last),
                (Kind::Implicit | Kind::Dotted, By::DottedKey) => {
                    self.nodes.all[found as usize].kind = Kind::Dotted;
                    Some(found)
                }
                (Kind::Table | Kind::Implicit | Kind::Dotted, By::Header)
                | (Kind::DottedInBraces, By::DottedKeyInBraces) => Some(found),
                (Kind::Table, _) | (Kind::Braces, By::DottedKeyInBraces) => {
                    duplicate(key, error);
                    None
                }
                (kind, _) => {
                    let kind = kind.description();
                    let reason = format!("cannot extend value of type {kind} with a dotted key");
                    error.report_error(ParseError::new(reason).with_unexpected(key.span()));
                    None
                }
            }
        })
    }

    /// Takes the header that ends at `end`.
    fn header(&mut self, end: usize, kind: Kind, error: &mut dyn ErrorSink) {
        let path = std::mem::take(&mut self.path);
        let Some((&key, above)) = path.split_last().filter(|_| is_short(&path, error)) else {
            return;
        };
        let Some(above) = self.descend(ROOT, above, By::Header, error) else {
            return;
        };
        let place = Place::of(self.header..end);
        let found = self.find(above, key);
        let found_kind = found.map(|found| self.kind(found));
        match (kind, found.zip(found_kind)) {
            (Kind::Tables, Some((tables, Kind::Tables))) => {
                self.table = self.push(tables, Place::NOWHERE, place, Kind::Table);
            }
            (Kind::Tables, None) => {
                let tables = self.push(above, key, place, Kind::Tables);
                self.table = self.push(tables, Place::NOWHERE, place, Kind::Table);
            }
            (Kind::Table, Some((found, Kind::Implicit))) => {
                let node = &mut self.nodes.all[found as usize];
                (node.kind, node.key, node.place) = (Kind::Table, key, place);
                self.table = found;
            }
            (_, None) => self.table = self.push(above, key, place, kind),
            (_, Some(_)) => duplicate(key, error),
        }
    }

    /// Takes a value. Of an array only what holds something is kept.
    fn value(&mut self, place: Place, kind: Kind, error: &mut dyn ErrorSink) -> Option<u32> {
        let path = std::mem::take(&mut self.path);
        let (table, by) = match self.open.last() {
            Some(&array) if self.kind(array) == Kind::Array => {
                let holds = matches!(kind, Kind::Array | Kind::Braces);
                return holds.then(|| self.push(array, Place::NOWHERE, place, kind));
            }
            Some(&braces) => (braces, By::DottedKeyInBraces),
            None => (self.table, By::DottedKey),
        };
        let (&key, above) = path.split_last().filter(|_| is_short(&path, error))?;
        let parent = self.descend(table, above, by, error)?;
        // What a header made cannot be gone on with by a dotted key, nor can there be two of a name.
        let is_closed = !above.is_empty() && self.kind(parent) == Kind::Table;
        if is_closed || self.find(parent, key).is_some() {
            duplicate(key, error);
            return None;
        }
        Some(self.push(parent, key, place, kind))
    }

    fn open(&mut self, span: Span, kind: Kind, error: &mut dyn ErrorSink) -> bool {
        let opened = self.value(Place::of(span.start()..span.end()), kind, error);
        self.open.extend(opened);
        opened.is_some()
    }

    fn close(&mut self, span: Span) {
        if let Some(at) = self.open.pop() {
            let node = &mut self.nodes.all[at as usize];
            node.place = Place::of(node.place.start as usize..span.end());
        }
    }

    /// Keeps what is read otherwise than it is spelled.
    fn keep(&mut self, place: Place, decoded: Cow<'_, str>) {
        if let Cow::Owned(decoded) = decoded {
            self.nodes.decoded.insert(place.start, decoded.into());
        }
    }
}

impl EventReceiver for Reader<'_> {
    fn std_table_open(&mut self, span: Span, _: &mut dyn ErrorSink) {
        self.path.clear();
        self.header = span.start();
    }

    fn std_table_close(&mut self, span: Span, error: &mut dyn ErrorSink) {
        self.header(span.end(), Kind::Table, error);
    }

    fn array_table_open(&mut self, span: Span, _: &mut dyn ErrorSink) {
        self.path.clear();
        self.header = span.start();
    }

    fn array_table_close(&mut self, span: Span, error: &mut dyn ErrorSink) {
        self.header(span.end(), Kind::Tables, error);
    }

    fn inline_table_open(&mut self, span: Span, error: &mut dyn ErrorSink) -> bool {
        self.open(span, Kind::Braces, error)
    }

    fn inline_table_close(&mut self, span: Span, _: &mut dyn ErrorSink) {
        self.close(span);
    }

    fn array_open(&mut self, span: Span, error: &mut dyn ErrorSink) -> bool {
        self.open(span, Kind::Array, error)
    }

    fn array_close(&mut self, span: Span, _: &mut dyn ErrorSink) {
        self.close(span);
    }

    fn simple_key(&mut self, span: Span, _: Option<Encoding>, error: &mut dyn ErrorSink) {
        let place = Place::of(span.start()..span.end());
        let mut decoded = Cow::Borrowed("");
        raw(self.source.input(), place).decode_key(&mut decoded, error);
        self.keep(place, decoded);
        self.path.push(place);
    }

    fn scalar(&mut self, span: Span, _: Option<Encoding>, error: &mut dyn ErrorSink) {
        let place = Place::of(span.start()..span.end());
        let mut decoded = Cow::Borrowed("");
        let kind = raw(self.source.input(), place).decode_scalar(&mut decoded, error);
        if let Some(mistake) = mistake(kind, &decoded) {
            error.report_error(ParseError::new(mistake).with_unexpected(span));
        }
        let kind = match kind {
            ScalarKind::String => {
                self.keep(place, decoded);
                Kind::String
            }
            ScalarKind::Boolean(_) => Kind::Boolean,
            ScalarKind::Integer(_) => Kind::Integer,
            ScalarKind::Float => Kind::Float,
            ScalarKind::DateTime => Kind::DateTime,
        };
        self.value(place, kind, error);
    }
}

/// What is wrong with a number or a date that is spelled well.
fn mistake(kind: ScalarKind, decoded: &str) -> Option<String> {
    match kind {
        ScalarKind::String | ScalarKind::Boolean(_) => None,
        ScalarKind::Integer(radix) => i64::from_str_radix(decoded, radix.value())
            .is_err()
            .then(|| "integer number overflowed".to_owned()),
        ScalarKind::Float => {
            let is_finite = decoded.parse::<f64>().is_ok_and(f64::is_finite);
            let is_word = decoded.ends_with(['f', 'n']);
            (!is_finite && !is_word).then(|| "floating-point number overflowed".to_owned())
        }
        ScalarKind::DateTime => {
            let date = decoded.parse::<toml_datetime::Datetime>();
            date.err().map(|error| error.to_string())
        }
    }
}

impl Kind {
    fn description(self) -> &'static str {
        match self {
            Self::String => "string",
            Self::Boolean => "boolean",
            Self::Integer => "integer",
            Self::Float => "float",
            Self::DateTime => "datetime",
            Self::Array => "array",
            Self::Braces | Self::DottedInBraces => "inline table",
            Self::Table | Self::Implicit | Self::Dotted => "table",
            Self::Tables => "array of tables",
        }
    }
}

impl Place {
    fn span(self) -> Span {
        Span::new_unchecked(self.start as usize, self.end as usize)
    }
}

fn is_short(path: &[Place], error: &mut dyn ErrorSink) -> bool {
    let is_short = path.len() <= DEEPEST as usize;
    if !is_short {
        error.report_error(ParseError::new("recursion limit"));
    }
    is_short
}

fn duplicate(key: Place, error: &mut dyn ErrorSink) {
    error.report_error(ParseError::new("duplicate key").with_unexpected(key.span()));
}
