//! Projects to run in.

use std::fs;
use std::path::PathBuf;

use flue_cases::Tree;
use tempfile::TempDir;

use crate::programs::CASE;

/// A project with these files.
fn copy(files: &Tree) -> TempDir {
    // Not below this repository, whose workspace would be read.
    let project = tempfile::tempdir().expect("a temporary directory can be made");
    files.write(project.path());
    project
}

/// A project as it is before the command.
pub(crate) fn before() -> TempDir {
    copy(&flue_cases::before(CASE))
}

/// A project as it is after the command.
pub(crate) fn after() -> TempDir {
    copy(&flue_cases::after(CASE))
}

/// A project before the command with the runtime of this checkout alone, so that cargo needs no registry.
pub(crate) fn before_without_registry() -> TempDir {
    let project = before();
    let runtime = concat!(env!("CARGO_MANIFEST_DIR"), "/crates/flue-runtime");
    let manifest = format!(
        "[package]\nname = \"my-agent\"\nversion = \"0.1.0\"\nedition = \"2024\"\n\n\
         [dependencies]\nflue-runtime = {{ path = {runtime:?} }}\n\n[workspace]\n"
    );
    fs::write(project.path().join("Cargo.toml"), manifest).expect("the manifest can be written");
    project
}

/// A complete project with so many more files beside it.
pub(crate) fn with_files(count: usize) -> TempDir {
    let project = after();
    for number in 0..count {
        let directory = project.path().join(format!("assets/{}", number / 1000));
        if number % 1000 == 0 {
            fs::create_dir_all(&directory).expect("a directory can be made");
        }
        fs::write(directory.join(number.to_string()), "").expect("a file can be written");
    }
    project
}

/// A project without the SDK, with so many more dependencies.
pub(crate) fn with_dependencies(count: usize) -> TempDir {
    let project = before();
    let manifest: PathBuf = project.path().join("Cargo.toml");
    let mut text = fs::read_to_string(&manifest).expect("the manifest can be read");
    for number in 0..count {
        text += &format!("package-{number:05} = \"1.{number}\"\n");
    }
    fs::write(manifest, text).expect("the manifest can be written");
    project
}

/// A project that declares no module yet, with a crate root of at least so many KB.
pub(crate) fn with_crate_root(kilobytes: usize) -> TempDir {
    let project = before();
    let path = project.path().join("src/main.rs");
    let mut text = fs::read_to_string(&path).expect("the crate root can be read");
    let mut number = 0;
    while text.len() < kilobytes * 1000 {
        number += 1;
        text += &format!(
            "\n/// What comes {number}th: \"{{\".\n#[derive(Debug, Clone)]\npub(crate) struct Item{number}<'a> {{\n    \
             pub(crate) name: &'a str, // not `String`\n}}\n\nimpl Item{number}<'_> {{\n    fn next(&self) -> usize {{\n        \
             if self.name.starts_with('{{') {{ {number} + 1 }} else {{ self.name.len() }}\n    }}\n}}\n"
        );
    }
    fs::write(path, text).expect("the crate root can be written");
    project
}
