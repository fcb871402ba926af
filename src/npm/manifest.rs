//! A `package.json`, parsed with the place of everything in it.
//!
//! Reading only; what to do about it is decided elsewhere.

use jsonc_parser::ast::{Object, Value};

use super::json::{self, Dialect};
use super::package_manager::PackageManager;
use crate::error::Problem;
use crate::text::{BYTE_ORDER_MARK, TextEdit};

/// The name of the manifest.
pub const MANIFEST: &str = "package.json";

/// The package that makes another one an agent.
pub const RUNTIME: &str = "@flue/runtime";

/// A `package.json` as the user wrote it.
#[derive(Debug)]
pub struct PackageJson<'a> {
    /// The text after a byte order mark.
    pub(super) body: &'a str,
    pub(super) root: Object<'a>,
    /// How it was read.
    pub(super) dialect: Dialect,
    byte_order_mark: &'a str,
}

impl<'a> PackageJson<'a> {
    /// Parses `text` as package managers do: plain JSON, where a byte order mark may come first.
    ///
    /// # Errors
    ///
    /// A problem with line, column and a way out: for comments, trailing commas, text that is no object, a key that is
    /// there twice at the top, or a dependency table that is no object.
    pub fn parse(text: &'a str) -> Result<Self, Problem> {
        Self::parse_as(text, Dialect::Plain)
    }

    /// Parses `text` as `package_manager` does, of which bun takes comments and trailing commas.
    ///
    /// # Errors
    ///
    /// As [`parse`](Self::parse).
    pub(crate) fn parse_for(
        text: &'a str,
        package_manager: PackageManager,
    ) -> Result<Self, Problem> {
        let plain = Self::parse(text);
        match package_manager {
            PackageManager::Bun => plain
                .or_else(|problem| Self::parse_as(text, Dialect::WithComments).or(Err(problem))),
            _ => plain,
        }
    }

    /// Parses `text` as whatever package manager takes most, to look something up in it.
    ///
    /// # Errors
    ///
    /// As [`parse`](Self::parse).
    pub(crate) fn parse_loosely(text: &'a str) -> Result<Self, Problem> {
        Self::parse_for(text, PackageManager::Bun)
    }

    pub(super) fn parse_as(text: &'a str, dialect: Dialect) -> Result<Self, Problem> {
        let body = text.strip_prefix(BYTE_ORDER_MARK).unwrap_or(text);
        let byte_order_mark = &text[..text.len() - body.len()];
        let Value::Object(root) = json::parse(body, dialect)? else {
            return Err(json::invalid(body, 0, "it is not an object").help("start with `npm init`"));
        };
        json::reject_duplicate_keys(body, &root)?;
        Ok(Self {
            body,
            root,
            dialect,
            byte_order_mark,
        })
    }

    /// The package's name; packages that are never published may have none.
    ///
    /// # Errors
    ///
    /// When it is not a string.
    pub fn name(&self) -> Result<Option<&str>, Problem> {
        json::string_at(self.body, &self.root, "name")
    }

    /// The package's own version.
    pub fn version(&self) -> Option<&str> {
        Some(&self.root.get_string("version")?.value)
    }

    /// Whether it only tells Node how to read the files beside it, so that it describes no package.
    pub(crate) fn is_note_for_node(&self) -> bool {
        let mut keys = self
            .root
            .properties
            .iter()
            .map(|property| property.name.as_str());
        self.root.get("type").is_some()
            && keys.all(|key| ["type", "private", "sideEffects", "$schema", "//"].contains(&key))
    }

    /// What the field `packageManager` says, such as `pnpm@10.1.0+sha512.…`, else the name in
    /// `devEngines.packageManager`.
    pub fn package_manager(&self) -> Option<&str> {
        let named = || {
            let engines = self.root.get_object("devEngines")?;
            engines.get_object("packageManager")?.get_string("name")
        };
        let field = self.root.get_string("packageManager").or_else(named)?;
        Some(&field.value)
    }

    /// `edit`, made for `body`, as one of the text of the file.
    pub(super) fn in_file(&self, edit: TextEdit) -> TextEdit {
        edit.shifted(self.byte_order_mark.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_read_after_a_byte_order_mark() {
        let manifest = PackageJson::parse("\u{feff}{\"name\": \"@a/b\"}").unwrap();
        assert_eq!(manifest.name().unwrap(), Some("@a/b"));
        assert_eq!(PackageJson::parse("{}").unwrap().name().unwrap(), None);
    }

    fn check_invalid(text: &str, expect: &str) {
        let parsed = PackageJson::parse(text).and_then(|manifest| manifest.name().map(|_| ()));
        let problem = parsed.unwrap_err();
        let position = problem.position.unwrap();
        assert_eq!(format!("{position}: {problem}"), expect, "{text:?}");
        assert!(problem.help.is_some());
    }

    #[test]
    fn what_package_managers_misread_is_refused() {
        check_invalid("[]", "1:1: invalid `package.json`: it is not an object");
        check_invalid(
            "{\"name\": 1}",
            "1:10: invalid `package.json`: `name` is not a string",
        );
        check_invalid(
            "{\n \"a\": 1,\n \"a\": 2\n}",
            "3:2: invalid `package.json`: `a` is there twice",
        );
        check_invalid(
            "\u{feff}{,}",
            "1:2: invalid `package.json`: unexpected token in object",
        );
    }

    #[test]
    fn the_package_manager_is_read() {
        let manifest = PackageJson::parse(r#"{"packageManager": "yarn@4.1.0"}"#).unwrap();
        assert_eq!(manifest.package_manager(), Some("yarn@4.1.0"));
        assert_eq!(
            PackageJson::parse("{\"packageManager\": 3}")
                .unwrap()
                .package_manager(),
            None
        );
        let engines = r#"{"devEngines": {"packageManager": {"name": "pnpm", "version": "10"}}}"#;
        assert_eq!(
            PackageJson::parse(engines).unwrap().package_manager(),
            Some("pnpm")
        );
    }
}
