//! Help, manual pages, completions and the README: they know the same commands and options.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on panics")]

use std::collections::BTreeSet;
use std::process::Command;

const COMMANDS: [&str; 7] = [
    "add",
    "list",
    "show",
    "blueprint",
    "completions",
    "schema",
    "man",
];
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
    assert!(page.contains(".SH EXIT STATUS\n"), "{page}");
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

/// What `shell` writes when it runs `script`, in which the variables `COMPLETIONS` and `LINE` name the script of the
/// command and what is typed.
#[cfg(unix)]
fn run_in(shell: &str, args: &[&str], script: &str, line: &str) -> String {
    let home = tempfile::tempdir().unwrap();
    let completions = home.path().join("completions");
    std::fs::write(&completions, flue(&["completions", shell])).unwrap();
    std::fs::write(home.path().join(".zshrc"), ZSHRC).unwrap();
    let output = Command::new(shell)
        .args(args)
        .args(["-c", script])
        .envs([("HOME", home.path()), ("ZDOTDIR", home.path())])
        .envs([
            ("XDG_CONFIG_HOME", home.path()),
            ("COMPLETIONS", &completions),
        ])
        .envs([("LINE", line), ("TERM", "xterm")])
        .stdin(std::process::Stdio::null())
        .output()
        .unwrap_or_else(|error| panic!("`{shell}` is needed: {error}"));
    assert!(output.status.success(), "{output:?}");
    String::from_utf8(output.stdout).unwrap()
}

#[cfg(unix)]
const BASH: &str = r#"
source $COMPLETIONS
COMP_WORDS=($LINE)
COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
_flue flue "${COMP_WORDS[-1]}"
echo "${COMPREPLY[@]}"
"#;

#[cfg(unix)]
const FISH: &str = r"
source $COMPLETIONS
complete -C $LINE | string split --fields 1 \t
true
";

/// Types the line into an interactive zsh, with the key that completes it and tells what has become of it.
#[cfg(unix)]
const ZSH: &str = r"
zmodload zsh/zpty
zpty inner zsh -d -i
zpty -w -n inner $LINE$'\C-x'
while zpty -r inner chunk; do; done
cat $HOME/told
";

#[cfg(unix)]
const ZSHRC: &str = r"
autoload -Uz compinit
compinit -u -d $HOME/dump
source $COMPLETIONS
tell() { zle complete-word; print -r -- $BUFFER > $HOME/told; exit }
zle -N tell
bindkey '^X' tell
";

/// That every shell completes `line` to a last word that is `expected`, or does not complete it.
#[cfg(unix)]
fn expect_completed(line: &str, expected: Option<&str>) {
    let proposal = expected.unwrap_or_default();
    for (shell, args, script) in [("bash", "--norc", BASH), ("fish", "--no-config", FISH)] {
        let told = run_in(shell, &[args], script, line);
        assert_eq!(told.trim_end(), proposal, "{shell}: {line}");
    }
    let completed = expected.and_then(|word| Some(format!("{} {word}", line.rsplit_once(' ')?.0)));
    let told = run_in("zsh", &["-f"], ZSH, line);
    assert_eq!(
        told.trim_end(),
        completed.as_deref().unwrap_or(line),
        "zsh: {line}"
    );
}

#[cfg(unix)]
#[test]
fn shells_complete_commands_kinds_names_and_options() {
    expect_completed("flue ad", Some("add"));
    expect_completed("flue sho", Some("show"));
    expect_completed("flue add sandb", Some("sandbox"));
    expect_completed("flue show sandbox day", Some("daytona"));
}

#[cfg(unix)]
#[test]
fn options_are_proposed_before_between_and_behind_kind_and_name() {
    for words in ["flue add", "flue add sandbox", "flue add sandbox daytona"] {
        expect_completed(&format!("{words} --overw"), Some("--overwrite"));
        expect_completed(&format!("{words} --js"), Some("--json"));
    }
}

#[cfg(unix)]
#[test]
fn what_is_hidden_is_not_proposed() {
    // Fish proposes also what has the word in its midst.
    expect_completed("flue man", None);
    expect_completed("flue help man", None);
}

/// Renders `page` as people see it.
#[cfg(unix)]
fn rendered(page: &str) -> String {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("flue.1");
    std::fs::write(&file, page).unwrap();
    let output = Command::new("man")
        .args(["--warnings", "--local-file"])
        .arg(&file)
        .envs([
            ("MANPAGER", "cat"),
            ("MANWIDTH", "100"),
            ("LC_ALL", "C.UTF-8"),
        ])
        .output()
        .unwrap_or_else(|error| panic!("`man` is needed: {error}"));
    assert!(output.stderr.is_empty(), "{output:?}");
    String::from_utf8(output.stdout).unwrap()
}

#[cfg(unix)]
#[test]
fn pages_have_the_sections_that_people_look_for_and_render_without_warnings() {
    for command in COMMANDS {
        let page = rendered(&flue(&["man", command]));
        for heading in ["ENVIRONMENT", "FILES", "SEE ALSO"] {
            assert!(
                page.contains(&format!("\n{heading}\n")),
                "{command} {heading}\n{page}"
            );
        }
        assert!(page.contains("flue(1)"), "{page}");
        assert!(command == "man" || !page.contains("flue-man(1)"), "{page}");
    }
    let page = rendered(&flue(&["man", "add"]));
    assert!(page.contains("\nEXIT STATUS\n"), "{page}");
    assert!(page.contains("NO_COLOR\n"), "{page}");
}

/// The streams of the command, with these variables and no others that steer it.
fn streams(args: &[&str], variables: &[(&str, &str)]) -> [String; 2] {
    let mut command = Command::new(assert_cmd::cargo::cargo_bin!("flue"));
    for variable in ["NO_COLOR", "CLICOLOR_FORCE", "FLUE_COMMAND"] {
        command.env_remove(variable);
    }
    let output = command.args(args).envs(variables.iter().copied()).output();
    let output = output.unwrap();
    [output.stdout, output.stderr].map(|stream| String::from_utf8(stream).unwrap())
}

#[test]
fn who_wants_no_colour_gets_none_also_in_help_and_mistakes() {
    let runs: [&[&str]; 4] = [
        &["add", "sandbox", "daytonna"],
        &["add", "--no-such-option"],
        &["add", "--help"],
        &["add", "sandbox", "--package"],
    ];
    let is_coloured = |args: &[&str], variables: &[(&str, &str)]| {
        streams(args, variables)
            .iter()
            .any(|text| text.contains('\u{1b}'))
    };
    let force = ("CLICOLOR_FORCE", "1");
    for args in runs {
        assert!(!is_coloured(args, &[]), "{args:?}");
        assert!(is_coloured(args, &[force]), "{args:?}");
        assert!(!is_coloured(args, &[force, ("NO_COLOR", "1")]), "{args:?}");
        // By the convention an empty value says nothing.
        assert!(is_coloured(args, &[force, ("NO_COLOR", "")]), "{args:?}");
        for never in [&["--color", "never"][..], &["--color=never"]] {
            let args = [never, args].concat();
            assert!(!is_coloured(&args, &[force]), "{args:?}");
        }
        let args = [&["--color", "always"], args].concat();
        assert!(is_coloured(&args, &[("NO_COLOR", "1")]), "{args:?}");
    }
}

#[test]
fn what_was_typed_is_repeated_without_steering_the_terminal() {
    for word in ["\u{1b}[2J\nerror: forged", "--\u{202e}on\u{9b}"] {
        for args in [
            &["add", "sandbox", word][..],
            &["add", "sandbox", "daytona", word],
            &["add", "sandbox", "daytona", "--ecosystem", word],
            &["add", word, "daytona"],
            &["add", "sandbox", "daytona", "-C", word],
            &["completions", word],
            &[word],
            &["man", word],
        ] {
            for json in [&[][..], &["--json"]] {
                let args = [json, args].concat();
                for text in streams(&args, &[]) {
                    let lines = text.lines().map(str::trim_start);
                    let forged = lines
                        .clone()
                        .filter(|line| line.starts_with("error: forged"));
                    assert_eq!(forged.count(), 0, "{args:?}\n{text}");
                    let hidden = ['\u{1b}', '\u{9b}', '\u{202e}'];
                    assert!(!text.contains(hidden), "{args:?}\n{text:?}");
                }
            }
        }
    }
}

#[test]
fn messages_name_the_command_as_a_launcher_says() {
    let name = |value| streams(&["add", "sandbox"], &[("FLUE_COMMAND", value)]);
    let [_, told] = name("npx flue-blueprints");
    assert!(
        told.contains("`npx flue-blueprints add sandbox <address>`"),
        "{told}"
    );
    // What cannot be a name is none.
    for value in ["", " ", "a\nb", "`x`"] {
        let [_, told] = name(value);
        assert!(told.contains("`flue add sandbox <address>`"), "{told}");
    }
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
    for line in codes.lines().take_while(|line| !line.is_empty()) {
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
