#[path = "../.flue/sandboxes.rs"]
mod sandboxes;

fn main() {}
