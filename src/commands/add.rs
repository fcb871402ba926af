//! `flue add`: from what was typed to a package that has the blueprint.

use std::path::Path;
use std::sync::Arc;

use super::change;
use super::lookup::Wanted;
use super::selection::open_directory;
use crate::blueprint::Blueprint;
use crate::cli::{AddArgs, RuntimeArgs};
use crate::error::Problem;
use crate::report::{Failed, Outcome, Report};
use crate::request::{OnConflict, Request, Run, RuntimeSource, Selection, Task, Wiring};
use crate::shell::Shell;

/// Adds the blueprint that `args` name, as if started in `directory`.
///
/// When it fails, nothing is changed.
pub(crate) fn run(args: &AddArgs, directory: &Path, shell: &Shell) -> Report {
    Report {
        command: "add",
        result: add(args, directory, shell),
    }
}

fn add(args: &AddArgs, directory: &Path, shell: &Shell) -> Result<Outcome, Failed> {
    let blueprint = args.blueprint(directory)?;
    let request = request(&blueprint, args, directory).map_err(|problem| Failed {
        blueprint: Some(blueprint),
        ..problem.into()
    })?;
    change::run(request, shell)
}

/// What `args` ask for.
///
/// # Errors
///
/// When they name a directory or a manifest that cannot be.
pub(super) fn request(
    blueprint: &Arc<Blueprint>,
    args: &AddArgs,
    directory: &Path,
) -> Result<Request, Problem> {
    let task = Task::Add {
        on_conflict: if args.overwrite {
            OnConflict::Replace
        } else if args.changes.check || args.print {
            OnConflict::Tell
        } else {
            OnConflict::Keep
        },
        wiring: if args.no_wire {
            Wiring::LeaveAlone
        } else {
            Wiring::Complete
        },
        runtime: args.runtime.source(directory)?,
    };
    Ok(Request {
        blueprint: Arc::clone(blueprint),
        selection: Selection::from_args(&args.project, directory)?,
        task,
        run: Run::from_args(&args.changes),
    })
}

impl AddArgs {
    /// The blueprint that they name, as seen from `directory`.
    ///
    /// # Errors
    ///
    /// When there is none, or it has a mistake.
    pub(super) fn blueprint(&self, directory: &Path) -> Result<Arc<Blueprint>, Failed> {
        let wanted = Wanted {
            words: (self.kind.as_deref(), self.name.as_deref()),
            path: self.source.blueprint.as_deref(),
            directory,
        };
        wanted.find(|| Selection::from_args(&self.project, directory))
    }
}

impl RuntimeArgs {
    /// The source that is named, as seen from `directory`.
    pub(super) fn source(&self, directory: &Path) -> Result<RuntimeSource, Problem> {
        if let Some(path) = &self.runtime_path {
            return open_directory(&directory.join(path)).map(RuntimeSource::Path);
        }
        let Some(url) = self.runtime_git.clone() else {
            return Ok(RuntimeSource::Registry);
        };
        let pins = [
            ("branch", &self.branch),
            ("tag", &self.tag),
            ("rev", &self.rev),
        ];
        let pin = pins
            .into_iter()
            .find_map(|(key, value)| Some((key, value.clone()?)));
        Ok(RuntimeSource::Git { url, pin })
    }
}
