//! What `flue add` brings, `flue remove` takes away again: every case of the one is a case of the other.

use std::path::{Component, Path, PathBuf};

use flue_cases::{Case, Entry, Pristine, same};
use serde_json::Value;

use crate::case::{Marks, Run};

/// Options of `add` that `remove` does not have, and those with a value.
const OF_ADD: [&str; 2] = ["--overwrite", "--no-wire"];
const OF_RUNTIME: [&str; 5] = [
    "--runtime-path",
    "--runtime-git",
    "--branch",
    "--tag",
    "--rev",
];

/// Cases in which nothing tells any more what was there before.
const OTHERWISE: [&str; 5] = [
    // A file with nothing in it is as good as none.
    "add/module_blank_file",
    // A module file of the user's that nothing declared: nothing tells who declares it now.
    "add/module_flue_sandboxes_rs",
    "add/module_undeclared_sandboxes_rs",
    // An offer that nobody else inherits and that is as `add` writes it.
    "add/workspace_inherited",
    "add/workspace_offers",
];

/// That the blueprint that `added` brought to `case`, as `document` tells, can be removed, and that this leaves what was there
/// before: bytes, modes, and the time stamps of files that neither changes.
pub(crate) fn check(
    case: &Case,
    plain_args: &[String],
    added: Run,
    document: &Value,
    pristine: &Pristine,
) -> Result<(), String> {
    let adapter = &document["blueprints"][0]["adapter"];
    if document["outcome"] != "changes" || adapter["action"] != "create" {
        return Ok(());
    }
    let added_tree = added.outcome.after.clone();
    let removed = added.then(case, &args(plain_args), pristine);
    let told = format!("{}{}", removed.outcome.stdout, removed.outcome.stderr);
    let told = |problem: String| format!("{problem}\n{told}");
    same("the exit code of `remove`", "0", &removed.outcome.code).map_err(told)?;
    let mut expected = case.before.clone();
    for path in changed_otherwise(document) {
        if let Some(bytes) = removed.outcome.after.file(&path) {
            expected.insert(&path, Entry::File(bytes.to_vec()));
        }
    }
    let is_undone = expected.expect_same(&removed.outcome.after);
    if OTHERWISE.contains(&case.name.as_str()) {
        return is_undone
            .err()
            .map(drop)
            .ok_or_else(|| told("it is undone by now".to_owned()));
    }
    is_undone.map_err(told)?;
    let (before, after) = (&removed.started_with, Marks::of(removed.project.path()));
    for (path, _) in case.before.entries() {
        if !removed.project.path().join(path).exists() {
            continue;
        }
        if before.permissions(path) != after.permissions(path) {
            return Err(format!("`{}` has another mode", path.display()));
        }
        let text = case.before.file(path);
        let trees = [&added_tree, &removed.outcome.after];
        let is_untouched = text.is_some() && trees.iter().all(|tree| tree.file(path) == text);
        if is_untouched && before.time(path) != after.time(path) {
            return Err(format!("`{}` was written", path.display()));
        }
    }
    Ok(())
}

fn args(args_of_add: &[String]) -> Vec<String> {
    let mut args = Vec::new();
    let mut given = args_of_add.iter();
    while let Some(arg) = given.next() {
        match arg.as_str() {
            "add" => args.push("remove".to_owned()),
            arg if OF_RUNTIME.contains(&arg) => drop(given.next()),
            arg if OF_ADD.contains(&arg) => {}
            arg => args.push(arg.to_owned()),
        }
    }
    args
}

/// The files in which something stays that was not there, or goes that was: the runtime that `add` brought, the SDK and the
/// declarations that were there without the adapter.
fn changed_otherwise(document: &Value) -> Vec<PathBuf> {
    let root = document["project"]["root"].as_str().unwrap_or_default();
    let root = Path::new(root.trim_start_matches("[ROOT]").trim_start_matches('/'));
    let blueprint = &document["blueprints"][0];
    let list = |name: &str| blueprint[name].as_array().cloned().unwrap_or_default();
    let dependencies = list("dependencies").into_iter().filter(|dependency| {
        let is_brought = dependency["action"] != "keep";
        is_brought == (dependency["role"] == "runtime")
    });
    let modules = list("modules").into_iter();
    let modules = modules.filter(|module| module["action"] == "keep");
    let found = dependencies.chain(modules);
    let paths = found.filter_map(|found| Some(normal(&root.join(found["path"].as_str()?))));
    paths.collect()
}

/// `path` without `..`.
fn normal(path: &Path) -> PathBuf {
    let mut normal = PathBuf::new();
    for component in path.components() {
        match component {
            Component::ParentDir => drop(normal.pop()),
            component => normal.push(component),
        }
    }
    normal
}
