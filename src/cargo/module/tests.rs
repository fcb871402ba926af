use std::io::Write;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use super::*;

/// Declares `mod sandboxes;` in `text` and checks the whole result, line and formatting included.
#[track_caller]
fn check(text: &str, expect: &str) {
    check_declaration(text, &[], &private("sandboxes"), expect);
}

#[track_caller]
fn check_declaration(text: &str, inside: &[&str], declaration: &ModuleDeclaration, expect: &str) {
    let Declaring::Missing(edit) = declare(text, inside, declaration) else {
        panic!("nothing inserted: {:?}", declare(text, inside, declaration));
    };
    assert_eq!(edit.apply(text), expect);

    let first_line = declaration.lines().next().unwrap_or_default();
    let line = edit.line(text).expect("something is new");
    let found = expect.lines().nth(line - 1).unwrap_or_default();
    assert!(found.contains(&first_line), "line {line} is `{found}`");

    let undone = undeclare(expect, inside, &declaration.name).map(|edit| edit.apply(expect));
    let undone = undone.expect("what was declared can be taken out");
    if undone != text {
        // Both texts become the same one, which so does not tell which it was.
        let Declaring::Missing(edit) = declare(&undone, inside, declaration) else {
            panic!("it is still there in {undone:?}");
        };
        assert_eq!(edit.apply(&undone), expect, "undone: {undone:?}");
        assert!(differ_in_blanks(&undone, text), "{undone:?}\n{text:?}");
    }

    let again = declare(expect, inside, declaration);
    assert!(
        matches!(again, Declaring::Present(_)),
        "a second run answers {again:?}"
    );

    for style_edition in ["2015", "2024"] {
        if is_formatted(text, style_edition) {
            assert!(
                is_formatted(expect, style_edition),
                "rustfmt {style_edition} would move something in:\n{expect}"
            );
        }
    }
}

fn differ_in_blanks(one: &str, other: &str) -> bool {
    let words = |text: &str| text.replace(char::is_whitespace, "");
    words(one) == words(other)
}

#[track_caller]
fn check_present(text: &str, expect: Existing) {
    assert_eq!(
        declare(text, &[], &private("sandboxes")),
        Declaring::Present(expect)
    );
}

#[track_caller]
fn check_unknown(text: &str, reason: &str, position: &str) {
    let Declaring::Unknown(doubt) = declare(text, &[], &private("sandboxes")) else {
        panic!("known: {:?}", declare(text, &[], &private("sandboxes")));
    };
    let found = doubt.position.map(|position| position.to_string());
    assert_eq!(
        (doubt.reason.as_str(), found.as_deref().unwrap_or_default()),
        (reason, position)
    );
}

fn private(name: &str) -> ModuleDeclaration {
    ModuleDeclaration {
        name: name.to_owned(),
        visibility: Visibility::Private,
        path: None,
        feature: None,
    }
}

fn public(name: &str) -> ModuleDeclaration {
    ModuleDeclaration {
        visibility: Visibility::Public,
        ..private(name)
    }
}

/// A plain `mod sandboxes;` at the start of a line.
fn plain(line: usize) -> Existing {
    Existing {
        position: Position { line, column: 1 },
        visibility: Visibility::Private,
        conditional: false,
        feature: None,
        path: None,
        form: Form::File,
    }
}

fn is_formatted(text: &str, style_edition: &str) -> bool {
    let beside_cargo =
        std::env::var_os("CARGO").map(|cargo| PathBuf::from(cargo).with_file_name("rustfmt"));
    let mut rustfmt = Command::new(beside_cargo.unwrap_or_else(|| "rustfmt".into()))
        .args(["--edition=2018", "--style-edition", style_edition])
        .current_dir(std::env::temp_dir())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("rustfmt is part of the toolchain");
    rustfmt
        .stdin
        .take()
        .expect("piped")
        .write_all(text.as_bytes())
        .expect("rustfmt reads its input");
    let output = rustfmt.wait_with_output().expect("rustfmt ends");
    output.status.success() && output.stdout == text.as_bytes()
}

#[test]
fn a_file_of_blank_lines_is_replaced() {
    for blank in ["\n", "\r\n\r\n", "  \n\t\n"] {
        let declaration = ModuleDeclaration {
            name: "sandboxes".to_owned(),
            visibility: Visibility::Private,
            path: None,
            feature: None,
        };
        let Declaring::Missing(edit) = declare(blank, &[], &declaration) else {
            panic!("nothing is declared");
        };
        let changed = edit.apply(blank);
        assert_eq!(changed.trim_end_matches(['\r', '\n']), "mod sandboxes;");
        assert_eq!(changed.lines().count(), 1, "{blank:?}");
    }
}

#[test]
fn a_macro_that_finds_modules_by_itself_is_a_doubt() {
    let finds = |name: &str| format!("the macro `{name}!` may find `mod sandboxes` by itself");
    check_unknown("automod::dir!(pub \"src\");\n", &finds("dir"), "1:1");
    check_unknown(
        "use automod::dir;\n\ndir!(\"src\");\n",
        &finds("dir"),
        "3:1",
    );
    check_unknown(
        "import_modules!(\"src\");\n",
        &finds("import_modules"),
        "1:1",
    );
    // What names its modules names no other.
    check("mods! { a, b }\n", "mod sandboxes;\n\nmods! { a, b }\n");
    check(
        "slint::include_modules!();\n",
        "mod sandboxes;\n\nslint::include_modules!();\n",
    );
    check(
        "// a mod\ninfo!(\"x\");\n",
        "mod sandboxes;\n\n// a mod\ninfo!(\"x\");\n",
    );
}

#[test]
fn the_format_check_can_tell() {
    assert!(is_formatted("mod a;\nmod b;\n", "2015"));
    assert!(!is_formatted("mod b;\nmod a;\n", "2015"));
    assert!(!is_formatted("mod a;;\n", "2015"));
    assert!(!is_formatted("mod x9;\nmod x86;\n", "2024"));
}

mod in_a_file_without_declarations {
    use super::*;

    #[test]
    fn an_empty_file_gets_the_line() {
        check("", "mod sandboxes;\n");
    }

    #[test]
    fn items_come_after_it() {
        check("fn main() {}\n", "mod sandboxes;\n\nfn main() {}\n");
        check("\n\nfn main() {}\n", "\n\nmod sandboxes;\n\nfn main() {}\n");
        check(
            "struct A<T>(T)\nwhere\n    T: Copy;\n\nfn f() {}\n",
            "mod sandboxes;\n\nstruct A<T>(T)\nwhere\n    T: Copy;\n\nfn f() {}\n",
        );
    }

    #[test]
    fn imports_come_before_it() {
        check(
            "use std::fs;\n\nfn main() {}\n",
            "use std::fs;\n\nmod sandboxes;\n\nfn main() {}\n",
        );
        check(
            "extern crate alloc;\n\nfn main() {}\n",
            "extern crate alloc;\n\nmod sandboxes;\n\nfn main() {}\n",
        );
        check(
            "#[macro_use]\nextern crate log;\n\nuse std::fs;\n\npub use a::{\n    b, c,\n};\n",
            "#[macro_use]\nextern crate log;\n\nuse std::fs;\n\npub use a::{\n    b, c,\n};\n\nmod sandboxes;\n",
        );
        check(
            "use a::b;\nfn main() {}\n",
            "use a::b;\n\nmod sandboxes;\n\nfn main() {}\n",
        );
        check(
            "use a::b; // why\n\n// main\nfn main() {}\n",
            "use a::b; // why\n\nmod sandboxes;\n\n// main\nfn main() {}\n",
        );
        check(
            "#[cfg(unix)]\nuse a::b;\nuse c::d;\n",
            "#[cfg(unix)]\nuse a::b;\nuse c::d;\n\nmod sandboxes;\n",
        );
        check(
            "fn main() {}\n\nuse a::b;\n",
            "mod sandboxes;\n\nfn main() {}\n\nuse a::b;\n",
        );
    }

    #[test]
    fn inner_attributes_and_inner_docs_stay_first() {
        check(
            "#![warn(missing_docs)]\n\nfn main() {}\n",
            "#![warn(missing_docs)]\n\nmod sandboxes;\n\nfn main() {}\n",
        );
        check(
            "#![warn(missing_docs)]\nfn main() {}\n",
            "#![warn(missing_docs)]\n\nmod sandboxes;\n\nfn main() {}\n",
        );
        check(
            "//! Docs.\n//! More.\n",
            "//! Docs.\n//! More.\n\nmod sandboxes;\n",
        );
        check("//! Docs.\r\n", "//! Docs.\r\n\r\nmod sandboxes;\r\n");
        check(
            "/*! Docs,\n`mod sandboxes;`. */\n#![allow(unused)]\n",
            "/*! Docs,\n`mod sandboxes;`. */\n#![allow(unused)]\n\nmod sandboxes;\n",
        );
        check(
            "//! Docs.\n\nuse a::b;\n",
            "//! Docs.\n\nuse a::b;\n\nmod sandboxes;\n",
        );
        check(
            "#![cfg_attr(\n    test,\n    allow(unused)\n)]\n\n/// Main.\nfn main() {}\n",
            "#![cfg_attr(\n    test,\n    allow(unused)\n)]\n\nmod sandboxes;\n\n/// Main.\nfn main() {}\n",
        );
    }

    #[test]
    fn a_shebang_stays_first() {
        check(
            "#!/usr/bin/env run\nfn main() {}\n",
            "#!/usr/bin/env run\n\nmod sandboxes;\n\nfn main() {}\n",
        );
        check(
            "#!/usr/bin/env run\n",
            "#!/usr/bin/env run\n\nmod sandboxes;\n",
        );
        check("#!/usr/bin/env run", "#!/usr/bin/env run\n\nmod sandboxes;");
        check(
            "#!/usr/bin/env it's \"\n#![allow(unused)]\nuse a::b;\n",
            "#!/usr/bin/env it's \"\n#![allow(unused)]\nuse a::b;\n\nmod sandboxes;\n",
        );
        check(
            "#! [allow(unused)]\nfn main() {}\n",
            "#! [allow(unused)]\n\nmod sandboxes;\n\nfn main() {}\n",
        );
        check(
            "#! /* a */ // b\n [allow(unused)]\n",
            "#! /* a */ // b\n [allow(unused)]\n\nmod sandboxes;\n",
        );
    }

    #[test]
    fn a_comment_of_the_file_stays_on_top() {
        check(
            "// Copyright\n\nfn main() {}\n",
            "// Copyright\n\nmod sandboxes;\n\nfn main() {}\n",
        );
        check(
            "// Copyright\nfn main() {}\n",
            "// Copyright\n\nmod sandboxes;\n\nfn main() {}\n",
        );
        check(
            "/* SPDX-License-Identifier: MIT */\nfn main() {}\n",
            "/* SPDX-License-Identifier: MIT */\n\nmod sandboxes;\n\nfn main() {}\n",
        );
        check(
            "// MIT license\nuse a::b;\n",
            "// MIT license\nuse a::b;\n\nmod sandboxes;\n",
        );
    }

    #[test]
    fn a_comment_of_an_item_is_told_from_one_of_the_file() {
        check(
            "// Copyright\n\n// Starts it.\nfn main() {}\n",
            "// Copyright\n\nmod sandboxes;\n\n// Starts it.\nfn main() {}\n",
        );
        check(
            "// What is here.\n\n// Checks the license.\nfn main() {}\n",
            "// What is here.\n\nmod sandboxes;\n\n// Checks the license.\nfn main() {}\n",
        );
        check(
            "#!/usr/bin/env run\n// Copyright\nfn main() {}\n",
            "#!/usr/bin/env run\n// Copyright\n\nmod sandboxes;\n\nfn main() {}\n",
        );
    }

    #[test]
    fn comments_and_attributes_stay_with_their_item() {
        check(
            "// Starts it.\n// All of it.\nfn main() {}\n",
            "mod sandboxes;\n\n// Starts it.\n// All of it.\nfn main() {}\n",
        );
        check(
            "/// Starts it.\n#[inline]\nfn main() {}\n",
            "mod sandboxes;\n\n/// Starts it.\n#[inline]\nfn main() {}\n",
        );
        check(
            "// one\n\n/* two\n\n   three */\n// four\n/// five\nfn main() {}\n",
            "// one\n\nmod sandboxes;\n\n/* two\n\n   three */\n// four\n/// five\nfn main() {}\n",
        );
        check(
            "//! Docs.\n// Note.\nfn main() {}\n",
            "//! Docs.\n\nmod sandboxes;\n\n// Note.\nfn main() {}\n",
        );
    }

    #[test]
    fn nested_comments_are_one_comment() {
        check(
            "/* a /* b */\n\nmod sandboxes; */\nfn main() {}\n",
            "mod sandboxes;\n\n/* a /* b */\n\nmod sandboxes; */\nfn main() {}\n",
        );
    }

    #[test]
    fn a_file_of_comments_keeps_them_above() {
        check(
            "// nothing here yet\n",
            "// nothing here yet\n\nmod sandboxes;\n",
        );
        check(
            "// nothing here yet\n\n",
            "// nothing here yet\n\nmod sandboxes;\n\n",
        );
        check(
            "/* nothing\n\nmod sandboxes;\n */\n",
            "/* nothing\n\nmod sandboxes;\n */\n\nmod sandboxes;\n",
        );
        check(
            "//// four\n/***/\n/****/\n",
            "//// four\n/***/\n/****/\n\nmod sandboxes;\n",
        );
    }

    #[test]
    fn a_missing_final_line_end_stays_missing() {
        check("// comment", "// comment\n\nmod sandboxes;");
        check("use a::b;", "use a::b;\n\nmod sandboxes;");
        check("mod a;", "mod a;\nmod sandboxes;");
        check("mod z;", "mod sandboxes;\nmod z;");
        check("//! Docs.", "//! Docs.\n\nmod sandboxes;");
        check("use a::b;   ", "use a::b;   \n\nmod sandboxes;");
        check("fn main() {}", "mod sandboxes;\n\nfn main() {}");
    }

    #[test]
    fn line_ends_and_a_byte_order_mark_are_kept() {
        check(
            "use a::b;\r\n\r\nfn main() {}\r\n",
            "use a::b;\r\n\r\nmod sandboxes;\r\n\r\nfn main() {}\r\n",
        );
        check(
            "// a\r\nfn main() {}\r\n",
            "mod sandboxes;\r\n\r\n// a\r\nfn main() {}\r\n",
        );
        check(
            "\u{feff}fn main() {}\n",
            "\u{feff}mod sandboxes;\n\nfn main() {}\n",
        );
        check("\u{feff}", "\u{feff}mod sandboxes;\n");
        check(
            "\u{feff}//! Docs.\r\nmod a;\r\n",
            "\u{feff}//! Docs.\r\nmod a;\r\nmod sandboxes;\r\n",
        );
        check(
            "\u{feff}#!/usr/bin/env run\n",
            "\u{feff}#!/usr/bin/env run\n\nmod sandboxes;\n",
        );
    }

    #[test]
    fn items_that_share_a_line_stay_together() {
        check(
            "use a::b; fn main() {}\n",
            "use a::b; fn main() {}\n\nmod sandboxes;\n",
        );
        check(
            "use a::b; fn main() {}",
            "use a::b; fn main() {}\n\nmod sandboxes;",
        );
        check(
            "#![allow(unused)] fn main() {}\nfn f() {}\n",
            "#![allow(unused)] fn main() {}\n\nmod sandboxes;\n\nfn f() {}\n",
        );
        check(
            "use a::b; /* a\nb */ fn main() {}\nfn f() {}\n",
            "use a::b; /* a\nb */ fn main() {}\n\nmod sandboxes;\n\nfn f() {}\n",
        );
        check(
            "/* a\nb */ fn main() {}\n",
            "mod sandboxes;\n\n/* a\nb */ fn main() {}\n",
        );
    }

    #[test]
    fn look_alikes_declare_nothing() {
        let look_alikes = [
            "// mod sandboxes;\n",
            "/* outer /* mod sandboxes; */ mod sandboxes; */\n",
            "const TEXT: &str = \"mod sandboxes;\";\n",
            "const TEXT: &str = r##\"\"# mod sandboxes; \"##;\n",
            "/// `mod sandboxes;`\nfn f() {\n    mod sandboxes {}\n}\n",
            "mod other {\n    mod sandboxes;\n}\n",
            "macro_rules! text {\n    () => {\n        \"mod sandboxes;\"\n    };\n}\n",
            "macro_rules! sandboxes {\n    (mod) => {};\n}\n",
            "include!(concat!(env!(\"OUT_DIR\"), \"/generated.rs\"));\n",
            "struct sandboxes_mod;\n",
        ];
        for text in look_alikes {
            let declaring = declare(text, &[], &private("sandboxes"));
            assert!(
                matches!(declaring, Declaring::Missing(_)),
                "{text:?} answers {declaring:?}"
            );
        }
    }

    #[test]
    fn every_kind_of_item_ends_where_it_ends() {
        let items = [
            "const N: [u8; 3] = { [1, 2, 3] };",
            "const fn f() -> u8 {\n    1\n}",
            "pub const unsafe fn f() {}",
            "static S: Config = Config { a: 1 };",
            "pub(in crate::a) static mut M: u8 = 0;",
            "type A<const N: usize = { 1 + 1 }> = B<{ N }>;",
            "fn never() -> ! {\n    loop {}\n}",
            "fn f() -> Array<{ 1 + 1 }> {}",
            "fn f<F: Fn() -> Vec<u8>>(f: F) -> impl Iterator<Item = Vec<u8>> {}",
            "fn f() -> tuple! { u8 } {}",
            "async fn f() {}",
            "extern \"C\" fn f() {}",
            "unsafe extern \"C\" {\n    safe fn f();\n}",
            "union U {\n    a: u8,\n}",
            "enum E {\n    A = 1,\n}",
            "struct Unit;",
            "struct Tuple(u8, u16);",
            "struct Both<F: Fn() -> u8, const N: usize = { 1 }>(F);",
            "struct S<T: Into<Vec<T>>> {\n    t: T,\n}",
            "unsafe impl<T> !Send for S<T> {}",
            "impl Tr<{ 3 }> for S {}",
            "impl Tr for ! {}",
            "impl Tr for tuple! { u8 } {}",
            "macro_rules! try {\n    () => {};\n}",
            "pub unsafe auto trait Tr {}",
            "trait Alias = Send;",
            "union!(a);",
            "::path::to::call! {}",
            "call![a];",
            "thread_local! {\n    static A: u8 = 1;\n}",
            "macro m($a:ident) {\n    $a\n}",
            "macro_rules! m {\n    () => {};\n}",
            "global_asm!(\"nop\");",
            "#[path = \"o.rs\"]\n#[allow(unused)]\nunsafe mod other {}",
        ];
        for item in items {
            let text = format!("{item}\n\nuse a::b;\n\nmod z;\n");
            check(
                &text,
                &format!("{item}\n\nuse a::b;\n\nmod sandboxes;\nmod z;\n"),
            );
        }
    }
}

mod beside_declarations {
    use super::*;

    #[test]
    fn a_sorted_group_stays_sorted() {
        check("mod a;\nmod z;\n", "mod a;\nmod sandboxes;\nmod z;\n");
        check(
            "mod a;\npub mod b;\n\nfn main() {}\n",
            "mod a;\npub mod b;\nmod sandboxes;\n\nfn main() {}\n",
        );
        check(
            "mod t;\nmod z;\n\nfn main() {}\n",
            "mod sandboxes;\nmod t;\nmod z;\n\nfn main() {}\n",
        );
        check("use a::b;\nmod t;\n", "use a::b;\nmod sandboxes;\nmod t;\n");
        check(
            "mod a; // one\nmod z; // two\n",
            "mod a; // one\nmod sandboxes;\nmod z; // two\n",
        );
        check("mod a; // one\n", "mod a; // one\nmod sandboxes;\n");
        check(
            "mod r#a;\nmod r#type;\n",
            "mod r#a;\nmod sandboxes;\nmod r#type;\n",
        );
    }

    #[test]
    fn an_unsorted_group_gets_it_at_the_end() {
        check(
            "mod z;\nmod a;\n\nfn main() {}\n",
            "mod z;\nmod a;\nmod sandboxes;\n\nfn main() {}\n",
        );
    }

    #[test]
    fn attributes_stay_with_their_declaration() {
        check(
            "mod a;\n#[cfg(test)]\nmod tests;\n",
            "mod a;\nmod sandboxes;\n#[cfg(test)]\nmod tests;\n",
        );
        check(
            "/// T.\n/// More.\nmod t;\n",
            "mod sandboxes;\n/// T.\n/// More.\nmod t;\n",
        );
        check(
            "mod a;\n#[cfg(unix)]\n#[path = \"b.rs\"]\nmod b;\n",
            "mod a;\n#[cfg(unix)]\n#[path = \"b.rs\"]\nmod b;\nmod sandboxes;\n",
        );
    }

    #[test]
    fn comments_and_blank_lines_split_groups() {
        check(
            "mod b;\n// about a\nmod a;\n",
            "mod b;\n// about a\nmod a;\nmod sandboxes;\n",
        );
        check(
            "mod b;\n// about x\nmod x;\n",
            "mod b;\nmod sandboxes;\n// about x\nmod x;\n",
        );
        check(
            "// about x\nmod x;\nmod y;\n",
            "mod sandboxes;\n\n// about x\nmod x;\nmod y;\n",
        );
        check(
            "mod a;\n\nmod b;\n\nmod x;\n",
            "mod a;\n\nmod b;\nmod sandboxes;\n\nmod x;\n",
        );
    }

    #[test]
    fn declarations_of_the_same_visibility_are_preferred() {
        let text = "mod a;\nmod x;\n\npub mod b;\npub mod y;\n";
        check(
            text,
            "mod a;\nmod sandboxes;\nmod x;\n\npub mod b;\npub mod y;\n",
        );
        check_declaration(
            text,
            &[],
            &public("sandboxes"),
            "mod a;\nmod x;\n\npub mod b;\npub mod sandboxes;\npub mod y;\n",
        );
        check_declaration(
            "mod z;\n// for all\npub mod x;\n",
            &[],
            &public("a"),
            "mod z;\n\npub mod a;\n\n// for all\npub mod x;\n",
        );
    }

    #[test]
    fn pinned_and_conditional_modules_are_no_group_to_join() {
        check(
            "#[macro_use]\nmod macros;\n\nfn main() {}\n",
            "mod sandboxes;\n\n#[macro_use]\nmod macros;\n\nfn main() {}\n",
        );
        check(
            "#[macro_use]\nmod z;\nmod t;\n",
            "#[macro_use]\nmod z;\nmod sandboxes;\nmod t;\n",
        );
        check(
            "#[rustfmt::skip]\nmod z;\nmod t;\n",
            "#[rustfmt::skip]\nmod z;\nmod sandboxes;\nmod t;\n",
        );
        check(
            "use a::b;\n\nfn f() {}\n\n#[cfg(test)]\nmod tests;\n",
            "use a::b;\n\nmod sandboxes;\n\nfn f() {}\n\n#[cfg(test)]\nmod tests;\n",
        );
        check(
            "use a::b;\n\n#[cfg(test)]\nmod tests {\n    mod sandboxes {}\n}\n",
            "use a::b;\n\nmod sandboxes;\n\n#[cfg(test)]\nmod tests {\n    mod sandboxes {}\n}\n",
        );
        check(
            "mod inline {}\nmod b;\n",
            "mod inline {}\nmod b;\nmod sandboxes;\n",
        );
    }

    #[test]
    fn declarations_on_one_line_stay_on_it() {
        check("mod a; mod z;\n", "mod a; mod z;\nmod sandboxes;\n");
        check(
            "mod a; fn main() {}\n",
            "mod a; fn main() {}\nmod sandboxes;\n",
        );
    }

    #[test]
    fn a_path_stands_above_the_declaration() {
        let declaration = ModuleDeclaration {
            path: Some("../.flue/sandboxes/mod.rs".to_owned()),
            ..private("sandboxes")
        };
        check_declaration(
            "mod a;\r\nmod z;\r\n",
            &[],
            &declaration,
            "mod a;\r\n#[path = \"../.flue/sandboxes/mod.rs\"]\r\nmod sandboxes;\r\nmod z;\r\n",
        );
        check_declaration(
            "",
            &[],
            &declaration,
            "#[path = \"../.flue/sandboxes/mod.rs\"]\nmod sandboxes;\n",
        );
        assert_eq!(
            declaration.source(),
            "#[path = \"../.flue/sandboxes/mod.rs\"]\nmod sandboxes;"
        );
    }

    #[test]
    fn a_part_of_the_crate_may_be_all_that_sees_it() {
        let declaration = ModuleDeclaration {
            visibility: Visibility::Restricted,
            ..private("sandboxes")
        };
        check_declaration("", &[], &declaration, "pub(crate) mod sandboxes;\n");
    }

    #[test]
    fn a_module_file_gets_its_adapter() {
        check_declaration(
            "//! Sandboxes.\n",
            &[],
            &public("daytona"),
            "//! Sandboxes.\n\npub mod daytona;\n",
        );
        check_declaration(
            "pub mod e2b;\n",
            &[],
            &public("daytona"),
            "pub mod daytona;\npub mod e2b;\n",
        );
    }
}

mod inside_an_inline_module {
    use super::*;

    #[track_caller]
    fn check_inside(text: &str, expect: &str) {
        check_declaration(text, &["sandboxes"], &public("daytona"), expect);
    }

    #[test]
    fn it_goes_between_the_braces() {
        check_inside(
            "mod sandboxes {}\n",
            "mod sandboxes {\n    pub mod daytona;\n}\n",
        );
        check_inside(
            "mod sandboxes {\n}\n",
            "mod sandboxes {\n    pub mod daytona;\n}\n",
        );
        check_inside(
            "mod sandboxes {\n    pub mod other;\n}\n",
            "mod sandboxes {\n    pub mod daytona;\n    pub mod other;\n}\n",
        );
        check_inside(
            "mod sandboxes {\n    pub mod a;\n}\n",
            "mod sandboxes {\n    pub mod a;\n    pub mod daytona;\n}\n",
        );
        check_inside(
            "mod sandboxes {\n    fn f() {}\n}\n",
            "mod sandboxes {\n    pub mod daytona;\n\n    fn f() {}\n}\n",
        );
        check_inside(
            "mod sandboxes {\n    use super::*;\n}\n",
            "mod sandboxes {\n    use super::*;\n\n    pub mod daytona;\n}\n",
        );
        check_inside(
            "mod sandboxes {\n    // none yet\n}\n",
            "mod sandboxes {\n    // none yet\n\n    pub mod daytona;\n}\n",
        );
        check_inside(
            "mod sandboxes {\n    //! Docs.\n\n    fn f() {}\n}\n",
            "mod sandboxes {\n    //! Docs.\n\n    pub mod daytona;\n\n    fn f() {}\n}\n",
        );
        check_inside(
            "pub mod sandboxes { // all\r\n\tfn f() {}\r\n}\r\n",
            "pub mod sandboxes { // all\r\n\r\n\tpub mod daytona;\r\n\r\n\tfn f() {}\r\n}\r\n",
        );
    }

    #[test]
    fn a_body_on_one_line_stays_on_it() {
        check_inside(
            "mod sandboxes { pub mod other; }\n",
            "mod sandboxes { pub mod other; pub mod daytona; }\n",
        );
        check_inside(
            "mod sandboxes {pub mod other;}\n",
            "mod sandboxes {pub mod other; pub mod daytona; }\n",
        );
        check_inside(
            "mod sandboxes {\n    pub mod a; }\n",
            "mod sandboxes {\n    pub mod a; pub mod daytona; }\n",
        );
        check_inside(
            "mod sandboxes { /* a */ }\n",
            "mod sandboxes { /* a */ pub mod daytona; }\n",
        );
    }

    #[test]
    fn bodies_nest() {
        let text = "mod a {\n    mod b {}\n    mod b2 {\n        mod b {}\n    }\n}\n\nmod b {}\n";
        let expect = "mod a {\n    mod b {\n        pub mod daytona;\n    }\n    mod b2 {\n        mod b {}\n    }\n}\n\nmod b {}\n";
        check_declaration(text, &["a", "b"], &public("daytona"), expect);
        check_declaration(
            "mod a {\n\tmod b {}\n}\n",
            &["a", "b"],
            &public("daytona"),
            "mod a {\n\tmod b {\n\t\tpub mod daytona;\n\t}\n}\n",
        );
    }

    #[test]
    fn a_module_that_is_not_there_or_there_twice_is_in_doubt() {
        let check = |text: &str, reason: &str| {
            let Declaring::Unknown(doubt) = declare(text, &["sandboxes"], &public("daytona"))
            else {
                panic!("known")
            };
            assert_eq!(doubt.reason, reason);
        };
        check("", "there is no `mod sandboxes { … }` in the file");
        check(
            "mod sandboxes;\n",
            "there is no `mod sandboxes { … }` in the file",
        );
        check(
            "#[cfg(unix)]\nmod sandboxes {}\n#[cfg(windows)]\nmod sandboxes {}\n",
            "`mod sandboxes` is declared more than once",
        );
    }
}

mod declared_already {
    use super::*;

    #[test]
    fn it_is_found() {
        assert_eq!(
            find_declaration("mod sandboxes;\n", "sandboxes"),
            Ok(Some(plain(1)))
        );
        assert_eq!(find_declaration("mod other;\n", "sandboxes"), Ok(None));
        assert!(find_declaration("m! { mod sandboxes; }\n", "sandboxes").is_err());
    }

    #[test]
    fn in_a_file_of_its_own() {
        check_present("mod sandboxes;\n", plain(1));
        check_present(
            "\u{feff}\n  mod\n sandboxes ;",
            Existing {
                position: Position { line: 2, column: 3 },
                ..plain(2)
            },
        );
        check_present("mod r#sandboxes;\n", plain(1));
        check_present(
            "fn main() {}\npub mod sandboxes;\n",
            Existing {
                visibility: Visibility::Public,
                ..plain(2)
            },
        );
        for restricted in ["pub(crate)", "pub(super)", "pub(self)", "pub(in crate::a)"] {
            let text = format!("{restricted} mod sandboxes;\n");
            check_present(
                &text,
                Existing {
                    visibility: Visibility::Restricted,
                    ..plain(1)
                },
            );
        }
    }

    #[test]
    fn between_braces() {
        check_present(
            "mod sandboxes {}\n",
            Existing {
                form: Form::Inline,
                ..plain(1)
            },
        );
        check_present(
            "mod sandboxes {\n    pub mod daytona;\n}\n",
            Existing {
                form: Form::Inline,
                ..plain(1)
            },
        );
    }

    #[test]
    fn under_a_condition() {
        check_present(
            "#[cfg(unix)]\nmod sandboxes;\n",
            Existing {
                conditional: true,
                feature: None,
                ..plain(1)
            },
        );
        check_present(
            "#[cfg_attr(test, allow(unused))]\nmod sandboxes;\n",
            plain(1),
        );
    }

    #[test]
    fn with_a_path() {
        let at = |path: &str| Existing {
            path: Some(path.to_owned()),
            ..plain(1)
        };
        check_present("#[path = \"x.rs\"]\nmod sandboxes;\n", at("x.rs"));
        check_present("#[path = r#\"a\\b.rs\"#]\nmod sandboxes;\n", at("a\\b.rs"));
        check_present(
            "/// Docs.\n#[path = \"\\u{78}.rs\"]\nmod sandboxes;\n",
            at("x.rs"),
        );
        check_present(
            "#[path = \"dir\"]\nmod sandboxes {}\n",
            Existing {
                form: Form::Inline,
                ..at("dir")
            },
        );
    }

    #[test]
    fn a_declaration_counts_more_than_a_macro() {
        check_present("declare! { mod sandboxes; }\nmod sandboxes;\n", plain(2));
    }
}

mod in_doubt {
    use super::*;

    #[test]
    fn a_macro_that_names_the_module() {
        check_unknown(
            "declare! { mod sandboxes; }\n",
            "`mod sandboxes` stands inside the macro `declare!`",
            "1:1",
        );
        check_unknown(
            "mod a;\n\ncfg_if::cfg_if! {\n    if #[cfg(unix)] {\n        pub mod sandboxes;\n    }\n}\n",
            "`mod sandboxes` stands inside the macro `cfg_if!`",
            "3:1",
        );
        check_unknown(
            "macro_rules! all {\n    () => {\n        mod r#sandboxes;\n    };\n}\n\nall!();\n",
            "`mod sandboxes` stands inside the macro `macro_rules!`",
            "1:1",
        );
        check_unknown(
            "modules!(agents, sandboxes);\n",
            "the macro `modules!` may make `mod sandboxes`",
            "1:1",
        );
    }

    #[test]
    fn a_name_that_is_taken() {
        let imports = [
            "use a::sandboxes;",
            "use a::{b::sandboxes, c};",
            "use a::b as sandboxes;",
            "use a::sandboxes::{self, b};",
            "pub use r#sandboxes;",
            "extern crate sandboxes;",
        ];
        for import in imports {
            check_unknown(
                &format!("mod a;\n{import}\n"),
                "the name `sandboxes` is taken by an import",
                "2:1",
            );
        }
        for import in [
            "use sandboxes::daytona;",
            "use crate::sandboxes::{a, b};",
            "use a::sandboxes as b;",
            "use a::sandboxes::*;",
        ] {
            check(
                &format!("{import}\n"),
                &format!("{import}\n\nmod sandboxes;\n"),
            );
        }
    }

    #[test]
    fn a_file_that_is_included() {
        check_unknown(
            "include!(\"modules.rs\");\n",
            "`mod sandboxes` may stand in a file that `include!` brings in",
            "1:1",
        );
    }

    #[test]
    fn a_path_that_depends() {
        let reason = "the `path` of `mod sandboxes` depends on a condition";
        check_unknown(
            "#[cfg_attr(unix, path = \"unix.rs\")]\nmod sandboxes;\n",
            reason,
            "1:1",
        );
        check_unknown("#[path]\nmod sandboxes;\n", reason, "1:1");
    }

    #[test]
    fn two_declarations() {
        check_unknown(
            "#[cfg(unix)]\nmod sandboxes;\n#[cfg(not(unix))]\n#[path = \"x.rs\"]\nmod sandboxes;\n",
            "`mod sandboxes` is declared more than once",
            "3:1",
        );
    }

    #[test]
    fn a_file_that_cannot_be_read() {
        check_unknown("fn main() {\n", "the file is not valid Rust", "1:11");
        check_unknown("fn main() {}\n  )\n", "the file is not valid Rust", "2:3");
        check_unknown(
            "fn main() {}\nview X {}\n",
            "the file cannot be read here: expected an item",
            "2:1",
        );
        check_unknown(
            "use a::b\n",
            "the file cannot be read here: expected `;`",
            "2:1",
        );
        check_unknown(
            "mod sandboxes\n",
            "the file cannot be read here: expected `;` or `{`",
            "2:1",
        );
        check_unknown(
            "#[allow(unused)]\n",
            "the file cannot be read here: expected an item",
            "2:1",
        );
        check_unknown(
            "fn f() {}\n//! Docs.\n",
            "the file cannot be read here: expected an item",
            "2:1",
        );
        check_unknown(
            "---\n[package]\n---\nfn main() {}\n",
            "the file cannot be read here: expected an item",
            "1:1",
        );
    }

    #[test]
    fn a_file_that_ends_too_early() {
        let starts = [
            "\"mod sandboxes;",
            "r#\"a\"",
            "b\"a",
            "c\"a",
            "br##\"a\"#",
            "'\\'",
            "/* /* */",
            "/** a",
        ];
        for start in starts {
            check_unknown(
                &format!("mod a;\nconst A: T = {start}\n"),
                "the file is not valid Rust",
                "2:14",
            );
            check_unknown(
                &format!("mod a;\nfn f() {{ x({start} }}\n"),
                "the file is not valid Rust",
                "2:12",
            );
        }
        check_unknown("fn f() { [ }\n", "the file is not valid Rust", "1:12");
        check_unknown("mod a {\n", "the file is not valid Rust", "1:7");
        check_unknown("fn f() { № }\n", "the file is not valid Rust", "1:10");
    }

    #[test]
    fn a_string_that_ends_elsewhere_in_older_editions() {
        // One string for C and two modules; or the word `cr`, and a string up to the next quote.
        check_unknown(
            "none! { cr\"\\\" }\nmod a;\nnone! { \" }\nmod b; //\"; }\n",
            "the file reads differently before edition 2021",
            "",
        );
        check(
            "fn f() {\n    cr\"\\\"\n}\n\nmod z;\n",
            "fn f() {\n    cr\"\\\"\n}\n\nmod sandboxes;\nmod z;\n",
        );
        check(
            "none!(cr\"\\\"}\");\n\nmod z;\n",
            "none!(cr\"\\\"}\");\n\nmod sandboxes;\nmod z;\n",
        );
    }

    #[test]
    fn a_name_that_is_none() {
        let Declaring::Unknown(doubt) = declare("mod a;\n", &[], &private("two words")) else {
            panic!("known")
        };
        assert_eq!(doubt.reason, "no place for `mod two words;` was found");
    }
}

mod never_panics {
    use super::*;

    const SAMPLE: &str = "\u{feff}#!/usr/bin/env run\r\n//! Docs é.\n#![allow(unused)]\n\n/* a /* b */ c */\nuse a::{b, c}; // d\n\
        #[path = r#\"x\"#]\nmod é; mod x { mod sandboxes; pub mod y {} }\n#[cfg(test)]\nmod tests;\nfn f() -> ! { \"}\"; '}'; }\n\
        m! { mod sandboxes }\nconst N: A<{ 1 > 2 }> = r\"\\\";\n";

    fn run(text: &str) {
        for inside in [&[][..], &["x"], &["x", "y"]] {
            let Declaring::Missing(edit) = declare(text, inside, &private("sandboxes")) else {
                let _ = undeclare(text, inside, "sandboxes");
                continue;
            };
            let after = edit.apply(text);
            let again = declare(&after, inside, &private("sandboxes"));
            assert!(
                matches!(again, Declaring::Present(_)),
                "{text:?} gives {after:?}, then {again:?}",
            );
            let undone = undeclare(&after, inside, "sandboxes").map(|edit| edit.apply(&after));
            assert!(
                undone
                    .as_ref()
                    .is_ok_and(|undone| differ_in_blanks(undone, text)),
                "{text:?} gives {after:?}, then {undone:?}",
            );
        }
    }

    #[test]
    fn on_any_part_of_a_file() {
        let offsets = (0..=SAMPLE.len())
            .filter(|&offset| SAMPLE.is_char_boundary(offset))
            .collect::<Vec<_>>();
        for &offset in &offsets {
            run(&SAMPLE[..offset]);
            run(&SAMPLE[offset..]);
        }
        for window in offsets.windows(2) {
            run(&[&SAMPLE[..window[0]], &SAMPLE[window[1]..]].concat());
            for piece in [
                "\n", "\r", "/*", "*/", "//", "\"", "{", "}", ";", "#", "!", "mod ", "\0",
                "\u{2028}",
            ] {
                run(&[&SAMPLE[..window[0]], piece, &SAMPLE[window[0]..]].concat());
            }
        }
    }

    #[test]
    fn on_any_nesting() {
        for (open, close) in [
            ("{", "}"),
            ("mod x {", "}"),
            ("/*", "*/"),
            ("<", ">"),
            ("!", ""),
            ("#[a]", ""),
            ("(", ""),
        ] {
            let text = [
                "fn f() ",
                &open.repeat(50_000),
                &close.repeat(50_000),
                " {}\n",
            ]
            .concat();
            run(&text);
            run(&text["fn f() ".len()..]);
        }
        let deep = ["mod x {".repeat(300), "}".repeat(300)].concat();
        check_unknown(&deep, "the file is nested too deeply", "1:1799");
        let shallow = ["mod x {".repeat(200), "}".repeat(200)].concat();
        assert!(matches!(
            declare(&shallow, &[], &private("sandboxes")),
            Declaring::Missing(_)
        ));
    }
}

mod files {
    use super::*;
    use crate::path::RelPath;

    fn path(text: &str) -> RelPath {
        RelPath::new(text).expect("a path in the project")
    }

    #[track_caller]
    fn check_candidates(file: &str, kind: FileKind, expect: [&str; 2]) {
        let [beside, owner] = Scope::of_file(&path(file), kind).candidates("daytona");
        assert_eq!(
            [(beside.0.as_str(), beside.1), (owner.0.as_str(), owner.1)],
            [(expect[0], FileKind::Named), (expect[1], FileKind::Owner)]
        );
    }

    #[test]
    fn owners_have_their_modules_beside_them() {
        check_candidates(
            "src/main.rs",
            FileKind::Owner,
            ["src/daytona.rs", "src/daytona/mod.rs"],
        );
        check_candidates(
            "src/sandboxes/mod.rs",
            FileKind::Owner,
            ["src/sandboxes/daytona.rs", "src/sandboxes/daytona/mod.rs"],
        );
        check_candidates("app.rs", FileKind::Owner, ["daytona.rs", "daytona/mod.rs"]);
    }

    #[test]
    fn other_files_have_their_modules_in_a_directory() {
        check_candidates(
            "src/sandboxes.rs",
            FileKind::Named,
            ["src/sandboxes/daytona.rs", "src/sandboxes/daytona/mod.rs"],
        );
        check_candidates(
            "sandboxes.rs",
            FileKind::Named,
            ["sandboxes/daytona.rs", "sandboxes/daytona/mod.rs"],
        );
    }

    #[test]
    fn a_path_is_seen_from_the_directory_of_the_file() {
        let check = |file: &str, kind: FileKind, target: &str, expect: Option<&str>| {
            let scope = Scope::of_file(&path(file), kind);
            let needed = scope.path_to("sandboxes", &path(target));
            assert_eq!(needed.as_deref(), expect);
            if let Some(needed) = needed {
                assert_eq!(scope.file_at(&needed), Some(path(target)));
            }
        };
        check("src/main.rs", FileKind::Owner, "src/sandboxes/mod.rs", None);
        check("src/main.rs", FileKind::Owner, "src/sandboxes.rs", None);
        check(
            "src/main.rs",
            FileKind::Owner,
            ".flue/sandboxes/mod.rs",
            Some("../.flue/sandboxes/mod.rs"),
        );
        check(
            "src/a.rs",
            FileKind::Named,
            "src/sandboxes/mod.rs",
            Some("sandboxes/mod.rs"),
        );
        check("src/a.rs", FileKind::Named, "src/a/sandboxes.rs", None);
        check("main.rs", FileKind::Owner, "sandboxes/mod.rs", None);
        assert_eq!(
            Scope::of_file(&path("src/main.rs"), FileKind::Owner).file_at("../../x.rs"),
            None
        );
        assert_eq!(
            Scope::of_file(&path("src/main.rs"), FileKind::Owner).file_at("/x.rs"),
            None
        );
    }

    #[test]
    fn inline_modules_are_directories() {
        let root = Scope::of_file(&path("src/main.rs"), FileKind::Owner);
        let inline = root.inline("sandboxes", None).expect("inside");
        assert_eq!(
            inline.candidates("daytona")[0].0,
            path("src/sandboxes/daytona.rs")
        );
        assert_eq!(inline.file_at("x.rs"), Some(path("src/sandboxes/x.rs")));

        let named = Scope::of_file(&path("src/a.rs"), FileKind::Named);
        assert_eq!(
            named.inline("b", None).expect("inside").candidates("c")[0].0,
            path("src/a/b/c.rs")
        );
        assert_eq!(
            named
                .inline("b", Some("d"))
                .expect("inside")
                .candidates("c")[0]
                .0,
            path("src/d/c.rs")
        );
        assert_eq!(root.inline("b", Some("../../d")), None);
    }
}

mod taken_out {
    use super::*;

    #[track_caller]
    fn check_out(text: &str, inside: &[&str], expect: &str) {
        let undone = undeclare(text, inside, "sandboxes").map(|edit| edit.apply(text));
        assert_eq!(undone.as_deref(), Ok(expect));
    }

    #[test]
    fn a_carriage_return_that_ends_no_line_stays() {
        check_out("// a\r\n\nmod sandboxes;", &[], "// a\r");
        check_out("// a\r\n\r\nmod sandboxes;", &[], "// a");
    }

    #[test]
    fn attributes_and_docs_go_with_it() {
        check_out(
            "mod a;\n#[cfg(unix)]\n#[path = \"x.rs\"]\npub mod sandboxes;\nmod z;\n",
            &[],
            "mod a;\nmod z;\n",
        );
        check_out(
            "use a::b;\n\n/// Docs.\n#[rustfmt::skip]\nmod  sandboxes; // why\n\nfn f() {}\n",
            &[],
            "use a::b;\n\nfn f() {}\n",
        );
    }

    #[test]
    fn comments_above_and_neighbours_stay() {
        check_out(
            "// all of them\nmod sandboxes;\nmod z;\n",
            &[],
            "// all of them\nmod z;\n",
        );
        check_out("mod a; mod sandboxes; mod z;\n", &[], "mod a; mod z;\n");
        check_out("fn f() {} mod sandboxes;\n", &[], "fn f() {} \n");
        check_out(
            "mod sandboxes; /* a\n b */ fn f() {}\n",
            &[],
            "/* a\n b */ fn f() {}\n",
        );
    }

    #[test]
    fn inside_an_inline_module_only() {
        check_out(
            "mod a {\n    mod sandboxes;\n\n    fn f() {}\n}\nmod sandboxes;\n",
            &["a"],
            "mod a {\n    fn f() {}\n}\nmod sandboxes;\n",
        );
    }

    #[test]
    fn what_is_not_there_is_not_missed() {
        check_out("mod a;\n", &[], "mod a;\n");
    }

    #[test]
    fn what_may_be_there_is_in_doubt() {
        let check = |text: &str, reason: &str| {
            let doubt = undeclare(text, &[], "sandboxes").expect_err("it cannot be known");
            assert_eq!(doubt.reason, reason);
        };
        check(
            "mod sandboxes {\n    mod a;\n}\n",
            "`mod sandboxes` holds its items itself",
        );
        check(
            "declare! { mod sandboxes; }\n",
            "`mod sandboxes` stands inside the macro `declare!`",
        );
    }
}
