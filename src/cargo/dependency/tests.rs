use super::*;

/// Checks what is found of `daytona-sdk` in the manifest of a package on its own.
#[track_caller]
fn check(manifest: &str, expect: &str) {
    check_member(manifest, None, expect);
}

/// The same in a member of a workspace.
#[track_caller]
fn check_member(manifest: &str, workspace: Option<&str>, expect: &str) {
    let manifest = parse(manifest);
    let workspace = workspace.map(parse);
    let found = find_dependency(&manifest, workspace.as_ref(), "daytona-sdk");
    let found = match found {
        Ok(DependencyState::Missing) => "missing".to_owned(),
        Ok(DependencyState::Present(declared)) => describe(&declared),
        Ok(DependencyState::Elsewhere { tables, declared }) => {
            format!("only {}: {}", tables.join(" + "), describe(&declared))
        }
        Err(problem) => format!("{}{}", problem.message, place(problem.position)),
    };
    assert_eq!(found, expect, "in\n{}", manifest.text());
}

fn describe(declared: &Declared) -> String {
    let mut words = vec![format!("`{}`", declared.key)];
    if declared.package != declared.key {
        words.push(format!("is {}", declared.package));
    }
    words.push(format!("imported as {}", declared.import_name));
    words.push(match &declared.source {
        Source::Registry {
            requirement,
            registry,
        } => {
            let registry = registry.as_ref().map_or("default", |(_, name)| name);
            format!("from registry {registry} {requirement}")
        }
        Source::Path(path) => format!("from path {path}"),
        Source::Git { url, pin: None } => format!("from git {url}"),
        Source::Git {
            url,
            pin: Some((key, value)),
        } => format!("from git {url} {key} {value}"),
        Source::Workspace => "from an unknown workspace".to_owned(),
    });
    if declared.origin == Origin::Workspace {
        words.push("by the workspace".to_owned());
    }
    if declared.optional {
        words.push("optional".to_owned());
    }
    words.join(" ") + &place(declared.position)
}

fn place(position: Option<Position>) -> String {
    position.map_or(String::new(), |position| format!(" at {position}"))
}

fn parse(text: &str) -> Manifest {
    Manifest::parse(text.to_owned()).expect("the test holds TOML")
}

mod in_the_table {
    use super::*;

    #[test]
    fn every_shape_of_entry_is_present() {
        let expect = "`daytona-sdk` imported as daytona_sdk from registry default 0.1 at";
        let check =
            |manifest: &str, position: &str| check(manifest, &format!("{expect} {position}"));
        check("[dependencies]\ndaytona-sdk = '0.1'\n", "2:1");
        check(
            "[dependencies]\n  daytona-sdk = { version = '0.1' }\n",
            "2:3",
        );
        check(
            "[dependencies]\ndaytona-sdk = { version = '0.1', default-features = false, features = ['x'] }\n",
            "2:1",
        );
        check("[dependencies]\ndaytona-sdk.version = '0.1'\n", "2:1");
        check(
            "[dependencies]\ndaytona-sdk.features = []\nserde = '1'\ndaytona-sdk.version = '0.1'\n",
            "2:1",
        );
        check("[dependencies.daytona-sdk]\nversion = '0.1'\n", "1:15");
        check("dependencies.daytona-sdk = '0.1'\n", "1:14");
        check("dependencies.daytona-sdk.version = '0.1'\n", "1:14");
        check("dependencies = { daytona-sdk = '0.1' }\n", "1:18");
        check("dependencies = { daytona-sdk.version = '0.1' }\n", "1:18");
        check(
            "dependencies = {\n  serde = '1', # first\n  daytona-sdk = '0.1',\n}\n",
            "3:3",
        );
        check("['dependencies']\ndaytona-sdk = '0.1'\n", "2:1");
        check("\u{feff}[dependencies]\r\ndaytona-sdk = '0.1'\r\n", "2:1");
        check("[dependencies]\ndaytona-sdk = '''0.1'''", "2:1");
    }

    #[test]
    fn quoted_and_escaped_keys_are_the_same_key() {
        let expect = "`daytona-sdk` imported as daytona_sdk from registry default 0.1 at 2:1";
        check("[dependencies]\n\"daytona-sdk\" = '0.1'\n", expect);
        check("[dependencies]\n'daytona-sdk' = '0.1'\n", expect);
        check("[dependencies]\n\"daytona\\u002dsdk\" = '0.1'\n", expect);
        check("[\"dep\\u0065ndencies\"]\ndaytona-sdk = '0.1'\n", expect);
    }

    #[test]
    fn the_other_spelling_of_the_name_is_the_same_package() {
        check(
            "[dependencies]\ndaytona_sdk = '0.1'\n",
            "`daytona_sdk` imported as daytona_sdk from registry default 0.1 at 2:1",
        );
        check(
            "[dependencies]\nsdk = { package = 'daytona_sdk', version = '0.1' }\n",
            "`sdk` is daytona_sdk imported as sdk from registry default 0.1 at 2:1",
        );
    }

    #[test]
    fn a_renamed_dependency_is_found_by_its_package() {
        let expect = "`my-sdk` is daytona-sdk imported as my_sdk from registry default 0.1 at 2:1";
        check(
            "[dependencies]\nmy-sdk = { package = 'daytona-sdk', version = '0.1' }\n",
            expect,
        );
        check(
            "[dependencies]\nmy-sdk.package = 'daytona-sdk'\nmy-sdk.version = '0.1'\n",
            expect,
        );
        check(
            "[dependencies.my-sdk]\npackage = 'daytona-sdk'\nversion = '0.1'\n",
            &expect.replace("2:1", "1:15"),
        );
    }

    #[test]
    fn an_optional_one_says_so() {
        check(
            "[dependencies]\ndaytona-sdk = { version = '0.1', optional = true }\n",
            "`daytona-sdk` imported as daytona_sdk from registry default 0.1 optional at 2:1",
        );
    }

    #[test]
    fn its_source_is_told() {
        let check = |fields: &str, expect: &str| {
            check(
                &format!("[dependencies]\ndaytona-sdk = {{ {fields} }}\n"),
                &format!("`daytona-sdk` imported as daytona_sdk from {expect} at 2:1"),
            );
        };
        check("path = '../sdk'", "path ../sdk");
        check("path = '../sdk', version = '0.1'", "path ../sdk");
        check("git = 'https://g.example/r'", "git https://g.example/r");
        check("git = 'u', branch = 'b'", "git u branch b");
        check("git = 'u', tag = 't', version = '0.1'", "git u tag t");
        check("git = 'u', rev = 'r'", "git u rev r");
        check("version = '0.1', registry = 'ours'", "registry ours 0.1");
        check(
            "version = '0.1', registry-index = 'https://r.example'",
            "registry https://r.example 0.1",
        );
        check("features = []", "registry default *");
    }
}

mod inherited {
    use super::*;

    const MEMBER: &str = "[dependencies]\ndaytona-sdk.workspace = true\n";

    #[test]
    fn the_workspace_describes_it() {
        let expect = "`daytona-sdk` imported as daytona_sdk from registry default 0.1 by the workspace at 2:1";
        for workspace in [
            "[workspace.dependencies]\ndaytona-sdk = '0.1'\n",
            "[workspace]\ndependencies = { daytona-sdk = { version = '0.1' } }\n",
            "workspace.dependencies.daytona-sdk.version = '0.1'\n",
        ] {
            check_member(MEMBER, Some(workspace), expect);
            let inline = "[dependencies]\ndaytona-sdk = { workspace = true, features = ['x'] }\n";
            check_member(inline, Some(workspace), expect);
        }
    }

    #[test]
    fn the_workspace_may_rename_it() {
        check_member(
            "[dependencies]\nsdk = { workspace = true, optional = true }\n",
            Some("[workspace.dependencies]\nsdk = { package = 'daytona-sdk', path = 'sdk' }\n"),
            "`sdk` is daytona-sdk imported as sdk from path sdk by the workspace optional at 2:1",
        );
    }

    #[test]
    fn a_key_of_the_workspace_may_be_another_package() {
        check_member(
            MEMBER,
            Some("[workspace.dependencies]\ndaytona-sdk = { package = 'other', version = '1' }\n"),
            "the dependency `daytona-sdk` is the package `other`, so that `daytona-sdk` cannot be added at 2:1",
        );
    }

    #[test]
    fn without_an_offer_the_key_says_what_it_is() {
        let expect = "`daytona-sdk` imported as daytona_sdk from an unknown workspace at 2:1";
        check(MEMBER, expect);
        check_member(MEMBER, Some("[workspace]\n"), expect);
        check_member(MEMBER, Some("[workspace]\ndependencies = 'none'\n"), expect);
    }

    #[test]
    fn an_offer_alone_is_no_dependency() {
        let root = "[package]\nname = 'a'\n[workspace.dependencies]\ndaytona-sdk = '0.1'\n";
        check_member(root, Some(root), "missing");
    }
}

mod elsewhere {
    use super::*;

    #[test]
    fn tables_that_plain_code_cannot_use_are_named() {
        let check = |header: &str, name: &str| {
            let manifest =
                format!("[dependencies]\nserde = '1'\n[{header}]\ndaytona-sdk = '0.1'\n");
            let expect = "`daytona-sdk` imported as daytona_sdk from registry default 0.1 at 4:1";
            check(&manifest, &format!("only {name}: {expect}"));
        };
        check("dev-dependencies", "dev-dependencies");
        check("dev_dependencies", "dev_dependencies");
        check("build-dependencies", "build-dependencies");
        check("build_dependencies", "build_dependencies");
        check(
            "target.x86_64-unknown-linux-gnu.dependencies",
            "target.'x86_64-unknown-linux-gnu'.dependencies",
        );
        check(
            "target.\"cfg(unix)\".dependencies",
            "target.'cfg(unix)'.dependencies",
        );
        check(
            "target.'cfg(unix)'.dev-dependencies",
            "target.'cfg(unix)'.dev-dependencies",
        );
        check(
            "target.'cfg(unix)'.build-dependencies",
            "target.'cfg(unix)'.build-dependencies",
        );
    }

    #[test]
    fn the_first_of_several_tells_how() {
        check(
            "[build-dependencies]\ndaytona-sdk.path = 'b'\n[dev-dependencies]\nsdk = { package = 'daytona-sdk', path = 'd' }\n",
            "only dev-dependencies + build-dependencies: `sdk` is daytona-sdk imported as sdk from path d at 4:1",
        );
    }

    #[test]
    fn they_inherit_too() {
        check_member(
            "[dev-dependencies]\nsdk.workspace = true\n",
            Some("[workspace.dependencies]\nsdk = { package = 'daytona-sdk', version = '0.1' }\n"),
            "only dev-dependencies: `sdk` is daytona-sdk imported as sdk from registry default 0.1 by the workspace at 2:1",
        );
    }

    #[test]
    fn a_plain_one_comes_first() {
        check(
            "[dev-dependencies]\ndaytona-sdk = '0.2'\n[dependencies]\ndaytona-sdk = '0.1'\n",
            "`daytona-sdk` imported as daytona_sdk from registry default 0.1 at 4:1",
        );
    }

    #[test]
    fn what_is_wrong_there_is_left_to_cargo() {
        check("[dev-dependencies]\ndaytona-sdk = 1\n", "missing");
        check("dev-dependencies = 'none'\ntarget = 1\n", "missing");
        check("target.x = 1\n", "missing");
        check(
            "[dev-dependencies]\na = 1\ndaytona-sdk = '0.1'\n",
            "only dev-dependencies: `daytona-sdk` imported as daytona_sdk from registry default 0.1 at 3:1",
        );
    }
}

#[test]
fn look_alikes_are_no_dependencies() {
    check("", "missing");
    check("[dependencies]\n", "missing");
    check("dependencies = {}\n", "missing");
    check("[dependencies]\n# daytona-sdk = '0.1'\n", "missing");
    check(
        "[dependencies]\nserde = '''\ndaytona-sdk = '0.1'\n'''\n",
        "missing",
    );
    check(
        "[package.metadata.dependencies]\ndaytona-sdk = '0.1'\n",
        "missing",
    );
    check("[package.metadata]\ndaytona-sdk = '0.1'\n", "missing");
    check(
        "[patch.crates-io]\ndaytona-sdk = { path = 'sdk' }\n",
        "missing",
    );
    check(
        "[replace]\n'daytona-sdk:0.1.0' = { path = 'sdk' }\n",
        "missing",
    );
    check("[features]\ndaytona-sdk = ['dep:serde']\n", "missing");
    check("[badges.dependencies]\ndaytona-sdk = '0.1'\n", "missing");
    check(
        "[dependencies]\ndaytona-sdk-extras = '0.1'\nmy-daytona-sdk = '0.1'\nDaytona-SDK = '0.1'\n",
        "missing",
    );
    check(
        "[dependencies.serde]\nversion = '1'\ndaytona-sdk = '0.1'\n",
        "missing",
    );
}

mod taken {
    use super::*;

    #[test]
    fn the_key_may_be_another_package() {
        let message = "the dependency `daytona-sdk` is the package `other`, so that `daytona-sdk` cannot be added";
        let check =
            |manifest: &str, position: &str| check(manifest, &format!("{message} at {position}"));
        check(
            "[dependencies]\ndaytona-sdk = { package = 'other', version = '1' }\n",
            "2:1",
        );
        check("[dependencies.daytona-sdk]\npackage = 'other'\n", "1:15");
        check(
            "[dev-dependencies]\ndaytona-sdk = { package = 'other', version = '1' }\n",
            "2:1",
        );
        check(
            "[target.'cfg(unix)'.dependencies]\ndaytona-sdk.package = 'other'\n",
            "2:1",
        );
    }

    #[test]
    fn the_name_in_code_may_be_another_package() {
        check(
            "[dependencies]\ndaytona_sdk = { package = 'other', version = '1' }\n",
            "the dependency `daytona_sdk` is the package `other`, so that `daytona-sdk` cannot be added at 2:1",
        );
    }

    #[test]
    fn no_harm_is_done_when_it_is_present_under_another_name() {
        check(
            "[dependencies]\ndaytona-sdk = { package = 'other', version = '1' }\nsdk = { package = 'daytona-sdk', version = '0.1' }\n",
            "`sdk` is daytona-sdk imported as sdk from registry default 0.1 at 3:1",
        );
    }

    #[test]
    fn the_way_out_is_told() {
        let manifest =
            parse("[dependencies]\ndaytona-sdk = { package = 'other', version = '1' }\n");
        let problem = find_dependency(&manifest, None, "daytona-sdk").unwrap_err();
        assert_eq!(
            problem.help.unwrap_or_default(),
            "rename that dependency, or add `daytona-sdk` under another name with `package = \"daytona-sdk\"`"
        );
    }
}

#[test]
fn wrong_types_are_told_with_their_place() {
    check("dependencies = 1\n", "`dependencies` is not a table at 1:1");
    check(
        "dependencies = ['a']\n",
        "`dependencies` is not a table at 1:1",
    );
    check(
        "[package]\n[[dependencies]]\na = '1'\n",
        "`dependencies` is not a table at 2:3",
    );
    check(
        "[dependencies]\na = 1\n",
        "the dependency `a` is neither a version nor a table at 2:1",
    );
    check(
        "[dependencies]\na = ['1']\n",
        "the dependency `a` is neither a version nor a table at 2:1",
    );
    check(
        "[[dependencies.a]]\nversion = '1'\n",
        "the dependency `a` is neither a version nor a table at 1:16",
    );
    check(
        "dependencies = { a = true }\n",
        "the dependency `a` is neither a version nor a table at 1:18",
    );
}

#[test]
fn all_tables_are_listed_together() {
    let manifest = parse(
        "[dependencies]\na = '1'\nb = 2\n[build-dependencies]\nc.path = 'c'\n[target.x.dev-dependencies]\nd.workspace = true\n",
    );
    let workspace = parse("[workspace.dependencies]\nd = { git = 'u' }\n");
    let found = all_dependencies(&manifest, Some(&workspace));
    let found = found.map(|found| describe(&found)).collect::<Vec<_>>();
    let expect = [
        "`a` imported as a from registry default 1",
        "`c` imported as c from path c",
        "`d` imported as d from git u by the workspace",
    ];
    assert_eq!(found, expect);
    let none = parse("dependencies = 1\n");
    assert_eq!(all_dependencies(&none, None).count(), 0);
}

#[test]
fn a_workspace_offers_packages() {
    let check = |workspace: &str, expect: Option<&str>| {
        let found = workspace_offers(&parse(workspace), "daytona-sdk");
        assert_eq!(
            found.as_ref().map(describe).as_deref(),
            expect,
            "in\n{workspace}"
        );
    };
    check(
        "[workspace.dependencies]\ndaytona-sdk = '0.1'\n",
        Some(
            "`daytona-sdk` imported as daytona_sdk from registry default 0.1 by the workspace at 2:1",
        ),
    );
    check(
        "[workspace.dependencies]\nserde = '1'\nsdk = { package = 'daytona-sdk', path = 'p' }\n",
        Some("`sdk` is daytona-sdk imported as sdk from path p by the workspace at 3:1"),
    );
    check(
        "[workspace.dependencies]\ndaytona-sdk = { package = 'other', version = '1' }\n",
        None,
    );
    check("[workspace.dependencies]\ndaytona-sdk = 1\n", None);
    check("[workspace]\n", None);
    check("[dependencies]\ndaytona-sdk = '0.1'\n", None);
}

#[test]
fn siblings_lie_beside_each_other() {
    let check = |path: &str, expect: &str| {
        let sibling = Source::Path(path.to_owned()).sibling("daytona-sdk");
        assert_eq!(
            sibling,
            Some(Source::Path(expect.to_owned())),
            "beside `{path}`"
        );
    };
    check("../flue-runtime", "../daytona-sdk");
    check("../flue-runtime/", "../daytona-sdk");
    check("../flue-runtime//", "../daytona-sdk");
    check("crates/flue-runtime", "crates/daytona-sdk");
    check("flue-runtime", "daytona-sdk");
    check("./flue-runtime", "./daytona-sdk");
    check("/abs/flue-runtime", "/abs/daytona-sdk");
    check("/flue-runtime", "/daytona-sdk");
    check("..\\crates\\flue-runtime\\", "../crates/daytona-sdk");
    check("C:\\flue\\runtime", "C:/flue/daytona-sdk");
    check("..", "../../daytona-sdk");
    check("../..", "../../../daytona-sdk");
    check("../", "../../daytona-sdk");
    check(".", "./../daytona-sdk");
    check("../flue-runtime/.", "../flue-runtime/./../daytona-sdk");
    check("", "../daytona-sdk");
}

#[test]
fn a_repository_holds_siblings_and_a_registry_does_not() {
    for pin in [
        None,
        Some(("branch", "b".to_owned())),
        Some(("tag", "t".to_owned())),
        Some(("rev", "r".to_owned())),
    ] {
        let git = Source::Git {
            url: "u".to_owned(),
            pin,
        };
        assert_eq!(git.sibling("daytona-sdk").as_ref(), Some(&git));
    }
    for registry in [None, Some(("registry", "ours".to_owned()))] {
        let registry = Source::Registry {
            requirement: "1".to_owned(),
            registry,
        };
        assert_eq!(registry.sibling("daytona-sdk"), None);
    }
    assert_eq!(Source::Workspace.sibling("daytona-sdk"), None);
}

#[test]
fn requirements_may_let_in_what_the_adapter_is_written_for() {
    let check = |requirement: &str, expect: bool| {
        assert_eq!(
            requirement_allows(requirement, "0.1.2"),
            expect,
            "`{requirement}`"
        );
    };
    for requirement in [
        "0.1",
        "0.1.0",
        "0.1.2",
        "0.1.9",
        "^0.1",
        "~0.1",
        "~0.1.7",
        "=0.1.2",
        "=0.1.9",
        "=0.1",
        "*",
        "0",
        "0.*",
        "0.1.*",
        ">0.0.9",
        ">=0.1",
        ">=0.1, <0.3",
        ">=0.0.3, <0.2",
        "<1",
        "<0.2",
        "<=0.1.2",
        "<=0.1.9",
        ">0.1.2",
        ">0.1.2, <0.2",
        ">0.1.6, <0.1.8",
        " 0.1 ",
    ] {
        check(requirement, true);
    }
    for requirement in [
        "0.0.9",
        "0.0",
        "^0.0",
        "=0.1.1",
        "<0.1",
        "<0.1.2",
        "<=0.1.1",
        "0.2",
        "^0.2.1",
        "1",
        ">0.1",
        ">=0.2",
        "~0.0.9",
        ">=0.2, <0.3",
        "1.*",
    ] {
        check(requirement, false);
    }
    for invalid in [
        "",
        "latest",
        "0.1.2.3",
        ">",
        "1 2",
        "§",
        "99999999999999999999",
    ] {
        check(invalid, true);
    }
    assert!(requirement_allows("1", "1.4"));
    assert!(!requirement_allows("1, <1.4", "1.4"));
    assert!(!requirement_allows("0.1.0-alpha", "0.2"));
    assert!(requirement_allows("0.1.0-alpha", "0.1"));
    assert!(!requirement_allows("=0.1.0-alpha", "0.1"));
    assert!(requirement_allows("=0.1.0-alpha", "0.1.0-alpha"));
    assert!(requirement_allows(">0.1.0-alpha, <0.1.1", "0.1"));
    assert!(requirement_allows(">0", ">=0, <=1.0.0"));
    assert!(requirement_allows(">0.1", ">=0, <=0.2.0"));
    assert!(requirement_allows("<1", "<2"));
    assert!(requirement_allows(&format!("<={}.0.0", u64::MAX), "0.1"));
}
