//! Which folders of a workspace are its packages: what package managers say stands in `tests/workspaces/table.json`, which
//! `tests/workspaces/table.test.js` compares with the package managers themselves; cargo is asked here.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on panics")]

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Command;

use serde::Deserialize;
use serde_json::{Value, json};

#[derive(Deserialize)]
struct Table {
    /// The folders with a package.
    folders: Vec<String>,
    rows: Vec<Row>,
}

#[derive(Deserialize)]
struct Row {
    patterns: Vec<String>,
    /// What each package manager takes for members.
    #[serde(flatten)]
    members: BTreeMap<String, Vec<String>>,
}

fn write(root: &Path, path: &str, text: &str) {
    let path = root.join(path);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
}

/// The packages of the workspace at `root`, which are called like their folders, as `flue` tells them.
fn members(root: &Path, ecosystem: &str) -> Vec<String> {
    let output = Command::new(assert_cmd::cargo::cargo_bin!("flue"))
        .args(["add", "sandbox", "daytona", "-p", "nobody", "--json"])
        .args(["--ecosystem", ecosystem])
        .current_dir(root)
        .output()
        .unwrap();
    let answer: Value = serde_json::from_slice(&output.stdout).unwrap();
    let help = answer["errors"][0]["help"].as_str().unwrap().to_owned();
    let names = help.strip_prefix("name one with `-p`: ");
    let names = names.map_or(Vec::new(), |names| names.split(", ").collect());
    let names = names.iter().map(|name| name.trim_matches('`').to_owned());
    let mut names = names.filter(|name| name != "root").collect::<Vec<_>>();
    names.sort();
    names
}

#[test]
fn packages_are_those_that_package_managers_see() {
    let table = fs::read_to_string("tests/workspaces/table.json").unwrap();
    let table: Table = serde_json::from_str(&table).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    for path in &table.folders {
        let manifest = json!({ "name": path }).to_string();
        write(root, &format!("{path}/package.json"), &manifest);
    }
    let mut wrong = Vec::new();
    for row in &table.rows {
        for (package_manager, expect) in &row.members {
            let manifest = match package_manager.as_str() {
                "pnpm" => {
                    let settings = json!({ "packages": row.patterns }).to_string();
                    write(root, "pnpm-workspace.yaml", &settings);
                    json!({ "name": "root" })
                }
                name => json!({
                    "name": "root",
                    "packageManager": format!("{name}@1.0.0"),
                    "workspaces": row.patterns,
                }),
            };
            write(root, "package.json", &manifest.to_string());
            let found = members(root, "npm");
            if found != *expect {
                let patterns = &row.patterns;
                wrong.push(format!(
                    "{package_manager} {patterns:?}:\n  found  {found:?}\n  expect {expect:?}"
                ));
            }
            drop(fs::remove_file(root.join("pnpm-workspace.yaml")));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn packages_are_those_that_cargo_sees() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    for path in [
        "crates/a",
        "crates/b",
        "crates/.hidden",
        "crates/a/nested",
        "tools/x",
        "x{y}",
    ] {
        let name = path.replace(|c: char| !c.is_alphanumeric(), "-");
        let manifest = format!("[package]\nname = \"{name}\"\nedition = \"2024\"\n");
        write(root, &format!("{path}/Cargo.toml"), &manifest);
        write(root, &format!("{path}/src/lib.rs"), "");
    }
    for (members, exclude) in [
        (vec!["crates/*"], vec![]),
        (vec!["crates/?"], vec!["crates/b"]),
        (vec!["crates/[!b]"], vec![]),
        (vec!["crates/[a-b]", "tools/x"], vec![]),
        (vec!["*/x", "./crates/a"], vec![]),
        (vec!["x{y}"], vec![]),
        (vec!["crates/a", "crates/a/nested"], vec!["crates/a/nested"]),
        (vec!["crates/.h*"], vec![]),
    ] {
        let manifest = format!(
            "[workspace]\nresolver = \"3\"\nmembers = {members:?}\nexclude = {exclude:?}\n"
        );
        write(root, "Cargo.toml", &manifest);
        let output = Command::new(env!("CARGO"))
            .args([
                "metadata",
                "--no-deps",
                "--offline",
                "--format-version",
                "1",
            ])
            .current_dir(root)
            .output()
            .unwrap();
        let metadata: Value = serde_json::from_slice(&output.stdout)
            .unwrap_or_else(|_| panic!("{}", String::from_utf8_lossy(&output.stderr)));
        let packages = metadata["packages"].as_array().unwrap().iter();
        let expect = packages.map(|package| package["name"].as_str().unwrap().to_owned());
        let mut expect = expect.collect::<Vec<_>>();
        expect.sort();
        assert_eq!(
            self::members(root, "cargo"),
            expect,
            "{members:?} {exclude:?}"
        );
    }
}

#[cfg(unix)]
#[test]
fn folders_that_are_not_utf8_are_no_trouble() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt as _;

    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().join(OsStr::from_bytes(b"caf\xe9"));
    let Ok(()) = fs::create_dir(&root) else {
        // The file system takes no such names.
        return;
    };
    let member = Path::new("packages").join(OsStr::from_bytes(b"\xe9"));
    fs::create_dir_all(root.join(&member)).unwrap();
    write(&root, "package.json", r#"{ "workspaces": ["packages/*"] }"#);
    write(
        &root,
        "Cargo.toml",
        "[workspace]\nmembers = [\"packages/*\"]\n",
    );
    let manifest = r#"{ "name": "a", "dependencies": { "@flue/runtime": "^2.0.3" } }"#;
    write(&root.join(&member), "package.json", manifest);
    let manifest =
        "[package]\nname = \"a\"\nedition = \"2024\"\n[dependencies]\nflue-runtime = \"0.1\"\n";
    write(&root.join(&member), "Cargo.toml", manifest);
    write(&root.join(&member), "src/main.rs", "fn main() {}\n");
    for (ecosystem, adapter) in [("npm", "daytona.ts"), ("cargo", "daytona.rs")] {
        let output = Command::new(assert_cmd::cargo::cargo_bin!("flue"))
            .args(["add", "sandbox", "daytona", "--ecosystem", ecosystem])
            .current_dir(&root)
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{said}");
        let adapter = root.join(&member).join("src/sandboxes").join(adapter);
        assert!(adapter.is_file(), "{said}");
    }
}
