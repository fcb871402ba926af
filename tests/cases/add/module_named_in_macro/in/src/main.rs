macro_rules! modules {
    ($($name:ident),*) => {
        $(mod $name;)*
    };
}

modules!(agents, sandboxes);

fn main() {}
