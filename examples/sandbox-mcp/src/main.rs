//! Gives an MCP client, such as a coding agent, a Daytona sandbox of its own.
//!
//! A line in the client's configuration starts it; it speaks over its standard input and output. The sandbox is created with
//! the first call that needs it and deleted when the client goes, however it goes. Needs `DAYTONA_API_KEY`.

mod lease;
/// What `flue add sandbox daytona` writes.
#[path = "../../assistant-with-daytona/src/sandboxes/mod.rs"]
mod sandboxes;

use clap::Parser;
use daytona_sdk::{CreateSandboxParams, Daytona};
use flue_mcp::SandboxServer;

use lease::Lease;

/// Serves a Daytona sandbox over MCP on the standard input and output.
///
/// The sandbox is created with the first call and deleted when the client goes; should this program be killed, Daytona stops it after
/// 30 minutes and deletes it a day later. DAYTONA_API_KEY has to be set; DAYTONA_API_URL,
/// DAYTONA_TARGET and DAYTONA_ORGANIZATION_ID are heeded.
#[derive(Parser)]
#[command(version)]
struct Args {
    /// Make the sandbox from this snapshot instead of the organization's own
    #[arg(long, value_name = "NAME", conflicts_with = "image")]
    snapshot: Option<String>,
    /// Make the sandbox from this image of a container registry
    #[arg(long, value_name = "IMAGE")]
    image: Option<String>,
    /// Work in the sandbox of this name and leave it: it is found again, stops when it is idle, and goes after a week without use
    #[arg(long, value_name = "NAME")]
    keep: Option<String>,
}

fn main() -> anyhow::Result<()> {
    let args = Args::parse();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let outcome = runtime.block_on(serve(args));
    // A read of the standard input that waits cannot be given up; so this does not wait for it.
    runtime.shutdown_background();
    outcome
}

async fn serve(args: Args) -> anyhow::Result<()> {
    let client = Daytona::from_env()?;
    let params = match (args.snapshot, args.image) {
        (Some(snapshot), _) => CreateSandboxParams::from_snapshot(snapshot),
        (None, Some(image)) => CreateSandboxParams::from_image(image),
        (None, None) => CreateSandboxParams::new(),
    };
    let lease = match args.keep {
        Some(name) => Lease::kept(client, name, params),
        None => Lease::of_its_own(client, params),
    };
    let server = SandboxServer::new(lease.clone());
    let served = tokio::select! {
        served = flue_mcp::serve(server, flue_mcp::stdio()) => served,
        told = told_to_end() => told,
    };
    lease.end().await?;
    Ok(served?)
}

/// Waits until the system, or whoever started this, wants it to end.
async fn told_to_end() -> std::io::Result<()> {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};

        let mut terminate = signal(SignalKind::terminate())?;
        let mut hangup = signal(SignalKind::hangup())?;
        tokio::select! {
            _ = terminate.recv() => Ok(()),
            _ = hangup.recv() => Ok(()),
            interrupt = tokio::signal::ctrl_c() => interrupt,
        }
    }
    #[cfg(not(unix))]
    tokio::signal::ctrl_c().await
}
