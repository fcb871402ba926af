//! Which folders a workspace lists: npm, yarn and bun in `package.json`, pnpm in `pnpm-workspace.yaml`.
//!
//! Text in, values out: which packages exist is for the caller to look up.

use glob::{MatchOptions, Pattern};
use jsonc_parser::ast::Value;

use std::path::{Path, PathBuf};

use crate::error::{Code, Problem};
use crate::npm::json;
use crate::npm::manifest::{MANIFEST, PackageJson};
use crate::npm::yaml::{self, Yaml};

/// The folders of a workspace, as its root lists them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct WorkspacePatterns {
    included: Vec<String>,
    excluded: Vec<String>,
}

impl WorkspacePatterns {
    /// What the `workspaces` of `root` lists, as an array or in an object's `packages`; none when it is no workspace.
    ///
    /// # Errors
    ///
    /// When `workspaces` is something else, or lists something else than strings.
    pub(crate) fn in_package_json(root: &PackageJson<'_>) -> Result<Option<Self>, Problem> {
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
            pattern
                .as_string_lit()
                .map(|pattern| pattern.value.as_ref())
        });
        let patterns: Option<Vec<&str>> = patterns.collect();
        let patterns =
            patterns.ok_or_else(|| json::wrong_type(root.body, property, "an array of strings"))?;
        Ok(Some(Self::new(patterns)))
    }

    /// What the `packages` of a `pnpm-workspace.yaml` lists. The folder of that file is a package of the workspace in
    /// any case.
    ///
    /// # Errors
    ///
    /// When `text` is not YAML.
    pub(crate) fn in_pnpm_workspace(text: &str) -> Result<Self, Problem> {
        let document = yaml::parse(text)?;
        Ok(Self::new(
            document.get("packages").into_iter().flat_map(Yaml::strings),
        ))
    }

    fn new<'p>(patterns: impl IntoIterator<Item = &'p str>) -> Self {
        let mut parsed = Self {
            included: Vec::new(),
            excluded: Vec::new(),
        };
        for pattern in patterns {
            let (list, pattern) = match pattern.strip_prefix('!') {
                Some(excluded) => (&mut parsed.excluded, excluded),
                None => (&mut parsed.included, pattern),
            };
            let pattern = pattern.trim_start_matches("./").trim_end_matches('/');
            for pattern in without_braces(pattern) {
                if !list.contains(&pattern) {
                    list.push(pattern);
                }
            }
        }
        parsed
    }

    /// The folders below `root` that are packages of the workspace.
    pub(crate) fn expand(&self, root: &Path) -> Result<Vec<PathBuf>, Problem> {
        let escaped = Pattern::escape(&root.to_string_lossy());
        let mut folders = Vec::new();
        for pattern in &self.included {
            let paths = glob::glob(&format!("{escaped}/{pattern}")).map_err(|error| {
                let message =
                    format!("the workspace lists `{pattern}`, which is no valid pattern: {error}");
                Problem::new(Code::ManifestInvalid, message).in_file(root.join(MANIFEST))
            })?;
            folders.extend(paths.filter_map(Result::ok).filter(|folder| {
                let path = folder.strip_prefix(root).unwrap_or(folder);
                let path = path.to_string_lossy().replace('\\', "/");
                self.contains(&path) && folder.join(MANIFEST).is_file()
            }));
        }
        Ok(folders)
    }

    /// Whether the folder at `path`, relative to the root and with `/`, is a package of the workspace.
    pub(crate) fn contains(&self, path: &str) -> bool {
        let in_node_modules = path.split('/').any(|folder| folder == "node_modules");
        let matches = |patterns: &[String]| patterns.iter().any(|pattern| matches(pattern, path));
        !in_node_modules && matches(&self.included) && !matches(&self.excluded)
    }
}

fn matches(pattern: &str, path: &str) -> bool {
    let options = MatchOptions {
        case_sensitive: true,
        require_literal_separator: true,
        require_literal_leading_dot: true,
    };
    Pattern::new(pattern).is_ok_and(|pattern| pattern.matches_with(path, options))
}

/// The patterns that `pattern` stands for: `{a,b}/*` is `a/*` and `b/*`.
fn without_braces(pattern: &str) -> Vec<String> {
    let innermost = pattern
        .find('}')
        .and_then(|end| Some((pattern[..end].rfind('{')?, end)));
    let Some((start, end)) = innermost else {
        return vec![pattern.to_owned()];
    };
    let (before, after) = (&pattern[..start], &pattern[end + 1..]);
    let choices = pattern[start + 1..end].split(',');
    choices
        .flat_map(|choice| without_braces(&format!("{before}{choice}{after}")))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn npm_workspace(manifest: &str) -> Option<WorkspacePatterns> {
        WorkspacePatterns::in_package_json(&PackageJson::parse(manifest).unwrap()).unwrap()
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
            let problem =
                WorkspacePatterns::in_package_json(&PackageJson::parse(manifest).unwrap())
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
