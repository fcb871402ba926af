//! `flue diff`: what was edited in an adapter, as a patch; or what an update would change.

use std::path::Path;

use super::lookup::Wanted;
use crate::cli::DiffArgs;
use crate::ecosystem;
use crate::error::{self, Code, Problem};
use crate::inspect::{Adapter, AdapterFinding, Finding, Item};
use crate::report::{self, Failed, Printed, Report, Whereabouts};
use crate::request::{RuntimeSource, Selection, Wiring};
use crate::shell::Shell;
use crate::text::LineEnding;

/// Prints the patch that `args` ask for, as if started in `directory`.
pub(crate) fn run(args: &DiffArgs, directory: &Path, shell: &Shell) -> Report {
    Report::printed("diff", diff(args, directory, shell))
}

fn diff(args: &DiffArgs, directory: &Path, shell: &Shell) -> Result<Printed, Failed> {
    let selection = Selection::from_args(&args.project, directory)?;
    let wanted = Wanted::of(&args.blueprint, directory);
    let blueprint = wanted.find(|| Ok(selection.clone()))?;
    let package = ecosystem::open(&selection)?;
    let inspection = package.inspect(&blueprint, Wiring::LeaveAlone, &RuntimeSource::Registry)?;
    let patches = inspection
        .items
        .iter()
        .map(|item| patch(item, args.upstream, shell));
    let text = error::all(patches)?.concat();
    Ok(Printed {
        text,
        blueprint: Some(blueprint),
        whereabouts: Some(Whereabouts::of(&package)),
        written: Vec::new(),
    })
}

/// The patch of the adapter, if `item` is one.
fn patch(item: &Item, upstream: bool, shell: &Shell) -> Result<String, Problem> {
    let adapter = match &item.finding {
        Finding::Adapter(adapter) => adapter,
        Finding::Obstacle(problem) => return Err(problem.clone()),
        Finding::Dependency(_) | Finding::Module(_) | Finding::Starter(_) => {
            return Ok(String::new());
        }
    };
    let text = item.file.text()?.unwrap_or_default();
    let (before, after) = match upstream {
        true => change_of_today(adapter, item, text)?,
        false => (base(adapter, item, text)?, text.to_owned()),
    };
    Ok(report::patch_between(
        &item.file.path,
        &before,
        &after,
        shell,
    ))
}

/// The text that the edits in `text` are of.
fn base(adapter: &Adapter, item: &Item, text: &str) -> Result<String, Problem> {
    match (&adapter.finding, &adapter.edited) {
        (AdapterFinding::Current | AdapterFinding::Outdated(_), _) => Ok(text.to_owned()),
        (AdapterFinding::Customised(_), Some(edited)) => Ok(edited.base.clone()),
        _ => Err(unknown_base(adapter, item)),
    }
}

/// What stands in the adapter without its edits, and what would stand there today.
fn change_of_today(
    adapter: &Adapter,
    item: &Item,
    text: &str,
) -> Result<(String, String), Problem> {
    let today = || LineEnding::of(text).apply(&adapter.pristine.replace("\r\n", "\n"));
    match (&adapter.finding, &adapter.edited) {
        (AdapterFinding::Customised(_) | AdapterFinding::Outdated(_), Some(edited)) => {
            Ok((edited.base.clone(), edited.today.clone()))
        }
        (AdapterFinding::Current, _) => Ok((text.to_owned(), text.to_owned())),
        (AdapterFinding::Outdated(_) | AdapterFinding::OfUpstream { .. }, _) => {
            Ok((text.to_owned(), today()))
        }
        _ => Err(unknown_base(adapter, item)),
    }
}

fn unknown_base(adapter: &Adapter, item: &Item) -> Problem {
    let problem = item.warnings.last().cloned();
    problem.unwrap_or_else(|| {
        let path = &item.file.path;
        let message = format!("`{path}` cannot be compared: {}", adapter.finding.reason());
        Problem::new(Code::NoAdapter, message).in_file(path.as_str())
    })
}
