#[path = "../.flue/sandboxes/mod.rs"]
mod sandboxes;

fn main() {}
