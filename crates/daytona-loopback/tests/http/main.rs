//! The server over real HTTP, route by route. Each module has the tests of one part of the API.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod api;
mod binary;
mod client;
mod clock;
mod commands;
mod control;
mod errors;
mod faults;
mod files;
mod leaks;
mod lifetime;
mod load;
mod sessions;
mod storage;
mod transfers;
