//! The plan for a cargo project: dependency, adapter, module file, crate root, in this order.

use anyhow::Context as _;

use super::{Collector, FileOperation, Kept, Plan, adapter, keep, modules, write};
use crate::blueprint::render::{CargoContext, render};
use crate::blueprint::{Blueprint, Ecosystem, Package, Variant};
use crate::cargo::dependency::{
    Declared, DependencyState, Origin, Source, find_dependency, requirement_allows,
    workspace_offers,
};
use crate::cargo::insert::{NewDependency, insert_dependency};
use crate::error::Problem;
use crate::project::{CargoProject, Project};
use crate::request::{AddRequest, Wiring};
use crate::text::LineEnding;

/// The editions that the adapter can be written in, oldest first; the one before them has no `async`.
const EDITIONS: [&str; 3] = ["2018", "2021", "2024"];

pub(super) fn plan(
    request: &AddRequest,
    project: &Project,
    cargo_project: &CargoProject,
    blueprint: &Blueprint,
) -> anyhow::Result<Plan> {
    let variant = blueprint
        .variant(Ecosystem::Cargo)
        .context("the blueprint has no variant for cargo")?;
    let line_ending = LineEnding::of(cargo_project.manifest.text());
    let mut problems = Collector::default();

    let in_manifest = |problem: Problem| problem.in_file(project.manifest.path.as_str());
    let edition = problems.keep(find_edition(cargo_project).map_err(in_manifest));
    let runtime = problems.keep(plan_runtime(cargo_project, variant).map_err(in_manifest));
    let sdk = plan_sdk(project, cargo_project, variant, runtime.as_ref());
    let sdk = problems.keep(sdk.map_err(in_manifest));
    let declarations = match request.wiring {
        Wiring::Complete => problems.keep(modules::plan(
            project,
            &cargo_project.modules,
            &variant.module_docs,
            line_ending,
        )),
        Wiring::LeaveAlone => Some(modules::Declarations::default()),
    };
    let context = context(
        blueprint,
        cargo_project,
        edition.as_deref(),
        runtime.as_ref(),
        sdk.as_ref(),
    );
    let pristine = render_file(blueprint, &variant.adapter.template, &context)?;
    let adapter = problems.keep(adapter::plan(
        &project.adapter,
        &pristine,
        line_ending,
        blueprint,
        request.on_conflict,
    ));
    problems.finish()?;

    let (Some(runtime), Some(sdk), Some(declarations), Some((adapter, adapter_warning))) =
        (runtime, sdk, declarations, adapter)
    else {
        anyhow::bail!("a part of the plan is missing and no problem tells why");
    };
    let operations = [sdk.operation, adapter]
        .into_iter()
        .chain(declarations.operations)
        .collect();
    let warnings = runtime
        .warning
        .into_iter()
        .chain(sdk.warnings)
        .chain(adapter_warning)
        .chain(declarations.warnings);
    Ok(Plan {
        operations,
        warnings: warnings.collect(),
        notes: Vec::new(),
        next_steps: render_file(blueprint, &variant.next_steps, &context)?,
    })
}

fn render_file(
    blueprint: &Blueprint,
    path: &str,
    context: &CargoContext,
) -> anyhow::Result<String> {
    render(path, blueprint.template(path)?, context)
}

fn context(
    blueprint: &Blueprint,
    project: &CargoProject,
    edition: Option<&str>,
    runtime: Option<&Runtime>,
    sdk: Option<&Sdk>,
) -> CargoContext {
    let modules = &project.modules;
    CargoContext {
        marker: blueprint.marker().to_string(),
        runtime: runtime.map_or(String::new(), |runtime| runtime.import_name.clone()),
        sdk: sdk.map_or(String::new(), |sdk| sdk.import_name.clone()),
        module: format!("{}::{}", modules.parent, modules.leaf),
        import_try_from: edition == Some("2018"),
        imports_types_first: edition == Some("2024"),
    }
}

fn find_edition(project: &CargoProject) -> Result<String, Problem> {
    let edition = project.manifest.edition(project.workspace_manifest());
    if EDITIONS.contains(&edition.as_str()) {
        return Ok(edition);
    }
    let newest = EDITIONS[EDITIONS.len() - 1];
    let problem = if edition == "2015" {
        Problem::new(
            "edition",
            "the package is in edition 2015, in which the adapter cannot be compiled: it has no `async`",
        )
    } else {
        Problem::new(
            "edition",
            format!("the package is in edition `{edition}`, which this `flue` does not know"),
        )
    };
    Err(problem.help(format!(
        "put `edition = \"{newest}\"` into `[package]`; known: {}",
        EDITIONS.join(", ")
    )))
}

/// How the project takes the runtime.
struct Runtime {
    declared: Option<Declared>,
    import_name: String,
    warning: Option<Problem>,
}

fn plan_runtime(project: &CargoProject, variant: &Variant) -> Result<Runtime, Problem> {
    let package = &variant.runtime;
    let state = find_dependency(
        &project.manifest,
        project.workspace_manifest(),
        &package.package,
    )?;
    if let DependencyState::Present(declared) = state {
        let import_name = declared.import_name.clone();
        return Ok(Runtime {
            declared: Some(declared),
            import_name,
            warning: None,
        });
    }
    let message = format!(
        "the project does not depend on `{}`, which the adapter needs to compile",
        package.package
    );
    let help = format!(
        "add `{} = \"{}\"` to `[dependencies]`",
        package.package, package.requirement
    );
    let warning = Problem::new("runtime-missing", message)
        .in_file("Cargo.toml")
        .help(help);
    Ok(Runtime {
        declared: None,
        import_name: import_name(&package.package),
        warning: Some(warning),
    })
}

/// What happens to the dependency on the SDK.
struct Sdk {
    operation: FileOperation,
    import_name: String,
    warnings: Vec<Problem>,
}

fn import_name(package: &str) -> String {
    package.replace('-', "_")
}

fn plan_sdk(
    project: &Project,
    cargo_project: &CargoProject,
    variant: &Variant,
    runtime: Option<&Runtime>,
) -> Result<Sdk, Problem> {
    let package = &variant.sdk;
    match find_dependency(
        &cargo_project.manifest,
        cargo_project.workspace_manifest(),
        &package.package,
    )? {
        DependencyState::Present(declared) => Ok(Sdk {
            operation: keep(
                &project.manifest,
                Kept::UpToDate,
                format!("`{}` is a dependency", declared.key),
            ),
            warnings: doubts_about(&declared, package),
            import_name: declared.import_name,
        }),
        DependencyState::Missing => {
            add_sdk(project, cargo_project, package, runtime, "no table has it")
        }
        DependencyState::Elsewhere(tables) => {
            let reason = format!(
                "only `{}` has it, which plain code cannot use",
                tables.join("`, `")
            );
            add_sdk(project, cargo_project, package, runtime, &reason)
        }
    }
}

fn add_sdk(
    project: &Project,
    cargo_project: &CargoProject,
    package: &Package,
    runtime: Option<&Runtime>,
    reason: &str,
) -> Result<Sdk, Problem> {
    let (new, source_reason) = new_dependency(cargo_project, package, runtime);
    let inserted = insert_dependency(&cargo_project.manifest, &new)?;
    let reason = format!(
        "line {} adds `{}`: {reason}; {source_reason}",
        inserted.line, package.package
    );
    let operation = write(
        &project.manifest,
        inserted.text,
        Some(inserted.entry),
        &reason,
    )?;
    Ok(Sdk {
        operation,
        import_name: import_name(&new.name),
        warnings: Vec::new(),
    })
}

/// The entry for the SDK, and why it is this one: what the workspace offers, else the runtime's neighbour, else a
/// version.
fn new_dependency(
    project: &CargoProject,
    package: &Package,
    runtime: Option<&Runtime>,
) -> (NewDependency, &'static str) {
    if let Some(key) = project
        .workspace_manifest()
        .and_then(|workspace| workspace_offers(workspace, &package.package))
    {
        return (
            NewDependency {
                name: key,
                source: Source::Workspace,
            },
            "the workspace offers it",
        );
    }
    let declared = runtime
        .and_then(|runtime| runtime.declared.as_ref())
        .filter(|_| package.sibling_of_runtime);
    let sibling = project
        .runtime_sibling
        .clone()
        .filter(|_| package.sibling_of_runtime);
    let name = package.package.clone();
    match sibling {
        Some(source) => (
            NewDependency { name, source },
            "it comes from where the runtime does",
        ),
        None => {
            let registry = declared.and_then(|declared| match &declared.source {
                Source::Registry { registry, .. } => registry.clone(),
                _ => None,
            });
            let source = Source::Registry {
                requirement: package.requirement.clone(),
                registry,
            };
            (NewDependency { name, source }, "it comes from the registry")
        }
    }
}

/// What may keep the adapter from compiling with a dependency that is the user's to change.
fn doubts_about(declared: &Declared, package: &Package) -> Vec<Problem> {
    let mut doubts = Vec::new();
    if declared.optional {
        let message = format!(
            "`{}` is an optional dependency: the adapter compiles only with the feature that turns it on",
            declared.key
        );
        doubts.push(doubt(
            "sdk-optional",
            message,
            declared,
            "make it a plain dependency, or put the module behind the feature",
        ));
    }
    if let Some(requirement) = &declared.requirement
        && !requirement_allows(requirement, &package.requirement)
    {
        let message = format!(
            "`{}` is required as `{requirement}`; the adapter is written for `{}`",
            declared.key, package.requirement
        );
        doubts.push(doubt(
            "sdk-requirement",
            message,
            declared,
            "change the requirement if the project does not build",
        ));
    }
    doubts
}

fn doubt(code: &'static str, message: String, declared: &Declared, help: &str) -> Problem {
    let mut doubt = Problem::new(code, message).help(help);
    if declared.origin == Origin::Package {
        doubt.file = Some("Cargo.toml".into());
        doubt.position = declared.position;
    }
    doubt
}
