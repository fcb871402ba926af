//! The main job of the README on the shipped example: add the adapter, build, lint, and add it again.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on panics")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::SystemTime;

use walkdir::WalkDir;

const ADAPTER: &str = "src/sandboxes/daytona.rs";

/// A copy of `examples/assistant` that finds the crates where the original does.
fn example() -> (tempfile::TempDir, PathBuf) {
    let repository = Path::new(env!("CARGO_MANIFEST_DIR"));
    let directory = tempfile::tempdir().unwrap();
    let project = directory.path().join("examples/assistant");
    fs::create_dir_all(project.join("src")).unwrap();
    fs::copy(
        repository.join("examples/assistant/src/main.rs"),
        project.join("src/main.rs"),
    )
    .unwrap();
    let manifest = fs::read_to_string(repository.join("examples/assistant/Cargo.toml")).unwrap();
    let crates = format!("{}/crates/", repository.display());
    fs::write(
        project.join("Cargo.toml"),
        manifest.replace("../../crates/", &crates),
    )
    .unwrap();
    (directory, project)
}

fn add(project: &Path) -> Output {
    add_with(project, &[])
}

fn add_with(project: &Path, options: &[&str]) -> Output {
    let mut command = Command::new(assert_cmd::cargo::cargo_bin!("flue"));
    command
        .args(["add", "sandbox", "daytona"])
        .args(options)
        .current_dir(project)
        .env("NO_COLOR", "1")
        .stdin(Stdio::null());
    command.output().unwrap()
}

fn cargo(project: &Path, args: &[&str]) -> String {
    let output = Command::new(env!("CARGO"))
        .args(args)
        .current_dir(project)
        .env(
            "CARGO_TARGET_DIR",
            Path::new(env!("CARGO_TARGET_TMPDIR")).join("example"),
        )
        .env_remove("RUSTFLAGS")
        .stdin(Stdio::null())
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "cargo {args:?}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8(output.stdout).unwrap()
}

fn state(project: &Path) -> Vec<(PathBuf, SystemTime, Option<Vec<u8>>)> {
    let entries = WalkDir::new(project)
        .sort_by_file_name()
        .into_iter()
        .map(|entry| entry.unwrap().into_path());
    entries
        .map(|path| {
            (
                path.clone(),
                fs::metadata(&path).unwrap().modified().unwrap(),
                fs::read(&path).ok(),
            )
        })
        .collect()
}

#[test]
fn the_example_builds_after_the_command_and_a_second_run_touches_nothing() {
    let (_directory, project) = example();
    let first = add(&project);
    assert!(
        first.status.success(),
        "{}",
        String::from_utf8_lossy(&first.stderr)
    );
    let adapter = fs::read_to_string(project.join(ADAPTER)).unwrap();
    assert_eq!(
        adapter.lines().next(),
        Some("// flue-blueprint: sandbox/daytona@1")
    );
    let manifest = fs::read_to_string(project.join("Cargo.toml")).unwrap();
    assert!(manifest.contains("\ndaytona-sdk = { path = "), "{manifest}");

    cargo(&project, &["build", "--offline"]);
    cargo(&project, &["clippy", "--offline", "--", "-D", "warnings"]);

    let before = state(&project);
    let second = add(&project);
    assert!(second.status.success());
    assert!(String::from_utf8_lossy(&second.stderr).contains("nothing to do"));
    assert_eq!(before, state(&project));
}

#[test]
fn a_project_that_the_command_started_runs_before_and_after_a_sandbox_is_added() {
    let directory = tempfile::tempdir().unwrap();
    let runtime = format!("{}/crates/flue-runtime", env!("CARGO_MANIFEST_DIR"));
    let init = Command::new(assert_cmd::cargo::cargo_bin!("flue"))
        .args(["init", "my-agent", "--runtime-path", &runtime])
        .current_dir(&directory)
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let stderr = String::from_utf8_lossy(&init.stderr);
    assert!(init.status.success(), "{stderr}");
    let project = directory.path().join("my-agent");
    let says_where_it_works = || {
        let run = cargo(&project, &["run", "--quiet", "--offline"]);
        assert!(run.ends_with("has no sandbox yet\n"), "{run}");
    };
    says_where_it_works();
    cargo(&project, &["fmt", "--check"]);
    cargo(&project, &["clippy", "--offline", "--", "-D", "warnings"]);

    let added = add(&project);
    let stderr = String::from_utf8_lossy(&added.stderr);
    assert!(added.status.success(), "{stderr}");
    says_where_it_works();
}

#[test]
fn a_new_project_builds_after_the_command_with_the_crates_of_this_checkout() {
    let directory = tempfile::tempdir().unwrap();
    cargo(directory.path(), &["new", "--vcs", "none", "my-agent"]);
    let project = directory.path().join("my-agent");
    let runtime = format!("{}/crates/flue-runtime", env!("CARGO_MANIFEST_DIR"));
    let options = ["--runtime-path", runtime.as_str()];
    let first = add_with(&project, &options);
    let stderr = String::from_utf8_lossy(&first.stderr);
    assert!(first.status.success(), "{stderr}");
    assert!(!stderr.contains("warning"), "{stderr}");

    cargo(&project, &["build", "--offline"]);

    for options in [&options[..], &[]] {
        let before = state(&project);
        let again = add_with(&project, options);
        let stderr = String::from_utf8_lossy(&again.stderr);
        assert!(again.status.success(), "{stderr}");
        assert!(stderr.contains("nothing to do"), "{stderr}");
        assert!(!stderr.contains("warning"), "{stderr}");
        assert_eq!(before, state(&project));
    }
}

#[test]
fn the_finished_examples_hold_the_adapters_that_the_command_writes() {
    let examples = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples");
    for (example, adapter) in [
        ("assistant-with-daytona", "daytona"),
        ("sandbox-mcp", "docker"),
    ] {
        let path = format!("src/sandboxes/{adapter}.rs");
        let written = flue_cases::after(&format!("add/sandbox_{adapter}"));
        assert_eq!(
            fs::read_to_string(examples.join(example).join(&path))
                .unwrap()
                .as_bytes(),
            written.file(Path::new(&path)).unwrap()
        );
    }
}

#[test]
fn the_one_command_of_the_readme_ends_in_an_agent_that_worked_in_a_sandbox() {
    let readme = include_str!("../README.md");
    let block = readme.split_once("without an account:\n\n```console\n$ cargo ");
    let (block, _) = block.unwrap().1.split_once("\n```").unwrap();
    let (command, shown) = block.split_once('\n').unwrap();
    let repository = Path::new(env!("CARGO_MANIFEST_DIR"));
    let output = Command::new(env!("CARGO"))
        .args(command.split_whitespace())
        .current_dir(repository)
        .env_remove("RUSTFLAGS")
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let told = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{output:?}");
    // The directory of the sandbox has another name each time.
    let lines = |text: &str| text.lines().skip(1).map(str::to_owned).collect::<Vec<_>>();
    assert_eq!(lines(&told), lines(shown));
    assert!(
        told.starts_with('/') && told.contains("/workspace\n"),
        "{told}"
    );
}
