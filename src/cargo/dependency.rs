//! Whether a manifest has a dependency, and from where.
//!
//! Present means present in the parsed document, under any spelling and any name. Text in, values out.

use semver::{Comparator, Version, VersionReq};
use toml_edit::{Item, TableLike};

use super::manifest::Manifest;
use crate::error::Problem;
use crate::text::Position;

/// Whether a package is a dependency.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DependencyState {
    /// It is nowhere.
    Missing,
    /// It is a plain dependency.
    Present(Declared),
    /// It is declared in tables that plain code cannot use, which are named: dev, build or target.
    Elsewhere(Vec<String>),
}

/// A dependency as it is declared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Declared {
    /// The key in the table.
    pub key: String,
    /// The name under which code imports the crate.
    pub import_name: String,
    /// Where the crate comes from.
    pub source: Source,
    /// Where that is said: a path is relative to the manifest of the workspace if it is inherited.
    pub origin: Origin,
    /// The versions that are allowed, when that is said.
    pub requirement: Option<String>,
    /// Whether a feature has to turn it on.
    pub optional: bool,
    /// Where the entry is.
    pub position: Option<Position>,
}

/// Which manifest describes a dependency.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// The package's own.
    Package,
    /// That of the workspace, from which the package inherits.
    Workspace,
}

/// Where a crate comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// A registry, by version.
    Registry {
        /// The versions that are allowed.
        requirement: String,
        /// The registry, unless it is the default one.
        registry: Option<String>,
    },
    /// A folder, relative to the manifest, with `/`.
    Path(String),
    /// A git repository.
    Git {
        /// Its address.
        url: String,
        /// What pins it, as key and value: `branch`, `tag` or `rev`.
        pin: Option<(&'static str, String)>,
    },
    /// The workspace.
    Workspace,
}

impl Source {
    /// The source of a crate that lies in the folder `sibling` beside one from here; none for a registry, where crates
    /// do not lie beside each other.
    pub fn sibling(&self, sibling: &str) -> Option<Self> {
        match self {
            Self::Path(path) => {
                let path = path.trim_end_matches(['/', '\\']).replace('\\', "/");
                let folder = path.rsplit_once('/').map_or("..", |(folder, _)| folder);
                Some(Self::Path(if path.contains('/') {
                    format!("{folder}/{sibling}")
                } else {
                    sibling.to_owned()
                }))
            }
            Self::Git { .. } => Some(self.clone()),
            Self::Registry { .. } | Self::Workspace => None,
        }
    }
}

/// Looks for `package` among the dependencies of `manifest`, where `workspace` is what it inherits from.
///
/// # Errors
///
/// When the dependencies are not what cargo expects, or the name of the package is taken by another one.
pub fn find_dependency(
    manifest: &Manifest,
    workspace: Option<&Manifest>,
    package: &str,
) -> Result<DependencyState, Problem> {
    let Some(table) = dependencies(manifest)? else {
        return Ok(elsewhere(manifest, package));
    };
    let mut taken = None;
    for (key, item) in table.iter() {
        let declared = declared(manifest, workspace, table, key, item)?;
        if same_package(&declared.1, package) {
            return Ok(DependencyState::Present(declared.0));
        }
        if same_package(key, package) {
            taken = Some(declared);
        }
    }
    let Some((declared, other)) = taken else {
        return Ok(elsewhere(manifest, package));
    };
    let message = format!(
        "the dependency `{}` is the package `{other}`, so that `{package}` cannot be added",
        declared.key
    );
    let mut problem = Problem::new("dependency-name-taken", message);
    problem.position = declared.position;
    Err(problem.help(format!("rename that dependency, or add `{package}` under another name with `package = \"{package}\"`")))
}

/// The key under which `workspace` offers `package` to its members.
pub fn workspace_offers(workspace: &Manifest, package: &str) -> Option<String> {
    let offered = offered(workspace)?;
    let found = offered
        .iter()
        .find(|(key, item)| same_package(package_of(key, item), package));
    found.map(|(key, _)| key.to_owned())
}

/// Whether `requirement` lets in a version that `written_for` lets in, as far as that can be told: what is no valid
/// requirement is cargo's to complain about.
pub fn requirement_allows(requirement: &str, written_for: &str) -> bool {
    let (Ok(requirement), Ok(written_for)) = (
        VersionReq::parse(requirement),
        VersionReq::parse(written_for),
    ) else {
        return true;
    };
    let lowest = written_for.comparators.iter().map(lowest_version).max();
    let known = requirement.comparators.iter().map(lowest_version);
    known
        .chain(lowest)
        .any(|version| requirement.matches(&version) && written_for.matches(&version))
}

fn lowest_version(comparator: &Comparator) -> Version {
    let mut version = Version::new(
        comparator.major,
        comparator.minor.unwrap_or(0),
        comparator.patch.unwrap_or(0),
    );
    version.pre = comparator.pre.clone();
    version
}

/// The table of plain dependencies, in whatever shape.
pub(super) fn dependencies(manifest: &Manifest) -> Result<Option<&dyn TableLike>, Problem> {
    let Some((key, item)) = manifest.document().get_key_value("dependencies") else {
        return Ok(None);
    };
    match item.as_table_like() {
        Some(table) => Ok(Some(table)),
        None => {
            let mut problem =
                Problem::new("dependencies-not-a-table", "`dependencies` is not a table");
            problem.position = manifest.position(key.span().or_else(|| item.span()));
            Err(problem.help("write it as `[dependencies]` with one entry a line"))
        }
    }
}

/// The dependency under `key`, and the package that it is.
fn declared(
    manifest: &Manifest,
    workspace: Option<&Manifest>,
    table: &dyn TableLike,
    key: &str,
    item: &Item,
) -> Result<(Declared, String), Problem> {
    let position = manifest.position(table.key(key).and_then(|key| key.span()));
    if !item.is_str() && item.as_table_like().is_none() {
        let mut problem = Problem::new(
            "dependency-invalid",
            format!("the dependency `{key}` is neither a version nor a table"),
        );
        problem.position = position;
        return Err(problem.help(format!("write `{key} = \"<version>\"`")));
    }
    let inherited = flag(item, "workspace")
        .then(|| workspace.and_then(|workspace| offered(workspace)?.get(key)))
        .flatten();
    let described = inherited.unwrap_or(item);
    let declared = Declared {
        key: key.to_owned(),
        import_name: key.replace('-', "_"),
        source: source(described),
        origin: if inherited.is_some() {
            Origin::Workspace
        } else {
            Origin::Package
        },
        requirement: requirement(described),
        optional: flag(item, "optional"),
        position,
    };
    Ok((declared, package_of(key, described).to_owned()))
}

fn offered(workspace: &Manifest) -> Option<&dyn TableLike> {
    workspace
        .document()
        .get("workspace")?
        .get("dependencies")?
        .as_table_like()
}

fn package_of<'a>(key: &'a str, item: &'a Item) -> &'a str {
    text(item, "package").unwrap_or(key)
}

/// Registries take `-` and `_` for the same, so that both names are one crate.
fn same_package(one: &str, other: &str) -> bool {
    one.replace('_', "-") == other.replace('_', "-")
}

fn source(item: &Item) -> Source {
    if let Some(path) = text(item, "path") {
        return Source::Path(path.to_owned());
    }
    if let Some(url) = text(item, "git") {
        let pins = ["branch", "tag", "rev"].into_iter();
        let pin = pins
            .filter_map(|key| Some((key, text(item, key)?.to_owned())))
            .next();
        return Source::Git {
            url: url.to_owned(),
            pin,
        };
    }
    if flag(item, "workspace") {
        return Source::Workspace;
    }
    let registry = text(item, "registry").map(str::to_owned);
    Source::Registry {
        requirement: requirement(item).unwrap_or_default(),
        registry,
    }
}

fn requirement(item: &Item) -> Option<String> {
    item.as_str()
        .or_else(|| text(item, "version"))
        .map(str::to_owned)
}

fn text<'a>(item: &'a Item, key: &str) -> Option<&'a str> {
    item.as_table_like()?.get(key)?.as_str()
}

fn flag(item: &Item, key: &str) -> bool {
    item.as_table_like()
        .and_then(|table| table.get(key)?.as_bool())
        .unwrap_or(false)
}

fn elsewhere(manifest: &Manifest, package: &str) -> DependencyState {
    let mut tables = Vec::new();
    let document = manifest.document();
    for kind in ["dev-dependencies", "build-dependencies"] {
        if document.get(kind).is_some_and(|table| has(table, package)) {
            tables.push(kind.to_owned());
        }
    }
    let targets = document.get("target").and_then(Item::as_table_like);
    for (target, item) in targets.into_iter().flat_map(|targets| targets.iter()) {
        for kind in ["dependencies", "dev-dependencies", "build-dependencies"] {
            if item
                .as_table_like()
                .and_then(|tables| tables.get(kind))
                .is_some_and(|table| has(table, package))
            {
                tables.push(format!("target.'{target}'.{kind}"));
            }
        }
    }
    if tables.is_empty() {
        DependencyState::Missing
    } else {
        DependencyState::Elsewhere(tables)
    }
}

fn has(table: &Item, package: &str) -> bool {
    let table = table.as_table_like();
    table.is_some_and(|table| {
        table
            .iter()
            .any(|(key, item)| same_package(package_of(key, item), package))
    })
}
