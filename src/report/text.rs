//! What is said about a run, for people.
//!
//! Words only: what happened is in the report, and printing is the shell's.

use std::path::Path;

use super::{
    Changed, Failed, Installed, Listed, NextStep, Outcome, PackageStatus, Started, Status,
    Whereabouts,
};
use crate::blueprint::Blueprint;
use crate::blueprint::notes::Note;
use crate::error::{Failure, Problem};
use crate::inspect::{AdapterFinding, DependencyFinding, Finding};
use crate::plan::{Change, Operation, Plan};
use crate::printable::printable;
use crate::program;
use crate::request::{OnConflict, Request, Run, Task};
use crate::shell::{Shell, Verb};

/// Says all that there is to say.
///
/// # Errors
///
/// When stdout cannot be written.
pub(super) fn show(outcome: &Outcome, shell: &Shell) -> anyhow::Result<()> {
    match outcome {
        Outcome::Changed(all) if all.is_empty() => {
            shell.note("no adapter here is from a blueprint; `flue add` lists what there is");
        }
        Outcome::Changed(all) => all.iter().for_each(|changed| show_changed(changed, shell)),
        Outcome::Started(started) => show_started(started, shell),
        Outcome::Status(status) => show_status(status, shell)?,
        Outcome::Listed(blueprints) => shell.data(&list(blueprints))?,
        Outcome::Printed(printed) => shell.data(&printed.text)?,
    }
    Ok(())
}

/// Says why a command failed.
pub(super) fn show_failed(failed: &Failed, shell: &Shell) {
    let root = failed
        .whereabouts
        .as_ref()
        .map_or(Path::new(""), Whereabouts::root);
    match &failed.failure {
        Failure::Problems(problems) => problems
            .iter()
            .for_each(|problem| shell.error(&located(problem, root))),
        Failure::Unexpected(error) => shell.failure(error),
    }
}

/// Says what the user should look at, and whether there is nothing to do.
pub(super) fn show_problems(changed: &Changed, shell: &Shell) {
    if !changed.plan.has_changes() {
        unchanged(changed, shell);
    }
    warnings(changed, shell);
    conflicts(changed, &changed.notes(), shell);
}

/// The blueprints, one a line.
fn list(listed: &[Listed]) -> String {
    let command = |blueprint: &Blueprint| {
        let (program, kind, name) = (program::name(), &blueprint.kind, &blueprint.name);
        format!("{program} add {kind} {name}")
    };
    let widths = listed.iter().map(|listed| command(&listed.blueprint).len());
    let width = widths.max().unwrap_or_default();
    let rows = listed.iter().map(|listed| {
        let blueprint = &listed.blueprint;
        let summary = &blueprint.summary;
        let place = match blueprint.own() {
            Some(own) => format!("your own, in {}", own.place.display()),
            None => blueprint.website.clone(),
        };
        let mark = if listed.is_installed {
            ", added here"
        } else {
            ""
        };
        format!("{:width$}  {summary} ({place}){mark}\n", command(blueprint))
    });
    rows.collect()
}

fn show_changed(changed: &Changed, shell: &Shell) {
    match changed.request.run {
        Run::Check => checked(changed, shell),
        Run::Real | Run::Dry => done(changed, shell),
    }
}

/// What the command did, or would do.
fn done(changed: &Changed, shell: &Shell) {
    let has_changes = changed.plan.has_changes();
    if has_changes {
        let (subject, place) = (subject(changed), place(changed));
        let (doing, preposition) = match changed.request.task {
            Task::Add { .. } => (Verb::Adding, "to"),
            Task::Remove { .. } => (Verb::Removing, "from"),
            Task::Update { .. } => (Verb::Updating, "in"),
        };
        shell.status(
            verb(doing, changed.request.run),
            format!("{subject} {preposition} {place}"),
        );
    } else {
        unchanged(changed, shell);
    }
    // Where nothing goes, nobody asks why the rest stays; and nobody misses what is to be removed.
    let removes = matches!(changed.request.task, Task::Remove { .. });
    let is_told = |operation: &&Operation| {
        let is_missed = !removes || !is_missing_adapter(operation);
        is_missed && (has_changes || operation.summary.is_none())
    };
    for operation in changed.plan.operations.iter().filter(is_told) {
        show_operation(operation, changed.request.run, shell);
    }
    warnings(changed, shell);
    let notes = changed.notes();
    conflicts(changed, &notes, shell);
    for Note { title, text } in notes {
        shell.note(format!("{title}: {}", text.replace('\n', " ")));
    }
    if has_changes {
        next_steps(changed, shell);
    }
    if has_changes && changed.request.run == Run::Dry {
        shell.note("this was a dry run, nothing was written");
    }
}

/// The lines that need a decision, what `notes` say about them, and how to take it.
fn conflicts(changed: &Changed, notes: &[Note], shell: &Shell) {
    for (operation, conflict) in changed.plan.conflicts() {
        let path = operation.path();
        shell.status(Verb::Conflict, format!("{path}:{}", conflict.line));
        shell.code(&conflict.marked());
        let lines = format!("{}{}", conflict.base, conflict.theirs);
        if let Some(note) = Note::about(notes, &lines) {
            shell.note(format!("this is about: {}", note.title));
        }
    }
    if changed.plan.is_undecided() {
        let command = command(changed);
        shell.note(format!(
            "nothing was written: `{command} --conflict inline` marks this in the file, `ours` keeps your lines, `theirs` takes the new ones"
        ));
        shell.note(format!(
            "`{command} --print` prints all of it for a coding agent"
        ));
    }
}

/// The command that the user has typed, in short.
fn command(changed: &Changed) -> String {
    let Request {
        blueprint, task, ..
    } = &changed.request;
    let verb = match task {
        Task::Add { .. } => "add",
        Task::Remove { .. } => "remove",
        Task::Update { .. } => "update",
    };
    let Blueprint { kind, name, .. } = &**blueprint;
    match blueprint.own() {
        Some(own) => own.command(verb, kind, name),
        None => format!("flue {verb} {kind} {name}"),
    }
}

/// What starting a project did, or would do.
fn show_started(started: &Started, shell: &Shell) {
    let Started {
        name, plan, run, ..
    } = started;
    let place = format!("`{name}` ({})", started.directory.display());
    if !plan.has_changes() {
        shell.status(Verb::Unchanged, format!("{place}: nothing to do"));
        return;
    }
    let is_new = |operation: &Operation| matches!(operation.finding, Finding::Starter(_));
    match plan.operations.iter().any(is_new) {
        true => shell.status(verb(Verb::Starting, *run), place),
        false => shell.status(verb(Verb::Adding, *run), format!("the runtime to {place}")),
    }
    for operation in &plan.operations {
        show_operation(operation, *run, shell);
    }
    for step in started.next_steps() {
        shell.note(step.message());
    }
    if *run == Run::Dry {
        shell.note("this was a dry run, nothing was written");
    }
}

/// What the command would find to do.
fn checked(changed: &Changed, shell: &Shell) {
    if changed.plan.is_in_sync() {
        unchanged(changed, shell);
    } else {
        let (subject, place) = (subject(changed), place(changed));
        shell.status(Verb::Checking, format!("{subject} in {place}"));
    }
    for operation in &changed.plan.operations {
        show_finding(operation, &changed.request.task, shell);
    }
    warnings(changed, shell);
    conflicts(changed, &changed.notes(), shell);
    if let Some(command) = command_that_helps(changed) {
        shell.note(format!("`{command}` puts this right"));
    }
}

/// The command that leaves nothing to do, where it is one of ours: else the warnings say what the user can do.
fn command_that_helps(changed: &Changed) -> Option<String> {
    let operations = &changed.plan.operations;
    if !helps(&changed.plan) {
        return None;
    }
    let is_needed = match &changed.request.task {
        Task::Add { .. } => operations.iter().any(Operation::replaces_adapter),
        Task::Remove { .. } => !changed.plan.backups.is_empty(),
        Task::Update { on_upstream, .. } => *on_upstream == OnConflict::Replace,
    };
    let option = match &changed.request.task {
        _ if !is_needed => "",
        Task::Remove { .. } => " --force",
        Task::Add { .. } | Task::Update { .. } => " --overwrite",
    };
    let command = command(changed);
    Some(format!("{command}{option}"))
}

/// The same where what is amiss is to be added.
pub(super) fn command_to_add(plan: &Plan, blueprint: &Blueprint) -> Option<String> {
    let replaces = plan.operations.iter().any(Operation::replaces_adapter);
    let option = if replaces { " --overwrite" } else { "" };
    helps(plan).then(|| command_for("add", blueprint) + option)
}

/// The same where the adapter is behind, and nothing else is amiss that `add` puts right.
pub(super) fn command_to_update(plan: &Plan, blueprint: &Blueprint) -> Option<String> {
    let is_behind = |operation: &Operation| match &operation.finding {
        Finding::Adapter(adapter) => adapter.finding.drift().is_some(),
        Finding::Dependency(it) => matches!(it.finding, DependencyFinding::Outdated(..)),
        _ => false,
    };
    let is_behind = !plan.has_changes() && plan.operations.iter().any(is_behind);
    is_behind.then(|| command_for("update", blueprint))
}

fn helps(plan: &Plan) -> bool {
    let is_helped = |operation: &Operation| operation.is_change() || operation.is_done();
    plan.has_changes() && plan.operations.iter().all(is_helped)
}

fn command_for(verb: &str, blueprint: &Blueprint) -> String {
    let Blueprint { kind, name, .. } = blueprint;
    match blueprint.own() {
        Some(own) => own.command(verb, kind, name),
        None => format!("flue {verb} {kind} {name}"),
    }
}

/// What packages have of blueprints: a table, then what the user should look at.
fn show_status(status: &Status, shell: &Shell) -> anyhow::Result<()> {
    let mut table = String::new();
    for PackageStatus {
        package,
        blueprints,
    } in &status.packages
    {
        let place = package.place();
        table += &format!("{} ({})\n", printable(&place.name), place.root.display());
        for installed in blueprints {
            let Blueprint {
                kind,
                name,
                version,
                ..
            } = &*installed.blueprint;
            table += &format!("  {kind} {name}@{version}\n");
            for row in rows(installed) {
                let [what, state, place] = row;
                table += &format!("    {what:10}  {state:14}  {}\n", printable(&place));
            }
        }
    }
    shell.data(&table)?;
    for problem in &status.problems {
        shell.warning(&located(problem, status.root()));
    }
    for (package, installed) in status.installed() {
        let root = &package.place().root;
        match &installed.state {
            Ok(plan) => plan
                .warnings()
                .for_each(|it| shell.warning(&located(it, root))),
            Err(Failure::Problems(problems)) => {
                problems
                    .iter()
                    .for_each(|it| shell.warning(&located(it, root)));
            }
            Err(Failure::Unexpected(error)) => shell.failure(error),
        }
        if let Some(command) = installed.command(package, &status.typed_in) {
            shell.note(format!("`{command}` puts this right"));
        }
    }
    if status.installed().next().is_none() {
        shell.note("no blueprint has been added here");
    }
    Ok(())
}

/// What there is of a blueprint: what it is, how it is, and where.
fn rows(installed: &Installed) -> Vec<[String; 3]> {
    let operations = installed.state.as_ref().map(|plan| &plan.operations[..]);
    let mut rows = operations
        .unwrap_or_default()
        .iter()
        .filter_map(row)
        .collect::<Vec<_>>();
    rows.extend(installed.variables.iter().map(|variable| {
        let state = if variable.is_set { "set" } else { "not set" };
        [
            "variable".to_owned(),
            state.to_owned(),
            variable.name.clone(),
        ]
    }));
    rows
}

fn row(operation: &Operation) -> Option<[String; 3]> {
    let path = operation.path();
    let (what, state, place) = match &operation.finding {
        Finding::Adapter(adapter) => ("adapter", adapter.finding.name(), path),
        Finding::Dependency(dependency) => {
            let place = format!("{path} ({})", dependency.key);
            ("dependency", dependency.finding.name(), place)
        }
        Finding::Module(module) => {
            let place = format!("{path} (mod {})", module.name);
            ("module", module.finding.name(), place)
        }
        Finding::Obstacle(_) | Finding::Starter(_) => return None,
    };
    Some([what.to_owned(), state.to_owned(), place])
}

fn unchanged(changed: &Changed, shell: &Shell) {
    let (subject, place) = (subject(changed), place(changed));
    let why = if changed.plan.is_undecided() {
        "its edits are in conflict with what is new"
    } else if changed.plan.is_in_sync() {
        "nothing to do"
    } else {
        "what is left is yours to do"
    };
    shell.status(Verb::Unchanged, format!("{subject} in {place}: {why}"));
}

fn subject(changed: &Changed) -> String {
    let blueprint = &changed.request.blueprint;
    let whose = match blueprint.own() {
        Some(_) => " of your own",
        None => "",
    };
    format!("{} `{}`{whose}", blueprint.kind, blueprint.name)
}

fn place(changed: &Changed) -> String {
    let place = changed.package.place();
    format!("`{}` ({})", place.name, place.root.display())
}

/// `verb`, or what stands for it where nothing is written.
fn verb(verb: Verb, run: Run) -> Verb {
    match run {
        Run::Dry => verb.tentative(),
        Run::Real | Run::Check => verb,
    }
}

fn is_missing_adapter(operation: &Operation) -> bool {
    matches!(&operation.finding, Finding::Adapter(adapter) if adapter.finding == AdapterFinding::Missing)
}

fn show_operation(operation: &Operation, run: Run, shell: &Shell) {
    let path = operation.path();
    let said = match (&operation.change, &operation.finding) {
        (Change::Create { .. }, _) => Some((Verb::Created, with_summary(operation))),
        (Change::Update { .. }, _) => Some((Verb::Updated, with_summary(operation))),
        (Change::Delete { .. }, _) => Some((Verb::Deleted, with_summary(operation))),
        (Change::Keep, Finding::Starter(_)) => Some((Verb::Kept, path.clone())),
        (Change::Keep, Finding::Adapter(adapter)) => match adapter.finding {
            AdapterFinding::Customised(_) => Some((Verb::Kept, format!("{path} (customised)"))),
            AdapterFinding::Outdated(_) => Some((Verb::Kept, format!("{path} (outdated)"))),
            AdapterFinding::OfUpstream { .. } => {
                Some((Verb::Kept, format!("{path} (from upstream's guide)")))
            }
            AdapterFinding::Missing => Some((Verb::Missing, path.to_string())),
            _ => None,
        },
        (Change::Keep, _) if operation.summary.is_some() => {
            Some((Verb::Kept, with_summary(operation)))
        }
        (Change::Keep, _) => None,
    };
    if let Some((done, what)) = said {
        shell.status(verb(done, run), what);
    }
    shell.reason(format!("{path}: {}", operation.reason));
}

fn show_finding(operation: &Operation, task: &Task, shell: &Shell) {
    let path = operation.path();
    if let Some(verb) = verb_of(operation, task) {
        let what = match &operation.finding {
            Finding::Adapter(_) => path.clone(),
            Finding::Module(module) if verb == Verb::Unknown => {
                format!("{path} (mod {})", module.name)
            }
            Finding::Dependency(dependency) if verb == Verb::Missing && !operation.is_change() => {
                let state = match dependency.finding {
                    DependencyFinding::WithoutVersion => "missing",
                    _ => "not installed",
                };
                format!("{path} ({} is {state})", dependency.key)
            }
            _ => with_summary(operation),
        };
        shell.status(verb, what);
    }
    shell.reason(format!("{path}: {}", operation.reason));
}

/// What a check calls what was found, if it is worth a line.
fn verb_of(operation: &Operation, task: &Task) -> Option<Verb> {
    if let Task::Remove { .. } = task {
        return match &operation.finding {
            _ if operation.is_change() => Some(Verb::Present),
            _ if operation.is_done() => operation.summary.is_some().then_some(Verb::Kept),
            Finding::Adapter(adapter) => verb_of_adapter(&adapter.finding),
            Finding::Module(_) if !operation.warnings.is_empty() => Some(Verb::Unknown),
            _ => None,
        };
    }
    match &operation.finding {
        Finding::Adapter(adapter) => verb_of_adapter(&adapter.finding),
        Finding::Dependency(dependency)
            if matches!(
                dependency.finding,
                DependencyFinding::NotInstalled(_) | DependencyFinding::WithoutVersion
            ) =>
        {
            Some(Verb::Missing)
        }
        Finding::Dependency(it) if matches!(it.finding, DependencyFinding::Outdated(..)) => {
            Some(Verb::Outdated)
        }
        _ if operation.is_change() => Some(Verb::Missing),
        finding if finding.is_in_sync() => None,
        _ => Some(Verb::Unknown),
    }
}

fn verb_of_adapter(finding: &AdapterFinding) -> Option<Verb> {
    match finding {
        AdapterFinding::Missing => Some(Verb::Missing),
        AdapterFinding::Current => None,
        AdapterFinding::Customised(_) => Some(Verb::Customised),
        AdapterFinding::Outdated(_) => Some(Verb::Outdated),
        AdapterFinding::Newer(_) => Some(Verb::Newer),
        AdapterFinding::Unmarked => Some(Verb::Unmarked),
        AdapterFinding::OfAnotherBlueprint(_) | AdapterFinding::OfUpstream { .. } => {
            Some(Verb::Foreign)
        }
    }
}

fn with_summary(operation: &Operation) -> String {
    let path = operation.path();
    match &operation.summary {
        Some(summary) => format!("{path} ({summary})"),
        None => path.to_string(),
    }
}

fn warnings(changed: &Changed, shell: &Shell) {
    for warning in changed.plan.warnings() {
        shell.warning(&located(warning, &changed.package.place().root));
    }
}

/// What the changes leave to the person; what an adapter that was there asks for has been told.
fn next_steps(changed: &Changed, shell: &Shell) {
    let writes_adapter = changed.plan.writes_adapter();
    let is_new = matches!(changed.request.task, Task::Add { .. });
    let steps = changed.next_steps().filter(|step| match step {
        NextStep::SetVariable { .. }
        | NextStep::HandOver { .. }
        | NextStep::Write(_)
        | NextStep::Read { .. } => writes_adapter && is_new,
        NextStep::Format(_) => writes_adapter,
        NextStep::Add { .. } | NextStep::Backup(_) | NextStep::Run { .. } => true,
        // People know how to build.
        NextStep::Build(_) => false,
    });
    for step in steps {
        shell.note(step.message());
        if let NextStep::HandOver { lines, .. } = step {
            shell.code(&lines.code);
        }
    }
}

/// Plans speak of files relative to the package; people need to know where that is.
fn located(problem: &Problem, root: &Path) -> Problem {
    Problem {
        file: problem.file.as_ref().map(|file| root.join(file)),
        ..problem.clone()
    }
}
