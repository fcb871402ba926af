//! The assistant after `flue add sandbox daytona`, with the adapter handed to its agent.
//!
//! Needs `DAYTONA_API_KEY`. Its work is scripted here, where a real assistant asks its model what to do.

mod sandboxes;

use anyhow::Context as _;
use daytona_sdk::{CreateSandboxParams, Daytona, Sandbox};
use flue_runtime::{AgentDefinition, ExecOptions, MkdirOptions, define_agent};
use sandboxes::daytona::daytona;

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let client = Daytona::from_env()?;
    // Daytona stops it when nobody uses it any more, and deletes it then: should this program not come to that.
    let params = CreateSandboxParams::new()
        .auto_stop_interval(30) // minutes without use
        .auto_delete_interval(0); // minutes after it stopped
    let sandbox = client.create(params).await?;
    let outcome = work_in(sandbox.clone()).await;
    // The application owns the sandbox: it deletes it, whatever the agent came to.
    client.delete(&sandbox).await?;
    outcome
}

async fn work_in(sandbox: Sandbox) -> anyhow::Result<()> {
    let agent = define_agent(move || {
        AgentDefinition::new("anthropic/claude-sonnet-4-6")
            .sandbox(daytona(sandbox.clone()))
            .cwd("workspace")
    });
    let harness = agent.init("assistant").await?;
    let env = harness.env().context("the agent has a sandbox")?;

    env.mkdir(".", MkdirOptions::recursive()).await?;
    env.write_file("notes.txt", b"written by an agent\n")
        .await?;
    let listing = env.exec("pwd && cat notes.txt", ExecOptions::new()).await?;
    print!("{}", listing.stdout);
    Ok(())
}
