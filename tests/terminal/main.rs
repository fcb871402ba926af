//! What people see at a terminal: nothing is asked, lines end in time, and colour helps without being needed.
#![cfg(target_os = "linux")]
#![expect(clippy::unwrap_used, reason = "a test that cannot go on panics")]

mod recording;
mod screens;

use std::path::Path;
use std::process::{Command, Stdio};

use flue_cases::Tree;
use tempfile::TempDir;

/// A copy of files of a case.
fn project(files: &Tree) -> TempDir {
    let project = tempfile::tempdir().unwrap();
    files.write(project.path());
    project
}

/// The files before and after the plain case.
fn plain() -> (Tree, Tree) {
    let case = "add/sandbox_daytona";
    (flue_cases::before(case), flue_cases::after(case))
}

/// What stands on the screen of a terminal with so many columns after `command`, with escapes, and the exit code.
fn screen(project: &Path, columns: u32, command: &str) -> (String, Option<i32>) {
    let flue = assert_cmd::cargo::cargo_bin!("flue").display();
    let command = format!("stty cols {columns} rows 50; '{flue}' {command}");
    let scratch = tempfile::tempdir().unwrap();
    let output = Command::new("script")
        .args(["--quiet", "--return", "--command", &command])
        .arg(scratch.path().join("typescript"))
        .current_dir(project)
        .env_remove("NO_COLOR")
        .env_remove("CLICOLOR_FORCE")
        .env("TERM", "xterm-256color")
        .stdin(Stdio::null())
        .output()
        .expect("`script` of util-linux is installed");
    let text = String::from_utf8(output.stdout).unwrap();
    (text.replace("\r\n", "\n"), output.status.code())
}

fn without_escapes(text: &str) -> String {
    let mut parts = text.split('\u{1b}');
    let first = parts.next().unwrap_or_default().to_owned();
    let rest = parts.map(|part| part.split_once('m').map_or(part, |(_, rest)| rest));
    rest.fold(first, |text, part| text + part)
}

#[test]
fn nothing_is_asked() {
    let (before, after) = plain();
    let project = project(&before);
    let (text, code) = screen(project.path(), 80, "add sandbox daytona");
    assert_eq!(code, Some(0), "{text}");
    assert_eq!(after.expect_same(&Tree::read(project.path())), Ok(()));
}

#[test]
fn prose_is_broken_at_the_width_and_lines_of_code_are_not() {
    let project = project(&plain().0);
    let (text, _) = screen(project.path(), 50, "add sandbox daytona --color never");
    let note = "note: set `DAYTONA_API_KEY` before the application\n      runs: it authenticates with the Daytona API\n";
    assert!(text.contains(note), "{text}");
    let code = "\n        use daytona_sdk::{CreateSandboxParams, Daytona};\n";
    assert!(text.contains(code), "{text}");
}

#[test]
fn colour_says_nothing_that_the_words_do_not() {
    let project = project(&plain().0);
    let command = "add sandbox daytona --dry-run";
    let (coloured, _) = screen(project.path(), 80, command);
    let (plain, _) = screen(project.path(), 80, &format!("{command} --color never"));
    assert_ne!(coloured, plain);
    assert_eq!(without_escapes(&coloured), plain);
}

#[test]
fn a_patch_is_coloured_for_people_only() {
    let project = project(&plain().0);
    let (text, _) = screen(project.path(), 80, "add sandbox daytona --diff");
    assert!(
        text.contains("\u{1b}[32m+daytona-sdk = \"0.1\"\u{1b}[0m\n"),
        "{text}"
    );
    let piped = Command::new(assert_cmd::cargo::cargo_bin!("flue"))
        .args(["add", "sandbox", "daytona", "--diff"])
        .current_dir(project.path())
        .env_remove("CLICOLOR_FORCE")
        .output()
        .unwrap();
    assert!(!piped.stdout.contains(&0x1b));
}

#[test]
fn a_patch_at_a_terminal_does_not_steer_it_by_what_is_in_the_files() {
    let project = project(&plain().0);
    let manifest = project.path().join("Cargo.toml");
    let text = std::fs::read_to_string(&manifest).unwrap();
    let text = text.replace("anyhow = \"1\"\n", "anyhow = \"1\" # \u{202e}\u{9b}2J é\n");
    std::fs::write(&manifest, text).unwrap();
    let command = "add sandbox daytona --diff --color never";
    let (screen, _) = screen(project.path(), 80, command);
    assert!(
        screen.contains(" anyhow = \"1\" # \\u{202e}\\u{9b}2J é\n"),
        "{screen}"
    );
    let piped = Command::new(assert_cmd::cargo::cargo_bin!("flue"))
        .args(["add", "sandbox", "daytona", "--diff"])
        .current_dir(project.path())
        .output()
        .unwrap();
    let piped = String::from_utf8(piped.stdout).unwrap();
    assert!(piped.contains("# \u{202e}\u{9b}2J é\n"), "{piped}");
}
