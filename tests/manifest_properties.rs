//! What holds for every manifest: adding a dependency is idempotent, adds exactly one entry, changes no line of the
//! user's, and nothing panics whatever the text.
//!
//! Manifests are generated from their parts, so that all shapes, comments, line ends, orders and spellings meet. What they
//! mean is read with the crate `toml`, which the command does not use.

use flue::inside::Problem;
use flue::inside::dependency::{
    DependencyState, Source, all_dependencies, find_dependency, requirement_allows,
    workspace_offers,
};
use flue::inside::edit::{NewDependency, insert_dependency, remove_dependency};
use flue::inside::manifest::Manifest;
use proptest::prelude::*;
use proptest::sample::{Index, select, subsequence};
use proptest::test_runner::TestCaseError;
use semver::{Version, VersionReq};

const BYTE_ORDER_MARK: char = '\u{feff}';

proptest! {
    #![proptest_config(ProptestConfig {
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn adding_changes_nothing_else(recipe in recipe(), new in new_dependency()) {
        let before = recipe.text();
        let inserted = add(&before, &new)?;
        same_meaning_but_for(&before, &inserted, &new)?;
        keeps_lines(&before, &inserted.text, recipe.shape)?;
        keeps_layout(&before, &inserted.text)?;
    }

    #[test]
    fn what_was_added_can_be_taken_out(recipe in recipe(), new in new_dependency()) {
        let before = recipe.text();
        comes_back(&before, &add(&before, &new)?.text, &new)?;
    }

    #[test]
    fn each_dependency_can_be_taken_out(recipe in recipe(), at in any::<Index>()) {
        if recipe.dependencies.is_empty() {
            return Ok(());
        }
        let key = recipe.dependencies[at.index(recipe.dependencies.len())].key;
        let before = recipe.text();
        let after = remove_dependency(&parse(&before)?, key).map_err(fail)?.apply(&before);
        let [mut before_meaning, mut after_meaning] = [meaning(&before)?, meaning(&after)?];
        for meaning in [&mut before_meaning, &mut after_meaning] {
            let table = meaning.get_mut("dependencies").and_then(toml::Value::as_table_mut);
            let is_empty = table.is_some_and(|table| {
                table.remove(key);
                table.is_empty()
            });
            if is_empty {
                meaning.remove("dependencies");
            }
        }
        prop_assert_eq!(before_meaning, after_meaning);
        let characters = after.chars().collect::<Vec<_>>();
        prop_assert!(holds_in_order(before.chars(), &characters), "{before:?}\n->\n{after:?}");
        let again = remove_dependency(&parse(&after)?, key).map_err(fail)?;
        prop_assert!(again.is_empty());
    }

    #[test]
    fn adding_again_finds_it(recipe in recipe(), new in new_dependency()) {
        let inserted = add(&recipe.text(), &new)?;
        let again = parse(&inserted.text)?;
        let package = new.package.as_ref().unwrap_or(&new.key);
        let found = find_dependency(&again, None, package).map_err(fail)?;
        let DependencyState::Present(declared) = found else {
            return Err(TestCaseError::fail(format!("{found:?} in\n{}", inserted.text)));
        };
        prop_assert_eq!(&declared.key, &new.key);
        prop_assert_eq!(&declared.source, &new.source);
        prop_assert_eq!(declared.position.map(|position| position.line), Some(inserted.line));
        prop_assert!(insert_dependency(&again, &new).is_err());
    }

    #[test]
    fn sorted_keys_stay_sorted_and_others_in_their_order(recipe in recipe(), new in new_dependency()) {
        let before = recipe.text();
        let inserted = add(&before, &new)?;
        if recipe.shape == Shape::TableAndSubTables {
            return Ok(());
        }
        let found = keys_in_order(&inserted.text)?;
        let mut expect = recipe.keys();
        // Blank lines part the keys into groups, of which the new one joins any.
        let is_one_group = before.lines().all(|line| !line.trim().is_empty());
        let is_greater = |key: &&str| *key > new.key.as_str();
        let place = match is_one_group {
            true => expect.iter().position(is_greater).filter(|_| expect.is_sorted()),
            false => found.iter().position(|key| *key == new.key),
        };
        expect.insert(place.unwrap_or(expect.len()), &new.key);
        prop_assert_eq!(found, expect, "in\n{}", inserted.text);
    }

    #[test]
    fn damaged_manifests_are_refused_or_kept(recipe in recipe(), damages in prop::collection::vec(damage(), 1..4)) {
        let text = damages.iter().fold(recipe.text(), |text, damage| damage.done_to(&text));
        try_everything(&text)?;
    }

    #[test]
    fn pieces_of_manifests_are_refused_or_kept(pieces in prop::collection::vec(select(PIECES), 0..40)) {
        try_everything(&pieces.concat())?;
    }

    #[test]
    fn any_text_is_refused_or_kept(text in any::<String>()) {
        try_everything(&text)?;
    }

    #[test]
    fn requirements_agree_when_a_version_fits_both(one in requirement(), other in requirement()) {
        let [first, second] = [&one, &other].map(|text| VersionReq::parse(text).expect("it is valid"));
        let parts = || 0..=HIGHEST_PART + 1;
        let mut versions = parts().flat_map(|major| {
            parts().flat_map(move |minor| parts().map(move |patch| Version::new(major, minor, patch)))
        });
        let fits_both = versions.any(|version| first.matches(&version) && second.matches(&version));
        prop_assert_eq!(requirement_allows(&one, &other), fits_both);
    }

    #[test]
    fn any_requirement_has_an_answer(one in any::<String>(), other in any::<String>()) {
        requirement_allows(&one, &other);
    }

    #[test]
    fn any_path_has_a_sibling(path in any::<String>()) {
        let Some(Source::Path(sibling)) = Source::Path(path).sibling("daytona-sdk") else {
            return Err(TestCaseError::fail("no path"));
        };
        prop_assert!(sibling == "daytona-sdk" || sibling.ends_with("/daytona-sdk"));
    }
}

// What is checked.

/// A manifest with one entry more.
struct Added {
    text: String,
    entry: String,
    line: usize,
}

fn add(text: &str, new: &NewDependency) -> Result<Added, TestCaseError> {
    let manifest = parse(text)?;
    let package = new.package.as_ref().unwrap_or(&new.key);
    let found = find_dependency(&manifest, None, package).map_err(fail)?;
    prop_assert_eq!(found, DependencyState::Missing);
    insert(&manifest, new).map_err(|problem| TestCaseError::fail(format!("{problem} in\n{text}")))
}

fn insert(manifest: &Manifest, new: &NewDependency) -> Result<Added, Problem> {
    let added = insert_dependency(manifest, new)?;
    Ok(Added {
        text: added.edit.apply(manifest.text()),
        entry: added.entry,
        line: added.line,
    })
}

/// Taking out of `after` what was added to `before` gives that back, if `after` tells what it was.
fn comes_back(before: &str, after: &str, new: &NewDependency) -> Result<(), TestCaseError> {
    let edit = remove_dependency(&parse(after)?, &new.key).map_err(fail)?;
    let undone = edit.apply(after);
    if undone == before {
        return Ok(());
    }
    // Both texts become the same one.
    prop_assert_eq!(
        add(&undone, new)?.text,
        after,
        "{:?} for {:?}",
        undone,
        before
    );
    let words = |text: &str| {
        let text = text.replace("[dependencies]", "");
        text.replace(char::is_whitespace, "")
    };
    prop_assert_eq!(words(&undone), words(before));
    Ok(())
}

fn parse(text: &str) -> Result<Manifest, TestCaseError> {
    Manifest::parse(text.to_owned())
        .map_err(|problem| TestCaseError::fail(format!("{problem} in\n{text}")))
}

fn fail(problem: impl std::fmt::Display) -> TestCaseError {
    TestCaseError::fail(problem.to_string())
}

/// The parsed document has gained the new entry and nothing else.
fn same_meaning_but_for(
    before: &str,
    inserted: &Added,
    new: &NewDependency,
) -> Result<(), TestCaseError> {
    let before = meaning(before)?;
    let mut after = meaning(&inserted.text)?;
    let Some(toml::Value::Table(dependencies)) = after.get_mut("dependencies") else {
        return Err(TestCaseError::fail("no dependencies"));
    };
    let gained = dependencies.remove(&new.key).map(in_a_table);
    let entry = meaning(&inserted.entry)?.remove(&new.key).map(in_a_table);
    prop_assert!(gained.is_some());
    prop_assert_eq!(gained, entry);
    if !before.contains_key("dependencies") {
        prop_assert!(dependencies.is_empty());
        after.remove("dependencies");
    }
    prop_assert_eq!(before, after);
    Ok(())
}

/// A dependency that is no more than a version, as it is written in a table of its own.
fn in_a_table(dependency: toml::Value) -> toml::Value {
    match dependency {
        version @ toml::Value::String(_) => {
            toml::Table::from_iter([("version".to_owned(), version)]).into()
        }
        table => table,
    }
}

fn meaning(text: &str) -> Result<toml::Table, TestCaseError> {
    toml::from_str(text).map_err(|error| TestCaseError::fail(format!("{error} in\n{text}")))
}

fn without_mark(text: &str) -> &str {
    text.strip_prefix(BYTE_ORDER_MARK).unwrap_or(text)
}

/// Each line of `before` is in `after`, in its order; but the one of an inline table that takes the entry.
fn keeps_lines(before: &str, after: &str, shape: Shape) -> Result<(), TestCaseError> {
    let [before, after] = [before, after].map(without_mark);
    let lines = before.lines().collect::<Vec<_>>();
    let is_kept = match shape {
        Shape::Inline | Shape::InlineOnSeveralLines => (0..lines.len()).any(|changed| {
            let others = [&lines[..changed], &lines[changed + 1..]].concat();
            holds_in_order(after.lines(), &others)
        }),
        _ => holds_in_order(after.lines(), &lines),
    };
    prop_assert!(is_kept, "a line is lost:\n{before}\n->\n{after}");
    Ok(())
}

/// Line ends, byte order mark and the end of the last line are as they were, and no character is gone.
fn keeps_layout(before: &str, after: &str) -> Result<(), TestCaseError> {
    let characters = before.chars().collect::<Vec<_>>();
    prop_assert!(
        holds_in_order(after.chars(), &characters),
        "{before:?}\n->\n{after:?}"
    );
    for line_ends in [crlf, lf] {
        if line_ends(before) == 0 && before.contains('\n') {
            prop_assert_eq!(line_ends(after), 0, "new line ends in\n{:?}", after);
        }
    }
    let marks = |text: &str| text.matches(BYTE_ORDER_MARK).count();
    prop_assert_eq!(marks(before), marks(after));
    prop_assert_eq!(
        before.starts_with(BYTE_ORDER_MARK),
        after.starts_with(BYTE_ORDER_MARK)
    );
    let is_empty = without_mark(before).is_empty();
    prop_assert_eq!(before.ends_with('\n') || is_empty, after.ends_with('\n'));
    Ok(())
}

fn crlf(text: &str) -> usize {
    text.matches("\r\n").count()
}

fn lf(text: &str) -> usize {
    text.matches('\n').count() - crlf(text)
}

/// Whether `all` holds `wanted` in its order, perhaps with others between.
fn holds_in_order<T: PartialEq>(mut all: impl Iterator<Item = T>, wanted: &[T]) -> bool {
    wanted.iter().all(|wanted| all.any(|one| one == *wanted))
}

fn keys_in_order(text: &str) -> Result<Vec<String>, TestCaseError> {
    let document = toml_edit::Document::parse(text).map_err(fail)?;
    let dependencies = document
        .get("dependencies")
        .and_then(toml_edit::Item::as_table_like);
    let dependencies = dependencies.ok_or_else(|| fail("no dependencies"))?;
    Ok(dependencies.iter().map(|(key, _)| key.to_owned()).collect())
}

/// Asks everything about `text`, and adds to it if that is possible.
fn try_everything(text: &str) -> Result<(), TestCaseError> {
    let manifest = Manifest::parse(text.to_owned());
    // The mark is left to both readers: a second one is refused.
    let is_valid = toml::from_str::<toml::Table>(text).is_ok();
    prop_assert_eq!(manifest.is_ok(), is_valid, "{:?}", text);
    let manifest = match manifest {
        Ok(manifest) => manifest,
        Err(problem) => {
            prop_assert!(problem.position.is_some(), "{} is nowhere", problem);
            return Ok(());
        }
    };
    prop_assert_eq!(manifest.text(), text);
    let _ = manifest.edition(Some(&manifest));
    manifest.package_name();
    manifest.workspace_members();
    manifest.workspace_exclude();
    manifest.workspace_pointer();
    manifest.library_path();
    manifest.binary_targets();
    all_dependencies(&manifest, Some(&manifest)).count();
    let offered = workspace_offers(&manifest, "daytona-sdk");
    let found = find_dependency(&manifest, Some(&manifest), "daytona-sdk");
    let new = match (found, offered) {
        (Ok(DependencyState::Elsewhere { declared, .. }), _)
        | (Ok(DependencyState::Missing), Some(declared)) => NewDependency::like(&declared),
        (Ok(DependencyState::Missing), None) => NewDependency::of_registry("daytona-sdk", "0.1"),
        (Ok(DependencyState::Present(_)) | Err(_), _) => return Ok(()),
    };
    let Ok(inserted) = insert(&manifest, &new) else {
        return Ok(());
    };
    comes_back(text, &inserted.text, &new)?;
    same_meaning_but_for(text, &inserted, &new)?;
    keeps_layout(text, &inserted.text)?;
    let again = parse(&inserted.text)?;
    let found = find_dependency(&again, Some(&again), "daytona-sdk").map_err(fail)?;
    prop_assert!(
        matches!(found, DependencyState::Present(_)),
        "{found:?} in\n{}",
        inserted.text
    );
    Ok(())
}

// What is generated.

/// A manifest in its parts.
#[derive(Debug, Clone)]
struct Recipe {
    shape: Shape,
    dependencies: Vec<Dependency>,
    others: Vec<&'static str>,
    /// Where each block of the dependencies stands among the others.
    places: Vec<Index>,
    decorations: Vec<(Index, Decoration)>,
    line_ends: LineEnds,
    starts_with_mark: bool,
    ends_with_line_end: bool,
}

/// How a manifest writes its dependencies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Shape {
    Nothing,
    Table,
    TableAndSubTables,
    SubTables,
    Dotted,
    Inline,
    InlineOnSeveralLines,
}

#[derive(Debug, Clone)]
struct Dependency {
    key: &'static str,
    spelling: Spelling,
    value: &'static str,
}

#[derive(Debug, Clone, Copy)]
enum Spelling {
    Bare,
    Literal,
    Escaped,
}

/// What is done to a line.
#[derive(Debug, Clone, Copy)]
enum Decoration {
    Above(&'static str),
    Before(&'static str),
    Behind(&'static str),
}

#[derive(Debug, Clone, Copy)]
enum LineEnds {
    Lf,
    CrLf,
    Mixed,
}

const KEYS: &[&str] = &[
    "anyhow",
    "clap",
    "daytona",
    "daytona-sdk-extras",
    "flue-runtime",
    "serde",
    "tokio",
    "z_last",
    "1password",
    "A",
];

/// Values, and dotted keys with their values.
const VALUES: &[&str] = &[
    " = '1'",
    "=\"1\"",
    "   = \"1\"",
    " = { version = '1' , features = ['a', '}'] }",
    " = { version = '1', features = [\n  'a', # first\n  'b',\n] }",
    ".version = '1'",
    ". \"version\" = '1'",
    ".workspace = true",
    " = '''\n# [dependencies]\n1'''",
    " = { path = '../a', version = \"\"\"\n1\"\"\" }",
];

/// Blocks that hold no dependency of the package, or not a plain one.
const OTHERS: &[&str] = &[
    "[package]\nname = 'a'\nedition = '2024'",
    "[package.metadata.dependencies]\ndaytona-sdk = '0.1'",
    "[features]\ndaytona-sdk = []",
    "[lib]\npath = 'src/lib.rs'",
    "[[bin]]\nname = 'a'",
    "[[bin]]\nname = 'b'\npath = 'b.rs'",
    "# what tests need\n[dev-dependencies]\ntempfile = '3'",
    "[build-dependencies.cc]\nversion = '1'",
    "[target.'cfg(unix)'.dependencies]\nlibc = '0.2'",
    "[workspace]\nmembers = [\n  'a', # first\n]",
    "[workspace.dependencies]\nrand = { version = '0.9' }",
    "[profile.release]\nlto = true",
    "[patch.crates-io]\ndaytona-sdk = { path = 'sdk' }",
    "[badges]\ntext = '''\n[dependencies]\n# daytona-sdk = '0.1'\n# '''",
    "[lints.rust]\nunsafe_code = \"forbid\"",
];

const DECORATIONS: &[Decoration] = &[
    Decoration::Above(""),
    Decoration::Above("   \t"),
    Decoration::Above("# a comment"),
    Decoration::Above("  # daytona-sdk = '0.1'"),
    Decoration::Above("# [dependencies]"),
    Decoration::Above("# ü, = { } ' \""),
    Decoration::Before("  "),
    Decoration::Before("\t"),
    Decoration::Behind("  "),
    Decoration::Behind(" # behind, }"),
];

fn recipe() -> impl Strategy<Value = Recipe> {
    let shapes = select(&[
        Shape::Nothing,
        Shape::Table,
        Shape::TableAndSubTables,
        Shape::SubTables,
        Shape::Dotted,
        Shape::Inline,
        Shape::InlineOnSeveralLines,
    ]);
    let layout = (
        prop::collection::vec((any::<Index>(), select(DECORATIONS)), 0..12),
        select(&[LineEnds::Lf, LineEnds::CrLf, LineEnds::Mixed]),
        any::<bool>(),
        any::<bool>(),
    );
    let others = subsequence(OTHERS, 0..=OTHERS.len()).prop_shuffle();
    let places = prop::collection::vec(any::<Index>(), KEYS.len());
    (shapes, dependencies(), others, places, layout).prop_map(
        |(
            shape,
            dependencies,
            others,
            places,
            (decorations, line_ends, starts_with_mark, ends_with_line_end),
        )| Recipe {
            shape,
            dependencies: if shape == Shape::Nothing {
                Vec::new()
            } else {
                dependencies
            },
            others,
            places,
            decorations,
            line_ends,
            starts_with_mark,
            ends_with_line_end,
        },
    )
}

/// Dependencies with different keys, sorted in half of all cases.
fn dependencies() -> impl Strategy<Value = Vec<Dependency>> {
    let keys = subsequence(KEYS, 0..6);
    let keys = prop_oneof![
        keys.clone().prop_map(|mut keys| {
            keys.sort_unstable();
            keys
        }),
        keys.prop_shuffle(),
    ];
    let spelling = select(&[
        Spelling::Bare,
        Spelling::Bare,
        Spelling::Literal,
        Spelling::Escaped,
    ]);
    let looks = prop::collection::vec((spelling, select(VALUES)), KEYS.len());
    (keys, looks).prop_map(|(keys, looks)| {
        let dependencies = keys.into_iter().zip(looks);
        dependencies
            .map(|(key, (spelling, value))| Dependency {
                key,
                spelling,
                value,
            })
            .collect()
    })
}

fn new_dependency() -> impl Strategy<Value = NewDependency> {
    let chosen = select(&["daytona-sdk", "sdk", "B", "0"]).prop_map(str::to_owned);
    let odd = "\\PC{0,8}".prop_filter("it is free", |name| !KEYS.contains(&name.as_str()));
    let name = prop_oneof![4 => chosen, 1 => odd];
    let text = "\\PC{0,12}";
    let source = prop_oneof![
        (
            text,
            prop::option::of((select(&["registry", "registry-index"]), text))
        )
            .prop_map(|(requirement, registry)| Source::Registry {
                requirement,
                registry
            }),
        text.prop_map(Source::Path),
        (
            text,
            prop::option::of((select(&["branch", "tag", "rev"]), text))
        )
            .prop_map(|(url, pin)| Source::Git { url, pin }),
    ];
    let entry = (
        name.clone(),
        prop::option::of(Just("daytona-sdk".to_owned())),
        source,
        prop::option::of(text),
    );
    let entry = entry.prop_map(|(key, package, source, version)| NewDependency {
        key,
        package,
        version: version.filter(|_| !matches!(source, Source::Registry { .. })),
        source,
        feature: None,
    });
    prop_oneof![
        3 => entry,
        1 => name.prop_map(|key| NewDependency::of_source(&key, Source::Workspace)),
    ]
}

/// Parts of versions in requirements are not greater.
const HIGHEST_PART: u64 = 2;

fn requirement() -> impl Strategy<Value = String> {
    let operator = select(&["", "^", "~", "=", ">", ">=", "<", "<="]);
    let part = || 0..=HIGHEST_PART;
    let comparator = (
        operator,
        part(),
        prop::option::of((part(), prop::option::of(part()))),
    )
        .prop_map(|(operator, major, rest)| match rest {
            None => format!("{operator}{major}"),
            Some((minor, None)) => format!("{operator}{major}.{minor}"),
            Some((minor, Some(patch))) => format!("{operator}{major}.{minor}.{patch}"),
        });
    prop_oneof![
        8 => prop::collection::vec(comparator, 1..4).prop_map(|comparators| comparators.join(", ")),
        1 => Just("*".to_owned()),
        1 => (part(), part()).prop_map(|(major, minor)| format!("{major}.{minor}.*")),
    ]
}

impl Recipe {
    fn keys(&self) -> Vec<&str> {
        self.dependencies
            .iter()
            .map(|dependency| dependency.key)
            .collect()
    }

    fn text(&self) -> String {
        let blocks = self.blocks();
        let mut lines = blocks
            .iter()
            .flat_map(|block| block.lines())
            .map(str::to_owned)
            .collect::<Vec<_>>();
        for (at, decoration) in &self.decorations {
            decoration.put_on(&mut lines, *at);
        }
        let line_ends = lines.iter().enumerate().map(|(index, line)| {
            let line_end = match self.line_ends {
                LineEnds::Mixed if index % 2 == 0 => "\r\n",
                LineEnds::Lf | LineEnds::Mixed => "\n",
                LineEnds::CrLf => "\r\n",
            };
            format!("{line}{line_end}")
        });
        let text = line_ends.collect::<String>();
        let text = match self.ends_with_line_end {
            true => text.as_str(),
            false => text.trim_end_matches(['\r', '\n']),
        };
        match self.starts_with_mark {
            true => format!("{BYTE_ORDER_MARK}{text}"),
            false => text.to_owned(),
        }
    }

    fn blocks(&self) -> Vec<String> {
        let entries = self
            .dependencies
            .iter()
            .map(Dependency::entry)
            .collect::<Vec<_>>();
        let mut blocks = self
            .others
            .iter()
            .map(|&block| block.to_owned())
            .collect::<Vec<_>>();
        match self.shape {
            Shape::Nothing => {}
            Shape::Table => self.place(&mut blocks, vec![table(&entries)]),
            Shape::SubTables if entries.is_empty() => {}
            Shape::SubTables => self.place(
                &mut blocks,
                self.dependencies.iter().map(Dependency::table).collect(),
            ),
            Shape::TableAndSubTables => {
                let (first, second) = self.dependencies.split_at(entries.len() / 2);
                let tables = [table(&entries[..first.len()])].into_iter();
                self.place(
                    &mut blocks,
                    tables.chain(second.iter().map(Dependency::table)).collect(),
                );
            }
            Shape::Dotted => {
                let dotted = entries.iter().map(|entry| format!("dependencies.{entry}"));
                blocks.insert(0, dotted.collect::<Vec<_>>().join("\n"));
            }
            Shape::Inline => {
                // A literal line break stands only where the value has one.
                blocks.insert(0, format!("dependencies = {{ {} }}", entries.join(", ")));
            }
            Shape::InlineOnSeveralLines => {
                blocks.insert(
                    0,
                    format!("dependencies = {{\n  {}\n}}", entries.join(",\n  ")),
                );
            }
        }
        blocks
    }

    /// Puts `tables`, in their order, between `blocks`.
    fn place(&self, blocks: &mut Vec<String>, tables: Vec<String>) {
        let places = self
            .places
            .iter()
            .map(|place| place.index(blocks.len() + 1));
        let mut places = places.take(tables.len()).collect::<Vec<_>>();
        places.sort_unstable();
        for (place, table) in places.into_iter().zip(tables).rev() {
            blocks.insert(place, table);
        }
    }
}

fn table(entries: &[String]) -> String {
    ["[dependencies]".to_owned()]
        .iter()
        .chain(entries)
        .cloned()
        .collect::<Vec<_>>()
        .join("\n")
}

impl Dependency {
    fn entry(&self) -> String {
        format!("{}{}", self.written_key(), self.value)
    }

    /// A table of its own.
    fn table(&self) -> String {
        format!("[dependencies.{}]\nversion = '1'", self.written_key())
    }

    fn written_key(&self) -> String {
        match self.spelling {
            Spelling::Bare => self.key.to_owned(),
            Spelling::Literal => format!("'{}'", self.key),
            Spelling::Escaped => {
                let (first, rest) = self.key.split_at(1);
                format!("\"\\u{:04x}{rest}\"", first.as_bytes()[0])
            }
        }
    }
}

impl Decoration {
    fn put_on(self, lines: &mut Vec<String>, at: Index) {
        let line = (!lines.is_empty()).then(|| at.index(lines.len()));
        match (self, line) {
            (Self::Above(text), _) => lines.insert(at.index(lines.len() + 1), text.to_owned()),
            (Self::Before(blanks), Some(line)) => lines[line].insert_str(0, blanks),
            (Self::Behind(text), Some(line)) => lines[line].push_str(text),
            (_, None) => {}
        }
    }
}

/// What happens to a text that is half written.
#[derive(Debug, Clone)]
enum Damage {
    Loses(Index, usize),
    Repeats(Index, usize),
    Gains(Index, &'static str),
    Ends(Index),
}

fn damage() -> impl Strategy<Value = Damage> {
    prop_oneof![
        (any::<Index>(), 1..20_usize).prop_map(|(at, length)| Damage::Loses(at, length)),
        (any::<Index>(), 1..60_usize).prop_map(|(at, length)| Damage::Repeats(at, length)),
        (any::<Index>(), select(PIECES)).prop_map(|(at, piece)| Damage::Gains(at, piece)),
        any::<Index>().prop_map(Damage::Ends),
    ]
}

/// The start of the character that is at `offset`, or the end of `text`; `str` has it in a newer Rust than is promised.
fn floor_char_boundary(text: &str, offset: usize) -> usize {
    let mut offsets = (0..=offset.min(text.len())).rev();
    let boundary = offsets.find(|&offset| text.is_char_boundary(offset));
    boundary.unwrap_or_default()
}

impl Damage {
    fn done_to(&self, text: &str) -> String {
        let offset = |at: &Index| floor_char_boundary(text, at.index(text.len() + 1));
        let part = |at: &Index, length: usize| {
            let start = offset(at);
            start..floor_char_boundary(text, start + length)
        };
        match self {
            Self::Loses(at, length) => {
                let part = part(at, *length);
                [&text[..part.start], &text[part.end..]].concat()
            }
            Self::Repeats(at, length) => {
                let part = part(at, *length);
                [&text[..part.end], &text[part.start..]].concat()
            }
            Self::Gains(at, piece) => {
                let at = offset(at);
                [&text[..at], piece, &text[at..]].concat()
            }
            Self::Ends(at) => text[..offset(at)].to_owned(),
        }
    }
}

const PIECES: &[&str] = &[
    "\n",
    "\n",
    "\r\n",
    "\r",
    " ",
    "\t",
    "#",
    "# a",
    "[",
    "]",
    "[[",
    "]]",
    "{",
    "}",
    "=",
    " = ",
    ",",
    ".",
    "'",
    "\"",
    "'''",
    "\"\"\"",
    "\\",
    "\u{feff}",
    "ü",
    "1",
    "1.5",
    "inf",
    "true",
    "1979-05-27",
    "a",
    "b",
    "'a'",
    "\"1\"",
    "a = 1\n",
    "version = '1'",
    "dependencies",
    "[dependencies]\n",
    "dependencies = {",
    "dependencies.a = '1'\n",
    "[dependencies.a]\n",
    "[[dependencies]]\n",
    "dev-dependencies",
    "[target.a.dependencies]\n",
    "daytona-sdk",
    "daytona_sdk = '0.1'\n",
    "package",
    "[package]\n",
    "name",
    "edition",
    "workspace",
    "[workspace]\n",
    "[workspace.dependencies]\n",
    "members",
    "[[bin]]\n",
    "lib",
    "path",
];
