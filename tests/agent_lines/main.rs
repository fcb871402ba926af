//! The lines that the command shows, pasted where it says: they compile, and the agent finds its sandbox again.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on panics")]

mod agent;
mod project;

use std::fs;

use crate::project::Project;

const MAIN: &str = "fn main() {}\n";

/// Checks that the lines for `sources` belong into `file` and compile there.
fn check(edition: &str, sources: &[(&str, &str)], file: &str) {
    let project = Project::new(edition, sources);
    let (lines, shown) = project.add();
    assert_eq!(shown, file);
    project.append(file, &lines);
    project.cargo(&["check"]);
}

#[test]
fn the_lines_compile_where_they_belong() {
    check("2024", &[("src/main.rs", MAIN)], "src/main.rs");
    check("2018", &[("src/lib.rs", "//! An agent.\n")], "src/lib.rs");
    let both = [("src/lib.rs", "//! An agent.\n"), ("src/main.rs", MAIN)];
    check("2021", &both, "src/main.rs");
    let private = [
        ("src/lib.rs", "mod sandboxes;\n"),
        ("src/sandboxes/mod.rs", "//! Sandboxes.\n"),
        ("src/main.rs", MAIN),
    ];
    check("2021", &private, "src/lib.rs");
}

#[test]
fn the_lines_compile_in_any_other_module() {
    let sources = [
        ("src/main.rs", "mod agents;\n\nfn main() {}\n"),
        ("src/agents/mod.rs", "pub mod assistant;\n"),
        ("src/agents/assistant.rs", "//! An assistant.\n"),
    ];
    let project = Project::new("2024", &sources);
    let (lines, _) = project.add();
    project.append("src/agents/assistant.rs", &lines);
    project.cargo(&["check"]);
}

#[test]
fn the_lines_of_an_optional_runtime_compile_with_its_feature_and_without() {
    let project = Project::new("2024", &[("src/main.rs", MAIN)]);
    let manifest = fs::read_to_string(project.path().join("Cargo.toml")).unwrap();
    let optional = manifest
        .replacen("/flue-runtime\" }", "/flue-runtime\", optional = true }", 1)
        .replacen(
            "[lints",
            "[features]\nagent = [\"dep:flue-runtime\"]\n\n[lints",
            1,
        );
    assert!(optional.contains("optional = true"), "{optional}");
    project.write("Cargo.toml", &optional);
    let (lines, file) = project.add();
    project.append(&file, &lines);
    project.cargo(&["check"]);
    project.cargo(&["check", "--features", "agent"]);
}
