use super::*;
use crate::cargo::dependency::{DependencyState, find_dependency};

/// Adds `daytona-sdk = "0.1"` to `text` and checks the whole result.
#[track_caller]
fn check(text: &str, expect: &str) {
    check_new(
        &NewDependency::of_registry("daytona-sdk", "0.1"),
        text,
        expect,
    );
}

/// The same in the other line ends, with a byte order mark, and without the last line end.
#[track_caller]
fn check_everywhere(text: &str, expect: &str) {
    check(text, expect);
    check(&text.replace('\n', "\r\n"), &expect.replace('\n', "\r\n"));
    check(&format!("\u{feff}{text}"), &format!("\u{feff}{expect}"));
    let (Some(text), Some(expect)) = (text.strip_suffix('\n'), expect.strip_suffix('\n')) else {
        panic!("the last line has no end");
    };
    check(text, expect);
    let crlf = |text: &str| format!("\u{feff}{}", text.replace('\n', "\r\n"));
    if text.contains('\n') {
        check(&crlf(text), &crlf(expect));
    }
}

#[track_caller]
fn check_new(new: &NewDependency, text: &str, expect: &str) {
    let inserted = insert_dependency(&parse(text), new).expect("there is a place");
    assert_eq!(inserted.edit.apply(text), expect);
    check_undone(new, text, expect);

    let line = expect.lines().nth(inserted.line - 1).unwrap_or_default();
    assert!(
        line.contains(&new.key),
        "line {} is `{line}`",
        inserted.line
    );

    let package = new.package.as_ref().unwrap_or(&new.key);
    let again = find_dependency(&parse(expect), None, package);
    assert!(
        matches!(&again, Ok(DependencyState::Present(declared)) if declared.key == new.key),
        "a second run finds {again:?}"
    );
    let problem = insert_dependency(&parse(expect), new).expect_err("it is there");
    assert_eq!(problem.code.as_str(), "dependency-name-taken");
    assert_eq!(
        problem.position.map(|position| position.line),
        Some(inserted.line)
    );
}

/// Takes `new` out of `with` and checks that `without` is left, as far as `with` can tell.
#[track_caller]
fn check_undone(new: &NewDependency, without: &str, with: &str) {
    let edit = remove_dependency(&parse(with), &new.key).expect("it can be taken out");
    let undone = edit.apply(with);
    if undone == without {
        return;
    }
    // Both texts become the same one, which so does not tell which it was.
    let again = insert_dependency(&parse(&undone), new).expect("there is a place");
    assert_eq!(again.edit.apply(&undone), with, "undone: {undone:?}");
    let words = |text: &str| {
        text.replace("[dependencies]", "")
            .replace(char::is_whitespace, "")
    };
    assert_eq!(words(&undone), words(without));
}

fn parse(text: &str) -> Manifest {
    Manifest::parse(text.to_owned()).expect("the test holds TOML")
}

mod in_a_table {
    use super::*;

    #[test]
    fn an_optional_one_joins_its_feature() {
        let check = |text: &str, expect: &str| {
            let new = NewDependency {
                feature: Some("agent".to_owned()),
                ..NewDependency::of_registry("daytona-sdk", "0.1")
            };
            let inserted = insert_dependency(&parse(text), &new).expect("there is a place");
            assert_eq!(inserted.edit.apply(text), expect);
            assert_eq!(
                inserted.entry,
                "daytona-sdk = { version = \"0.1\", optional = true }"
            );
            let line = expect.lines().nth(inserted.line - 1);
            assert_eq!(line, Some(inserted.entry.as_str()));
            let edit = remove_dependency(&parse(expect), "daytona-sdk").expect("it can go");
            assert_eq!(edit.apply(expect), text);
        };
        check(
            "[features]\nagent = [\"dep:x\"]\n\n[dependencies]\nx = { version = \"1\", optional = true }\n",
            "[features]\nagent = [\"dep:x\", \"dep:daytona-sdk\"]\n\n[dependencies]\ndaytona-sdk = { version = \"0.1\", optional = true }\nx = { version = \"1\", optional = true }\n",
        );
        check(
            "[dependencies]\nx = { version = \"1\", optional = true }\n\n[features]\nagent = [\n  # agents\n  \"dep:x\",\n]\n",
            "[dependencies]\ndaytona-sdk = { version = \"0.1\", optional = true }\nx = { version = \"1\", optional = true }\n\n[features]\nagent = [\n  # agents\n  \"dep:x\",\n  \"dep:daytona-sdk\",\n]\n",
        );
    }

    #[test]
    fn what_another_feature_names_cannot_go() {
        for features in ["a = [\"daytona-sdk/x\"]", "a = [\"daytona-sdk?/x\"]"] {
            let text = format!("[dependencies]\ndaytona-sdk = \"0.1\"\n\n[features]\n{features}\n");
            let refused = remove_dependency(&parse(&text), "daytona-sdk").expect_err("it is named");
            assert_eq!(refused.code.as_str(), "manifest-edit");
        }
    }

    #[test]
    fn sorted_groups_that_blank_lines_part_stay_sorted() {
        check_everywhere(
            "[dependencies]\nanyhow = \"1\"\nserde = \"1\"\n\nclap = \"4\"\nhyper = \"1\"\n",
            "[dependencies]\nanyhow = \"1\"\ndaytona-sdk = \"0.1\"\nserde = \"1\"\n\nclap = \"4\"\nhyper = \"1\"\n",
        );
        // Beside what comes from the same place, even where it would sort elsewhere.
        check_everywhere(
            "[dependencies]\ncore = { path = \"core\" }\nui = { path = \"ui\" }\n\n# others\nserde = \"1\"\ntokio = \"1\"\n",
            "[dependencies]\ncore = { path = \"core\" }\nui = { path = \"ui\" }\n\ndaytona-sdk = \"0.1\"\n# others\nserde = \"1\"\ntokio = \"1\"\n",
        );
        // Between two groups, it ends the one above.
        check_everywhere(
            "[dependencies]\nanyhow = \"1\"\nclap = \"4\"\n\n# web\nhyper = \"1\"\n",
            "[dependencies]\nanyhow = \"1\"\nclap = \"4\"\ndaytona-sdk = \"0.1\"\n\n# web\nhyper = \"1\"\n",
        );
        // One group that is not sorted: the order has another meaning.
        check_everywhere(
            "[dependencies]\nserde = \"1\"\nanyhow = \"1\"\n\nclap = \"4\"\nhyper = \"1\"\n",
            "[dependencies]\nserde = \"1\"\nanyhow = \"1\"\n\nclap = \"4\"\nhyper = \"1\"\ndaytona-sdk = \"0.1\"\n",
        );
    }

    #[test]
    fn what_is_inherited_is_written_as_its_neighbours_are() {
        let new = NewDependency {
            source: Source::Workspace,
            ..NewDependency::of_registry("daytona-sdk", "0.1")
        };
        check_new(
            &new,
            "[dependencies]\nanyhow = { workspace = true }\n",
            "[dependencies]\nanyhow = { workspace = true }\ndaytona-sdk = { workspace = true }\n",
        );
        check_new(
            &new,
            "[dependencies]\nanyhow = { workspace = true }\nclap.workspace = true\n",
            "[dependencies]\nanyhow = { workspace = true }\nclap.workspace = true\ndaytona-sdk.workspace = true\n",
        );
    }

    #[test]
    fn a_workspace_offers_what_is_added_to_its_table() {
        let check = |text: &str, expect: Option<&str>| {
            let new = NewDependency::of_registry("daytona-sdk", "0.1");
            let inserted = insert_into(&parse(text), Section::Workspace, &new);
            let after = inserted.map(|inserted| inserted.edit.apply(text)).ok();
            assert_eq!(after.as_deref(), expect, "{text}");
        };
        check(
            "[workspace]\n\n[workspace.dependencies]\nanyhow = \"1\"\nserde = \"1\"\n",
            Some(
                "[workspace]\n\n[workspace.dependencies]\nanyhow = \"1\"\ndaytona-sdk = \"0.1\"\nserde = \"1\"\n",
            ),
        );
        check(
            "[workspace.dependencies.serde]\nversion = \"1\"\n",
            Some(
                "[workspace.dependencies.daytona-sdk]\nversion = \"0.1\"\n\n[workspace.dependencies.serde]\nversion = \"1\"\n",
            ),
        );
        check(
            "[workspace]\ndependencies = { anyhow = \"1\" }\n",
            Some("[workspace]\ndependencies = { anyhow = \"1\", daytona-sdk = \"0.1\" }\n"),
        );
        check("[workspace]\ndependencies.anyhow = \"1\"\n", None);
        check("[workspace]\n", None);
        check("[workspace.dependencies]\ndaytona-sdk = \"0.2\"\n", None);
    }

    #[test]
    fn sorted_entries_stay_sorted() {
        check_everywhere(
            "[dependencies]\nanyhow = '1'\nserde = '1'\n",
            "[dependencies]\nanyhow = '1'\ndaytona-sdk = \"0.1\"\nserde = '1'\n",
        );
        check_everywhere(
            "[dependencies]\nserde = '1'\n",
            "[dependencies]\ndaytona-sdk = \"0.1\"\nserde = '1'\n",
        );
        check_everywhere(
            "[dependencies]\nanyhow = '1'\n",
            "[dependencies]\nanyhow = '1'\ndaytona-sdk = \"0.1\"\n",
        );
        check(
            "[dependencies]\ndaytona = '1'\ndaytona-sdk-x = '1'\n",
            "[dependencies]\ndaytona = '1'\ndaytona-sdk = \"0.1\"\ndaytona-sdk-x = '1'\n",
        );
    }

    #[test]
    fn unsorted_entries_are_left_in_their_order() {
        check_everywhere(
            "[dependencies]\nserde = '1'\nanyhow = '1'\n",
            "[dependencies]\nserde = '1'\nanyhow = '1'\ndaytona-sdk = \"0.1\"\n",
        );
        check_everywhere(
            "[dependencies]\nserde = '1'\nanyhow = '1'\n\n[features]\na = []\n",
            "[dependencies]\nserde = '1'\nanyhow = '1'\ndaytona-sdk = \"0.1\"\n\n[features]\na = []\n",
        );
    }

    #[test]
    fn an_empty_table_gets_a_line() {
        check_everywhere(
            "[dependencies]\n\n[features]\n",
            "[dependencies]\ndaytona-sdk = \"0.1\"\n\n[features]\n",
        );
        check(
            "[dependencies]\n",
            "[dependencies]\ndaytona-sdk = \"0.1\"\n",
        );
        check("[dependencies]", "[dependencies]\ndaytona-sdk = \"0.1\"");
        check(
            "[dependencies]  ",
            "[dependencies]  \ndaytona-sdk = \"0.1\"",
        );
        check_everywhere(
            "[dependencies] # what we use\n",
            "[dependencies] # what we use\ndaytona-sdk = \"0.1\"\n",
        );
        check_everywhere(
            "[dependencies]\n# none yet\n",
            "[dependencies]\ndaytona-sdk = \"0.1\"\n# none yet\n",
        );
        check_everywhere(
            "[dependencies]\n[features]\n",
            "[dependencies]\ndaytona-sdk = \"0.1\"\n[features]\n",
        );
    }

    #[test]
    fn the_header_may_be_written_in_any_way() {
        check(
            "['dependencies']\n",
            "['dependencies']\ndaytona-sdk = \"0.1\"\n",
        );
        check(
            "[\"dependenc\\u0069es\"]\n",
            "[\"dependenc\\u0069es\"]\ndaytona-sdk = \"0.1\"\n",
        );
        check(
            "  [ dependencies ]\t# x\n",
            "  [ dependencies ]\t# x\n  daytona-sdk = \"0.1\"\n",
        );
    }

    #[test]
    fn comments_belong_to_the_entry_below_them() {
        check_everywhere(
            "[dependencies]\nanyhow = '1'\n# reads\n# and writes\nserde = '1'\n",
            "[dependencies]\nanyhow = '1'\ndaytona-sdk = \"0.1\"\n# reads\n# and writes\nserde = '1'\n",
        );
        check(
            "[dependencies]\nanyhow = '1' # errors\nserde = '1'\n",
            "[dependencies]\nanyhow = '1' # errors\ndaytona-sdk = \"0.1\"\nserde = '1'\n",
        );
        check(
            "[dependencies]\n# about serde\nserde = '1'\n",
            "[dependencies]\ndaytona-sdk = \"0.1\"\n# about serde\nserde = '1'\n",
        );
        check(
            "[dependencies]\nanyhow = '1'\n\n# --- data ---\n\nserde = '1'\n",
            "[dependencies]\nanyhow = '1'\ndaytona-sdk = \"0.1\"\n\n# --- data ---\n\nserde = '1'\n",
        );
    }

    #[test]
    fn comments_above_the_next_header_stay_there() {
        check_everywhere(
            "[dependencies]\nanyhow = '1' # errors\n\n# what can be turned off\n[features]\n",
            "[dependencies]\nanyhow = '1' # errors\ndaytona-sdk = \"0.1\"\n\n# what can be turned off\n[features]\n",
        );
        check_everywhere(
            "[dependencies]\nanyhow = '1'\n# that is all\n",
            "[dependencies]\nanyhow = '1'\ndaytona-sdk = \"0.1\"\n# that is all\n",
        );
    }

    #[test]
    fn entries_may_span_lines() {
        check_everywhere(
            "[dependencies]\nclap = { version = '4', features = [\n  'derive',\n] } # args\nserde.features = [\n]\n",
            "[dependencies]\nclap = { version = '4', features = [\n  'derive',\n] } # args\ndaytona-sdk = \"0.1\"\nserde.features = [\n]\n",
        );
        check(
            "[dependencies]\nclap = { features = [\n  'derive',\n] }\n",
            "[dependencies]\nclap = { features = [\n  'derive',\n] }\ndaytona-sdk = \"0.1\"\n",
        );
    }

    #[test]
    fn strings_may_look_like_anything() {
        check(
            "[dependencies]\nanyhow = '''\n[dependencies]\nserde = 1\n# '''\nserde = '1'\n",
            "[dependencies]\nanyhow = '''\n[dependencies]\nserde = 1\n# '''\ndaytona-sdk = \"0.1\"\nserde = '1'\n",
        );
        check(
            "[dependencies]\nanyhow = \"\"\"\n  # not a comment\"\"\"\nserde = '1'\n",
            "[dependencies]\nanyhow = \"\"\"\n  # not a comment\"\"\"\ndaytona-sdk = \"0.1\"\nserde = '1'\n",
        );
        check(
            "[package]\ndescription = '''\n[dependencies]\n'''\n[dependencies]\n",
            "[package]\ndescription = '''\n[dependencies]\n'''\n[dependencies]\ndaytona-sdk = \"0.1\"\n",
        );
    }

    #[test]
    fn indentation_follows_the_neighbour() {
        check_everywhere(
            "[dependencies]\n    anyhow = '1'\n    serde = '1'\n",
            "[dependencies]\n    anyhow = '1'\n    daytona-sdk = \"0.1\"\n    serde = '1'\n",
        );
        check(
            "[dependencies]\nserde = '1'\n\tanyhow = '1'\n",
            "[dependencies]\nserde = '1'\n\tanyhow = '1'\n\tdaytona-sdk = \"0.1\"\n",
        );
        check(
            "  [dependencies]\n",
            "  [dependencies]\n  daytona-sdk = \"0.1\"\n",
        );
    }

    #[test]
    fn aligned_entries_stay_aligned() {
        check_everywhere(
            "[dependencies]\nanyhow       = '1'\nflue-runtime = '1'\n",
            "[dependencies]\nanyhow       = '1'\ndaytona-sdk  = \"0.1\"\nflue-runtime = '1'\n",
        );
        check(
            "[dependencies]\na     = '1'\nserde = '1'\n",
            "[dependencies]\na     = '1'\ndaytona-sdk = \"0.1\"\nserde = '1'\n",
        );
        check(
            "[dependencies]\n'ä'          = '1'\nserde        = '1'\n",
            "[dependencies]\n'ä'          = '1'\nserde        = '1'\ndaytona-sdk  = \"0.1\"\n",
        );
    }

    #[test]
    fn keys_of_one_length_are_not_aligned() {
        check_new(
            &NewDependency::of_registry("a", "1"),
            "[dependencies]\nclap2 = '1'\nserde = '1'\n",
            "[dependencies]\na = \"1\"\nclap2 = '1'\nserde = '1'\n",
        );
    }

    #[test]
    fn dotted_keys_are_entries_too() {
        check_everywhere(
            "[dependencies]\nanyhow.version = '1'\nanyhow.features = []\nserde.workspace = true\n",
            "[dependencies]\nanyhow.version = '1'\nanyhow.features = []\ndaytona-sdk = \"0.1\"\nserde.workspace = true\n",
        );
        check(
            "[dependencies]\nserde.version = '1'\nanyhow = '1'\nserde.features = []\n",
            "[dependencies]\nserde.version = '1'\nanyhow = '1'\ndaytona-sdk = \"0.1\"\nserde.features = []\n",
        );
    }

    #[test]
    fn tables_below_it_are_not_entered() {
        check_everywhere(
            "[dependencies]\nanyhow = '1'\n\n[dependencies.clap]\nversion = '4'\n",
            "[dependencies]\nanyhow = '1'\ndaytona-sdk = \"0.1\"\n\n[dependencies.clap]\nversion = '4'\n",
        );
        check_everywhere(
            "[dependencies.clap]\nversion = '4'\n\n[dependencies]\n",
            "[dependencies.clap]\nversion = '4'\n\n[dependencies]\ndaytona-sdk = \"0.1\"\n",
        );
        check_everywhere(
            "[dependencies]\n\n[dependencies.clap]\nversion = '4'\n[features]\n",
            "[dependencies]\ndaytona-sdk = \"0.1\"\n\n[dependencies.clap]\nversion = '4'\n[features]\n",
        );
    }

    #[test]
    fn tables_below_dotted_keys_are_not_entered() {
        let before = "[dependencies]\nserde.version = '1'\n\n[dependencies.serde.more]\nx = 1\n";
        check_everywhere(
            before,
            &before.replace("serde.v", "daytona-sdk = \"0.1\"\nserde.v"),
        );
        let before = "[dependencies]\nclap.version = '1'\n\n[dependencies.clap.more]\nx = 1\n";
        check_everywhere(before, &before.replace("'1'", "'1'\ndaytona-sdk = \"0.1\""));
    }

    #[test]
    fn lists_of_tables_below_it_are_not_entered() {
        let new = NewDependency::of_registry("daytona-sdk", "0.1");
        for after in ["anyhow", "serde"] {
            let before =
                format!("[dependencies]\nanyhow = '1'\n\n[[dependencies.{after}-x]]\nx = 1\n");
            let inserted = insert_dependency(&parse(&before), &new).expect("there is a place");
            assert_eq!(
                inserted.edit.apply(&before),
                before.replace("'1'", "'1'\ndaytona-sdk = \"0.1\"")
            );
        }
    }

    #[test]
    fn quoted_keys_sort_by_what_they_say() {
        check(
            "[dependencies]\n\"anyhow\" = '1'\n\"s\\u0065rde\" = '1'\n",
            "[dependencies]\n\"anyhow\" = '1'\ndaytona-sdk = \"0.1\"\n\"s\\u0065rde\" = '1'\n",
        );
    }

    #[test]
    fn mixed_line_ends_follow_the_majority() {
        check(
            "[package]\r\nname = 'a'\r\n[dependencies]\nserde = '1'\r\n",
            "[package]\r\nname = 'a'\r\n[dependencies]\ndaytona-sdk = \"0.1\"\r\nserde = '1'\r\n",
        );
        check(
            "[dependencies]\nanyhow = '1'\r\n",
            "[dependencies]\nanyhow = '1'\r\ndaytona-sdk = \"0.1\"\n",
        );
    }
}

mod of_sub_tables_only {
    use super::*;

    #[test]
    fn it_becomes_one_of_them() {
        check_everywhere(
            "[package]\n\n[dependencies.anyhow]\nversion = '1'\n",
            "[package]\n\n[dependencies.anyhow]\nversion = '1'\n\n[dependencies.daytona-sdk]\nversion = \"0.1\"\n",
        );
        check_everywhere(
            "[dependencies.anyhow]\nversion = '1'\n\n[features]\n",
            "[dependencies.anyhow]\nversion = '1'\n\n[dependencies.daytona-sdk]\nversion = \"0.1\"\n\n[features]\n",
        );
    }

    #[test]
    fn sorted_ones_stay_sorted() {
        check_everywhere(
            "[dependencies.anyhow]\nversion = '1'\n\n# reads\n[dependencies.serde]\nversion = '1'\n",
            "[dependencies.anyhow]\nversion = '1'\n\n[dependencies.daytona-sdk]\nversion = \"0.1\"\n\n# reads\n[dependencies.serde]\nversion = '1'\n",
        );
        check_everywhere(
            "[dependencies.serde]\nversion = '1'\n",
            "[dependencies.daytona-sdk]\nversion = \"0.1\"\n\n[dependencies.serde]\nversion = '1'\n",
        );
    }

    #[test]
    fn unsorted_ones_are_left_in_their_order() {
        check_everywhere(
            "[dependencies.serde]\nversion = '1'\n[features]\n[dependencies.anyhow]\nversion = '1'\n[lib]\n",
            "[dependencies.serde]\nversion = '1'\n[features]\n[dependencies.anyhow]\nversion = '1'\n\n[dependencies.daytona-sdk]\nversion = \"0.1\"\n[lib]\n",
        );
    }

    #[test]
    fn their_order_is_that_of_the_headers() {
        check_everywhere(
            "[dependencies.serde.more]\nx = 1\n\n[dependencies.anyhow]\n\n[dependencies.serde]\n",
            "[dependencies.serde.more]\nx = 1\n\n[dependencies.anyhow]\n\n[dependencies.daytona-sdk]\nversion = \"0.1\"\n\n[dependencies.serde]\n",
        );
    }

    #[test]
    fn what_is_in_them_stays_whole() {
        check_everywhere(
            "[dependencies.anyhow]\nversion = '1' # errors\n# that is all\n\n[features]\n",
            "[dependencies.anyhow]\nversion = '1' # errors\n# that is all\n\n[dependencies.daytona-sdk]\nversion = \"0.1\"\n\n[features]\n",
        );
        check_everywhere(
            "[dependencies.anyhow]\nversion = '1'\n# what can be turned off\n[features]\n",
            "[dependencies.anyhow]\nversion = '1'\n\n[dependencies.daytona-sdk]\nversion = \"0.1\"\n# what can be turned off\n[features]\n",
        );
        check_everywhere(
            "[dependencies.anyhow]\nversion = '1'\n[dependencies.anyhow.more]\nx = [\n1]\n",
            "[dependencies.anyhow]\nversion = '1'\n[dependencies.anyhow.more]\nx = [\n1]\n\n[dependencies.daytona-sdk]\nversion = \"0.1\"\n",
        );
        check_everywhere(
            "[dependencies.anyhow.more]\nx = 1\n",
            "[dependencies.anyhow.more]\nx = 1\n\n[dependencies.daytona-sdk]\nversion = \"0.1\"\n",
        );
        check_everywhere(
            "[dependencies.anyhow]\n",
            "[dependencies.anyhow]\n\n[dependencies.daytona-sdk]\nversion = \"0.1\"\n",
        );
    }

    #[test]
    fn blank_lines_part_them_once() {
        check(
            "[dependencies.anyhow]\nversion = '1'\n\n\n[dependencies.serde]\nversion = '1'\n",
            "[dependencies.anyhow]\nversion = '1'\n\n\n[dependencies.daytona-sdk]\nversion = \"0.1\"\n\n[dependencies.serde]\nversion = '1'\n",
        );
        check(
            "[dependencies.anyhow]\nversion = '1'\n[dependencies.serde]\nversion = '1'\n",
            "[dependencies.anyhow]\nversion = '1'\n\n[dependencies.daytona-sdk]\nversion = \"0.1\"\n\n[dependencies.serde]\nversion = '1'\n",
        );
    }
}

mod of_dotted_keys_at_the_root {
    use super::*;

    #[test]
    fn it_becomes_one_of_them() {
        check_everywhere(
            "dependencies.anyhow = '1'\ndependencies.serde.version = '1'\n[package]\n",
            "dependencies.anyhow = '1'\ndependencies.daytona-sdk = \"0.1\"\ndependencies.serde.version = '1'\n[package]\n",
        );
        check_everywhere(
            "dependencies.anyhow = '1'\n",
            "dependencies.anyhow = '1'\ndependencies.daytona-sdk = \"0.1\"\n",
        );
    }

    #[test]
    fn unsorted_ones_are_left_in_their_order() {
        check_everywhere(
            "package.name = 'a'\ndependencies.serde = '1'\ndependencies.anyhow = '1'\n\n[features]\n",
            "package.name = 'a'\ndependencies.serde = '1'\ndependencies.anyhow = '1'\ndependencies.daytona-sdk = \"0.1\"\n\n[features]\n",
        );
        check(
            "dependencies.serde = '1'\npackage.name = 'a'\ndependencies.anyhow = '1'\npackage.version = '1'\n",
            "dependencies.serde = '1'\npackage.name = 'a'\ndependencies.anyhow = '1'\ndependencies.daytona-sdk = \"0.1\"\npackage.version = '1'\n",
        );
    }

    #[test]
    fn comments_and_indentation_are_kept() {
        check_everywhere(
            "  # reads\n  dependencies . 'serde' = '1' # 1\n",
            "  dependencies.daytona-sdk = \"0.1\"\n  # reads\n  dependencies . 'serde' = '1' # 1\n",
        );
    }

    #[test]
    fn a_table_below_changes_nothing() {
        check_everywhere(
            "dependencies.anyhow = '1'\n[dependencies.serde]\nversion = '1'\n",
            "dependencies.anyhow = '1'\ndependencies.daytona-sdk = \"0.1\"\n[dependencies.serde]\nversion = '1'\n",
        );
        check_everywhere(
            "dependencies.anyhow = '1'\n[package]\n[dependencies.serde]\nversion = '1'\n",
            "dependencies.anyhow = '1'\ndependencies.daytona-sdk = \"0.1\"\n[package]\n[dependencies.serde]\nversion = '1'\n",
        );
        check_everywhere(
            "dependencies.anyhow = '1'\n[package]\n[dependencies.clap]\nversion = '1'\n",
            "dependencies.anyhow = '1'\ndependencies.daytona-sdk = \"0.1\"\n[package]\n[dependencies.clap]\nversion = '1'\n",
        );
    }
}

mod of_an_inline_table {
    use super::*;

    #[test]
    fn an_empty_one_gets_the_entry() {
        check_everywhere(
            "dependencies = {}\n",
            "dependencies = { daytona-sdk = \"0.1\" }\n",
        );
        check(
            "dependencies = { }\n",
            "dependencies = { daytona-sdk = \"0.1\" }\n",
        );
        check(
            "dependencies = {  }\n",
            "dependencies = { daytona-sdk = \"0.1\"  }\n",
        );
        check(
            "dependencies={} # none\n",
            "dependencies={ daytona-sdk = \"0.1\" } # none\n",
        );
        check_everywhere(
            "dependencies = {\n}\n",
            "dependencies = {\n    daytona-sdk = \"0.1\",\n}\n",
        );
        check_everywhere(
            "dependencies = { # none\n  # yet\n  }\n",
            "dependencies = { # none\n      daytona-sdk = \"0.1\",\n  # yet\n  }\n",
        );
    }

    #[test]
    fn one_line_stays_one_line() {
        check_everywhere(
            "dependencies = { anyhow = '1', serde = '1' }\n",
            "dependencies = { anyhow = '1', daytona-sdk = \"0.1\", serde = '1' }\n",
        );
        check_everywhere(
            "dependencies = { serde = '1', anyhow = '1' } # all\n[package]\n",
            "dependencies = { serde = '1', anyhow = '1', daytona-sdk = \"0.1\" } # all\n[package]\n",
        );
        check(
            "dependencies = {anyhow='1'}\n",
            "dependencies = {anyhow='1', daytona-sdk = \"0.1\"}\n",
        );
        check(
            "dependencies = {serde='1'}\n",
            "dependencies = {daytona-sdk = \"0.1\", serde='1'}\n",
        );
        check(
            "dependencies = { anyhow = '1', }\n",
            "dependencies = { anyhow = '1', daytona-sdk = \"0.1\", }\n",
        );
        check(
            "dependencies = { anyhow = '1' , }\n",
            "dependencies = { anyhow = '1' , daytona-sdk = \"0.1\", }\n",
        );
        check(
            "dependencies = { clap = { version = '4' , features = ['a', 'b'] } , anyhow.version = '}' }\n",
            "dependencies = { clap = { version = '4' , features = ['a', 'b'] } , anyhow.version = '}', daytona-sdk = \"0.1\" }\n",
        );
        check(
            "dependencies = { b.x = '1', a = '1', b.y = '1' }\n",
            "dependencies = { b.x = '1', a = '1', daytona-sdk = \"0.1\", b.y = '1' }\n",
        );
    }

    #[test]
    fn a_line_each_stays_a_line_each() {
        check_everywhere(
            "dependencies = {\n  anyhow = '1',\n  serde = '1',\n}\n",
            "dependencies = {\n  anyhow = '1',\n  daytona-sdk = \"0.1\",\n  serde = '1',\n}\n",
        );
        check_everywhere(
            "dependencies = {\n  serde = '1',\n  anyhow = '1',\n}\n",
            "dependencies = {\n  serde = '1',\n  anyhow = '1',\n  daytona-sdk = \"0.1\",\n}\n",
        );
        check_everywhere(
            "dependencies = {\n  serde = '1',\n  anyhow = '1'\n}\n",
            "dependencies = {\n  serde = '1',\n  anyhow = '1',\n  daytona-sdk = \"0.1\"\n}\n",
        );
        check_everywhere(
            "dependencies = {\n  serde = '1'\n}\n",
            "dependencies = {\n  daytona-sdk = \"0.1\",\n  serde = '1'\n}\n",
        );
    }

    #[test]
    fn comments_stay_where_they_are() {
        check_everywhere(
            "dependencies = { # all\n  # errors\n  anyhow = '1', # one\n  # reads\n  serde = '1' # two\n  # end\n}\n",
            "dependencies = { # all\n  # errors\n  anyhow = '1', # one\n  daytona-sdk = \"0.1\",\n  # reads\n  serde = '1' # two\n  # end\n}\n",
        );
        check_everywhere(
            "dependencies = {\n  anyhow = '1' # one, two\n  # end,\n}\n",
            "dependencies = {\n  anyhow = '1', # one, two\n  daytona-sdk = \"0.1\"\n  # end,\n}\n",
        );
        check_everywhere(
            "dependencies = {\n  anyhow = '1' # one,\n  , # two,\n}\n",
            "dependencies = {\n  anyhow = '1' # one,\n  , # two,\n  daytona-sdk = \"0.1\",\n}\n",
        );
        check_everywhere(
            "dependencies = {\n  # reads\n  serde = '1' }\n",
            "dependencies = {\n  daytona-sdk = \"0.1\",\n  # reads\n  serde = '1' }\n",
        );
    }

    #[test]
    fn odd_layouts_are_followed() {
        check_everywhere(
            "dependencies = { anyhow = '1',\n  clap = '4' }\n",
            "dependencies = { anyhow = '1',\n  clap = '4',\n  daytona-sdk = \"0.1\" }\n",
        );
        check_everywhere(
            "dependencies = { anyhow = '1',\n  clap = '4', }\n",
            "dependencies = { anyhow = '1',\n  clap = '4',\n  daytona-sdk = \"0.1\", }\n",
        );
        check_everywhere(
            "dependencies = {\n  anyhow = '1', clap = '4'\n}\n",
            "dependencies = {\n  anyhow = '1', clap = '4', daytona-sdk = \"0.1\"\n}\n",
        );
        check_everywhere(
            "dependencies = {\n  anyhow = '1'\n, serde = '1'\n}\n",
            "dependencies = {\n  anyhow = '1'\n, daytona-sdk = \"0.1\", serde = '1'\n}\n",
        );
        check_everywhere(
            "dependencies = {\n  anyhow = '1'\n, clap = '4'\n}\n",
            "dependencies = {\n  anyhow = '1'\n, clap = '4', daytona-sdk = \"0.1\"\n}\n",
        );
        check_everywhere(
            "dependencies = {\n  clap = { version = '4', features = [\n    'a',\n  ] },\n}\n",
            "dependencies = {\n  clap = { version = '4', features = [\n    'a',\n  ] },\n  daytona-sdk = \"0.1\",\n}\n",
        );
    }
}

mod of_nothing {
    use super::*;

    #[test]
    fn the_table_goes_to_the_end() {
        check_everywhere(
            "[package]\nname = 'a'\n",
            "[package]\nname = 'a'\n\n[dependencies]\ndaytona-sdk = \"0.1\"\n",
        );
        check(
            "[package]\nname = 'a'\n\n",
            "[package]\nname = 'a'\n\n[dependencies]\ndaytona-sdk = \"0.1\"\n",
        );
        check_everywhere(
            "[package]\nname = 'a'\n# end\n",
            "[package]\nname = 'a'\n# end\n\n[dependencies]\ndaytona-sdk = \"0.1\"\n",
        );
        check(
            "package.name = 'a'\n",
            "package.name = 'a'\n\n[dependencies]\ndaytona-sdk = \"0.1\"\n",
        );
    }

    #[test]
    fn an_empty_file_gets_nothing_but_the_table() {
        check("", "[dependencies]\ndaytona-sdk = \"0.1\"\n");
        check(
            "\u{feff}",
            "\u{feff}[dependencies]\ndaytona-sdk = \"0.1\"\n",
        );
        check("\n", "\n[dependencies]\ndaytona-sdk = \"0.1\"\n");
        check(
            "# mine\n",
            "# mine\n\n[dependencies]\ndaytona-sdk = \"0.1\"\n",
        );
        check("# mine", "# mine\n\n[dependencies]\ndaytona-sdk = \"0.1\"");
    }

    #[test]
    fn tables_for_tests_builds_and_targets_come_after_it() {
        for header in [
            "dev-dependencies",
            "dev_dependencies",
            "build-dependencies",
            "build_dependencies",
            "dev-dependencies.clap",
            "target.'cfg(unix)'.dependencies",
            "target.'cfg(unix)'.dependencies.clap",
            "[target.'cfg(unix)'.x]",
        ] {
            let before = format!("[package]\nname = 'a'\n\n# more\n[{header}]\nb = '1'\n");
            let table = "[dependencies]\ndaytona-sdk = \"0.1\"\n\n# more\n";
            check_everywhere(&before, &before.replace("# more\n", table));
        }
    }

    #[test]
    fn tables_about_building_come_after_it_too() {
        for header in [
            "lints.rust",
            "profile.release",
            "patch.crates-io",
            "replace",
        ] {
            let before = format!("[package]\nname = 'a'\n\n# more\n[{header}]\nb = '1'\n");
            let table = "[dependencies]\ndaytona-sdk = \"0.1\"\n\n# more\n";
            check_everywhere(&before, &before.replace("# more\n", table));
        }
        check(
            "[profile.dev]\ndebug = 1\n\n[package]\nname = 'a'\n",
            "[profile.dev]\ndebug = 1\n\n[package]\nname = 'a'\n\n[dependencies]\ndaytona-sdk = \"0.1\"\n",
        );
    }

    #[test]
    fn other_tables_come_before_it() {
        for header in [
            "features",
            "workspace",
            "[bin]",
            "lib",
            "package.metadata.x",
            "badges",
        ] {
            let before = format!("[package]\nname = 'a'\n\n[{header}]\n");
            check_everywhere(
                &before,
                &format!("{before}\n[dependencies]\ndaytona-sdk = \"0.1\"\n"),
            );
        }
    }

    #[test]
    fn it_is_parted_by_blank_lines() {
        check_everywhere(
            "[package]\nname = 'a'\n[dev-dependencies]\n",
            "[package]\nname = 'a'\n\n[dependencies]\ndaytona-sdk = \"0.1\"\n\n[dev-dependencies]\n",
        );
        check(
            "[dev-dependencies]\n",
            "[dependencies]\ndaytona-sdk = \"0.1\"\n\n[dev-dependencies]\n",
        );
    }

    #[test]
    fn a_comment_of_the_next_table_stays_with_it_whatever_is_above() {
        check(
            "[package]\ndescription = '''\n# '''\n# a\n# b\n[dev-dependencies]\n",
            "[package]\ndescription = '''\n# '''\n\n[dependencies]\ndaytona-sdk = \"0.1\"\n\n# a\n# b\n[dev-dependencies]\n",
        );
        check(
            "[package]\ndescription = '''\n# '''\n[dev-dependencies]\n",
            "[package]\ndescription = '''\n# '''\n\n[dependencies]\ndaytona-sdk = \"0.1\"\n\n[dev-dependencies]\n",
        );
        check(
            "[package]\nkeywords = [\n# a\n]\n[dev-dependencies]\n",
            "[package]\nkeywords = [\n# a\n]\n\n[dependencies]\ndaytona-sdk = \"0.1\"\n\n[dev-dependencies]\n",
        );
    }

    #[test]
    fn tables_beside_dotted_keys_for_tests_come_after_it() {
        check_everywhere(
            "dev-dependencies.a = '1'\n\n[dev-dependencies.b]\nversion = '1'\n",
            "dev-dependencies.a = '1'\n\n[dependencies]\ndaytona-sdk = \"0.1\"\n\n[dev-dependencies.b]\nversion = '1'\n",
        );
    }

    #[test]
    fn dotted_and_inline_tables_for_tests_stay_at_the_root() {
        check(
            "dev-dependencies.a = '1'\n[package]\nname = 'a'\n",
            "dev-dependencies.a = '1'\n[package]\nname = 'a'\n\n[dependencies]\ndaytona-sdk = \"0.1\"\n",
        );
        check(
            "dev-dependencies = { a = '1' }\n",
            "dev-dependencies = { a = '1' }\n\n[dependencies]\ndaytona-sdk = \"0.1\"\n",
        );
    }
}

mod what_is_written {
    use super::*;

    #[track_caller]
    fn check_entry(package: Option<&str>, source: Source, entry: &str, sub_table: &str) {
        let new = NewDependency {
            key: "sdk".to_owned(),
            package: package.map(str::to_owned),
            source,
            version: None,
            feature: None,
        };
        assert_eq!(new.entry(), entry);
        check_new(
            &new,
            "[dependencies]\n",
            &format!("[dependencies]\n{entry}\n"),
        );
        let before = "[dependencies.a]\nversion = '1'\n";
        check_new(
            &new,
            before,
            &format!("{before}\n[dependencies.sdk]\n{sub_table}"),
        );
        let inline = entry.replace("sdk.workspace = true", "sdk = { workspace = true }");
        check_new(
            &new,
            "dependencies = {}",
            &format!("dependencies = {{ {inline} }}"),
        );
        check_new(
            &new,
            "dependencies.a = '1'\n",
            &format!("dependencies.a = '1'\ndependencies.{entry}\n"),
        );
    }

    #[test]
    fn every_source_has_its_fields() {
        let registry = |registry: Option<(&'static str, &str)>| Source::Registry {
            requirement: "0.1".to_owned(),
            registry: registry.map(|(key, value)| (key, value.to_owned())),
        };
        let git = |pin: Option<(&'static str, &str)>| Source::Git {
            url: "https://g.example/r".to_owned(),
            pin: pin.map(|(key, value)| (key, value.to_owned())),
        };
        check_entry(None, registry(None), "sdk = \"0.1\"", "version = \"0.1\"\n");
        for key in ["registry", "registry-index"] {
            check_entry(
                None,
                registry(Some((key, "ours"))),
                &format!("sdk = {{ version = \"0.1\", {key} = \"ours\" }}"),
                &format!("version = \"0.1\"\n{key} = \"ours\"\n"),
            );
        }
        check_entry(
            Some("daytona-sdk"),
            registry(None),
            "sdk = { package = \"daytona-sdk\", version = \"0.1\" }",
            "package = \"daytona-sdk\"\nversion = \"0.1\"\n",
        );
        check_entry(
            None,
            Source::Path("../sdk".to_owned()),
            "sdk = { path = \"../sdk\" }",
            "path = \"../sdk\"\n",
        );
        check_entry(
            None,
            git(None),
            "sdk = { git = \"https://g.example/r\" }",
            "git = \"https://g.example/r\"\n",
        );
        for pin in ["branch", "tag", "rev"] {
            check_entry(
                None,
                git(Some((pin, "x"))),
                &format!("sdk = {{ git = \"https://g.example/r\", {pin} = \"x\" }}"),
                &format!("git = \"https://g.example/r\"\n{pin} = \"x\"\n"),
            );
        }
        check_entry(
            None,
            Source::Workspace,
            "sdk.workspace = true",
            "workspace = true\n",
        );
    }

    #[test]
    fn strings_and_keys_are_quoted_as_needed() {
        let path = |path: &str| NewDependency {
            key: "sdk".to_owned(),
            package: None,
            source: Source::Path(path.to_owned()),
            version: None,
            feature: None,
        };
        assert_eq!(path("a \"b\"").entry(), "sdk = { path = 'a \"b\"' }");
        assert_eq!(path("C:\\a").entry(), "sdk = { path = 'C:\\a' }");
        assert_eq!(path("a\nb").entry(), "sdk = { path = \"\"\"\na\nb\"\"\" }");
        let odd = NewDependency::of_registry("a b", "1");
        check_new(
            &odd,
            "[dependencies]\n",
            "[dependencies]\n\"a b\" = \"1\"\n",
        );
        check_new(
            &odd,
            "dependencies.c = '1'\n",
            "dependencies.\"a b\" = \"1\"\ndependencies.c = '1'\n",
        );
        check_new(
            &odd,
            "[dependencies.c]\n",
            "[dependencies.\"a b\"]\nversion = \"1\"\n\n[dependencies.c]\n",
        );
    }

    #[test]
    fn an_inherited_entry_is_aligned_by_its_whole_key() {
        let new = NewDependency {
            key: "sdk".to_owned(),
            package: None,
            source: Source::Workspace,
            version: None,
            feature: None,
        };
        check_new(
            &new,
            "[dependencies]\na.workspace       = true\nruntime.workspace = true\n",
            "[dependencies]\na.workspace       = true\nruntime.workspace = true\nsdk.workspace     = true\n",
        );
    }

    #[test]
    fn another_entry_can_be_followed() {
        let like = |manifest: &str, workspace: Option<&str>| {
            let workspace = workspace.map(parse);
            let found = find_dependency(&parse(manifest), workspace.as_ref(), "daytona-sdk");
            let Ok(DependencyState::Elsewhere { declared, .. }) = found else {
                panic!("it is not elsewhere");
            };
            NewDependency::like(&declared)
        };
        let check = |fields: &str, entry: &str| {
            let manifest = format!("[dev-dependencies]\n{fields}\n");
            assert_eq!(like(&manifest, None).entry(), entry);
        };
        check("daytona-sdk = '0.1'", "daytona-sdk = \"0.1\"");
        check(
            "daytona-sdk = { path = 'a', features = ['b'], optional = true }",
            "daytona-sdk = { path = \"a\" }",
        );
        check("daytona_sdk = '0.1'", "daytona_sdk = \"0.1\"");
        check(
            "sdk = { package = 'daytona-sdk', git = 'u', tag = 't' }",
            "sdk = { package = \"daytona-sdk\", git = \"u\", tag = \"t\" }",
        );
        check(
            "sdk = { package = 'daytona-sdk' }",
            "sdk = { package = \"daytona-sdk\", version = \"*\" }",
        );
        let inherited = like(
            "[dev-dependencies]\nsdk.workspace = true\n",
            Some("[workspace.dependencies]\nsdk = { package = 'daytona-sdk', path = 'a' }\n"),
        );
        assert_eq!(inherited.entry(), "sdk.workspace = true");
        assert_eq!(inherited.import_name(), "sdk");
    }
}

mod refused {
    use super::*;

    #[track_caller]
    fn check(text: &str, expect: &str) {
        let new = NewDependency::of_registry("daytona-sdk", "0.1");
        let problem = insert_dependency(&parse(text), &new).expect_err("it is refused");
        let place = problem
            .position
            .map_or(String::new(), |position| format!(" at {position}"));
        let help = problem.help.unwrap_or_default();
        assert_eq!(format!("{}{place}; {help}", problem.message), expect);
    }

    #[test]
    fn what_is_no_table() {
        let expect = "`dependencies` is not a table at 1:1; write it as `[dependencies]` with one entry a line";
        check("dependencies = 'none'\n", expect);
        check("dependencies = [{ a = '1' }]\n", expect);
        check("[[dependencies]]\n", &expect.replace("1:1", "1:3"));
    }

    #[test]
    fn a_key_that_is_there() {
        check(
            "[dependencies]\ndaytona-sdk = { package = 'other' }\n",
            "there is a dependency `daytona-sdk` already at 2:1; rename it, then run the command again",
        );
    }
}

#[test]
fn only_the_new_entry_may_differ() {
    let new = NewDependency::of_registry("b", "1");
    let check = |before: &str, after: &str, expect: bool| {
        let edit = TextEdit::replace(0..before.len(), after);
        let entry = inserted(&parse(before), Section::Package, edit, &new);
        assert_eq!(entry.is_some(), expect, "{before} -> {after}");
    };
    check("", "[dependencies]\nb = '1'\n", true);
    check(
        "x = [1, 2.5, nan, true, 1979-05-27, { y = 1 }]\n",
        "x = [1, 2.5, nan, true, 1979-05-27, { y = 1 }]\ndependencies.b = '1'\n",
        true,
    );
    check(
        "[[x]]\na = 1\n",
        "[[x]]\na = 1\n[dependencies]\nb = '1'\n",
        true,
    );
    check("[dependencies]\n", "[dependencies]\nb = '1'\n", true);

    check("", "", false);
    check("", "[dependencies]\nb = '1'\nc =\n", false);
    check("", "dependencies = 'b'\n", false);
    check("", "[dependencies]\nc = '1'\n", false);
    check("", "[dependencies]\nb = '2'\n", false);
    check(
        "",
        "[dependencies]\nb = { version = '1', package = 'c' }\n",
        false,
    );
    check("", "[dependencies]\nb = '1'\nc = '1'\n", false);
    check("", "a = 1\n[dependencies]\nb = '1'\n", false);
    check("a = 1\n", "[dependencies]\nb = '1'\n", false);
    check("dependencies.a = '1'\n", "dependencies.b = '1'\n", false);
    for (one, other) in [
        ("1", "2"),
        ("1", "'1'"),
        ("1", "1.0"),
        ("'a'", "'b'"),
        ("1.0", "1.5"),
        ("true", "false"),
        ("1979-05-27", "1979-05-28"),
        ("[1]", "[2]"),
        ("[1]", "[1, 1]"),
        ("{ a = 1 }", "{ a = 2 }"),
        ("{ a = 1 }", "{ b = 1 }"),
        ("{ a = 1 }", "{ a = 1, b = 1 }"),
    ] {
        let manifest =
            |value: &str, more: &str| format!("x = {value}\n[dependencies]\na = '1'\n{more}");
        check(&manifest(one, ""), &manifest(one, "b = '1'\n"), true);
        check(&manifest(one, ""), &manifest(other, "b = '1'\n"), false);
    }
    check(
        "[[x]]\na = 1\n",
        "[[x]]\na = 2\n[dependencies]\nb = '1'\n",
        false,
    );
    check("[[x]]\n", "[[x]]\n[[x]]\n[dependencies]\nb = '1'\n", false);
}

mod taken_out {
    use super::*;

    #[track_caller]
    fn check_out(text: &str, expect: &str) {
        let edit = remove_dependency(&parse(text), "daytona-sdk").expect("it can be taken out");
        assert_eq!(edit.apply(text), expect);
    }

    #[test]
    fn what_is_not_there_is_not_missed() {
        check_out("", "");
        check_out("[dependencies]\n", "[dependencies]\n");
        check_out(
            "[dev-dependencies]\ndaytona-sdk = '1'\n",
            "[dev-dependencies]\ndaytona-sdk = '1'\n",
        );
    }

    #[test]
    fn its_line_goes_and_comments_above_stay() {
        check_out(
            "[dependencies]\n# sandboxes\n  daytona-sdk = { version = '1', features = [\n  'a', # why\n] } # mine\nserde = '1'\n",
            "[dependencies]\n# sandboxes\nserde = '1'\n",
        );
        check_out(
            "[dependencies]\na = '1'\n\ndaytona-sdk = '1'\n\nb = '1'\n",
            "[dependencies]\na = '1'\n\nb = '1'\n",
        );
    }

    #[test]
    fn all_its_dotted_lines_go() {
        check_out(
            "[dependencies]\ndaytona-sdk.version = '1'\na = '1'\ndaytona-sdk.features = ['x']\n",
            "[dependencies]\na = '1'\n",
        );
        check_out(
            "dependencies.a = '1'\ndependencies.daytona-sdk.version = '1'\n",
            "dependencies.a = '1'\n",
        );
    }

    #[test]
    fn its_table_goes_with_what_is_in_it() {
        check_out(
            "[dependencies.daytona-sdk]\nversion = '1' # why\n\n# b\n[dependencies.b]\nversion = '1'\n",
            "# b\n[dependencies.b]\nversion = '1'\n",
        );
        check_out(
            "[dependencies]\na = '1'\n\n[dependencies.daytona-sdk]\nversion = '1'\n",
            "[dependencies]\na = '1'\n",
        );
    }

    #[test]
    fn it_leaves_the_braces() {
        check_out(
            "dependencies = { a = '1', daytona-sdk = { version = '1' }, b = '1' }\n",
            "dependencies = { a = '1', b = '1' }\n",
        );
        check_out(
            "dependencies = {\n  a = '1',\n  daytona-sdk = '1' # why\n}\n",
            "dependencies = {\n  a = '1'\n}\n",
        );
    }

    #[test]
    fn the_table_goes_if_nothing_else_is_in_it() {
        check_out(
            "[package]\nname = 'a'\n\n[dependencies]\ndaytona-sdk = { path = '../a' }\n\n[features]\n",
            "[package]\nname = 'a'\n\n[features]\n",
        );
        for comment in [
            "[dependencies] # mine\n{}",
            "[dependencies]\n# mine\n{}",
            "[dependencies]\n{}# mine\n",
        ] {
            check_out(
                &comment.replace("{}", "daytona-sdk = '1'\n"),
                &comment.replace("{}", ""),
            );
        }
    }

    #[test]
    fn what_is_entwined_with_something_else_is_refused() {
        let text = "[dependencies.daytona-sdk]\nversion = '1'\n[a]\n[dependencies.daytona-sdk.b]\n";
        let problem =
            remove_dependency(&parse(text), "daytona-sdk").expect_err("it is in two parts");
        assert_eq!(
            format!("{problem}; {}", problem.help.clone().unwrap_or_default()),
            "cannot take `daytona-sdk` alone out of the manifest; remove `daytona-sdk` from `[dependencies]`, then run the command again",
        );
        assert_eq!(problem.position.map(|position| position.line), Some(1));
    }
}
