mod sandboxes;

fn main() {}
