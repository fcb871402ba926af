//! What a directory has of a Rust project with an agent in it.
//!
//! Reads only. Where a package is already, only its runtime is looked at: what the rest looks like is its owner's.

use std::path::Path;

use super::edit::{NewDependency, insert_dependency};
use super::inspect::dependencies::{inspect_runtime, wanted_source};
use super::manifest::{MANIFEST, Manifest};
use super::package;
use super::workspace::{self, RUNTIME, RUNTIME_REQUIREMENT};
use crate::blueprint::starter;
use crate::error::{Code, Failure, Problem};
use crate::inspect::{Finding, Item, StarterFile};
use crate::path::RelPath;
use crate::project::file::UserFile;
use crate::request::RuntimeSource;

/// A package, or a project to be.
pub(crate) struct Inspected {
    /// What it is called.
    pub name: String,
    /// What it has of what makes it an agent.
    pub items: Vec<Item>,
}

/// What the package in `directory` has of its runtime, which comes from `source` if it is missing.
///
/// # Errors
///
/// When the manifest is that of a workspace only, or cannot be read.
pub(crate) fn inspect_package(
    directory: &Path,
    source: &RuntimeSource,
) -> Result<Inspected, Problem> {
    if workspace::own_package(directory)?.is_none() {
        let message = "the manifest is that of a workspace, and of no package";
        let problem = Problem::new(Code::NoPackage, message).in_file(directory.join(MANIFEST));
        return Err(problem.help("name a directory for a package: `flue init <dir>`"));
    }
    let package = package::open(directory, None)?;
    let items = inspect_runtime(&package, RUNTIME, RUNTIME_REQUIREMENT, source);
    Ok(Inspected {
        name: package.place.name,
        items,
    })
}

/// What there is of a new project called `name` in the directory `project` below `root`, which need not exist.
///
/// # Errors
///
/// When cargo takes no package of that name, or none in that directory.
pub(crate) fn inspect_project(
    root: &Path,
    project: &RelPath,
    name: &str,
    source: &RuntimeSource,
) -> Result<Inspected, Failure> {
    check_name(name)?;
    let directory = project.under(root);
    workspace::require_place_for(&directory)?;
    let mut items = Vec::new();
    for (path, text) in starter::cargo(name)? {
        let text = match path {
            MANIFEST => with_runtime(text, &directory, source)?,
            _ => text,
        };
        let file = UserFile::read(root, project.join(path).unwrap_or_default());
        items.push(match file.text() {
            Ok(there) => Item {
                finding: Finding::Starter(match there {
                    None => StarterFile::Missing(text),
                    Some(_) => StarterFile::Present,
                }),
                file,
                warnings: Vec::new(),
            },
            Err(problem) => Item::obstacle(&file, problem),
        });
    }
    Ok(Inspected {
        name: name.to_owned(),
        items,
    })
}

/// The `manifest` of a package in `directory`, with the runtime.
fn with_runtime(
    manifest: String,
    directory: &Path,
    source: &RuntimeSource,
) -> Result<String, Problem> {
    let manifest = Manifest::parse(manifest)?;
    let entry = match wanted_source(directory, RUNTIME, source)? {
        Some(source) => NewDependency::of_source(RUNTIME, source),
        None => NewDependency::of_registry(RUNTIME, RUNTIME_REQUIREMENT),
    };
    let inserted = insert_dependency(&manifest, &entry)?;
    Ok(inserted.edit.apply(manifest.text()))
}

/// Names that cargo refuses for a package, or that the compiler has taken: keywords, and what lies beside every package.
const TAKEN: [&str; 60] = [
    "Self",
    "abstract",
    "alloc",
    "as",
    "async",
    "await",
    "become",
    "box",
    "break",
    "build",
    "const",
    "continue",
    "core",
    "crate",
    "deps",
    "do",
    "dyn",
    "else",
    "enum",
    "examples",
    "extern",
    "false",
    "final",
    "fn",
    "for",
    "gen",
    "if",
    "impl",
    "in",
    "incremental",
    "let",
    "loop",
    "macro",
    "match",
    "mod",
    "move",
    "mut",
    "override",
    "priv",
    "proc_macro",
    "pub",
    "ref",
    "return",
    "self",
    "static",
    "std",
    "struct",
    "super",
    "test",
    "trait",
    "true",
    "try",
    "type",
    "typeof",
    "unsafe",
    "unsized",
    "use",
    "virtual",
    "where",
    "while",
];

/// See <https://doc.rust-lang.org/cargo/reference/manifest.html#the-name-field>.
fn check_name(name: &str) -> Result<(), Problem> {
    let is_usual = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    let starts_well = name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
    let why = if TAKEN.contains(&name) {
        "the name means something else to cargo or the compiler"
    } else if starts_well && name.chars().all(is_usual) {
        return Ok(());
    } else {
        "a name has letters, digits, `-` and `_`, and starts with a letter"
    };
    let message = format!("a package cannot be called `{name}`: {why}");
    Err(Problem::new(Code::PackageName, message).help("choose one with `--name <name>`"))
}
