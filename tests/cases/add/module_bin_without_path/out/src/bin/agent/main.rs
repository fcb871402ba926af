#[path = "../../sandboxes/mod.rs"]
mod sandboxes;

fn main() {}
