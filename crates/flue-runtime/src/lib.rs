//! The sandbox contract of Flue: what an adapter implements and an agent uses.
//!
//! # An agent
//!
//! From nothing to an agent that works in a [Daytona](https://www.daytona.io) sandbox:
//!
//! ```sh
//! cargo new assistant && cd assistant
//! cargo add flue-runtime && cargo add tokio --features macros,rt-multi-thread
//! flue add sandbox daytona    # adds daytona-sdk, and src/sandboxes/daytona.rs
//! ```
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
//!     // Or `Daytona::from_env()`, with the key in `DAYTONA_API_KEY`.
//!     let client = Daytona::new(DaytonaConfig::new(api_key).api_url(api_url))?;
//!     let sandbox = client.create(CreateSandboxParams::new()).await?;
//!
//!     let mine = sandbox.clone();
//!     let agent = define_agent(move || {
//!         AgentDefinition::new("anthropic/claude-sonnet-4-6").sandbox(sandboxes::daytona::daytona(mine.clone()))
//!     });
//!     let harness = agent.init("assistant").await?;
//!     let env = harness.env().ok_or("the agent has a sandbox")?;
//!     // What a model would ask for:
//!     env.write_file("notes/today.txt", b"buy milk\n").await?;
//!     let run = env.exec("wc -l < notes/today.txt", ExecOptions::new()).await?;
//!     assert_eq!(run.stdout.trim(), "1");
//!
//!     sandbox.delete().await?;
//!     Ok(())
//! }
//! ```
//!
//! # An adapter of your own
//!
//! An adapter implements the methods of [`SandboxApi`] for a provider and hands the result out through a
//! [`SandboxFactory`]. [`create_sandbox_session_env`] adds what is the same everywhere, such as giving up a call to a
//! sandbox that died, and the crate [`flue-conformance`](https://docs.rs/flue-conformance) proves the adapter in one
//! test. This one gives an agent the files and the shell of this very machine:
//!
//! ```
//! use std::process::Command;
//! use std::sync::Arc;
//! use std::{fs, io};
//!
//! use flue_runtime::*;
//!
//! struct ThisMachine;
//!
//! fn told<T>(operation: Operation, path: &str, result: io::Result<T>) -> Result<T, SandboxError> {
//!     result.map_err(|error| SandboxError::from_io(operation, path, error))
//! }
//!
//! #[async_trait]
//! impl SandboxApi for ThisMachine {
//!     async fn read_file_buffer(&self, path: &str) -> Result<Vec<u8>, SandboxError> {
//!         told(Operation::ReadFile, path, fs::read(path))
//!     }
//!     async fn write_file(&self, path: &str, content: &[u8]) -> Result<(), SandboxError> {
//!         told(Operation::WriteFile, path, fs::write(path, content))
//!     }
//!     async fn stat(&self, path: &str) -> Result<FileStat, SandboxError> {
//!         let found = told(Operation::Stat, path, fs::metadata(path))?;
//!         // Whether the path itself is a link was not looked at, so it is not told.
//!         let stat = FileStat::new(found.file_type().into());
//!         Ok(stat.with_size(found.len()).with_mtime(found.modified().ok()))
//!     }
//!     async fn readdir(&self, path: &str) -> Result<Vec<String>, SandboxError> {
//!         let entries = told(Operation::Readdir, path, fs::read_dir(path).and_then(Iterator::collect::<io::Result<Vec<_>>>))?;
//!         Ok(entries.iter().map(|entry| entry.file_name().to_string_lossy().into_owned()).collect())
//!     }
//!     async fn exists(&self, path: &str) -> Result<bool, SandboxError> {
//!         match fs::exists(path) {
//!             Err(error) if error.kind() == io::ErrorKind::NotADirectory => Ok(false),
//!             result => told(Operation::Exists, path, result),
//!         }
//!     }
//!     async fn mkdir(&self, path: &str, options: MkdirOptions) -> Result<(), SandboxError> {
//!         told(Operation::Mkdir, path, fs::DirBuilder::new().recursive(options.recursive).create(path))
//!     }
//!     async fn rm(&self, path: &str, options: RmOptions) -> Result<(), SandboxError> {
//!         if options.force {
//!             return Err(SandboxError::unsupported(Operation::Rm, "this machine", ["force"]));
//!         }
//!         let found = told(Operation::Rm, path, fs::symlink_metadata(path))?;
//!         told(Operation::Rm, path, match (found.is_dir(), options.recursive) {
//!             (false, _) => fs::remove_file(path),
//!             (true, true) => fs::remove_dir_all(path),
//!             (true, false) => Err(io::ErrorKind::IsADirectory.into()),
//!         })
//!     }
//!     async fn exec(&self, command: &str, options: ExecOptions) -> Result<ShellResult, SandboxError> {
//!         if options.timeout.is_some() {
//!             // An adapter for real use stops the command in time.
//!             return Err(SandboxError::unsupported(Operation::Exec, "this machine", ["timeout"]));
//!         }
//!         let cwd = options.cwd.unwrap_or_default();
//!         let mut shell = Command::new("sh");
//!         shell.args(["-c", command]).current_dir(&cwd).envs(options.env).stdin(std::process::Stdio::null());
//!         let output = told(Operation::Exec, &cwd, shell.output())?;
//!         Ok(ShellResult::new(output.status.code().unwrap_or(-1))
//!             .with_stdout(String::from_utf8_lossy(&output.stdout))
//!             .with_stderr(String::from_utf8_lossy(&output.stderr)))
//!     }
//! }
//!
//! #[async_trait]
//! impl SandboxFactory for ThisMachine {
//!     async fn create_session_env(&self, _: SessionEnvOptions) -> Result<Arc<dyn SessionEnv>, SandboxError> {
//!         Ok(create_sandbox_session_env(ThisMachine, std::env::temp_dir().to_string_lossy()))
//!     }
//! }
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), SandboxError> {
//! let agent = define_agent(|| AgentDefinition::new("anthropic/claude-sonnet-4-6").sandbox(ThisMachine));
//! let harness = agent.init("assistant").await?;
//! let run = harness.env().expect("it has a sandbox").exec("echo hello", ExecOptions::new()).await?;
//! assert_eq!(run.stdout, "hello\n");
//! # Ok(())
//! # }
//! ```
//!
//! # Cancellation
//!
//! Every method is a future; dropping it cancels the wait. The provider is not told: a command that has begun may run
//! to its end, which is what [`ExecOptions::timeout`] is for.

mod agent;
mod api;
mod command;
mod error;
mod forward;
mod liveness;
mod operation;
mod options;
mod path;
mod results;
mod session;

pub use agent::{Agent, AgentDefinition, Harness, define_agent};
pub use api::{SandboxApi, SandboxFactory, SessionEnv};
/// The attribute for implementations of the traits here, so that an adapter needs no dependency of its own.
pub use async_trait::async_trait;
pub use error::{BoxError, DeathReason, SandboxError};
pub use liveness::{Liveness, LivenessPolicy, guard};
pub use operation::Operation;
pub use options::{ExecOptions, MkdirOptions, RmOptions, SessionEnvOptions};
pub use results::{FileKind, FileStat, ShellResult};
pub use session::{create_sandbox_session_env, scope_session_env};
