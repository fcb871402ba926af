#![allow(dead_code)]
#![deny(missing_docs)]

fn main() {}
