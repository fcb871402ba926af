//! Puts one entry into a table of dependencies of a `package.json`, or takes one out, as text.
//!
//! Every other byte stays: indentation, line ends, order, spellings. The result is read again and has to say what the
//! old text said plus or minus the one entry.

use std::cmp::Ordering;
use std::ops::Range;

use jsonc_parser::ast::{Object, ObjectProp, Value};
use jsonc_parser::common::Ranged as _;

pub use super::dependency::Table;
use super::json;
use super::manifest::PackageJson;
use crate::error::{Code, Problem};
use crate::text::{LineEnding, NewEntry, Position, TextEdit};

/// The tables in the order in which they are usually written.
const ORDER: [Table; 4] = [
    Table::Dependencies,
    Table::DevDependencies,
    Table::PeerDependencies,
    Table::OptionalDependencies,
];

/// Puts `package` at `range` into a `table` of `manifest`.
///
/// The entry takes its place where the table is sorted, in npm's order or by code points, else the end. A missing
/// table goes before those that usually follow it, else behind those that it usually follows, else to the end.
///
/// # Errors
///
/// When the table is not an object, has a key twice, or declares the package already.
pub fn insert_dependency(
    manifest: &PackageJson<'_>,
    table: Table,
    package: &str,
    range: &str,
) -> Result<NewEntry, Problem> {
    let edit = insertion(manifest, table, package, range)?;
    let changed = edit.apply(manifest.body);
    let line = gained(manifest, &changed, table, package)
        .filter(|(_, value)| value == range)
        .map(|(entry, _)| Position::at(&changed, entry).line)
        .ok_or_else(|| cannot_insert(table, package))?;
    Ok(NewEntry {
        edit: manifest.in_file(edit),
        entry: property(package, &quoted(range), ": "),
        line,
    })
}

/// Takes `package` out of a `table` of `manifest`; an edit without effect if it is not there.
///
/// What [`insert_dependency`] wrote goes without a trace. A table that holds nothing else goes too, unless it stands where
/// that would not have put it: nothing else tells whether it was there before.
///
/// # Errors
///
/// When the table is not an object, has a key twice, or the entry cannot be taken out alone.
pub fn remove_dependency(
    manifest: &PackageJson<'_>,
    table: Table,
    package: &str,
) -> Result<TextEdit, Problem> {
    let body = manifest.body;
    let Some(object) = json::object_at(body, &manifest.root, table.key())? else {
        return Ok(TextEdit::default());
    };
    let Some(entry) = object.get(package) else {
        return Ok(TextEdit::default());
    };
    let range = json::string_of(body, entry)?;
    let [root, dependencies] = [&manifest.root, object].map(|object| Layout { body, object });
    let mut removals = match dependencies.object.properties.len() {
        1 => root.removals(table.key()),
        _ => Vec::new(),
    };
    removals.extend(dependencies.removals(package));
    removals.retain(|edit| {
        let less = edit.apply(body);
        let less = PackageJson::parse_as(&less, manifest.dialect);
        less.is_ok_and(|less| gained(&less, body, table, package).is_some())
    });
    let inverse = TextEdit::undoing(body, removals, |less| {
        let less = PackageJson::parse_as(less, manifest.dialect);
        insertion(&less.ok()?, table, package, range).ok()
    });
    let inverse = inverse.ok_or_else(|| cannot_remove(table, package))?;
    Ok(manifest.in_file(inverse))
}

/// What adds `package` at `range` to the text of `manifest` after a byte order mark.
fn insertion(
    manifest: &PackageJson<'_>,
    table: Table,
    package: &str,
    range: &str,
) -> Result<TextEdit, Problem> {
    let body = manifest.body;
    let root = Layout {
        body,
        object: &manifest.root,
    };
    let range = quoted(range);
    Ok(match json::object_at(body, &manifest.root, table.key())? {
        Some(object) if object.get(package).is_some() => return Err(cannot_insert(table, package)),
        Some(object) if object.properties.is_empty() => {
            if body[inside(object)].contains('/') {
                return Err(cannot_insert(table, package));
            }
            let entry = property(package, &range, root.colon());
            TextEdit::replace(inside(object), root.filling(&entry))
        }
        Some(object) => {
            let entries = Layout { body, object };
            let index = index_in(&entries.keys(), package);
            entries.insertion(index, &property(package, &range, entries.colon()))
        }
        None => root.new_table(table, &property(package, &range, root.colon())),
    })
}

/// Where `key` goes among `keys`.
fn index_in(keys: &[&str], key: &str) -> usize {
    for order in [npm_order, |a: &str, b: &str| a.cmp(b)] {
        if keys.is_sorted_by(|a, b| order(a, b).is_lt()) {
            return keys.partition_point(|earlier| order(earlier, key).is_lt());
        }
    }
    keys.len()
}

/// The order in which npm writes dependencies: that of English text, where punctuation comes before digits, digits
/// before letters, and case decides last.
fn npm_order(a: &str, b: &str) -> Ordering {
    let ranks = |key: &str| key.chars().map(rank).collect::<Vec<_>>();
    ranks(a).cmp(&ranks(b)).then_with(|| b.cmp(a))
}

/// The place of a character in the root order of the Unicode collation, as far as names of packages use it.
fn rank(character: char) -> (usize, char) {
    const PUNCTUATION: &str = "_-,;:!?.'\"()[]{}@*/\\&#%`^+<=>|~$";
    let lower = character.to_ascii_lowercase();
    let in_punctuation = PUNCTUATION.find(character);
    (in_punctuation.unwrap_or(PUNCTUATION.len()), lower)
}

/// How an object is laid out in the text.
struct Layout<'v, 'a> {
    body: &'a str,
    object: &'v Object<'a>,
}

impl Layout<'_, '_> {
    fn keys(&self) -> Vec<&str> {
        self.object
            .properties
            .iter()
            .map(|property| property.name.as_str())
            .collect()
    }

    /// `property` as the one at `index`, set apart like its neighbours.
    fn insertion(&self, index: usize, property: &str) -> TextEdit {
        if self.has_comments() {
            return self.insertion_among_comments(index, property);
        }
        let separator = self.separator(index);
        match self.object.properties.get(index) {
            Some(next) => TextEdit::insert(next.range.start, format!("{property}{separator}")),
            None => TextEdit::insert(self.end_of_last(), format!("{separator}{property}")),
        }
    }

    /// Whether there are comments between the properties.
    fn has_comments(&self) -> bool {
        let ends = self.object.properties.iter().map(|own| own.range.end);
        let starts = self.object.properties.iter().map(|own| own.range.start);
        let ends = std::iter::once(self.object.range.start + 1).chain(ends);
        let mut gaps = ends.zip(starts.chain([self.object.range.end - 1]));
        gaps.any(|(end, start)| self.body[end..start].contains('/'))
    }

    /// `property` as the one at `index`, on a line behind what is said on that of the one before.
    fn insertion_among_comments(&self, index: usize, property: &str) -> TextEdit {
        let properties = &self.object.properties;
        let before = match index.checked_sub(1) {
            Some(previous) => properties[previous].range.end,
            None => self.object.range.start + 1,
        };
        let next = properties.get(index);
        let Some(line) = self.rest_of_line(before) else {
            return match next {
                Some(next) => TextEdit::insert(next.range.start, format!("{property}, ")),
                None => TextEdit::insert(before, format!(", {property}")),
            };
        };
        let line_end = LineEnding::of(self.body).as_str();
        let indentation = indentation_in(self.gap_before_first());
        let comma = if next.is_some() || line.has_comma {
            ","
        } else {
            ""
        };
        let own_line = format!("{line_end}{indentation}{property}{comma}");
        let own_line = TextEdit::insert(line.end, own_line);
        match index > 0 && !line.has_comma {
            true => TextEdit::insert(before, ",").and(own_line),
            false => own_line,
        }
    }

    /// What takes out the property at `index` with its line.
    fn removal_of_line(&self, index: usize) -> Option<TextEdit> {
        let own = &self.object.properties[index].range;
        let line_start = self.body[..own.start].trim_end_matches([' ', '\t']);
        let start = line_start.strip_suffix('\n')?;
        let start = start.strip_suffix('\r').unwrap_or(start).len();
        let line = self.rest_of_line(own.end)?;
        let removal = TextEdit::delete(start..line.end);
        let previous = index
            .checked_sub(1)
            .map(|previous| &self.object.properties[previous]);
        match previous {
            Some(previous) if !line.has_comma => {
                let end = previous.range.end;
                Some(TextEdit::delete(end..end + 1).and(removal))
            }
            _ => Some(removal),
        }
    }

    /// What is on the line of the body from the byte `from`, if that is a comma and comments only.
    fn rest_of_line(&self, from: usize) -> Option<RestOfLine> {
        let mut rest = &self.body[from..];
        let mut has_comma = false;
        loop {
            rest = rest.trim_start_matches([' ', '\t']);
            if rest.starts_with('\n') || rest.starts_with("\r\n") {
                let end = self.body.len() - rest.len();
                return Some(RestOfLine { end, has_comma });
            }
            rest = if let Some(rest) = rest.strip_prefix(',') {
                has_comma = true;
                rest
            } else if rest.starts_with("//") {
                let end = rest.find('\n')?;
                rest[..end]
                    .strip_suffix('\r')
                    .map_or(&rest[end..], |line| &rest[line.len()..])
            } else {
                let (comment, rest) = rest.strip_prefix("/*")?.split_once("*/")?;
                (!comment.contains('\n')).then_some(rest)?
            };
        }
    }

    /// The ways to take out the property `name`: with what parts it from the next one, from the one before, or with all
    /// between the braces.
    fn removals(&self, name: &str) -> Vec<TextEdit> {
        let properties = &self.object.properties;
        let is_it = |property: &ObjectProp<'_>| property.name.as_str() == name;
        let Some(index) = properties.iter().position(is_it) else {
            return Vec::new();
        };
        let own = &properties[index].range;
        let next = properties
            .get(index + 1)
            .map(|next| own.start..next.range.start);
        let previous = index
            .checked_sub(1)
            .map(|previous| properties[previous].range.end..own.end);
        let alone = (properties.len() == 1).then(|| inside(self.object));
        let ranges = [next, previous, alone].into_iter().flatten();
        let removals = ranges.map(TextEdit::delete);
        removals.chain(self.removal_of_line(index)).collect()
    }

    /// What stands between the properties around `index`.
    fn separator(&self, index: usize) -> String {
        let properties = &self.object.properties;
        if properties.len() < 2 {
            return match self.gap_before_first() {
                "" if self.colon().ends_with(' ') => ", ".to_owned(),
                gap => format!(",{}", without_blank_lines(gap)),
            };
        }
        let next = index.clamp(1, properties.len() - 1);
        without_blank_lines(
            &self.body[properties[next - 1].range.end..properties[next].range.start],
        )
    }

    /// What stands between a name and its value.
    fn colon(&self) -> &str {
        let first = self.object.properties.first();
        first.map_or(": ", |first| {
            &self.body[first.name.end()..first.value.start()]
        })
    }

    /// What stands between the opening brace and the first property.
    fn gap_before_first(&self) -> &str {
        let first = self.object.properties.first();
        first.map_or("", |first| {
            &self.body[self.object.range.start + 1..first.range.start]
        })
    }

    fn end_of_last(&self) -> usize {
        self.object
            .properties
            .last()
            .map_or(self.object.range.end - 1, |last| last.range.end)
    }

    /// What goes between the braces of an object of this one, to hold `property` alone.
    fn filling(&self, property: &str) -> String {
        let gap = self.gap_before_first();
        match gap.rfind('\n') {
            Some(newline) => {
                let line_end = LineEnding::of(self.body).as_str();
                let indentation = indentation_in(&gap[newline..]);
                format!("{line_end}{indentation}{indentation}{property}{line_end}{indentation}")
            }
            None if gap.contains('/') => format!(" {property} "),
            None => format!("{gap}{property}{gap}"),
        }
    }

    /// The `table` of this object, which holds `entry` alone.
    fn new_table(&self, table: Table, entry: &str) -> TextEdit {
        let name = table.key();
        if self.object.properties.is_empty() {
            let text = format!("\n  \"{name}\": {{\n    {entry}\n  }}\n");
            return TextEdit::replace(inside(self.object), LineEnding::of(self.body).apply(&text));
        }
        let property = property(name, &format!("{{{}}}", self.filling(entry)), self.colon());
        self.insertion(place_of_table(&self.keys(), table), &property)
    }
}

/// Where a new `table` goes among `keys`.
fn place_of_table(keys: &[&str], table: Table) -> usize {
    let own = ORDER.iter().position(|other| *other == table);
    let (earlier, later) = ORDER.split_at(own.unwrap_or_default());
    let is_one_of = |tables: &[Table], key: &&str| tables.iter().any(|table| table.key() == *key);
    let before = keys.iter().position(|key| is_one_of(later, key));
    let behind = || keys.iter().rposition(|key| is_one_of(earlier, key));
    before
        .or_else(|| behind().map(|index| index + 1))
        .unwrap_or(keys.len())
}

/// The end of a line, as a byte before its line end.
struct RestOfLine {
    end: usize,
    has_comma: bool,
}

/// The blanks at the start of the last line of `gap`.
fn indentation_in(gap: &str) -> &str {
    let line = gap.rsplit('\n').next().unwrap_or(gap);
    &line[..line.len() - line.trim_start().len()]
}

fn inside(object: &Object<'_>) -> Range<usize> {
    object.range.start + 1..object.range.end - 1
}

fn property(name: &str, value: &str, colon: &str) -> String {
    format!("{}{colon}{value}", quoted(name))
}

fn quoted(text: &str) -> String {
    format!("\"{text}\"")
}

fn without_blank_lines(gap: &str) -> String {
    match (gap.find('\n'), gap.rfind('\n')) {
        (Some(first), Some(last)) if gap[first..last].trim().is_empty() => {
            format!("{}{}", &gap[..=first], &gap[last + 1..])
        }
        _ => gap.to_owned(),
    }
}

/// The check that stands between the text and the disk: where the entry for `package` starts in `more`, and its value,
/// if that is all that `more` says and `less` does not.
fn gained(
    less: &PackageJson<'_>,
    more: &str,
    table: Table,
    package: &str,
) -> Option<(usize, String)> {
    let Ok(Value::Object(mut root)) = json::parse(more, less.dialect) else {
        return None;
    };
    let entry = remove_entry(&mut root, table, package)?;
    if less.root.get(table.key()).is_none() {
        let is_left_empty = |property: &ObjectProp<'_>| is_empty_table(property, table);
        root.properties.retain(|property| !is_left_empty(property));
    }
    let value = json::string_of(more, &entry).ok()?.to_owned();
    json::same(&Value::Object(root), &Value::Object(less.root.clone()))
        .then_some((entry.range.start, value))
}

fn remove_entry<'a>(root: &mut Object<'a>, table: Table, package: &str) -> Option<ObjectProp<'a>> {
    let entries = root
        .properties
        .iter_mut()
        .find(|property| property.name.as_str() == table.key())?;
    let Value::Object(entries) = &mut entries.value else {
        return None;
    };
    entries.take(package)
}

fn is_empty_table(property: &ObjectProp<'_>, table: Table) -> bool {
    let is_empty = matches!(&property.value, Value::Object(table) if table.properties.is_empty());
    is_empty && property.name.as_str() == table.key()
}

fn cannot_insert(table: Table, package: &str) -> Problem {
    let message = format!("no place found for `{package}` among the dependencies");
    let table = table.key();
    let help = format!("add `{package}` to `{table}` by hand, then run the command again");
    Problem::new(Code::ManifestNotEditable, message).help(help)
}

fn cannot_remove(table: Table, package: &str) -> Problem {
    let message = format!("cannot take `{package}` alone out of the dependencies");
    let table = table.key();
    let help = format!("remove `{package}` from `{table}` by hand, then run the command again");
    Problem::new(Code::ManifestNotEditable, message).help(help)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn insert(text: &str) -> Result<String, Problem> {
        let manifest = PackageJson::parse(text).unwrap();
        insert_dependency(&manifest, Table::Dependencies, "@daytona/sdk", "^1.2")
            .map(|new| new.edit.apply(text))
    }

    fn remove(text: &str) -> Result<String, Problem> {
        let manifest = PackageJson::parse(text).unwrap();
        remove_dependency(&manifest, Table::Dependencies, "@daytona/sdk")
            .map(|edit| edit.apply(text))
    }

    /// What is added to `before` can be taken out of `after`, as far as that tells what was there.
    fn check_undone(before: &str, after: &str) {
        let undone = remove(after).unwrap();
        if undone != before {
            // Both texts become the same one, which so does not tell which it was.
            assert_eq!(insert(&undone).unwrap(), after, "{undone}");
            let words = |text: &str| {
                let text = text.replace([' ', '\t', '\r', '\n'], "");
                let text = text.replace("\"dependencies\":{},", "");
                text.replace(",\"dependencies\":{}", "")
                    .replace("\"dependencies\":{}", "")
            };
            assert_eq!(words(&undone), words(before));
        }
    }

    fn check(before: &str, after: &str) {
        let inserted = insert(before).unwrap();
        assert_eq!(inserted, after, "{before}");
        check_undone(before, after);
        let problem = insert(&inserted).unwrap_err();
        assert_eq!(
            problem.code.as_str(),
            "manifest-not-editable",
            "a second entry must be refused"
        );
    }

    #[test]
    fn a_sorted_table_stays_sorted() {
        check(
            "{\n  \"dependencies\": {\n    \"@aws/x\": \"1\",\n    \"zod\": \"1\"\n  }\n}\n",
            "{\n  \"dependencies\": {\n    \"@aws/x\": \"1\",\n    \"@daytona/sdk\": \"^1.2\",\n    \"zod\": \"1\"\n  }\n}\n",
        );
        check(
            "{\n  \"dependencies\": {\n    \"@flue/runtime\": \"2\",\n    \"zod\": \"1\"\n  }\n}\n",
            "{\n  \"dependencies\": {\n    \"@daytona/sdk\": \"^1.2\",\n    \"@flue/runtime\": \"2\",\n    \"zod\": \"1\"\n  }\n}\n",
        );
        check(
            "{\n  \"dependencies\": {\n    \"@flue/runtime\": \"2\"\n  }\n}\n",
            "{\n  \"dependencies\": {\n    \"@daytona/sdk\": \"^1.2\",\n    \"@flue/runtime\": \"2\"\n  }\n}\n",
        );
        check(
            "{\n  \"dependencies\": {\n    \"@aws/x\": \"1\"\n  }\n}\n",
            "{\n  \"dependencies\": {\n    \"@aws/x\": \"1\",\n    \"@daytona/sdk\": \"^1.2\"\n  }\n}\n",
        );
    }

    #[track_caller]
    fn check_with_comments(before: &str, after: &str) {
        let parsed = |text| PackageJson::parse_loosely(text).unwrap();
        let inserted = insert_dependency(&parsed(before), Table::Dependencies, "b", "^2").unwrap();
        let inserted = inserted.edit.apply(before);
        assert_eq!(inserted, after);
        let removed = remove_dependency(&parsed(after), Table::Dependencies, "b").unwrap();
        assert_eq!(removed.apply(after), before);
    }

    #[test]
    fn comments_and_trailing_commas_stay_where_they_are() {
        check_with_comments(
            "{\n  // of all\n  \"dependencies\": {\n    \"a\": \"1\", // of a\n    // of c\n    \"c\": \"1\",\n  },\n}\n",
            "{\n  // of all\n  \"dependencies\": {\n    \"a\": \"1\", // of a\n    \"b\": \"^2\",\n    // of c\n    \"c\": \"1\",\n  },\n}\n",
        );
        check_with_comments(
            "{\r\n  \"dependencies\": { // of all\r\n    \"c\": \"1\"\r\n  }\r\n}\r\n",
            "{\r\n  \"dependencies\": { // of all\r\n    \"b\": \"^2\",\r\n    \"c\": \"1\"\r\n  }\r\n}\r\n",
        );
        check_with_comments(
            "{\n  \"dependencies\": {\n    \"a\": \"1\" /* of a */\n  }\n}\n",
            "{\n  \"dependencies\": {\n    \"a\": \"1\", /* of a */\n    \"b\": \"^2\"\n  }\n}\n",
        );
        check_with_comments(
            "{\n  \"dependencies\": {\n    \"a\": \"1\",\n  },\n}\n",
            "{\n  \"dependencies\": {\n    \"a\": \"1\",\n    \"b\": \"^2\",\n  },\n}\n",
        );
        check_with_comments(
            "{ /* x */ \"dependencies\": { \"a\": \"1\" /* y */ } }",
            "{ /* x */ \"dependencies\": { \"a\": \"1\", \"b\": \"^2\" /* y */ } }",
        );
        check_with_comments(
            "{\n  \"name\": \"x\", // why\n}\n",
            "{\n  \"name\": \"x\", // why\n  \"dependencies\": {\n    \"b\": \"^2\"\n  },\n}\n",
        );
    }

    #[test]
    fn the_entry_and_its_line_are_told() {
        let manifest = PackageJson::parse("{\"dependencies\": {\n \"a\":\"1\"}}").unwrap();
        let inserted = insert_dependency(&manifest, Table::Dependencies, "b", "^2").unwrap();
        assert_eq!(inserted.entry, "\"b\": \"^2\"");
        assert_eq!(inserted.line, 3);
    }

    #[test]
    fn an_unsorted_table_grows_at_its_end() {
        check(
            "{\n  \"dependencies\": {\n    \"zod\": \"1\",\n    \"a\": \"1\"\n  }\n}\n",
            "{\n  \"dependencies\": {\n    \"zod\": \"1\",\n    \"a\": \"1\",\n    \"@daytona/sdk\": \"^1.2\"\n  }\n}\n",
        );
    }

    #[test]
    fn the_order_is_that_of_npm() {
        let names = [
            "@a/b", "@a/b-c", "@ab/c", "a_b", "a-b", "a.b", "a/b", "a1", "ab", "aB", "Ac",
        ];
        assert!(names.is_sorted_by(|a, b| npm_order(a, b).is_lt()));
        assert_eq!(npm_order("a", "a"), Ordering::Equal);
        assert_eq!(index_in(&["Zod", "ajv"], "@daytona/sdk"), 0);
        assert_eq!(index_in(&["Zod", "ajv"], "b"), 2);
        assert_eq!(index_in(&["b", "a"], "@daytona/sdk"), 2);
    }

    #[test]
    fn a_new_table_goes_among_the_others_as_they_are_usually_written() {
        let place = place_of_table;
        let keys = ["name", "dependencies", "engines"];
        assert_eq!(place(&keys, Table::DevDependencies), 2);
        let keys = ["name", "dependencies", "engines", "peerDependencies"];
        assert_eq!(place(&keys, Table::DevDependencies), 3);
        assert_eq!(place(&["name", "devDependencies"], Table::Dependencies), 1);
        assert_eq!(place(&["name", "version"], Table::DevDependencies), 2);
    }

    #[test]
    fn an_entry_for_development_goes_in_and_out_of_its_own_table() {
        for (before, after) in [
            (
                "{\n  \"dependencies\": {\n    \"a\": \"1\"\n  },\n  \"x\": 1\n}\n",
                "{\n  \"dependencies\": {\n    \"a\": \"1\"\n  },\n  \"devDependencies\": {\n    \"b\": \"^2\"\n  },\n  \"x\": 1\n}\n",
            ),
            (
                "{\"dependencies\": {\"b\": \"1\"}, \"devDependencies\": {\"a\": \"1\"}}",
                "{\"dependencies\": {\"b\": \"1\"}, \"devDependencies\": {\"a\": \"1\", \"b\": \"^2\"}}",
            ),
        ] {
            let manifest = PackageJson::parse(before).unwrap();
            let inserted = insert_dependency(&manifest, Table::DevDependencies, "b", "^2").unwrap();
            assert_eq!(inserted.edit.apply(before), after);
            let manifest = PackageJson::parse(after).unwrap();
            let removed = remove_dependency(&manifest, Table::DevDependencies, "b").unwrap();
            assert_eq!(removed.apply(after), before);
        }
    }

    #[test]
    fn line_ends_tabs_and_byte_order_mark_stay() {
        check(
            "\u{feff}{\r\n\t\"dependencies\": {\r\n\t\t\"a\": \"1\"\r\n\t}\r\n}",
            "\u{feff}{\r\n\t\"dependencies\": {\r\n\t\t\"@daytona/sdk\": \"^1.2\",\r\n\t\t\"a\": \"1\"\r\n\t}\r\n}",
        );
        check(
            "{\r\n\t\"name\": \"x\"\r\n}\r\n",
            "{\r\n\t\"name\": \"x\",\r\n\t\"dependencies\": {\r\n\t\t\"@daytona/sdk\": \"^1.2\"\r\n\t}\r\n}\r\n",
        );
    }

    #[test]
    fn spellings_stay() {
        check(
            "{\"n\": 1.50e+3, \"s\": \"\\u0061\\/\", \"dependencies\": {\"\\u0061\": \"1\"}}",
            "{\"n\": 1.50e+3, \"s\": \"\\u0061\\/\", \"dependencies\": {\"@daytona/sdk\": \"^1.2\", \"\\u0061\": \"1\"}}",
        );
    }

    #[test]
    fn one_line_files_stay_on_one_line() {
        check(
            r#"{"dependencies":{"a":"1"}}"#,
            r#"{"dependencies":{"@daytona/sdk":"^1.2","a":"1"}}"#,
        );
        check(
            r#"{"name":"x"}"#,
            r#"{"name":"x","dependencies":{"@daytona/sdk":"^1.2"}}"#,
        );
        check(
            r#"{ "name": "x", "dependencies": {} }"#,
            r#"{ "name": "x", "dependencies": { "@daytona/sdk": "^1.2" } }"#,
        );
        check(
            r#"{ "dependencies": { "a": "1" } }"#,
            r#"{ "dependencies": { "@daytona/sdk": "^1.2", "a": "1" } }"#,
        );
        check(
            "{\n  \"dependencies\": { \"a\": \"1\", \"b\": \"1\" }\n}",
            "{\n  \"dependencies\": { \"@daytona/sdk\": \"^1.2\", \"a\": \"1\", \"b\": \"1\" }\n}",
        );
    }

    #[test]
    fn an_empty_table_is_filled() {
        let after = "{\n    \"dependencies\": {\n        \"@daytona/sdk\": \"^1.2\"\n    },\n    \"x\": 1\n}\n";
        check("{\n    \"dependencies\": {},\n    \"x\": 1\n}\n", after);
        check(
            "{\n    \"dependencies\": {\n    },\n    \"x\": 1\n}\n",
            after,
        );
    }

    #[test]
    fn a_missing_table_goes_before_the_other_tables() {
        check(
            "{\n  \"name\": \"x\",\n  \"devDependencies\": {\n    \"a\": \"1\"\n  }\n}\n",
            "{\n  \"name\": \"x\",\n  \"dependencies\": {\n    \"@daytona/sdk\": \"^1.2\"\n  },\n  \"devDependencies\": {\n    \"a\": \"1\"\n  }\n}\n",
        );
        check(
            "{}\n",
            "{\n  \"dependencies\": {\n    \"@daytona/sdk\": \"^1.2\"\n  }\n}\n",
        );
    }

    #[test]
    fn odd_layouts_are_followed() {
        check(
            "{ \"dependencies\":\n  { \"b\" : \"1\"\n  , \"c\" : \"1\"\n  }\n}\n",
            "{ \"dependencies\":\n  { \"@daytona/sdk\" : \"^1.2\"\n  , \"b\" : \"1\"\n  , \"c\" : \"1\"\n  }\n}\n",
        );
        check(
            "{\n  \"dependencies\": {\n    \"@a/x\": \"1\",\n\n    \"zod\": \"1\"\n  }\n}\n",
            "{\n  \"dependencies\": {\n    \"@a/x\": \"1\",\n\n    \"@daytona/sdk\": \"^1.2\",\n    \"zod\": \"1\"\n  }\n}\n",
        );
        check(
            "{\n\"dependencies\": {\n\"z\": \"1\"\n}\n}",
            "{\n\"dependencies\": {\n\"@daytona/sdk\": \"^1.2\",\n\"z\": \"1\"\n}\n}",
        );
    }

    #[test]
    fn an_entry_is_taken_out_alone() {
        let check = |before: &str, after: &str| assert_eq!(remove(before).unwrap(), after);
        check("{\"name\": \"x\"}", "{\"name\": \"x\"}");
        check("{\"dependencies\": {}}", "{\"dependencies\": {}}");
        check(
            "\u{feff}{\n  \"dependencies\": {\n    \"zod\": \"1\",\n    \"@daytona/sdk\": \"*\"\n  }\n}\n",
            "\u{feff}{\n  \"dependencies\": {\n    \"zod\": \"1\"\n  }\n}\n",
        );
        check(
            "{\"name\": \"x\", \"dependencies\": {\"@daytona/sdk\": \"*\"}}",
            "{\"name\": \"x\"}",
        );
        // A table that is made goes to the end.
        check(
            "{\"dependencies\": {\"@daytona/sdk\": \"*\"}, \"name\": \"x\"}",
            "{\"dependencies\": {}, \"name\": \"x\"}",
        );
        assert_eq!(
            remove("{\"dependencies\": {\"@daytona/sdk\": 1}}")
                .unwrap_err()
                .code
                .as_str(),
            "manifest-invalid"
        );
    }

    /// All combinations of what layouts differ in.
    fn layouts() -> Vec<String> {
        let mut layouts = Vec::new();
        for entries in [
            "",
            "\"a\": \"1\"",
            "\"z\": \"1\",\n    \"b\": \"2\"",
            "\"a\":\"1\", \"z\":\"2\"",
        ] {
            for table in [
                "",
                "{N}  \"dependencies\": {{E}},",
                "{N}  \"dependencies\": {{N}    {E}{N}  },",
            ] {
                for rest in [
                    "\"name\": \"x\"",
                    "\"devDependencies\": {},{N}  \"n\": [1.0, {\"\\u0061\": null}]",
                ] {
                    for indentation in ["  ", "\t", "    ", ""] {
                        for line_end in ["\n", "\r\n", " "] {
                            for frame in ["{R}", "\u{feff}{R}{N}", "{N}{R}{N}{N}"] {
                                let text = frame
                                    .replace("{R}", &format!("{{{table}{{N}}  {rest}{{N}}}}"))
                                    .replace("{E}", entries)
                                    .replace("{N}", "\n")
                                    .replace("  ", indentation)
                                    .replace('\n', line_end);
                                layouts.push(text);
                            }
                        }
                    }
                }
            }
        }
        layouts
    }

    #[test]
    fn nothing_that_was_there_changes_in_any_layout() {
        for before in layouts() {
            let after = insert(&before).unwrap();
            check_undone(&before, &after);
            let entry_at = after.find("\"@daytona/sdk\"").unwrap();
            let shared = before
                .bytes()
                .zip(after.bytes())
                .take_while(|(b, a)| b == a)
                .count();
            let kept_end =
                &before[crate::text::floor_char_boundary(&before, shared.min(entry_at))..];
            // An empty table may hold blanks, which the entry replaces.
            let blanks = kept_end.len() - kept_end.trim_start().len();
            assert!(
                (0..=blanks).any(|blanks| after.ends_with(&kept_end[blanks..])),
                "{before:?}\n{after:?}"
            );
            let [line_ends, all_line_ends] = ["\r\n", "\n"].map(|end| after.matches(end).count());
            assert!(
                line_ends == 0 || line_ends == all_line_ends,
                "{before:?}\n{after:?}"
            );
            assert_eq!(
                before.contains('\n'),
                after.contains('\n'),
                "{before:?}\n{after:?}"
            );
        }
    }

    #[test]
    fn a_name_that_would_break_the_text_is_refused() {
        let manifest = PackageJson::parse("{}").unwrap();
        assert_eq!(
            insert_dependency(&manifest, Table::Dependencies, "a\": 1, \"b", "1")
                .unwrap_err()
                .code
                .as_str(),
            "manifest-not-editable"
        );
    }
}
