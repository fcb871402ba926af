/* mod sandboxes; /* nested */ mod sandboxes; */

fn main() {}
