#[path = "../../shared/sandboxes.rs"]
mod sandboxes;

fn main() {}
