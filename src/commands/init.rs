//! `flue init`: from a directory to a Rust project with an agent in it.

use std::borrow::Cow;
use std::ffi::OsStr;
use std::path::{Component, Path, PathBuf};

use super::change::lock;
use super::selection::open_directory;
use crate::apply;
use crate::cargo::starter::{self, Inspected};
use crate::cli::InitArgs;
use crate::ecosystem::Ecosystem;
use crate::error::{Code, Failure, Problem};
use crate::path::RelPath;
use crate::plan;
use crate::project::file::exists;
use crate::report::{Failed, Outcome, Report, Started, Whereabouts};
use crate::request::{Run, RuntimeSource};
use crate::shell::Shell;

/// Makes the directory that `args` name a project, as seen from `directory`.
///
/// When it fails, nothing is changed.
pub(crate) fn run(args: &InitArgs, directory: &Path, shell: &Shell) -> Report {
    Report {
        command: "init",
        result: init(args, directory, shell),
    }
}

fn init(args: &InitArgs, directory: &Path, shell: &Shell) -> Result<Outcome, Failed> {
    let start = open_directory(directory)?;
    let failed = |failure, directory| Failed {
        failure,
        blueprint: None,
        whereabouts: Some(Whereabouts::Start(directory)),
    };
    let path = args.path.as_deref().unwrap_or(Path::new("."));
    let runtime = args.runtime.source(&start);
    let found = runtime.and_then(|runtime| Ok((runtime, Project::at(&start.join(path))?)));
    let (runtime, project) = found.map_err(|problem| failed(problem.into(), start))?;
    let started = project.start(args, &runtime, shell);
    let started = started.map_err(|failure| failed(failure, project.directory()))?;
    Ok(Outcome::Started(Box::new(started)))
}

/// Where a project is, or will be.
struct Project {
    /// The nearest directory that there is: absolute, free of links.
    root: PathBuf,
    /// The directory of the project below it.
    path: RelPath,
}

impl Project {
    fn start(
        &self,
        args: &InitArgs,
        runtime: &RuntimeSource,
        shell: &Shell,
    ) -> Result<Started, Failure> {
        let run = match args.dry_run {
            true => Run::Dry,
            false => Run::Real,
        };
        let _lock = match run {
            Run::Real => Some(lock(&self.root, shell)?),
            Run::Dry | Run::Check => None,
        };
        let Inspected { name, items } = self.inspect(args.name.as_deref(), runtime)?;
        let plan = plan::init(items)?;
        let applied = run == Run::Real && plan.has_changes();
        if applied {
            apply::apply(&plan.files(&self.root), &self.root)?;
        }
        Ok(Started {
            directory: self.directory(),
            root: self.root.clone(),
            name,
            plan,
            run,
            applied,
        })
    }

    /// The one in the absolute `directory`, which need not exist.
    fn at(directory: &Path) -> Result<Self, Problem> {
        let mut missing = Vec::new();
        let mut there = directory;
        while !exists(there)? {
            match there.components().next_back() {
                Some(Component::Normal(name)) => missing.push(name),
                _ => break,
            }
            there = there.parent().unwrap_or(there);
        }
        let root = open_directory(there)?;
        if !root.is_dir() {
            let problem = Problem::new(Code::NotADirectory, "it is not a directory");
            return Err(problem
                .in_file(root)
                .help("rename or remove it, or name another directory"));
        }
        let path = missing.into_iter().rev().collect::<PathBuf>();
        let path = RelPath::new(&path).ok_or_else(|| {
            let message = format!("`{}` is no name for a directory", path.display());
            Problem::new(Code::NoDirectory, message)
                .help("name it in UTF-8, without `..` in what is not there yet")
        })?;
        Ok(Self { root, path })
    }

    fn directory(&self) -> PathBuf {
        self.path.under(&self.root)
    }

    /// What there is of a package, or of a project that would be called `name`, else as its directory is.
    fn inspect(&self, name: Option<&str>, runtime: &RuntimeSource) -> Result<Inspected, Failure> {
        let directory = self.directory();
        if exists(&directory.join(Ecosystem::Cargo.manifest()))? {
            return Ok(starter::inspect_package(&directory, runtime)?);
        }
        if exists(&directory.join(Ecosystem::Npm.manifest()))? {
            return Err(of_upstream(&directory).into());
        }
        let of_directory = || directory.file_name().map(OsStr::to_string_lossy);
        let name = name.map(Cow::Borrowed).or_else(of_directory);
        starter::inspect_project(&self.root, &self.path, &name.unwrap_or_default(), runtime)
    }
}

fn of_upstream(directory: &Path) -> Problem {
    let message = format!("`{}` has a `package.json`", directory.display());
    Problem::new(Code::StartedByUpstream, message).help(
        "a project in TypeScript is started by `npx @flue/cli init`; `flue add` serves it from then on",
    )
}
