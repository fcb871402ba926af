//! `flue add … --print` and `flue add <kind> <address>`: guides in Markdown, instead of changes.

use std::path::Path;

use crate::blueprint::catalogue::Catalogue;
use crate::cli::AddArgs;
use crate::ecosystem;
use crate::error::{Code, Failure, Problem};
use crate::guide;
use crate::report::{Failed, Printed, Report, Whereabouts};
use crate::request::Selection;

/// Prints how to write an adapter of `kind` for the provider at `address`, in the language of the project at hand.
pub(super) fn to_provider(kind: &str, address: &str, args: &AddArgs, directory: &Path) -> Report {
    Report::printed("add", provider_guide(kind, address, args, directory))
}

fn provider_guide(
    kind: &str,
    address: &str,
    args: &AddArgs,
    directory: &Path,
) -> Result<String, Failure> {
    let about_changes = [
        (args.changes.check, "--check"),
        (args.changes.diff, "--diff"),
        (args.overwrite, "--overwrite"),
    ];
    if let Some((_, option)) = about_changes.iter().find(|(is_given, _)| *is_given) {
        let message = format!("`{option}` cannot be used with the address of a provider");
        let problem = Problem::new(Code::UsageConflict, message);
        return Err(problem
            .help("leave it out: for an address a guide is printed, and nothing is written")
            .into());
    }
    let template = Catalogue::built_in().provider_guide(kind, address)?;
    let selection = Selection::from_args(&args.project, directory)?;
    // The guide is for any project, so one that cannot be opened is no error.
    let package = ecosystem::find(&selection).ok().flatten();
    let ecosystem = package.map(|package| package.ecosystem());
    Ok(guide::to_provider(&template, address, ecosystem)?)
}

/// Prints what the blueprint does by itself in the project at hand, and what is left. Outside a project it tells the
/// same of any project.
pub(super) fn to_blueprint(args: &AddArgs, directory: &Path) -> Report {
    Report::printed("add", blueprint_guide(args, directory))
}

fn blueprint_guide(args: &AddArgs, directory: &Path) -> Result<Printed, Failed> {
    let blueprint = args.blueprint(directory)?;
    let request = super::add::request(&blueprint, args, directory)?;
    let Some(package) = ecosystem::find(&request.selection)? else {
        return Ok(Printed {
            ..guide::to_blueprint(&blueprint, None)?.into()
        });
    };
    let plan = super::change::plan(&request, &package)?;
    let text = guide::to_blueprint(&blueprint, Some((&package, &plan)))?;
    Ok(Printed {
        text,
        blueprint: Some(blueprint),
        whereabouts: Some(Whereabouts::of(&package)),
        written: Vec::new(),
    })
}
