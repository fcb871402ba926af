mod sandboxes;

const TEXT: &str = r#"
mod sandboxes;
"#;

fn main() {
    println!("{TEXT}");
}
