//! The lines that the command shows, in a project of their own: they compile, and the agent finds its container again.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::Value;

use crate::engine::Engine;

const MAIN: &str = r#"
#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    for _ in 0..2 {
        let harness = assistant("ada").await?.init("ada").await?;
        let env = harness.env().ok_or("it has a sandbox")?;
        let command = "cat kept; echo kept >kept";
        let run = env.exec(command, flue_runtime::ExecOptions::new()).await?;
        print!("{}", run.stdout);
    }
    Ok(())
}
"#;

pub(crate) fn check(engine: &Engine) {
    let project = tempfile::tempdir().unwrap();
    let directory = project.path();
    let runtime = Path::new(env!("CARGO_MANIFEST_DIR")).join("crates/flue-runtime");
    let manifest = format!(
        "[package]\nname = \"docker-agent\"\nedition = \"2018\"\n\n[dependencies]\nflue-runtime = {{ path = {runtime:?} }}\ntokio = {{ version = \"1\", features = [\"macros\", \"rt-multi-thread\"] }}\n\n[lints.rust]\nwarnings = \"deny\"\n"
    );
    fs::write(directory.join("Cargo.toml"), manifest).unwrap();
    fs::create_dir(directory.join("src")).unwrap();
    fs::write(directory.join("src/main.rs"), MAIN).unwrap();
    let lines = add(directory);
    let main = fs::read_to_string(directory.join("src/main.rs")).unwrap();
    fs::write(directory.join("src/main.rs"), format!("{main}\n{lines}")).unwrap();
    assert_eq!(run(directory, engine), "kept\n");
    let (alive, removed) = look(engine);
    assert!(alive && removed, "running: {alive}, with an end: {removed}");
}

/// Adds the adapter; returns the lines for an agent.
fn add(directory: &Path) -> String {
    let output = Command::new(assert_cmd::cargo::cargo_bin!("flue"))
        .args(["add", "sandbox", "docker", "--json"])
        .current_dir(directory)
        .output()
        .unwrap();
    let report = serde_json::from_slice::<Value>(&output.stdout).unwrap();
    let steps = report["next_steps"].as_array().unwrap();
    let step = steps.iter().find(|step| step["code"] == "hand-to-agent");
    step.unwrap()["snippet"].as_str().unwrap().to_owned()
}

fn run(directory: &Path, engine: &Engine) -> String {
    let output = Command::new(env!("CARGO"))
        .args(["run", "--quiet", "--offline"])
        .current_dir(directory)
        .env(
            "CARGO_TARGET_DIR",
            concat!(env!("CARGO_TARGET_TMPDIR"), "/docker"),
        )
        .env("DOCKER_HOST", &engine.address)
        .env_remove("RUSTFLAGS")
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{errors}");
    String::from_utf8(output.stdout).unwrap()
}

/// Whether the agent's container runs, and goes by itself in the end.
fn look(engine: &Engine) -> (bool, bool) {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let look = async {
        let client = &engine.client;
        let container = client
            .inspect_container("assistant-ada", None)
            .await
            .unwrap();
        engine.remove("assistant-ada").await;
        container
    };
    let container = runtime.block_on(look);
    let runs = container.state.and_then(|state| state.running);
    let goes = container.host_config.and_then(|config| config.auto_remove);
    (runs == Some(true), goes == Some(true))
}
