//! What is said about a plan, for people.
//!
//! Words only: what happened is in the plan, and printing is the shell's.

use crate::blueprint::{Blueprint, Catalogue};
use crate::plan::{Change, FileOperation, Kept, Plan};
use crate::project::Project;
use crate::request::Run;
use crate::shell::{Shell, Verb};

/// The blueprints, one a line.
pub fn list(catalogue: &Catalogue) -> String {
    let rows = catalogue
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

/// What adding `blueprint` did, or would do, to `project`.
pub fn added(shell: &Shell, blueprint: &Blueprint, project: &Project, plan: &Plan, run: Run) {
    let subject = format!("{} `{}`", blueprint.kind, blueprint.name);
    if plan.has_changes() {
        shell.status(
            Verb::Adding,
            format!(
                "{subject} to `{}` ({})",
                project.name,
                project.root.display()
            ),
        );
    } else {
        let place = format!(
            "{subject} in `{}` ({}): nothing to do",
            project.name,
            project.root.display()
        );
        shell.status(Verb::Unchanged, place);
    }
    for operation in &plan.operations {
        file_operation(shell, operation);
    }
    for warning in &plan.warnings {
        let file = warning.file.as_ref().map(|file| project.root.join(file));
        shell.warning(&crate::error::Problem {
            file,
            ..warning.clone()
        });
    }
    if plan.has_changes() {
        next_steps(shell, blueprint, plan);
    }
    if run == Run::Dry && plan.has_changes() {
        shell.note("this was a dry run, nothing was written");
    }
}

fn file_operation(shell: &Shell, operation: &FileOperation) {
    let path = &operation.path;
    let summary = operation
        .summary
        .as_ref()
        .map_or(String::new(), |summary| format!(" ({summary})"));
    match &operation.change {
        Change::Create { .. } => shell.status(Verb::Created, format!("{path}{summary}")),
        Change::Update { .. } => shell.status(Verb::Updated, format!("{path}{summary}")),
        Change::Keep(Kept::Customised) => shell.status(Verb::Kept, format!("{path} (customised)")),
        Change::Keep(Kept::Outdated) => {
            shell.status(Verb::Kept, format!("{path} (from an older version)"))
        }
        Change::Keep(Kept::UpToDate | Kept::NotOurs) => {}
    }
    shell.reason(format!("{path}: {}", operation.reason));
}

fn next_steps(shell: &Shell, blueprint: &Blueprint, plan: &Plan) {
    for variable in &blueprint.environment {
        shell.note(format!(
            "set `{}` before the application runs: it {}",
            variable.name, variable.purpose
        ));
    }
    plan.notes.iter().for_each(|note| shell.note(note));
    shell.note(
        "hand the sandbox to an agent; your application creates it and deletes it in the end:",
    );
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
