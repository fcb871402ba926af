//! The main outcomes as they stand on a screen of 80 columns: snapshots with their colours, and the same in the README.
//!
//! `SNAPSHOTS=overwrite cargo test --test terminal` rewrites both; read the difference as you read code.

use std::fs;
use std::path::{Path, PathBuf};

use flue_cases::Tree;

use super::{project, screen, without_escapes};

const COLUMNS: u32 = 80;

/// What surrounds the screens in the README.
const START: &str =
    "<!-- screens of real runs: SNAPSHOTS=overwrite cargo test --test terminal -->\n";
const END: &str = "<!-- end of the screens -->\n";

struct Screen {
    name: &'static str,
    /// What the README says about it.
    title: &'static str,
    files: fn() -> Tree,
    command: &'static str,
}

const SCREENS: [Screen; 9] = [
    Screen {
        name: "again",
        title: "The second run:",
        files: || flue_cases::after("add/sandbox_daytona"),
        command: "add sandbox daytona",
    },
    Screen {
        name: "typescript",
        title: "In a TypeScript project:",
        files: || flue_cases::before("add/npm_sandbox_daytona"),
        command: "add sandbox daytona",
    },
    Screen {
        name: "customised",
        title: "With an adapter that was edited, and a module that is missing:",
        files: || flue_cases::before("add/adapter_customised_completes_the_rest"),
        command: "add sandbox daytona",
    },
    Screen {
        name: "check",
        title: "A check, which writes nothing and here ends with exit code 3:",
        files: || flue_cases::before("add/check_missing"),
        command: "add sandbox daytona --check",
    },
    Screen {
        name: "status",
        title: "What there is, in every package of a repository:",
        files: || flue_cases::before("status/workspace"),
        command: "status --workspace",
    },
    Screen {
        name: "removed",
        title: "Taken out again, where other sources use the SDK:",
        files: || flue_cases::before("remove/still_used"),
        command: "remove sandbox daytona",
    },
    Screen {
        name: "conflict",
        title: "With a file of the user's in the place of the adapter:",
        files: || flue_cases::before("add/adapter_unmarked"),
        command: "add sandbox daytona",
    },
    Screen {
        name: "invalid",
        title: "With a mistake in the manifest:",
        files: || flue_cases::before("add/invalid_toml"),
        command: "add sandbox daytona",
    },
    Screen {
        name: "misspelt",
        title: "With a name that is misspelt:",
        files: || flue_cases::before("add/sandbox_daytona"),
        command: "add sandbox daytonna",
    },
];

fn is_overwriting() -> bool {
    std::env::var_os("SNAPSHOTS").is_some_and(|value| value == "overwrite")
}

pub(super) fn repository(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

/// What stands on the screen, with escapes; the project is always at the same place.
fn run(of: &Screen) -> String {
    let project = project(&(of.files)());
    let (text, _) = screen(project.path(), COLUMNS, of.command);
    let root = project.path().canonicalize().unwrap();
    text.replace(&*root.to_string_lossy(), "~/my-agent")
}

pub(super) fn expect_file(path: &Path, text: &str) {
    if is_overwriting() {
        fs::write(path, text).unwrap();
    }
    let written = fs::read_to_string(path).unwrap_or_default();
    assert_eq!(written, text, "{}", path.display());
}

#[test]
fn screens_are_as_they_were_read() {
    for of in &SCREENS {
        let path = repository("tests/terminal/screens")
            .join(of.name)
            .with_extension("txt");
        // Escapes as a person can read them.
        expect_file(&path, &run(of).replace('\u{1b}', "\\e"));
    }
}

#[test]
fn the_readme_shows_what_people_see() {
    let path = repository("README.md");
    let readme = fs::read_to_string(&path).unwrap();
    let (before, rest) = readme.split_once(START).expect("the screens start");
    let (_, after) = rest.split_once(END).expect("the screens end");
    let shown = SCREENS.iter().map(|of| {
        let text = without_escapes(&run(of));
        format!(
            "{}\n\n```console\n$ flue {}\n{text}```\n\n",
            of.title, of.command
        )
    });
    let shown = shown.collect::<String>();
    expect_file(&path, &format!("{before}{START}\n{shown}{END}{after}"));
}
