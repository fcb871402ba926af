//! The lines at work, in a program of their own.

use std::path::PathBuf;
use std::process::{Output, Stdio};
use std::sync::LazyLock;

use daytona_loopback::Server;
use serde_json::Value;
use tokio::process::Command;

use crate::project::{Project, target_directory};

/// What the lines are pasted below: an agent that looks for a file and writes it.
const MAIN: &str = r#"
#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let agent = assistant("ada").await?.init("ada").await?;
    let env = agent.env().ok_or("no sandbox")?;
    let found = env.exists("notes.txt").await?;
    env.write_file("notes.txt", b"kept").await?;
    print!("{found}");
    Ok(())
}
"#;

/// The program, built once.
static AGENT: LazyLock<PathBuf> = LazyLock::new(|| {
    let project = Project::new("2024", &[("src/main.rs", MAIN)]);
    let (lines, file) = project.add();
    project.append(&file, &lines);
    project.cargo(&["build"]);
    target_directory().join("debug/my-agent")
});

/// Runs the program to its end, or until this is dropped.
async fn run(server: &Server) -> Output {
    let mut command = Command::new(&*AGENT);
    command
        .env("DAYTONA_API_URL", server.api_url())
        .env("DAYTONA_API_KEY", server.api_key())
        .stdin(Stdio::null())
        .kill_on_drop(true);
    command.output().await.unwrap()
}

/// What the program says, which must succeed.
async fn told(server: &Server) -> String {
    let output = run(server).await;
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{errors}");
    String::from_utf8(output.stdout).unwrap()
}

#[tokio::test]
async fn an_agent_finds_its_sandbox_again_and_starts_it() {
    let server = Server::start().await;
    assert_eq!(told(&server).await, "false");
    assert_eq!(told(&server).await, "true");
    let ids = server.sandbox_ids();
    server.set_state(&ids[0], "stopped");
    assert_eq!(told(&server).await, "true");
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

#[tokio::test]
async fn whatever_request_fails_no_sandbox_stays_for_ever() {
    let run = async |server: &Server| drop(run(server).await);
    let new = async || Server::start().await;
    let slow = async || Server::builder().passing_polls(2).start().await;
    let stopped = async || {
        let server = Server::start().await;
        told(&server).await;
        server.set_state(&server.sandbox_ids()[0], "stopped");
        server
    };
    let outcomes = [
        daytona_loopback::leaks(new, run).await,
        daytona_loopback::leaks(slow, run).await,
        daytona_loopback::leaks(stopped, run).await,
    ];
    for leaks in &outcomes {
        assert_eq!(leaks.left, [""; 0]);
    }
    let runs: usize = outcomes.iter().map(|leaks| leaks.runs).sum();
    assert!(runs >= 200, "{runs} runs");
}
