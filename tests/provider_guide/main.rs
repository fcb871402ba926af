//! The guide to other providers, followed word by word: what it holds compiles, and with the calls of a provider written
//! it passes the whole suite.
#![cfg(unix)]
#![expect(clippy::unwrap_used, reason = "a test that cannot go on panics")]

use std::fs;
use std::path::Path;
use std::process::{Command, Output, Stdio};

const REPOSITORY: &str = env!("CARGO_MANIFEST_DIR");

/// What someone writes who follows the guide, in the place of what is not written yet.
const WRITTEN: [(&str, &str); 10] = [
    (
        "pub type ProviderSandbox = ();",
        "pub type ProviderSandbox = Arc<crate::this_machine::Sandbox>;",
    ),
    (
        "fn sandbox() -> ProviderSandbox {}",
        "fn sandbox() -> ProviderSandbox { Arc::new(crate::this_machine::Sandbox::create().unwrap()) }",
    ),
    (
        r#"Err(Failure::Other("the call for the working directory is not written yet".into()))"#,
        "Ok(self.sandbox.working_directory())",
    ),
    (
        r#"Err(Failure::Other("the call for reading is not written yet".into()))"#,
        "crate::this_machine::permitted(path).and_then(std::fs::read).map_err(of_file)",
    ),
    (
        r#"Err(Failure::Other("the call for writing is not written yet".into()))"#,
        "std::fs::write(path, content).map_err(of_file)",
    ),
    (
        r#"Err(Failure::Other("the call for a look is not written yet".into()))"#,
        "let found = crate::this_machine::permitted(path).and_then(std::fs::metadata).map_err(of_file)?;
         Ok(FileStat::new(found.file_type().into()).with_size(found.len()).with_mtime(found.modified().ok()))",
    ),
    (
        r#"Err(Failure::Other("the call for listing is not written yet".into()))"#,
        "crate::this_machine::list(path).map_err(of_file)",
    ),
    (
        r#"Err(Failure::Other("the call for a folder is not written yet".into()))"#,
        "crate::this_machine::create_directory(path, options.recursive).map_err(of_file)",
    ),
    (
        r#"Err(Failure::Other("the call for removing is not written yet".into()))"#,
        "crate::this_machine::remove(path, options.recursive).map_err(of_file)",
    ),
    (
        r#"Err(Failure::Other("the call for a command is not written yet".into()))"#,
        r#"if command.contains('\0') || options.env.values().any(|value| value.contains('\0')) {
            return Err(Failure::Invalid("it holds a NUL character".to_owned()));
        }
        if !options.env.keys().all(|name| crate::this_machine::is_variable(name)) {
            return Err(Failure::Invalid("it is no name of a variable".to_owned()));
        }
        let cwd = options.cwd.as_deref().unwrap_or("/");
        let run = self.sandbox.run(command, cwd, &options.env);
        let output = match options.timeout {
            None => run.await,
            Some(deadline) => match tokio::time::timeout(deadline, run).await {
                Ok(output) => output,
                Err(_) => return Err(Failure::Timeout),
            },
        };
        let output = output.map_err(of_file)?;
        Ok(ShellResult::new(output.status.code().unwrap_or(-1))
            .with_stdout(String::from_utf8_lossy(&output.stdout))
            .with_stderr(String::from_utf8_lossy(&output.stderr)))"#,
    ),
];

const OF_FILE: &str = "\nfn of_file(error: io::Error) -> Failure { Failure::File(error.kind()) }\n";

fn cargo(project: &Path, args: &[&str]) -> Output {
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).join("example");
    Command::new(env!("CARGO"))
        .args(args)
        .current_dir(project)
        .env("CARGO_TARGET_DIR", target)
        .env_remove("RUSTFLAGS")
        .stdin(Stdio::null())
        .output()
        .unwrap()
}

fn expect_success(output: &Output) -> String {
    let told = [&output.stdout[..], &output.stderr[..]].concat();
    let told = String::from_utf8_lossy(&told).into_owned();
    assert!(output.status.success(), "{told}");
    told
}

/// The guide for `project`.
fn guide(project: &Path) -> String {
    let output = Command::new(assert_cmd::cargo::cargo_bin!("flue"))
        .args(["add", "sandbox", "https://sandboxes.example"])
        .current_dir(project)
        .output()
        .unwrap();
    expect_success(&output);
    String::from_utf8(output.stdout).unwrap()
}

/// The blocks of code in `guide` that are in `language`.
fn blocks<'a>(guide: &'a str, language: &str) -> Vec<&'a str> {
    let start = format!("\n```{language}\n");
    let blocks = guide.split(&start).skip(1);
    blocks
        .map(|rest| rest.split_once("\n```\n").unwrap().0)
        .collect()
}

#[test]
fn who_follows_it_ends_with_an_adapter_that_passes_the_suite() {
    let directory = tempfile::tempdir().unwrap();
    let project = directory.path();
    let manifest = format!(
        r#"[package]
name = "agent"
version = "0.1.0"
edition = "2024"

[dependencies]
flue-runtime = {{ path = "{REPOSITORY}/crates/flue-runtime" }}
# The provider's SDK, in `src/this_machine.rs`, needs these.
tempfile = "3"
tokio = {{ version = "1", features = ["macros", "process", "rt", "time"] }}

[dev-dependencies]
flue-conformance = {{ path = "{REPOSITORY}/crates/flue-conformance" }}
tokio = {{ version = "1", features = ["macros", "rt"] }}
"#
    );
    fs::write(project.join("Cargo.toml"), manifest).unwrap();
    fs::create_dir_all(project.join("src/sandboxes")).unwrap();
    fs::copy(
        Path::new(REPOSITORY).join("Cargo.lock"),
        project.join("Cargo.lock"),
    )
    .unwrap();

    let guide = guide(project);
    assert!(!guide.contains("## In TypeScript"), "{guide}");
    let blocks = blocks(&guide, "rust");
    let [skeleton] = blocks[..] else {
        panic!("one file is in the guide: {guide}");
    };
    let adapter = project.join("src/sandboxes/example.rs");
    fs::write(&adapter, skeleton).unwrap();
    fs::write(project.join("src/sandboxes/mod.rs"), "pub mod example;\n").unwrap();
    let main = "#![allow(dead_code)]\nmod sandboxes;\nmod this_machine;\n\nfn main() {}\n";
    fs::write(project.join("src/main.rs"), main).unwrap();
    fs::write(
        project.join("src/this_machine.rs"),
        include_str!("this_machine.rs"),
    )
    .unwrap();
    let told = expect_success(&cargo(project, &["check", "--offline", "--all-targets"]));
    assert!(!told.contains("warning"), "{told}");

    let filled = WRITTEN
        .iter()
        .fold(skeleton.to_owned(), |text, (gap, written)| {
            assert_eq!(text.matches(gap).count(), 1, "{gap}");
            text.replace(gap, written)
        });
    fs::write(&adapter, filled + OF_FILE).unwrap();
    let told = expect_success(&cargo(project, &["test", "--offline", "--", "--nocapture"]));
    assert!(told.contains("write_file/creates_missing_parent"), "{told}");
}

#[test]
fn the_example_that_it_names_can_be_read() {
    let directory = tempfile::tempdir().unwrap();
    let guide = guide(directory.path());
    let quoted = guide
        .split('`')
        .filter_map(|quoted| quoted.strip_prefix("flue show "));
    for command in quoted {
        let output = Command::new(assert_cmd::cargo::cargo_bin!("flue"))
            .arg("show")
            .args(command.split_whitespace())
            .current_dir(directory.path())
            .output()
            .unwrap();
        expect_success(&output);
    }
    assert!(guide.contains("`flue show sandbox daytona`"), "{guide}");
}
