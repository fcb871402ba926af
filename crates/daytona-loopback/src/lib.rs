//! A server on this machine that speaks Daytona's HTTP API (v0.190.0), over a temporary folder and
//! a real shell.
//!
//! It is for tests of clients and adapters, and for trying them without an account. Each sandbox is
//! a folder; its commands are real processes, and paths are real paths. **Nothing is confined**: an
//! absolute path reaches this machine's files, as it does in the daemon that the server imitates.
//!
//! ```
//! let server = daytona_loopback::Server::start_blocking();
//! println!("DAYTONA_API_URL={}", server.api_url());
//! println!("DAYTONA_API_KEY={}", server.api_key());
//! // Dropping the server ends its commands and removes its folders.
//! ```
//!
//! What a test can ask of it, beyond answering:
//!
//! - [`Server::requests`]: what arrived, decoded.
//! - [`Server::inject`]: delays, hanging and dropped connections, refusals, cut bodies ([`Fault`]).
//! - [`Server::set_state`], [`Server::set_field`] and their neighbours: sandboxes in any state, also in
//!   states that do not exist yet, with fields missing or null.
//! - [`Server::advance_clock`]: hours in which nothing happens, after which sandboxes stop, are archived or
//!   are gone.
//! - [`leaks`]: what a program leaves behind when its requests fail, each in turn and in every way.
//! - [`Builder`]: error shapes of later daemons, the zone of file times, states that take time.
//!
//! Programs in other languages reach the same switches under `/_loopback` (see the crate's README).

mod api;
mod arguments;
mod call;
mod clock;
mod commands;
mod control;
mod daemon;
mod download;
mod errors;
mod faults;
mod files;
mod go;
mod leaks;
mod lock;
mod recording;
mod reply;
mod sandbox;
mod search;
mod server;
mod session;
mod session_log;
mod sessions;
mod settings;
mod state;
mod storage;
mod toolbox;
mod upload;
mod volume;

pub use errors::ErrorShape;
pub use faults::{Fault, FaultHandle};
pub use go::Zone;
pub use leaks::{Leaks, leaks};
pub use recording::Request;
pub use server::{Builder, Server};
pub use settings::StoppedReply;
