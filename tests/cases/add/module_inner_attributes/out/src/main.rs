#![allow(dead_code)]
#![doc = "The agent."]
#![deny(missing_docs)]

mod sandboxes;

fn main() {}
