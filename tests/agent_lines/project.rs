//! Rust projects that the command adds the adapter to.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;
use tempfile::TempDir;

/// A Rust project that takes Flue's crates from this checkout.
pub(crate) struct Project {
    directory: TempDir,
}

impl Project {
    /// A package in `edition` with these `sources`.
    pub(crate) fn new(edition: &str, sources: &[(&str, &str)]) -> Self {
        let crates = Path::new(env!("CARGO_MANIFEST_DIR")).join("crates");
        let runtime = crates.join("flue-runtime").display().to_string();
        let manifest = format!(
            "[package]\nname = \"my-agent\"\nedition = \"{edition}\"\n\n[dependencies]\nflue-runtime = {{ path = {runtime:?} }}\ntokio = {{ version = \"1\", features = [\"macros\", \"rt-multi-thread\"] }}\n\n[lints.rust]\nwarnings = \"deny\"\ndead_code = \"allow\"\n"
        );
        let directory = tempfile::tempdir().unwrap();
        let project = Self { directory };
        project.write("Cargo.toml", &manifest);
        for (path, text) in sources {
            project.write(path, text);
        }
        project
    }

    pub(crate) fn path(&self) -> &Path {
        self.directory.path()
    }

    pub(crate) fn write(&self, path: &str, text: &str) {
        let path = self.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    /// Adds the adapter; returns the lines, and the file that they are for.
    pub(crate) fn add(&self) -> (String, String) {
        let mut command = Command::new(assert_cmd::cargo::cargo_bin!("flue"));
        command.args(["add", "sandbox", "daytona", "--json"]);
        let output = command.current_dir(self.path()).output().unwrap();
        let report = serde_json::from_slice::<Value>(&output.stdout).unwrap();
        let steps = report["next_steps"].as_array().unwrap();
        let step = steps.iter().find(|step| step["code"] == "hand-to-agent");
        let text = |key| step.unwrap()[key].as_str().unwrap().to_owned();
        (text("snippet"), text("file"))
    }

    pub(crate) fn append(&self, path: &str, text: &str) {
        let before = fs::read_to_string(self.path().join(path)).unwrap();
        self.write(path, &format!("{before}\n{text}"));
    }

    /// Runs cargo; warnings are errors.
    pub(crate) fn cargo(&self, arguments: &[&str]) {
        let output = Command::new(env!("CARGO"))
            .args(arguments)
            .arg("--offline")
            .current_dir(self.path())
            .env("CARGO_TARGET_DIR", target_directory())
            .env_remove("RUSTFLAGS")
            .stdin(Stdio::null())
            .output()
            .unwrap();
        let errors = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "cargo {arguments:?}: {errors}");
    }
}

/// A directory that has the dependencies already, where the test of the example ran.
pub(crate) fn target_directory() -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join("example")
}
