//! Projects to run in.

use std::fs;

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

/// The project of `case` as it is before the command.
pub(crate) fn before(case: &str) -> TempDir {
    copy(&flue_cases::before(case))
}

/// A project as it is after the command.
pub(crate) fn after() -> TempDir {
    copy(&flue_cases::after(CASE))
}

/// A project before the command with the runtime of this checkout alone, so that cargo needs no registry.
pub(crate) fn before_without_registry() -> TempDir {
    let project = before(CASE);
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

/// A file that holds many of something, in a project that has the runtime and not the SDK.
pub(crate) struct Many {
    /// What there is many of.
    pub(crate) name: &'static str,
    file: &'static str,
    /// What stands before the first one, behind the last one, and the text of each.
    around: [&'static str; 2],
    each: fn(usize) -> String,
}

const CARGO: &str = "[package]\nname = \"my-agent\"\nedition = \"2024\"\n\n[dependencies]\nflue-runtime = \"0.1\"\n";
const NPM: &str =
    "{\n  \"name\": \"my-agent\",\n  \"dependencies\": {\n    \"@flue/runtime\": \"^2.0.1\"";

/// All that may be many.
pub(crate) const MANY: [Many; 12] = [
    Many {
        name: "dependencies",
        file: "Cargo.toml",
        around: [CARGO, ""],
        each: |at| format!("package-{at:05} = \"1.{at}\"\n"),
    },
    Many {
        name: "dependencies with features",
        file: "Cargo.toml",
        around: [CARGO, ""],
        each: |at| format!("p{at:05} = {{ version = \"1.{at}\", features = [\"a\"] }}\n"),
    },
    Many {
        name: "dependencies with headers",
        file: "Cargo.toml",
        around: [CARGO, ""],
        each: |at| format!("[dependencies.p{at:05}]\nversion = \"1.{at}\"\n"),
    },
    Many {
        name: "dependencies in one pair of braces",
        file: "Cargo.toml",
        around: [
            "dependencies = { flue-runtime = \"0.1\"",
            " }\n[package]\nname = \"my-agent\"\nedition = \"2024\"\n",
        ],
        each: |at| format!(", p{at:05} = \"1.{at}\""),
    },
    Many {
        name: "dependencies of npm",
        file: "package.json",
        around: [NPM, "\n  }\n}\n"],
        each: |at| format!(",\n    \"p{at:05}\": \"^1.{at}.0\""),
    },
    Many {
        name: "patterns of a workspace",
        file: "package.json",
        around: [
            "{\"workspaces\": [\"x\"",
            "], \"dependencies\": {\"@flue/runtime\": \"^2.0.1\"}}\n",
        ],
        each: |at| format!(", \"packages/p{at:05}\""),
    },
    Many {
        name: "catalog entries in YAML",
        file: "pnpm-workspace.yaml",
        around: ["packages: []\ncatalog:\n", ""],
        each: |at| format!("  p{at:05}: ^1.{at}.0\n"),
    },
    Many {
        name: "entries of package-lock.json",
        file: "package-lock.json",
        around: ["{\"lockfileVersion\": 3, \"packages\": {\"\": {}", "}}\n"],
        each: |at| format!(",\n\"node_modules/p{at:05}\": {{\"version\": \"1.{at}.0\"}}"),
    },
    Many {
        name: "entries of pnpm-lock.yaml",
        file: "pnpm-lock.yaml",
        around: ["lockfileVersion: '9.0'\n\npackages:\n\n", ""],
        each: |at| format!("  p{at:05}@1.0.0:\n    resolution: {{integrity: sha512-x}}\n\n"),
    },
    Many {
        name: "entries of yarn.lock",
        file: "yarn.lock",
        around: ["# yarn lockfile v1\n\n", ""],
        each: |at| format!("p{at:05}@^1.0.0:\n  version \"1.0.0\"\n\n"),
    },
    Many {
        name: "entries of bun.lock",
        file: "bun.lock",
        around: [
            "{\"lockfileVersion\": 1, \"workspaces\": {\"\": {}}, \"packages\": {\n",
            "}}\n",
        ],
        each: |at| format!("    \"p{at:05}\": [\"p@1.0.0\", \"\", {{}}, \"sha512-x\"],\n"),
    },
    Many {
        name: "items of a crate root",
        file: "src/main.rs",
        around: ["", ""],
        each: |at| {
            format!(
                "/// One.\npub(crate) fn item_{at:05}(x: &str) -> usize {{\n    x.len()\n}}\n\n"
            )
        },
    },
];

impl Many {
    /// A project with so many.
    pub(crate) fn project(&self, count: usize) -> TempDir {
        let project = tempfile::tempdir().expect("a temporary directory can be made");
        let [before, after] = self.around;
        let all = (0..count).map(self.each).collect::<String>();
        let is_of_cargo = ["Cargo.toml", "src/main.rs"].contains(&self.file);
        let beside = match is_of_cargo {
            true => [
                ("Cargo.toml", CARGO.to_owned()),
                ("src/main.rs", "fn main() {}\n".to_owned()),
            ],
            false => [
                ("package.json", format!("{NPM}\n  }}\n}}\n")),
                ("src/agent.ts", String::new()),
            ],
        };
        let files = beside
            .into_iter()
            .chain([(self.file, format!("{before}{all}{after}"))]);
        for (path, text) in files {
            let path = project.path().join(path);
            fs::create_dir_all(path.parent().expect("it is in the project"))
                .expect("a directory can be made");
            fs::write(path, text).expect("a file can be written");
        }
        project
    }
}

/// A project that declares no module yet, with a crate root of at least so many KB.
pub(crate) fn with_crate_root(kilobytes: usize) -> TempDir {
    let project = before(CASE);
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
