//! What a run has to say, for people and for programs.
//!
//! A command answers with a [`Report`]; [`show`] brings it into the form that was asked for. Nothing here looks at the
//! user's files, and printing is the shell's.

mod diff;
mod json;
mod text;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::blueprint::notes::Note;
use crate::blueprint::{Blueprint, EnvironmentVariable};
use crate::ecosystem::{Ecosystem, Need, Package};
use crate::error::{Failure, Problem};
use crate::exit::ExitStatus;
use crate::inspect::{DependencyFinding, Finding, HandOver};

use crate::path::{RelPath, way};
use crate::plan::{Backup, FileChange, Plan};
use crate::project::Place;
use crate::request::{Format, Request, Run, Task};
use crate::shell::Shell;

pub(crate) use json::{help, usage_error};

/// Everything that there is to say about a run.
#[derive(Debug)]
pub(crate) struct Report {
    /// The command, as it is typed.
    pub command: &'static str,
    /// What it came to.
    pub result: Result<Outcome, Failed>,
}

/// What a command found and did.
#[derive(Debug)]
pub(crate) enum Outcome {
    /// What a package has of some blueprints was changed, or would be.
    Changed(Vec<Changed>),
    /// A project was started, or would be.
    Started(Box<Started>),
    /// The blueprints that there are.
    Listed(Vec<Listed>),
    /// What packages have of blueprints.
    Status(Status),
    /// A text for stdout.
    Printed(Printed),
}

/// A blueprint among all that there are.
#[derive(Debug)]
pub(crate) struct Listed {
    /// The blueprint.
    pub blueprint: Arc<Blueprint>,
    /// Whether the package at hand has it.
    pub is_installed: bool,
}

/// What packages have of blueprints.
#[derive(Debug)]
pub(crate) struct Status {
    /// The package, or the root of all.
    pub whereabouts: Whereabouts,
    /// The absolute directory in which commands for it are typed.
    pub typed_in: PathBuf,
    /// The packages, by their directories.
    pub packages: Vec<PackageStatus>,
    /// Why others could not be looked at.
    pub problems: Vec<Problem>,
    /// Whether the exit code tells that something is amiss.
    pub is_check: bool,
}

/// What one package has of blueprints.
#[derive(Debug)]
pub(crate) struct PackageStatus {
    /// The package.
    pub package: Package,
    /// The blueprints that it has.
    pub blueprints: Vec<Installed>,
}

/// A blueprint that a package has.
#[derive(Debug)]
pub(crate) struct Installed {
    /// The blueprint.
    pub blueprint: Arc<Blueprint>,
    /// What adding it again would do, or why that cannot be told.
    pub state: Result<Plan, Failure>,
    /// What has to be in the environment of the application, and whether it is in this one.
    pub variables: Vec<Variable>,
}

/// A variable of the environment, whose value is nobody's business.
#[derive(Debug)]
pub(crate) struct Variable {
    /// Its name.
    pub name: String,
    /// Whether it has a value.
    pub is_set: bool,
}

impl Status {
    /// All that is installed, with the package that has it.
    fn installed(&self) -> impl Iterator<Item = (&Package, &Installed)> {
        let packages = self.packages.iter();
        packages.flat_map(|it| {
            it.blueprints
                .iter()
                .map(|installed| (&it.package, installed))
        })
    }

    fn is_in_sync(&self) -> bool {
        self.problems.is_empty()
            && self
                .installed()
                .all(|(_, installed)| installed.is_in_sync())
    }

    fn root(&self) -> &Path {
        self.whereabouts.root()
    }
}

impl Installed {
    fn is_in_sync(&self) -> bool {
        self.state.as_ref().is_ok_and(Plan::is_in_sync)
    }

    /// The command that puts right what is amiss in `package`, seen from `root`, where there is one.
    fn command(&self, package: &Package, root: &Path) -> Option<String> {
        let (plan, blueprint) = (self.state.as_ref().ok()?, &self.blueprint);
        let command = text::command_to_add(plan, blueprint);
        let command = command.or_else(|| text::command_to_update(plan, blueprint))?;
        let directory = way(root, &package.place().root);
        Some(match directory.as_str() {
            "." => command,
            directory => format!("{command} -C {directory}"),
        })
    }
}

/// A text for stdout, and what it is about.
#[derive(Debug)]
pub(crate) struct Printed {
    /// The text.
    pub text: String,
    /// The blueprint, if it is about one.
    pub blueprint: Option<Arc<Blueprint>>,
    /// The package, if it is about one.
    pub whereabouts: Option<Whereabouts>,
    /// What was written, from there.
    pub written: Vec<FileChange>,
}

/// What changing a package came to.
#[derive(Debug)]
pub(crate) struct Changed {
    /// What was asked for.
    pub request: Request,
    /// The absolute directory that the command runs in, free of links.
    pub started_in: PathBuf,
    /// The package.
    pub package: Arc<Package>,
    /// What has to be done.
    pub plan: Plan,
    /// Whether it has been done.
    pub applied: bool,
}

/// What starting a project came to.
#[derive(Debug)]
pub(crate) struct Started {
    /// The absolute directory of the project, free of links.
    pub directory: PathBuf,
    /// The directory that the plan starts from: that one, or the nearest above that there was.
    pub root: PathBuf,
    /// What the package is called.
    pub name: String,
    /// What has to be done.
    pub plan: Plan,
    /// Whether the plan is carried out.
    pub run: Run,
    /// Whether it has been done.
    pub applied: bool,
}

/// Why a command failed, and how far it had come.
#[derive(Debug)]
pub(crate) struct Failed {
    /// Why.
    pub failure: Failure,
    /// The blueprint that was asked for, once it was found.
    pub blueprint: Option<Arc<Blueprint>>,
    /// Where it looked for a package, once that was clear.
    pub whereabouts: Option<Whereabouts>,
}

/// Where a package was looked for, or found.
#[derive(Debug)]
pub(crate) enum Whereabouts {
    /// The absolute directory that the search started in.
    Start(PathBuf),
    /// The package.
    Found(Box<Place>, Ecosystem),
}

impl<F: Into<Failure>> From<F> for Failed {
    fn from(failure: F) -> Self {
        Self {
            failure: failure.into(),
            blueprint: None,
            whereabouts: None,
        }
    }
}

impl From<String> for Printed {
    fn from(text: String) -> Self {
        Self {
            text,
            blueprint: None,
            whereabouts: None,
            written: Vec::new(),
        }
    }
}

impl Whereabouts {
    /// That of `package`.
    pub(crate) fn of(package: &Package) -> Self {
        Self::Found(Box::new(package.place().clone()), package.ecosystem())
    }

    /// The absolute directory that files are named from.
    fn root(&self) -> &Path {
        match self {
            Self::Start(directory) => directory,
            Self::Found(place, _) => &place.root,
        }
    }
}

/// What is left to the person.
enum NextStep<'a> {
    SetVariable {
        variable: &'a EnvironmentVariable,
        /// The command that does it, where the environment of a shell does not.
        command: Option<String>,
    },
    Backup(&'a Backup),
    /// A command that does it.
    Run {
        command: &'static str,
        why: &'static str,
    },
    Format(&'static str),
    Build(&'static str),
    /// Packages that the command does not add.
    Add {
        command: String,
        why: &'static str,
    },
    /// A file that the adapter imports.
    Write(&'a RelPath),
    /// What a guide tells besides the adapter.
    Read {
        guide: &'a Path,
        sections: &'a [(String, usize)],
    },
    HandOver {
        sentence: &'a str,
        lines: &'a HandOver,
    },
}

impl Changed {
    fn status(&self) -> ExitStatus {
        if self.plan.conflicts().next().is_some() {
            ExitStatus::Conflict
        } else if self.request.run == Run::Check && !self.plan.is_in_sync() {
            ExitStatus::Check
        } else {
            ExitStatus::Success
        }
    }

    /// What the blueprint has to say about the lines that an update changes.
    fn notes(&self) -> Vec<Note> {
        match self.request.task {
            Task::Update { .. } => self.plan.notes(&self.request.blueprint),
            _ => Vec::new(),
        }
    }

    fn next_steps(&self) -> impl Iterator<Item = NextStep<'_>> {
        let blueprint = &self.request.blueprint;
        let hand_over = self.plan.hand_over.as_ref();
        let variables = blueprint.environment.iter();
        let variables = variables.filter(move |_| hand_over.is_some());
        let install = self.package.install_command();
        let install = install.filter(|_| self.plan.needs_install());
        let why = match self.request.task {
            Task::Add { .. } => "install what was added",
            Task::Remove { .. } => "take out what was removed",
            Task::Update { .. } => "install what has changed",
        };
        let format = self.package.format_command();
        let removes = matches!(self.request.task, Task::Remove { .. });
        let format = format.filter(|_| !removes);
        let build = self.package.checks().first().copied();
        let backups = self.plan.backups.iter().map(NextStep::Backup);
        variables
            .map(|variable| NextStep::SetVariable {
                variable,
                command: self.package.secret_command(&variable.name),
            })
            .chain(backups)
            .chain(install.map(move |command| NextStep::Run { command, why }))
            .chain(format.map(NextStep::Format))
            .chain(self.left_by_guide())
            // A guide has words of its own.
            .chain(
                hand_over
                    .filter(|lines| !lines.code.is_empty())
                    .map(|lines| NextStep::HandOver {
                        sentence: &blueprint.hand_over,
                        lines,
                    }),
            )
            .chain(build.map(NextStep::Build))
    }
}

impl Started {
    fn next_steps(&self) -> [NextStep<'static>; 2] {
        let step = |command, why| NextStep::Run { command, why };
        [
            step("cargo run", "see the agent start"),
            step("flue list", "see which sandboxes it can work in"),
        ]
    }
}

impl Changed {
    /// What a guide leaves to the person.
    fn left_by_guide(&self) -> impl Iterator<Item = NextStep<'_>> {
        let blueprint = &self.request.blueprint;
        let hand_over = self.plan.hand_over.as_ref();
        let guide = blueprint.guide().filter(|_| hand_over.is_some());
        let without_version = self
            .plan
            .operations
            .iter()
            .filter_map(|operation| match &operation.finding {
                Finding::Dependency(it) if it.finding == DependencyFinding::WithoutVersion => {
                    Some(it.package.clone())
                }
                _ => None,
            });
        let others = guide.map_or(&[][..], |guide| &guide.others).iter();
        let (types, others) = others
            .cloned()
            .partition::<Vec<_>, _>(|it| it.starts_with("@types/"));
        let packages = [
            (
                without_version.collect::<Vec<_>>(),
                Need::Production,
                "the adapter imports that, and the guide names no version",
            ),
            (types, Need::Development, "the guide names these types"),
            (
                others,
                Need::Production,
                "the guide names that, too, and the adapter does not import it",
            ),
        ];
        let commands = packages.into_iter().filter_map(|(packages, need, why)| {
            let command = self.package.add_command(need, &packages.join(" "));
            let command = command.filter(|_| !packages.is_empty())?;
            Some(NextStep::Add { command, why })
        });
        let files = hand_over.map_or(&[][..], |lines| &lines.lacking);
        let files = files.iter().map(NextStep::Write);
        let sections = guide
            .zip(blueprint.own())
            .map(|(guide, own)| NextStep::Read {
                guide: &own.place,
                sections: &guide.sections,
            });
        commands.chain(files).chain(sections)
    }
}

impl NextStep<'_> {
    fn message(&self) -> String {
        match self {
            Self::SetVariable { variable, command } => {
                let EnvironmentVariable { name, purpose } = variable;
                let with = command.as_ref().map(|command| format!(" with `{command}`"));
                let with = with.unwrap_or_default();
                format!("set `{name}`{with} before the application runs: it {purpose}")
            }
            Self::Backup(Backup { of, file, .. }) => {
                format!("what was in `{of}` is kept in `{}`", file.name())
            }
            Self::Run { command, why } => format!("run `{command}` to {why}"),
            Self::Format(command) => {
                format!("run `{command}`: the project has a style of its own")
            }
            Self::Add { command, why } => format!("run `{command}`: {why}"),
            Self::Write(file) => format!("write `{file}`: the adapter imports it"),
            Self::Read { guide, sections } => {
                let sections = sections
                    .iter()
                    .map(|(title, line)| format!("`{title}` (line {line})"));
                let sections = sections.collect::<Vec<_>>().join(", ");
                let name = guide.file_name().unwrap_or_default().to_string_lossy();
                format!("read what `{name}` leaves to you: {sections}")
            }
            Self::Build(command) => format!("run `{command}` to see whether the project builds"),
            Self::HandOver { sentence, lines } => match &lines.place {
                Some(place) => format!("{sentence}; put this into `{place}`:"),
                None => format!("{sentence}; put this where the agent is made:"),
            },
        }
    }
}

impl Report {
    /// The report of a `command` that makes a text for stdout.
    pub(crate) fn printed<T: Into<Printed>, E: Into<Failed>>(
        command: &'static str,
        text: Result<T, E>,
    ) -> Self {
        let printed = text.map(|text| Outcome::Printed(text.into()));
        Self {
            command,
            result: printed.map_err(Into::into),
        }
    }

    /// How the process ends after this report.
    fn status(&self) -> ExitStatus {
        match &self.result {
            Err(failed) if failed.failure.is_usage() => ExitStatus::Usage,
            Err(_) => ExitStatus::Failure,
            Ok(Outcome::Changed(all)) => {
                let statuses = all.iter().map(Changed::status);
                statuses.max().unwrap_or(ExitStatus::Success)
            }
            Ok(Outcome::Status(status)) if status.is_check && !status.is_in_sync() => {
                ExitStatus::Check
            }
            Ok(_) => ExitStatus::Success,
        }
    }
}

/// The patch that makes `after` of `before` in the file at `path`.
pub(crate) fn patch_between(path: &RelPath, before: &str, after: &str, shell: &Shell) -> String {
    diff::patch_between(path, before, after, shell.reader())
}

fn show_patch(changed: &Changed, shell: &Shell) -> anyhow::Result<()> {
    let root = &changed.package.place().root;
    let patch = diff::patch(&changed.plan, root, &changed.started_in, shell.reader());
    if !patch.text.is_empty() && patch.directory != changed.started_in {
        let directory = patch.directory.display();
        shell.note(format!("apply the patch in `{directory}`"));
    }
    shell.data(&patch.text)
}

/// Brings `report` to the person or program at the other end, and tells how the process should end.
pub(crate) fn show(report: &Report, format: Format, shell: &Shell) -> ExitStatus {
    let shown = match (format, &report.result) {
        (Format::Json, _) => json::show(report, shell),
        (Format::Diff, Ok(Outcome::Changed(all))) => all.iter().try_for_each(|changed| {
            text::show_problems(changed, shell);
            show_patch(changed, shell)
        }),
        (_, Ok(outcome)) => text::show(outcome, shell),
        (_, Err(failed)) => {
            text::show_failed(failed, shell);
            Ok(())
        }
    };
    match shown {
        Ok(()) => report.status(),
        Err(error) => {
            let error = match &report.result {
                Ok(Outcome::Changed(all)) if all.iter().any(|changed| changed.applied) => {
                    error.context("the changes are made, but the report on them is lost")
                }
                _ => error,
            };
            shell.failure(&error);
            ExitStatus::Failure
        }
    }
}
