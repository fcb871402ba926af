//! Whether two parsed documents mean the same: their values, in any order and layout.

use super::{NewDependency, Section};
use crate::cargo::manifest::Manifest;
use crate::cargo::toml::{Item, Kind};

/// The dependency in the `section` of `more` that has the key of `new`, if it and what its feature gains are all that
/// `more` has and `less` has not.
pub(super) fn gained<'a>(
    less: &Manifest,
    more: &'a Manifest,
    section: Section,
    new: &NewDependency,
) -> Option<Item<'a>> {
    let table = section.find(more).filter(|table| table.is_table())?;
    let gained = table.get(&new.key)?;
    let is_alone = table.iter().nth(1).is_none() && section.find(less).is_none();
    let part = new.feature_part();
    let turns_on = match &new.feature {
        None => None,
        Some(feature) => Some((
            more.document().get("features")?.get(feature)?,
            part.as_str(),
        )),
    };
    let extra = Extra {
        item: if is_alone { table } else { gained },
        part: turns_on,
    };
    extra.is_all_between(less, more).then_some(gained)
}

/// What one document has and the other has not.
struct Extra<'a> {
    item: Item<'a>,
    /// An array, and a string in it.
    part: Option<(Item<'a>, &'a str)>,
}

impl Extra<'_> {
    fn is_all_between(&self, less: &Manifest, more: &Manifest) -> bool {
        self.same_table(less.document().root(), more.document().root())
    }

    /// The one from `less`, the other from `more`.
    fn same_table(&self, one: Item<'_>, other: Item<'_>) -> bool {
        let others = || other.iter().filter(|item| !item.is_same(self.item));
        // Most stand in the same order, and there it takes no search.
        let mut in_order = others();
        one.iter().count() == others().count()
            && one.iter().all(|item| {
                let same = in_order.next().filter(|other| other.key() == item.key());
                let other = same.or_else(|| other.get(item.key()));
                other.is_some_and(|other| !other.is_same(self.item) && self.same_item(item, other))
            })
    }

    fn same_item(&self, one: Item<'_>, other: Item<'_>) -> bool {
        match (one.kind(), other.kind()) {
            (Kind::Tables, Kind::Tables) => {
                let mut tables = one.iter().zip(other.iter());
                one.iter().count() == other.iter().count()
                    && tables.all(|(one, other)| self.same_table(one, other))
            }
            (Kind::Array, Kind::Array) => match self.part {
                Some((array, part)) if array.is_same(other) => {
                    let others = other.strings().filter(|(_, string)| *string != part);
                    let strings = one.strings().map(|(_, string)| string);
                    strings.eq(others.map(|(_, string)| string))
                }
                _ => one.raw() == other.raw(),
            },
            (one_kind, other_kind) if is_value(one_kind) => {
                // What was not touched is spelled as before.
                one_kind == other_kind && one.raw() == other.raw()
                    || one.is_table() && is_value(other_kind) && self.same_table(one, other)
            }
            (_, other_kind) => {
                one.is_table()
                    && other.is_table()
                    && !is_value(other_kind)
                    && self.same_table(one, other)
            }
        }
    }
}

/// Whether it stands behind an equals sign.
fn is_value(kind: Kind) -> bool {
    !matches!(
        kind,
        Kind::Table | Kind::Implicit | Kind::Dotted | Kind::Tables
    )
}
