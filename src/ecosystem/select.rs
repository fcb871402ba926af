//! Which package is meant: the one that is named, else the nearest one, unless that has no runtime and another one there
//! has.
//!
//! Knows that packages have names, neighbours and runtimes; where these are written down is for the ecosystems.

use std::path::{Path, PathBuf};

use super::{Ecosystem, listed};
use crate::error::{Code, Problem};
use crate::project::file::exists;
use crate::project::workspace::{Member, Role, Workspace};
use crate::request::{PackageSpec, Search, Selection};

/// The directory in which a repository of any language keeps its agents, as a package of their own or not.
const DOT_FLUE: &str = ".flue";

/// A manifest: its directory, and the ecosystem that it is of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Manifest {
    pub(super) directory: PathBuf,
    pub(super) ecosystem: Ecosystem,
}

impl Manifest {
    fn path(&self) -> PathBuf {
        self.directory.join(self.ecosystem.manifest())
    }

    fn has_runtime(&self) -> bool {
        // A manifest that cannot be read declares nothing.
        self.own_package()
            .is_ok_and(|own| own.is_some_and(|own| own.is_agent()))
    }

    fn own_package(&self) -> Result<Option<Member>, Problem> {
        self.ecosystem.own_package(&self.directory)
    }

    fn workspace(&self) -> Result<Option<Workspace>, Problem> {
        self.ecosystem.workspace_of(&self.directory)
    }

    /// The manifest of `member`, which is of the same ecosystem.
    fn of(&self, member: &Member) -> Self {
        Self {
            directory: member.directory.clone(),
            ecosystem: self.ecosystem,
        }
    }
}

/// The manifest of the package that `selection` means.
///
/// # Errors
///
/// When it is not clear which one that is, or when it is most likely not the one to work on.
pub(super) fn choose(selection: &Selection) -> Result<Option<Manifest>, Problem> {
    if let Some(spec) = &selection.package {
        return named(selection, spec);
    }
    let nearest = nearest(selection)?;
    let has_runtime = nearest.iter().any(Manifest::has_runtime);
    if selection.search == Search::Upwards
        && !has_runtime
        && let Some(found) = in_dot_flue(selection, &nearest)?
    {
        return Ok(Some(found));
    }
    match &nearest[..] {
        [] => Ok(None),
        [only] if has_runtime => Ok(Some(only.clone())),
        [only] => around(only, selection.search).map(Some),
        _ => one_of(&nearest, selection.search).map(Some),
    }
}

/// The manifests in the nearest directory that has any.
fn nearest(selection: &Selection) -> Result<Vec<Manifest>, Problem> {
    let mut markers = Vec::new();
    for directory in selection.start.ancestors() {
        let present = manifests_in(directory, selection.ecosystem)?;
        let (packages, only_markers): (Vec<_>, Vec<_>) = present
            .into_iter()
            .partition(|manifest| manifest.ecosystem.is_package(directory));
        if !packages.is_empty() {
            return Ok(packages);
        }
        let asked_for = |ecosystem: &Ecosystem| {
            let asked_for = selection.ecosystem;
            asked_for.is_none_or(|asked_for| asked_for == *ecosystem)
        };
        let mut ecosystems = Ecosystem::ALL.into_iter().filter(asked_for);
        if let Some(problem) = ecosystems.find_map(|ecosystem| ecosystem.other_form(directory)) {
            return Err(problem);
        }
        if markers.is_empty() {
            markers = only_markers;
        }
        let is_asked_for = selection.search == Search::Here;
        if is_asked_for || (!markers.is_empty() && is_repository(directory)) {
            break;
        }
    }
    Ok(markers)
}

fn manifests_in(directory: &Path, asked_for: Option<Ecosystem>) -> Result<Vec<Manifest>, Problem> {
    let mut present = Vec::new();
    for ecosystem in Ecosystem::ALL {
        let is_asked_for = asked_for.is_none_or(|asked_for| asked_for == ecosystem);
        if is_asked_for && exists(&directory.join(ecosystem.manifest()))? {
            present.push(Manifest {
                directory: directory.to_owned(),
                ecosystem,
            });
        }
    }
    Ok(present)
}

fn is_repository(directory: &Path) -> bool {
    directory.join(".git").exists()
}

/// The package in the nearest `.flue` that has a runtime; where there is none and nothing else either (`nearest` is
/// empty), that in the nearest one.
fn in_dot_flue(selection: &Selection, nearest: &[Manifest]) -> Result<Option<Manifest>, Problem> {
    for above in selection.start.ancestors() {
        let directory = above.join(DOT_FLUE);
        if exists(&directory)? {
            let mut manifests = manifests_in(&inside(above, &directory)?, selection.ecosystem)?;
            if !nearest.is_empty() {
                manifests.retain(Manifest::has_runtime);
            }
            match manifests.len() {
                0 => {}
                1 => return Ok(manifests.pop()),
                _ => return one_of(&manifests, selection.search).map(Some),
            }
        }
        if is_repository(above) {
            break;
        }
    }
    Ok(None)
}

/// `directory` free of links, which must not lead out of `above`.
fn inside(above: &Path, directory: &Path) -> Result<PathBuf, Problem> {
    let problem = |code, message| Problem::new(code, message).in_file(directory);
    let real = directory
        .canonicalize()
        .map_err(|error| problem(Code::Unreadable, format!("failed to read it: {error}")))?;
    if real.starts_with(above) {
        return Ok(real);
    }
    let message = format!(
        "the directory is a link out of the project, to `{}`",
        real.display()
    );
    Err(problem(Code::OutsideProject, message).help("run the command there"))
}

/// The package that is meant by what is in `manifest` and around it.
fn around(manifest: &Manifest, search: Search) -> Result<Manifest, Problem> {
    let own = manifest.own_package()?;
    if let Some(own) = &own
        && (own.is_agent() || search == Search::Here)
    {
        return Ok(manifest.clone());
    }
    let Some(workspace) = manifest.workspace()? else {
        return Ok(manifest.clone());
    };
    let agents = workspace.agents_beside(&manifest.directory);
    match own {
        Some(own) if workspace.root != manifest.directory => match agents[..] {
            [] => Ok(manifest.clone()),
            _ => Err(agent_is_elsewhere(manifest, &own, &agents)),
        },
        _ => of_root(manifest, &workspace, &agents),
    }
}

/// The package that is meant at the root of `workspace`, which has no runtime itself, unlike `agents`.
fn of_root(
    root: &Manifest,
    workspace: &Workspace,
    agents: &[&Member],
) -> Result<Manifest, Problem> {
    let candidates = match agents {
        [] => workspace.members.iter().collect::<Vec<_>>(),
        agents => agents.to_vec(),
    };
    let defaults = candidates
        .iter()
        .filter(|member| workspace.is_default(member));
    match (&candidates[..], &defaults.collect::<Vec<_>>()[..]) {
        ([only], _) => Ok(root.of(only)),
        (_, [only]) => Ok(root.of(only)),
        _ => Err(which_package(root, &candidates, agents)),
    }
}

/// Which of several manifests in one directory is meant.
fn one_of(manifests: &[Manifest], search: Search) -> Result<Manifest, Problem> {
    let with_runtime = manifests.iter().filter(|manifest| manifest.has_runtime());
    let which = match with_runtime.collect::<Vec<_>>()[..] {
        [only] => return Ok(only.clone()),
        [] => "neither depends",
        _ => return Err(which_ecosystem(manifests, "both depend")),
    };
    // Neither is the package of an agent, but one may be the workspace of one.
    let mut leads_to_agent = Vec::new();
    for manifest in manifests {
        let workspace = manifest.workspace().ok().flatten();
        if workspace
            .is_some_and(|workspace| !workspace.agents_beside(&manifest.directory).is_empty())
        {
            leads_to_agent.push(manifest);
        }
    }
    match leads_to_agent[..] {
        [only] => around(only, search),
        _ => Err(which_ecosystem(manifests, which)),
    }
}

fn which_ecosystem(manifests: &[Manifest], which: &str) -> Problem {
    let names = manifests
        .iter()
        .map(|manifest| manifest.ecosystem.manifest());
    let message = format!(
        "{} are here, and {which} on a Flue runtime",
        listed(names, " and ")
    );
    let options = manifests.iter().map(|manifest| manifest.ecosystem.name());
    let options = options.map(|name| format!("--ecosystem {name}"));
    choose_with(Problem::new(Code::WhichEcosystem, message), options)
}

fn which_package(root: &Manifest, candidates: &[&Member], agents: &[&Member]) -> Problem {
    let message = match (candidates, agents) {
        ([], _) => "the workspace has no packages",
        (_, []) => "no package of the workspace depends on a Flue runtime",
        _ => "several packages of the workspace depend on a Flue runtime",
    };
    let problem = Problem::new(Code::WhichPackage, message).in_file(root.path());
    problem
        .help(name_one(candidates.iter().copied()))
        .suggest(options_for(candidates))
}

fn options_for(members: &[&Member]) -> impl Iterator<Item = String> {
    let names = members.iter().map(|member| &member.name);
    names.map(|name| format!("-p {name}"))
}

fn name_one<'m>(members: impl IntoIterator<Item = &'m Member>) -> String {
    let names = listed(members.into_iter().map(|member| &member.name), ", ");
    match names.as_str() {
        "" => "run the command in the directory of a package".to_owned(),
        names => format!("name one with `-p`: {names}"),
    }
}

fn agent_is_elsewhere(manifest: &Manifest, own: &Member, agents: &[&Member]) -> Problem {
    let names = listed(agents.iter().map(|agent| &agent.name), " and ");
    let message = format!(
        "`{}` does not depend on a Flue runtime, unlike {names} in its workspace",
        own.name
    );
    let ways = agents.iter().map(|agent| format!("-p {}", agent.name));
    let mut help = format!("choose with {}", listed(ways, " or "));
    if own.role == Role::Stranger {
        help.push_str(&format!("; `-p {}` makes this one an agent, too", own.name));
    }
    let problem = Problem::new(Code::AgentElsewhere, message);
    problem.in_file(manifest.path()).help(help)
}

/// The package that is called `spec`: of what is around the nearest manifest of either ecosystem, or in `.flue`.
fn named(selection: &Selection, spec: &PackageSpec) -> Result<Option<Manifest>, Problem> {
    let mut searched = Vec::new();
    for ecosystem in Ecosystem::ALL {
        if selection
            .ecosystem
            .is_none_or(|asked_for| asked_for == ecosystem)
        {
            searched.extend(nearest(&Selection {
                ecosystem: Some(ecosystem),
                ..selection.clone()
            })?);
        }
    }
    // What is nearest has the word when nothing is found.
    searched.sort_by_key(|manifest| std::cmp::Reverse(manifest.directory.components().count()));
    let mut found = Vec::new();
    let mut problem = None;
    for manifest in &searched {
        match find_named(manifest, spec) {
            Ok(member) => found.push(manifest.of(&member)),
            Err(other) => problem = problem.or(Some(other)),
        }
    }
    if found.is_empty()
        && let Some(manifest) = in_dot_flue(selection, &[])?
        && let Ok(Some(own)) = manifest.own_package()
        && spec.is_met_by(&own.name, own.version.as_deref())
    {
        found.push(manifest);
    }
    match (&found[..], problem) {
        ([], None) => Ok(None),
        ([], Some(problem)) => Err(problem),
        ([only], _) => Ok(Some(only.clone())),
        _ => Err(both_have(&found, spec)),
    }
}

fn find_named(manifest: &Manifest, spec: &PackageSpec) -> Result<Member, Problem> {
    let is_meant = |member: &Member| spec.is_met_by(&member.name, member.version.as_deref());
    let own = manifest.own_package()?;
    if let Some(own) = own.as_ref().filter(|own| is_meant(own)) {
        return Ok(own.clone());
    }
    let workspace = manifest.workspace()?;
    let members = match &workspace {
        Some(workspace) => workspace.members.iter().collect::<Vec<_>>(),
        None => own.iter().collect(),
    };
    if let Some(member) = members.iter().find(|member| is_meant(member)) {
        return Ok((*member).clone());
    }
    let of_name = members.iter().find(|member| member.name == spec.name);
    let other = of_name.and_then(|member| member.version.as_ref());
    let mut message = format!("no package `{spec}`");
    if workspace.is_some() {
        message.push_str(" in the workspace");
    }
    let problem = match (&workspace, other) {
        (_, Some(version)) => {
            message.push_str(&format!("; `{}` is {version}", spec.name));
            Problem::new(Code::WhichPackage, message).help("leave the version out")
        }
        (Some(_), None) => Problem::new(Code::WhichPackage, message)
            .suggest(options_for(&members))
            .help(name_one(members)),
        (None, None) => {
            if let Some(own) = own {
                message.push_str(&format!("; this is `{}`", own.name));
            }
            Problem::new(Code::UnknownPackage, message)
                .help("leave `-p` out, or run the command in the workspace of the package")
        }
    };
    let directory = workspace.map_or(manifest.directory.clone(), |workspace| workspace.root);
    Err(problem.in_file(directory.join(manifest.ecosystem.manifest())))
}

fn both_have(found: &[Manifest], spec: &PackageSpec) -> Problem {
    let names = found.iter().map(|manifest| manifest.ecosystem.manifest());
    let message = format!("both a {} are called `{spec}`", listed(names, " and a "));
    let options = found.iter().map(|manifest| manifest.ecosystem.name());
    let options = options.map(|name| format!("--ecosystem {name}"));
    choose_with(Problem::new(Code::WhichEcosystem, message), options)
}

fn choose_with(problem: Problem, options: impl Iterator<Item = String>) -> Problem {
    let options = options.collect::<Vec<_>>();
    let help = format!("choose with {}", listed(&options, " or "));
    problem.help(help).suggest(options)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    fn write(root: &Path, files: &[(&str, &str)]) {
        for (path, text) in files {
            let path = root.join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
    }

    fn check(files: &[(&str, &str)], start: &str, name: Option<&str>, expect: &str) {
        let directory = tempfile::tempdir().unwrap();
        let root = directory.path().canonicalize().unwrap();
        write(&root, files);
        let selection = Selection {
            start: root.join(start),
            search: Search::Upwards,
            ecosystem: None,
            package: name.map(PackageSpec::new),
            source_root: None,
        };
        let answer = match choose(&selection) {
            Ok(Some(manifest)) => {
                let path = manifest.path();
                path.strip_prefix(&root).unwrap().display().to_string()
            }
            Ok(None) => "none".to_owned(),
            Err(problem) => format!("{problem}; {}", problem.help.clone().unwrap_or_default()),
        };
        assert_eq!(answer, expect);
    }

    const TWO_MEMBERS: &[(&str, &str)] = &[
        (
            "Cargo.toml",
            "[workspace]\nmembers = ['crates/*']\nexclude = ['crates/out']\n",
        ),
        ("crates/a/Cargo.toml", "[package]\nname = 'a'\n"),
        ("crates/b/Cargo.toml", "[package]\nname = 'b'\n"),
        ("crates/out/Cargo.toml", "[package]\nname = 'out'\n"),
        ("crates/notes/README.md", "no package\n"),
    ];

    #[test]
    fn the_package_of_the_directory_is_meant() {
        check(TWO_MEMBERS, "crates/a", None, "crates/a/Cargo.toml");
        check(TWO_MEMBERS, "crates/out", None, "crates/out/Cargo.toml");
    }

    #[test]
    fn a_name_chooses_among_the_members() {
        check(TWO_MEMBERS, "", Some("b"), "crates/b/Cargo.toml");
        check(TWO_MEMBERS, "crates/a", Some("b"), "crates/b/Cargo.toml");
        check(
            TWO_MEMBERS,
            "",
            Some("c"),
            "no package `c` in the workspace; name one with `-p`: `a`, `b`",
        );
    }

    #[test]
    fn a_virtual_workspace_needs_a_name_unless_it_has_one_member() {
        let message =
            "no package of the workspace depends on a Flue runtime; name one with `-p`: `a`, `b`";
        check(TWO_MEMBERS, "", None, message);
        check(&TWO_MEMBERS[..2], "", None, "crates/a/Cargo.toml");
        check(
            &TWO_MEMBERS[..1],
            "",
            None,
            "the workspace has no packages; run the command in the directory of a package",
        );
    }

    #[test]
    fn an_excluded_package_is_on_its_own() {
        let message = "no package `a`; this is `out`; leave `-p` out, or run the command in the workspace of the package";
        check(TWO_MEMBERS, "crates/out", Some("a"), message);
    }

    #[test]
    fn what_lies_below_a_listed_package_is_not_excluded() {
        let files = [
            (
                "Cargo.toml",
                "[workspace]\nmembers = ['a']\nexclude = ['a/b']\n",
            ),
            (
                "a/Cargo.toml",
                "[package]\nname = 'a'\n[dependencies]\nb.path = 'b'\n",
            ),
            ("a/b/Cargo.toml", "[package]\nname = 'b'\n"),
        ];
        check(&files, "", Some("b"), "a/b/Cargo.toml");
    }

    const PATHS: &[(&str, &str)] = &[
        (
            "Cargo.toml",
            "[workspace]\nmembers = ['app']\nexclude = ['out']\ndependencies.c.path = 'libs/c'\n",
        ),
        (
            "app/Cargo.toml",
            "[package]\nname = 'app'\n[dependencies]\nb.path = '../libs/b/'\nc.workspace = true\nout.path = '../out'\n\
             gone.path = '../gone'\nown.path = '../own'\nr = '1'\n",
        ),
        (
            "libs/b/Cargo.toml",
            "[package]\nname = 'b'\n[target.'cfg(unix)'.dev-dependencies]\nd = { path = '../d' }\napp.path = '../../app'\n",
        ),
        ("libs/c/Cargo.toml", "[package]\nname = 'c'\n"),
        ("libs/d/Cargo.toml", "[package]\nname = 'd'\n"),
        ("libs/e/Cargo.toml", "[package]\nname = 'e'\n"),
        ("out/Cargo.toml", "[package]\nname = 'out'\n"),
        ("own/Cargo.toml", "[package]\nname = 'own'\n[workspace]\n"),
    ];

    #[test]
    fn what_members_depend_on_by_path_is_a_member() {
        check(PATHS, "", Some("b"), "libs/b/Cargo.toml");
        check(PATHS, "app", Some("c"), "libs/c/Cargo.toml");
        check(PATHS, "", Some("d"), "libs/d/Cargo.toml");
        let message = "no package `e` in the workspace; name one with `-p`: `app`, `b`, `c`, `d`";
        check(PATHS, "", Some("e"), message);
        let message = "no package of the workspace depends on a Flue runtime; name one with `-p`: `app`, `b`, `c`, `d`";
        check(PATHS, "", None, message);
    }

    #[test]
    fn what_is_outside_the_workspace_is_no_member() {
        let files = [
            (
                "ws/Cargo.toml",
                "[workspace]\n[package]\nname = 'a'\n[dependencies]\nb.path = '../b'\n",
            ),
            ("b/Cargo.toml", "[package]\nname = 'b'\n"),
        ];
        let message = "no package `b` in the workspace; name one with `-p`: `a`";
        check(&files, "ws", Some("b"), message);
    }

    #[test]
    fn a_package_needs_a_name() {
        let files = [
            ("Cargo.toml", "[workspace]\nmembers = ['a']\n"),
            ("a/Cargo.toml", "[package]\nversion = '1.0.0'\n"),
        ];
        let message = "the package has no `name`; put `name = \"<name>\"` into `[package]`";
        check(&files, "a", None, message);
    }
}
