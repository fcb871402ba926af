//! The files of a new project, as they are written before anything is added to it.

use serde::Serialize;

use super::template::template;

/// What the files of a new project are rendered from.
#[derive(Debug, Serialize)]
struct Starter<'a> {
    /// The name of the package.
    name: &'a str,
}

/// Where the files of a new Rust project go, below its directory, and their templates. The manifest is first: it makes a
/// directory a project.
const CARGO: [(&str, &str); 6] = [
    ("Cargo.toml", "starter/Cargo.toml.hbs"),
    ("src/main.rs", "starter/main.rs.hbs"),
    (".gitignore", "starter/gitignore.hbs"),
    (".env.example", "starter/env.example.hbs"),
    ("README.md", "starter/README.md.hbs"),
    ("AGENTS.md", "starter/AGENTS.md.hbs"),
];

/// The files of a new Rust project called `name`: paths below its directory and texts, the manifest first.
///
/// # Errors
///
/// When a template has a mistake.
pub(crate) fn cargo(name: &str) -> anyhow::Result<Vec<(&'static str, String)>> {
    let files = CARGO.into_iter().map(|(path, of)| {
        let text = template(of)?.render(&Starter { name })?;
        Ok((path, text.into_owned()))
    });
    files.collect()
}
