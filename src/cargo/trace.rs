//! What of a blueprint is in a cargo package, and how it goes again: crate root, module file, adapter, dependency, in this
//! order.
//!
//! Reads the files that the blueprint is about, and looks through the sources of the package for what uses it; writes none.

use super::dependency::{Origin, all_dependencies, import_name};
use super::edit::{Section, remove_from};
use super::inspect;
use super::manifest::{MANIFEST, Manifest};
use super::module::site::{ModuleSite, Modules};
use super::module::{Existing, Form, Scope, find_declaration, undeclare};
use super::package::{CrateRoot, Package};
use super::uses::Uses;
use super::workspace;
use crate::blueprint::{Blueprint, Ecosystem, Part};
use crate::error::{Code, Problem};
use crate::inspect::adapter::comparable;
use crate::inspect::dependency::{Presence, Role};
use crate::inspect::trace::{Cut, RUNTIME_STAYS, Removal, Trace};
use crate::inspect::{Dependency, Finding, Item, Module, ModuleFinding};
use crate::project::file::UserFile;
use crate::request::{RuntimeSource, Wiring};
use crate::text::TextEdit;

/// What there is of `blueprint` in `package`, whose part for cargo packages is `part`.
///
/// # Errors
///
/// When the blueprint has a mistake.
pub(crate) fn trace(
    package: &Package,
    blueprint: &Blueprint,
    part: &Part,
) -> anyhow::Result<Vec<Trace>> {
    let source = RuntimeSource::Registry;
    let found = inspect::inspect(package, blueprint, part, Wiring::LeaveAlone, &source)?;
    let path = package.place.source_root.join(&part.adapter);
    let path = path.unwrap_or_default();
    let modules = Modules::read(package, &path);
    let sdks = found.items.iter().filter_map(sdk_of);
    let sdks = sdks.map(|sdk| import_name(&sdk.key));
    let words = sdks.chain([modules.leaf.clone()]).collect::<Vec<_>>();
    let adapter = UserFile::read(&package.place.root, path);
    let tracer = Tracer {
        uses: Uses::find(package, &words, &adapter),
        docs: docs(blueprint),
        package,
        blueprint,
        part,
        modules,
    };
    let mut traces = tracer.declarations();
    let (dependencies, others) = found
        .items
        .into_iter()
        .partition::<Vec<_>, _>(|item| matches!(item.finding, Finding::Dependency(_)));
    traces.extend(others.into_iter().filter_map(|item| tracer.adapter(item)));
    // Each as the one before leaves the manifests.
    let mut draft = package.clone();
    for item in dependencies.into_iter().rev() {
        traces.extend(tracer.dependency(item, &mut draft));
    }
    Ok(traces)
}

fn sdk_of(item: &Item) -> Option<&Dependency> {
    match &item.finding {
        Finding::Dependency(dependency) if dependency.role == Role::Sdk => Some(dependency),
        _ => None,
    }
}

/// What the module files that any version makes hold besides declarations.
fn docs(blueprint: &Blueprint) -> Vec<String> {
    let parts = blueprint.versions().into_iter();
    let parts = parts.filter_map(|version| version.parts.get(&Ecosystem::Cargo));
    parts
        .map(|part| format!("//! {}", part.module_docs))
        .collect()
}

/// That nothing can be removed: what `file` declares would lead to nothing.
fn unreadable(file: &UserFile, problem: Problem) -> Trace {
    Trace {
        file: file.clone(),
        finding: Finding::Obstacle(problem),
        removal: Removal::Absent,
        warnings: Vec::new(),
    }
}

struct Tracer<'a> {
    package: &'a Package,
    blueprint: &'a Blueprint,
    part: &'a Part,
    modules: Modules<'a>,
    uses: Uses,
    docs: Vec<String>,
}

impl Tracer<'_> {
    /// Nothing, where all that is found is why a blueprint could not be added.
    fn adapter(&self, item: Item) -> Option<Trace> {
        let is_there = !matches!(item.file.text(), Ok(None));
        let (removal, warnings) = match &item.finding {
            Finding::Obstacle(problem) if problem.code == Code::Edition => return None,
            Finding::Obstacle(_) => (Removal::Absent, Vec::new()),
            _ if is_there => {
                let (parent, leaf) = (&self.modules.parent, &self.modules.leaf);
                (
                    Removal::WholeFile { summary: None },
                    self.uses.of_module(parent, leaf),
                )
            }
            _ => (Removal::Absent, Vec::new()),
        };
        Some(Trace {
            file: item.file,
            finding: item.finding,
            removal,
            warnings,
        })
    }

    /// The declarations that make the compiler read the adapter, the outermost first.
    fn declarations(&self) -> Vec<Trace> {
        match &self.modules.site {
            ModuleSite::File { file, scope } => self.in_module_file(file, scope),
            ModuleSite::Inline { scope } => {
                let parent = self.modules.parent.as_str();
                let root = self.modules.crate_root.map(|crate_root| &crate_root.file);
                let leaf = root.and_then(|file| self.leaf(file, &[parent], scope));
                leaf.into_iter().collect()
            }
            ModuleSite::OutOfReach(_) => Vec::new(),
        }
    }

    fn in_module_file(&self, file: &UserFile, scope: &Scope) -> Vec<Trace> {
        let Some(mut leaf) = self.leaf(file, &[], scope) else {
            return Vec::new();
        };
        let mut traces = Vec::new();
        if let Removal::Cut(cut) = &leaf.removal
            && self.is_bare(&cut.after)
        {
            leaf.removal = Removal::WholeFile {
                summary: Some(cut.summary.clone()),
            };
            let roots = self.modules.crate_root.into_iter();
            let roots = roots.chain(&self.package.other_roots);
            let declared = roots.filter_map(|crate_root| self.parent(crate_root, file));
            traces.extend(declared);
            traces.dedup_by(|one, other| one.file.path == other.file.path);
        }
        traces.push(leaf);
        traces
    }

    /// Whether the module file `text` holds nothing but what a blueprint may have put there.
    fn is_bare(&self, text: &str) -> bool {
        let text = comparable(text);
        let text = text.trim();
        text.is_empty() || self.docs.iter().any(|docs| docs == text)
    }

    /// The declaration of the adapter's module in `file`, if it has one.
    fn leaf(&self, file: &UserFile, inside: &[&str], scope: &Scope) -> Option<Trace> {
        let name = &self.modules.leaf;
        let adapter = self.package.place.source_root.join(&self.part.adapter)?;
        let text = match file.text() {
            Ok(text) => text?,
            Err(problem) => return Some(unreadable(file, problem)),
        };
        let edit = undeclare(text, inside, name);
        let existing = inside.is_empty().then(|| find_declaration(text, name));
        if let Some(Ok(Some(existing))) = existing
            && !leads_to(&existing, scope, name, &adapter)
        {
            return None;
        }
        declaration(file, text, name, edit)
    }

    /// The declaration in `crate_root` of the module whose file is `module_file`, if it has one.
    fn parent(&self, crate_root: &CrateRoot, module_file: &UserFile) -> Option<Trace> {
        let (file, name) = (&crate_root.file, &self.modules.parent);
        let text = match file.text() {
            Ok(text) => text?,
            Err(problem) => return Some(unreadable(file, problem)),
        };
        let existing = match find_declaration(text, name) {
            Ok(existing) => existing?,
            Err(doubt) => return declaration(file, text, name, Err(doubt)),
        };
        let scope = crate_root.scope();
        if !leads_to(&existing, &scope, name, &module_file.path) {
            return None;
        }
        declaration(file, text, name, undeclare(text, &[], name))
    }

    /// What `draft` has of a dependency, and the draft without it.
    fn dependency(&self, item: Item, draft: &mut Package) -> Vec<Trace> {
        let Finding::Dependency(dependency) = &item.finding else {
            return Vec::new();
        };
        let is_there = dependency.finding.presence().is_some();
        if item.file.path != draft.place.manifest.path || item.file.above > 0 {
            // What a workspace would have to offer first.
            return Vec::new();
        }
        let name = import_name(&dependency.key);
        let stays = match dependency.role {
            _ if !is_there => None,
            Role::Runtime => Some(RUNTIME_STAYS.to_owned()),
            Role::Sdk | Role::Development => {
                let place = self.uses.mention_of(&name);
                place.map(|place| format!("`{place}` mentions `{name}`"))
            }
        };
        let removal = match stays {
            _ if !is_there => Removal::Absent,
            Some(reason) => Removal::Stays(reason),
            None => return self.sdk(dependency, draft),
        };
        vec![Trace {
            removal,
            file: draft.place.manifest.clone(),
            finding: item.finding,
            warnings: Vec::new(),
        }]
    }

    /// The entry of an SDK, and what the workspace offers for it alone.
    fn sdk(&self, dependency: &Dependency, draft: &mut Package) -> Vec<Trace> {
        let (removal, warnings) = cut(&draft.manifest, Section::Package, &dependency.key);
        let entry = Trace {
            file: draft.place.manifest.clone(),
            finding: Finding::Dependency(dependency.clone()),
            warnings,
            removal,
        };
        let mut offer = None;
        if let Removal::Cut(cut) = &entry.removal
            && draft.take(cut.after.clone()).is_ok()
            && dependency.finding.presence() == Some(Presence::Inherited)
        {
            offer = self.offer(dependency, draft);
        }
        [entry].into_iter().chain(offer).collect()
    }

    /// What the workspace offers under the key of `dependency`, once the `draft` inherits it no more. It goes if no other
    /// package inherits it either, and adding the blueprint would make the very same text of what is left.
    fn offer(&self, dependency: &Dependency, draft: &mut Package) -> Option<Trace> {
        let key = &dependency.key;
        let file = match &draft.workspace {
            None => draft.place.manifest.clone(),
            Some(workspace) => {
                let path = workspace.root.join(MANIFEST);
                let file = UserFile::read_outside(&draft.place.root, &path)?;
                file.with_text(workspace.manifest.text().to_owned())
            }
        };
        let offering = draft.workspace_manifest()?.clone();
        let (removal, warnings) = cut(&offering, Section::Workspace, key);
        let Removal::Cut(cut) = &removal else {
            return None;
        };
        let mut less = draft.clone();
        less.take_offering(cut.after.clone()).ok()?;
        let is_brought = || {
            let again = inspect::offered_again(&less, self.blueprint, self.part, key);
            again.as_deref() == Some(offering.text())
        };
        let removal = match self.heir(key, draft) {
            Some(heir) => Removal::Stays(format!("`{heir}` inherits it")),
            None if is_brought() => removal,
            None => Removal::Stays("it is not as the blueprint writes it".to_owned()),
        };
        if let Removal::Cut(_) = removal {
            *draft = less;
        }
        Some(Trace {
            file,
            finding: Finding::Dependency(dependency.clone()),
            removal,
            warnings,
        })
    }

    /// A package of the workspace that inherits `key`, once this one is as in `package`.
    fn heir(&self, key: &str, package: &Package) -> Option<String> {
        let inherits = |manifest: &Manifest, workspace| {
            let dependencies = all_dependencies(manifest, workspace);
            let mut inherited = dependencies.filter(|it| it.origin == Origin::Workspace);
            inherited.any(|declared| declared.key == key)
        };
        let offering = self.package.workspace_manifest();
        if inherits(&package.manifest, offering) {
            return Some(package.place.name.clone());
        }
        let root = match &self.package.workspace {
            Some(workspace) => &workspace.root,
            None => &self.package.place.root,
        };
        let Ok(Some(workspace)) = workspace::workspace_of(root) else {
            return Some("another package".to_owned());
        };
        let others = workspace.members.into_iter();
        let mut others = others.filter(|member| member.directory != self.package.place.root);
        let heir = others.find(|member| {
            let manifest = workspace::read_package(&member.directory);
            manifest.is_ok_and(|other| inherits(&other.manifest, offering))
        });
        Some(heir?.name)
    }
}

/// Whether the declaration of `name` is one of the module in `file`.
fn leads_to(existing: &Existing, scope: &Scope, name: &str, file: &crate::path::RelPath) -> bool {
    let is_file = existing.form == Form::File;
    is_file
        && match &existing.path {
            Some(path) => scope.file_at(path).as_ref() == Some(file),
            None => scope.path_to(name, file).is_none(),
        }
}

/// The declaration of the module `name` in `file`, which the `edit` takes out; nothing if there is none.
fn declaration(
    file: &UserFile,
    text: &str,
    name: &str,
    edit: Result<TextEdit, super::module::Doubt>,
) -> Option<Trace> {
    let (removal, warnings) = match edit {
        Ok(edit) if edit.is_empty() => return None,
        Ok(edit) => (removed(text, &edit, &format!("mod {name};")), Vec::new()),
        Err(doubt) => {
            let message = format!("the module `{name}` may be declared: {}", doubt.reason);
            let warning = Problem::new(Code::ModuleUnknown, message)
                .in_file(file.path.as_str())
                .at(doubt.position)
                .help("if it is, take the declaration out");
            (Removal::Unknown(doubt.reason), vec![warning])
        }
    };
    Some(Trace {
        file: file.clone(),
        finding: Finding::Module(Module {
            name: name.to_owned(),
            finding: ModuleFinding::Declared,
        }),
        removal,
        warnings,
    })
}

/// How the dependency `key` goes out of the `section` of `manifest`, and what is to be said of it.
fn cut(manifest: &Manifest, section: Section, key: &str) -> (Removal, Vec<Problem>) {
    let text = manifest.text();
    match remove_from(manifest, section, key) {
        Ok(edit) if edit.is_empty() => (Removal::Absent, Vec::new()),
        Ok(edit) => (removed(text, &edit, key), Vec::new()),
        Err(problem) => {
            let reason = problem.message.clone();
            (Removal::Unknown(reason), vec![problem.in_file(MANIFEST)])
        }
    }
}

/// The removal of what `edit` takes out of `text`, with its line there, else `name`: in a list there is more in a line.
fn removed(text: &str, edit: &TextEdit, name: &str) -> Removal {
    let line = edit.line(text).unwrap_or(1);
    let found = text.lines().nth(line - 1).map(str::trim);
    let found = found.filter(|found| found.contains(name) && !found.contains('['));
    Removal::Cut(Cut {
        after: edit.apply(text),
        summary: found.unwrap_or(name).to_owned(),
        line,
    })
}
