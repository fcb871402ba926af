use std::env;

mod alpha;
mod zeta;

fn main() {
    println!("{:?}", env::args());
}
