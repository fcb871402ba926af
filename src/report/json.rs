//! One JSON document for programs. `docs/schema/report.json` describes it, and says it to users.
//!
//! Every document has every field, in the order of the structs here. It holds no times, and the only absolute path is
//! the root of the project.

use std::path::Path;

use anyhow::Context as _;
use serde::Serialize;

use super::{
    Changed, Failed, Installed, NextStep, Outcome, Printed, Report, Started, Status, Whereabouts,
};
use crate::blueprint::Blueprint;
use crate::blueprint::notes::Note;
use crate::ecosystem::{Ecosystem, Package};
use crate::error::{Failure, Problem};
use crate::inspect::Finding;
use crate::inspect::adapter::{Adapter, Drift};
use crate::inspect::dependency::{Dependency, DependencySource, Role};
use crate::inspect::module::Module;
use crate::path::{RelPath, way};
use crate::plan::{Change, FileChange, Operation};
use crate::printable::is_printable;
use crate::program;
use crate::project::Place;
use crate::sha256::sha256;
use crate::shell::Shell;

/// The number of the shape that documents have. A field that is added keeps it, any other change counts it up.
const SCHEMA: u32 = 2;

#[derive(Debug, Serialize)]
struct Document {
    schema: u32,
    command: Option<&'static str>,
    outcome: OutcomeName,
    applied: bool,
    project: Option<ProjectFacts>,
    blueprints: Vec<BlueprintFacts>,
    changes: Vec<ChangeFacts>,
    next_steps: Vec<NextStepFacts>,
    warnings: Vec<ProblemFacts>,
    errors: Vec<ProblemFacts>,
    text: Option<String>,
}

/// What the run comes to, the most urgent first. It is the same for a dry run and a real one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
enum OutcomeName {
    /// Lines that the user has edited are to change: someone has to decide.
    Conflict,
    /// The project lacks something that the blueprint brings, and that the command adds.
    Changes,
    /// There is nothing to add, and something that the user has to look at.
    Attention,
    /// There is nothing to do.
    InSync,
    /// What was asked for is in the document, and no project is concerned.
    Done,
    /// The errors say why nothing was done.
    Failed,
    /// The command line was wrong.
    Usage,
}

#[derive(Debug, Serialize)]
struct ProjectFacts {
    root: String,
    ecosystem: Option<&'static str>,
    manifest: Option<String>,
    source_root: Option<String>,
    package: Option<String>,
}

#[derive(Debug, Serialize)]
struct BlueprintFacts {
    kind: String,
    name: String,
    version: u32,
    summary: String,
    website: String,
    aliases: Vec<String>,
    source: &'static str,
    ecosystems: Vec<&'static str>,
    /// Whether the package at hand has it, for lists.
    #[serde(skip_serializing_if = "Option::is_none")]
    installed: Option<bool>,
    adapter: Option<AdapterFacts>,
    dependencies: Vec<DependencyFacts>,
    modules: Vec<ModuleFacts>,
    status: Option<StatusFacts>,
}

/// What `flue status` tells of a blueprint besides.
#[derive(Debug, Serialize)]
struct StatusFacts {
    directory: String,
    package: String,
    ecosystem: &'static str,
    in_sync: bool,
    command: Option<String>,
    variables: Vec<VariableFacts>,
    warnings: Vec<ProblemFacts>,
    errors: Vec<ProblemFacts>,
}

#[derive(Debug, Serialize)]
struct VariableFacts {
    name: String,
    is_set: bool,
}

#[derive(Debug, Serialize)]
struct AdapterFacts {
    path: String,
    action: Action,
    state: &'static str,
    drift: Option<&'static str>,
    version: Option<u32>,
    detail: String,
    conflicts: Vec<ConflictFacts>,
    notes: Vec<NoteFacts>,
}

#[derive(Debug, Serialize)]
struct ConflictFacts {
    line: usize,
    before: String,
    yours: String,
    new: String,
    note: Option<String>,
}

#[derive(Debug, Serialize)]
struct NoteFacts {
    title: String,
    text: String,
}

#[derive(Debug, Serialize)]
struct DependencyFacts {
    path: String,
    action: Action,
    role: &'static str,
    name: String,
    key: String,
    requirement: Option<String>,
    source: &'static str,
    location: Option<String>,
    state: &'static str,
    detail: String,
}

#[derive(Debug, Serialize)]
struct ModuleFacts {
    path: String,
    action: Action,
    name: String,
    state: &'static str,
    detail: String,
}

/// What happens to a file.
#[derive(Debug, Clone, Copy, Serialize)]
#[serde(rename_all = "lowercase")]
enum Action {
    Create,
    Update,
    Delete,
    Keep,
}

#[derive(Debug, Serialize)]
struct ChangeFacts {
    path: String,
    action: Action,
    before: Option<FileFacts>,
    after: Option<FileFacts>,
}

#[derive(Debug, Serialize)]
struct FileFacts {
    bytes: usize,
    sha256: String,
}

#[derive(Debug, Serialize)]
struct NextStepFacts {
    code: &'static str,
    message: String,
    variable: Option<String>,
    argv: Option<Vec<String>>,
    snippet: Option<String>,
    file: Option<String>,
}

#[derive(Debug, Serialize)]
struct ProblemFacts {
    code: &'static str,
    message: String,
    file: Option<String>,
    line: Option<usize>,
    column: Option<usize>,
    help: Option<String>,
    suggestions: Box<[String]>,
    causes: Vec<String>,
}

/// Writes the document of `report` to stdout.
///
/// # Errors
///
/// When stdout cannot be written.
pub(super) fn show(report: &Report, shell: &Shell) -> anyhow::Result<()> {
    let command = report.command;
    let document = match &report.result {
        Ok(Outcome::Changed(all)) => {
            let documents = all.iter().map(|changed| changed_document(command, changed));
            let none = || Document::new(Some(command), OutcomeName::Done);
            documents.reduce(Document::and).unwrap_or_else(none)
        }
        Ok(Outcome::Started(started)) => started_document(command, started),
        Ok(Outcome::Listed(blueprints)) => Document {
            blueprints: blueprints
                .iter()
                .map(|listed| BlueprintFacts {
                    installed: Some(listed.is_installed),
                    ..blueprint_facts(&listed.blueprint)
                })
                .collect(),
            ..Document::new(Some(command), OutcomeName::Done)
        },
        Ok(Outcome::Status(status)) => status_document(command, status),
        Ok(Outcome::Printed(printed)) => printed_document(command, printed),
        Err(failed) => failed_document(command, failed),
    };
    print(&document, shell)
}

/// Writes the document of `text`, which helps with the command line.
///
/// # Errors
///
/// When stdout cannot be written.
pub(crate) fn help(text: String, shell: &Shell) -> anyhow::Result<()> {
    let document = Document {
        text: Some(text),
        ..Document::new(None, OutcomeName::Done)
    };
    print(&document, shell)
}

/// Writes the document of a command line that could not be understood.
///
/// # Errors
///
/// When stdout cannot be written.
pub(crate) fn usage_error(problem: &Problem, shell: &Shell) -> anyhow::Result<()> {
    let document = Document {
        errors: vec![problem_facts(problem, Path::new(""))],
        ..Document::new(None, OutcomeName::Usage)
    };
    print(&document, shell)
}

fn print(document: &Document, shell: &Shell) -> anyhow::Result<()> {
    let text = serde_json::to_string_pretty(document).context("failed to write JSON")?;
    shell.data(&format!("{}\n", escaped(&text)))
}

/// The JSON `json` with escapes for what cannot be shown: such characters stand in strings only.
fn escaped(json: &str) -> String {
    let mut escaped = String::with_capacity(json.len());
    for c in json.chars() {
        if is_printable(c) || c == '\n' {
            escaped.push(c);
            continue;
        }
        let mut units = [0; 2];
        let units = c.encode_utf16(&mut units).iter();
        escaped.extend(units.map(|unit| format!("\\u{unit:04x}")));
    }
    escaped
}

impl Document {
    /// This document and `next`, which is about another blueprint of the same project, in one.
    fn and(mut self, next: Self) -> Self {
        self.outcome = self.outcome.min(next.outcome);
        self.applied |= next.applied;
        self.blueprints.extend(next.blueprints);
        self.changes.extend(next.changes);
        self.next_steps.extend(next.next_steps);
        self.warnings.extend(next.warnings);
        self
    }

    fn new(command: Option<&'static str>, outcome: OutcomeName) -> Self {
        Self {
            schema: SCHEMA,
            command,
            outcome,
            applied: false,
            project: None,
            blueprints: Vec::new(),
            changes: Vec::new(),
            next_steps: Vec::new(),
            warnings: Vec::new(),
            errors: Vec::new(),
            text: None,
        }
    }
}

fn changed_document(command: &'static str, changed: &Changed) -> Document {
    let (place, plan) = (changed.package.place(), &changed.plan);
    let outcome = if plan.conflicts().next().is_some() {
        OutcomeName::Conflict
    } else if plan.has_changes() {
        OutcomeName::Changes
    } else if plan.is_in_sync() {
        OutcomeName::InSync
    } else {
        OutcomeName::Attention
    };
    let mut blueprint = blueprint_facts(&changed.request.blueprint);
    for operation in &plan.operations {
        blueprint.describe(operation, &changed.notes());
    }
    let warnings = plan.warnings();
    Document {
        applied: changed.applied,
        project: Some(project_facts(place, changed.package.ecosystem())),
        blueprints: vec![blueprint],
        changes: changes(changed),
        next_steps: changed.next_steps().map(next_step_facts).collect(),
        warnings: warnings
            .map(|warning| problem_facts(warning, &place.root))
            .collect(),
        ..Document::new(Some(command), outcome)
    }
}

fn started_document(command: &'static str, started: &Started) -> Document {
    let outcome = match started.plan.has_changes() {
        true => OutcomeName::Changes,
        false => OutcomeName::InSync,
    };
    let files = started.plan.files(&started.root).into_iter();
    let changes = files.filter_map(|file| {
        let path = way(&started.directory, &file.path.under(&started.root));
        change_facts(&file, path)
    });
    Document {
        applied: started.applied,
        project: Some(ProjectFacts {
            root: started.directory.display().to_string(),
            ecosystem: Some(Ecosystem::Cargo.name()),
            manifest: Some(Ecosystem::Cargo.manifest().to_owned()),
            source_root: Some("src".to_owned()),
            package: Some(started.name.clone()),
        }),
        changes: changes.collect(),
        next_steps: started
            .next_steps()
            .into_iter()
            .map(next_step_facts)
            .collect(),
        ..Document::new(Some(command), outcome)
    }
}

fn printed_document(command: &'static str, printed: &Printed) -> Document {
    let whereabouts = printed.whereabouts.as_ref();
    Document {
        project: whereabouts.map(whereabouts_facts),
        blueprints: printed
            .blueprint
            .iter()
            .map(|blueprint| blueprint_facts(blueprint))
            .collect(),
        applied: !printed.written.is_empty(),
        changes: printed.written.iter().filter_map(written).collect(),
        text: Some(printed.text.clone()),
        ..Document::new(Some(command), OutcomeName::Done)
    }
}

fn failed_document(command: &'static str, failed: &Failed) -> Document {
    let whereabouts = failed.whereabouts.as_ref();
    let root = whereabouts.map_or(Path::new(""), Whereabouts::root);
    let outcome = match failed.failure.is_usage() {
        true => OutcomeName::Usage,
        false => OutcomeName::Failed,
    };
    Document {
        project: whereabouts.map(whereabouts_facts),
        blueprints: failed
            .blueprint
            .iter()
            .map(|blueprint| blueprint_facts(blueprint))
            .collect(),
        errors: failure_facts(&failed.failure, root),
        ..Document::new(Some(command), outcome)
    }
}

fn whereabouts_facts(whereabouts: &Whereabouts) -> ProjectFacts {
    match whereabouts {
        Whereabouts::Found(place, ecosystem) => project_facts(place, *ecosystem),
        Whereabouts::Start(directory) => ProjectFacts {
            root: directory.display().to_string(),
            ecosystem: None,
            manifest: None,
            source_root: None,
            package: None,
        },
    }
}

fn project_facts(place: &Place, ecosystem: Ecosystem) -> ProjectFacts {
    ProjectFacts {
        root: place.root.display().to_string(),
        ecosystem: Some(ecosystem.name()),
        manifest: Some(place.manifest.path.to_string()),
        source_root: Some(place.source_root.to_string()),
        package: Some(place.name.clone()),
    }
}

fn blueprint_facts(blueprint: &Blueprint) -> BlueprintFacts {
    let ecosystems = blueprint.parts.keys();
    BlueprintFacts {
        kind: blueprint.kind.clone(),
        name: blueprint.name.clone(),
        version: blueprint.version,
        summary: blueprint.summary.clone(),
        website: blueprint.website.clone(),
        aliases: blueprint.aliases.clone(),
        source: match blueprint.own() {
            None => "built-in",
            Some(_) => "own",
        },
        ecosystems: ecosystems.map(|ecosystem| ecosystem.name()).collect(),
        installed: None,
        adapter: None,
        dependencies: Vec::new(),
        modules: Vec::new(),
        status: None,
    }
}

fn status_document(command: &'static str, status: &Status) -> Document {
    let root = status.root();
    let installed = status.installed();
    let blueprints = installed.map(|(package, installed)| {
        let mut facts = blueprint_facts(&installed.blueprint);
        let operations = installed.state.as_ref().map(|plan| &plan.operations[..]);
        for operation in operations.unwrap_or_default() {
            facts.describe(operation, &[]);
        }
        facts.status = Some(status_facts(package, installed, root));
        facts
    });
    let blueprints = blueprints.collect::<Vec<_>>();
    let outcome = match status.is_in_sync() {
        true if blueprints.is_empty() => OutcomeName::Done,
        true => OutcomeName::InSync,
        false => OutcomeName::Attention,
    };
    let problems = status.problems.iter();
    Document {
        project: Some(whereabouts_facts(&status.whereabouts)),
        blueprints,
        warnings: problems
            .map(|problem| problem_facts(problem, root))
            .collect(),
        ..Document::new(Some(command), outcome)
    }
}

fn status_facts(package: &Package, installed: &Installed, root: &Path) -> StatusFacts {
    let place = package.place();
    let (warnings, errors) = match &installed.state {
        Ok(plan) => {
            let warnings = plan.warnings();
            let warnings = warnings.map(|warning| problem_facts(warning, &place.root));
            (warnings.collect(), Vec::new())
        }
        Err(failure) => (Vec::new(), failure_facts(failure, &place.root)),
    };
    let variables = installed.variables.iter().map(|variable| VariableFacts {
        name: variable.name.clone(),
        is_set: variable.is_set,
    });
    StatusFacts {
        directory: way(root, &place.root),
        package: place.name.clone(),
        ecosystem: package.ecosystem().name(),
        in_sync: installed.is_in_sync(),
        command: installed
            .command(package, root)
            .map(|it| program::as_typed(&it).into_owned()),
        variables: variables.collect(),
        warnings,
        errors,
    }
}

impl BlueprintFacts {
    fn describe(&mut self, operation: &Operation, notes: &[Note]) {
        match &operation.finding {
            Finding::Adapter(adapter) => {
                self.adapter = Some(adapter_facts(adapter, operation, notes))
            }
            Finding::Dependency(dependency) => {
                self.dependencies
                    .push(dependency_facts(dependency, operation));
            }
            Finding::Module(module) => self.modules.push(module_facts(module, operation)),
            // What stands in the way is among the errors, and what a project starts with is no blueprint's.
            Finding::Obstacle(_) | Finding::Starter(_) => {}
        }
    }
}

fn adapter_facts(adapter: &Adapter, operation: &Operation, notes: &[Note]) -> AdapterFacts {
    let conflicts = operation.conflicts().iter().map(|conflict| {
        let lines = format!("{}{}", conflict.base, conflict.theirs);
        ConflictFacts {
            line: conflict.line,
            before: conflict.base.clone(),
            yours: conflict.ours.clone(),
            new: conflict.theirs.clone(),
            note: Note::about(notes, &lines).map(|note| note.title.clone()),
        }
    });
    let notes = notes.iter().map(|note| NoteFacts {
        title: note.title.clone(),
        text: note.text.clone(),
    });
    AdapterFacts {
        conflicts: conflicts.collect(),
        notes: notes.collect(),
        path: operation.path(),
        action: Action::of(&operation.change),
        state: adapter.finding.name(),
        drift: adapter.finding.drift().map(Drift::name),
        version: adapter.finding.other_version(),
        detail: operation.reason.clone(),
    }
}

fn dependency_facts(dependency: &Dependency, operation: &Operation) -> DependencyFacts {
    let (source, location) = match &dependency.source {
        DependencySource::Registry(name) => ("registry", name.clone()),
        DependencySource::Path(path) => ("path", Some(path.clone())),
        DependencySource::Git(url) => ("git", Some(url.clone())),
        DependencySource::Workspace => ("workspace", None),
        DependencySource::Other(declared) => ("other", Some(declared.clone())),
    };
    DependencyFacts {
        path: operation.path(),
        action: Action::of(&operation.change),
        role: match dependency.role {
            Role::Runtime => "runtime",
            Role::Sdk => "sdk",
            Role::Development => "development",
        },
        name: dependency.package.clone(),
        key: dependency.key.clone(),
        requirement: dependency.requirement.clone(),
        source,
        location,
        state: dependency.finding.name(),
        detail: operation.reason.clone(),
    }
}

fn module_facts(module: &Module, operation: &Operation) -> ModuleFacts {
    ModuleFacts {
        path: operation.path(),
        action: Action::of(&operation.change),
        name: module.name.clone(),
        state: module.finding.name(),
        detail: operation.reason.clone(),
    }
}

impl Action {
    fn of(change: &Change) -> Self {
        match change {
            Change::Create { .. } => Self::Create,
            Change::Update { .. } => Self::Update,
            Change::Delete { .. } => Self::Delete,
            Change::Keep => Self::Keep,
        }
    }
}

/// What is written.
fn changes(changed: &Changed) -> Vec<ChangeFacts> {
    let package = &changed.package.place().root;
    let root = changed.plan.root(package);
    let files = changed.plan.files(package).into_iter();
    let facts = files.filter_map(|file| {
        let path = way(package, &file.path.under(root));
        change_facts(&file, path)
    });
    facts.collect()
}

/// What is written to `file`, which is told from where it is.
fn written(file: &FileChange) -> Option<ChangeFacts> {
    change_facts(file, file.path.to_string())
}

/// What is written to `file`, which is at `path` as seen from the package, if anything is.
fn change_facts(file: &FileChange, path: String) -> Option<ChangeFacts> {
    if file.change == Change::Keep {
        return None;
    }
    Some(ChangeFacts {
        path,
        action: Action::of(&file.change),
        before: file.change.before().map(file_facts),
        after: file.change.after().map(file_facts),
    })
}

fn file_facts(text: &str) -> FileFacts {
    FileFacts {
        bytes: text.len(),
        sha256: sha256(text.as_bytes()),
    }
}

fn next_step_facts(step: NextStep<'_>) -> NextStepFacts {
    let facts = NextStepFacts {
        code: "",
        message: step.message(),
        variable: None,
        argv: None,
        snippet: None,
        file: None,
    };
    let argv = |command: &str| Some(command.split(' ').map(str::to_owned).collect());
    match step {
        NextStep::SetVariable { variable, .. } => NextStepFacts {
            code: "set-variable",
            variable: Some(variable.name.clone()),
            ..facts
        },
        NextStep::Backup(backup) => NextStepFacts {
            code: "backup",
            file: Some(backup.file.name()),
            ..facts
        },
        NextStep::Run { command, .. } | NextStep::Format(command) => NextStepFacts {
            code: "run",
            argv: argv(command),
            ..facts
        },
        NextStep::Add { command, .. } => NextStepFacts {
            code: "run",
            argv: argv(&command),
            ..facts
        },
        NextStep::Write(file) => NextStepFacts {
            code: "write-file",
            file: Some(file.to_string()),
            ..facts
        },
        NextStep::Read { .. } => NextStepFacts {
            code: "read-guide",
            ..facts
        },
        NextStep::HandOver { lines, .. } => NextStepFacts {
            code: "hand-to-agent",
            snippet: Some(lines.code.to_string()),
            file: lines.place.as_ref().map(RelPath::to_string),
            ..facts
        },
        NextStep::Build(command) => NextStepFacts {
            code: "build",
            argv: argv(command),
            ..facts
        },
    }
}

fn failure_facts(failure: &Failure, root: &Path) -> Vec<ProblemFacts> {
    let error = match failure {
        Failure::Problems(problems) => {
            let facts = problems.iter().map(|problem| problem_facts(problem, root));
            return facts.collect();
        }
        Failure::Unexpected(error) => error,
    };
    let causes = error.chain().skip(1);
    vec![ProblemFacts {
        code: "failed",
        message: named_from(root, &error.to_string()),
        file: None,
        line: None,
        column: None,
        help: None,
        suggestions: Box::default(),
        causes: causes
            .map(|cause| named_from(root, &cause.to_string()))
            .collect(),
    }]
}

fn problem_facts(problem: &Problem, root: &Path) -> ProblemFacts {
    let (file, help) = (problem.file.as_ref(), problem.help.as_ref());
    ProblemFacts {
        code: problem.code.as_str(),
        message: named_from(root, &program::as_typed(&problem.message)),
        file: file.map(|file| way(root, file)),
        line: problem.position.map(|position| position.line),
        column: problem.position.map(|position| position.column),
        help: help.map(|help| named_from(root, &program::as_typed(help))),
        suggestions: problem.suggestions.clone(),
        causes: Vec::new(),
    }
}

/// `message` with the absolute paths that it names seen from `root`: the root itself is told in one place.
fn named_from(root: &Path, message: &str) -> String {
    let parts = message.split('`').enumerate().map(|(at, part)| {
        let is_name = at % 2 == 1;
        match Path::new(part) {
            path if is_name && path.is_absolute() => way(root, path),
            _ => part.to_owned(),
        }
    });
    parts.collect::<Vec<_>>().join("`")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_say_the_same_to_programs_and_show_what_is_hidden() {
        let text = "é\u{9b}\u{202e}\u{e0041}\n";
        let json = serde_json::to_string(text).unwrap_or_default();
        let escaped = escaped(&json);
        assert_eq!(escaped, "\"é\\u009b\\u202e\\udb40\\udc41\\n\"");
        assert_eq!(
            serde_json::from_str::<String>(&escaped).ok().as_deref(),
            Some(text)
        );
    }
}
