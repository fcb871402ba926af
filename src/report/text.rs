//! What is said about a run, for people.
//!
//! Words only: what happened is in the report, and printing is the shell's.

use std::path::Path;

use super::{Added, Body, HAND_TO_AGENT, Report, set_variable};
use crate::blueprint::Blueprint;
use crate::error::{Problem, Problems};
use crate::plan::{AdapterState, Change, FileOperation, Kept, Plan};
use crate::project::Project;
use crate::request::Run;
use crate::shell::{Shell, Verb};

/// Says all that there is to say.
///
/// # Errors
///
/// When stdout cannot be written.
pub(super) fn show(report: &Report, shell: &Shell) -> anyhow::Result<()> {
    match &report.body {
        Body::Added(added) if report.error.is_none() => show_added(added, shell),
        Body::Added(_) => {}
        Body::Listed(blueprints) => shell.data(&list(blueprints))?,
        Body::Printed(text) => shell.data(text)?,
    }
    show_error(report, shell);
    Ok(())
}

/// Says what the user should look at, and whether there is nothing to do.
pub(super) fn show_problems(report: &Report, shell: &Shell) {
    if let Body::Added(added) = &report.body
        && let (Some(blueprint), Some(project), Some(plan)) =
            (&added.blueprint, &added.project, &added.plan)
    {
        if plan.is_in_sync() {
            unchanged(blueprint, project, shell);
        }
        warnings(plan, project, shell);
    }
    show_error(report, shell);
}

/// The blueprints, one a line.
fn list(blueprints: &[Blueprint]) -> String {
    let rows = blueprints
        .iter()
        .map(|blueprint| {
            (
                format!("flue add {} {}", blueprint.kind, blueprint.name),
                &blueprint.summary,
                &blueprint.website,
            )
        })
        .collect::<Vec<_>>();
    let width = rows
        .iter()
        .map(|(command, ..)| command.len())
        .max()
        .unwrap_or_default();
    rows.iter()
        .map(|(command, summary, website)| format!("{command:width$}  {summary} ({website})\n"))
        .collect()
}

fn show_added(added: &Added, shell: &Shell) {
    let (Some(blueprint), Some(project), Some(plan)) =
        (&added.blueprint, &added.project, &added.plan)
    else {
        return;
    };
    match added.run {
        Run::Check => checked(blueprint, project, plan, shell),
        Run::Real | Run::Dry => done(added.run, blueprint, project, plan, shell),
    }
}

/// What adding the blueprint did, or would do.
fn done(run: Run, blueprint: &Blueprint, project: &Project, plan: &Plan, shell: &Shell) {
    if plan.has_changes() {
        let (subject, place) = (subject(blueprint), place(project));
        shell.status(Verb::Adding, format!("{subject} to {place}"));
    } else {
        unchanged(blueprint, project, shell);
    }
    for operation in &plan.operations {
        file_operation(shell, operation);
    }
    warnings(plan, project, shell);
    if plan.has_changes() {
        next_steps(shell, blueprint, plan);
    }
    if run == Run::Dry && plan.has_changes() {
        shell.note("this was a dry run, nothing was written");
    }
}

/// What adding the blueprint would find to do.
fn checked(blueprint: &Blueprint, project: &Project, plan: &Plan, shell: &Shell) {
    if plan.is_in_sync() {
        unchanged(blueprint, project, shell);
    } else {
        let (subject, place) = (subject(blueprint), place(project));
        shell.status(Verb::Checking, format!("{subject} in {place}"));
    }
    for operation in &plan.operations {
        finding(shell, operation, project, &plan.adapter);
    }
    warnings(plan, project, shell);
    if plan.has_changes() {
        let (kind, name) = (&blueprint.kind, &blueprint.name);
        let option = if replaces_adapter(plan, project) {
            " --overwrite"
        } else {
            ""
        };
        shell.note(format!("`flue add {kind} {name}{option}` puts this right"));
    }
}

fn replaces_adapter(plan: &Plan, project: &Project) -> bool {
    plan.operations.iter().any(|operation| {
        operation.path == project.adapter.path && matches!(operation.change, Change::Update { .. })
    })
}

fn unchanged(blueprint: &Blueprint, project: &Project, shell: &Shell) {
    let (subject, place) = (subject(blueprint), place(project));
    shell.status(
        Verb::Unchanged,
        format!("{subject} in {place}: nothing to do"),
    );
}

fn subject(blueprint: &Blueprint) -> String {
    format!("{} `{}`", blueprint.kind, blueprint.name)
}

fn place(project: &Project) -> String {
    format!("`{}` ({})", project.name, project.root.display())
}

fn file_operation(shell: &Shell, operation: &FileOperation) {
    let path = &operation.path;
    match &operation.change {
        Change::Create { .. } => shell.status(Verb::Created, with_summary(operation)),
        Change::Update { .. } => shell.status(Verb::Updated, with_summary(operation)),
        Change::Keep(Kept::Customised) => shell.status(Verb::Kept, format!("{path} (customised)")),
        Change::Keep(Kept::Outdated) => {
            shell.status(Verb::Kept, format!("{path} (from an older version)"))
        }
        Change::Keep(Kept::UpToDate | Kept::NotOurs) => {}
    }
    shell.reason(format!("{path}: {}", operation.reason));
}

fn finding(shell: &Shell, operation: &FileOperation, project: &Project, adapter: &AdapterState) {
    let path = &operation.path;
    match adapter {
        _ if operation.change == Change::Keep(Kept::UpToDate) => {}
        _ if *path != project.adapter.path => shell.status(Verb::Missing, with_summary(operation)),
        AdapterState::Missing | AdapterState::Current => shell.status(Verb::Missing, path),
        AdapterState::Customised => shell.status(Verb::Customised, path),
        AdapterState::Outdated(_) => shell.status(Verb::Outdated, path),
        AdapterState::Newer(_) => shell.status(Verb::Newer, path),
        AdapterState::Unmarked => shell.status(Verb::Unmarked, path),
        AdapterState::OfAnotherBlueprint(_) => shell.status(Verb::Foreign, path),
    }
    shell.reason(format!("{}: {}", operation.path, operation.reason));
}

fn with_summary(operation: &FileOperation) -> String {
    match &operation.summary {
        Some(summary) => format!("{} ({summary})", operation.path),
        None => operation.path.to_string(),
    }
}

fn warnings(plan: &Plan, project: &Project, shell: &Shell) {
    for warning in &plan.warnings {
        shell.warning(&located(warning, Some(project)));
    }
}

fn next_steps(shell: &Shell, blueprint: &Blueprint, plan: &Plan) {
    for variable in blueprint.environment {
        shell.note(set_variable(variable));
    }
    plan.notes.iter().for_each(|note| shell.note(note));
    shell.note(HAND_TO_AGENT);
    shell.text("");
    for line in plan.next_steps.lines() {
        shell.text(if line.is_empty() {
            String::new()
        } else {
            format!("    {line}")
        });
    }
    shell.text("");
}

fn show_error(report: &Report, shell: &Shell) {
    let Some(error) = &report.error else {
        return;
    };
    match error.downcast_ref() {
        Some(Problems(problems)) => problems
            .iter()
            .for_each(|problem| shell.error(&located(problem, report.project()))),
        None => shell.failure(error),
    }
}

/// Plans speak of files relative to the project; people need to know where that is.
fn located(problem: &Problem, project: Option<&Project>) -> Problem {
    let root = project.map_or(Path::new(""), |project| &project.root);
    Problem {
        file: problem.file.as_ref().map(|file| root.join(file)),
        ..problem.clone()
    }
}
