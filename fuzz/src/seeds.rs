//! Writes what fuzzing starts from: the files that the cases in `tests/cases` have, for each target those that it reads.

use std::fs;
use std::path::Path;

use flue_cases::{Entry, Store};

/// Each target with the ends of the names of the files that it reads.
const TARGETS: [(&str, &[&str]); 9] = [
    ("cargo_manifest", &["Cargo.toml"]),
    ("npm_manifest", &["package.json"]),
    ("module", &[".rs"]),
    ("workspace_settings", &[".yaml", ".yml"]),
    ("lock_file", &["-lock.json", "-lock.yaml", ".lock"]),
    ("range", &["package.json"]),
    ("pattern", &["pnpm-workspace.yaml"]),
    ("style", &["tsconfig.json", "biome.json", ".prettierrc", ".editorconfig", ".ts"]),
    ("marker", &["daytona.rs", "daytona.ts"]),
];

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let store = Store::open()?;
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus");
    for (target, _) in TARGETS {
        fs::create_dir_all(corpus.join(target))?;
    }
    for (number, name) in store.names().iter().enumerate() {
        for (index, (path, entry)) in store.case(name)?.before.entries().enumerate() {
            let Entry::File(bytes) = entry else { continue };
            for (target, ends) in TARGETS {
                if ends.iter().any(|end| path.to_string_lossy().ends_with(end)) {
                    fs::write(corpus.join(target).join(format!("{number}-{index}")), bytes)?;
                }
            }
        }
    }
    Ok(())
}
