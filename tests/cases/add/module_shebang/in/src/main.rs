#!/usr/bin/env run-cargo-script
//! The agent.

fn main() {}
