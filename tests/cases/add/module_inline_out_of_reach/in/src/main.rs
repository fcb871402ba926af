mod sandboxes {
    pub fn count() -> usize {
        0
    }
}

fn main() {
    assert_eq!(sandboxes::count(), 0);
}
