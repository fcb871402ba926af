//! Decides what to do: a pure function of the request, the project and the blueprint.
//!
//! All problems are found here, before anything is written, and reported together. Nothing here reads or writes a file.

mod adapter;
mod cargo;
mod dependency;
mod modules;
mod npm;

pub use adapter::AdapterState;
pub use dependency::{DependencyReason, DependencySource, PlannedDependency};

use std::borrow::Cow;

use crate::blueprint::Blueprint;
use crate::error::{Problem, Problems};
use crate::path::RelPath;
use crate::project::file::{Access, Content, UserFile};
use crate::project::{Ecosystem, Project};
use crate::request::AddRequest;

/// Everything that a run does, in the order in which it is written: the project builds after every step.
#[derive(Debug, Clone)]
pub struct Plan {
    /// What happens to each file.
    pub operations: Vec<FileOperation>,
    /// What the adapter was before.
    pub adapter: AdapterState,
    /// The dependency on the SDK.
    pub dependency: PlannedDependency,
    /// What the user should look at.
    pub warnings: Vec<Problem>,
    /// What else is left to the user, one sentence each.
    pub notes: Vec<String>,
    /// Lines of code that hand the adapter to an agent, for the user to place.
    pub next_steps: Cow<'static, str>,
}

impl Plan {
    /// Whether any file is written.
    pub fn has_changes(&self) -> bool {
        self.operations
            .iter()
            .any(|operation| !matches!(operation.change, Change::Keep(_)))
    }

    /// Whether the project has all that the blueprint brings, in its version; edits of the user are no matter.
    pub fn is_in_sync(&self) -> bool {
        let is_ours = matches!(
            self.adapter,
            AdapterState::Current | AdapterState::Customised
        );
        is_ours && !self.has_changes()
    }
}

/// What happens to one file.
#[derive(Debug, Clone)]
pub struct FileOperation {
    /// Which file.
    pub path: RelPath,
    /// What happens to it.
    pub change: Change,
    /// What the change brings, in a few words.
    pub summary: Option<String>,
    /// Why, as a stable name for programs: `adapter-missing`.
    pub code: &'static str,
    /// Why, for those who ask.
    pub reason: String,
}

/// What happens to a file, with its text before and after.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// It is written anew.
    Create {
        /// All of its text.
        after: String,
    },
    /// It is there and gets another text.
    Update {
        /// The text that was read.
        before: String,
        /// The text that replaces it.
        after: String,
    },
    /// It stays as it is.
    Keep(Kept),
}

/// Why a file stays as it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kept {
    /// It says already what it should.
    UpToDate,
    /// The user has edited it.
    Customised,
    /// An older version of the blueprint wrote it.
    Outdated,
    /// It is not this version of this blueprint's to touch.
    NotOurs,
}

/// Plans to add `blueprint` to `project`.
///
/// # Errors
///
/// [`Problems`] that the user has to put right first, or a mistake in the blueprint.
pub fn plan_add(
    request: &AddRequest,
    project: &Project,
    blueprint: &Blueprint,
) -> anyhow::Result<Plan> {
    match &project.ecosystem {
        Ecosystem::Cargo(cargo_project) => cargo::plan(request, project, cargo_project, blueprint),
        Ecosystem::Npm(npm_project) => npm::plan(request, project, npm_project, blueprint),
    }
}

/// Collects problems, so that the user hears of all of them at once.
#[derive(Debug, Default)]
struct Collector(Vec<Problem>);

impl Collector {
    /// The value, or none once its problem is noted.
    fn keep<T>(&mut self, result: Result<T, Problem>) -> Option<T> {
        result.map_err(|problem| self.0.push(problem)).ok()
    }

    fn finish(mut self) -> Result<(), Problems> {
        self.0.dedup();
        if self.0.is_empty() {
            Ok(())
        } else {
            Err(Problems(self.0))
        }
    }
}

/// The operation that gives `file` the text `after`.
fn write(
    file: &UserFile,
    after: String,
    summary: Option<String>,
    code: &'static str,
    reason: &str,
) -> Result<FileOperation, Problem> {
    let change = match &file.content {
        Content::Absent => Change::Create { after },
        Content::Text { text, .. } if *text == after => Change::Keep(Kept::UpToDate),
        Content::Text {
            access: Access::ReadOnly,
            ..
        } => {
            let problem = Problem::new(
                "read-only",
                format!("`{}` is read-only and has to change", file.path),
            );
            return Err(problem
                .in_file(file.path.as_str())
                .help("make the file writable"));
        }
        Content::Text { text, .. } => Change::Update {
            before: text.clone(),
            after,
        },
        Content::Obstacle(problem) => return Err(problem.clone()),
    };
    Ok(FileOperation {
        path: file.path.clone(),
        change,
        summary,
        code,
        reason: reason.to_owned(),
    })
}

/// The operation that leaves `file` as it is.
fn keep(
    file: &UserFile,
    kept: Kept,
    code: &'static str,
    reason: impl Into<String>,
) -> FileOperation {
    FileOperation {
        path: file.path.clone(),
        change: Change::Keep(kept),
        summary: None,
        code,
        reason: reason.into(),
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::blueprint::template::Template;
    use crate::blueprint::{self, AdapterTemplate, Package, Variant, catalogue};
    use crate::request::{OnConflict, Selection, Wiring};

    /// A blueprint whose adapter has the `templates`, of which it names `cargo/adapter.hbs`.
    fn blueprint(templates: &'static [Template]) -> Blueprint {
        let package = |package| Package {
            package,
            requirement: "0.1",
            sibling_of_runtime: false,
        };
        let variant = Variant {
            ecosystem: blueprint::Ecosystem::Cargo,
            runtime: package("flue-runtime"),
            sdk: package("daytona-sdk"),
            adapter: AdapterTemplate {
                path: "sandboxes/daytona.rs",
                template: "cargo/adapter.hbs",
            },
            module_docs: "",
            next_steps: "cargo/adapter.hbs",
        };
        Blueprint {
            variants: vec![variant].leak(),
            templates,
            ..*catalogue::find("sandbox", "daytona").unwrap()
        }
    }

    fn check_mistake(templates: &'static [Template], expect: &str) {
        let folder = tempfile::tempdir().unwrap();
        let manifest = folder.path().join("Cargo.toml");
        let text = "[package]\nname = 'a'\nedition = '2024'\n";
        fs::write(&manifest, text).unwrap();
        let blueprint = blueprint(templates);
        let selection = Selection {
            start: folder.path().to_owned(),
            ecosystem: None,
            package: None,
            source_root: None,
        };
        let project = Project::load(&selection, &blueprint).unwrap();
        let request = AddRequest {
            selection,
            on_conflict: OnConflict::Keep,
            wiring: Wiring::Complete,
        };
        let error = plan_add(&request, &project, &blueprint).unwrap_err();
        assert!(format!("{error:#}").contains(expect), "{error:#}");
        assert_eq!(fs::read_to_string(manifest).unwrap(), text);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_mistake_in_a_template_stops_everything() {
        check_mistake(&[], "no template `sandbox/daytona/1/cargo/adapter.hbs`");
        let unknown_name = Template {
            path: "cargo/adapter.hbs",
            text: "{{marker}}\n{{nobody}}",
            partials: &[],
            rendered: &[],
        };
        check_mistake(
            vec![unknown_name].leak(),
            "failed to render the template `cargo/adapter.hbs`",
        );
    }
}
