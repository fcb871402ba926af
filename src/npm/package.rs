//! An npm package as it is: its manifest, its workspace, its package manager and its runtime.
//!
//! Reads only; knows no blueprint.

use std::fs;
use std::path::{Path, PathBuf};

use semver::Version;

use super::dependency::{Dependency, find_dependency};
use super::flue::Flue;
use super::lock::Locked;
use super::manifest::{MANIFEST, PackageJson, RUNTIME};
use super::overrides::Overrides;
use super::package_manager::{LockFile, PackageManager};
use super::workers::Worker;
use super::workspace::catalogs::Catalogs;
use super::workspace::patterns::path_below;
use super::workspace::{PNPM_WORKSPACE, directory_name, find_workspace, package_manager_traces};
use crate::error::{Code, Problem};
use crate::path::RelPath;
use crate::project::file::{UserFile, look_at, read_if_there, read_text};
use crate::project::{Place, find_source_root};

const YARN_SETTINGS: &str = ".yarnrc.yml";

/// An npm package.
#[derive(Debug)]
pub(crate) struct Package {
    /// Where it is.
    pub place: Place,
    /// The directory of its workspace, if it is in one.
    pub workspace: Option<PathBuf>,
    /// What installs its packages.
    pub package_manager: PackageManager,
    /// The ranges that the workspace offers.
    pub catalogs: Catalogs,
    /// The versions that the workspace forces on them.
    pub overrides: Overrides,
    /// The Worker that it runs as, if it does.
    pub worker: Option<Worker>,
    /// The runtime as the manifest declares it.
    pub runtime: Option<Dependency>,
    /// The version of the runtime that is installed.
    pub installed_runtime: Option<String>,
    /// The version of the runtime that the lock file holds, unless it is installed.
    pub locked_runtime: Option<Version>,
}

/// What there is instead of a `package.json` in `start` or above, and what to do about it.
pub(crate) fn other_manifest(start: &Path) -> Option<Problem> {
    let deno = start
        .ancestors()
        .flat_map(|directory| ["deno.json", "deno.jsonc"].map(|name| directory.join(name)))
        .find(|path| path.exists())?;
    let message = "the project has Deno's manifest only, and the adapter needs a `package.json`";
    let problem = Problem::new(Code::DenoProject, message).in_file(deno);
    Some(problem.help(format!(
        "Deno reads `package.json`, too: create one that depends on `{RUNTIME}`"
    )))
}

/// That `directory` has a manifest as only pnpm reads it, if it has.
pub(crate) fn pnpm_manifest(directory: &Path) -> Option<Problem> {
    let mut names = ["package.json5", "package.yaml"].into_iter();
    let name = names.find(|name| directory.join(name).is_file())?;
    let message = format!("the package has a `{name}`, which only pnpm reads, and no `{MANIFEST}`");
    let problem = Problem::new(Code::PnpmManifest, message).in_file(directory.join(name));
    Some(problem.help(format!(
        "turn it into a `{MANIFEST}`, which pnpm reads, too"
    )))
}

/// Opens the package in `directory`, whose source root is the one that is asked for.
///
/// # Errors
///
/// When there is none, one of its files cannot be read, or it is no agent.
pub(crate) fn open(directory: &Path, source_root: Option<&RelPath>) -> Result<Package, Problem> {
    refuse_installed_package(directory)?;
    let workspace = find_workspace(directory)?;
    let root = directory.to_owned();
    let full_path = |problem: Problem| Problem {
        file: Some(root.join(MANIFEST)),
        ..problem
    };

    let manifest_file = UserFile::read(&root, RelPath::root().join(MANIFEST).unwrap_or_default());
    let text = manifest_file.text().map_err(full_path)?.unwrap_or_default();
    let reader = Reader {
        root: &root,
        workspace: workspace
            .as_ref()
            .map_or(root.as_path(), |workspace| &workspace.directory),
    };
    let package_manager = reader.package_manager(text)?;
    let manifest = PackageJson::parse_for(text, package_manager).map_err(full_path)?;
    let name = manifest.name().map_err(full_path)?.map(str::to_owned);
    let source_root = find_source_root(&root, source_root)?;
    let flue = Flue::of(&manifest).map_err(full_path)?;
    let shown_name = name.clone().unwrap_or_else(|| directory_name(&root));
    let runtime = flue.runtime(&shown_name, &connectors(&root, &source_root));
    let runtime = runtime.map_err(full_path)?;
    let installed_runtime = match &runtime {
        Some(runtime) => installed_version(&root, &runtime.import_name)?,
        None => None,
    };
    let locked_runtime = match (&runtime, &installed_runtime) {
        (Some(runtime), None) => reader.locked_version(runtime, name.as_deref())?,
        _ => None,
    };
    Ok(Package {
        worker: Worker::read(&root),
        catalogs: reader.catalogs(package_manager)?,
        overrides: reader.overrides(package_manager),
        workspace: workspace.as_ref().map(|it| it.directory.clone()),
        package_manager,
        runtime,
        installed_runtime,
        locked_runtime,
        place: Place {
            name: shown_name,
            source_root,
            manifest: manifest_file,
            root,
        },
    })
}

impl Package {
    /// Whether the manifest has an entry by which code imports `import_name`.
    pub(crate) fn declares(&self, import_name: &str) -> bool {
        let text = self.place.manifest.text().ok().flatten();
        let manifest = PackageJson::parse_for(text.unwrap_or_default(), self.package_manager).ok();
        let found =
            manifest.and_then(|manifest| find_dependency(&manifest, import_name).ok().flatten());
        found.is_some_and(|found| found.import_name == import_name)
    }

    /// Whether `import_name` is not installed, though the runtime is: the last install was before its entry.
    pub(crate) fn lacks(&self, import_name: &str) -> bool {
        self.installed_runtime.is_some()
            && installed_version(&self.place.root, import_name) == Ok(None)
    }
}

/// A package that a package manager has installed is not a project: what is written there is lost at the next install.
fn refuse_installed_package(directory: &Path) -> Result<(), Problem> {
    if directory
        .components()
        .all(|part| part.as_os_str() != "node_modules")
    {
        return Ok(());
    }
    let message = format!(
        "`{}` is inside `node_modules`, where the next install undoes every change",
        directory.display()
    );
    Err(Problem::new(Code::InstalledPackage, message)
        .help("run the command in a project of your own"))
}

/// Reads what lies around a package, up to the root of its workspace.
struct Reader<'a> {
    root: &'a Path,
    workspace: &'a Path,
}

impl Reader<'_> {
    /// The directory of the package and those above it, up to the root of the workspace.
    fn directories(&self) -> impl Iterator<Item = &Path> {
        self.root
            .ancestors()
            .take_while(|directory| directory.starts_with(self.workspace))
    }

    /// What installs the packages of the one whose manifest is `text`.
    fn package_manager(&self, text: &str) -> Result<PackageManager, Problem> {
        let root_text = read_if_there(&self.workspace.join(MANIFEST))?.unwrap_or_default();
        let manifests = [text, &root_text].map(PackageJson::parse_loosely);
        let mut manifests = manifests.iter().flatten();
        let is_pnpm_workspace = look_at(&self.workspace.join(PNPM_WORKSPACE))?.is_some();
        let field = manifests
            .find_map(PackageJson::package_manager)
            .or(is_pnpm_workspace.then_some("pnpm"));
        let traces = self.directories().flat_map(package_manager_traces);
        Ok(PackageManager::detect(field, traces))
    }

    fn lock_files(&self) -> Result<Vec<(PathBuf, LockFile)>, Problem> {
        let candidates = self
            .directories()
            .flat_map(|directory| LockFile::ALL.map(|kind| (directory.join(kind.name()), kind)));
        let mut found = Vec::new();
        for (path, kind) in candidates {
            if look_at(&path)?.is_some_and(|found| found.is_file()) {
                found.push((path, kind));
            }
        }
        Ok(found)
    }

    fn catalogs(&self, package_manager: PackageManager) -> Result<Catalogs, Problem> {
        let settings = match package_manager {
            PackageManager::Npm | PackageManager::Rush => return Ok(Catalogs::default()),
            PackageManager::Bun => {
                let text = read_if_there(&self.workspace.join(MANIFEST))?.unwrap_or_default();
                return Ok(PackageJson::parse_loosely(&text)
                    .map(|root| Catalogs::in_package_json(&root))
                    .unwrap_or_default());
            }
            PackageManager::Pnpm => self.workspace.join(PNPM_WORKSPACE),
            PackageManager::Yarn => self.workspace.join(YARN_SETTINGS),
        };
        let Some(text) = read_if_there(&settings)? else {
            return Ok(Catalogs::default());
        };
        Catalogs::in_yaml(&text).map_err(|problem| problem.in_file(settings))
    }

    fn overrides(&self, package_manager: PackageManager) -> Overrides {
        let file = self.workspace.join(MANIFEST);
        let text = read_text(&file).map(|(text, _)| text).unwrap_or_default();
        let mut overrides = PackageJson::parse_loosely(&text)
            .map(|root| Overrides::in_package_json(&root, &file, package_manager))
            .unwrap_or_default();
        let settings = self.workspace.join(PNPM_WORKSPACE);
        if package_manager == PackageManager::Pnpm
            && let Ok((text, _)) = read_text(&settings)
        {
            overrides.add_yaml(&text, &settings);
        }
        overrides
    }

    fn locked_version(
        &self,
        runtime: &Dependency,
        member_name: Option<&str>,
    ) -> Result<Option<Version>, Problem> {
        for (path, kind) in self.lock_files()? {
            let member_path = path_below(path.parent().unwrap_or(&path), self.root);
            let locked = Locked {
                import_name: &runtime.import_name,
                range: &runtime.range,
                member_path: &member_path,
                member_name,
            };
            let text = match kind {
                LockFile::BunBinary => None,
                _ => read_if_there(&path)?,
            };
            if let Some(version) = text.and_then(|text| locked.version_in(kind, &text)) {
                return Ok(Some(version));
            }
        }
        Ok(None)
    }
}

/// The version that an import from `root` finds: Node looks in every directory above, whatever the workspace is.
fn installed_version(root: &Path, import_name: &str) -> Result<Option<String>, Problem> {
    for directory in root.ancestors() {
        let installed = directory.join("node_modules").join(import_name);
        if let Some(text) = read_if_there(&installed.join(MANIFEST))? {
            let manifest = PackageJson::parse(&text).ok();
            return Ok(manifest.and_then(|manifest| Some(manifest.version()?.to_owned())));
        }
    }
    Ok(None)
}

/// The files, relative to `root`, that were to Flue of former times what adapters are today.
fn connectors(root: &Path, source_root: &RelPath) -> Vec<String> {
    let directory = source_root.join("connectors").unwrap_or_default();
    let mut files = typescript_files(&directory.under(root));
    files.sort();
    let names = files.iter().filter_map(|file| file.strip_prefix(root).ok());
    names.map(|name| format!("`{}`", name.display())).collect()
}

/// The TypeScript files in `directory`, in no order.
pub(super) fn typescript_files(directory: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(directory)
        .into_iter()
        .flatten()
        .filter_map(Result::ok);
    let files = entries.map(|entry| entry.path());
    files
        .filter(|path| path.extension().is_some_and(|extension| extension == "ts"))
        .collect()
}
