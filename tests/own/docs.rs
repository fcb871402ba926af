//! `docs/blueprints.md`, followed word by word: files are saved, commands are run, and what they say is what it shows.

use super::*;

const REPOSITORY: &str = env!("CARGO_MANIFEST_DIR");

/// A block of code, with what stands behind its fence.
struct Block {
    info: String,
    text: String,
}

fn blocks(text: &str) -> Vec<Block> {
    let mut blocks = Vec::new();
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        let info = line.trim_start_matches('`');
        let fence = &line[..line.len() - info.len()];
        if fence.len() >= 3 {
            let text = lines.by_ref().take_while(|line| *line != fence);
            let text = text.map(|line| format!("{line}\n")).collect();
            let info = info.to_owned();
            blocks.push(Block { info, text });
        }
    }
    blocks
}

/// Runs what the lines after `$` say, and checks that the lines after each are said.
fn run(project: &Project, session: &str) -> usize {
    let mut said = String::new();
    let mut commands = 0;
    for line in session.lines() {
        let Some(command) = line.strip_prefix("$ ") else {
            assert!(said.contains(line), "{line:?} in {said}");
            continue;
        };
        commands += 1;
        let words = command.split(' ').collect::<Vec<_>>();
        said = match words[0] {
            "flue" => project.says(&words[1..], 0),
            "cargo" => cargo(project, &words[1..]),
            other => panic!("{other}"),
        };
    }
    commands
}

fn cargo(project: &Project, args: &[&str]) -> String {
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).join("example");
    let output = Command::new(env!("CARGO"))
        .args(args)
        .current_dir(project.root())
        .env("CARGO_TARGET_DIR", target)
        .env_remove("RUSTFLAGS")
        .output()
        .unwrap();
    let said = String::from_utf8([output.stdout, output.stderr].concat()).unwrap();
    assert!(output.status.success(), "{said}");
    said
}

#[test]
fn who_follows_the_page_ends_with_an_adapter_that_builds() {
    let page = fs::read_to_string(Path::new(REPOSITORY).join("docs/blueprints.md")).unwrap();
    let runtime = Path::new(REPOSITORY).join("crates/flue-runtime");
    let runtime = format!("flue-runtime = {{ path = {runtime:?} }}");
    let manifest = CARGO[0].1.replace("flue-runtime = \"0.1\"", &runtime);
    let project = Project::new(&[("Cargo.toml", &manifest), CARGO[1]]);
    let lock = fs::read(Path::new(REPOSITORY).join("Cargo.lock")).unwrap();
    project.write("Cargo.lock", lock);
    let mut commands = 0;
    for Block { info, text } in blocks(&page) {
        let title = info.split_once("title=\"");
        if let Some((_, title)) = title {
            project.write(title.trim_end_matches('"'), text);
        } else if info == "console" {
            commands += run(&project, &text);
        }
    }
    assert_eq!(commands, 6);
}

#[test]
fn a_skeleton_of_any_name_and_ecosystem_passes_the_check() {
    for name in [
        "sandbox/my-box",
        "sandbox/e2b",
        "channel/x",
        "sandbox/3d-printer",
    ] {
        for (files, ecosystem) in [(CARGO, "cargo"), (NPM, "npm")] {
            let project = Project::new(&files);
            project.says(&["blueprint", "new", name], 0);
            let (kind, name) = name.split_once('/').unwrap();
            project.says(&["blueprint", "check"], 0);
            project.says(&["add", kind, name], 0);
            project.says(&["add", kind, name, "--check"], 0);
            let skeleton = ["blueprint", "new", &format!("{kind}/{name}")];
            let before = project.tree();
            project.says(&skeleton, 0);
            before.expect_same(&project.tree()).unwrap();
            let description = format!("flue-blueprints/{kind}/{name}/1/blueprint.toml");
            let edited = project.read(&description).replace("One line", "A line");
            project.write(&description, edited);
            let again = project.says(&skeleton, 1);
            assert!(again.contains("is there already"), "{again}");
            let also = ["--ecosystem", ecosystem];
            project.says(
                &[&["blueprint", "new", "sandbox/another"], &also[..]].concat(),
                0,
            );
        }
    }
}

#[test]
fn a_skeleton_needs_a_name_that_is_free() {
    let project = Project::new(&NPM);
    let before = project.tree();
    for name in [
        "sandbox",
        "sandbox/../x",
        "sandbox/X",
        "sandbox/daytona",
        "/x",
        "a/b/c",
        "sandbox/-x",
    ] {
        project.says(&["blueprint", "new", name], 1);
    }
    let nothing = project.says(&["blueprint", "check"], 1);
    assert!(nothing.contains("flue blueprint new"), "{nothing}");
    before.expect_same(&project.tree()).unwrap();
}
