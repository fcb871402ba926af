mod sandboxes {
    pub mod daytona {}
}

fn main() {}
