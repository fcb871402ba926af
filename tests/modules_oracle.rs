//! Whether rustc agrees on what a file declares: it is asked which files it reads.
//!
//! Crate roots are put together from fragments that are easy to misread. Each becomes a module with a path of its own, so
//! that one run of rustc answers for all of an edition.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};
use std::process::Command;

use flue::inside::module::{Declaring, Form, ModuleDeclaration, Visibility, declare};
use proptest::prelude::*;
use proptest::sample::{select, subsequence};
use proptest::strategy::ValueTree as _;
use proptest::test_runner::TestRunner;

/// How many crate roots are tried in each edition.
const ROOTS: usize = 250;

#[test]
fn in_edition_2015() {
    check_edition(2015);
}

#[test]
fn in_edition_2018() {
    check_edition(2018);
}

#[test]
fn in_edition_2021() {
    check_edition(2021);
}

#[test]
fn in_edition_2024() {
    check_edition(2024);
}

fn check_edition(edition: u16) {
    let roots = Root::some(edition);
    let directory = tempfile::tempdir().expect("a temporary directory can be made");

    let before = files_read(
        directory.path(),
        edition,
        roots.iter().map(|root| &root.before),
    );
    let after = files_read(
        directory.path(),
        edition,
        roots.iter().map(|root| &root.after),
    );
    let mut missing = 0;
    for (index, root) in roots.iter().enumerate() {
        let is_read = (before.contains(&index), after.contains(&index));
        match root.finding {
            Finding::Present => assert_eq!(is_read, (true, true), "{}", root.before),
            Finding::Missing => {
                missing += 1;
                assert_eq!(
                    is_read,
                    (false, true),
                    "{}\n->\n{}",
                    root.before,
                    root.after
                );
            }
            Finding::Unknown => assert!(
                UNCLEAR.iter().any(|unclear| root.before.contains(unclear)),
                "in doubt about {}",
                root.before
            ),
        }
    }
    assert!(missing > ROOTS / 2, "only {missing} roots lack the module");
}

/// A crate root as it is, and as `declare` leaves it.
struct Root {
    before: String,
    after: String,
    finding: Finding,
}

#[derive(Clone, Copy)]
enum Finding {
    Present,
    Missing,
    /// The user is asked, or the answer depends on a condition.
    Unknown,
}

impl Root {
    fn some(edition: u16) -> Vec<Self> {
        let mut runner = TestRunner::deterministic();
        let texts = texts(edition);
        let mut text = || texts.new_tree(&mut runner).map(|tree| tree.current());
        let roots = (0..ROOTS).map(|_| Self::of(text().expect("a text can be made")));
        roots.collect()
    }

    fn of(before: String) -> Self {
        let declaration = ModuleDeclaration {
            name: "sandboxes".to_owned(),
            visibility: Visibility::Public,
            path: None,
            feature: None,
        };
        let (after, finding) = match declare(&before, &[], &declaration) {
            Declaring::Missing(edit) => (edit.apply(&before), Finding::Missing),
            Declaring::Present(found) if found.form == Form::File && !found.conditional => {
                (before.clone(), Finding::Present)
            }
            Declaring::Present(_) | Declaring::Unknown(_) => (before.clone(), Finding::Unknown),
        };
        Self {
            before,
            after,
            finding,
        }
    }
}

/// Which of `roots` make rustc read the file of their module.
fn files_read<'a>(
    directory: &Path,
    edition: u16,
    roots: impl Iterator<Item = &'a String>,
) -> BTreeSet<usize> {
    let mut crate_root = String::new();
    let mut count = 0;
    for (index, root) in roots.enumerate() {
        let own = directory.join(format!("root_{index}"));
        fs::create_dir_all(&own).expect("a directory can be made");
        fs::write(own.join("lib.rs"), root).expect("a file can be written");
        fs::write(own.join("sandboxes.rs"), "").expect("a file can be written");
        writeln!(
            crate_root,
            "#[path = \"root_{index}/lib.rs\"] pub mod root_{index};"
        )
        .expect("a string takes all");
        count = index + 1;
    }
    fs::write(directory.join("lib.rs"), crate_root).expect("a file can be written");
    let listed = dep_info(directory, edition);
    let is_read = |index: &usize| listed.contains(&format!("root_{index}/sandboxes.rs"));
    (0..count).filter(is_read).collect()
}

fn dep_info(directory: &Path, edition: u16) -> String {
    let beside_cargo =
        std::env::var_os("CARGO").map(|cargo| PathBuf::from(cargo).with_file_name("rustc"));
    let output = Command::new(beside_cargo.unwrap_or_else(|| "rustc".into()))
        .args([
            "lib.rs",
            "--crate-type=lib",
            "--emit=dep-info",
            "-Awarnings",
        ])
        .arg(format!("--edition={edition}"))
        .current_dir(directory)
        .output()
        .expect("rustc is part of the toolchain");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "edition {edition}: {said}");
    fs::read_to_string(directory.join("lib.d"))
        .expect("rustc writes it")
        .replace('\\', "/")
}

// What is generated.

fn texts(edition: u16) -> impl Strategy<Value = String> {
    let is_of_edition =
        |(editions, _): &&(RangeInclusive<u16>, &'static str)| editions.contains(&edition);
    let fragments = FRAGMENTS
        .iter()
        .filter(is_of_edition)
        .map(|(_, text)| *text);
    let fragments = fragments.collect::<Vec<_>>();
    let declarations = prop_oneof![
        4 => Just(""),
        1 => select(DECLARATIONS),
        1 => select(UNCLEAR),
    ];
    let line_end = select(&["\n", "\n", "\r\n"]);
    let separator = select(&["\n", "\n\n", " "]);
    (
        select(HEADS),
        subsequence(fragments, 0..12).prop_shuffle(),
        declarations,
        separator,
        line_end,
    )
        .prop_map(|(head, mut fragments, declaration, separator, line_end)| {
            fragments.insert(fragments.len() / 2, declaration);
            let text = format!("{head}{HELPERS}{}\n", fragments.join(separator));
            text.replace('\n', line_end)
        })
}

/// What all roots have: macros that swallow their input, and that give it back.
const HELPERS: &str = "macro_rules! none { ($($all:tt)*) => {}; }\nmacro_rules! all { ($($all:tt)*) => { $($all)* }; }\n";

const HEADS: &[&str] = &[
    "",
    "\u{feff}",
    "#!/usr/bin/env run \" it's {\n",
    "\u{feff}#!/usr/bin/env run\n",
    "#![allow(unused)]\n",
    "#! /* a /* b */ */ // c\n [allow(unused)]\n",
    "//! Docs: `mod sandboxes;`, \"{\".\n",
    "/*! Docs /* nested { */ */\n#![allow(unused)]\n//! More.\n\n",
    "// Copyright\n\n",
    "#!\n",
];

const DECLARATIONS: &[&str] = &[
    "mod sandboxes;\n",
    "pub mod r#sandboxes ;\n",
    "/// Docs.\n#[allow(unused)] pub(crate) mod /* a */ sandboxes\n;\n",
    "#[path = \"sandboxes.rs\"]\nmod sandboxes;\n",
    "#[path = r#\"sandboxes.rs\"#]\nmod sandboxes;\n",
    "#[path = \"\\u{73}andboxes\\x2ers\"]\nmod sandboxes;\n",
    "#[path = \"sandboxes.rs\"]\n#[path = \"other.rs\"]\nmod sandboxes;\n",
];

/// What may or may not declare the module.
const UNCLEAR: &[&str] = &[
    "#[cfg(any())] mod sandboxes;",
    "#[cfg_attr(all(), path = \"sandboxes.rs\")] mod sandboxes;",
    "all! { mod sandboxes; }",
    "none! { mod sandboxes; }",
];

/// Items that are easy to misread, each with names of its own, and the editions that take them.
const FRAGMENTS: &[(RangeInclusive<u16>, &str)] = &[
    (2015..=2024, "// mod sandboxes;\n"),
    (
        2015..=2024,
        "/* /* mod sandboxes; */ mod sandboxes; /**/ */",
    ),
    (2015..=2024, "//// mod sandboxes;\n/***/ /****/"),
    (
        2015..=2024,
        "const A1: &str = \"mod sandboxes; \\\" { \\\\\";",
    ),
    (2015..=2024, "const A2: &str = r#\"\" mod sandboxes; \\\"#;"),
    (
        2015..=2024,
        "const A3: &str = r##\"\"# mod sandboxes; { \"##;",
    ),
    (2015..=2024, "const A4: &str = r\"\\\";"),
    (2015..=2024, "const A5: &[u8] = b\"\\\" {\";"),
    (2015..=2024, "const A6: &[u8] = br#\"\"{\\\"#;"),
    (
        2015..=2024,
        "const A7: [char; 5] = ['\"', '\\'', '{', '\\\\', '\\u{7b}'];",
    ),
    (2015..=2024, "const A8: [u8; 3] = [b'\"', b'\\'', b'{'];"),
    (
        2015..=2024,
        "const A9: &str = \"a\\\n  mod sandboxes;\nmod sandboxes;\n\";",
    ),
    (
        2021..=2024,
        "const B1: &core::ffi::CStr = c\"mod sandboxes; \\\" {\";",
    ),
    (
        2021..=2024,
        "const B2: &core::ffi::CStr = cr#\"\" mod sandboxes; {\"#;",
    ),
    (2021..=2024, "const B3: &core::ffi::CStr = cr\"\\\";"),
    (
        2015..=2018,
        "none!(c\"}\" cr\"\\\"}\" cr#\"}\"# f\"}\" f'}' 'r#a k#b);",
    ),
    (2015..=2018, "none!(b'a'c\"{\" z\"{\"#\"{\"#);"),
    (2015..=2021, "none!(#\"{\" ##\"}\"## #\"\\\"{\"#);"),
    (2021..=2024, "none!('r#a 'a 'b' b'c' c\"{\");"),
    (
        2015..=2024,
        "none! { # ! $ ; ; } none![{ ( [ ] ) }]; none!(fn { mod other; });",
    ),
    (
        2015..=2024,
        "all! { mod c1 {} } all!(struct C2;); all![struct C3 {}];",
    ),
    (
        2015..=2024,
        "macro_rules! c4 { (mod $name:ident;) => { \"mod sandboxes\" }; }",
    ),
    (2015..=2024, "macro_rules! sandboxes ( (mod) => {}; );"),
    (
        2015..=2024,
        "fn d1<'a, 'static_>(x: &'a str) -> &'a str { let _ = 'x'; let _: &'static str = \"}\"; x }",
    ),
    (
        2015..=2024,
        "fn d2() { mod sandboxes {} fn r#mod() {} if 1 < 2 {} let _ = 1 > 2; }",
    ),
    (2015..=2024, "fn d3() -> [u8; { 1 + 1 }] { [0; 2] }"),
    (
        2015..=2024,
        "fn d4<F: Fn() -> Vec<u8>>(f: F) -> Box<dyn Fn() -> Vec<u8>> where F: 'static { Box::new(f) }",
    ),
    (
        2015..=2024,
        "macro_rules! d5 { ($t:ty) => { $t }; } fn d6() -> d5! { u8 } { 0 }",
    ),
    (
        2015..=2024,
        "const unsafe fn d7() {} pub(crate) unsafe extern \"C\" fn d8() {}",
    ),
    (2018..=2024, "async fn d9() {} pub async unsafe fn d10() {}"),
    (
        2015..=2024,
        "struct E1<const N: usize = { 1 }>([u8; N]); struct E2<T>(T) where T: Copy; struct E3;",
    ),
    (
        2015..=2024,
        "impl E4<{ 2 + 1 }> { fn f(&self) {} }\nstruct E4<const N: usize>([u8; N]);",
    ),
    (
        2015..=2024,
        "enum E5 { A = { 1 }, B = (3 > 2) as isize, } union E6 { a: u8 }",
    ),
    (
        2015..=2024,
        "trait E7 { fn f(&self) {} } impl<T> E7 for Vec<T> where T: Iterator<Item = Vec<u8>> {}",
    ),
    (
        2015..=2024,
        "unsafe trait E8 {} unsafe impl E8 for [u8; { 3 }] {}",
    ),
    (
        2015..=2024,
        "unsafe extern \"C\" { safe fn e9(); static E10: u8; }",
    ),
    (
        2015..=2021,
        "extern { fn e11(); } extern \"C\" { static E12: u8; }",
    ),
    (
        2015..=2024,
        "static F1: &[u8] = { &[1, 2] }; static mut F2: u8 = { 0 }; type F3 = [u8; { 1 }];",
    ),
    (
        2015..=2024,
        "pub(self) const F4: fn() -> [u8; 2] = { fn f() -> [u8; 2] { [0; 2] } f };",
    ),
    (2015..=2024, "const _: () = { mod sandboxes {} };"),
    (
        2015..=2024,
        "extern crate core as g1; use std::fmt::{self as g2, Debug as G3};",
    ),
    (
        2015..=2024,
        "use std::{collections::{BTreeMap as G4}, vec};",
    ),
    (
        2015..=2024,
        "#[cfg(any())] fn h1(x: [Unknown; { \"}\" }]) {}",
    ),
    (2015..=2024, "#[cfg(any())] mod h2;"),
    (
        2015..=2024,
        "#[cfg(all())] /// Docs {\nmod h3 { mod sandboxes {} pub mod h4 { #![allow(unused)] } }",
    ),
    (
        2015..=2024,
        "#[doc = \"mod sandboxes; {\"] #[cfg_attr(any(), path = \"x.rs\")] mod h5 { //! {\n }",
    ),
    (2015..=2024, "/** mod sandboxes; { */ fn h6() {}"),
    (
        2015..=2024,
        "#[rustfmt::skip] mod h7 {} #[macro_use] mod h8 {}",
    ),
    (
        2015..=2024,
        "const I1: bool = 1 < 2 && 2 > 1; const I2: u8 = 1 << 2 >> 1;",
    ),
    (
        2015..=2024,
        "const I3: (f32, f64, u8) = (1.0e3, 1., 0b1_u8); const I4: std::ops::Range<u8> = 0..1;",
    ),
    (
        2015..=2024,
        "fn sandboxes_() { sandboxes(); fn sandboxes() {} }",
    ),
    (2015..=2024, "fn é() {} mod größe {}"),
    (2015..=2015, "fn async() {} mod dyn {} fn try() {}"),
    (2015..=2021, "fn gen() {}"),
];
