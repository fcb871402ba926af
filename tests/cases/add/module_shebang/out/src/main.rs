#!/usr/bin/env run-cargo-script
//! The agent.

mod sandboxes;

fn main() {}
