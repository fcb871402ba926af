//! The lines that the command shows, pasted where it says: they compile, and the agent finds its sandbox again.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on panics")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use daytona_loopback::Server;
use serde_json::Value;
use tempfile::TempDir;

const MAIN: &str = "fn main() {}\n";

/// A Rust project that takes Flue's crates from this checkout.
struct Project {
    directory: TempDir,
}

impl Project {
    /// A package in `edition` with these `sources`.
    fn new(edition: &str, sources: &[(&str, &str)]) -> Self {
        let crates = Path::new(env!("CARGO_MANIFEST_DIR")).join("crates");
        let runtime = crates.join("flue-runtime").display().to_string();
        let manifest = format!(
            "[package]\nname = \"my-agent\"\nedition = \"{edition}\"\n\n[dependencies]\nflue-runtime = {{ path = {runtime:?} }}\ntokio = {{ version = \"1\", features = [\"macros\", \"rt-multi-thread\"] }}\n\n[lints.rust]\nwarnings = \"deny\"\ndead_code = \"allow\"\n"
        );
        let directory = tempfile::tempdir().unwrap();
        let project = Self { directory };
        project.write("Cargo.toml", &manifest);
        for (path, text) in sources {
            project.write(path, text);
        }
        project
    }

    fn path(&self) -> &Path {
        self.directory.path()
    }

    fn write(&self, path: &str, text: &str) {
        let path = self.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    /// Adds the adapter; returns the lines, and the file that they are for.
    fn add(&self) -> (String, String) {
        let mut command = Command::new(assert_cmd::cargo::cargo_bin!("flue"));
        command.args(["add", "sandbox", "daytona", "--json"]);
        let output = command.current_dir(self.path()).output().unwrap();
        let report = serde_json::from_slice::<Value>(&output.stdout).unwrap();
        let steps = report["next_steps"].as_array().unwrap();
        let step = steps.iter().find(|step| step["code"] == "hand-to-agent");
        let text = |key| step.unwrap()[key].as_str().unwrap().to_owned();
        (text("snippet"), text("file"))
    }

    fn append(&self, path: &str, text: &str) {
        let before = fs::read_to_string(self.path().join(path)).unwrap();
        self.write(path, &format!("{before}\n{text}"));
    }

    /// Runs cargo; warnings are errors.
    fn cargo(&self, arguments: &[&str]) {
        let output = Command::new(env!("CARGO"))
            .args(arguments)
            .arg("--offline")
            .current_dir(self.path())
            .env("CARGO_TARGET_DIR", target_directory())
            .env_remove("RUSTFLAGS")
            .stdin(Stdio::null())
            .output()
            .unwrap();
        let errors = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "cargo {arguments:?}: {errors}");
    }

    /// Runs the program of the package, which was built, against `server`.
    fn run(&self, server: &Server) -> String {
        let output: Output = Command::new(target_directory().join("debug/my-agent"))
            .env("DAYTONA_API_URL", server.api_url())
            .env("DAYTONA_API_KEY", server.api_key())
            .output()
            .unwrap();
        let errors = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{errors}");
        String::from_utf8(output.stdout).unwrap()
    }
}

/// A directory that has the dependencies already, where the test of the example ran.
fn target_directory() -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join("example")
}

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

#[test]
fn the_agent_finds_its_sandbox_again_and_starts_it() {
    let project = Project::new("2024", &[("src/main.rs", "")]);
    let (lines, file) = project.add();
    project.append(
        &file,
        &format!(
            r#"
#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {{
    let agent = assistant("ada").await?.init("ada").await?;
    let env = agent.env().ok_or("no sandbox")?;
    let found = env.exists("notes.txt").await?;
    env.write_file("notes.txt", b"kept").await?;
    print!("{{found}}");
    Ok(())
}}

{lines}"#
        ),
    );
    project.cargo(&["build"]);

    let server = Server::start_blocking();
    assert_eq!(project.run(&server), "false");
    assert_eq!(project.run(&server), "true");
    let ids = server.sandbox_ids();
    server.set_state(&ids[0], "stopped");
    assert_eq!(project.run(&server), "true");
    assert_eq!(server.sandbox_ids(), ids);

    let requests = server.requests();
    let creation = requests
        .iter()
        .find(|request| request.method == "POST" && request.path.ends_with("/sandbox"));
    let body = serde_json::from_slice::<Value>(&creation.unwrap().body).unwrap();
    assert_eq!(body["name"], "assistant-ada");
    assert_eq!(body["autoStopInterval"], 30);
    assert_eq!(body["autoDeleteInterval"], 7 * 24 * 60);
}
