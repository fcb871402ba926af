/* mod sandboxes; /* nested */ mod sandboxes; */

mod sandboxes;

fn main() {}
