//! Blueprints of one's own: the same suite for what is built in and what is not, and what no blueprint may do.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on panics")]

mod docs;
mod guides;
mod hostile;
mod suite;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use flue_cases::Tree;

/// The blueprints of this test.
fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/own")
}

/// A project to add blueprints to.
struct Project {
    directory: tempfile::TempDir,
}

const CARGO: [(&str, &str); 2] = [
    (
        "Cargo.toml",
        "[package]\nname = \"my-agent\"\nversion = \"0.1.0\"\nedition = \"2024\"\n\n[dependencies]\nflue-runtime = \"0.1\"\n",
    ),
    ("src/main.rs", "fn main() {}\n"),
];

const NPM: [(&str, &str); 2] = [
    (
        "package.json",
        "{\n  \"name\": \"my-agent\",\n  \"type\": \"module\",\n  \"dependencies\": {\n    \"@flue/runtime\": \"^2.0.3\"\n  }\n}\n",
    ),
    ("src/agents/assistant.ts", "'use agent';\n"),
];

impl Project {
    fn new(files: &[(&str, &str)]) -> Self {
        let project = Self {
            directory: tempfile::tempdir().unwrap(),
        };
        for (path, text) in files {
            project.write(path, text);
        }
        project
    }

    fn root(&self) -> &Path {
        self.directory.path()
    }

    fn write(&self, path: &str, text: impl AsRef<[u8]>) {
        let path = self.root().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    fn read(&self, path: &str) -> String {
        fs::read_to_string(self.root().join(path)).unwrap_or_default()
    }

    /// Puts the blueprint that both ecosystems share in the place of a team's.
    fn with_team(self) -> Self {
        copy(
            &fixtures().join("flue-blueprints"),
            &self.root().join("flue-blueprints"),
        );
        self
    }

    fn flue(&self, args: &[&str]) -> Output {
        Command::new(assert_cmd::cargo::cargo_bin!("flue"))
            .args(args)
            .current_dir(self.root())
            .env_clear()
            .env("NO_COLOR", "1")
            .output()
            .unwrap()
    }

    /// What a run says that ends with `code`, stdout first.
    fn says(&self, args: &[&str], code: i32) -> String {
        let output = self.flue(args);
        let said = [output.stdout, output.stderr].concat();
        let said = String::from_utf8(said).unwrap();
        assert_eq!(output.status.code(), Some(code), "{args:?}: {said}");
        said
    }

    /// The document of a run.
    fn json(&self, args: &[&str]) -> serde_json::Value {
        let output = self.flue(&[args, &["--json"]].concat());
        serde_json::from_slice(&output.stdout).unwrap()
    }

    fn tree(&self) -> Tree {
        Tree::read(self.root())
    }
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let (path, to) = {
            let entry = entry.unwrap();
            (entry.path(), to.join(entry.file_name()))
        };
        match path.is_dir() {
            true => copy(&path, &to),
            false => drop(fs::copy(path, to).unwrap()),
        }
    }
}
