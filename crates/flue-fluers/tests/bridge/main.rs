//! The bridge, over the adapter that users get and a sandbox of the loopback server.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on panics")]

#[allow(unreachable_pub)] // The lint of this workspace, not of the projects that the file is for.
#[path = "../../../../tests/cases/pristine/rust-2024.rs"]
mod daytona;

mod agent_loop;
mod base;
mod commands;
mod failures;
mod fixture;
mod like_local;
mod requests;
mod searches;
