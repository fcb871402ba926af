//! How the adapter's module is declared: in its parent, and the parent in the crate root.

use super::{FileOperation, Kept, keep, write};
use crate::cargo::module::{
    Declaring, Doubt, Existing, Form, ModuleDeclaration, Scope, Visibility, declare,
};
use crate::error::Problem;
use crate::project::file::UserFile;
use crate::project::{CrateKind, CrateRoot, ModuleSite, Modules, Project};
use crate::text::LineEnding;

/// The operations on module files, in the order in which they are written, and what the user has to declare himself.
#[derive(Debug, Default)]
pub(super) struct Declarations {
    pub(super) operations: Vec<FileOperation>,
    pub(super) warnings: Vec<Problem>,
}

/// Plans the declarations that make the compiler read the adapter. `docs` is the first line of a new module file.
///
/// # Errors
///
/// When a file that has to change cannot be read or written.
pub(super) fn plan(
    project: &Project,
    modules: &Modules,
    docs: &str,
    line_ending: LineEnding,
) -> Result<Declarations, Problem> {
    let mut declarations = Declarations::default();
    match &modules.site {
        ModuleSite::File { file, scope } => {
            let new_file = line_ending.apply(&format!("//! {docs}\n"));
            let leaf = leaf_declaration(project, modules, scope);
            let text = file.text()?.unwrap_or(&new_file);
            declarations.add(file, text, declare(text, &[], &leaf), &leaf, |existing| {
                leads_elsewhere(project, scope, &leaf, existing)
            })?;
            let Some(crate_root) = &modules.crate_root else {
                declarations.warnings.push(no_crate_root(modules, file));
                return Ok(declarations);
            };
            declarations.add_parent(crate_root, modules, file)?;
        }
        ModuleSite::OutOfReach(problem) => declarations.warnings.push(problem.clone()),
        ModuleSite::Inline { scope } => {
            let Some(crate_root) = &modules.crate_root else {
                return Ok(declarations);
            };
            let leaf = leaf_declaration(project, modules, scope);
            let text = crate_root.file.text()?.unwrap_or_default();
            let declaring = declare(text, &[&modules.parent], &leaf);
            declarations.add(&crate_root.file, text, declaring, &leaf, |existing| {
                leads_elsewhere(project, scope, &leaf, existing)
            })?;
        }
    }
    Ok(declarations)
}

fn leaf_declaration(project: &Project, modules: &Modules, scope: &Scope) -> ModuleDeclaration {
    let path = scope.path_to(&modules.leaf, &project.adapter.path);
    ModuleDeclaration {
        name: modules.leaf.clone(),
        visibility: Visibility::Public,
        path,
    }
}

impl Declarations {
    fn add_parent(
        &mut self,
        crate_root: &CrateRoot,
        modules: &Modules,
        module_file: &UserFile,
    ) -> Result<(), Problem> {
        let visibility = match crate_root.kind {
            CrateKind::Library => Visibility::Public,
            CrateKind::Binary => Visibility::Private,
        };
        let path = crate_root
            .scope()
            .path_to(&modules.parent, &module_file.path);
        let parent = ModuleDeclaration {
            name: modules.parent.clone(),
            visibility,
            path,
        };
        match crate_root.file.text()? {
            Some(text) => self.add(
                &crate_root.file,
                text,
                declare(text, &[], &parent),
                &parent,
                |_| None,
            ),
            None => {
                let doubt = Doubt {
                    reason: "the file does not exist".to_owned(),
                    position: None,
                };
                self.add(
                    &crate_root.file,
                    "",
                    Declaring::Unknown(doubt),
                    &parent,
                    |_| None,
                )
            }
        }
    }

    fn add(
        &mut self,
        file: &UserFile,
        before: &str,
        declaring: Declaring,
        declaration: &ModuleDeclaration,
        complaint: impl FnOnce(&Existing) -> Option<String>,
    ) -> Result<(), Problem> {
        let line = declaration.source().replace('\n', " ");
        match declaring {
            Declaring::Missing(edit) => {
                let reason = format!(
                    "line {} declares the module `{}`",
                    edit.line(before).unwrap_or(1),
                    declaration.name
                );
                self.operations.push(write(
                    file,
                    edit.apply(before),
                    Some(line),
                    "module-missing",
                    &reason,
                )?);
            }
            Declaring::Present(existing) => {
                self.operations.push(keep(
                    file,
                    Kept::UpToDate,
                    "module-declared",
                    format!("`mod {}` is declared", declaration.name),
                ));
                self.warnings.extend(complaint(&existing).map(|message| {
                    let warning = Problem::new("module-elsewhere", message);
                    warning
                        .in_file(file.path.as_str())
                        .at(existing.position)
                        .help(format!("declare the adapter with `{line}`"))
                }));
            }
            Declaring::Unknown(doubt) => {
                self.operations.push(keep(
                    file,
                    Kept::UpToDate,
                    "module-unknown",
                    doubt.reason.clone(),
                ));
                let message = format!(
                    "the module `{}` may not be declared: {}",
                    declaration.name, doubt.reason
                );
                let mut warning =
                    Problem::new("module-unknown", message).in_file(file.path.as_str());
                warning.position = doubt.position;
                self.warnings
                    .push(warning.help(format!("if it is not, add the line `{line}`")));
            }
        }
        Ok(())
    }
}

/// What is wrong with a declaration that is there: it names another file, or nobody outside can reach it.
fn leads_elsewhere(
    project: &Project,
    scope: &Scope,
    leaf: &ModuleDeclaration,
    existing: &Existing,
) -> Option<String> {
    let adapter = &project.adapter.path;
    let is_adapter = match &existing.path {
        Some(path) => scope.file_at(path).as_ref() == Some(adapter),
        None => scope.path_to(&leaf.name, adapter).is_none(),
    };
    if existing.form == Form::Inline || !is_adapter {
        return Some(format!(
            "`mod {}` is declared, and is not `{adapter}`",
            leaf.name
        ));
    }
    let is_private = existing.visibility == Visibility::Private;
    is_private.then(|| {
        format!(
            "`mod {}` is private, so that no other module can use it",
            leaf.name
        )
    })
}

fn no_crate_root(modules: &Modules, module_file: &UserFile) -> Problem {
    let message = format!(
        "it is not clear which crate root should declare the module `{}`",
        modules.parent
    );
    Problem::new("no-crate-root", message).help(format!(
        "add `mod {};` to the crate root that uses it, with a `#[path]` that leads to `{}`",
        modules.parent, module_file.path
    ))
}
