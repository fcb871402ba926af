//! `flue blueprint`: making and checking blueprints of one's own.

use std::path::Path;

use super::change::lock;
use super::lookup;
use crate::apply;
use crate::blueprint::{Blueprint, Ecosystem};
use crate::cli::{BlueprintCheckArgs, BlueprintCommand, BlueprintNewArgs, ProjectArgs};
use crate::ecosystem;
use crate::error::{self, Code, Failure, Problem};
use crate::own;
use crate::path::RelPath;
use crate::plan::{Change, FileChange};
use crate::project::file::UserFile;
use crate::report::{Failed, Printed, Report, Whereabouts};
use crate::request::Selection;
use crate::shell::Shell;

/// Does what `command` says, as if started in `directory`.
pub(crate) fn run(command: &BlueprintCommand, directory: &Path, shell: &Shell) -> Report {
    Report::printed(
        "blueprint",
        match command {
            BlueprintCommand::New(args) => new(args, directory, shell),
            BlueprintCommand::Check(args) => check(args, directory),
        },
    )
}

/// Writes the skeleton of a blueprint beside the manifest at hand, or here where there is none.
fn new(args: &BlueprintNewArgs, directory: &Path, shell: &Shell) -> Result<Printed, Failed> {
    let project = ProjectArgs {
        ecosystem: args.ecosystem,
        ..ProjectArgs::default()
    };
    let selection = Selection::from_args(&project, directory)?;
    let package = ecosystem::find(&selection).ok().flatten();
    let at_hand = package.as_ref().map(|package| package.ecosystem());
    let ecosystem = args.ecosystem.map(Ecosystem::from).or(at_hand);
    let root = package.map_or(selection.start, |package| package.place().root.clone());
    let texts = own::skeleton(&args.name, ecosystem.unwrap_or(Ecosystem::Cargo))?;
    let written = write(&texts, &root, shell);
    let whereabouts = Some(Whereabouts::Start(root));
    match written {
        Ok(written) => Ok(Printed {
            text: texts.iter().map(|(path, _)| format!("{path}\n")).collect(),
            blueprint: None,
            whereabouts,
            written,
        }),
        Err(failure) => Err(Failed {
            failure,
            blueprint: None,
            whereabouts,
        }),
    }
}

/// Writes the `texts` below `root` that are not there yet.
fn write(
    texts: &[(String, String)],
    root: &Path,
    shell: &Shell,
) -> Result<Vec<FileChange>, Failure> {
    let files = texts.iter().map(|(path, after)| {
        let file = UserFile::read(root, RelPath::new(path).unwrap_or_default());
        let change = match file.text()? {
            None => Change::Create {
                after: after.clone(),
            },
            Some(found) if found == after => Change::Keep,
            Some(_) => {
                let message = format!("`{path}` is there already");
                let problem = Problem::new(Code::BlueprintExists, message).in_file(path);
                let help = "a new version is a copy of the directory, under the next number";
                return Err(problem.help(help));
            }
        };
        Ok(FileChange {
            path: file.path,
            real_path: file.real_path,
            change,
        })
    });
    let mut files = error::all(files)?;
    files.retain(|file| file.change != Change::Keep);
    if files.is_empty() {
        return Ok(files);
    }
    let _lock = lock(root, shell)?;
    apply::apply(&files, root)?;
    Ok(files)
}

/// Tells what the blueprints at the path, or of the team at hand, come to.
fn check(args: &BlueprintCheckArgs, directory: &Path) -> Result<Printed, Failed> {
    let blueprints = match &args.path {
        Some(path) => vec![lookup::at_path(directory, path)?],
        None => {
            let project = ProjectArgs::default();
            let team = lookup::of_team(Selection::from_args(&project, directory)?)?;
            if team.is_empty() {
                let message = format!("no `{}` beside the manifest", own::DIRECTORY);
                let problem = Problem::new(Code::NoBlueprint, message);
                let help =
                    "`flue blueprint new <kind>/<name>` makes one; or name a directory or a file";
                return Err(problem.help(help).into());
            }
            team
        }
    };
    let told = blueprints.iter().map(told);
    Ok(told.collect::<Vec<_>>().join("\n").into())
}

/// What `blueprint` does, and how to see that it compiles: that takes a compiler, which this command does not start.
fn told(blueprint: &Blueprint) -> String {
    let mut told = String::new();
    for version in blueprint.versions() {
        let Blueprint {
            kind,
            name,
            version: number,
            ..
        } = version;
        told += &format!("{kind}/{name}@{number}: no mistake found\n");
        for (ecosystem, part) in &version.parts {
            let sdks = part.sdks.iter();
            let sdks = sdks.map(|sdk| format!(", {} {}", sdk.package, sdk.requirement));
            let (sdks, variants) = (sdks.collect::<String>(), part.variants.len());
            let name = ecosystem.name();
            told += &format!("  {name}: {}, {variants} rendered{sdks}\n", part.adapter);
        }
    }
    let command = blueprint
        .own()
        .map(|own| own.command("add", &blueprint.kind, &blueprint.name));
    let command = command.unwrap_or_default();
    for ecosystem in blueprint.parts.keys() {
        let build = ecosystem.checks()[0];
        told +=
            &format!("to compile it, in a project under version control: {command} && {build}\n");
    }
    told
}
