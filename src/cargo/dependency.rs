//! Whether a manifest has a dependency, and from where.
//!
//! Present means present in the parsed document, under any spelling and any name. Text in, values out.

#[cfg(test)]
mod tests;

use semver::{Comparator, Op, Version, VersionReq};

use super::manifest::Manifest;
use super::toml::Item;
use crate::error::{Code, Problem};
use crate::text::Position;

/// The table of plain dependencies.
pub(super) const DEPENDENCIES: &str = "dependencies";

/// The tables beside it, and how they were written before edition 2024.
pub(super) const OTHER_KINDS: [&str; 4] = [
    "dev-dependencies",
    "build-dependencies",
    "dev_dependencies",
    "build_dependencies",
];

/// Whether a package is a dependency.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DependencyState {
    /// It is nowhere.
    Missing,
    /// It is a plain dependency.
    Present(Declared),
    /// Only tables that plain code cannot use have it: dev, build or target.
    Elsewhere {
        /// The names of the tables.
        tables: Vec<String>,
        /// What the first of them says. Cargo wants all entries for a package to agree in key and source.
        declared: Declared,
    },
}

/// A dependency as it is declared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Declared {
    /// The key in the table.
    pub key: String,
    /// The package that it is, which differs from the key if the dependency is renamed.
    pub package: String,
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
        /// The registry, as key and value: `registry` or `registry-index`; none for the default one.
        registry: Option<(&'static str, String)>,
    },
    /// A directory, relative to the manifest, with `/`.
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
    /// Whether an entry may allow versions beside it.
    pub(super) fn takes_version(&self) -> bool {
        matches!(self, Self::Path(_) | Self::Git { .. })
    }

    /// The source of a crate that lies in the directory `sibling` beside one from here; none for a registry, where crates
    /// do not lie beside each other.
    pub fn sibling(&self, sibling: &str) -> Option<Self> {
        match self {
            Self::Path(path) => Some(Self::Path(sibling_path(path, sibling))),
            Self::Git { .. } => Some(self.clone()),
            Self::Registry { .. } | Self::Workspace => None,
        }
    }
}

/// The directory `sibling` beside the directory `path`, with `/`.
fn sibling_path(path: &str, sibling: &str) -> String {
    let path = path.replace('\\', "/");
    let path = path.trim_end_matches('/');
    let (parent, directory) = match path.rsplit_once('/') {
        Some((parent, directory)) => (format!("{parent}/"), directory),
        None => (String::new(), path),
    };
    match directory {
        "" if parent.is_empty() => format!("../{sibling}"),
        "" | "." | ".." => format!("{path}/../{sibling}"),
        _ => format!("{parent}{sibling}"),
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
    let plain = || dependencies(manifest).ok().flatten().into_iter();
    let plain = || plain().flat_map(|table| entries(workspace, table));
    dependencies(manifest)?;
    for entry in plain() {
        entry.check(manifest)?;
    }
    if let Some(entry) = plain().find(|entry| entry.is(package)) {
        return Ok(DependencyState::Present(entry.declared_in(manifest)));
    }
    // What is wrong in these tables does not stand in the way.
    let valid = |table| entries(workspace, table).filter(|entry| entry.is_valid());
    let elsewhere = || other_tables(manifest).flat_map(|(_, table)| valid(table));
    let mut all = plain().chain(elsewhere());
    if let Some(other) = all.find(|other| other.takes_name_of(package)) {
        return Err(name_taken(&other.declared_in(manifest), package));
    }
    let Some(found) = elsewhere().find(|entry| entry.is(package)) else {
        return Ok(DependencyState::Missing);
    };
    let tables = other_tables(manifest)
        .filter(|(_, table)| valid(*table).any(|entry| entry.is(package)))
        .map(|(name, _)| name);
    Ok(DependencyState::Elsewhere {
        tables: tables.collect(),
        declared: found.declared_in(manifest),
    })
}

/// All that `manifest` depends on, in whatever table, where `workspace` is what it inherits from. What cargo would
/// refuse is left out.
/// Their positions, which take a look at all that is above them, are left out too.
pub fn all_dependencies<'a>(
    manifest: &'a Manifest,
    workspace: Option<&'a Manifest>,
) -> impl Iterator<Item = Declared> {
    let plain = dependencies(manifest).ok().flatten();
    let others = other_tables(manifest).map(|(_, table)| table);
    plain
        .into_iter()
        .chain(others)
        .flat_map(move |table| entries(workspace, table))
        .filter(|entry| entry.is_valid())
        .map(Entry::declared)
}

/// What the dependency `key` of `manifest` says, like [`all_dependencies`].
pub(super) fn dependency_at(
    manifest: &Manifest,
    workspace: Option<&Manifest>,
    key: &str,
) -> Option<Declared> {
    let tables = dependencies(manifest).ok().flatten().into_iter();
    let mut tables = tables.chain(other_tables(manifest).map(|(_, table)| table));
    let item = tables.find_map(|table| table.get(key))?;
    let entry = Entry::of(item, workspace.and_then(offered));
    entry.is_valid().then(|| entry.declared())
}

fn name_taken(other: &Declared, package: &str) -> Problem {
    let message = format!(
        "the dependency `{}` is the package `{}`, so that `{package}` cannot be added",
        other.key, other.package
    );
    let mut problem = Problem::new(Code::DependencyNameTaken, message);
    problem.position = other.position;
    problem.help(format!("rename that dependency, or add `{package}` under another name with `package = \"{package}\"`"))
}

/// What `workspace` offers to its members as `package`.
pub fn workspace_offers(workspace: &Manifest, package: &str) -> Option<Declared> {
    let mut offered = entries(None, offered(workspace)?).filter(|entry| entry.is_valid());
    offered
        .find(|entry| entry.is(package))
        .map(|entry| Declared {
            origin: Origin::Workspace,
            ..entry.declared_in(workspace)
        })
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
    // What both let in starts where one of their parts starts.
    let starts = requirement
        .comparators
        .iter()
        .chain(&written_for.comparators);
    starts
        .map(lowest_version)
        .chain([Version::new(0, 0, 0)])
        .any(|version| requirement.matches(&version) && written_for.matches(&version))
}

/// Whether `requirement` lets in a version that is lower than all that `other` lets in, as far as that can be told.
pub(super) fn starts_before(requirement: &str, other: &str) -> bool {
    let lowest = |requirement: &str| {
        let requirement = VersionReq::parse(requirement).ok()?;
        let starts = requirement.comparators.iter().map(lowest_version);
        let starts = starts.chain([Version::new(0, 0, 0)]);
        starts.filter(|version| requirement.matches(version)).min()
    };
    matches!((lowest(requirement), lowest(other)), (Some(one), Some(other)) if one < other)
}

/// The lowest version that `comparator` may let in.
fn lowest_version(comparator: &Comparator) -> Version {
    let Comparator {
        op,
        major,
        minor,
        patch,
        pre,
    } = comparator;
    let (major, minor, patch) = match (op, minor, patch) {
        (Op::Greater, None, _) => (major.saturating_add(1), 0, 0),
        (Op::Greater, Some(minor), None) => (*major, minor.saturating_add(1), 0),
        (Op::Greater, Some(minor), Some(patch)) if pre.is_empty() => {
            (*major, *minor, patch.saturating_add(1))
        }
        (_, minor, patch) => (*major, minor.unwrap_or(0), patch.unwrap_or(0)),
    };
    let mut version = Version::new(major, minor, patch);
    if *op != Op::Greater {
        version.pre = pre.clone();
    }
    version
}

/// The table of plain dependencies, in whatever shape.
pub(super) fn dependencies(manifest: &Manifest) -> Result<Option<Item<'_>>, Problem> {
    let Some(item) = manifest.document().get(DEPENDENCIES) else {
        return Ok(None);
    };
    match item.as_table() {
        Some(table) => Ok(Some(table)),
        None => {
            let mut problem =
                Problem::new(Code::DependenciesNotATable, "`dependencies` is not a table");
            problem.position = Some(manifest.position(&item.key_span()));
            Err(problem.help("write it as `[dependencies]` with one entry a line"))
        }
    }
}

/// An entry of a table of dependencies.
#[derive(Clone, Copy)]
struct Entry<'a> {
    item: Item<'a>,
    /// What the workspace says about it, if it inherits that.
    inherited: Option<Item<'a>>,
}

/// The dependencies in `table`, in its order.
fn entries<'a>(
    workspace: Option<&'a Manifest>,
    table: Item<'a>,
) -> impl Iterator<Item = Entry<'a>> {
    let offered = workspace.and_then(offered);
    table.iter().map(move |item| Entry::of(item, offered))
}

impl<'a> Entry<'a> {
    /// The one that `item` is, where the workspace has `offered` that.
    fn of(item: Item<'a>, offered: Option<Item<'a>>) -> Self {
        let offered = offered.filter(|_| flag(item, "workspace"));
        let inherited = offered.and_then(|offered| offered.get(item.key()));
        Self { item, inherited }
    }

    fn is_valid(self) -> bool {
        self.item.is_str() || self.item.is_table()
    }

    fn check(self, manifest: &Manifest) -> Result<(), Problem> {
        if self.is_valid() {
            return Ok(());
        }
        let key = self.item.key();
        let message = format!("the dependency `{key}` is neither a version nor a table");
        let mut problem = Problem::new(Code::DependencyInvalid, message);
        problem.position = Some(manifest.position(&self.item.key_span()));
        Err(problem.help(format!("write `{key} = \"<version>\"`")))
    }

    fn described(self) -> Item<'a> {
        self.inherited.unwrap_or(self.item)
    }

    fn package(self) -> &'a str {
        text(self.described(), "package").unwrap_or(self.item.key())
    }

    fn is(self, package: &str) -> bool {
        same_package(self.package(), package)
    }

    /// Whether it is another package that code imports under the name of `package`. The compiler could not tell them
    /// apart, and cargo wants one key to mean one package in all tables.
    fn takes_name_of(self, package: &str) -> bool {
        !self.is(package) && same_package(self.item.key(), package)
    }

    fn declared_in(self, manifest: &Manifest) -> Declared {
        Declared {
            position: Some(manifest.position(&self.item.key_span())),
            ..self.declared()
        }
    }

    fn declared(self) -> Declared {
        let (key, described) = (self.item.key(), self.described());
        Declared {
            key: key.to_owned(),
            package: self.package().to_owned(),
            import_name: import_name(key),
            source: source(described),
            origin: match self.inherited {
                Some(_) => Origin::Workspace,
                None => Origin::Package,
            },
            requirement: requirement(described),
            optional: flag(self.item, "optional"),
            position: None,
        }
    }
}

/// The name under which code imports what has `key` in a table of dependencies.
pub fn import_name(key: &str) -> String {
    key.replace('-', "_")
}

fn offered(workspace: &Manifest) -> Option<Item<'_>> {
    workspace
        .document()
        .get("workspace")?
        .get("dependencies")?
        .as_table()
}

/// Registries take `-` and `_` for the same, so that both names are one crate.
fn same_package(one: &str, other: &str) -> bool {
    let hyphenated = |byte| if byte == b'_' { b'-' } else { byte };
    one.bytes()
        .map(hyphenated)
        .eq(other.bytes().map(hyphenated))
}

/// Where the dependency `item` comes from.
pub(super) fn source(item: Item<'_>) -> Source {
    if let Some(path) = text(item, "path") {
        return Source::Path(path.to_owned());
    }
    if let Some(url) = text(item, "git") {
        return Source::Git {
            url: url.to_owned(),
            pin: first_of(item, ["branch", "tag", "rev"]),
        };
    }
    if flag(item, "workspace") {
        return Source::Workspace;
    }
    Source::Registry {
        requirement: requirement(item).unwrap_or_else(|| "*".to_owned()),
        registry: first_of(item, ["registry", "registry-index"]),
    }
}

/// The first of `keys` under which `item` says something, with what it says.
fn first_of<const N: usize>(
    item: Item<'_>,
    keys: [&'static str; N],
) -> Option<(&'static str, String)> {
    keys.into_iter()
        .find_map(|key| Some((key, text(item, key)?.to_owned())))
}

fn requirement(item: Item<'_>) -> Option<String> {
    item.as_str()
        .or_else(|| text(item, "version"))
        .map(str::to_owned)
}

/// What `item` says under `key`, if it is a table and that is a string.
pub(super) fn text<'a>(item: Item<'a>, key: &str) -> Option<&'a str> {
    item.get(key)?.as_str()
}

pub(super) fn flag(item: Item<'_>, key: &str) -> bool {
    item.get(key).and_then(Item::as_bool) == Some(true)
}

/// The tables besides `[dependencies]` that hold dependencies, with their names.
fn other_tables(manifest: &Manifest) -> impl Iterator<Item = (String, Item<'_>)> {
    let document = manifest.document();
    let own = OTHER_KINDS.into_iter().filter_map(|kind| {
        let table = document.get(kind).and_then(Item::as_table)?;
        Some((kind.to_owned(), table))
    });
    let targets = document.get("target").and_then(Item::as_table);
    let of_targets = targets.into_iter().flat_map(Item::iter).flat_map(|target| {
        let kinds = [DEPENDENCIES].into_iter().chain(OTHER_KINDS);
        kinds.filter_map(move |kind| {
            let table = target.get(kind).and_then(Item::as_table)?;
            Some((format!("target.'{}'.{kind}", target.key()), table))
        })
    });
    own.chain(of_targets)
}
