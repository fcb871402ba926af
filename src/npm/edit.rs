//! Puts one entry into the `dependencies` of a `package.json`, as text.
//!
//! Every byte that was there stays: indentation, line ends, order, spellings. The result is read again and has to say
//! what the old text said plus the one entry.

use std::cmp::Ordering;
use std::ops::Range;

use jsonc_parser::ast::{Object, ObjectProp, Value};
use jsonc_parser::common::Ranged as _;

use super::json;
use super::package_json::PackageJson;
use crate::error::Problem;
use crate::text::{LineEnding, Position};

const TABLE: &str = "dependencies";

/// A manifest with one more entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Inserted {
    /// The text of the file.
    pub text: String,
    /// The entry: `"@daytona/sdk": "^1.2"`.
    pub entry: String,
    /// The line that the entry stands in, counted from 1.
    pub line: usize,
}

/// Puts `package` at `range` among the dependencies of `manifest`.
///
/// The entry takes its place where the table is sorted, in npm's order or by code points, else the end. A missing
/// table goes before the other dependency tables, else to the end.
///
/// # Errors
///
/// When `dependencies` is not an object, has a key twice, or declares the package already.
pub fn insert_dependency(
    manifest: &PackageJson<'_>,
    package: &str,
    range: &str,
) -> Result<Inserted, Problem> {
    let body = manifest.body;
    let root = Layout {
        body,
        object: &manifest.root,
    };
    let range_text = quoted(range);
    let edit = match json::object_at(body, &manifest.root, TABLE)? {
        Some(table) if table.get(package).is_some() => return Err(cannot_insert(package)),
        Some(table) if table.properties.is_empty() => {
            let entry = property(package, &range_text, root.colon());
            Edit {
                range: inside(table),
                text: root.filling(&entry),
            }
        }
        Some(table) => {
            let table = Layout {
                body,
                object: table,
            };
            let index = index_in(&table.keys(), package);
            table.insertion(index, &property(package, &range_text, table.colon()))
        }
        None => root.new_table(&property(package, &range_text, root.colon())),
    };
    let changed = edit.applied_to(body);
    let position = require_one_more_entry(manifest, &changed, package, range)?;
    Ok(Inserted {
        text: manifest.file_text(&changed),
        entry: property(package, &range_text, ": "),
        line: position.line,
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

/// A change of one part of a text.
struct Edit {
    range: Range<usize>,
    text: String,
}

impl Edit {
    fn insertion(at: usize, text: String) -> Self {
        Self {
            range: at..at,
            text,
        }
    }

    fn applied_to(&self, body: &str) -> String {
        let (before, after) = (&body[..self.range.start], &body[self.range.end..]);
        format!("{before}{}{after}", self.text)
    }
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
    fn insertion(&self, index: usize, property: &str) -> Edit {
        let separator = self.separator(index);
        match self.object.properties.get(index) {
            Some(next) => Edit::insertion(next.range.start, format!("{property}{separator}")),
            None => Edit::insertion(self.end_of_last(), format!("{separator}{property}")),
        }
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
                let indentation = &gap[newline + 1..];
                format!("{line_end}{indentation}{indentation}{property}{line_end}{indentation}")
            }
            None => format!("{gap}{property}{gap}"),
        }
    }

    /// A table of this object that holds `entry` alone.
    fn new_table(&self, entry: &str) -> Edit {
        if self.object.properties.is_empty() {
            let text = format!("\n  \"{TABLE}\": {{\n    {entry}\n  }}\n");
            return Edit {
                range: inside(self.object),
                text: LineEnding::of(self.body).apply(&text),
            };
        }
        let table = property(TABLE, &format!("{{{}}}", self.filling(entry)), self.colon());
        let later_tables = [
            "devDependencies",
            "peerDependencies",
            "optionalDependencies",
        ];
        let index = self
            .object
            .properties
            .iter()
            .position(|property| later_tables.contains(&property.name.as_str()));
        self.insertion(index.unwrap_or(self.object.properties.len()), &table)
    }
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

/// The check that stands between the text and the disk. Returns the place of the entry.
fn require_one_more_entry(
    before: &PackageJson<'_>,
    changed: &str,
    package: &str,
    range: &str,
) -> Result<Position, Problem> {
    let Ok(Value::Object(mut root)) = json::parse(changed) else {
        return Err(cannot_insert(package));
    };
    let entry = remove_entry(&mut root, package).ok_or_else(|| cannot_insert(package))?;
    if before.root.get(TABLE).is_none() {
        root.properties.retain(|property| !is_empty_table(property));
    }
    let is_the_entry = matches!(&entry.value, Value::StringLit(value) if value.value == range);
    let rest_is_the_same = json::same(&Value::Object(root), &Value::Object(before.root.clone()));
    if !is_the_entry || !rest_is_the_same {
        return Err(cannot_insert(package));
    }
    Ok(Position::at(changed, entry.range.start))
}

fn remove_entry<'a>(root: &mut Object<'a>, package: &str) -> Option<ObjectProp<'a>> {
    let table = root
        .properties
        .iter_mut()
        .find(|property| property.name.as_str() == TABLE)?;
    let Value::Object(table) = &mut table.value else {
        return None;
    };
    table.take(package)
}

fn is_empty_table(property: &ObjectProp<'_>) -> bool {
    let is_empty = matches!(&property.value, Value::Object(table) if table.properties.is_empty());
    is_empty && property.name.as_str() == TABLE
}

fn cannot_insert(package: &str) -> Problem {
    Problem::new(
        "manifest-not-editable",
        format!("no place found for `{package}` among the dependencies"),
    )
    .help(format!(
        "add `{package}` to `{TABLE}` by hand, then run the command again"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn insert(manifest: &str) -> Result<String, Problem> {
        let manifest = PackageJson::parse(manifest).unwrap();
        insert_dependency(&manifest, "@daytona/sdk", "^1.2").map(|inserted| inserted.text)
    }

    fn check(before: &str, after: &str) {
        let inserted = insert(before).unwrap();
        assert_eq!(inserted, after, "{before}");
        let problem = insert(&inserted).unwrap_err();
        assert_eq!(
            problem.code, "manifest-not-editable",
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

    #[test]
    fn the_entry_and_its_line_are_told() {
        let manifest = PackageJson::parse("{\"dependencies\": {\n \"a\":\"1\"}}").unwrap();
        let inserted = insert_dependency(&manifest, "b", "^2").unwrap();
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
            let entry_at = after.find("\"@daytona/sdk\"").unwrap();
            let shared = before
                .bytes()
                .zip(after.bytes())
                .take_while(|(b, a)| b == a)
                .count();
            let kept_end = &before[before.floor_char_boundary(shared.min(entry_at))..];
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
            insert_dependency(&manifest, "a\": 1, \"b", "1")
                .unwrap_err()
                .code,
            "manifest-not-editable"
        );
    }
}
