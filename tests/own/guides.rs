//! Guides in Markdown, in each shape that guides have, and in each that is none.

use super::*;

const ASSISTANT: &str = "src/agents/assistant.ts";

/// What adding `guide` to an npm project says, and the project then.
fn add(guide: &str) -> (Project, String) {
    let project = Project::new(&NPM);
    let path = fixtures().join("guides").join(guide);
    let said = project.says(&["add", "--blueprint", path.to_str().unwrap()], 0);
    (project, said)
}

fn has(said: &str, lines: &[&str]) {
    for line in lines {
        assert!(said.contains(line), "{line:?} in {said}");
    }
}

/// The block of code in `guide` that starts in `line`, without `indent`.
fn block(guide: &str, line: usize, indent: &str) -> String {
    let text = fs::read_to_string(fixtures().join("guides").join(guide)).unwrap();
    let lines = text.lines().skip(line);
    let lines = lines.map(|line| line.strip_prefix(indent).unwrap_or(line));
    let lines = lines.take_while(|line| !line.starts_with("```") && !line.starts_with("~~~"));
    lines.map(|line| format!("{line}\n")).collect()
}

#[test]
fn a_sandbox_brings_its_packages_and_leaves_the_rest() {
    let (project, said) = add("sandbox--nimbus.md");
    let adapter = project.read("src/sandboxes/nimbus.ts");
    assert_eq!(adapter, block("sandbox--nimbus.md", 20, ""));
    let manifest = project.read("package.json");
    assert!(
        manifest.contains("\"@nimbus/sdk\": \"^1.4.0\""),
        "{manifest}"
    );
    assert_eq!(manifest.matches('^').count(), 2, "{manifest}");
    has(
        &said,
        &[
            "sandbox `nimbus` of your own",
            "read what `sandbox--nimbus.md` leaves to you: `What it needs` (line 44), `Authentication` (line 50), `Wire it` (line 54)",
        ],
    );
    assert!(!said.contains("Upgrade Guide"), "{said}");
}

#[test]
fn a_channel_takes_the_range_of_the_runtime_and_invents_none() {
    let (project, said) = add("channel--pigeon.md");
    let adapter = project.read("src/channels/pigeon.ts");
    assert_eq!(adapter, block("channel--pigeon.md", 23, "   "));
    let manifest = project.read("package.json");
    for entry in [
        "\"@flue/pigeon\": \"^2.0.3\"",
        "\"@pigeon/web\": \"^3.0.0-rc.1\"",
    ] {
        assert!(manifest.contains(entry), "{manifest}");
    }
    assert!(!manifest.contains("valibot"), "{manifest}");
    has(
        &said,
        &[
            "warning: the adapter imports `valibot`, and nothing tells in which version",
            "run `npm install valibot`",
            "run `npm install seed-parser@^2.0.0`",
            "write `src/lib/pigeon-client.ts`: the adapter imports it",
            "set `PIGEON_SECRET` before the application runs",
            "`Mount the channel` (line 40), `Credentials` (line 47)",
        ],
    );
    assert!(!said.contains(ASSISTANT), "the agent is there: {said}");
    let path = fixtures().join("guides/channel--pigeon.md");
    let check = [
        "add",
        "channel",
        "pigeon",
        "--check",
        "--blueprint",
        path.to_str().unwrap(),
    ];
    has(
        &project.says(&check, 3),
        &["Missing package.json (valibot is missing)"],
    );
    let manifest = manifest.replace(
        "\"@flue/runtime\"",
        "\"valibot\": \"^1.0.0\",\n    \"@flue/runtime\"",
    );
    project.write("package.json", manifest);
    project.says(&check, 0);
}

#[test]
fn a_database_goes_where_its_title_says_and_names_its_types() {
    let (project, said) = add("database--ledger.md");
    assert_eq!(
        project.read("src/db.ts"),
        block("database--ledger.md", 9, "")
    );
    let manifest = project.read("package.json");
    for entry in [
        "\"@flue/ledger\": \"^2.0.3\"",
        "\"ledger-client\": \"^4.2.0\"",
    ] {
        assert!(manifest.contains(entry), "{manifest}");
    }
    has(
        &said,
        &[
            "run `npm install --save-dev @types/ledger-client@^4.0.1`",
            "set `LEDGER_URL`",
        ],
    );
}

#[test]
fn an_adapter_of_the_newest_contract_needs_a_runtime_that_has_it() {
    let project = Project::new(&NPM);
    project.write("package.json", NPM[0].1.replace("^2.0.3", "2.0.1"));
    let before = project.tree();
    let path = fixtures().join("guides/sandbox--nimbus.md");
    let said = project.says(&["add", "--blueprint", path.to_str().unwrap()], 1);
    has(
        &said,
        &["`@flue/runtime` 2.0.1 is too old: the adapter takes 2.0.2 or later"],
    );
    before.expect_same(&project.tree()).unwrap();
}

#[test]
fn windows_line_ends_in_a_guide_make_no_difference() {
    let project = Project::new(&NPM);
    let text = fs::read_to_string(fixtures().join("guides/database--ledger.md")).unwrap();
    project.write("ledger.md", text.replace('\n', "\r\n"));
    project.says(&["add", "--blueprint", "ledger.md"], 0);
    assert_eq!(
        project.read("src/db.ts"),
        block("database--ledger.md", 9, "")
    );
}

#[test]
fn tooling_goes_where_its_title_says() {
    let (project, _) = add("tooling--lens.md");
    assert!(project.read("src/lens.ts").contains("lens/register"));
    assert!(project.read("package.json").contains("\"lens\": \"2.1.0\""));
}

#[test]
fn what_the_platform_brings_is_no_package() {
    let (project, _) = add("sandbox--burrow.md");
    assert!(project.read("src/sandboxes/burrow.ts").contains("spawn"));
    assert_eq!(project.read("package.json"), NPM[0].1);
}

#[test]
fn an_adapter_imports_what_the_project_calls_its_packages() {
    let project = Project::new(&NPM);
    let manifest = NPM[0].1.replace(
        "\"@flue/runtime\": \"^2.0.3\"",
        "\"flue\": \"npm:@flue/runtime@^2.0.3\"",
    );
    project.write("package.json", manifest);
    let path = fixtures().join("guides/sandbox--nimbus.md");
    let args = ["add", "--blueprint", path.to_str().unwrap()];
    project.says(&args, 0);
    let adapter = project.read("src/sandboxes/nimbus.ts");
    assert_eq!(adapter.matches("from 'flue'").count(), 2, "{adapter}");
    assert!(adapter.contains("'@nimbus/sdk'"), "{adapter}");
    let again = project.says(&args, 0);
    assert!(again.contains("nothing to do"), "{again}");
}

#[test]
fn a_later_version_of_the_file_is_the_new_text() {
    let (project, _) = add("sandbox--nimbus.md");
    let text = fs::read_to_string(fixtures().join("guides/sandbox--nimbus.md")).unwrap();
    let text = text
        .replace("nimbus@1", "nimbus@2")
        .replace("\"version\": 1", "\"version\": 2");
    project.write("nimbus.md", text.replace("'/home'", "'/work'"));
    let args = ["add", "--blueprint", "nimbus.md"];
    let said = project.says(&args, 0);
    has(
        &said,
        &["version 1 of the blueprint wrote it, and version 2 is there"],
    );
    project.says(&[&args[..], &["--overwrite"]].concat(), 0);
    assert!(project.read("src/sandboxes/nimbus.ts").contains("'/work'"));
}

/// Checks that the guide of Nimbus with `change` is refused with `message` in `line`.
fn refused(change: impl Fn(String) -> String, line: usize, message: &str) {
    let project = Project::new(&NPM);
    let text = fs::read_to_string(fixtures().join("guides/sandbox--nimbus.md")).unwrap();
    project.write("guide.md", change(text));
    let before = project.tree();
    let said = project.says(&["add", "sandbox", "nimbus", "--blueprint", "guide.md"], 1);
    has(&said, &[message, &format!("guide.md:{line}:")]);
    before.expect_same(&project.tree()).unwrap();
}

fn replaced(from: &str, to: &str) -> impl Fn(String) -> String {
    move |text| {
        assert!(text.contains(from), "{from:?}");
        text.replacen(from, to, 1)
    }
}

#[test]
fn what_is_no_blueprint_is_refused_with_its_line() {
    const MARKER: &str = "// flue-blueprint: sandbox/nimbus@1\n";
    refused(replaced("---\n", ""), 1, "a guide starts with a line `---`");
    refused(
        replaced("\"version\": 1,", "\"version\": one,"),
        4,
        "the front matter is not as it should be",
    );
    refused(
        replaced("\"version\": 1,", ""),
        7,
        "missing field `version`",
    );
    refused(
        replaced("\"version\": 1,", "\"version\": 1, \"root\": true,"),
        1,
        "for any provider",
    );
    refused(
        replaced(MARKER, ""),
        20,
        "no block of code begins with the comment `flue-blueprint: sandbox/<name>@1`",
    );
    refused(
        replaced("sandbox/nimbus@1", "sandbox/<provider>@1"),
        21,
        "the marker",
    );
    refused(
        replaced("sandbox/nimbus@1", "sandbox/nimbus@2"),
        21,
        "the marker",
    );
    refused(
        replaced("sandbox/nimbus@1", "channel/nimbus@1"),
        21,
        "the marker",
    );
    refused(
        replaced("```ts\n// flue", "```js\n// flue"),
        20,
        "the adapter is in `js`",
    );
    refused(
        replaced("```ts\n// flue", "```rust\n// flue"),
        20,
        "the adapter is in `rust`",
    );
    refused(
        replaced("'@nimbus/sdk';", "'<sdk>';"),
        32,
        "`<sdk>` cannot be imported",
    );
    refused(
        replaced("'@nimbus/sdk';", "'@nimbus';"),
        32,
        "`@nimbus` cannot be imported",
    );
    let second = format!("## What it needs\n\n```ts\n{MARKER}```\n");
    refused(
        replaced("## What it needs\n", &second),
        46,
        "a second block begins with a marker, and the one in line 20 does",
    );
    refused(
        replaced("# Let an", "# Let\u{202e} an"),
        10,
        "cannot be seen",
    );
    refused(
        replaced("```ts\n// flue", "```ts title=\"src/../../x.ts\"\n// flue"),
        20,
        "is not a path of plain names",
    );
    refused(
        replaced(
            "```ts\n// flue",
            "```ts title=\".github/workflows/x.ts\"\n// flue",
        ),
        20,
        "is not a path of plain names",
    );
    refused(
        replaced("```ts\n// flue", "```ts title=\"vite.config.ts\"\n// flue"),
        20,
        "is not a path of plain names",
    );
}

#[test]
fn a_guide_of_a_kind_without_a_place_has_to_say_it() {
    let project = Project::new(&NPM);
    let text = fs::read_to_string(fixtures().join("guides/tooling--lens.md")).unwrap();
    project.write("lens.md", text.replace(" title=\"src/lens.ts\"", ""));
    let said = project.says(&["add", "--blueprint", "lens.md"], 1);
    has(
        &said,
        &[
            "the kind `tooling` does not tell where the file goes",
            "lens.md:9:1",
        ],
    );
}

#[test]
fn a_guide_that_is_of_another_name_is_not_added() {
    let project = Project::new(&NPM);
    let path = fixtures().join("guides/sandbox--nimbus.md");
    let args = [
        "add",
        "sandbox",
        "cirrus",
        "--blueprint",
        path.to_str().unwrap(),
    ];
    let said = project.says(&args, 1);
    has(&said, &["the blueprint at this path is `sandbox/nimbus`"]);
}
