#[cfg(feature = "boxes")]
mod sandboxes;

fn main() {}
