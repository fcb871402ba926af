//! Gives an MCP client, such as a coding agent, a sandbox of its own: in Daytona, or a container of Docker or Podman.
//!
//! A line in the client's configuration starts it; it speaks over its standard input and output. The sandbox is made with
//! the first call that needs it and deleted when the client goes, however it goes. Daytona needs `DAYTONA_API_KEY`.

mod daytona;
mod docker;
mod lease;
/// What `flue add sandbox daytona` and `flue add sandbox docker` write.
mod sandboxes {
    #[path = "../../../assistant-with-daytona/src/sandboxes/daytona.rs"]
    pub(crate) mod daytona;
    pub(crate) mod docker;
}

use bollard::Docker;
use clap::{Args, Parser, Subcommand};
use daytona_sdk::{CreateSandboxParams, Daytona};
use flue_mcp::SandboxServer;

use crate::daytona::DaytonaSandbox;
use crate::docker::Container;
use crate::lease::{End, Lease, own_name};

/// Serves a sandbox over MCP on the standard input and output: one in Daytona, or a container.
///
/// The sandbox is made with the first call and deleted when the client goes. Should this program be killed, Daytona stops it after
/// 30 minutes and deletes it a day later. DAYTONA_API_KEY has to be set; DAYTONA_API_URL,
/// DAYTONA_TARGET and DAYTONA_ORGANIZATION_ID are heeded.
#[derive(Parser)]
#[command(version, args_conflicts_with_subcommands = true)]
struct Cli {
    #[command(subcommand)]
    provider: Option<Elsewhere>,
    #[command(flatten)]
    daytona: DaytonaArgs,
}

#[derive(Args)]
struct DaytonaArgs {
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

/// Other places than Daytona.
#[derive(Subcommand)]
enum Elsewhere {
    Docker(DockerArgs),
}

/// Serves a container of Docker or Podman
///
/// It is made with the first call and removed when the client goes; should this program be killed, it ends after a day. DOCKER_HOST
/// names the engine.
#[derive(Args)]
struct DockerArgs {
    /// Make the container from this image, which the engine has to have, with a shell and the usual tools
    #[arg(long, value_name = "IMAGE", default_value = "debian:stable-slim")]
    image: String,
    /// Where paths and commands start in the container; it is made if it is not there
    #[arg(long, value_name = "DIRECTORY", default_value = "/workspace")]
    workdir: String,
    /// Work in the container of this name and leave it: it is found again, and goes a week after it was made
    #[arg(long, value_name = "NAME")]
    keep: Option<String>,
}

fn main() -> anyhow::Result<()> {
    let cli = Cli::parse();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let outcome = runtime.block_on(serve(cli));
    // A read of the standard input that waits cannot be given up; so this does not wait for it.
    runtime.shutdown_background();
    outcome
}

async fn serve(cli: Cli) -> anyhow::Result<()> {
    let lease = match cli.provider {
        None => lease_in_daytona(cli.daytona)?,
        Some(Elsewhere::Docker(args)) => lease_of_container(args)?,
    };
    let server = SandboxServer::new(lease.clone());
    let served = tokio::select! {
        served = flue_mcp::serve(server, flue_mcp::stdio()) => served,
        told = told_to_end() => told,
    };
    lease.end().await?;
    Ok(served?)
}

fn lease_in_daytona(args: DaytonaArgs) -> anyhow::Result<Lease> {
    let client = Daytona::from_env()?;
    let params = match (args.snapshot, args.image) {
        (Some(snapshot), _) => CreateSandboxParams::from_snapshot(snapshot),
        (None, Some(image)) => CreateSandboxParams::from_image(image),
        (None, None) => CreateSandboxParams::new(),
    };
    let (name, end) = name_and_end(args.keep);
    Ok(Lease::new(
        DaytonaSandbox::new(client, name, params, end),
        end,
    ))
}

fn lease_of_container(args: DockerArgs) -> anyhow::Result<Lease> {
    let client = Docker::connect_with_defaults()?;
    let (name, end) = name_and_end(args.keep);
    let container = Container {
        client,
        name,
        image: args.image,
        workdir: args.workdir,
        life: docker::life(end),
    };
    Ok(Lease::new(container, end))
}

fn name_and_end(kept: Option<String>) -> (String, End) {
    match kept {
        Some(name) => (name, End::Keep),
        None => (own_name(), End::Delete),
    }
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
