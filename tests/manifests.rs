//! Whoever takes a crate of this repository by git has cargo read every file in it that is called `Cargo.toml`, and hears
//! of those that are broken.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on panics")]

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

use walkdir::WalkDir;

/// The packages that `cargo metadata` finds from the manifest at `path` on.
fn packages(path: &Path) -> BTreeSet<PathBuf> {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--no-deps", "--offline", "--format-version=1"])
        .arg("--manifest-path")
        .arg(path)
        .output()
        .unwrap();
    let complaint = String::from_utf8_lossy(&output.stderr);
    assert_eq!(complaint, "", "{}", path.display());
    let document = serde_json::from_slice::<serde_json::Value>(&output.stdout).unwrap();
    let packages = document["packages"].as_array().unwrap().iter();
    let paths = packages.map(|package| package["manifest_path"].as_str().unwrap().into());
    paths.collect()
}

/// All files called `Cargo.toml`, but for those in what tools download or build.
fn manifests(root: &Path) -> BTreeSet<PathBuf> {
    let entries = WalkDir::new(root).into_iter().filter_entry(|entry| {
        let generated = ["target", "node_modules", ".git"];
        !generated.iter().any(|name| entry.file_name() == *name)
    });
    let paths = entries.map(|entry| entry.unwrap().into_path());
    paths.filter(|path| path.ends_with("Cargo.toml")).collect()
}

#[test]
fn every_manifest_is_that_of_a_package() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let workspaces = ["", "examples/assistant", "fuzz"].map(|directory| root.join(directory));
    let packages = workspaces
        .iter()
        .flat_map(|directory| packages(&directory.join("Cargo.toml")));
    assert_eq!(packages.collect::<BTreeSet<_>>(), manifests(root));
}
