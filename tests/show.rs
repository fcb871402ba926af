//! `flue show`: the adapter that would be written, whatever is there.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on panics")]

use std::path::Path;
use std::process::Command;

const CARGO: &str = "add/sandbox_daytona";
const NPM: &str = "add/npm_sandbox_daytona";

/// What the command prints in `directory`, which it leaves as it was.
fn show(directory: &Path, args: &[&str]) -> String {
    let before = flue_cases::Tree::read(directory);
    let output = Command::new(assert_cmd::cargo::cargo_bin!("flue"))
        .args(["show", "sandbox", "daytona"])
        .args(args)
        .current_dir(directory)
        .output()
        .unwrap();
    assert!(output.status.success(), "{output:?}");
    assert_eq!(String::from_utf8(output.stderr).unwrap(), "");
    assert_eq!(
        before.expect_same(&flue_cases::Tree::read(directory)),
        Ok(())
    );
    String::from_utf8(output.stdout).unwrap()
}

/// The adapter that the command writes in `case`.
fn written(case: &str, adapter: &str) -> String {
    let after = flue_cases::after(case);
    let text = after.file(Path::new(adapter)).unwrap();
    String::from_utf8(text.to_vec()).unwrap()
}

fn rust() -> String {
    written(CARGO, "src/sandboxes/daytona.rs")
}

fn typescript() -> String {
    written(NPM, "src/sandboxes/daytona.ts")
}

#[test]
fn in_a_project_it_is_what_the_command_writes_there() {
    for (case, expected) in [(CARGO, rust()), (NPM, typescript())] {
        let project = tempfile::tempdir().unwrap();
        flue_cases::before(case).write(project.path());
        assert_eq!(show(project.path(), &[]), expected, "{case}");
    }
}

#[test]
fn it_is_printed_also_where_it_stands_already_or_has_edits() {
    for case in [CARGO, "add/adapter_customised_completes_the_rest"] {
        let project = tempfile::tempdir().unwrap();
        flue_cases::after(case).write(project.path());
        assert_eq!(show(project.path(), &[]), rust(), "{case}");
    }
}

#[test]
fn outside_a_project_it_is_that_of_a_usual_one() {
    let directory = tempfile::tempdir().unwrap();
    assert_eq!(show(directory.path(), &[]), rust());
    assert_eq!(show(directory.path(), &["--ecosystem", "cargo"]), rust());
    let text = show(directory.path(), &["--ecosystem", "npm"]);
    assert!(
        text.starts_with("// flue-blueprint: sandbox/daytona@1\n"),
        "{text}"
    );
    assert!(text.contains("return { createSandbox:"), "{text}");
}

#[test]
fn another_ecosystem_than_the_project_is_of_can_be_asked_for() {
    let project = tempfile::tempdir().unwrap();
    flue_cases::before(NPM).write(project.path());
    assert_eq!(show(project.path(), &["--ecosystem", "cargo"]), rust());
}

#[test]
fn a_document_holds_the_text_and_where_it_belongs() {
    let project = tempfile::tempdir().unwrap();
    flue_cases::before(CARGO).write(project.path());
    let document = show(project.path(), &["--json"]);
    let document = serde_json::from_str::<serde_json::Value>(&document).unwrap();
    assert_eq!(document["text"], rust());
    assert_eq!(document["project"]["package"], "my-agent");
    assert_eq!(document["blueprints"][0]["name"], "daytona");
}
