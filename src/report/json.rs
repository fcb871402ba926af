//! One JSON document for programs. `docs/schema/report.json` describes it, and says it to users.
//!
//! Every document has every field, in the order of the structs here. It holds no times, and the only absolute path is
//! the root of the project.

use std::path::{Component, Path};

use anyhow::Context as _;
use serde::Serialize;

use super::{Added, Body, HAND_TO_AGENT, Report, set_variable};
use crate::blueprint::{Blueprint, Ecosystem};
use crate::cargo::module::site::{ModuleSite, Modules};
use crate::error::{Problem, Problems};
use crate::plan::{
    AdapterState, Change, DependencyReason, DependencySource, FileOperation, Plan,
    PlannedDependency,
};
use crate::project::file::UserFile;
use crate::project::{self, Project};
use crate::shell::Shell;

/// The number of the shape that documents have. A field that is added keeps it, any other change counts it up.
const SCHEMA: u32 = 1;

#[derive(Debug, Serialize)]
struct Document {
    schema: u32,
    command: Option<&'static str>,
    outcome: Outcome,
    applied: bool,
    blueprint: Option<BlueprintName>,
    project: Option<ProjectFacts>,
    adapter: Option<AdapterFacts>,
    dependency: Option<DependencyFacts>,
    changes: Vec<FileChange>,
    next_steps: Vec<NextStep>,
    warnings: Vec<Complaint>,
    errors: Vec<Complaint>,
    blueprints: Vec<ListedBlueprint>,
    text: Option<String>,
}

/// What the run comes to. It is the same for a dry run and a real one.
#[derive(Debug, Clone, Copy, Serialize)]
#[serde(rename_all = "kebab-case")]
enum Outcome {
    /// The project lacks something that the blueprint brings.
    Changes,
    /// The project lacks nothing, and its adapter is not of this version of the blueprint.
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
struct BlueprintName {
    kind: &'static str,
    name: &'static str,
    version: u32,
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
struct AdapterFacts {
    path: String,
    state: &'static str,
    version: Option<u32>,
}

#[derive(Debug, Serialize)]
struct DependencyFacts {
    action: &'static str,
    name: String,
    key: String,
    requirement: Option<String>,
    source: &'static str,
    location: Option<String>,
    why: &'static str,
}

#[derive(Debug, Serialize)]
struct FileChange {
    path: String,
    action: &'static str,
    reason: &'static str,
    detail: String,
    before: Option<FileFacts>,
    after: Option<FileFacts>,
}

#[derive(Debug, Serialize)]
struct FileFacts {
    bytes: usize,
    sha256: String,
}

#[derive(Debug, Serialize)]
struct NextStep {
    code: &'static str,
    message: String,
    variable: Option<String>,
    snippet: Option<String>,
}

#[derive(Debug, Serialize)]
struct Complaint {
    code: String,
    message: String,
    file: Option<String>,
    line: Option<usize>,
    column: Option<usize>,
    help: Option<String>,
    causes: Vec<String>,
}

#[derive(Debug, Serialize)]
struct ListedBlueprint {
    kind: &'static str,
    name: &'static str,
    version: u32,
    summary: &'static str,
    website: &'static str,
    aliases: &'static [&'static str],
    ecosystems: Vec<&'static str>,
}

/// Writes the document of `report` to stdout.
///
/// # Errors
///
/// When stdout cannot be written.
pub(super) fn show(report: &Report, shell: &Shell) -> anyhow::Result<()> {
    print(&document(report), shell)
}

/// Writes the document of a command line that could not be understood.
///
/// # Errors
///
/// When stdout cannot be written.
pub fn usage_error(problem: &Problem, shell: &Shell) -> anyhow::Result<()> {
    let mut document = Document::new(None, Outcome::Usage);
    document.errors.push(complaint(problem, Path::new("")));
    print(&document, shell)
}

fn print(document: &Document, shell: &Shell) -> anyhow::Result<()> {
    let text = serde_json::to_string_pretty(document).context("failed to write JSON")?;
    shell.data(&format!("{text}\n"))
}

impl Document {
    fn new(command: Option<&'static str>, outcome: Outcome) -> Self {
        Self {
            schema: SCHEMA,
            command,
            outcome,
            applied: false,
            blueprint: None,
            project: None,
            adapter: None,
            dependency: None,
            changes: Vec::new(),
            next_steps: Vec::new(),
            warnings: Vec::new(),
            errors: Vec::new(),
            blueprints: Vec::new(),
            text: None,
        }
    }
}

fn document(report: &Report) -> Document {
    let mut document = Document::new(Some(report.command), outcome(report));
    match &report.body {
        Body::Added(added) => describe_added(added, &mut document),
        Body::Listed(blueprints) => document.blueprints = blueprints.iter().map(listed).collect(),
        Body::Printed(text) => document.text = Some(text.clone()),
    }
    if let Some(error) = &report.error {
        let root = root(&report.body).unwrap_or(Path::new(""));
        document.errors = complaints(error, root);
    }
    document
}

/// The absolute folder that files are named from: the project's, else where the search for it started.
fn root(body: &Body) -> Option<&Path> {
    let Body::Added(added) = body else {
        return None;
    };
    let project = added.project.as_ref().map(|project| project.root.as_path());
    project.or(added.start.as_deref())
}

fn outcome(report: &Report) -> Outcome {
    if report.error.is_some() {
        return Outcome::Failed;
    }
    let plan = match &report.body {
        Body::Added(added) => added.plan.as_ref(),
        Body::Listed(_) | Body::Printed(_) => None,
    };
    match plan {
        Some(plan) if plan.has_changes() => Outcome::Changes,
        Some(plan) if !plan.is_in_sync() => Outcome::Attention,
        Some(_) => Outcome::InSync,
        None => Outcome::Done,
    }
}

fn describe_added(added: &Added, document: &mut Document) {
    document.applied = added.applied;
    document.blueprint = added.blueprint.as_ref().map(|blueprint| BlueprintName {
        kind: blueprint.kind,
        name: blueprint.name,
        version: blueprint.version,
    });
    document.project = match &added.project {
        Some(project) => Some(project_facts(project)),
        None => added.start.as_deref().map(place_of_search),
    };
    if let (Some(blueprint), Some(project), Some(plan)) =
        (&added.blueprint, &added.project, &added.plan)
    {
        describe_plan(plan, project, blueprint, document);
    }
}

fn project_facts(project: &Project) -> ProjectFacts {
    let ecosystem = match project.ecosystem {
        project::Ecosystem::Cargo(_) => Ecosystem::Cargo,
        project::Ecosystem::Npm(_) => Ecosystem::Npm,
    };
    ProjectFacts {
        root: project.root.display().to_string(),
        ecosystem: Some(ecosystem_name(ecosystem)),
        manifest: Some(project.manifest.path.to_string()),
        source_root: Some(project.source_root.to_string()),
        package: Some(project.name.clone()),
    }
}

fn place_of_search(start: &Path) -> ProjectFacts {
    ProjectFacts {
        root: start.display().to_string(),
        ecosystem: None,
        manifest: None,
        source_root: None,
        package: None,
    }
}

fn describe_plan(plan: &Plan, project: &Project, blueprint: &Blueprint, document: &mut Document) {
    document.adapter = Some(adapter(&plan.adapter, project));
    document.dependency = Some(dependency(&plan.dependency));
    let changes = plan.operations.iter();
    document.changes = changes
        .map(|operation| file_change(operation, project))
        .collect();
    document.next_steps = next_steps(plan, blueprint);
    let warnings = plan.warnings.iter();
    document.warnings = warnings
        .map(|warning| complaint(warning, &project.root))
        .collect();
}

fn adapter(state: &AdapterState, project: &Project) -> AdapterFacts {
    let version = match state {
        AdapterState::Outdated(version) | AdapterState::Newer(version) => Some(*version),
        _ => None,
    };
    AdapterFacts {
        path: project.adapter.path.to_string(),
        state: state.code().trim_start_matches("adapter-"),
        version,
    }
}

fn dependency(dependency: &PlannedDependency) -> DependencyFacts {
    let (source, location) = match &dependency.source {
        DependencySource::Registry(name) => ("registry", name.clone()),
        DependencySource::Path(path) => ("path", Some(path.clone())),
        DependencySource::Git(url) => ("git", Some(url.clone())),
        DependencySource::Workspace => ("workspace", None),
        DependencySource::Other(declared) => ("other", Some(declared.clone())),
    };
    DependencyFacts {
        action: if dependency.why.is_addition() {
            "add"
        } else {
            "keep"
        },
        name: dependency.package.clone(),
        key: dependency.key.clone(),
        requirement: dependency.requirement.clone(),
        source,
        location,
        why: match dependency.why {
            DependencyReason::Missing => "missing",
            DependencyReason::Elsewhere => "elsewhere",
            DependencyReason::Present => "present",
            DependencyReason::Renamed => "renamed",
            DependencyReason::Inherited => "inherited",
        },
    }
}

fn file_change(operation: &FileOperation, project: &Project) -> FileChange {
    let (action, before, after) = match &operation.change {
        Change::Create { after } => ("create", None, Some(after.as_str())),
        Change::Update { before, after } => ("update", Some(before.as_str()), Some(after.as_str())),
        Change::Keep(_) => {
            let text = text_of(operation, project);
            ("keep", text, text)
        }
    };
    FileChange {
        path: operation.path.to_string(),
        action,
        reason: operation.code,
        detail: operation.reason.clone(),
        before: before.map(file_facts),
        after: after.map(file_facts),
    }
}

/// What is in the file of `operation` now.
fn text_of<'a>(operation: &FileOperation, project: &'a Project) -> Option<&'a str> {
    let module_files = match &project.ecosystem {
        project::Ecosystem::Cargo(cargo) => module_files(&cargo.modules),
        project::Ecosystem::Npm(_) => Vec::new(),
    };
    let mut files = [&project.manifest, &project.adapter]
        .into_iter()
        .chain(module_files);
    let file = files.find(|file| file.path == operation.path)?;
    file.text().ok().flatten()
}

fn module_files(modules: &Modules) -> Vec<&UserFile> {
    let own = match &modules.site {
        ModuleSite::File { file, .. } => Some(file),
        ModuleSite::Inline { .. } | ModuleSite::OutOfReach(_) => None,
    };
    let crate_root = modules.crate_root.as_ref();
    own.into_iter()
        .chain(crate_root.map(|crate_root| &crate_root.file))
        .collect()
}

fn file_facts(text: &str) -> FileFacts {
    let hash = hmac_sha256::Hash::hash(text.as_bytes());
    FileFacts {
        bytes: text.len(),
        sha256: hash.iter().map(|byte| format!("{byte:02x}")).collect(),
    }
}

fn next_steps(plan: &Plan, blueprint: &Blueprint) -> Vec<NextStep> {
    let environment = blueprint.environment.iter().map(|variable| NextStep {
        code: "set-variable",
        message: set_variable(variable),
        variable: Some(variable.name.to_owned()),
        snippet: None,
    });
    let notes = plan.notes.iter().map(|note| NextStep {
        code: "note",
        message: note.clone(),
        variable: None,
        snippet: None,
    });
    let hand_over = NextStep {
        code: "hand-to-agent",
        message: HAND_TO_AGENT.to_owned(),
        variable: None,
        snippet: Some(plan.next_steps.to_string()),
    };
    environment.chain(notes).chain([hand_over]).collect()
}

fn complaints(error: &anyhow::Error, root: &Path) -> Vec<Complaint> {
    if let Some(Problems(problems)) = error.downcast_ref() {
        return problems
            .iter()
            .map(|problem| complaint(problem, root))
            .collect();
    }
    let causes = error.chain().skip(1);
    vec![Complaint {
        code: "failed".to_owned(),
        message: named_from(root, &error.to_string()),
        file: None,
        line: None,
        column: None,
        help: None,
        causes: causes
            .map(|cause| named_from(root, &cause.to_string()))
            .collect(),
    }]
}

fn complaint(problem: &Problem, root: &Path) -> Complaint {
    let file = problem.file.as_ref();
    Complaint {
        code: problem.code.to_owned(),
        message: named_from(root, &problem.message),
        file: file.map(|file| from(root, file)),
        line: problem.position.map(|position| position.line),
        column: problem.position.map(|position| position.column),
        help: problem.help.as_ref().map(|help| named_from(root, help)),
        causes: Vec::new(),
    }
}

/// `message` with the absolute paths that it names seen from `root`: the root itself is told in one place.
fn named_from(root: &Path, message: &str) -> String {
    let parts = message.split('`').enumerate().map(|(at, part)| {
        let is_name = at % 2 == 1;
        match Path::new(part) {
            path if is_name && path.is_absolute() => from(root, path),
            _ => part.to_owned(),
        }
    });
    parts.collect::<Vec<_>>().join("`")
}

/// `path` seen from `root`, with `/` on every system. A path that is relative is seen from there already.
fn from(root: &Path, path: &Path) -> String {
    let (here, there) = (parts(root), parts(path));
    if path.is_relative() || here.first() != there.first() {
        return path.display().to_string().replace('\\', "/");
    }
    let shared = here.iter().zip(&there).take_while(|(a, b)| a == b).count();
    let up = std::iter::repeat_n("..".to_owned(), here.len() - shared);
    let relative = up
        .chain(there[shared..].iter().cloned())
        .collect::<Vec<_>>();
    if relative.is_empty() {
        return ".".to_owned();
    }
    relative.join("/")
}

fn parts(path: &Path) -> Vec<String> {
    let parts = path
        .components()
        .filter(|part| *part != Component::CurDir)
        .map(|part| part.as_os_str().to_string_lossy().into_owned());
    parts.collect()
}

fn listed(blueprint: &Blueprint) -> ListedBlueprint {
    let ecosystems = [Ecosystem::Cargo, Ecosystem::Npm]
        .into_iter()
        .filter(|&ecosystem| blueprint.variant(ecosystem).is_some());
    ListedBlueprint {
        kind: blueprint.kind,
        name: blueprint.name,
        version: blueprint.version,
        summary: blueprint.summary,
        website: blueprint.website,
        aliases: blueprint.aliases,
        ecosystems: ecosystems.map(ecosystem_name).collect(),
    }
}

fn ecosystem_name(ecosystem: Ecosystem) -> &'static str {
    match ecosystem {
        Ecosystem::Cargo => "cargo",
        Ecosystem::Npm => "npm",
    }
}
