use std::env;

mod alpha;
mod sandboxes;
mod zeta;

fn main() {
    println!("{:?}", env::args());
}
