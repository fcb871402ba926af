//! Whether two parsed documents mean the same: their values, in any order and layout.

use toml_edit::{Item, TableLike, Value};

use super::{NewDependency, Section};
use crate::cargo::manifest::Manifest;

/// The dependency in the `section` of `more` that has the key of `new`, if it and what its feature gains are all that
/// `more` has and `less` has not.
pub(super) fn gained(
    less: &Manifest,
    more: &Manifest,
    section: Section,
    new: &NewDependency,
) -> Option<Item> {
    let mut document = more.document().clone().into_mut();
    let mut item = document.as_item_mut();
    for key in section.name().split('.') {
        item = item.get_mut(key)?;
    }
    let table = item.as_table_like_mut()?;
    let gained = table.remove(&new.key)?;
    if table.is_empty() && section.find(less).is_none() {
        document.remove(section.name());
    }
    if let Some(feature) = &new.feature {
        let parts = document.get_mut("features")?.get_mut(feature)?;
        let turns_on = new.feature_part();
        let parts = parts.as_array_mut()?;
        parts.retain(|part| part.as_str() != Some(&turns_on));
    }
    same_table(less.document().as_table(), document.as_table()).then_some(gained)
}

fn same_table(one: &dyn TableLike, other: &dyn TableLike) -> bool {
    one.len() == other.len()
        && one
            .iter()
            .all(|(key, item)| other.get(key).is_some_and(|other| same_item(item, other)))
}

fn same_item(one: &Item, other: &Item) -> bool {
    match (one, other) {
        (Item::Value(one), Item::Value(other)) => same_value(one, other),
        (Item::Table(one), Item::Table(other)) => same_table(one, other),
        (Item::ArrayOfTables(one), Item::ArrayOfTables(other)) => {
            one.len() == other.len()
                && one
                    .iter()
                    .zip(other)
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
        // By their bits: what is not a number is the same as itself here.
        (Value::Float(one), Value::Float(other)) => {
            one.value().to_bits() == other.value().to_bits()
        }
        (Value::Boolean(one), Value::Boolean(other)) => one.value() == other.value(),
        (Value::Datetime(one), Value::Datetime(other)) => one.value() == other.value(),
        (Value::Array(one), Value::Array(other)) => {
            one.len() == other.len()
                && one
                    .iter()
                    .zip(other)
                    .all(|(one, other)| same_value(one, other))
        }
        (Value::InlineTable(one), Value::InlineTable(other)) => same_table(one, other),
        _ => false,
    }
}
