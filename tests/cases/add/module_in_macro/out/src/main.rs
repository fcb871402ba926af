macro_rules! modules {
    ($($item:item)*) => { $($item)* };
}

modules! {
    mod sandboxes;
}

fn main() {}
