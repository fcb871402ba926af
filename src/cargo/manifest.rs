//! A parsed `Cargo.toml` beside the text that the user wrote.
//!
//! The document is for reading, deciding and byte positions; it is never printed. Which files exist is the caller's
//! business.

use std::ops::Range;
use std::sync::Arc;

use super::toml::{Document, Invalid, Item, Kind};
use crate::error::{Code, Problem};
use crate::text::Position;

/// The name of the manifest.
pub const MANIFEST: &str = "Cargo.toml";

/// The crate root of the binary target that has the name of its package.
pub const MAIN_FILE: &str = "src/main.rs";

/// A `Cargo.toml`, as text and parsed.
#[derive(Debug, Clone)]
pub struct Manifest {
    document: Arc<Document>,
}

/// The edition that a package is written in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edition {
    /// Its year: `2024`.
    pub year: String,
    /// Where the manifest sets it or says that it is inherited; none when it says nothing.
    pub position: Option<Position>,
}

/// A binary target of a package.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BinaryTarget {
    /// Its name; cargo wants one.
    pub name: String,
    /// Where cargo looks for its crate root, in this order.
    pub paths: Vec<String>,
}

impl Manifest {
    /// Parses `text`, which may start with a byte order mark.
    ///
    /// # Errors
    ///
    /// A problem with the line and column where `text` stops being TOML.
    pub fn parse(text: impl Into<Arc<str>>) -> Result<Self, Problem> {
        match Document::parse(text.into()) {
            Ok(document) => Ok(Self {
                document: Arc::new(document),
            }),
            Err((text, error)) => Err(invalid(&text, error)),
        }
    }

    /// The text as the user wrote it.
    pub fn text(&self) -> &str {
        self.document.text()
    }

    /// The same, to keep.
    pub(super) fn shared_text(&self) -> Arc<str> {
        Arc::clone(self.document.text())
    }

    /// Its keys at the outermost level.
    pub(super) fn keys(&self) -> impl Iterator<Item = &str> {
        self.document.root().iter().map(Item::key)
    }

    pub(super) fn document(&self) -> &Document {
        &self.document
    }

    /// Where `span` of the document starts.
    pub(super) fn position(&self, span: &Range<usize>) -> Position {
        Position::at(self.text(), span.start)
    }

    /// `package.name`, when there is a package.
    pub fn package_name(&self) -> Option<&str> {
        self.package()?.get("name")?.as_str()
    }

    /// `package.version`, inherited from `workspace` if it says so.
    pub fn version<'a>(&'a self, workspace: Option<&'a Self>) -> Option<&'a str> {
        let own = self.package()?.get("version")?;
        match is_inherited(own) {
            true => workspace?
                .workspace()?
                .get("package")?
                .get("version")?
                .as_str(),
            false => own.as_str(),
        }
    }

    /// Whether it describes a package.
    pub fn has_package(&self) -> bool {
        self.package().is_some()
    }

    /// The edition, inherited from `workspace` if it says so; 2015 when it says nothing.
    ///
    /// # Errors
    ///
    /// When it is not a string, or is inherited from where there is none.
    pub fn edition(&self, workspace: Option<&Self>) -> Result<Edition, Problem> {
        let own = self.package().and_then(|package| package.get("edition"));
        let Some(item) = own else {
            return Ok(Edition {
                year: "2015".to_owned(),
                position: None,
            });
        };
        let position = Some(self.position(&item.key_span()));
        let (edition, message) = match is_inherited(item) {
            true => (
                workspace.and_then(Self::offered_edition),
                "`package.edition` is inherited, and no workspace says what it is",
            ),
            false => (Some(item), "`package.edition` is not a string"),
        };
        let Some(year) = edition.and_then(Item::as_str) else {
            let mut problem = Problem::new(Code::Edition, message);
            problem.position = position;
            return Err(problem);
        };
        Ok(Edition {
            year: year.to_owned(),
            position,
        })
    }

    /// What packages of this workspace inherit as their edition.
    fn offered_edition(&self) -> Option<Item<'_>> {
        self.workspace()?.get("package")?.get("edition")
    }

    /// The oldest Rust that the package is for, inherited from `workspace` if it says so, and where that is said.
    pub fn rust_version(&self, workspace: Option<&Self>) -> Option<(String, Option<Position>)> {
        let item = self.package()?.get("rust-version")?;
        let version = match is_inherited(item) {
            true => workspace?
                .workspace()?
                .get("package")?
                .get("rust-version")?,
            false => item,
        };
        let position = self.position(&item.key_span());
        Some((version.as_str()?.to_owned(), Some(position)))
    }

    /// The features that turn the optional dependency `key` on by name.
    pub fn features_with(&self, key: &str) -> Vec<&str> {
        let features = self.document.get("features").and_then(Item::as_table);
        let features = features.into_iter().flat_map(Item::iter);
        let explicit = format!("dep:{key}");
        let turns_on = |part: &&str| *part == key || *part == explicit;
        features
            .filter(|feature| feature.strings().any(|(_, part)| turns_on(&part)))
            .map(Item::key)
            .collect()
    }

    /// Whether a feature turns the dependency `key` on, or one of its features.
    pub(super) fn is_about_dependency(&self, key: &str) -> bool {
        let features = self.document.get("features").and_then(Item::as_table);
        let mut features = features.into_iter().flat_map(Item::iter);
        let names = |part: &&str| {
            let part = part.strip_prefix("dep:").unwrap_or(part);
            part.split(['/', '?']).next() == Some(key)
        };
        features.any(|feature| feature.strings().any(|(_, part)| names(&part)))
    }

    /// The packages that `[patch.crates-io]` replaces.
    pub fn patched_packages(&self) -> Vec<&str> {
        let patches = self
            .document
            .get("patch")
            .and_then(|patch| patch.get("crates-io"));
        let patches = patches.and_then(Item::as_table);
        let entries = patches.into_iter().flat_map(Item::iter);
        let packages = entries.map(|item| {
            let package = item.get("package").and_then(Item::as_str);
            package.unwrap_or(item.key())
        });
        packages.collect()
    }

    /// Whether it is the root of a workspace.
    pub fn is_workspace_root(&self) -> bool {
        self.workspace().is_some()
    }

    /// `package.workspace`: where the root of the workspace is.
    pub fn workspace_pointer(&self) -> Option<&str> {
        self.package()?.get("workspace")?.as_str()
    }

    /// The patterns of `workspace.members`.
    pub fn workspace_members(&self) -> Vec<&str> {
        self.workspace()
            .map_or(Vec::new(), |workspace| strings(workspace.get("members")))
    }

    /// The patterns of `workspace.default-members`.
    pub fn workspace_default_members(&self) -> Vec<&str> {
        self.workspace().map_or(Vec::new(), |workspace| {
            strings(workspace.get("default-members"))
        })
    }

    /// The paths of `workspace.exclude`.
    pub fn workspace_exclude(&self) -> Vec<&str> {
        self.workspace()
            .map_or(Vec::new(), |workspace| strings(workspace.get("exclude")))
    }

    /// `lib.path`: the crate root of the library, when it is named.
    pub fn library_path(&self) -> Option<&str> {
        self.document.get("lib")?.get("path")?.as_str()
    }

    /// `lib.name`: what the library is imported as, when it is named.
    pub fn library_name(&self) -> Option<&str> {
        self.document.get("lib")?.get("name")?.as_str()
    }

    /// Whether cargo takes `src/lib.rs` for a library without being told.
    pub fn finds_library(&self) -> bool {
        self.document.get("lib").is_some() || self.auto("autolib")
    }

    /// Whether the library is one of procedural macros.
    pub fn is_macro_library(&self) -> bool {
        let library = self.document.get("lib");
        let mut flags = ["proc-macro", "proc_macro"].into_iter();
        let types = ["crate-type", "crate_type"].into_iter();
        flags.any(|key| library.and_then(|library| library.get(key)?.as_bool()) == Some(true))
            || types
                .flat_map(|key| strings(library.and_then(|library| library.get(key))))
                .any(|crate_type| crate_type == "proc-macro")
    }

    /// Whether cargo finds binary targets without being told: [`MAIN_FILE`] and those in `src/bin`.
    pub fn finds_binary_targets(&self) -> bool {
        self.auto("autobins")
    }

    /// `package.default-run`: the name of the binary target that is run when none is named.
    pub fn default_run(&self) -> Option<&str> {
        self.package()?.get("default-run")?.as_str()
    }

    /// The binary targets that `[[bin]]` names.
    pub fn binary_targets(&self) -> Vec<BinaryTarget> {
        let binaries = tables(self.document.get("bin"));
        binaries.map(|binary| self.binary_target(binary)).collect()
    }

    fn binary_target(&self, binary: Item<'_>) -> BinaryTarget {
        let name = binary.get("name").and_then(Item::as_str);
        if let Some(path) = binary.get("path").and_then(Item::as_str) {
            return BinaryTarget {
                name: name.unwrap_or_default().to_owned(),
                paths: vec![path.to_owned()],
            };
        }
        let of_the_package = name.filter(|_| name == self.package_name());
        let main_file = of_the_package.map(|_| MAIN_FILE.to_owned());
        let in_bin = name.into_iter().flat_map(|name| {
            [
                format!("src/bin/{name}.rs"),
                format!("src/bin/{name}/main.rs"),
            ]
        });
        BinaryTarget {
            name: name.unwrap_or_default().to_owned(),
            paths: main_file.into_iter().chain(in_bin).collect(),
        }
    }

    /// Whether the package, or the `workspace` whose lints it inherits, turns the clippy lint `name` on.
    pub fn has_clippy_lint(&self, workspace: Option<&Self>, name: &str) -> bool {
        let own = self.document.get("lints");
        let lints = match own.is_some_and(is_inherited) {
            true => workspace.and_then(|workspace| workspace.workspace()?.get("lints")),
            false => own,
        };
        let level = lints.and_then(|lints| lints.get("clippy")?.get(name));
        let level = level.and_then(|level| level.as_str().or_else(|| level.get("level")?.as_str()));
        level.is_some_and(|level| level != "allow")
    }

    fn auto(&self, key: &str) -> bool {
        let set = self
            .package()
            .and_then(|package| package.get(key)?.as_bool());
        set.unwrap_or(true)
    }

    /// The table of the package, which was once called `[project]`.
    fn package(&self) -> Option<Item<'_>> {
        let package = self.document.get("package");
        package.or_else(|| self.document.get("project"))?.as_table()
    }

    fn workspace(&self) -> Option<Item<'_>> {
        self.document.get("workspace")?.as_table()
    }
}

fn invalid(text: &str, error: Invalid) -> Problem {
    let (mut reason, span) = match error {
        Invalid::Syntax { reason, span } => (reason, span),
        Invalid::TooMuch => {
            let message = "the manifest holds more than `flue` reads: some 500,000 keys, or a million words in one value";
            return Problem::new(Code::TooLarge, message);
        }
    };
    let culprit = span.clone().and_then(|span| text.get(span));
    if let Some(key) = culprit.filter(|_| reason == "duplicate key") {
        reason = format!("{reason} `{key}`");
    }
    let mut problem = Problem::new(
        Code::ManifestInvalid,
        format!("the manifest is not valid TOML: {reason}"),
    );
    problem.position = span.map(|span| Position::at(text, span.start));
    problem.help("correct it, then run the command again")
}

fn is_inherited(item: Item<'_>) -> bool {
    item.get("workspace").and_then(Item::as_bool) == Some(true)
}

/// The tables that `item` lists, as `[[headers]]` or in an array.
fn tables(item: Option<Item<'_>>) -> impl Iterator<Item = Item<'_>> {
    let lists = |item: &Item<'_>| matches!(item.kind(), Kind::Tables | Kind::Array);
    let tables = item.filter(lists).into_iter().flat_map(Item::iter);
    tables.filter_map(Item::as_table)
}

fn strings(item: Option<Item<'_>>) -> Vec<&str> {
    let strings = item.into_iter().flat_map(Item::strings);
    strings.map(|(_, string)| string).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Checks what `question` finds in `manifest`.
    #[track_caller]
    fn check<A: std::fmt::Debug>(manifest: &str, question: fn(&Manifest) -> A, expect: &str) {
        let parsed = Manifest::parse(manifest.to_owned()).unwrap();
        assert_eq!(parsed.text(), manifest);
        assert_eq!(format!("{:?}", question(&parsed)), expect, "{manifest}");
    }

    #[track_caller]
    fn check_invalid(manifest: &str, position: &str, message: &str) {
        let problem = Manifest::parse(manifest.to_owned()).unwrap_err();
        let found = problem.position.map(|position| position.to_string());
        assert_eq!(found.as_deref(), Some(position), "{problem}");
        assert_eq!(
            problem.message,
            format!("the manifest is not valid TOML: {message}")
        );
        assert!(problem.help.is_some());
    }

    #[track_caller]
    fn check_edition(manifest: &str, workspace: Option<&str>, expect: &str) {
        let manifest = Manifest::parse(manifest.to_owned()).unwrap();
        let workspace = workspace.map(|text| Manifest::parse(text.to_owned()).unwrap());
        let place = |position: Option<Position>| {
            position.map_or("nowhere".to_owned(), |position| position.to_string())
        };
        let found = match manifest.edition(workspace.as_ref()) {
            Ok(edition) => format!("{} at {}", edition.year, place(edition.position)),
            Err(problem) => format!("{} at {}", problem.message, place(problem.position)),
        };
        assert_eq!(found, expect);
    }

    #[test]
    fn what_is_not_toml_is_refused_with_its_place() {
        check_invalid(
            "a = ",
            "1:5",
            "string values must be quoted, expected literal string",
        );
        check_invalid(
            "[package]\nname = \"x\n",
            "2:10",
            "invalid basic string, expected `\"`",
        );
        check_invalid("\u{feff}[package\n", "1:9", "unclosed table, expected `]`");
        check_invalid(
            "\u{feff}\u{feff}[package]\n",
            "1:1",
            "invalid unquoted key, expected letters, numbers, `-`, `_`",
        );
        check_invalid(
            "a = 1\r\n= 2\r\n",
            "2:1",
            "unquoted keys cannot be empty, expected letters, numbers, `-`, `_`",
        );
    }

    #[test]
    fn a_key_that_is_there_twice_is_named() {
        check_invalid("a = 1\na = 2\n", "2:1", "duplicate key `a`");
        check_invalid("[a]\n[b]\n[a]\n", "3:2", "duplicate key `a`");
        check_invalid(
            "a = { b = 1, \"b\" = 2 }\n",
            "1:14",
            "duplicate key `\"b\"`",
        );
    }

    #[test]
    fn the_package_has_a_name() {
        let question = |manifest: &Manifest| {
            (
                manifest.package_name().map(str::to_owned),
                manifest.has_package(),
            )
        };
        check("[package]\nname = 'a'\n", question, r#"(Some("a"), true)"#);
        check(
            "\u{feff}[package]\r\nname = 'a'\r\n",
            question,
            r#"(Some("a"), true)"#,
        );
        check("package.name = 'a'\n", question, r#"(Some("a"), true)"#);
        check(
            "package = { name = 'a' }\n",
            question,
            r#"(Some("a"), true)"#,
        );
        check("[project]\nname = 'a'\n", question, r#"(Some("a"), true)"#);
        check("[package]\n", question, "(None, true)");
        check("[package]\nname = 1\n", question, "(None, true)");
        check("package = 'a'\n", question, "(None, false)");
        check("[workspace]\n", question, "(None, false)");
        check("", question, "(None, false)");
    }

    #[test]
    fn the_edition_is_its_own_or_inherited() {
        let workspace = Some("[workspace.package]\nedition = '2021'\n");
        check_edition("[package]\nedition = '2024'\n", None, "2024 at 2:1");
        check_edition("package.edition = '2024'\n", workspace, "2024 at 1:9");
        check_edition("[package]\nname = 'a'\n", workspace, "2015 at nowhere");
        check_edition(
            "[package]\nedition.workspace = true\n",
            workspace,
            "2021 at 2:1",
        );
        check_edition(
            "[package]\nedition = { workspace = true }\n",
            workspace,
            "2021 at 2:1",
        );
        let not_offered = "`package.edition` is inherited, and no workspace says what it is at 2:1";
        check_edition("[package]\nedition.workspace = true\n", None, not_offered);
        check_edition(
            "[package]\nedition.workspace = true\n",
            Some("[workspace]\n"),
            not_offered,
        );
        let not_a_string = "`package.edition` is not a string at 2:1";
        check_edition("[package]\nedition = 2024\n", workspace, not_a_string);
        check_edition(
            "[package]\nedition.workspace = false\n",
            workspace,
            not_a_string,
        );
    }

    #[test]
    fn a_workspace_lists_its_members() {
        let question = |manifest: &Manifest| {
            let lists = [manifest.workspace_members(), manifest.workspace_exclude()];
            let lists = lists.map(|list| list.join(" "));
            (manifest.is_workspace_root(), lists)
        };
        check(
            "[workspace]\nmembers = ['a', # first\n 'b/*']\nexclude = ['b/x']\n",
            question,
            r#"(true, ["a b/*", "b/x"])"#,
        );
        check(
            "workspace.members = ['a']\n",
            question,
            r#"(true, ["a", ""])"#,
        );
        check("[workspace]\n", question, r#"(true, ["", ""])"#);
        check(
            "[workspace.dependencies]\n",
            question,
            r#"(true, ["", ""])"#,
        );
        check(
            "[workspace]\nmembers = 'a'\n",
            question,
            r#"(true, ["", ""])"#,
        );
        check(
            "[workspace]\nmembers = [1, 'a']\n",
            question,
            r#"(true, ["a", ""])"#,
        );
        check(
            "[package]\nworkspace = '..'\n",
            question,
            r#"(false, ["", ""])"#,
        );
    }

    #[test]
    fn a_package_may_point_to_its_workspace() {
        let question = |manifest: &Manifest| manifest.workspace_pointer().map(str::to_owned);
        check(
            "[package]\nworkspace = '../..'\n",
            question,
            r#"Some("../..")"#,
        );
        check("[workspace]\n", question, "None");
    }

    #[test]
    fn the_library_may_be_named_or_found() {
        let question = |manifest: &Manifest| {
            (
                manifest.library_path().map(str::to_owned),
                manifest.finds_library(),
            )
        };
        check("[package]\n", question, "(None, true)");
        check(
            "[lib]\npath = 'lib/a.rs'\n",
            question,
            r#"(Some("lib/a.rs"), true)"#,
        );
        check("lib.path = 'a.rs'\n", question, r#"(Some("a.rs"), true)"#);
        check("[lib]\nname = 'b'\n", question, "(None, true)");
        check("[package]\nautolib = false\n", question, "(None, false)");
        check(
            "[package]\nautolib = false\n[lib]\nname = 'b'\n",
            question,
            "(None, true)",
        );
    }

    #[test]
    fn lints_are_its_own_or_inherited() {
        let check = |manifest: &str, expect| {
            let workspace = "[workspace.lints.clippy]\nmod_module_files = 'warn'\n";
            let [manifest, workspace] =
                [manifest, workspace].map(|text| Manifest::parse(text.to_owned()).unwrap());
            let found = manifest.has_clippy_lint(Some(&workspace), "mod_module_files");
            assert_eq!(found, expect, "{}", manifest.text());
        };
        check("[lints.clippy]\nmod_module_files = 'deny'\n", true);
        check("lints.clippy.mod_module_files.level = 'deny'\n", true);
        check("[lints.clippy]\nmod_module_files = 'allow'\n", false);
        check("[lints]\nworkspace = true\n", true);
        check("[lints]\n", false);
        check("", false);
    }

    #[test]
    fn features_turn_dependencies_on() {
        let question = |manifest: &Manifest| manifest.features_with("a").join(" ");
        let features = "[features]\nx = ['dep:a', 'b']\ny = ['b']\nz = ['a']\n";
        check(features, question, "\"x z\"");
        check("[features]\nx = ['a/b', 'a?/c']\n", question, "\"\"");
        check("features.x = ['dep:a']\n", question, "\"x\"");
        check("", question, "\"\"");
    }

    #[test]
    fn packages_are_patched_under_any_name() {
        let question = |manifest: &Manifest| manifest.patched_packages().join(" ");
        let patches = "[patch.crates-io]\na.path = 'a'\nb = { package = 'c', path = 'c' }\n";
        check(patches, question, "\"a c\"");
        check("[patch.'https://x']\na.path = 'a'\n", question, "\"\"");
    }

    #[test]
    fn the_rust_version_is_its_own_or_inherited() {
        let workspace = Manifest::parse("[workspace.package]\nrust-version = '1.70'\n".to_owned());
        let workspace = workspace.unwrap();
        let check = |manifest: &str, expect: Option<&str>| {
            let manifest = Manifest::parse(manifest.to_owned()).unwrap();
            let found = manifest.rust_version(Some(&workspace));
            assert_eq!(found.map(|(version, _)| version).as_deref(), expect);
        };
        check("[package]\nrust-version = '1.85'\n", Some("1.85"));
        check("[package]\nrust-version.workspace = true\n", Some("1.70"));
        check("[package]\nname = 'a'\n", None);
    }

    #[test]
    fn a_library_may_be_one_of_macros() {
        let question = Manifest::is_macro_library;
        check("[lib]\nproc-macro = true\n", question, "true");
        check("[lib]\nproc_macro = true\n", question, "true");
        check("lib.crate-type = ['proc-macro']\n", question, "true");
        check("[lib]\nproc-macro = false\n", question, "false");
        check("[lib]\ncrate-type = ['cdylib']\n", question, "false");
        check("[package]\nproc-macro = true\n", question, "false");
    }

    #[test]
    fn binary_targets_are_named_or_found() {
        let question = |manifest: &Manifest| {
            let paths = manifest
                .binary_targets()
                .into_iter()
                .map(|binary| binary.paths);
            (paths.collect::<Vec<_>>(), manifest.finds_binary_targets())
        };
        check("[package]\n", question, "([], true)");
        check("[package]\nautobins = false\n", question, "([], false)");
        check(
            "[[bin]]\nname = 'a'\npath = 'b/c.rs'\n",
            question,
            r#"([["b/c.rs"]], true)"#,
        );
        check(
            "bin = [{ name = 'a', path = 'b/c.rs' }]\n",
            question,
            r#"([["b/c.rs"]], true)"#,
        );
        check(
            "[[bin]]\nname = 'a'\n",
            question,
            r#"([["src/bin/a.rs", "src/bin/a/main.rs"]], true)"#,
        );
        check(
            "[package]\nname = 'a'\nautobins = false\n[[bin]]\nname = 'a'\n[[bin]]\nname = 'b'\n",
            question,
            r#"([["src/main.rs", "src/bin/a.rs", "src/bin/a/main.rs"], ["src/bin/b.rs", "src/bin/b/main.rs"]], false)"#,
        );
        check("[[bin]]\n", question, "([[]], true)");
        check("bin = 'a'\n", question, "([], true)");
    }
}
