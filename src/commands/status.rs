//! `flue status`: what packages have of blueprints. It takes the path of `add` and stops where that would write.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::lookup::catalogue_of;
use super::selection::open_directory;
use crate::blueprint::Blueprint;
use crate::blueprint::catalogue::Catalogue;
use crate::cli::StatusArgs;
use crate::ecosystem::{self, Ecosystem, Package};
use crate::error::{Failure, Problem};
use crate::own;
use crate::plan::{self, Plan};
use crate::project::walk::Walk;
use crate::report::{
    Failed, Installed, Outcome, PackageStatus, Report, Status, Variable, Whereabouts,
};
use crate::request::{OnConflict, RuntimeSource, Search, Selection, Wiring};

/// Tells what the package that `args` mean, or all packages of its repository, have of blueprints, as if started in
/// `directory`.
pub(crate) fn run(args: &StatusArgs, directory: &Path) -> Report {
    let status = match args.workspace {
        true => of_repository(directory),
        false => of_package(args, directory),
    };
    let status = status.map(|status| Status {
        is_check: args.check,
        ..status
    });
    Report {
        command: "status",
        result: status.map(Outcome::Status),
    }
}

fn of_package(args: &StatusArgs, directory: &Path) -> Result<Status, Failed> {
    let selection = Selection::from_args(&args.project, directory)?;
    let start = Whereabouts::Start(selection.start.clone());
    let package = ecosystem::open(&selection).map_err(|problem| Failed {
        whereabouts: Some(start),
        ..problem.into()
    })?;
    let catalogue = catalogue_of(&package)?;
    let whereabouts = Whereabouts::of(&package);
    Ok(Status {
        whereabouts,
        typed_in: package.place().root.clone(),
        packages: vec![status_of(package, &catalogue)],
        problems: Vec::new(),
        is_check: false,
    })
}

/// That of the packages in the repository around `directory`, or below it where there is none. What a package has is told
/// apart by a file in the place of an adapter, so that the others need not be read.
fn of_repository(directory: &Path) -> Result<Status, Failed> {
    let start = open_directory(directory)?;
    let repository = start.ancestors().find(|above| above.join(".git").exists());
    let root = repository.unwrap_or(&start).to_owned();
    let (mut packages, mut problems) = (Vec::new(), Vec::new());
    let mut seen = BTreeSet::new();
    for folder in Walk::new(&root) {
        let manifests = Ecosystem::ALL.into_iter();
        let manifests = manifests.filter(|ecosystem| folder.holds(ecosystem.manifest()));
        for ecosystem in manifests.filter(|ecosystem| may_have(&folder.path, &root, *ecosystem)) {
            match look(&folder.path, ecosystem) {
                Ok(Some(found)) if seen.insert(manifest_of(&found.package)) => {
                    packages.push(found);
                }
                Ok(_) => {}
                Err(Failure::Problems(found)) => problems.extend(found),
                Err(unexpected) => return Err(unexpected.into()),
            }
        }
    }
    packages.retain(|package| !package.blueprints.is_empty());
    Ok(Status {
        whereabouts: Whereabouts::Start(root),
        typed_in: open_directory(Path::new("."))?,
        packages,
        problems,
        is_check: false,
    })
}

/// What the package in `directory` has.
fn look(directory: &Path, ecosystem: Ecosystem) -> Result<Option<PackageStatus>, Failure> {
    let selection = Selection {
        start: directory.to_owned(),
        search: Search::Upwards,
        ecosystem: Some(ecosystem),
        package: None,
        source_root: None,
    };
    let in_it = |problem: Problem| problem.in_file(directory);
    let package = ecosystem::find(&selection).map_err(in_it)?;
    let Some(package) = package else {
        return Ok(None);
    };
    let team = own::of_team(&package.directories())?;
    let catalogue = Catalogue::built_in().with(team);
    Ok(Some(status_of(package, &catalogue)))
}

/// Whether a package of `ecosystem` in `directory` may have a blueprint: a file is where the adapter of one belongs, or a
/// team up to the `root` has its own.
fn may_have(directory: &Path, root: &Path, ecosystem: Ecosystem) -> bool {
    let catalogue = Catalogue::built_in();
    let parts = catalogue.all().iter();
    let mut adapters = parts.filter_map(|blueprint| blueprint.parts.get(&ecosystem));
    let is_there = |adapter: &str| {
        let mut places = [".flue", "src", ""].into_iter();
        places.any(|source_root| {
            directory
                .join(source_root)
                .join(adapter)
                .symlink_metadata()
                .is_ok()
        })
    };
    let mut above = directory
        .ancestors()
        .take_while(|above| above.starts_with(root));
    adapters.any(|part| is_there(&part.adapter))
        || above.any(|above| above.join(own::DIRECTORY).is_dir())
}

fn manifest_of(package: &Package) -> PathBuf {
    let place = package.place();
    place.manifest.path.under(&place.root)
}

/// What `package` has of the blueprints in `catalogue`.
fn status_of(package: Package, catalogue: &Catalogue) -> PackageStatus {
    let installed = catalogue.all().iter();
    let installed = installed.filter(|blueprint| package.has(blueprint));
    let blueprints = installed.map(|blueprint| Installed {
        blueprint: blueprint.clone(),
        state: state(&package, blueprint),
        variables: blueprint
            .environment
            .iter()
            .map(|variable| Variable {
                name: variable.name.clone(),
                is_set: std::env::var_os(&variable.name).is_some_and(|value| !value.is_empty()),
            })
            .collect(),
    });
    PackageStatus {
        blueprints: blueprints.collect(),
        package,
    }
}

/// What `flue add --check` finds.
fn state(package: &Package, blueprint: &Blueprint) -> Result<Plan, Failure> {
    let inspection = package.inspect(blueprint, Wiring::Complete, &RuntimeSource::Registry)?;
    plan::add(inspection, OnConflict::Tell)
}
