#[path = "boxes/all.rs"]
mod sandboxes;

fn main() {}
