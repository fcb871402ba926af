//! The rules that hold for every provider, one module for each part of the contract.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on panics")]

mod agent;
mod errors;
mod liveness;
mod recorder;
mod session;
