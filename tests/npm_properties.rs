//! What holds for every `package.json`, pattern and settings file: an addition is one entry more and nothing else, it can be
//! taken out again, choices in braces mean what their parts mean, and nothing panics whatever the text.
//!
//! What a `package.json` means is read with `serde_json`, which edits nothing.

use flue::inside::npm_edit::{Table, insert_dependency, remove_dependency};
use flue::inside::npm_manifest::PackageJson;
use flue::inside::{fits_any, read_workspace_settings};
use proptest::prelude::*;
use proptest::sample::select;
use proptest::test_runner::TestCaseError;
use serde_json::{Map, Value};

const SDK: &str = "@daytona/sdk";
const RANGE: &str = "^0.187.0";

proptest! {
    #![proptest_config(ProptestConfig {
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn adding_changes_nothing_else(before in package_json()) {
        let after = add(&before)?;
        prop_assert!(is_subsequence(&before, &after), "{:?}\n{:?}", before, after);
        let [mut expected, meant] = [meaning(&before)?, meaning(&after)?];
        let dependencies = expected.entry("dependencies").or_insert_with(|| Map::new().into());
        let dependencies = dependencies.as_object_mut().ok_or_else(|| TestCaseError::fail("no object"))?;
        dependencies.insert(SDK.to_owned(), RANGE.into());
        prop_assert_eq!(expected, meant);
    }

    #[test]
    fn what_was_added_can_be_taken_out(before in package_json()) {
        comes_back(&before, &add(&before)?)?;
    }

    #[test]
    fn damaged_ones_are_refused_or_kept(before in package_json(), at in any::<prop::sample::Index>(), piece in piece()) {
        let mut damaged = before;
        let places = damaged.char_indices().map(|(at, _)| at).collect::<Vec<_>>();
        damaged.insert_str(places[at.index(places.len())], piece);
        if let Ok(after) = add(&damaged) {
            prop_assert!(is_subsequence(&damaged, &after), "{:?}\n{:?}", damaged, after);
            comes_back(&damaged, &after)?;
        }
    }

    #[test]
    fn any_text_is_refused_or_kept(text in any::<String>()) {
        let _ = add(&text);
        let _ = read_workspace_settings(&text);
    }

    #[test]
    fn a_path_fits_itself_and_what_stands_for_all(path in path()) {
        prop_assert_eq!(fits_any(&path, &path), Ok(true));
        prop_assert_eq!(fits_any("**", &path), Ok(true));
    }

    #[test]
    fn choices_mean_what_their_parts_mean(parts in prop::collection::vec(pattern(), 2..4), path in path()) {
        let each = parts.iter().map(|part| fits_any(part, &path)).collect::<Result<Vec<_>, _>>();
        let choices = format!("{{{}}}", parts.join(","));
        prop_assert_eq!(fits_any(&choices, &path), each.map(|fits| fits.contains(&true)));
    }

    #[test]
    fn any_pattern_has_an_answer(pattern in any::<String>(), path in any::<String>()) {
        let _ = fits_any(&pattern, &path);
    }

    #[test]
    fn settings_are_read_in_every_style(settings in settings()) {
        prop_assert!(read_workspace_settings(&settings).is_ok(), "{settings}");
    }

    #[test]
    fn damaged_settings_are_refused_or_read(settings in settings(), at in any::<prop::sample::Index>(), piece in piece()) {
        let mut damaged = settings;
        damaged.insert_str(at.index(damaged.len()), piece);
        let _ = read_workspace_settings(&damaged);
    }
}

fn add(text: &str) -> Result<String, TestCaseError> {
    let manifest = PackageJson::parse(text).map_err(fail)?;
    let inserted = insert_dependency(&manifest, Table::Dependencies, SDK, RANGE).map_err(fail)?;
    Ok(inserted.edit.apply(text))
}

fn comes_back(before: &str, after: &str) -> Result<(), TestCaseError> {
    let manifest = PackageJson::parse(after).map_err(fail)?;
    let undone = remove_dependency(&manifest, Table::Dependencies, SDK)
        .map_err(fail)?
        .apply(after);
    if undone != before {
        // Both texts become the same one: an empty object, or none.
        prop_assert_eq!(add(&undone)?, after, "{:?} for {:?}", undone, before);
    }
    Ok(())
}

fn meaning(text: &str) -> Result<Map<String, Value>, TestCaseError> {
    serde_json::from_str(text.trim_start_matches('\u{feff}'))
        .map_err(|error| TestCaseError::fail(format!("{error} in {text}")))
}

fn fail(problem: impl std::fmt::Display) -> TestCaseError {
    TestCaseError::fail(problem.to_string())
}

/// Whether `text` is what is left of `longer` when some of its bytes go.
fn is_subsequence(text: &str, longer: &str) -> bool {
    let mut bytes = longer.bytes();
    text.bytes()
        .all(|wanted| bytes.any(|found| found == wanted))
}

/// A `package.json` in one of many layouts.
fn package_json() -> impl Strategy<Value = String> {
    let names = ["zod", "@flue/runtime", "a", "@z/z", "typescript"];
    let dependencies =
        prop::option::of(prop::sample::subsequence(names.to_vec(), 0..=names.len()).prop_shuffle());
    let others = prop::collection::vec((select(OTHER_KEYS), json()), 0..4);
    let layout = (
        select(&["", " ", "  ", "    ", "\t"][..]),
        select(&["\n", "\r\n"][..]),
        any::<bool>(),
        any::<bool>(),
    );
    (dependencies, others, any::<prop::sample::Index>(), layout).prop_map(
        |(dependencies, others, at, (indent, line_end, has_mark, has_end))| {
            let mut members = Vec::new();
            for (key, value) in others {
                if !members.iter().any(|(other, _)| *other == key) {
                    members.push((key, value));
                }
            }
            if let Some(names) = dependencies {
                let entries = names
                    .iter()
                    .map(|name| ((*name).to_owned(), Value::from("^1.0.0")));
                let table = Value::Object(entries.collect());
                members.insert(at.index(members.len() + 1), ("dependencies", table));
            }
            let members = members.iter().map(|(key, value)| {
                let value = pretty(value, indent).replace('\n', &format!("\n{indent}"));
                format!("{indent}{key:?}: {value}")
            });
            let text = format!("{{\n{}\n}}", members.collect::<Vec<_>>().join(",\n"));
            let mark = if has_mark { "\u{feff}" } else { "" };
            let end = if has_end { "\n" } else { "" };
            format!("{mark}{text}{end}").replace('\n', line_end)
        },
    )
}

const OTHER_KEYS: &[&str] = &["name", "version", "scripts", "devDependencies", "type", "x"];

fn pretty(value: &Value, indent: &str) -> String {
    let formatter = serde_json::ser::PrettyFormatter::with_indent(indent.as_bytes());
    let mut text = Vec::new();
    let mut serializer = serde_json::Serializer::with_formatter(&mut text, formatter);
    serde::Serialize::serialize(value, &mut serializer).expect("a value can be written");
    String::from_utf8(text).expect("JSON is UTF-8")
}

fn json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i32>().prop_map(Value::from),
        any::<String>().prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 12, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::btree_map("[a-z\"\\\\]{0,4}", inner, 0..4)
                .prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

/// What breaks a text, or does not.
fn piece() -> impl Strategy<Value = &'static str> {
    select(
        &[
            "\"", "{", "}", "[", "]", ",", ":", "//", "/*", "*/", "\\", "\n", "- ", "&a ", "*a",
            "!", "#", "\u{feff}", "é",
        ][..],
    )
}

fn path() -> impl Strategy<Value = String> {
    let part = select(&["a", "b", "ab", "packages", "a.b"][..]);
    prop::collection::vec(part, 1..4).prop_map(|parts| parts.join("/"))
}

/// A pattern without braces.
fn pattern() -> impl Strategy<Value = String> {
    let part = select(&["a", "b", "*", "a*", "?", "[ab]", "[!a]", "packages", "**"][..]);
    prop::collection::vec(part, 1..4).prop_map(|parts| parts.join("/"))
}

/// The settings of a workspace in block style, in flow style, and with an alias.
fn settings() -> impl Strategy<Value = String> {
    let names = prop::sample::subsequence(vec!["zod", "'@daytona/sdk'", "\"a b\""], 0..=3);
    let patterns = prop::collection::vec(
        select(&["packages/*", "'!**/test/**'", "\"apps/**\""][..]),
        0..3,
    );
    (patterns, names, 0..3_usize).prop_map(|(patterns, names, style)| {
        let entries = names.iter().map(|name| format!("{name}: ^1.0.0"));
        let entries = entries.collect::<Vec<_>>();
        if style == 1 {
            return format!(
                "packages: [{}]\ncatalog: {{{}}}\n",
                patterns.join(", "),
                entries.join(", ")
            );
        }
        let patterns = patterns.iter().map(|pattern| format!("  - {pattern}\n"));
        let entries = entries.iter().map(|entry| format!("  {entry}\n"));
        let (patterns, entries) = (patterns.collect::<String>(), entries.collect::<String>());
        let anchored = format!("packages:\n{patterns}catalog: &all\n{entries}");
        if style == 2 && !entries.is_empty() {
            return format!("{anchored}catalogs:\n  other: *all\n");
        }
        format!("packages:\n{patterns}catalog:\n{entries}")
    })
}
