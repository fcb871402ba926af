//! Reads JSON with the place of every value.
//!
//! A thin layer over `jsonc-parser`: plain JSON for what the user writes, the looser form for what tools write.

use std::collections::HashSet;

use jsonc_parser::ast::{Object, ObjectProp, Value};
use jsonc_parser::common::Ranged as _;
use jsonc_parser::{CollectOptions, ParseOptions, parse_to_ast};

use crate::error::{Code, Problem};
use crate::text::{Position, floor_char_boundary};

const PLAIN_JSON: &str =
    "npm, pnpm and yarn take plain JSON: no comments, no trailing commas, double quotes only";

/// What of JSON a reader takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Dialect {
    /// No comments, no trailing commas, double quotes only.
    Plain,
    /// Comments and trailing commas, too.
    WithComments,
}

/// Parses JSON, as package managers do.
///
/// # Errors
///
/// A problem with the place of the first mistake.
pub(super) fn parse(text: &str, dialect: Dialect) -> Result<Value<'_>, Problem> {
    // It is read twice, before and after the change.
    if space(text) > (SPACE + text.len()) / 2 {
        let message = "the file holds more values than `flue` reads";
        return Err(Problem::new(Code::TooLarge, message));
    }
    let takes_comments = dialect == Dialect::WithComments;
    let options = ParseOptions {
        allow_comments: takes_comments,
        allow_loose_object_property_names: false,
        allow_trailing_commas: takes_comments,
        allow_missing_commas: false,
        allow_single_quoted_strings: false,
        allow_hexadecimal_numbers: false,
        allow_unary_plus_numbers: false,
        allow_bare_decimal_point_numbers: false,
        allow_non_finite_numbers: false,
        allow_extended_string_escapes: false,
    };
    let parsed = parse_to_ast(text, &CollectOptions::default(), &options).map_err(|error| {
        let reason = error.kind().to_string();
        invalid(text, error.range().start, &decapitalised(&reason)).help(PLAIN_JSON)
    })?;
    let value = parsed
        .value
        .ok_or_else(|| invalid(text, 0, "the file is empty").help("start with `npm init`"))?;
    if dialect == Dialect::Plain {
        require_strict(text)?;
    }
    Ok(value)
}

/// What `jsonc-parser` lets pass, but no package manager: control characters in strings, other blanks than JSON's.
fn require_strict(text: &str) -> Result<(), Problem> {
    let Err(error) = serde_json::from_str::<serde::de::IgnoredAny>(text) else {
        return Ok(());
    };
    let lines_before = text.split_inclusive('\n').take(error.line() - 1);
    let line_start = lines_before.map(str::len).sum::<usize>();
    let offset = floor_char_boundary(text, line_start + error.column().saturating_sub(1));
    let reason = error.to_string();
    let reason = reason.split(" at line ").next().unwrap_or(&reason);
    Err(invalid(text, offset, reason).help(PLAIN_JSON))
}

/// What values may take beside the text.
const SPACE: usize = 56 << 20;

/// About what the values of `text` take: an object has room for some properties from the start.
fn space(text: &str) -> usize {
    let marks = text.bytes().map(|byte| match byte {
        b'{' => 640,
        b'[' | b',' => 160,
        _ => 0,
    });
    marks.sum()
}

/// Parses the JSON of a lock file, which in `bun.lock` has trailing commas. A file that does not parse, or holds too much,
/// tells nothing.
pub(super) fn parse_lock_file(text: &str) -> Option<Value<'_>> {
    if space(text) > SPACE + 2 * text.len() {
        return None;
    }
    parse_to_ast(text, &CollectOptions::default(), &ParseOptions::default())
        .ok()?
        .value
}

/// The object that `key` holds, when it is there.
///
/// # Errors
///
/// When it is there and no object, or when it has a key twice: package managers would read the last one only.
pub(super) fn object_at<'v, 'a>(
    text: &str,
    parent: &'v Object<'a>,
    key: &str,
) -> Result<Option<&'v Object<'a>>, Problem> {
    let Some(property) = parent.get(key) else {
        return Ok(None);
    };
    let Value::Object(object) = &property.value else {
        return Err(wrong_type(text, property, "an object"));
    };
    reject_duplicate_keys(text, object)?;
    Ok(Some(object))
}

/// The string that `key` holds, when it is there.
///
/// # Errors
///
/// When it is there and no string.
pub(super) fn string_at<'v>(
    text: &str,
    parent: &'v Object<'_>,
    key: &str,
) -> Result<Option<&'v str>, Problem> {
    parent
        .get(key)
        .map(|property| string_of(text, property))
        .transpose()
}

/// The string that `property` holds.
///
/// # Errors
///
/// When it holds something else.
pub(super) fn string_of<'v>(text: &str, property: &'v ObjectProp<'_>) -> Result<&'v str, Problem> {
    match &property.value {
        Value::StringLit(string) => Ok(&string.value),
        _ => Err(wrong_type(text, property, "a string")),
    }
}

/// # Errors
///
/// When `object` has a key twice.
pub(super) fn reject_duplicate_keys(text: &str, object: &Object<'_>) -> Result<(), Problem> {
    let mut seen = HashSet::new();
    for property in &object.properties {
        let key = property.name.as_str();
        if !seen.insert(key) {
            let reason = format!("`{key}` is there twice");
            return Err(invalid(text, property.range.start, &reason)
                .help("package managers read the last one only; merge the two"));
        }
    }
    Ok(())
}

/// Whether two values are the same to a reader: names, order, strings and the spelling of numbers.
pub(super) fn same(a: &Value<'_>, b: &Value<'_>) -> bool {
    match (a, b) {
        (Value::StringLit(a), Value::StringLit(b)) => a.value == b.value,
        (Value::NumberLit(a), Value::NumberLit(b)) => a.value == b.value,
        (Value::BooleanLit(a), Value::BooleanLit(b)) => a.value == b.value,
        (Value::NullKeyword(_), Value::NullKeyword(_)) => true,
        (Value::Array(a), Value::Array(b)) => {
            a.elements.len() == b.elements.len()
                && a.elements.iter().zip(&b.elements).all(|(a, b)| same(a, b))
        }
        (Value::Object(a), Value::Object(b)) => {
            a.properties.len() == b.properties.len()
                && a.properties
                    .iter()
                    .zip(&b.properties)
                    .all(|(a, b)| same_property(a, b))
        }
        _ => false,
    }
}

/// Whether two properties have the same name and the same value.
pub(super) fn same_property(a: &ObjectProp<'_>, b: &ObjectProp<'_>) -> bool {
    a.name.as_str() == b.name.as_str() && same(&a.value, &b.value)
}

/// A problem at the byte `offset` of `text`.
pub(super) fn invalid(text: &str, offset: usize, reason: &str) -> Problem {
    Problem::new(
        Code::ManifestInvalid,
        format!("invalid `package.json`: {reason}"),
    )
    .at(Position::at(text, offset))
}

/// A problem about what `property` holds.
pub(super) fn wrong_type(text: &str, property: &ObjectProp<'_>, expected: &str) -> Problem {
    let reason = format!("`{}` is not {expected}", property.name.as_str());
    invalid(text, property.value.start(), &reason).help(format!("make it {expected}, or remove it"))
}

fn decapitalised(sentence: &str) -> String {
    let mut characters = sentence.chars();
    characters.next().map_or_else(String::new, |first| {
        first.to_lowercase().chain(characters).collect()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check_invalid(text: &str, expect: &str) {
        let problem = parse(text, Dialect::Plain).unwrap_err();
        let position = problem.position.unwrap();
        assert_eq!(format!("{position}: {problem}"), expect, "{text:?}");
        assert!(problem.help.is_some());
    }

    #[test]
    fn only_plain_json_is_read() {
        check_invalid(
            "{\n  // x\n}",
            "2:3: invalid `package.json`: comments are not allowed",
        );
        check_invalid(
            "{\n  \"a\": 1,\n}",
            "2:9: invalid `package.json`: trailing commas are not allowed",
        );
        check_invalid(
            "{'a': 1}",
            "1:2: invalid `package.json`: single-quoted strings are not allowed",
        );
        check_invalid(
            "{\"a\": 1",
            "1:1: invalid `package.json`: unterminated object",
        );
        check_invalid(
            "{a: 1}",
            "1:2: invalid `package.json`: expected string for object property",
        );
        check_invalid("", "1:1: invalid `package.json`: the file is empty");
        check_invalid(
            "{} {}",
            "1:4: invalid `package.json`: text cannot contain more than one JSON value",
        );
        check_invalid(
            "{\n  \"é\": \"a\tb\"\n}",
            "2:9: invalid `package.json`: control character (\\u0000-\\u001F) found while parsing a string",
        );
        check_invalid(
            "{\u{a0}\"a\": 1}",
            "1:2: invalid `package.json`: key must be a string",
        );
    }

    #[test]
    fn sameness_looks_at_names_order_and_spelling() {
        let check = |a, b, expect| {
            let [one, other] = [a, b].map(|text| parse(text, Dialect::Plain).unwrap());
            assert_eq!(same(&one, &other), expect, "{a} {b}")
        };
        check(
            r#"{"a":[1,null,true]}"#,
            r#"{ "a" : [ 1, null, true ] }"#,
            true,
        );
        check(r#"{"a":1,"b":2}"#, r#"{"b":2,"a":1}"#, false);
        check(r#"{"a":1}"#, r#"{"a":1.0}"#, false);
        check(r#""a""#, r#""\u0061""#, true);
        check("[1]", "[1,1]", false);
    }
}
