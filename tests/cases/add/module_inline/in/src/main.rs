mod sandboxes {
    //! Sandboxes.
}

fn main() {}
