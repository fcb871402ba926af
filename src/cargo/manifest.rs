//! A parsed `Cargo.toml` beside the text that the user wrote.
//!
//! The document is for reading, deciding and byte positions; it is never printed. Which files exist is the caller's
//! business.

use std::ops::Range;

use toml_edit::{Document, Item, TableLike};

use crate::error::Problem;
use crate::text::Position;

/// A `Cargo.toml`, as text and parsed.
#[derive(Debug, Clone)]
pub struct Manifest {
    document: Document<String>,
}

impl Manifest {
    /// Parses `text`, which may start with a byte order mark.
    ///
    /// # Errors
    ///
    /// A problem with the line and column where `text` stops being TOML.
    pub fn parse(text: String) -> Result<Self, Problem> {
        Document::parse(text.clone())
            .map(|document| Self { document })
            .map_err(|error| {
                let reason = error.message().lines().collect::<Vec<_>>().join(", ");
                let mut problem = Problem::new(
                    "manifest-invalid",
                    format!("the manifest is not valid TOML: {reason}"),
                );
                problem.position = error.span().map(|span| Position::at(&text, span.start));
                problem
            })
    }

    /// The text as the user wrote it.
    pub fn text(&self) -> &str {
        self.document.raw()
    }

    pub(super) fn document(&self) -> &Document<String> {
        &self.document
    }

    /// Where `span` of the document starts.
    pub(super) fn position(&self, span: Option<Range<usize>>) -> Option<Position> {
        span.map(|span| Position::at(self.text(), span.start))
    }

    /// `package.name`, when there is a package.
    pub fn package_name(&self) -> Option<&str> {
        self.package()?.get("name")?.as_str()
    }

    /// Whether it describes a package.
    pub fn has_package(&self) -> bool {
        self.package().is_some()
    }

    /// The edition, inherited from `workspace` if it says so; `2015` when it says nothing.
    pub fn edition(&self, workspace: Option<&Self>) -> String {
        let own = self.package().and_then(|package| package.get("edition"));
        let edition = match own {
            Some(own) if is_inherited(own) => workspace.and_then(|workspace| {
                workspace
                    .document
                    .get("workspace")?
                    .get("package")?
                    .get("edition")
            }),
            own => own,
        };
        edition.and_then(Item::as_str).unwrap_or("2015").to_owned()
    }

    /// Whether it is the root of a workspace.
    pub fn is_workspace_root(&self) -> bool {
        self.workspace().is_some()
    }

    /// `package.workspace`: where the root of the workspace is.
    pub fn workspace_pointer(&self) -> Option<&str> {
        self.package()?.get("workspace")?.as_str()
    }

    /// The patterns of `workspace.members`.
    pub fn workspace_members(&self) -> Vec<&str> {
        self.workspace()
            .map_or(Vec::new(), |workspace| strings(workspace.get("members")))
    }

    /// The paths of `workspace.exclude`.
    pub fn workspace_exclude(&self) -> Vec<&str> {
        self.workspace()
            .map_or(Vec::new(), |workspace| strings(workspace.get("exclude")))
    }

    /// `lib.path`: the crate root of the library, when it is named.
    pub fn library_path(&self) -> Option<&str> {
        self.document.get("lib")?.get("path")?.as_str()
    }

    /// Whether cargo takes `src/lib.rs` for a library without being told.
    pub fn finds_library(&self) -> bool {
        self.document.contains_key("lib") || self.auto("autolib")
    }

    /// Whether cargo takes `src/main.rs` for a program without being told.
    pub fn finds_programs(&self) -> bool {
        self.auto("autobins")
    }

    /// The crate roots of the programs that `[[bin]]` names.
    pub fn program_paths(&self) -> Vec<&str> {
        let programs = self.document.get("bin").and_then(Item::as_array_of_tables);
        programs.map_or(Vec::new(), |programs| {
            programs
                .iter()
                .filter_map(|program| program.get("path")?.as_str())
                .collect()
        })
    }

    fn auto(&self, key: &str) -> bool {
        let set = self
            .package()
            .and_then(|package| package.get(key)?.as_bool());
        set.unwrap_or(true)
    }

    fn package(&self) -> Option<&dyn TableLike> {
        self.document.get("package")?.as_table_like()
    }

    fn workspace(&self) -> Option<&dyn TableLike> {
        self.document.get("workspace")?.as_table_like()
    }
}

fn is_inherited(item: &Item) -> bool {
    item.as_table_like()
        .and_then(|table| table.get("workspace")?.as_bool())
        == Some(true)
}

fn strings(item: Option<&Item>) -> Vec<&str> {
    let array = item.and_then(Item::as_array);
    array.map_or(Vec::new(), |array| {
        array.iter().filter_map(|value| value.as_str()).collect()
    })
}
