// Copyright us.
// All rights reserved.

use std::env;

fn main() {
    println!("{:?}", env::args());
}
