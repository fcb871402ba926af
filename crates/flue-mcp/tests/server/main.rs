//! The server, over the adapter that users get and a sandbox of the loopback server, asked by the official client for Rust.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on panics")]

#[path = "../../../../tests/cases/pristine/rust.rs"]
mod daytona;

mod busybox;
mod calls;
mod conformance;
mod fixture;
mod limits;
mod mistakes;
mod remote;
mod resources;
mod session;
mod tools;
