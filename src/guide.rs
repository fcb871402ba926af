//! Guides in Markdown, for coding agents and whoever else asks: what the command does by itself, and what is left to
//! judgement.
//!
//! Values in, text out; what is done already is read from the plan.

use serde::Serialize;

use crate::blueprint::{Blueprint, EnvironmentVariable};
use crate::ecosystem::Package;
use crate::error::Problem;
use crate::plan::{Operation, Plan};

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
    steps: Vec<Step>,
    /// Whether nothing is left, neither to the command nor to the user.
    is_in_sync: bool,
    /// Whether the command has something to add.
    has_changes: bool,
    install: Option<&'static str>,
    warnings: Vec<Warning<'a>>,
    language: &'static str,
    code: &'a str,
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
    message: &'a str,
    help: Option<&'a str>,
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
    let context = BlueprintContext {
        environment: &blueprint.environment,
        project: project.map(|(package, plan)| ProjectContext::new(package, plan)),
    };
    let guide = blueprint.render(TEMPLATE, &context)?;
    Ok(guide.into_owned())
}

impl<'a> ProjectContext<'a> {
    fn new(package: &'a Package, plan: &'a Plan) -> Self {
        Self {
            name: &package.place().name,
            steps: plan.operations.iter().map(Step::from).collect(),
            is_in_sync: plan.is_in_sync(),
            has_changes: plan.has_changes(),
            install: package.install_command().filter(|_| plan.needs_install()),
            warnings: plan.warnings().map(Warning::from).collect(),
            language: package.language(),
            code: plan.next_steps.trim_end(),
            checks: package.checks(),
        }
    }
}

impl From<&Operation> for Step {
    fn from(operation: &Operation) -> Self {
        Self {
            is_done: operation.is_done(),
            path: operation.path(),
            reason: operation.reason(),
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
