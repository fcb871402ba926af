//! The plan for an npm project: dependency, then adapter.

use anyhow::Context as _;
use semver::VersionReq;

use super::{
    Collector, DependencyReason, DependencySource, FileOperation, Kept, Plan, PlannedDependency,
    adapter, keep, write,
};
use crate::blueprint::{Blueprint, Ecosystem, Package, Variant};
use crate::error::Problem;
use crate::npm::adapter::Adapter;
use crate::npm::contract::{Contract, ContractChoice, Evidence};
use crate::npm::dependency::{self, Dependency};
use crate::npm::edit::insert_dependency;
use crate::npm::package_json::PackageJson;
use crate::npm::range::VersionRange;
use crate::project::{NpmProject, Project};
use crate::request::AddRequest;
use crate::text::LineEnding;

pub(super) fn plan(
    request: &AddRequest,
    project: &Project,
    npm_project: &NpmProject,
    blueprint: &Blueprint,
) -> anyhow::Result<Plan> {
    let variant = blueprint
        .variant(Ecosystem::Npm)
        .context("the blueprint has no variant for npm")?;
    let mut problems = Collector::default();
    let in_manifest = |problem: Problem| problem.in_file(project.manifest.path.as_str());

    let contract = problems.keep(choose_contract(npm_project, variant).map_err(in_manifest));
    let sdk = problems.keep(plan_sdk(project, npm_project, &variant.sdk).map_err(in_manifest));
    let (Some(contract), Some(sdk)) = (contract, sdk) else {
        return problems
            .finish()
            .map_err(Into::into)
            .and_then(|()| anyhow::bail!("a part of the plan is missing"));
    };
    let renderer = Adapter {
        marker: blueprint.marker().to_string(),
        runtime: npm_project
            .runtime
            .as_ref()
            .map_or(variant.runtime.package, |runtime| &runtime.import_name)
            .to_owned(),
        sdk: sdk.import_name.clone(),
        contract: contract.contract,
        style: npm_project.style,
    };
    let pristine = renderer.render(blueprint)?;
    let line_ending = LineEnding::of(project.manifest.text().ok().flatten().unwrap_or_default());
    let adapter = problems.keep(adapter::plan(
        &project.adapter,
        &pristine,
        line_ending,
        blueprint,
        request.on_conflict,
    ));
    problems.finish()?;
    let Some(adapter) = adapter else {
        anyhow::bail!("the plan for the adapter is missing")
    };

    let warnings = runtime_warning(npm_project, variant, &contract)
        .into_iter()
        .chain(sdk.warning)
        .chain(adapter.warning);
    let warnings = warnings
        .chain(other_contract(
            project,
            &adapter.operation,
            contract.contract,
        ))
        .collect();
    let notes = sdk.dependency.why.is_addition().then(|| {
        format!(
            "run `{}` to install what was added",
            npm_project.package_manager.install_command()
        )
    });
    Ok(Plan {
        operations: vec![sdk.operation, adapter.operation],
        adapter: adapter.state,
        dependency: sdk.dependency,
        warnings,
        notes: notes.into_iter().collect(),
        next_steps: renderer
            .render_next_steps(contract.agent_form(), blueprint)?
            .into(),
    })
}

fn choose_contract(project: &NpmProject, variant: &Variant) -> Result<ContractChoice, Problem> {
    let package = &variant.runtime.package;
    let declared = project
        .runtime
        .as_ref()
        .map(|runtime| project.catalogs.resolve(package, &runtime.range));
    ContractChoice::from_evidence(&Evidence {
        installed: project.installed_runtime.as_deref(),
        locked: project.locked_runtime.as_ref(),
        declared,
    })
}

fn runtime_warning(
    project: &NpmProject,
    variant: &Variant,
    contract: &ContractChoice,
) -> Option<Problem> {
    let warning = match (&project.runtime, contract.warning()) {
        (None, _) => {
            let Package {
                package,
                requirement,
                ..
            } = &variant.runtime;
            let message =
                format!("the project does not depend on `{package}`, which the adapter needs");
            Problem::new("runtime-missing", message).help(format!(
                "add `\"{package}\": \"{requirement}\"` to `dependencies`"
            ))
        }
        (Some(runtime), Some(message)) => {
            let help =
                "if the project has an older one, install it first: what is installed decides";
            Problem::new("runtime-unknown", message)
                .at(runtime.position)
                .help(help)
        }
        (Some(_), None) => return None,
    };
    Some(warning.in_file("package.json"))
}

/// An adapter that is kept though its factory does not fit the runtime.
fn other_contract(
    project: &Project,
    operation: &FileOperation,
    contract: Contract,
) -> Option<Problem> {
    if !matches!(
        operation.change,
        super::Change::Keep(Kept::Customised | Kept::Outdated)
    ) {
        return None;
    }
    let text = project.adapter.text().ok().flatten()?;
    let served = Contract::served_by(text);
    if served.is_empty() || served.contains(&contract) {
        return None;
    }
    let message = format!(
        "`{}` is written for another contract of the runtime: its factory lacks `{}`",
        project.adapter.path,
        contract.factory_method()
    );
    let warning = Problem::new("adapter-contract", message).in_file(project.adapter.path.as_str());
    Some(warning.help("replace it with `--overwrite`, or rename the method"))
}

/// What happens to the dependency on the SDK.
struct Sdk {
    operation: FileOperation,
    dependency: PlannedDependency,
    import_name: String,
    warning: Option<Problem>,
}

fn plan_sdk(
    project: &Project,
    npm_project: &NpmProject,
    package: &Package,
) -> Result<Sdk, Problem> {
    let text = project.manifest.text()?.unwrap_or_default();
    let manifest = PackageJson::parse(text)?;
    match dependency::find_dependency(&manifest, package.package)? {
        Some(declared) if declared.table.serves_production() => {
            let reason = format!(
                "`{}` is in `{}`",
                declared.import_name,
                declared.table.key()
            );
            let dependency = present(npm_project, &declared, package);
            let code = dependency.why.operation_code();
            let operation = keep(&project.manifest, Kept::UpToDate, code, reason);
            let warning = too_old(npm_project, &declared, package);
            Ok(Sdk {
                operation,
                dependency,
                import_name: declared.import_name,
                warning,
            })
        }
        declared => {
            let range = npm_project
                .catalogs
                .offer(package.package)
                .unwrap_or_else(|| package.requirement.to_owned());
            let inserted = insert_dependency(&manifest, package.package, &range)?;
            let reason = format!(
                "line {} adds the SDK, which production code lacks",
                inserted.line
            );
            let why = match declared {
                None => DependencyReason::Missing,
                Some(_) => DependencyReason::Elsewhere,
            };
            let operation = write(
                &project.manifest,
                inserted.edit.apply(text),
                Some(inserted.entry),
                why.operation_code(),
                &reason,
            )?;
            let warning = declared.as_ref().and_then(beside_new_entry);
            Ok(Sdk {
                operation,
                dependency: PlannedDependency {
                    package: package.package.to_owned(),
                    key: package.package.to_owned(),
                    requirement: requirement(npm_project, package, &range),
                    source: source_of(&range),
                    why,
                },
                import_name: package.package.to_owned(),
                warning,
            })
        }
    }
}

fn present(project: &NpmProject, declared: &Dependency, package: &Package) -> PlannedDependency {
    let source = source_of(&declared.range);
    let why = if declared.import_name != package.package {
        DependencyReason::Renamed
    } else if source == DependencySource::Workspace {
        DependencyReason::Inherited
    } else {
        DependencyReason::Present
    };
    PlannedDependency {
        package: package.package.to_owned(),
        key: declared.import_name.clone(),
        requirement: requirement(project, package, &declared.range),
        source,
        why,
    }
}

/// The versions that `range` allows, without the name of an alias; none for what is no range, such as a path.
fn requirement(project: &NpmProject, package: &Package, range: &str) -> Option<String> {
    let range = project.catalogs.resolve(package.package, range);
    VersionRange::in_declaration(range)?;
    let of_alias = range
        .strip_prefix("npm:")
        .and_then(|alias| alias.rsplit_once('@'));
    Some(of_alias.map_or(range, |(_, range)| range).to_owned())
}

/// Where npm looks for what is declared as `range`.
fn source_of(range: &str) -> DependencySource {
    match range.split_once(':') {
        Some(("catalog" | "workspace", _)) => DependencySource::Workspace,
        Some(("file" | "link" | "portal", path)) => DependencySource::Path(path.to_owned()),
        Some((scheme, _)) if scheme.starts_with("git") => DependencySource::Git(range.to_owned()),
        Some(("npm", _)) => DependencySource::Registry(None),
        None if !range.contains('/') => DependencySource::Registry(None),
        _ => DependencySource::Other(range.to_owned()),
    }
}

fn too_old(project: &NpmProject, declared: &Dependency, package: &Package) -> Option<Problem> {
    let range = project
        .catalogs
        .resolve(package.package, &declared.range)
        .to_owned();
    let lowest = VersionReq::parse(&package.requirement.replace(' ', ", ")).ok()?;
    let lowest = lowest.comparators.first()?;
    let minimum = semver::Version::new(
        lowest.major,
        lowest.minor.unwrap_or(0),
        lowest.patch.unwrap_or(0),
    );
    if !(Dependency {
        range: range.clone(),
        ..declared.clone()
    })
    .is_older_than(&minimum)
    {
        return None;
    }
    let message = format!(
        "`{}` is required as `{range}`; the adapter is written for `{}`",
        declared.import_name, package.requirement
    );
    let warning = Problem::new("sdk-requirement", message)
        .in_file("package.json")
        .at(declared.position);
    Some(warning.help("raise the range if the project does not typecheck"))
}

fn beside_new_entry(declared: &Dependency) -> Option<Problem> {
    let warning = Problem::new("sdk-elsewhere", declared.note_beside_new_entry()?);
    Some(warning.in_file("package.json").at(declared.position))
}
