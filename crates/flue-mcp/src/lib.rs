//! Serves any sandbox that a Flue adapter provides over the [Model Context Protocol](https://modelcontextprotocol.io).
//!
//! [`SandboxServer`] makes an MCP server of a [`SandboxFactory`]: eight tools and the files as resources. An agent of any
//! framework works in the sandbox then.
//!
//! ```no_run
//! use flue_mcp::SandboxServer;
//!
//! async fn serve(factory: impl flue_runtime::SandboxFactory + 'static) -> std::io::Result<()> {
//!     let server = SandboxServer::new(factory);
//!     flue_mcp::serve(server, flue_mcp::stdio()).await // until the client goes
//! }
//! ```
//!
//! # What a model gets
//!
//! | tool | arguments | |
//! | --- | --- | --- |
//! | `run` | `command`, `cwd`, `env`, `timeout` | the output, standard error apart where the provider keeps it so, and the exit code |
//! | `read` | `path`, `offset`, `limit` | lines of a text file, or an image |
//! | `write` | `path`, `content` | a new file, with its folders, or new content for one |
//! | `edit` | `path`, `old_text`, `new_text`, `all` | the one place that is like `old_text`, or all, replaced |
//! | `list` | `path` | the names in a folder, `/` after those of folders |
//! | `find` | `pattern`, `path` | paths that match a glob, at any depth |
//! | `grep` | `pattern`, `path`, `include`, `ignore_case` | lines that match, as `path:line:text` |
//! | `remove` | `path`, `recursive` | a file or folder less |
//!
//! Annotations tell clients which of them only read (`read`, `list`, `find`, `grep`), which destroy (`run`, `write`,
//! `edit`, `remove`) and which reaches beyond the sandbox (`run`).
//!
//! - **Limits.** An answer is cut at [`Limits`], and says how to get at the rest. A file that is too large is not fetched.
//! - **Deadlines.** A command has the time that the model gives it, within what [`Limits`] allow; every other call has
//!   [`Limits::call_deadline`].
//! - **Progress.** A client that asks for it hears every few seconds that a call is still at work, so that it need not give up.
//! - **Cancellation.** A call that the client cancels is given up at once. The contract has no way to tell the provider: a command
//!   that has begun goes on until its deadline, which is why it has one.
//! - **Errors** are results that say what was wrong and what to do about it, also for arguments that do not fit.
//! - **Resources.** `sandbox:///home/daytona/plot.png` is a file by its absolute path, as text or as bytes.
//!
//! For programs, `_meta` of a result holds what a model reads in words: `flue/exitCode` of a command and `flue/error`, a word for
//! what went wrong. Each content of `run` tells its stream in `flue/stream`.
//!
//! # The sandbox
//!
//! It is asked for with the first call that needs it, so a client that is merely started costs nothing. When it is found dead,
//! the next call asks the factory again. Whoever created it deletes it, after [`serve`] has returned.
//!
//! Files go through the contract. `list`, `find` and `grep` are small scripts, since the contract does not search: the sandbox
//! needs `sh`, `find`, `grep` and `awk`, and those of busybox will do. `find` and `grep` pass by `.git` and `node_modules`.
//! Nothing is contained: `..` and absolute paths lead out of the working directory, as they do in a shell. The wall is the sandbox.
//!
//! Nothing here writes to the standard output, which belongs to the protocol.

mod failure;
mod glob;
mod images;
mod limits;
mod progress;
mod resources;
mod script;
mod serve;
mod server;
mod session;
mod shown;
mod tools;

#[cfg(doc)]
use flue_runtime::SandboxFactory;

pub use limits::Limits;
/// The protocol, for those who bring a transport of their own.
pub use rmcp;
pub use serve::{serve, stdio};
pub use server::SandboxServer;
