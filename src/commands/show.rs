//! `flue show`: the adapter that a blueprint writes, in full.

use std::path::Path;

use crate::blueprint::Blueprint;
use crate::cli::ShowArgs;
use crate::ecosystem::{self, Ecosystem, Package};
use crate::error::{self, Failure, Problem};
use crate::inspect::{Finding, Item};
use crate::report::{Failed, Printed, Report, Whereabouts};
use crate::request::{PackageSpec, RuntimeSource, Search, Selection, Wiring};

use super::lookup::Wanted;
use super::selection::open_directory;

/// Prints the adapter for the project at hand; without one, that for a usual project.
///
/// As if started in `directory`.
pub(crate) fn run(args: &ShowArgs, directory: &Path) -> Report {
    Report::printed("show", show(args, directory))
}

fn show(args: &ShowArgs, directory: &Path) -> Result<Printed, Failed> {
    let ecosystem = args.ecosystem.map(Ecosystem::from);
    let selection = Selection {
        start: open_directory(directory)?,
        search: Search::Upwards,
        ecosystem,
        package: args.package.as_deref().map(PackageSpec::new),
        source_root: None,
    };
    let wanted = Wanted::of(&args.blueprint, directory);
    let blueprint = wanted.find(|| Ok(selection.clone()))?;
    let (text, whereabouts) = match ecosystem::find(&selection)? {
        Some(package) => (
            adapter_for(&package, &blueprint)?,
            Some(Whereabouts::of(&package)),
        ),
        None => {
            let first = blueprint.parts.keys().next().copied();
            let ecosystem = ecosystem.or(first).unwrap_or(Ecosystem::Cargo);
            (ecosystem::usual_adapter(ecosystem, &blueprint)?, None)
        }
    };
    Ok(Printed {
        text,
        blueprint: Some(blueprint),
        whereabouts,
        written: Vec::new(),
    })
}

/// What would be written in the place of the adapter of `package`.
fn adapter_for(package: &Package, blueprint: &Blueprint) -> Result<String, Failure> {
    let inspection = package.inspect(blueprint, Wiring::LeaveAlone, &RuntimeSource::Registry)?;
    let adapters = inspection.items.into_iter().map(adapter_in);
    let adapters = error::all(adapters)?;
    Ok(adapters.into_iter().flatten().collect())
}

fn adapter_in(item: Item) -> Result<Option<String>, Problem> {
    match item.finding {
        Finding::Adapter(adapter) => Ok(Some(adapter.pristine)),
        Finding::Obstacle(problem) => Err(problem),
        Finding::Dependency(_) | Finding::Module(_) | Finding::Starter(_) => Ok(None),
    }
}
