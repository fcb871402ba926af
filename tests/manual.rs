//! Help, manual pages, completions and the README: they know the same commands and options.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on panics")]

use std::collections::BTreeSet;
use std::process::Command;

const COMMANDS: [&str; 6] = ["add", "list", "show", "completions", "schema", "man"];
const SHELLS: [&str; 5] = ["bash", "zsh", "fish", "powershell", "elvish"];

fn flue(args: &[&str]) -> String {
    let output = Command::new(assert_cmd::cargo::cargo_bin!("flue"))
        .args(args)
        .output()
        .unwrap();
    assert!(output.status.success(), "{args:?}");
    String::from_utf8(output.stdout).unwrap()
}

/// The options that the help of `command` lists, in their long form.
fn options(command: &str) -> BTreeSet<String> {
    let help = flue(&[command, "--help"]);
    let lines = help
        .lines()
        .filter(|line| line.trim_start().starts_with('-'));
    let options =
        lines.filter_map(|line| line.split_whitespace().find(|word| word.starts_with("--")));
    options.map(str::to_owned).collect()
}

#[test]
fn every_command_is_known_and_has_a_summary() {
    let help = flue(&["--help"]);
    for command in COMMANDS.iter().filter(|command| **command != "man") {
        assert!(help.contains(&format!("\n  {command} ")), "{command}");
    }
    assert!(options("add").len() > 10);
}

#[test]
fn help_fits_on_a_page_of_100_columns() {
    for command in COMMANDS {
        let help = flue(&[command, "--help"]);
        assert!(
            help.lines().all(|line| line.chars().count() <= 100),
            "{help}"
        );
    }
}

#[test]
fn every_command_has_a_page_with_all_its_options() {
    for command in COMMANDS {
        let page = flue(&["man", command]).replace("\\-", "-");
        assert!(page.contains(&format!(".TH flue-{command} 1 ")), "{page}");
        for option in options(command) {
            assert!(page.contains(&option), "{command} {option}\n{page}");
        }
    }
    let page = flue(&["man"]).replace("\\-", "-");
    for command in COMMANDS.iter().filter(|command| **command != "man") {
        assert!(page.contains(&format!("flue-{command}(1)")), "{page}");
    }
}

#[test]
fn pages_end_with_the_examples_line_by_line() {
    let page = flue(&["man", "add"]);
    let examples = page.split_once(".SH EXAMPLES\n.nf\n").unwrap().1;
    let examples = examples.split_once("\n.fi\n").unwrap().0;
    let help = flue(&["add", "--help"]);
    assert!(help.contains(&examples.replace("\\-", "-")), "{page}");
    assert!(page.contains(".SH EXIT CODES\n"), "{page}");
}

#[test]
fn every_shell_completes_commands_options_and_names() {
    for shell in SHELLS {
        let script = flue(&["completions", shell]);
        for command in COMMANDS.iter().filter(|command| **command != "man") {
            assert!(script.contains(command), "{shell} {command}");
            for option in options(command) {
                let option = option.trim_start_matches("--");
                assert!(script.contains(option), "{shell} {command} {option}");
            }
        }
        for name in ["sandbox", "daytona"] {
            assert!(script.contains(name), "{shell} {name}");
        }
    }
}

#[cfg(unix)]
#[test]
fn bash_proposes_the_names_of_blueprints() {
    let proposed = |words: &str| {
        let script = format!(
            "{}\nCOMP_WORDS=({words}); COMP_CWORD=$((${{#COMP_WORDS[@]}} - 1)); _flue flue \"${{COMP_WORDS[-1]}}\"; echo \"${{COMPREPLY[@]}}\"",
            flue(&["completions", "bash"])
        );
        let output = Command::new("bash").args(["-c", &script]).output().unwrap();
        String::from_utf8(output.stdout).unwrap()
    };
    assert_eq!(proposed("flue ad"), "add\n");
    assert_eq!(proposed("flue add sandb"), "sandbox\n");
    assert_eq!(proposed("flue add sandbox day"), "daytona\n");
    assert_eq!(proposed("flue add sandbox daytona --over"), "--overwrite\n");
}

#[test]
fn the_readme_has_all_options_commands_and_exit_codes() {
    let readme = include_str!("../README.md");
    for option in options("add") {
        let is_told =
            readme.contains(&format!("`{option}`")) || readme.contains(&format!("`{option} <"));
        assert!(is_told || option == "--help", "{option}");
    }
    for command in COMMANDS.iter().filter(|command| **command != "man") {
        assert!(readme.contains(&format!("\nflue {command} ")), "{command}");
    }
    let help = flue(&["add", "--help"]);
    let codes = help.split_once("Exit codes:\n").unwrap().1;
    for line in codes.lines() {
        let (code, meaning) = line.trim().split_once("  ").unwrap();
        assert!(
            readme.contains(&format!("| {code} | {meaning} |")),
            "{line}"
        );
    }
}

#[test]
fn every_link_and_command_in_the_texts_for_agents_works() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let texts = [
        include_str!("../llms.txt"),
        include_str!("../docs/agents.md"),
    ];
    let links = texts[0].split("](").skip(1);
    for link in links.filter_map(|rest| rest.split_once(')')) {
        assert!(root.join(link.0).exists(), "{}", link.0);
    }
    let project = tempfile::tempdir().unwrap();
    std::fs::write(
        project.path().join("Cargo.toml"),
        "[package]\nname = \"a\"\nedition = \"2024\"\n\n[dependencies]\nflue-runtime = \"0.1\"\n",
    )
    .unwrap();
    let quoted = texts.iter().flat_map(|text| text.split('`'));
    let commands = quoted.filter_map(|quoted| quoted.strip_prefix("flue "));
    let commands = commands.collect::<BTreeSet<_>>();
    assert!(commands.len() > 5, "{commands:?}");
    for command in commands {
        let output = Command::new(assert_cmd::cargo::cargo_bin!("flue"))
            .args(command.split_whitespace())
            .current_dir(project.path())
            .output()
            .unwrap();
        let is_told = matches!(output.status.code(), Some(0 | 3));
        assert!(is_told, "{command}: {output:?}");
    }
}
