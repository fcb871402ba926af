//! The sandbox contract of Flue: what an adapter implements and an agent uses.
//!
//! An adapter implements [`SandboxApi`] for a provider and hands it out through a [`SandboxFactory`]; an agent works
//! with the [`SessionEnv`] that comes of it. `flue add sandbox daytona` writes such an adapter for Daytona.
//!
//! ```
//! use std::sync::Arc;
//!
//! use flue_runtime::{
//!     AgentDefinition, SandboxError, SandboxFactory, SessionEnv, SessionEnvOptions, async_trait, define_agent,
//! };
//!
//! /// Hands out an environment that was made elsewhere, as an adapter does.
//! struct Ready(Arc<dyn SessionEnv>);
//!
//! #[async_trait]
//! impl SandboxFactory for Ready {
//!     async fn create_session_env(&self, _: SessionEnvOptions) -> Result<Arc<dyn SessionEnv>, SandboxError> {
//!         Ok(self.0.clone())
//!     }
//! }
//!
//! async fn work(env: Arc<dyn SessionEnv>) -> Result<(), SandboxError> {
//!     let agent = define_agent(move || {
//!         AgentDefinition::new("anthropic/claude-sonnet-4-6").sandbox(Ready(env.clone())).cwd("workspace")
//!     });
//!     let harness = agent.init("assistant").await?;
//!     if let Some(env) = harness.env() {
//!         env.write_file("notes.txt", b"hello\n").await?;
//!     }
//!     Ok(())
//! }
//! ```
//!
//! # Cancellation
//!
//! Every method is a future; dropping it cancels the wait. The provider is not told: a command that has begun may run
//! to its end, which is what [`ExecOptions::timeout`] is for.

mod agent;
mod api;
mod error;
mod liveness;
mod path;
mod session;

pub use agent::{Agent, AgentDefinition, Harness, define_agent};
pub use api::{
    ExecOptions, FileStat, MkdirOptions, RmOptions, SandboxApi, SandboxFactory, SessionEnv,
    SessionEnvOptions, ShellResult,
};
/// The attribute for implementations of the traits here, so that an adapter needs no dependency of its own.
pub use async_trait::async_trait;
pub use error::{BoxError, DeathReason, SandboxError};
pub use liveness::{Liveness, LivenessPolicy, LivenessProbe, guard};
pub use session::create_sandbox_session_env;
