//! The blueprint that a command is about: at a path, built in, or of the team whose package is at hand.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::selection::open_directory;
use crate::blueprint::Blueprint;
use crate::blueprint::catalogue::Catalogue;
use crate::cli::BlueprintArgs;
use crate::ecosystem::{self, Package};
use crate::error::{Code, Failure, Problem};
use crate::own;
use crate::report::{Failed, Whereabouts};
use crate::request::Selection;

/// What is typed to name a blueprint.
pub(super) struct Wanted<'a> {
    /// Its kind and its name, as far as they are typed.
    pub(super) words: (Option<&'a str>, Option<&'a str>),
    /// Where it is, if it is named by that.
    pub(super) path: Option<&'a Path>,
    /// The directory that the command is started in.
    pub(super) directory: &'a Path,
}

impl<'a> Wanted<'a> {
    /// What `args` name, as seen from `directory`.
    pub(super) fn of(args: &'a BlueprintArgs, directory: &'a Path) -> Self {
        Self {
            words: (args.kind.as_deref(), args.name.as_deref()),
            path: args.source.blueprint.as_deref(),
            directory,
        }
    }

    /// The one that is meant, in its newest version. The package of a `selection` is looked for only where no built-in one has
    /// the name.
    ///
    /// # Errors
    ///
    /// When there is none, or it has a mistake.
    pub(super) fn find(
        &self,
        selection: impl FnOnce() -> Result<Selection, Problem>,
    ) -> Result<Arc<Blueprint>, Failed> {
        if let Some(typed) = self.path {
            let blueprint = at_path(self.directory, typed)?;
            self.agree(&blueprint)?;
            return Ok(Arc::new(blueprint));
        }
        let (kind, name) = self.words;
        let (kind, name) = (kind.unwrap_or_default(), name.unwrap_or_default());
        let unknown = match Catalogue::built_in().find(kind, name) {
            Ok(blueprint) => return Ok(blueprint),
            Err(problem) => problem,
        };
        let team = of_team(selection()?)?;
        match team.is_empty() {
            true => Err(unknown.into()),
            false => Ok(Catalogue::built_in().with(team).find(kind, name)?),
        }
    }

    /// That what is typed names the `blueprint` at the path.
    fn agree(&self, blueprint: &Blueprint) -> Result<(), Problem> {
        let (kind, name) = self.words;
        let is_kind = kind.is_none_or(|kind| blueprint.kind.eq_ignore_ascii_case(kind));
        if is_kind && name.is_none_or(|name| blueprint.answers_to(name)) {
            return Ok(());
        }
        let Blueprint { kind, name, .. } = blueprint;
        let message = format!("the blueprint at this path is `{kind}/{name}`");
        let problem = Problem::new(Code::UnknownName, message);
        let problem = problem.help(format!(
            "name that, or leave kind and name out: `{kind} {name}`"
        ));
        Err(problem.suggest([format!("{kind} {name}")]))
    }
}

/// The blueprint at the path that is `typed` in `directory`.
///
/// # Errors
///
/// All that is wrong with it.
pub(super) fn at_path(directory: &Path, typed: &Path) -> Result<Blueprint, Failed> {
    let start = open_directory(directory)?;
    own::read(&start, typed).map_err(|failure| failed(failure, start))
}

/// The blueprints of the team whose package `selection` means; none where no package is found.
///
/// # Errors
///
/// All that is wrong with them.
pub(super) fn of_team(selection: Selection) -> Result<Vec<Blueprint>, Failed> {
    let package = ecosystem::find(&selection).ok().flatten();
    let directories = package.as_ref().map(Package::directories);
    in_directories(&directories.unwrap_or_else(|| vec![selection.start]))
}

/// All that can be used in `package`: the built-in ones, and those of its team.
///
/// # Errors
///
/// When one of the team has a mistake.
pub(super) fn catalogue_of(package: &Package) -> Result<Catalogue, Failed> {
    Ok(Catalogue::built_in().with(in_directories(&package.directories())?))
}

fn in_directories(directories: &[PathBuf]) -> Result<Vec<Blueprint>, Failed> {
    own::of_team(directories).map_err(|failure| failed(failure, directories[0].clone()))
}

/// Files are told as they are seen from `start`.
fn failed(failure: Failure, start: PathBuf) -> Failed {
    Failed {
        failure,
        blueprint: None,
        whereabouts: Some(Whereabouts::Start(start)),
    }
}
