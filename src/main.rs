//! The `flue` binary.

fn main() {}
