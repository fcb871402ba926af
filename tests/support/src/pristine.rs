//! The adapter's texts as the command writes them, each stored once.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

/// The texts by their names, such as `rust.rs`.
#[derive(Debug, Default)]
pub struct Pristine(BTreeMap<String, String>);

impl Pristine {
    /// The directory of the store that holds them.
    pub(crate) const FOLDER: &str = "pristine";

    pub(crate) fn read(directory: &Path) -> Result<Self, String> {
        let told = |error: std::io::Error| format!("{}: {error}", directory.display());
        let mut texts = BTreeMap::new();
        for entry in fs::read_dir(directory).map_err(told)? {
            let entry = entry.map_err(told)?;
            let name = entry.file_name().to_string_lossy().into_owned();
            texts.insert(name, fs::read_to_string(entry.path()).map_err(told)?);
        }
        Ok(Self(texts))
    }

    /// Puts `text` in the place of the one called `name`; whether that is another one.
    pub(crate) fn replace(&mut self, name: &str, text: &str) -> bool {
        self.0.insert(name.to_owned(), text.to_owned()).as_deref() != Some(text)
    }

    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    /// The names of all texts, in order.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, text)| (&**name, &**text))
    }

    /// `patch` with one line in the place of a text that it adds, but for the line with the marker.
    #[must_use]
    pub fn abbreviate(&self, patch: &str) -> String {
        // A shorter patch cannot hold the text.
        let texts = self.iter().filter(|(_, text)| text.len() < patch.len());
        texts.fold(patch.to_owned(), |patch, (name, text)| {
            let lines = text.lines().skip(1).map(|line| format!("\n+{line}"));
            let added = lines.collect::<String>();
            match added.is_empty() {
                true => patch,
                false => patch.replace(&added, &format!("\n+[the rest of pristine/{name}]")),
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_that_a_patch_adds_is_abbreviated() {
        let pristine = Pristine([("a.rs".to_owned(), "1\n\n3\n".to_owned())].into());
        assert_eq!(
            pristine.abbreviate("@@\n+1\n+\n+3\n"),
            "@@\n+1\n+[the rest of pristine/a.rs]\n"
        );
        assert_eq!(pristine.abbreviate("@@\n+1\n+\n-3\n"), "@@\n+1\n+\n-3\n");
    }
}
