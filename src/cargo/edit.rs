//! Puts one dependency into the text of a manifest, and takes one out.
//!
//! The shape of what is there decides where and how. The text around stays as it is, byte for byte: nothing is printed
//! from the parsed document, which only tells positions. The result is parsed again and must be the old document plus or
//! minus exactly the entry.

mod comparison;
mod layout;
mod placement;
mod removal;
#[cfg(test)]
mod tests;

use super::dependency::{
    DEPENDENCIES, Declared, Origin, Source, dependencies, flag, import_name, source, text,
};
use super::manifest::Manifest;
use super::toml::{Item, Kind, written_key, written_string};
use crate::error::{Code, Problem};
use crate::text::TextEdit;

/// A dependency to add.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewDependency {
    /// The key in the table.
    pub key: String,
    /// The package that it is, if the key is another name.
    pub package: Option<String>,
    /// Where it comes from.
    pub source: Source,
    /// The versions that are allowed of what comes from a directory or from git, if that is said.
    pub version: Option<String>,
    /// The feature that turns it on, if it is optional.
    pub feature: Option<String>,
}

impl NewDependency {
    /// The entry for a package of the default registry.
    pub fn of_registry(package: &str, requirement: &str) -> Self {
        let source = Source::Registry {
            requirement: requirement.to_owned(),
            registry: None,
        };
        Self::of_source(package, source)
    }

    /// The entry for `package` from `source`.
    pub fn of_source(package: &str, source: Source) -> Self {
        Self {
            key: package.to_owned(),
            package: None,
            source,
            version: None,
            feature: None,
        }
    }

    /// The plain entry for what is declared in another table, or in the workspace.
    pub fn like(declared: &Declared) -> Self {
        let (source, package) = match declared.origin {
            Origin::Workspace => (Source::Workspace, None),
            Origin::Package => (
                declared.source.clone(),
                Some(&declared.package).filter(|&package| *package != declared.key),
            ),
        };
        Self {
            key: declared.key.clone(),
            package: package.cloned(),
            version: declared
                .requirement
                .clone()
                .filter(|_| source.takes_version()),
            source,
            feature: None,
        }
    }

    /// What the dependency `item` of `manifest` says, whose key is `key`.
    fn of_item(manifest: &Manifest, key: &str, item: Item<'_>) -> Self {
        let features = match flag(item, "optional") {
            true => manifest.features_with(key),
            false => Vec::new(),
        };
        let source = source(item);
        let version = text(item, "version").filter(|_| source.takes_version());
        Self {
            key: key.to_owned(),
            package: text(item, "package").map(str::to_owned),
            version: version.map(str::to_owned),
            source,
            feature: features.first().map(|&feature| feature.to_owned()),
        }
    }

    /// What its feature has to name.
    fn feature_part(&self) -> String {
        format!("dep:{}", self.key)
    }

    /// The name under which code imports it.
    pub fn import_name(&self) -> String {
        import_name(&self.key)
    }

    /// The entry in a table: `name = "1"`.
    pub fn entry(&self) -> String {
        self.padded_entry(0)
    }

    /// [`NewDependency::entry`] with the `=` no further left than in column `width`.
    fn padded_entry(&self, width: usize) -> String {
        match self.source {
            Source::Workspace if self.feature.is_none() => format!(
                "{:width$} = true",
                format!("{}.workspace", self.written_key())
            ),
            _ => format!("{:width$} = {}", self.written_key(), self.value()),
        }
    }

    /// The entry between the braces of a table, where dotted keys are rare.
    fn inline_entry(&self) -> String {
        format!("{} = {}", self.written_key(), self.value())
    }

    /// The key, in quotes if it needs them.
    fn written_key(&self) -> String {
        written_key(&self.key)
    }

    fn value(&self) -> String {
        let fields = self.fields();
        match fields.as_slice() {
            [("version", version)] => version.clone(),
            fields => {
                let fields = fields
                    .iter()
                    .map(|(key, value)| format!("{key} = {value}"))
                    .collect::<Vec<_>>();
                format!("{{ {} }}", fields.join(", "))
            }
        }
    }

    fn fields(&self) -> Vec<(&'static str, String)> {
        let optional = self.feature.iter().map(|_| ("optional", "true".to_owned()));
        let package = self.package.iter().map(|package| ("package", package));
        let source = match &self.source {
            Source::Registry {
                requirement,
                registry,
            } => {
                let registry = registry.iter().map(|(key, value)| (*key, value));
                [("version", requirement)]
                    .into_iter()
                    .chain(registry)
                    .collect()
            }
            Source::Path(path) => vec![("path", path)],
            Source::Git { url, pin } => {
                let pin = pin.iter().map(|(key, value)| (*key, value));
                [("git", url)].into_iter().chain(pin).collect()
            }
            Source::Workspace => {
                let workspace = [("workspace", "true".to_owned())];
                return workspace.into_iter().chain(optional).collect();
            }
        };
        let version = self.version.iter().map(|version| ("version", version));
        let fields = package.chain(source).chain(version);
        let fields = fields.map(|(key, value)| (key, written_string(value)));
        fields.chain(optional).collect()
    }
}

/// A part of a manifest that holds dependencies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Section {
    /// What the package depends on.
    Package,
    /// What the workspace offers to its members.
    Workspace,
}

impl Section {
    /// Its header.
    fn name(self) -> &'static str {
        match self {
            Self::Package => DEPENDENCIES,
            Self::Workspace => "workspace.dependencies",
        }
    }

    fn find(self, manifest: &Manifest) -> Option<Item<'_>> {
        let mut path = self.name().split('.');
        let first = manifest.document().get(path.next()?)?;
        path.try_fold(first, |item, key| item.get(key))
    }

    fn table(self, manifest: &Manifest) -> Result<Option<Item<'_>>, Problem> {
        match self {
            Self::Package => dependencies(manifest),
            Self::Workspace => Ok(self.find(manifest).and_then(Item::as_table)),
        }
    }
}

/// A dependency that was added to a manifest.
#[derive(Debug, Clone)]
pub struct Inserted {
    /// What the text gains.
    pub edit: TextEdit,
    /// The entry as it stands on a line of its own.
    pub entry: String,
    /// The line that it gets, counted from 1.
    pub line: usize,
    /// The manifest with it.
    pub after: Manifest,
}

/// Adds `new`, which must not be there, to the dependencies of `manifest`.
///
/// # Errors
///
/// When `dependencies` is not a table, holds something else under the name, or leaves no safe place for the entry.
pub fn insert_dependency(manifest: &Manifest, new: &NewDependency) -> Result<Inserted, Problem> {
    insert_into(manifest, Section::Package, new)
}

/// The same for any `section`.
///
/// # Errors
///
/// As for [`insert_dependency`].
pub fn insert_into(
    manifest: &Manifest,
    section: Section,
    new: &NewDependency,
) -> Result<Inserted, Problem> {
    let taken = section
        .table(manifest)?
        .and_then(|table| table.get(&new.key));
    if let Some(taken) = taken {
        let message = format!("there is a dependency `{}` already", new.key);
        let mut problem = Problem::new(Code::DependencyNameTaken, message);
        problem.position = Some(manifest.position(&taken.key_span()));
        return Err(problem.help("rename it, then run the command again"));
    }
    let edit = placement::insertion(manifest, section, new);
    let inserted = edit.and_then(|edit| inserted(manifest, section, edit, new));
    inserted.ok_or_else(|| {
        let problem = Problem::new(
            Code::ManifestEdit,
            "found no safe place for the new dependency in the manifest",
        );
        problem.help(format!(
            "add `{}` to `[{}]`, then run the command again",
            new.entry(),
            section.name()
        ))
    })
}

/// What `edit` does to `before`, if that is to add `new` and nothing else.
fn inserted(
    before: &Manifest,
    section: Section,
    edit: TextEdit,
    new: &NewDependency,
) -> Option<Inserted> {
    let after = Manifest::parse(edit.apply(before.text())).ok()?;
    let gained = comparison::gained(before, &after, section, new)?;
    let position = after.position(&gained.key_span());
    let is_in_braces = new.source == Source::Workspace && gained.kind() == Kind::Braces;
    (NewDependency::of_item(&after, &new.key, gained) == *new).then(|| Inserted {
        edit,
        entry: match is_in_braces {
            true => new.inline_entry(),
            false => new.entry(),
        },
        line: position.line,
        after,
    })
}

/// Takes the dependency `key` out of the `[dependencies]` of `manifest`; an edit without effect if it is not there.
///
/// What [`insert_dependency`] wrote goes without a trace. Of an entry that the user wrote, his comments above stay, and
/// the one in its line goes with it. A `[dependencies]` that holds nothing else, no comment either, goes too, unless it
/// stands where [`insert_dependency`] would not have put it: nothing else tells whether it was there before.
///
/// # Errors
///
/// When `dependencies` is not a table, or the entry is entwined with something else.
pub fn remove_dependency(manifest: &Manifest, key: &str) -> Result<TextEdit, Problem> {
    remove_from(manifest, Section::Package, key)
}

/// The same for any `section`.
///
/// # Errors
///
/// As for [`remove_dependency`].
pub fn remove_from(manifest: &Manifest, section: Section, key: &str) -> Result<TextEdit, Problem> {
    let Some(item) = section.table(manifest)?.and_then(|table| table.get(key)) else {
        return Ok(TextEdit::default());
    };
    let dependency = NewDependency::of_item(manifest, key, item);
    let mut removals = removal::removals(manifest, section, &dependency);
    removals.retain(|edit| {
        let less = Manifest::parse(edit.apply(manifest.text()));
        less.is_ok_and(|less| {
            comparison::gained(&less, manifest, section, &dependency).is_some()
                && !(section == Section::Package && less.is_about_dependency(key))
        })
    });
    let inverse = TextEdit::undoing(manifest.text(), removals, |less| {
        let less = Manifest::parse(less.to_owned()).ok()?;
        placement::insertion(&less, section, &dependency)
    });
    inverse.ok_or_else(|| cannot_remove(manifest, section, item))
}

fn cannot_remove(manifest: &Manifest, section: Section, item: Item<'_>) -> Problem {
    let key = item.key();
    let message = format!("cannot take `{key}` alone out of the manifest");
    let mut problem = Problem::new(Code::ManifestEdit, message);
    problem.position = Some(manifest.position(&item.key_span()));
    problem.help(format!(
        "remove `{key}` from `[{}]`, then run the command again",
        section.name()
    ))
}
