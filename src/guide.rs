//! Guides in Markdown, for coding agents and whoever else asks: what the command does by itself, and what is left to
//! judgement.
//!
//! Values in, text out; what is done already is read from the plan.

use serde::Serialize;

use crate::blueprint::{Blueprint, EnvironmentVariable, catalogue};
use crate::error::{Problem, Problems};
use crate::plan::{Change, FileOperation, Kept, Plan};
use crate::project::{Ecosystem, Project};

const TEMPLATE: &str = "guide.md.hbs";

/// What the guide to a blueprint is rendered from.
#[derive(Debug, Serialize)]
struct BlueprintContext<'a> {
    environment: &'a [EnvironmentVariable],
    project: Option<ProjectContext<'a>>,
}

#[derive(Debug, Serialize)]
struct ProjectContext<'a> {
    name: &'a str,
    steps: Vec<Step<'a>>,
    is_in_sync: bool,
    warnings: Vec<Warning<'a>>,
    notes: &'a [String],
    language: &'static str,
    code: &'a str,
    checks: &'static [&'static str],
}

#[derive(Debug, Serialize)]
struct Step<'a> {
    is_done: bool,
    path: &'a str,
    reason: &'a str,
}

#[derive(Debug, Serialize)]
struct Warning<'a> {
    message: &'a str,
    help: Option<&'a str>,
}

#[derive(Debug, Serialize)]
struct ProviderContext<'a> {
    address: &'a str,
}

/// The guide to `blueprint`: for a project with what is planned for it, else for any project.
///
/// # Errors
///
/// When the template is missing or has a mistake.
pub fn to_blueprint(
    blueprint: &Blueprint,
    project: Option<(&Project, &Plan)>,
) -> anyhow::Result<String> {
    let context = BlueprintContext {
        environment: blueprint.environment,
        project: project.map(|(project, plan)| ProjectContext::new(project, plan)),
    };
    let guide = blueprint.template(TEMPLATE)?.render(&context)?;
    Ok(guide.into_owned())
}

/// The guide to writing an adapter of `kind` for the provider at `address`, which is put in as it is.
///
/// # Errors
///
/// When there is no such kind, or its template has a mistake.
pub fn to_provider(kind: &str, address: &str) -> anyhow::Result<String> {
    let template = catalogue::provider_guide(kind).map_err(Problems::from)?;
    let guide = template.render(&ProviderContext { address })?;
    Ok(guide.into_owned())
}

impl<'a> ProjectContext<'a> {
    fn new(project: &'a Project, plan: &'a Plan) -> Self {
        let (language, checks): (_, &[_]) = match project.ecosystem {
            Ecosystem::Cargo(_) => ("rust", &["cargo build", "cargo clippy"]),
            Ecosystem::Npm(_) => ("ts", &["tsc --noEmit"]),
        };
        Self {
            name: &project.name,
            steps: plan.operations.iter().map(Step::from).collect(),
            is_in_sync: plan.is_in_sync(),
            warnings: plan.warnings.iter().map(Warning::from).collect(),
            notes: &plan.notes,
            language,
            code: plan.next_steps.trim_end(),
            checks,
        }
    }
}

impl<'a> From<&'a FileOperation> for Step<'a> {
    fn from(operation: &'a FileOperation) -> Self {
        let is_done = matches!(
            operation.change,
            Change::Keep(Kept::UpToDate | Kept::Customised)
        );
        Self {
            is_done,
            path: operation.path.as_str(),
            reason: &operation.reason,
        }
    }
}

impl<'a> From<&'a Problem> for Warning<'a> {
    fn from(problem: &'a Problem) -> Self {
        Self {
            message: &problem.message,
            help: problem.help.as_deref(),
        }
    }
}
