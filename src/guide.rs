//! Guides in Markdown, for coding agents and whoever else asks: what the command does by itself, and what is left to
//! judgement.
//!
//! Values in, text out; what is done already is read from the plan.

use std::borrow::Cow;

use serde::Serialize;

use crate::blueprint::catalogue::{ProviderGuide, own_guide};
use crate::blueprint::notes::Note;
use crate::blueprint::{self, Blueprint, EnvironmentVariable};
use crate::ecosystem::{Ecosystem, Package};
use crate::error::Problem;
use crate::inspect::Finding;
use crate::plan::{Operation, Plan};
use crate::printable::{printable, printable_lines};
use crate::program;

const TEMPLATE: &str = "guide.md.hbs";

/// The one of updates, for blueprints of all kinds.
const UPDATE_TEMPLATE: &str = "update.md.hbs";

/// What the guide to a blueprint is rendered from.
#[derive(Debug, Serialize)]
struct BlueprintContext<'a> {
    environment: &'a [EnvironmentVariable],
    project: Option<ProjectContext<'a>>,
}

#[derive(Debug, Serialize)]
struct ProjectContext<'a> {
    name: Cow<'a, str>,
    steps: Vec<Step>,
    /// Whether nothing is left, neither to the command nor to the user.
    is_in_sync: bool,
    /// Whether the command has something to add.
    has_changes: bool,
    install: Option<&'static str>,
    warnings: Vec<Warning<'a>>,
    language: &'static str,
    code: Cow<'a, str>,
    /// Where the code goes.
    place: Option<Cow<'a, str>>,
    checks: &'static [&'static str],
}

#[derive(Debug, Serialize)]
struct Step {
    is_done: bool,
    path: String,
    reason: String,
}

#[derive(Debug, Serialize)]
struct Warning<'a> {
    message: Cow<'a, str>,
    help: Option<Cow<'a, str>>,
}

/// What the guide to a blueprint of one's own is rendered from.
#[derive(Debug, Serialize)]
struct OwnContext<'a> {
    kind: &'a str,
    name: &'a str,
    command: String,
    environment: &'a [EnvironmentVariable],
    project: Option<ProjectContext<'a>>,
    /// What a guide in Markdown says besides the adapter, a level deeper.
    rest: String,
}

/// The guide to `blueprint`: for a package with what is planned for it, else for any project.
///
/// # Errors
///
/// When the template is missing or has a mistake.
pub(crate) fn to_blueprint(
    blueprint: &Blueprint,
    project: Option<(&Package, &Plan)>,
) -> anyhow::Result<String> {
    let project = project.map(|(package, plan)| ProjectContext::new(package, plan));
    let environment = &blueprint.environment;
    let guide = match blueprint.own() {
        None => blueprint.render(
            TEMPLATE,
            &BlueprintContext {
                environment,
                project,
            },
        )?,
        Some(own) => own_guide(&OwnContext {
            kind: &blueprint.kind,
            name: &blueprint.name,
            command: own.command("add", &blueprint.kind, &blueprint.name),
            environment,
            project,
            rest: blueprint.guide().map_or(String::new(), |guide| {
                guide
                    .rest
                    .replace("\n## ", "\n### ")
                    .replacen("## ", "### ", 1)
            }),
        })?
        .into(),
    };
    Ok(program::as_typed(&guide).into_owned())
}

/// What the guide to an update is rendered from.
#[derive(Debug, Serialize)]
struct UpdateContext<'a> {
    kind: &'a str,
    name: &'a str,
    project: Cow<'a, str>,
    /// The file of the adapter.
    path: Cow<'a, str>,
    /// Whether the command does something by itself.
    has_changes: bool,
    conflicts: Vec<ConflictContext<'a>>,
    notes: Vec<NoteContext>,
    warnings: Vec<Warning<'a>>,
    install: Option<&'static str>,
    checks: &'static [&'static str],
}

#[derive(Debug, Serialize)]
struct ConflictContext<'a> {
    line: usize,
    before: Cow<'a, str>,
    yours: Cow<'a, str>,
    new: Cow<'a, str>,
    note: Option<String>,
}

#[derive(Debug, Serialize)]
struct NoteContext {
    title: String,
    text: String,
}

/// The guide to bringing the adapter of `blueprint` in `package` up to date, for which `plan` is what can be done without a
/// decision.
///
/// # Errors
///
/// When its template has a mistake.
pub(crate) fn to_update(
    blueprint: &Blueprint,
    package: &Package,
    plan: &Plan,
) -> anyhow::Result<String> {
    let notes = plan.notes(blueprint);
    let conflicts = plan.conflicts().map(|(_, conflict)| ConflictContext {
        line: conflict.line,
        before: printable_lines(&conflict.base),
        yours: printable_lines(&conflict.ours),
        new: printable_lines(&conflict.theirs),
        note: Note::about(&notes, &format!("{}{}", conflict.base, conflict.theirs))
            .map(|note| note.title.clone()),
    });
    let conflicts = conflicts.collect();
    let adapter = plan
        .operations
        .iter()
        .find(|it| matches!(it.finding, Finding::Adapter(_)));
    let context = UpdateContext {
        kind: &blueprint.kind,
        name: &blueprint.name,
        project: quotable(&package.place().name),
        path: adapter.map_or(Cow::Borrowed(""), |adapter| {
            Cow::Owned(quotable(&adapter.path()).into_owned())
        }),
        has_changes: plan.has_changes(),
        conflicts,
        notes: notes
            .into_iter()
            .map(|Note { title, text }| NoteContext { title, text })
            .collect(),
        warnings: plan.warnings().map(Warning::from).collect(),
        install: package.install_command().filter(|_| plan.needs_install()),
        checks: package.checks(),
    };
    let guide = blueprint::render_shared(UPDATE_TEMPLATE, &context)?;
    Ok(program::as_typed(&guide).into_owned())
}

/// What the guide to any provider is rendered from.
#[derive(Debug, Serialize)]
struct ProviderContext<'a> {
    address: Cow<'a, str>,
    /// Whether the project may be in Rust.
    is_for_rust: bool,
    /// Whether the project may be in TypeScript.
    is_for_typescript: bool,
}

/// The guide to the provider at `address`, for a project of `ecosystem`, or for any.
///
/// # Errors
///
/// When the template has a mistake.
pub(crate) fn to_provider(
    guide: &ProviderGuide,
    address: &str,
    ecosystem: Option<Ecosystem>,
) -> anyhow::Result<String> {
    let is_for = |one| ecosystem.is_none_or(|ecosystem| ecosystem == one);
    let guide = guide.render(&ProviderContext {
        address: printable(address),
        is_for_rust: is_for(Ecosystem::Cargo),
        is_for_typescript: is_for(Ecosystem::Npm),
    })?;
    Ok(program::as_typed(&guide).into_owned())
}

impl<'a> ProjectContext<'a> {
    fn new(package: &'a Package, plan: &'a Plan) -> Self {
        let hand_over = plan.hand_over.as_ref();
        Self {
            name: quotable(&package.place().name),
            steps: plan.operations.iter().map(Step::from).collect(),
            is_in_sync: plan.is_in_sync(),
            has_changes: plan.has_changes(),
            install: package.install_command().filter(|_| plan.needs_install()),
            warnings: plan.warnings().map(Warning::from).collect(),
            language: package.language(),
            code: hand_over.map_or("".into(), |lines| printable_lines(lines.code.trim_end())),
            place: hand_over
                .and_then(|lines| lines.place.as_ref())
                .map(|place| quotable(place.as_str())),
            checks: package.checks(),
        }
    }
}

impl From<&Operation> for Step {
    fn from(operation: &Operation) -> Self {
        Self {
            is_done: operation.is_done(),
            path: quotable(&operation.path()).into_owned(),
            reason: printable(&operation.reason).into_owned(),
        }
    }
}

impl<'a> From<&'a Problem> for Warning<'a> {
    fn from(problem: &'a Problem) -> Self {
        Self {
            message: printable(&problem.message),
            help: problem.help.as_deref().map(printable),
        }
    }
}

/// `name` as it can stand in backticks.
fn quotable(name: &str) -> Cow<'_, str> {
    match printable(name) {
        name if name.contains('`') => Cow::Owned(name.replace('`', "\\u{60}")),
        name => name,
    }
}
