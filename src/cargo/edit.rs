//! Puts one dependency into the text of a manifest.
//!
//! The shape of what is there decides where and how. The text around stays as it is, byte for byte: nothing is printed
//! from the parsed document, which only tells positions. The result is parsed again and must be the old document plus
//! exactly the new entry.

mod comparison;
mod layout;
mod placement;
#[cfg(test)]
mod tests;

use toml_edit::{Item, Key, Value};

use super::dependency::{
    DEPENDENCIES, Declared, Origin, Source, dependencies, import_name, source, text,
};
use super::manifest::Manifest;
use crate::error::Problem;
use placement::{Insertion, insertions};

/// A dependency to add.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewDependency {
    /// The key in the table.
    pub key: String,
    /// The package that it is, if the key is another name.
    pub package: Option<String>,
    /// Where it comes from.
    pub source: Source,
}

/// A manifest with one dependency more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Inserted {
    /// The whole text.
    pub text: String,
    /// The line of the new entry, counted from 1.
    pub line: usize,
    /// The entry as it stands in a `[dependencies]` table.
    pub entry: String,
}

impl NewDependency {
    /// The entry for a package of the default registry.
    pub fn of_registry(package: &str, requirement: &str) -> Self {
        Self {
            key: package.to_owned(),
            package: None,
            source: Source::Registry {
                requirement: requirement.to_owned(),
                registry: None,
            },
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
        let fields = package.chain(source);
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
pub fn insert_dependency(manifest: &Manifest, new: &NewDependency) -> Result<Inserted, Problem> {
    let taken = dependencies(manifest)?.and_then(|table| table.key(&new.key));
    if let Some(key) = taken {
        let message = format!("there is a dependency `{}` already", new.key);
        let mut problem = Problem::new("dependency-name-taken", message);
        problem.position = manifest.position(key.span());
        return Err(problem.help("rename it, then run the command again"));
    }
    let edited = insertions(manifest, new).map(|insertions| apply(manifest.text(), &insertions));
    let checked = edited.and_then(|text| check(manifest, text, new));
    checked.ok_or_else(|| {
        let problem = Problem::new(
            "manifest-edit",
            "found no safe place for the new dependency in the manifest",
        );
        problem.help(format!(
            "add `{}` to `[dependencies]`, then run the command again",
            new.entry()
        ))
    })
}

/// `text` with all `insertions`, which are in its order.
fn apply(text: &str, insertions: &[Insertion]) -> String {
    let mut result = String::new();
    let mut copied = 0;
    for insertion in insertions {
        result.push_str(&text[copied..insertion.at]);
        result.push_str(&insertion.text);
        copied = insertion.at;
    }
    result.push_str(&text[copied..]);
    result
}

/// `text` as an answer, if it is `before` with `new` and nothing else.
fn check(before: &Manifest, text: String, new: &NewDependency) -> Option<Inserted> {
    let after = Manifest::parse(text).ok()?;
    let table = dependencies(&after).ok()??;
    let position = after.position(table.key(&new.key)?.span())?;
    gains_only(before, &after, new).then(|| Inserted {
        text: after.text().to_owned(),
        line: position.line,
        entry: new.entry(),
    })
}

fn gains_only(before: &Manifest, after: &Manifest, new: &NewDependency) -> bool {
    let mut document = after.document().clone().into_mut();
    let Some(table) = document
        .get_mut(DEPENDENCIES)
        .and_then(Item::as_table_like_mut)
    else {
        return false;
    };
    let Some(gained) = table.remove(&new.key) else {
        return false;
    };
    if table.is_empty() && !before.document().contains_key(DEPENDENCIES) {
        document.remove(DEPENDENCIES);
    }
    source(&gained) == new.source
        && text(&gained, "package") == new.package.as_deref()
        && comparison::same_table(before.document().as_table(), document.as_table())
}
