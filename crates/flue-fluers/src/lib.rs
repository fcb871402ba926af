//! Lets agents of the [`fluers`](fluers_runtime) harness work in any sandbox that a Flue adapter provides.
//!
//! [`FlueSandbox`] makes a [`fluers_runtime::Sandbox`] of a [`SandboxFactory`]; its sessions are [`FlueSessionEnv`]s.
//!
//! ```no_run
//! use fluers_runtime::{RuntimeResult, Sandbox as _, mvp_tools};
//! use flue_fluers::FlueSandbox;
//!
//! async fn work(factory: impl flue_runtime::SandboxFactory + 'static) -> RuntimeResult<()> {
//!     let sandbox = FlueSandbox::new("daytona", factory);
//!     let env = sandbox.env_for("".as_ref()).await?;
//!     let tools = mvp_tools(env); // read, write, edit, bash, glob and grep, for `fluers_core::run_agent`
//!     Ok(())
//! }
//! ```
//!
//! # What an agent sees
//!
//! What it sees in `fluers_runtime::LocalSandbox` on a machine without `rg`: the same limits, markers, results and
//! kinds of error.
//!
//! - Paths are relative to the base directory of the Flue environment. An absolute path, a `..`, a link anywhere on
//!   the way and a file with several hard links are refused with [`RuntimeError::Sandbox`].
//! - What the state of a file does not allow is [`RuntimeError::Io`], which the tools tell the model gently; the rest
//!   is [`RuntimeError::Sandbox`].
//! - The pattern of `glob` is in its last part (`*` and `?`), and matches at every depth below the folder before it.
//! - The pattern of `grep` is a basic regular expression of POSIX.
//!
//! Different on purpose: `grep` gives its matches sorted by path, leaves out the files that it takes for binary, and
//! refuses what is not a pattern instead of finding nothing; a file that is not UTF-8 is none at any size; a text that
//! speaks of truncation is marked as truncated like any other; a link is called a link wherever it stands in a path; and
//! a backslash is a character like any other at the beginning of a pattern too.
//!
//! # How it is done
//!
//! The Flue contract does not tell links, nor does it search. Both are done by commands, so the sandbox needs `sh`,
//! `find`, `grep`, `awk`, `ls` and `od` as POSIX describes them; without them every call is an error, and none goes
//! unchecked. A path is looked at right before it is used, by name: a link that is put there in between is followed.
//! So this keeps a model on its way, and is no wall against a program in the sandbox; the wall is the sandbox.
//!
//! A call is cancelled by dropping its future, which is what the token given to `exec` does. A command that has begun
//! goes on in the sandbox until its own deadline.

mod env;
mod failure;
mod inspection;
mod read_limits;
mod rel_path;
mod sandbox;
mod script;
mod search;

#[cfg(doc)]
use {flue_runtime::SandboxFactory, fluers_runtime::RuntimeError};

pub use env::FlueSessionEnv;
pub use sandbox::FlueSandbox;
