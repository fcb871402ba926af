//! What a workspace has to offer first, where all its packages do is inherit.

use crate::cargo::dependency::{Origin, Source, all_dependencies};
use crate::cargo::edit::{NewDependency, Section, insert_into};
use crate::cargo::manifest::MANIFEST;
use crate::cargo::package::Package;
use crate::inspect::Addition;
use crate::project::file::{Access, Content, UserFile};

/// A dependency that comes into a package by way of its workspace.
pub(super) struct Offer {
    /// The manifest of the workspace.
    pub(super) file: UserFile,
    /// What puts it there.
    pub(super) addition: Addition,
    /// What the workspace offers then.
    pub(super) offered: NewDependency,
    /// What the package adds to its own manifest.
    pub(super) inherited: NewDependency,
}

/// How `new` comes into `package` if that inherits all its dependencies; none if it does not, or the workspace cannot be
/// changed.
pub(super) fn offer(package: &Package, new: &NewDependency) -> Option<Offer> {
    let workspace = package.workspace_manifest()?;
    let mut dependencies = all_dependencies(&package.manifest, Some(workspace)).peekable();
    let has_any = dependencies.peek().is_some();
    let is_inherited = dependencies.all(|declared| declared.origin == Origin::Workspace);
    if !has_any || !is_inherited || new.source == Source::Workspace {
        return None;
    }
    let (file, offered) = match &package.workspace {
        None => {
            let offered = NewDependency {
                feature: None,
                ..new.clone()
            };
            (package.place.manifest.clone(), offered)
        }
        Some(root) => {
            let manifest = root.root.join(MANIFEST);
            let file = UserFile::read_outside(&package.place.root, &manifest)?;
            let offered = NewDependency {
                source: seen_from_workspace(&new.source, &"../".repeat(file.above))?,
                feature: None,
                ..new.clone()
            };
            (file.with_text(workspace.shared_text()), offered)
        }
    };
    let is_writable = matches!(
        file.content,
        Content::Text {
            access: Access::ReadWrite,
            ..
        }
    );
    if !is_writable {
        return None;
    }
    let inserted = insert_into(workspace, Section::Workspace, &offered).ok()?;
    let after = inserted.edit.apply(workspace.text());
    Some(Offer {
        addition: Addition {
            after,
            summary: inserted.entry,
            line: inserted.line,
        },
        inherited: NewDependency {
            source: Source::Workspace,
            package: None,
            version: None,
            ..new.clone()
        },
        file,
        offered,
    })
}

/// The `source` that the package names, as its workspace has to: paths start further up there, by `climb`.
fn seen_from_workspace(source: &Source, climb: &str) -> Option<Source> {
    match source {
        Source::Path(path) => Some(Source::Path(path.strip_prefix(climb)?.to_owned())),
        source => Some(source.clone()),
    }
}
