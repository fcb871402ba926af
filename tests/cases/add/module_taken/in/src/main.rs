mod sandboxes;

fn main() {
    sandboxes::daytona::connect();
}
