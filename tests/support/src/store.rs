//! The directory `tests/cases`.

use std::fs;
use std::path::{Path, PathBuf};

use walkdir::WalkDir;

use crate::{Case, Outcome, Pristine};

/// All cases, and the texts that they refer to.
#[derive(Debug)]
pub struct Store {
    root: PathBuf,
    pristine: Pristine,
}

impl Store {
    /// The store of this repository.
    ///
    /// # Errors
    ///
    /// What cannot be read.
    pub fn open() -> Result<Self, String> {
        Self::at(Path::new(env!("CARGO_MANIFEST_DIR")).join("../cases"))
    }

    pub(crate) fn at(root: PathBuf) -> Result<Self, String> {
        let pristine = Pristine::read(&root.join(Pristine::FOLDER))?;
        Ok(Self { root, pristine })
    }

    /// The texts that are stored once.
    #[must_use]
    pub fn pristine(&self) -> &Pristine {
        &self.pristine
    }

    /// The names of all cases, such as `add/sandbox_daytona`, in order. A file that is none has a name with an ending, and
    /// cannot be read as one.
    #[must_use]
    pub fn names(&self) -> Vec<String> {
        let entries = WalkDir::new(&self.root).sort_by_file_name().into_iter();
        let entries = entries.map(|entry| entry.expect("the cases can be listed"));
        let paths = entries
            .filter(|entry| !entry.file_type().is_dir())
            .map(|entry| {
                let path = entry
                    .path()
                    .strip_prefix(&self.root)
                    .expect("below the store");
                path.to_string_lossy().replace('\\', "/")
            });
        let directory = format!("{}/", Pristine::FOLDER);
        let paths = paths.filter(|path| !path.starts_with(&directory));
        paths
            .map(|path| path.strip_suffix(".txt").unwrap_or(&path).to_owned())
            .collect()
    }

    /// The case `name`, such as `add/sandbox_daytona`.
    ///
    /// # Errors
    ///
    /// Where there is none, or what is wrong with it.
    pub fn case(&self, name: &str) -> Result<Case, String> {
        let is_place = name.split('/').count() == 2;
        let text = is_place
            .then(|| fs::read_to_string(self.path(name)).ok())
            .flatten();
        let text = text.ok_or_else(|| {
            format!("tests/cases/{name} is no case: these are <command>/<case>.txt")
        })?;
        Case::parse(name, &text, &self.pristine)
            .map_err(|error| format!("tests/cases/{name}.txt: {error}"))
    }

    fn path(&self, name: &str) -> PathBuf {
        self.root.join(format!("{name}.txt"))
    }

    /// Stores `text` under `name`; whether it is another one than before.
    pub fn define(&mut self, name: &str, text: &str) -> bool {
        let is_new = self.pristine.replace(name, text);
        if is_new {
            let path = self.root.join(Pristine::FOLDER).join(name);
            fs::write(path, text).expect("the text can be written");
        }
        is_new
    }

    /// Has `case` expect `outcome`.
    ///
    /// # Panics
    ///
    /// Where the file cannot be written.
    pub fn expect(&self, case: &Case, outcome: &Outcome) {
        let text = case.render(outcome, &self.pristine);
        let again = Case::parse(&case.name, &text, &self.pristine)
            .and_then(|case| case.expected(&self.pristine));
        assert_eq!(
            again.as_ref(),
            Ok(outcome),
            "what is written is what is read"
        );
        let path = self.path(&case.name);
        if fs::read_to_string(&path).ok().as_ref() != Some(&text) {
            fs::write(path, text).expect("the case can be written");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn store() -> (tempfile::TempDir, Store) {
        let directory = tempfile::tempdir().expect("a temporary directory can be made");
        for (path, text) in [
            ("add/b.txt", "$ flue add\n\n-- before a --\n1\n"),
            ("add/a.txt", "$ flue\n"),
            ("add/c/deep.txt", "$ flue\n"),
            ("list/some.md", ""),
            ("pristine/a.rs", "1\n"),
            ("stray.txt", "$ flue\n"),
        ] {
            let path = directory.path().join(path);
            fs::create_dir_all(path.parent().expect("it has a directory")).expect("it can be made");
            fs::write(path, text).expect("it can be written");
        }
        let store = Store::at(directory.path().to_owned()).expect("it is a store");
        (directory, store)
    }

    #[test]
    fn a_file_that_is_no_case_is_listed_and_cannot_be_read() {
        let (_directory, store) = store();
        let names = store.names();
        assert_eq!(
            names,
            ["add/a", "add/b", "add/c/deep", "list/some.md", "stray"]
        );
        let good = names.iter().filter(|name| store.case(name).is_ok());
        assert_eq!(good.collect::<Vec<_>>(), ["add/a", "add/b"]);
    }

    #[test]
    fn expectations_and_texts_are_written() {
        let (directory, mut store) = store();
        let case = store.case("add/b").expect("it is a case");
        let mut outcome = case
            .expected(store.pristine())
            .expect("nothing is referred to");
        outcome
            .after
            .insert(Path::new("b"), crate::Entry::File(b"2\n".to_vec()));
        store.define("a.rs", "2\n");
        store.expect(&case, &outcome);
        let read =
            |path: &str| fs::read_to_string(directory.path().join(path)).expect("it is there");
        assert_eq!(read("pristine/a.rs"), "2\n");
        assert!(
            read("add/b.txt").ends_with("-- before a --\n1\n\n-- after b (pristine/a.rs) --\n")
        );
    }
}
