//! Which directories a workspace lists: npm, yarn and bun in `package.json`, pnpm in `pnpm-workspace.yaml`, Rush in `rush.json`.
//!
//! Each has rules of its own for what is excluded.

use std::collections::{BTreeSet, HashSet};
use std::path::{Path, PathBuf};

use jsonc_parser::ast::Value;

use crate::error::{Code, Problem};
use crate::npm::json;
use crate::npm::manifest::{MANIFEST, PackageJson};
use crate::npm::package_manager::PackageManager;
use crate::npm::yaml::{self, Yaml};
use crate::project::pattern::{Pattern, Syntax};

/// The directories of a workspace, as its root lists them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct WorkspacePatterns {
    included: Patterns,
    excluded: Patterns,
    package_manager: PackageManager,
}

impl WorkspacePatterns {
    /// What the `workspaces` of `root` lists for `package_manager`, as an array or in an object's `packages`; none when it
    /// is no workspace.
    ///
    /// # Errors
    ///
    /// When `workspaces` is something else, lists something else than strings, or a pattern is out of bounds.
    pub(crate) fn in_package_json(
        root: &PackageJson<'_>,
        package_manager: PackageManager,
    ) -> Result<Option<Self>, Problem> {
        let Some(property) = root.root.get("workspaces") else {
            return Ok(None);
        };
        let list = match &property.value {
            Value::Array(list) => list,
            Value::Object(object) => match object.get("packages") {
                None => return Ok(None),
                Some(packages) => match &packages.value {
                    Value::Array(list) => list,
                    _ => return Err(json::wrong_type(root.body, packages, "an array of strings")),
                },
            },
            _ => return Err(json::wrong_type(root.body, property, "an array of strings")),
        };
        let patterns = list.elements.iter().map(|pattern| {
            let pattern = pattern.as_string_lit();
            pattern.map(|pattern| pattern.value.as_ref())
        });
        let patterns = patterns.collect::<Option<Vec<&str>>>();
        let patterns =
            patterns.ok_or_else(|| json::wrong_type(root.body, property, "an array of strings"))?;
        Self::new(patterns, package_manager).map(Some)
    }

    /// What the `packages` of a `pnpm-workspace.yaml` lists. The directory of that file is a package of the workspace in
    /// any case.
    ///
    /// # Errors
    ///
    /// When `text` is not YAML, or a pattern is out of bounds.
    pub(crate) fn in_pnpm_workspace(text: &str) -> Result<Self, Problem> {
        let document = yaml::parse(text)?;
        let patterns = document.get("packages").into_iter().flat_map(Yaml::strings);
        Self::new(patterns, PackageManager::Pnpm)
    }

    /// The directories of the projects that a `rush.json` lists.
    ///
    /// # Errors
    ///
    /// When a directory is out of bounds.
    pub(crate) fn in_rush_json(text: &str) -> Result<Self, Problem> {
        let document = json::parse_lock_file(text);
        let projects = document.as_ref().and_then(|document| {
            let projects = document.as_object()?.get_array("projects")?;
            Some(&projects.elements)
        });
        let directories = projects.into_iter().flatten().filter_map(|project| {
            let directory = project.as_object()?.get_string("projectFolder")?;
            Some(directory.value.as_ref())
        });
        Self::new(directories, PackageManager::Rush)
    }

    fn new<'p>(
        patterns: impl IntoIterator<Item = &'p str>,
        package_manager: PackageManager,
    ) -> Result<Self, Problem> {
        let mut included = Vec::new();
        let mut excluded = Patterns::default();
        for written in patterns {
            let Some((sign, pattern)) = read(written, package_manager) else {
                continue;
            };
            match sign {
                Sign::Exclude => {
                    let hidden = parse(&pattern)?.into_iter().map(Pattern::seeing_hidden);
                    excluded.extend(hidden);
                }
                Sign::Include => {
                    // npm takes back what excludes the text of a later pattern.
                    if package_manager == PackageManager::Npm {
                        excluded.drop_those_of(&pattern);
                    }
                    included.push(pattern);
                }
            }
        }
        let mut listed = Patterns::default();
        for pattern in included {
            // npm passes over a pattern whose text is excluded.
            if package_manager == PackageManager::Npm && excluded.has_one_of(&pattern) {
                continue;
            }
            let patterns = parse(&pattern)?.into_iter();
            match package_manager {
                PackageManager::Yarn => listed.extend(patterns.map(Pattern::below_named)),
                _ => listed.extend(patterns),
            }
        }
        Ok(Self {
            included: listed,
            excluded,
            package_manager,
        })
    }

    /// The directories below `root` that are packages of the workspace, free of links.
    pub(crate) fn expand(&self, root: &Path) -> Vec<PathBuf> {
        let named = self.included.literals.iter();
        let named = named.map(|path| (path.clone(), root.join(path)));
        let matched = self.included.others.iter();
        let matched = matched.flat_map(|pattern| pattern.expand(root));
        let matched = matched.map(|directory| (path_below(root, &directory), directory));
        let directories = named
            .chain(matched)
            .filter(|(path, directory)| self.contains(path) && directory.join(MANIFEST).is_file())
            .filter_map(|(_, directory)| directory.canonicalize().ok());
        directories.collect::<BTreeSet<_>>().into_iter().collect()
    }

    /// Whether the directory at `path`, relative to the root and with `/`, is a package of the workspace.
    pub(crate) fn contains(&self, path: &str) -> bool {
        if path.split('/').any(|directory| directory == "node_modules") {
            return false;
        }
        // bun takes what is named word for word, whatever is excluded.
        let is_named = self.included.literals.contains(path);
        (is_named && self.package_manager == PackageManager::Bun)
            || (self.included.matches(path) && !self.excluded.matches(path))
    }
}

/// `directory` as seen from `root`, with `/`.
pub(crate) fn path_below(root: &Path, directory: &Path) -> String {
    let path = directory.strip_prefix(root).unwrap_or(directory);
    path.to_string_lossy()
        .replace(std::path::MAIN_SEPARATOR, "/")
}

/// Whether a pattern adds directories or takes them away.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sign {
    Include,
    Exclude,
}

/// What `written` means to `package_manager`; none for what it passes over.
fn read(written: &str, package_manager: PackageManager) -> Option<(Sign, String)> {
    use PackageManager::{Bun, Npm};
    let marks = match package_manager {
        Npm | Bun => written.bytes().take_while(|&mark| mark == b'!').count(),
        _ => usize::from(written.starts_with('!')),
    };
    let sign = match marks % 2 {
        0 => Sign::Include,
        _ => Sign::Exclude,
    };
    let mut pattern = written[marks..].to_owned();
    if matches!(package_manager, Npm | Bun) {
        pattern = pattern.replace('\\', "/");
    }
    match package_manager {
        Npm => pattern = pattern.trim_start_matches('/').to_owned(),
        _ if pattern.starts_with('/') => return None,
        _ => {}
    }
    let pattern = pattern.trim_start_matches("./").trim_end_matches('/');
    Some((sign, pattern.to_owned()))
}

fn parse(pattern: &str) -> Result<Vec<Pattern>, Problem> {
    Pattern::parse(pattern, Syntax::Shell).map_err(|error| {
        let message = format!("the workspace lists a pattern that is not valid: {error}");
        Problem::new(Code::WorkspaceInvalid, message)
            .help("list the directories with fewer choices")
    })
}

/// Patterns, those apart that name one directory: there may be very many of them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Patterns {
    literals: HashSet<String>,
    others: Vec<Pattern>,
}

impl Patterns {
    fn extend(&mut self, patterns: impl IntoIterator<Item = Pattern>) {
        for pattern in patterns {
            match pattern.literal() {
                Some(path) => drop(self.literals.insert(path)),
                None if self.others.contains(&pattern) => {}
                None => self.others.push(pattern),
            }
        }
    }

    fn matches(&self, path: &str) -> bool {
        self.literals.contains(path) || self.others.iter().any(|pattern| pattern.matches(path))
    }

    /// Whether there is one that fits the text of a pattern, as npm compares them.
    fn has_one_of(&self, text: &str) -> bool {
        let mut others = self.others.iter().cloned();
        self.literals.contains(text) || others.any(|pattern| pattern.below().matches(text))
    }

    fn drop_those_of(&mut self, text: &str) {
        self.literals.remove(text);
        self.others
            .retain(|pattern| !pattern.clone().below().matches(text));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn npm_workspace(manifest: &str) -> Option<WorkspacePatterns> {
        WorkspacePatterns::in_package_json(
            &PackageJson::parse(manifest).unwrap(),
            PackageManager::Npm,
        )
        .unwrap()
    }

    fn check(patterns: &WorkspacePatterns, members: &[&str], others: &[&str]) {
        assert_eq!(
            members
                .iter()
                .filter(|path| !patterns.contains(path))
                .collect::<Vec<_>>(),
            [&""; 0]
        );
        assert_eq!(
            others
                .iter()
                .filter(|path| patterns.contains(path))
                .collect::<Vec<_>>(),
            [&""; 0]
        );
    }

    #[test]
    fn package_json_lists_packages_in_two_forms() {
        let array =
            npm_workspace(r#"{"workspaces": ["packages/*", "./tool/", "!packages/old"]}"#).unwrap();
        check(
            &array,
            &["packages/a", "tool"],
            &[
                "packages",
                "packages/a/b",
                "packages/old",
                "packages/.x",
                "other",
            ],
        );
        let object =
            npm_workspace(r#"{"workspaces": {"packages": ["apps/**"], "nohoist": ["x"]}}"#)
                .unwrap();
        check(
            &object,
            &["apps/a", "apps/a/b"],
            &["x", "apps/a/node_modules/b"],
        );
        assert_eq!(npm_workspace("{}"), None);
        assert_eq!(npm_workspace(r#"{"workspaces": {"catalog": {}}}"#), None);
    }

    #[test]
    fn braces_are_choices() {
        let patterns = npm_workspace(r#"{"workspaces": ["{apps,libs/{x,y}}/*"]}"#).unwrap();
        check(&patterns, &["apps/a", "libs/y/b"], &["libs/z/b"]);
    }

    #[test]
    fn workspaces_of_a_wrong_type_are_refused() {
        for (manifest, position) in [
            (r#"{"workspaces": "packages/*"}"#, "1:16"),
            (r#"{"workspaces": [1]}"#, "1:16"),
            (r#"{"workspaces": {"packages": true}}"#, "1:29"),
        ] {
            let problem = WorkspacePatterns::in_package_json(
                &PackageJson::parse(manifest).unwrap(),
                PackageManager::Npm,
            )
            .unwrap_err();
            assert_eq!(
                problem.position.unwrap().to_string(),
                position,
                "{manifest}"
            );
            assert!(
                problem.message.ends_with("is not an array of strings"),
                "{problem}"
            );
        }
    }

    #[test]
    fn pnpm_lists_packages_in_yaml() {
        let patterns = WorkspacePatterns::in_pnpm_workspace(
            "packages:\n  - 'packages/**'\n  - '!**/test/**'\n",
        )
        .unwrap();
        check(
            &patterns,
            &["packages/a/b"],
            &["packages/a/test/x", "other"],
        );
        check(
            &WorkspacePatterns::in_pnpm_workspace("catalog: {}\n").unwrap(),
            &[],
            &["packages/a"],
        );
        assert!(WorkspacePatterns::in_pnpm_workspace("a: [").is_err());
    }
}
