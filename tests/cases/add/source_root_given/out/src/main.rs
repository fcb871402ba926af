#[path = "../agents/sandboxes/mod.rs"]
mod sandboxes;

fn main() {}
