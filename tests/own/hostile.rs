//! What no blueprint may do: each is refused with its file, and nothing is written.

use super::*;

const VERSION: &str = "flue-blueprints/sandbox/acme-box/1";

/// Checks that the blueprint of the team is refused after `change`, with each of `messages`.
fn refused(files: &[(&str, &str)], change: impl Fn(&Project), messages: &[&str]) {
    let project = Project::new(files).with_team();
    change(&project);
    let before = project.tree();
    for options in [&[][..], &["--overwrite"], &["--dry-run"], &["--check"]] {
        let said = project.says(&[&["add", "sandbox", "acme-box"], options].concat(), 1);
        for message in messages {
            assert!(said.contains(message), "{message:?} in {said}");
        }
    }
    project.says(&["list"], 1);
    before.expect_same(&project.tree()).unwrap();
}

/// The same where `from` in `file` becomes `to`.
fn edited(file: &str, from: &str, to: &str, messages: &[&str]) {
    let path = format!("{VERSION}/{file}");
    let change = |project: &Project| {
        let text = project.read(&path);
        assert!(text.contains(from), "{from:?} in {text}");
        project.write(&path, text.replacen(from, to, 1));
    };
    refused(&NPM, change, messages);
}

fn described(from: &str, to: &str, messages: &[&str]) {
    edited("blueprint.toml", from, to, messages);
}

#[test]
fn a_description_says_what_a_blueprint_says_and_nothing_else() {
    described("version = 1", "version = ", &["blueprint.toml:3:"]);
    described(
        "version = 1",
        "version = \"1\"",
        &["invalid type: string", "blueprint.toml:3:"],
    );
    described(
        "version = 1",
        "version = 0",
        &["counted from 1", "blueprint.toml:3:"],
    );
    described(
        "version = 1",
        "version = 2",
        &["version 2 is in the directory `1`"],
    );
    described(
        "version = 1",
        "version = 1\npostinstall = \"x\"",
        &["unknown field `postinstall`", "blueprint.toml:4:"],
    );
    described(
        "adapter = \"sandboxes/acme-box.ts\"\n",
        "",
        &["missing field `adapter`", "blueprint.toml:26:"],
    );
    described(
        "name = \"acme-box\"",
        "name = \"other\"",
        &["belongs into `flue-blueprints/sandbox/other`"],
    );
    described(
        "name = \"acme-box\"",
        "name = \"../x\"",
        &["`../x` is no name", "blueprint.toml:2:"],
    );
    described(
        "ACME_TOKEN",
        "PATH=x",
        &["`PATH=x` is no variable", "blueprint.toml:10:"],
    );
    described(
        "Run an agent's",
        "Run\\u001b[2J an agent's",
        &["a text is of one line"],
    );
    described(
        "\n[[ecosystem.npm.variant]]\nfactory = \"createSandbox\"",
        "\n[[ecosystem.npm.variants]]\nfactory = \"createSandbox\"",
        &["unknown field `variants`", "blueprint.toml:31:"],
    );
}

#[test]
fn a_package_comes_from_the_registry() {
    for range in [
        "file:../x",
        "git+ssh://x/y",
        "https://x/y.tgz",
        "npm:other@1",
        "latest",
        "",
    ] {
        let described = |to: &str, messages: &[&str]| described("\"^1.2.0\"", to, messages);
        described(
            &format!("\"{range}\""),
            &["is no range of versions", "blueprint.toml:28:"],
        );
    }
    described(
        "\"@acme/box\", requirement",
        "\"../box\", requirement",
        &["`../box` is no name of a package"],
    );
}

#[test]
fn an_adapter_in_rust_has_no_dependency_for_development() {
    described(
        "requirement = \"1\" }",
        "requirement = \"1\", development = true }",
        &[
            "an adapter in Rust cannot use a dependency for development",
            "blueprint.toml:17:",
        ],
    );
}

#[test]
fn an_adapter_goes_where_code_is_called() {
    let paths = [
        "../x.ts",
        "/tmp/x.ts",
        "a/../../x.ts",
        ".git/hooks/pre-commit",
        ".git/x.ts",
        ".github/workflows/x.yml",
        ".cargo/config.toml",
        ".vscode/tasks.json",
        ".idea/x.ts",
        ".husky/x.ts",
        "package.json",
        "vite.config.ts",
        "sandboxes/x.test.ts",
        "tests/x.ts",
        "node_modules/@flue/runtime/x.ts",
        "app.ts",
        "C:/x.ts",
    ];
    for path in paths {
        described(
            "\"sandboxes/acme-box.ts\"",
            &format!("\"{path}\""),
            &["blueprint.toml:29:"],
        );
    }
    for path in [
        "build.rs",
        "main.rs",
        "lib.rs",
        "bin/x.rs",
        "tests/x.rs",
        ".cargo/x.rs",
    ] {
        let change = |project: &Project| {
            let file = format!("{VERSION}/blueprint.toml");
            let text = project.read(&file).replace("sandboxes/acme_box.rs", path);
            project.write(&file, text);
        };
        refused(&CARGO, change, &["blueprint.toml:19:"]);
    }
}

#[test]
fn a_template_fills_in_names_and_no_more() {
    const TEMPLATE: &str = "npm/acme-box.ts.hbs";
    let template = |to: &str, messages: &[&str]| edited(TEMPLATE, "{{> factory}}", to, messages);
    template(
        "{{> nobody}}",
        &["there is no partial `nobody`", "acme-box.ts.hbs:5:1"],
    );
    template(
        "{{nobody}}",
        &["there is no `nobody` to fill in", "acme-box.ts.hbs:5:1"],
    );
    template(
        "{{#each this}}x{{/each}}",
        &[
            "`{{#each this}}` is not for blueprints",
            "acme-box.ts.hbs:5:1",
        ],
    );
    template("{{#with sdk}}x{{/with}}", &["is not for blueprints"]);
    template("{{lookup this \"sdk\"}}", &["is not for blueprints"]);
    template("{{log sdk}}", &["is not for blueprints"]);
    template("{{> (lookup this \"sdk\")}}", &["is not for blueprints"]);
    template("{{#*inline \"x\"}}x{{/inline}}", &["is not for blueprints"]);
    template("{{@root}}", &["is not for blueprints"]);
    template("{{sdk.length}}", &["is not for blueprints"]);
    template(
        "{{#if sdk}}{{else if sdk}}{{/if}}",
        &["`{{else if sdk}}` is not for blueprints"],
    );
    template("{{#if sdk}}x", &["npm/acme-box.ts.hbs"]);
    template("{{sdk", &["the tag has no end", "acme-box.ts.hbs:5:1"]);
    template(&"{{#if sdk}}".repeat(17), &["more than 16 blocks"]);
    template(
        &format!("{{{{#if {}}}}}", "(".repeat(300)),
        &["more than 200 characters"],
    );
    template("a\u{202e}b", &["cannot be seen", "acme-box.ts.hbs:5:2"]);
    template("a\u{1b}[2Jb", &["cannot be seen", "acme-box.ts.hbs:5:2"]);
    edited(
        TEMPLATE,
        "{{marker}}",
        "// {{marker}}",
        &["the first line is not `{{marker}}`", "acme-box.ts.hbs:1:1"],
    );
    described(
        "npm/acme-box.ts.hbs",
        "../../../x.hbs",
        &["there is no template `../../../x.hbs`"],
    );
    described(
        "npm/next-steps.txt.hbs",
        "/etc/passwd",
        &["there is no template `/etc/passwd`"],
    );
}

#[test]
fn partials_neither_call_themselves_nor_grow() {
    const PARTIAL: &str = "npm/partials/factory.ts.hbs";
    edited(
        PARTIAL,
        "export",
        "{{> factory}}\nexport",
        &[
            "the partial `factory` includes itself",
            "factory.ts.hbs:2:1",
        ],
    );
    let change = |project: &Project| {
        project.write(&format!("{VERSION}/{PARTIAL}"), "{{> other}}");
        project.write(
            &format!("{VERSION}/npm/partials/other.ts.hbs"),
            "{{> factory}}",
        );
    };
    refused(&NPM, change, &["includes itself", "other.ts.hbs:1:1"]);
    let change = |project: &Project| {
        project.write(&format!("{VERSION}/{PARTIAL}"), "{{> p0}}");
        for number in 0..60 {
            let next = format!("{{{{> p{}}}}}", number + 1);
            project.write(&format!("{VERSION}/npm/partials/p{number}.hbs"), next);
        }
        project.write(&format!("{VERSION}/npm/partials/p60.hbs"), "");
    };
    refused(&NPM, change, &["more than 16 partials lie in each other"]);
    // Each includes the next often, and the last is empty.
    let change = |project: &Project| {
        project.write(&format!("{VERSION}/{PARTIAL}"), "{{> p0}}");
        for number in 0..12 {
            let next = format!("{{{{> p{}}}}}", number + 1);
            project.write(
                &format!("{VERSION}/npm/partials/p{number}.hbs"),
                next.repeat(9),
            );
        }
        project.write(&format!("{VERSION}/npm/partials/p12.hbs"), "");
    };
    refused(&NPM, change, &["the template grows to more than 256 KiB"]);
}

#[test]
fn a_blueprint_is_small() {
    let text = "x".repeat(300 << 10);
    let change = |project: &Project| project.write(&format!("{VERSION}/npm/big.hbs"), &text);
    refused(&NPM, change, &["the file has 300 KiB", "big.hbs"]);
    let change = |project: &Project| {
        for number in 0..101 {
            project.write(&format!("{VERSION}/many/{number}.hbs"), "");
        }
    };
    refused(&NPM, change, &["more than 100 files"]);
    let change = |project: &Project| {
        for number in 0..5 {
            project.write(&format!("{VERSION}/{number}.hbs"), &text[..250 << 10]);
        }
    };
    refused(&NPM, change, &["1024 KiB at most"]);
    let change = |project: &Project| project.write(&format!("{VERSION}/a/b/c/d/e/x.hbs"), "");
    refused(&NPM, change, &["directories lie in each other"]);
    let change = |project: &Project| project.write(&format!("{VERSION}/npm/x.hbs"), b"\xff");
    refused(&NPM, change, &["not valid UTF-8", "x.hbs:1:1"]);
}

#[test]
fn a_blueprint_has_few_of_each_thing() {
    let packages =
        (0..21).map(|number| format!("{{ package = \"p{number}\", requirement = \"1\" }}"));
    let packages = packages.collect::<Vec<_>>().join(", ");
    let sdk = "{ package = \"@acme/box\", requirement = \"^1.2.0\" }";
    described(
        sdk,
        &format!("[{packages}]"),
        &["there are more packages than 20"],
    );
    let aliases = format!("[{}]", "\"a\", ".repeat(21));
    described(
        "[\"@acme/box\"]",
        &aliases,
        &["there are more variables or aliases than 20"],
    );
    let change = |project: &Project| {
        for number in 2..22 {
            project.write(&format!("flue-blueprints/sandbox/acme-box/{number}/x"), "");
        }
    };
    refused(&NPM, change, &["a blueprint has 20 versions at most"]);
}

#[test]
fn versions_follow_each_other() {
    let change = |project: &Project| {
        copy(
            &project.root().join(VERSION),
            &project.root().join("flue-blueprints/sandbox/acme-box/3"),
        );
        let file = "flue-blueprints/sandbox/acme-box/3/blueprint.toml";
        project.write(
            file,
            project.read(file).replace("version = 1", "version = 3"),
        );
    };
    refused(&NPM, change, &["version 2 is missing"]);
}

#[cfg(unix)]
#[test]
fn a_link_is_no_part_of_a_blueprint() {
    use std::os::unix::fs::symlink;
    let secret = tempfile::tempdir().unwrap();
    fs::write(secret.path().join("secret"), "x").unwrap();
    let change = |project: &Project| {
        let link = project.root().join(VERSION).join("npm/secret.hbs");
        symlink(secret.path().join("secret"), link).unwrap();
    };
    refused(
        &NPM,
        change,
        &["a link, and a blueprint has none", "secret.hbs"],
    );
    let change = |project: &Project| {
        let link = project.root().join(VERSION).join("npm/loop");
        symlink(project.root().join(VERSION), link).unwrap();
    };
    refused(&NPM, change, &["a link, and a blueprint has none", "loop"]);
    let change = |project: &Project| {
        let team = project.root().join("flue-blueprints");
        fs::rename(&team, project.root().join("elsewhere")).unwrap();
        symlink("elsewhere", team).unwrap();
    };
    refused(&NPM, change, &["it is not a directory"]);
}

#[cfg(unix)]
#[test]
fn a_pipe_is_not_waited_for() {
    let project = Project::new(&NPM).with_team();
    let fifo = project.root().join(VERSION).join("npm/fifo.hbs");
    let made = Command::new("mkfifo").arg(fifo).status().unwrap();
    assert!(made.success());
    let said = project.says(&["add", "sandbox", "acme-box"], 1);
    assert!(said.contains("not a regular file"), "{said}");
}

#[test]
fn nothing_of_a_blueprint_is_read_that_is_not_there() {
    let project = Project::new(&NPM);
    let before = project.tree();
    for path in ["nowhere", "src", "package.json", "src/agents/assistant.ts"] {
        let said = project.says(&["add", "sandbox", "x", "--blueprint", path], 1);
        assert!(said.contains("error: "), "{said}");
    }
    before.expect_same(&project.tree()).unwrap();
}
