#![allow(dead_code)]
#![doc = "The agent."]
#![deny(missing_docs)]

fn main() {}
