//! An async client of [Daytona](https://www.daytona.io)'s sandboxes: create one, run commands in
//! it, read and write its files.
//!
//! The names are those of Daytona's own SDKs. From nothing to a command:
//!
//! ```
//! use std::time::Duration;
//!
//! use daytona_sdk::{CreateSandboxParams, Daytona, DaytonaConfig, ExecuteOptions};
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> daytona_sdk::Result<()> {
//! # let server = daytona_loopback::Server::start().await;
//! # let (api_key, api_url) = (server.api_key(), server.api_url());
//! // Or `Daytona::from_env()`, with the key in `DAYTONA_API_KEY`.
//! let daytona = Daytona::new(DaytonaConfig::new(api_key).api_url(api_url))?;
//! let sandbox = daytona.create(CreateSandboxParams::new()).await?;
//!
//! let fs = sandbox.fs();
//! fs.upload_file("echo \"hello, $NAME\"\n", "hello.sh").await?;
//!
//! let options = ExecuteOptions::new().env("NAME", "world").timeout(Duration::from_secs(30));
//! let run = sandbox.process().execute_command("sh hello.sh </dev/null", options).await?;
//! assert_eq!((run.exit_code, run.result.as_str()), (0, "hello, world\n"));
//!
//! sandbox.delete().await?;
//! # Ok(())
//! # }
//! ```
//!
//! # An agent in the sandbox
//!
//! `flue add sandbox daytona` writes an adapter into the project, through which an agent of Flue
//! works in a sandbox:
//!
//! ```
//! # // What `flue add` writes.
//! # #[path = "../../../examples/assistant-with-daytona/src/sandboxes/mod.rs"]
//! mod sandboxes;
//!
//! use daytona_sdk::{CreateSandboxParams, Daytona, DaytonaConfig};
//! use flue_runtime::{AgentDefinition, ExecOptions, define_agent};
//!
//! #[tokio::main]
//! async fn main() -> Result<(), Box<dyn std::error::Error>> {
//!     # let server = daytona_loopback::Server::start().await;
//!     # let (api_key, api_url) = (server.api_key(), server.api_url());
//!     let daytona = Daytona::new(DaytonaConfig::new(api_key).api_url(api_url))?;
//!     let sandbox = daytona.create(CreateSandboxParams::new()).await?;
//!
//!     let mine = sandbox.clone();
//!     let agent = define_agent(move || {
//!         AgentDefinition::new("anthropic/claude-sonnet-4-6")
//!             .sandbox(sandboxes::daytona::daytona(mine.clone()))
//!     });
//!     let harness = agent.init("assistant").await?;
//!     let env = harness.env().ok_or("the agent has a sandbox")?;
//!     assert_eq!(env.exec("echo hello", ExecOptions::new()).await?.stdout, "hello\n");
//!
//!     sandbox.delete().await?;
//!     Ok(())
//! }
//! ```
//!
//! # Where to look
//!
//! - [`Daytona`] creates, finds, lists and deletes sandboxes; [`DaytonaConfig`] sets it up.
//!   [`Daytona::snapshot`] and [`Daytona::volume`] lead to what sandboxes are made from and share.
//! - [`Sandbox`] is one of them; [`Sandbox::fs`] leads to its files, [`Sandbox::process`] to its
//!   commands and sessions.
//! - [`Error::kind`] is what code should look at when a call fails; no text ever holds the API
//!   key.
//!
//! # Sandboxes that live and do not leak
//!
//! A sandbox costs until it is deleted, and stops when nothing has happened for a while.
//!
//! - [`Daytona::get_or_create`] finds a sandbox again by its name, and starts it if it stopped: what runs
//!   under a name has one sandbox, however often it is restarted.
//! - [`auto_stop_interval`](CreateSandboxParams::auto_stop_interval),
//!   [`auto_delete_interval`](CreateSandboxParams::auto_delete_interval) and
//!   [`ttl_minutes`](CreateSandboxParams::ttl_minutes) bound its life, whatever becomes of this process.
//! - Commands and files keep it awake, and [`Sandbox::refresh_activity`] does for work that Daytona does
//!   not see.
//!
//! # What can be relied on
//!
//! - **Nothing is done twice.** A request is sent again only if it surely had no effect, or if
//!   having it twice is the same as having it once; [`DaytonaConfig::max_retries`] has the rule.
//! - **Commands are not cut off.** They have no deadline but their own; other calls do.
//! - **Dropping a future** ends the request on this side only. A command that runs, runs on; its own
//!   [`timeout`](ExecuteOptions::timeout) ends it, or [`Process::delete_session`] if it runs in a session.
//! - **Large files** go through [`FileSystem::upload_file_stream`] and
//!   [`FileSystem::download_file_stream`] with constant memory.
//! - **A newer Daytona** is read as far as it can be: fields and states that this version does not
//!   know are no errors.
//!
//! Every request is a [`tracing`] span with the name of the method and the path or sandbox that it
//! was about; commands, contents and environment variables are never logged.

mod client;
mod config;
mod create;
mod decode;
mod download;
mod error;
mod file_info;
mod fs;
mod info;
mod list;
mod log;
mod multipart;
mod named;
mod process;
mod refusal;
mod retry;
mod sandbox;
mod session;
mod snapshot;
mod state;
mod tls;
mod toolbox;
mod transport;
mod volume;
mod web_socket;

pub use client::Daytona;
pub use config::{ApiKey, DaytonaConfig};
pub use create::{BuildInfo, CreateSandboxParams, Resources, VolumeMount};
pub use download::FileDownload;
pub use error::{Error, ErrorKind, Result};
pub use file_info::FileInfo;
pub use fs::{DeleteFileOptions, FilePermissions, FileSystem, Match};
pub use info::{GpuType, SandboxInfo};
pub use list::{ListSandboxesQuery, SandboxStream};
pub use log::{LogChunk, LogStream};
pub use process::{ExecuteOptions, ExecuteResponse, Process};
pub use sandbox::Sandbox;
pub use session::{
    Session, SessionCommand, SessionCommandLogs, SessionExecuteRequest, SessionExecuteResponse,
};
pub use snapshot::{ListSnapshotsQuery, Snapshot, SnapshotService, SnapshotState, SnapshotStream};
pub use state::SandboxState;
pub use volume::{Volume, VolumeService, VolumeState};

/// The README's example is compiled.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
