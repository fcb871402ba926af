//! A `blueprint.toml` that is read while the command runs.
//!
//! Text in, values out. It goes through JSON, for which the model has a reader already; every token has a line there, so that
//! the line of a mistake leads back to its place.

use std::ops::Range;

use toml_edit::{Document, Item, TableLike, Value};

use super::directory::invalid;
use crate::blueprint::Blueprint;
use crate::error::Problem;
use crate::text::Position;

/// The blueprint that `text` describes.
///
/// # Errors
///
/// When `text` is no TOML, or says something that no blueprint says.
pub(super) fn parse(text: &str) -> Result<Blueprint, Problem> {
    let document = Document::parse(text).map_err(|error| {
        let position = error.span().map(|span| Position::at(text, span.start));
        invalid(error.message().trim_end().replace('\n', "; ")).at(position)
    })?;
    let mut json = Json::default();
    json.table(document.as_table(), 0..0);
    serde_json::from_str(&json.text).map_err(|error| {
        let message = error.to_string();
        let message = message.split(" at line ").next().unwrap_or_default();
        let start = json.starts.get(error.line().saturating_sub(1));
        invalid(message.replace("expected `kind`", "known: `kind`"))
            .at(start.map(|&start| Position::at(text, start)))
    })
}

/// JSON with a token a line, and where each stands in the TOML.
#[derive(Default)]
struct Json {
    text: String,
    starts: Vec<usize>,
}

impl Json {
    fn token(&mut self, token: &str, start: usize) {
        self.text += token;
        self.text.push('\n');
        self.starts.push(start);
    }

    fn table(&mut self, table: &dyn TableLike, span: Range<usize>) {
        self.token("{", span.start);
        for (index, (key, item)) in table.iter().enumerate() {
            let at = table.get_key_value(key).and_then(|(key, _)| key.span());
            let at = at.or_else(|| item.span()).unwrap_or(span.clone());
            let comma = if index == 0 { "" } else { "," };
            self.token(&format!("{comma}{}:", quoted(key)), at.start);
            self.item(item, at);
        }
        self.token("}", span.start);
    }

    fn list<'a, T: 'a>(
        &mut self,
        items: impl Iterator<Item = T>,
        span: Range<usize>,
        mut write: impl FnMut(&mut Self, T),
    ) {
        self.token("[", span.start);
        for (index, item) in items.enumerate() {
            if index > 0 {
                self.token(",", span.start);
            }
            write(self, item);
        }
        self.token("]", span.start);
    }

    fn item(&mut self, item: &Item, key: Range<usize>) {
        let span = item.span().unwrap_or(key);
        match item {
            Item::None => self.token("null", span.start),
            Item::Value(value) => self.value(value, span),
            Item::Table(table) => self.table(table, span),
            Item::ArrayOfTables(tables) => self.list(tables.iter(), span.clone(), |json, table| {
                json.table(table, table.span().unwrap_or(span.clone()));
            }),
        }
    }

    fn value(&mut self, value: &Value, span: Range<usize>) {
        match value {
            Value::InlineTable(table) => self.table(table, span),
            Value::Array(array) => self.list(array.iter(), span.clone(), |json, value| {
                json.value(value, value.span().unwrap_or(span.clone()));
            }),
            Value::String(text) => self.token(&quoted(text.value()), span.start),
            Value::Integer(number) => self.token(&number.value().to_string(), span.start),
            Value::Boolean(is_true) => self.token(&is_true.value().to_string(), span.start),
            // No field takes either, so that any other type is as wrong.
            Value::Float(_) | Value::Datetime(_) => self.token("null", span.start),
        }
    }
}

fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}
