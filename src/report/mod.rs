//! What a run has to say, for people and for programs.
//!
//! A command fills a [`Report`] as far as it comes; [`show`] brings it into the form that was asked for. Printing is
//! the shell's.

mod diff;
mod json;
mod text;

use std::path::{Path, PathBuf};

use crate::blueprint::{Blueprint, EnvironmentVariable};
use crate::error::ExitStatus;
use crate::plan::{FileOperation, Plan};
use crate::project::Project;
use crate::request::{Format, Run};
use crate::shell::Shell;

pub use json::usage_error;

/// Everything that there is to say about a run.
#[derive(Debug)]
pub struct Report {
    /// The command, as it is typed.
    pub command: &'static str,
    /// What the command found and did before it ended.
    pub body: Body,
    /// Why it failed, if it did.
    pub error: Option<anyhow::Error>,
}

/// What a command found and did.
#[derive(Debug)]
pub enum Body {
    /// A project was looked at, and perhaps changed.
    Added(Box<Added>),
    /// The blueprints that there are.
    Listed(&'static [Blueprint]),
    /// A text for stdout.
    Printed(String),
}

/// How far adding a blueprint came: what it did not come to is absent.
#[derive(Debug)]
pub struct Added {
    /// What became of the plan.
    pub run: Run,
    /// The blueprint that was asked for.
    pub blueprint: Option<Blueprint>,
    /// The absolute folder that the search for a project started in.
    pub start: Option<PathBuf>,
    /// The project.
    pub project: Option<Project>,
    /// What has to be done.
    pub plan: Option<Plan>,
    /// Whether it has been done.
    pub applied: bool,
}

impl Added {
    /// The report of a run that has come to nothing yet.
    pub fn new(run: Run) -> Self {
        Self {
            run,
            blueprint: None,
            start: None,
            project: None,
            plan: None,
            applied: false,
        }
    }

    /// What is planned for which folder, once there is a plan.
    pub fn operations(&self) -> Option<(&Path, &[FileOperation])> {
        let (project, plan) = (self.project.as_ref()?, self.plan.as_ref()?);
        Some((&project.root, &plan.operations))
    }

    /// The same, if anything has to be written.
    pub fn work(&self) -> Option<(&Path, &[FileOperation])> {
        let has_changes = self.plan.as_ref().is_some_and(Plan::has_changes);
        self.operations().filter(|_| has_changes)
    }

    fn is_in_sync(&self) -> bool {
        self.plan.as_ref().is_some_and(Plan::is_in_sync)
    }
}

/// What precedes the lines of code that are left to the user.
const HAND_TO_AGENT: &str =
    "hand the sandbox to an agent; your application creates it and deletes it in the end:";

fn set_variable(variable: &EnvironmentVariable) -> String {
    let EnvironmentVariable { name, purpose } = variable;
    format!("set `{name}` before the application runs: it {purpose}")
}

impl Report {
    /// The report of a `command` that makes a text for stdout.
    pub fn printed(command: &'static str, text: anyhow::Result<String>) -> Self {
        let (text, error) = match text {
            Ok(text) => (text, None),
            Err(error) => (String::new(), Some(error)),
        };
        Self {
            command,
            body: Body::Printed(text),
            error,
        }
    }

    fn project(&self) -> Option<&Project> {
        match &self.body {
            Body::Added(added) => added.project.as_ref(),
            Body::Listed(_) | Body::Printed(_) => None,
        }
    }

    /// How the process ends after this report.
    fn status(&self) -> ExitStatus {
        if self.error.is_some() {
            return ExitStatus::Failure;
        }
        match &self.body {
            Body::Added(added) if added.run == Run::Check && !added.is_in_sync() => {
                ExitStatus::Check
            }
            _ => ExitStatus::Success,
        }
    }
}

/// Brings `report` to the person or program at the other end, and tells how the process should end.
pub fn show(report: &Report, format: Format, shell: &Shell) -> ExitStatus {
    let shown = match (format, &report.body) {
        (Format::Json, _) => json::show(report, shell),
        (Format::Diff, Body::Added(_)) => {
            text::show_problems(report, shell);
            diff::show(report, shell)
        }
        (Format::Text | Format::Diff, _) => text::show(report, shell),
    };
    match shown {
        Ok(()) => report.status(),
        Err(error) => {
            let error = match &report.body {
                Body::Added(added) if added.applied => {
                    error.context("the changes are made, but the report on them is lost")
                }
                _ => error,
            };
            shell.failure(&error);
            ExitStatus::Failure
        }
    }
}
