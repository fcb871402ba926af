//! The least that a program can do for the same files: what `flue add` is measured against.
//!
//! `write DIR` puts the files of a case into a project, each through a temporary sibling, flushed to the disk, as the
//! command does. `read DIR` reads them. `search DIR` reads all files below for the marker. The bench compiles this file by itself.

use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::Path;

const FILES: [(&str, &[u8]); 4] = [
    ("Cargo.toml", include_bytes!(concat!(env!("CASE"), "/Cargo.toml"))),
    (
        "src/sandboxes/daytona.rs",
        include_bytes!(concat!(env!("CASE"), "/src/sandboxes/daytona.rs")),
    ),
    (
        "src/sandboxes/mod.rs",
        include_bytes!(concat!(env!("CASE"), "/src/sandboxes/mod.rs")),
    ),
    ("src/main.rs", include_bytes!(concat!(env!("CASE"), "/src/main.rs"))),
];

fn main() -> io::Result<()> {
    let args = std::env::args().collect::<Vec<_>>();
    let root = Path::new(&args[2]);
    if args[1] == "search" {
        return search(root);
    }
    for (path, text) in FILES {
        match args[1].as_str() {
            "write" => write(&root.join(path), text)?,
            _ => assert_eq!(fs::read(root.join(path))?, text),
        }
    }
    Ok(())
}

fn search(directory: &Path) -> io::Result<()> {
    for entry in fs::read_dir(directory)? {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            search(&entry.path())?;
        } else if fs::read(entry.path())?.starts_with(b"// flue-blueprint:") {
            println!("{}", entry.path().display());
        }
    }
    Ok(())
}

fn write(path: &Path, text: &[u8]) -> io::Result<()> {
    let directory = path.parent().unwrap_or(path);
    fs::create_dir_all(directory)?;
    let sibling = path.with_extension("tmp");
    let mut file = File::create(&sibling)?;
    file.write_all(text)?;
    file.sync_all()?;
    fs::rename(&sibling, path)?;
    File::open(directory)?.sync_all()
}
