#[path = "../../common/sandboxes.rs"]
mod sandboxes;

fn main() {}
