//! Puts one dependency into the text of a manifest.
//!
//! The shape of what is there decides where and how. The text around stays as it is, byte for byte: nothing is printed
//! from the parsed document, which only tells positions. The result is parsed again and must be the old document plus
//! exactly the new entry.

use std::ops::Range;

use toml_edit::{InlineTable, Item, Table, TableLike, Value};

use super::dependency::{Source, dependencies};
use super::manifest::Manifest;
use crate::error::Problem;
use crate::text::{LineEnding, Position};

const TABLE: &str = "dependencies";

/// Tables before which a new `[dependencies]` goes.
const TABLES_AFTER: [&str; 3] = ["dev-dependencies", "build-dependencies", "target"];

/// A dependency to add.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewDependency {
    /// The key, which is the name of the package.
    pub name: String,
    /// Where it comes from.
    pub source: Source,
}

/// A manifest with one dependency more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Inserted {
    /// The whole text.
    pub text: String,
    /// The line of the new entry, counted from 1.
    pub line: usize,
    /// The entry as it stands in a `[dependencies]` table.
    pub entry: String,
}

impl NewDependency {
    /// The entry in a table: `name = "1"`.
    pub fn entry(&self) -> String {
        match self.source {
            Source::Workspace => format!("{}.workspace = true", self.name),
            _ => self.inline_entry(),
        }
    }

    fn inline_entry(&self) -> String {
        let fields = self.fields();
        match fields.as_slice() {
            [("version", version)] => format!("{} = {version}", self.name),
            fields => {
                let fields = fields
                    .iter()
                    .map(|(key, value)| format!("{key} = {value}"))
                    .collect::<Vec<_>>();
                format!("{} = {{ {} }}", self.name, fields.join(", "))
            }
        }
    }

    fn fields(&self) -> Vec<(&'static str, String)> {
        match &self.source {
            Source::Registry {
                requirement,
                registry,
            } => {
                let registry = registry
                    .iter()
                    .map(|registry| ("registry", quoted(registry)));
                [("version", quoted(requirement))]
                    .into_iter()
                    .chain(registry)
                    .collect()
            }
            Source::Path(path) => vec![("path", quoted(path))],
            Source::Git { url, pin } => {
                let pin = pin.iter().map(|(key, value)| (*key, quoted(value)));
                [("git", quoted(url))].into_iter().chain(pin).collect()
            }
            Source::Workspace => vec![("workspace", "true".to_owned())],
        }
    }
}

fn quoted(text: &str) -> String {
    Value::from(text).to_string()
}

/// Adds `new`, which must not be there, to the dependencies of `manifest`.
///
/// # Errors
///
/// When `dependencies` is not a table, or holds something that leaves no safe place for the entry.
pub fn insert_dependency(manifest: &Manifest, new: &NewDependency) -> Result<Inserted, Problem> {
    let edit = Edit {
        text: manifest.text(),
        line_ending: LineEnding::of(manifest.text()).as_str(),
        new,
    };
    dependencies(manifest)?;
    let splice = match manifest.document().get(TABLE) {
        None => edit.add_table(manifest.document()),
        Some(Item::Value(Value::InlineTable(table))) => edit.add_inline(table),
        Some(Item::Table(table)) if table.is_dotted() => {
            edit.add_line(table, None, "dependencies.")
        }
        Some(Item::Table(table)) if table.is_implicit() => edit.add_sub_table(table),
        Some(Item::Table(table)) => edit.add_line(table, table.span(), ""),
        Some(_) => None,
    };
    let inserted = splice.and_then(|splice| {
        let text = [
            &manifest.text()[..splice.at],
            &splice.text,
            &manifest.text()[splice.at..],
        ]
        .concat();
        let entry_start = splice.at + splice.text.find(|c: char| !c.is_whitespace() && c != ',')?;
        let changed = Manifest::parse(text).ok()?;
        gains_only(manifest, &changed, &new.name).then(|| Inserted {
            line: Position::at(changed.text(), entry_start).line,
            text: changed.text().to_owned(),
            entry: new.entry(),
        })
    });
    inserted.ok_or_else(|| {
        let problem = Problem::new(
            "manifest-edit",
            "found no safe place for the new dependency in the manifest",
        );
        problem.help(format!(
            "add `{}` to `[dependencies]`, then run the command again",
            new.entry()
        ))
    })
}

/// Text to put in, and the byte in front of which it goes.
struct Splice {
    at: usize,
    text: String,
}

/// Something in a table, with the bytes from its key to its end and the comments in front of it.
struct Entry<'a> {
    key: &'a str,
    span: Range<usize>,
    prefix: Option<Range<usize>>,
}

struct Edit<'a> {
    text: &'a str,
    line_ending: &'a str,
    new: &'a NewDependency,
}

impl Edit<'_> {
    /// A whole table: before those for tests, builds and targets, else at the end of the file.
    fn add_table(&self, document: &Table) -> Option<Splice> {
        let eol = self.line_ending;
        let table = format!("[{TABLE}]{eol}{}", self.new.entry());
        let after = TABLES_AFTER
            .iter()
            .filter_map(|key| document.get(key))
            .filter_map(first_header);
        match after.min_by_key(|header| header.span.start) {
            Some(header) => Some(Splice {
                at: self.start_with_comments(&header),
                text: format!("{table}{eol}{eol}"),
            }),
            None => Some(self.at_end_of_file(&table)),
        }
    }

    fn at_end_of_file(&self, block: &str) -> Splice {
        let eol = self.line_ending;
        let text = if self.text.is_empty() {
            format!("{block}{eol}")
        } else if self.text.ends_with('\n') {
            format!("{eol}{block}{eol}")
        } else {
            format!("{eol}{eol}{block}")
        };
        Splice {
            at: self.text.len(),
            text,
        }
    }

    /// A line in a table, or, with a `prefix`, among dotted keys.
    fn add_line(
        &self,
        table: &Table,
        header: Option<Range<usize>>,
        prefix: &str,
    ) -> Option<Splice> {
        let entries = entries(table, |item| !is_header(item));
        let line = |like: usize| format!("{}{prefix}{}", self.indentation(like), self.new.entry());
        if let Some(next) = self.next_in_order(&entries) {
            let text = format!("{}{}", line(next.span.start), self.line_ending);
            return Some(Splice {
                at: self.start_with_comments(next),
                text,
            });
        }
        let last = entries.last().map(|entry| entry.span.clone()).or(header)?;
        let text = line(if entries.is_empty() {
            self.text.len()
        } else {
            last.start
        });
        Some(self.below_line(last.end, &text))
    }

    /// A table of its own beside the others that `[dependencies]` consists of.
    fn add_sub_table(&self, table: &Table) -> Option<Splice> {
        let eol = self.line_ending;
        let fields = self
            .new
            .fields()
            .into_iter()
            .map(|(key, value)| format!("{key} = {value}"));
        let header = format!("[{TABLE}.{}]", self.new.name);
        let block = std::iter::once(header)
            .chain(fields)
            .collect::<Vec<_>>()
            .join(eol);
        let tables = entries(table, is_header);
        match self.next_in_order(&tables) {
            Some(next) => Some(Splice {
                at: self.start_with_comments(next),
                text: format!("{block}{eol}{eol}"),
            }),
            None => Some(self.below_line(tables.last()?.span.end, &format!("{eol}{block}"))),
        }
    }

    /// An entry between the braces of an inline table.
    fn add_inline(&self, table: &InlineTable) -> Option<Splice> {
        let entry = self.new.inline_entry();
        let inner = table.span().map(|span| span.start + 1..span.end - 1)?;
        let entries = entries(table, |_| true);
        let spans_lines = self.text[inner.clone()].contains('\n');
        if let Some(next) = self.next_in_order(&entries) {
            let starts_line = self.text[self.line_start(next.span.start)..next.span.start]
                .trim()
                .is_empty();
            if !starts_line {
                return Some(Splice {
                    at: next.span.start,
                    text: format!("{entry}, "),
                });
            }
            let text = format!(
                "{}{entry},{}",
                self.indentation(next.span.start),
                self.line_ending
            );
            return Some(Splice {
                at: self.start_with_comments(next),
                text,
            });
        }
        let Some(last) = entries.last() else {
            return Some(Splice {
                at: inner.start,
                text: if spans_lines {
                    entry
                } else {
                    format!(" {entry} ")
                },
            });
        };
        if !spans_lines {
            return Some(self.after_last_inline(last.span.end, &inner, &entry));
        }
        let comma = self.text[last.span.end..inner.end]
            .find(|c: char| !c.is_whitespace())
            .map(|at| last.span.end + at);
        match comma.filter(|&at| self.text[at..].starts_with(',')) {
            Some(at) => Some(self.below_line(
                at,
                &format!("{}{entry},", self.indentation(last.span.start)),
            )),
            None => Some(Splice {
                at: last.span.end,
                text: format!(
                    ",{}{}{entry}",
                    self.line_ending,
                    self.indentation(last.span.start)
                ),
            }),
        }
    }

    fn after_last_inline(&self, last_end: usize, inner: &Range<usize>, entry: &str) -> Splice {
        match self.text[last_end..inner.end].find(',') {
            Some(comma) => Splice {
                at: last_end + comma + 1,
                text: format!(" {entry},"),
            },
            None => Splice {
                at: last_end,
                text: format!(", {entry}"),
            },
        }
    }

    /// The entry that the new one goes before: where the keys are sorted, the first that is greater.
    fn next_in_order<'e, 'k>(&self, entries: &'e [Entry<'k>]) -> Option<&'e Entry<'k>> {
        let is_sorted = entries.is_sorted_by_key(|entry| entry.key);
        is_sorted
            .then(|| {
                entries
                    .iter()
                    .find(|entry| entry.key > self.new.name.as_str())
            })
            .flatten()
    }

    /// The start of the line of `entry`, or of the comments directly above, which belong to it.
    fn start_with_comments(&self, entry: &Entry<'_>) -> usize {
        let floor = entry
            .prefix
            .as_ref()
            .map_or(entry.span.start, |prefix| prefix.start);
        let mut start = self.line_start(entry.span.start);
        while start > floor {
            let above = self.line_start(start - 1);
            if above < floor || !self.text[above..start].trim_start().starts_with('#') {
                break;
            }
            start = above;
        }
        start
    }

    /// `line` below the line that holds the byte before `end`.
    fn below_line(&self, end: usize, line: &str) -> Splice {
        match self.text[end..].find('\n') {
            Some(newline) => Splice {
                at: end + newline + 1,
                text: format!("{line}{}", self.line_ending),
            },
            None => Splice {
                at: self.text.len(),
                text: format!("{}{line}", self.line_ending),
            },
        }
    }

    fn line_start(&self, offset: usize) -> usize {
        self.text[..offset]
            .rfind('\n')
            .map_or(0, |newline| newline + 1)
    }

    /// The blanks before what stands first in the line of `offset`.
    fn indentation(&self, offset: usize) -> &str {
        let line = &self.text[self.line_start(offset)..];
        &line[..line.len() - line.trim_start_matches([' ', '\t']).len()]
    }
}

/// What `table` holds and `wanted` accepts, in the order of the text.
fn entries<'a>(table: &'a dyn TableLike, wanted: impl Fn(&Item) -> bool) -> Vec<Entry<'a>> {
    let mut entries = table
        .iter()
        .filter(|(_, item)| wanted(item))
        .filter_map(|(key, item)| entry(table, key, item))
        .collect::<Vec<_>>();
    entries.sort_by_key(|entry| entry.span.start);
    entries
}

fn entry<'a>(table: &'a dyn TableLike, key: &'a str, item: &'a Item) -> Option<Entry<'a>> {
    if is_header(item) {
        return first_header(item).map(|header| Entry {
            key,
            span: header.span.start..last_byte(item),
            ..header
        });
    }
    let parsed_key = table.key(key)?;
    let prefix = parsed_key
        .leaf_decor()
        .prefix()
        .and_then(|prefix| prefix.span());
    Some(Entry {
        key,
        span: parsed_key.span()?.start..last_byte(item),
        prefix,
    })
}

fn is_header(item: &Item) -> bool {
    item.as_table().is_some_and(|table| !table.is_dotted())
}

/// The first `[header]` that `item` consists of.
fn first_header(item: &Item) -> Option<Entry<'_>> {
    let table = item.as_table().filter(|table| !table.is_dotted())?;
    if table.is_implicit() {
        return table
            .iter()
            .filter_map(|(_, item)| first_header(item))
            .min_by_key(|header| header.span.start);
    }
    let prefix = table.decor().prefix().and_then(|prefix| prefix.span());
    Some(Entry {
        key: "",
        span: table.span()?,
        prefix,
    })
}

/// The end of the last thing in `item`.
fn last_byte(item: &Item) -> usize {
    let own = item.span().map_or(0, |span| span.end);
    let nested = item.as_table().into_iter().flat_map(|table| table.iter());
    nested
        .map(|(_, item)| last_byte(item))
        .fold(own, usize::max)
}

/// Whether `after` is `before` with the dependency `name` and nothing else.
fn gains_only(before: &Manifest, after: &Manifest, name: &str) -> bool {
    let mut document = after.document().clone().into_mut();
    let Some(table) = document.get_mut(TABLE).and_then(Item::as_table_like_mut) else {
        return false;
    };
    if table.remove(name).is_none() {
        return false;
    }
    let had_table = before.document().contains_key(TABLE);
    if !had_table && table.is_empty() {
        document.remove(TABLE);
    }
    same_table(before.document().as_table(), document.as_table())
}

fn same_table(one: &dyn TableLike, other: &dyn TableLike) -> bool {
    let (one_len, other_len) = (one.iter().count(), other.iter().count());
    one_len == other_len
        && one
            .iter()
            .all(|(key, item)| other.get(key).is_some_and(|other| same(item, other)))
}

fn same(one: &Item, other: &Item) -> bool {
    match (one, other) {
        (Item::Value(one), Item::Value(other)) => same_value(one, other),
        (Item::Table(one), Item::Table(other)) => same_table(one, other),
        (Item::ArrayOfTables(one), Item::ArrayOfTables(other)) => {
            one.len() == other.len()
                && one
                    .iter()
                    .zip(other.iter())
                    .all(|(one, other)| same_table(one, other))
        }
        (Item::None, Item::None) => true,
        _ => false,
    }
}

fn same_value(one: &Value, other: &Value) -> bool {
    match (one, other) {
        (Value::String(one), Value::String(other)) => one.value() == other.value(),
        (Value::Integer(one), Value::Integer(other)) => one.value() == other.value(),
        (Value::Float(one), Value::Float(other)) => {
            one.value().to_bits() == other.value().to_bits()
        }
        (Value::Boolean(one), Value::Boolean(other)) => one.value() == other.value(),
        (Value::Datetime(one), Value::Datetime(other)) => one.value() == other.value(),
        (Value::Array(one), Value::Array(other)) => {
            one.len() == other.len()
                && one
                    .iter()
                    .zip(other.iter())
                    .all(|(one, other)| same_value(one, other))
        }
        (Value::InlineTable(one), Value::InlineTable(other)) => same_table(one, other),
        _ => false,
    }
}
