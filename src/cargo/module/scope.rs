//! In which files the compiler looks for the modules that a file declares.
//!
//! The rules are those of the Rust reference, "Module source filenames" and "The path attribute".

use crate::path::RelPath;

/// How the compiler came to a file, which decides where the modules that it declares are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FileKind {
    /// A crate root, a `mod.rs`, or the target of a `#[path]`: its modules lie beside it.
    Owner,
    /// Any other `name.rs`: its modules lie in the directory `name`.
    Named,
}

/// A place in the source where modules can be declared: a file, or an inline module in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scope {
    /// The directory from which a `#[path]` here is seen.
    directory: RelPath,
    /// The directory in it where modules without `#[path]` are, if it is another one.
    subdirectory: Option<String>,
}

impl Scope {
    /// The outermost level of `file`.
    pub fn of_file(file: &RelPath, kind: FileKind) -> Self {
        let directory = file.parent().unwrap_or_default();
        let subdirectory = match kind {
            FileKind::Owner => None,
            FileKind::Named => file_stem(file).map(str::to_owned),
        };
        Self {
            directory,
            subdirectory,
        }
    }

    /// The inside of `mod name { … }` in this scope, with the value of its own `#[path]`, which names a directory then.
    /// None if that leads out of the project.
    pub fn inline(&self, name: &str, path: Option<&str>) -> Option<Self> {
        let directory = match path {
            Some(path) => self.directory.join(path)?,
            None => self.modules()?.join(name)?,
        };
        Some(Self {
            directory,
            subdirectory: None,
        })
    }

    /// The directory from which a `#[path]` here is seen. It has to exist if the path climbs out of it.
    pub fn directory(&self) -> &RelPath {
        &self.directory
    }

    /// The files in which the compiler looks for `mod name;`, each with its kind. It wants exactly one of them to
    /// exist.
    pub fn candidates(&self, name: &str) -> [(RelPath, FileKind); 2] {
        let modules = self.modules().unwrap_or_default();
        let file = |path: String| modules.join(&path).unwrap_or_default();
        [
            (file(format!("{name}.rs")), FileKind::Named),
            (file(format!("{name}/mod.rs")), FileKind::Owner),
        ]
    }

    /// The file that `#[path = "…"] mod name;` names here; its kind is [`FileKind::Owner`]. None if it is outside the
    /// project.
    pub fn file_at(&self, path: &str) -> Option<RelPath> {
        self.directory.join(path)
    }

    /// The `#[path]` that `mod name;` needs here to be read from `file`; none if it finds it by itself.
    pub fn path_to(&self, name: &str, file: &RelPath) -> Option<String> {
        if self
            .candidates(name)
            .iter()
            .any(|(candidate, _)| candidate == file)
        {
            return None;
        }
        Some(file.seen_from(&self.directory))
    }

    fn modules(&self) -> Option<RelPath> {
        match &self.subdirectory {
            Some(subdirectory) => self.directory.join(subdirectory),
            None => Some(self.directory.clone()),
        }
    }
}

/// The name of `file` without its directory and extension.
fn file_stem(file: &RelPath) -> Option<&str> {
    let name = file.as_str().rsplit('/').next()?;
    Some(name.rsplit_once('.').map_or(name, |(stem, _)| stem))
}
