// Copyright us.
// All rights reserved.

use std::env;

mod sandboxes;

fn main() {
    println!("{:?}", env::args());
}
