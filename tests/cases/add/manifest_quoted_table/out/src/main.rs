mod sandboxes;

fn main() {}
