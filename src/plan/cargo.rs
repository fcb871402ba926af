//! The plan for a cargo project: dependency, adapter, module file, crate root, in this order.

use anyhow::Context as _;

use super::{
    Collector, DependencyReason, DependencySource, FileOperation, Kept, Plan, PlannedDependency,
    adapter, keep, modules, write,
};
use crate::blueprint::context::{CargoContext, EDITIONS};
use crate::blueprint::{Blueprint, Ecosystem, Package, Variant};
use crate::cargo::dependency::{
    Declared, DependencyState, Origin, Source, find_dependency, requirement_allows,
    workspace_offers,
};
use crate::cargo::edit::{NewDependency, insert_dependency};
use crate::cargo::manifest::Edition;
use crate::error::Problem;
use crate::project::{CargoProject, Project};
use crate::request::{AddRequest, Wiring};
use crate::text::LineEnding;

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
            variant.module_docs,
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
    let pristine = blueprint
        .template(variant.adapter.template)?
        .render(&context)?;
    let adapter = problems.keep(adapter::plan(
        &project.adapter,
        &pristine,
        line_ending,
        blueprint,
        request.on_conflict,
    ));
    problems.finish()?;

    let (Some(runtime), Some(sdk), Some(declarations), Some(adapter)) =
        (runtime, sdk, declarations, adapter)
    else {
        anyhow::bail!("a part of the plan is missing and no problem tells why");
    };
    let operations = [sdk.operation, adapter.operation]
        .into_iter()
        .chain(declarations.operations)
        .collect();
    let warnings = runtime
        .warning
        .into_iter()
        .chain(sdk.warnings)
        .chain(adapter.warning)
        .chain(declarations.warnings);
    Ok(Plan {
        operations,
        adapter: adapter.state,
        dependency: sdk.dependency,
        warnings: warnings.collect(),
        notes: Vec::new(),
        next_steps: blueprint.template(variant.next_steps)?.render(&context)?,
    })
}

fn context(
    blueprint: &Blueprint,
    project: &CargoProject,
    edition: Option<&str>,
    runtime: Option<&Runtime>,
    sdk: Option<&Sdk>,
) -> CargoContext {
    let modules = &project.modules;
    CargoContext::new(
        blueprint.marker().to_string(),
        runtime.map_or(String::new(), |runtime| runtime.import_name.clone()),
        sdk.map_or(String::new(), |sdk| sdk.import_name.clone()),
        format!("{}::{}", modules.parent, modules.leaf),
        edition.unwrap_or_default(),
    )
}

fn find_edition(project: &CargoProject) -> Result<String, Problem> {
    let newest = EDITIONS[EDITIONS.len() - 1];
    let help = format!(
        "put `edition = \"{newest}\"` into `[package]`; known: {}",
        EDITIONS.join(", ")
    );
    let edition = project.manifest.edition(project.workspace_manifest());
    let Edition { year, position } = edition.map_err(|problem| problem.help(&help))?;
    if EDITIONS.contains(&year.as_str()) {
        return Ok(year);
    }
    let message = if year == "2015" {
        "the package is in edition 2015, in which the adapter cannot be compiled: it has no `async`"
            .to_owned()
    } else {
        format!("the package is in edition `{year}`, which this `flue` does not know")
    };
    let mut problem = Problem::new("edition", message).help(help);
    problem.position = position;
    Err(problem)
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
        package.package,
    )?;
    if let DependencyState::Present(declared) = state {
        let import_name = declared.import_name.clone();
        return Ok(Runtime {
            declared: Some(declared),
            import_name,
            warning: None,
        });
    }
    let new = match state {
        DependencyState::Elsewhere { declared, .. } => NewDependency::like(&declared),
        _ => offered(project, package).map_or_else(
            || NewDependency::of_registry(package.package, package.requirement),
            |declared| NewDependency::like(&declared),
        ),
    };
    let message = format!(
        "the project does not depend on `{}`, which the adapter needs to compile",
        package.package
    );
    let warning = Problem::new("runtime-missing", message)
        .in_file("Cargo.toml")
        .help(format!("add `{}` to `[dependencies]`", new.entry()));
    Ok(Runtime {
        declared: None,
        import_name: new.import_name(),
        warning: Some(warning),
    })
}

/// What the workspace offers to the project as `package`.
fn offered(project: &CargoProject, package: &Package) -> Option<Declared> {
    workspace_offers(project.workspace_manifest()?, package.package)
}

/// What happens to the dependency on the SDK.
struct Sdk {
    operation: FileOperation,
    dependency: PlannedDependency,
    import_name: String,
    warnings: Vec<Problem>,
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
        package.package,
    )? {
        DependencyState::Present(declared) => Ok(Sdk {
            operation: keep(
                &project.manifest,
                Kept::UpToDate,
                reason_of(&declared).operation_code(),
                format!("`{}` is a dependency", declared.key),
            ),
            dependency: present(&declared),
            warnings: doubts_about(&declared, package),
            import_name: declared.import_name,
        }),
        DependencyState::Missing => {
            let addition = match offered(cargo_project, package) {
                Some(declared) => Addition::like(&declared, package, "the workspace offers it"),
                None => Addition::beside_runtime(cargo_project, package, runtime),
            };
            let why = DependencyReason::Missing;
            add_sdk(project, cargo_project, addition, why, "no table has it")
        }
        DependencyState::Elsewhere { tables, declared } => {
            let addition = Addition::like(&declared, package, "it comes from where that does");
            let reason = format!(
                "only `{}` has it, which plain code cannot use",
                tables.join("`, `")
            );
            let why = DependencyReason::Elsewhere;
            add_sdk(project, cargo_project, addition, why, &reason)
        }
    }
}

fn present(declared: &Declared) -> PlannedDependency {
    PlannedDependency {
        package: declared.package.clone(),
        key: declared.key.clone(),
        requirement: declared.requirement.clone(),
        source: match declared.origin {
            Origin::Package => source_of(&declared.source),
            Origin::Workspace => DependencySource::Workspace,
        },
        why: reason_of(declared),
    }
}

fn reason_of(declared: &Declared) -> DependencyReason {
    if declared.key != declared.package {
        return DependencyReason::Renamed;
    }
    match declared.origin {
        Origin::Package => DependencyReason::Present,
        Origin::Workspace => DependencyReason::Inherited,
    }
}

fn source_of(source: &Source) -> DependencySource {
    match source {
        Source::Registry { registry, .. } => {
            DependencySource::Registry(registry.as_ref().map(|(_, registry)| registry.clone()))
        }
        Source::Path(path) => DependencySource::Path(path.clone()),
        Source::Git { url, .. } => DependencySource::Git(url.clone()),
        Source::Workspace => DependencySource::Workspace,
    }
}

fn add_sdk(
    project: &Project,
    cargo_project: &CargoProject,
    addition: Addition,
    why: DependencyReason,
    reason: &str,
) -> Result<Sdk, Problem> {
    let Addition {
        new,
        requirement,
        source_reason,
        warning,
    } = addition;
    let inserted = insert_dependency(&cargo_project.manifest, &new)?;
    let reason = format!(
        "line {} adds `{}`: {reason}; {source_reason}",
        inserted.line, new.key
    );
    let operation = write(
        &project.manifest,
        inserted.edit.apply(cargo_project.manifest.text()),
        Some(inserted.entry),
        why.operation_code(),
        &reason,
    )?;
    let dependency = PlannedDependency {
        package: new.package.as_ref().unwrap_or(&new.key).clone(),
        key: new.key.clone(),
        requirement,
        source: source_of(&new.source),
        why,
    };
    Ok(Sdk {
        operation,
        dependency,
        import_name: new.import_name(),
        warnings: warning.into_iter().collect(),
    })
}

/// The entry for the SDK, and why it is this one.
struct Addition {
    new: NewDependency,
    /// The versions that are allowed, where a version is asked for.
    requirement: Option<String>,
    source_reason: &'static str,
    warning: Option<Problem>,
}

impl Addition {
    /// The entry that agrees with another one.
    fn like(declared: &Declared, package: &Package, source_reason: &'static str) -> Self {
        Self {
            new: NewDependency::like(declared),
            requirement: declared.requirement.clone(),
            source_reason,
            warning: doubt_about_requirement(declared, package),
        }
    }

    /// The entry for the neighbour of the runtime, else for a version.
    fn beside_runtime(
        project: &CargoProject,
        package: &Package,
        runtime: Option<&Runtime>,
    ) -> Self {
        let mut new = NewDependency::of_registry(package.package, package.requirement);
        if !package.sibling_of_runtime {
            return Self::plain(new, "it comes from the registry");
        }
        if let Some(source) = &project.runtime_sibling {
            new.source = source.clone();
            return Self::plain(new, "it comes from where the runtime does");
        }
        let runtime = runtime.and_then(|runtime| runtime.declared.as_ref());
        if let Some(Source::Registry { registry, .. }) = runtime.map(|runtime| &runtime.source) {
            new.source = Source::Registry {
                requirement: package.requirement.to_owned(),
                registry: registry.clone(),
            };
        }
        Self::plain(new, "it comes from the registry")
    }

    fn plain(new: NewDependency, source_reason: &'static str) -> Self {
        let requirement = match &new.source {
            Source::Registry { requirement, .. } => Some(requirement.clone()),
            _ => None,
        };
        Self {
            new,
            requirement,
            source_reason,
            warning: None,
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
    doubts.extend(doubt_about_requirement(declared, package));
    doubts
}

fn doubt_about_requirement(declared: &Declared, package: &Package) -> Option<Problem> {
    let requirement = declared.requirement.as_ref()?;
    if requirement_allows(requirement, package.requirement) {
        return None;
    }
    let whose = match declared.origin {
        Origin::Package => "",
        Origin::Workspace => " by the workspace",
    };
    let message = format!(
        "`{}` is required as `{requirement}`{whose}; the adapter is written for `{}`",
        declared.key, package.requirement
    );
    Some(doubt(
        "sdk-requirement",
        message,
        declared,
        "change the requirement if the project does not build",
    ))
}

fn doubt(code: &'static str, message: String, declared: &Declared, help: &str) -> Problem {
    let mut doubt = Problem::new(code, message).help(help);
    if declared.origin == Origin::Package {
        doubt.file = Some("Cargo.toml".into());
        doubt.position = declared.position;
    }
    doubt
}
