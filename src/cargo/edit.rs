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

use toml_edit::{Item, Key, TableLike, Value};

use super::dependency::{Declared, Origin, Source, dependencies, import_name, source, text};
use super::manifest::Manifest;
use crate::error::{Code, Problem};
use crate::text::{NewEntry, TextEdit};

/// A dependency to add.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewDependency {
    /// The key in the table.
    pub key: String,
    /// The package that it is, if the key is another name.
    pub package: Option<String>,
    /// Where it comes from.
    pub source: Source,
    /// The versions that are allowed of what comes from a folder or from git, if that is said.
    pub version: Option<String>,
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
        }
    }

    /// What the dependency `item` says, whose key is `key`.
    fn of_item(key: &str, item: &Item) -> Self {
        let source = source(item);
        let version = text(item, "version").filter(|_| source.takes_version());
        Self {
            key: key.to_owned(),
            package: text(item, "package").map(str::to_owned),
            version: version.map(str::to_owned),
            source,
        }
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
            Source::Workspace => format!(
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
        Key::new(&self.key).display_repr().into_owned()
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
            Source::Workspace => return vec![("workspace", "true".to_owned())],
        };
        let version = self.version.iter().map(|version| ("version", version));
        let fields = package.chain(source).chain(version);
        fields.map(|(key, value)| (key, quoted(value))).collect()
    }
}

fn quoted(text: &str) -> String {
    Value::from(text).to_string()
}

/// Adds `new`, which must not be there, to the dependencies of `manifest`.
///
/// # Errors
///
/// When `dependencies` is not a table, holds something else under the name, or leaves no safe place for the entry.
pub fn insert_dependency(manifest: &Manifest, new: &NewDependency) -> Result<NewEntry, Problem> {
    let taken = dependencies(manifest)?.and_then(|table| table.key(&new.key));
    if let Some(key) = taken {
        let message = format!("there is a dependency `{}` already", new.key);
        let mut problem = Problem::new(Code::DependencyNameTaken, message);
        problem.position = manifest.position(key.span());
        return Err(problem.help("rename it, then run the command again"));
    }
    let edit = placement::insertion(manifest, new);
    let entry = edit.and_then(|edit| new_entry(manifest, edit, new));
    entry.ok_or_else(|| {
        let problem = Problem::new(
            Code::ManifestEdit,
            "found no safe place for the new dependency in the manifest",
        );
        problem.help(format!(
            "add `{}` to `[dependencies]`, then run the command again",
            new.entry()
        ))
    })
}

/// What `edit` does to `before`, if that is to add `new` and nothing else.
fn new_entry(before: &Manifest, edit: TextEdit, new: &NewDependency) -> Option<NewEntry> {
    let after = Manifest::parse(edit.apply(before.text())).ok()?;
    let gained = comparison::gained(before, &after, &new.key)?;
    let position = after.position(dependencies(&after).ok()??.key(&new.key)?.span())?;
    (NewDependency::of_item(&new.key, &gained) == *new).then(|| NewEntry {
        edit,
        entry: new.entry(),
        line: position.line,
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
    let Some((table, item)) =
        dependencies(manifest)?.and_then(|table| Some((table, table.get(key)?)))
    else {
        return Ok(TextEdit::default());
    };
    let mut removals = removal::removals(manifest, key);
    removals.retain(|edit| {
        let less = Manifest::parse(edit.apply(manifest.text()));
        less.is_ok_and(|less| comparison::gained(&less, manifest, key).is_some())
    });
    let dependency = NewDependency::of_item(key, item);
    let inverse = TextEdit::undoing(manifest.text(), removals, |less| {
        let less = Manifest::parse(less.to_owned()).ok()?;
        placement::insertion(&less, &dependency)
    });
    inverse.ok_or_else(|| cannot_remove(manifest, table, key))
}

fn cannot_remove(manifest: &Manifest, table: &dyn TableLike, key: &str) -> Problem {
    let message = format!("cannot take `{key}` alone out of the manifest");
    let mut problem = Problem::new(Code::ManifestEdit, message);
    problem.position = manifest.position(table.key(key).and_then(|key| key.span()));
    problem.help(format!(
        "remove `{key}` from `[dependencies]`, then run the command again"
    ))
}
