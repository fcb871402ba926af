mod sandboxes {
    //! Sandboxes.

    pub mod daytona;
}

fn main() {}
