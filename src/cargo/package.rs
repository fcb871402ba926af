//! What a cargo project says.

use std::path::Path;

use super::module::site::Modules;
use super::workspace::{self, Package, WorkspaceRoot};
use crate::blueprint::Variant;
use crate::cargo::dependency::{Declared, DependencyState, Origin, Source, find_dependency};
use crate::cargo::manifest::Manifest;
use crate::error::Problem;
use crate::path::RelPath;
use crate::project::file::{Content, UserFile, read_text};
use crate::project::{Ecosystem, Project, find_source_root};
use crate::request::Selection;

/// The name of the manifest.
pub(crate) const MANIFEST: &str = "Cargo.toml";

/// What only a cargo project has.
#[derive(Debug)]
pub struct CargoProject {
    /// The manifest, parsed.
    pub manifest: Manifest,
    /// The workspace that the package belongs to, unless it is its root.
    pub workspace: Option<WorkspaceRoot>,
    /// The modules between the crate root and the adapter.
    pub modules: Modules,
    /// Where the SDK is beside the runtime, if it is there.
    pub runtime_sibling: Option<Source>,
}

impl CargoProject {
    /// The manifest from which dependencies are inherited.
    pub fn workspace_manifest(&self) -> Option<&Manifest> {
        match &self.workspace {
            Some(workspace) => Some(&workspace.manifest),
            None => Some(&self.manifest).filter(|manifest| manifest.is_workspace_root()),
        }
    }

    /// Where `package` is if it lies beside the runtime, as the manifest of the package at `root` has to say it.
    fn find_sibling(&self, root: &Path, runtime: &str, package: &str) -> Option<Source> {
        let runtime = find_dependency(&self.manifest, self.workspace_manifest(), runtime).ok()?;
        let DependencyState::Present(Declared { source, origin, .. }) = runtime else {
            return None;
        };
        let Source::Path(path) = source.sibling(package)? else {
            return source.sibling(package);
        };
        let path = match (origin, &self.workspace) {
            (Origin::Workspace, Some(workspace)) if Path::new(&path).is_relative() => {
                let member = root.strip_prefix(&workspace.root).ok()?;
                format!("{}{path}", "../".repeat(member.components().count()))
            }
            _ => path,
        };
        root.join(&path)
            .join(MANIFEST)
            .is_file()
            .then_some(Source::Path(path))
    }
}

/// Whether the manifest in `folder` declares `runtime`. A manifest that cannot be read declares nothing.
pub(crate) fn declares(folder: &Path, runtime: &str) -> bool {
    let text = read_text(&folder.join(MANIFEST))
        .map(|(text, _)| text)
        .unwrap_or_default();
    let manifest = Manifest::parse(text).ok();
    let found =
        manifest.and_then(|manifest| find_dependency(&manifest, Some(&manifest), runtime).ok());
    matches!(found, Some(DependencyState::Present(_)))
}

/// What stands at `path`, where another file that is the same module is in the way of a new one.
fn read_adapter(root: &Path, path: RelPath, modules: &Modules) -> UserFile {
    let adapter = UserFile::read(root, path);
    match (&adapter.content, modules.rival_of(root, &adapter.path)) {
        (Content::Absent, Some(rival)) => UserFile {
            content: Content::Obstacle(module_taken(&adapter.path, &modules.leaf, &rival)),
            ..adapter
        },
        _ => adapter,
    }
}

fn module_taken(path: &RelPath, module: &str, rival: &RelPath) -> Problem {
    let message = format!("`{rival}` is the module `{module}`, so that `{path}` cannot be added");
    Problem::new("module-taken", message)
        .in_file(rival.as_str())
        .help("rename that module")
}

/// Reads the package at or around `folder` that `selection` means.
pub(crate) fn load(
    folder: &Path,
    selection: &Selection,
    variant: &Variant,
) -> Result<Project, Problem> {
    let Package {
        root,
        name,
        manifest,
    } = workspace::select(folder, selection.package.as_deref())?;
    let workspace = if manifest.is_workspace_root() {
        None
    } else {
        workspace::find_root(&root, &manifest)?
    };
    let manifest_file = UserFile::read(&root, RelPath::root().join(MANIFEST).unwrap_or_default());
    manifest_file.text().map_err(|problem| Problem {
        file: Some(root.join(MANIFEST)),
        ..problem
    })?;
    let source_root = find_source_root(&root, selection.source_root.as_ref())?;
    let adapter_path = source_root.join(variant.adapter.path).unwrap_or_default();
    let modules = Modules::read(&root, &manifest, &source_root, &adapter_path);
    let adapter = read_adapter(&root, adapter_path, &modules);
    let mut project = CargoProject {
        manifest,
        workspace,
        modules,
        runtime_sibling: None,
    };
    project.runtime_sibling =
        project.find_sibling(&root, variant.runtime.package, variant.sdk.package);
    let ecosystem = Ecosystem::Cargo(Box::new(project));
    Ok(Project {
        root,
        name,
        source_root,
        manifest: manifest_file,
        adapter,
        ecosystem,
    })
}
