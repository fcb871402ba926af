//! An assistant that has a model, but nowhere to work yet.
//!
//! `flue add sandbox daytona`, run in this folder, adds the adapter for a Daytona sandbox.

use flue_runtime::{AgentDefinition, define_agent};

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let agent = define_agent(|| AgentDefinition::new("anthropic/claude-sonnet-4-6"));
    let harness = agent.init("assistant").await?;
    println!("model: {}", harness.model());
    match harness.env() {
        Some(env) => println!("works in {}", env.cwd()),
        None => println!("has no sandbox yet"),
    }
    Ok(())
}
