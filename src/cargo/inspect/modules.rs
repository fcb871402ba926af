//! How the adapter's module is declared: in its parent, and the parent in the crate root.

use crate::cargo::module::site::{ModuleSite, Modules};
use crate::cargo::module::{
    Declaring, Doubt, Existing, Form, ModuleDeclaration, Scope, Visibility, declare,
    find_declaration,
};
use crate::cargo::package::{CrateKind, CrateRoot, Package};
use crate::error::{Code, Problem};
use crate::inspect::{Addition, Finding, Item, Module, ModuleFinding};
use crate::path::RelPath;
use crate::project::file::UserFile;
use crate::text::LineEnding;

/// The declarations that make the compiler read the `adapter`, in the order in which they are written. `docs` is the
/// first line of a new module file, and `feature` the one that the adapter is compiled with, if it is not always.
pub(super) fn inspect(
    package: &Package,
    modules: &Modules<'_>,
    adapter: &UserFile,
    docs: &str,
    feature: Option<&str>,
) -> Vec<Item> {
    let reader = Reader {
        feature,
        package,
        modules,
        adapter: &adapter.path,
    };
    match (&modules.site, modules.crate_root) {
        (ModuleSite::File { file, scope }, crate_root) => {
            let parent = match crate_root {
                Some(crate_root) => reader.parent(crate_root, file),
                None => reader.no_crate_root(file),
            };
            vec![reader.leaf_in_file(file, scope, docs), parent]
        }
        (ModuleSite::Inline { scope }, Some(crate_root)) => {
            vec![reader.leaf_inline(crate_root, scope)]
        }
        (ModuleSite::OutOfReach(problem), Some(crate_root)) => {
            vec![reader.out_of_reach(crate_root, problem)]
        }
        // Only a crate root declares a module inline, or out of reach.
        (ModuleSite::Inline { .. } | ModuleSite::OutOfReach(_), None) => Vec::new(),
    }
}

struct Reader<'a> {
    feature: Option<&'a str>,
    package: &'a Package,
    modules: &'a Modules<'a>,
    adapter: &'a RelPath,
}

impl Reader<'_> {
    /// The module of the adapter, in the file of its parent, which may have to be made.
    fn leaf_in_file(&self, file: &UserFile, scope: &Scope, docs: &str) -> Item {
        let line_ending = LineEnding::of(self.package.manifest.text());
        let new_file = line_ending.apply(&format!("//! {docs}\n"));
        match file.text() {
            Ok(text) => self.leaf_item(file, text.unwrap_or(&new_file), &[], scope),
            Err(problem) => Item::obstacle(file, problem),
        }
    }

    /// The module of the adapter, between the braces of its parent in the crate root.
    fn leaf_inline(&self, crate_root: &CrateRoot, scope: &Scope) -> Item {
        let file = &crate_root.file;
        match file.text() {
            Ok(text) => {
                let parent = self.modules.parent.as_str();
                self.leaf_item(file, text.unwrap_or_default(), &[parent], scope)
            }
            Err(problem) => Item::obstacle(file, problem),
        }
    }

    fn leaf_item(&self, file: &UserFile, text: &str, inside: &[&str], scope: &Scope) -> Item {
        let leaf = ModuleDeclaration {
            name: self.modules.leaf.clone(),
            // What a binary target declares, no one outside can use.
            visibility: match self.modules.crate_root {
                Some(CrateRoot {
                    kind: CrateKind::Library,
                    ..
                }) => Visibility::Public,
                _ => Visibility::Restricted,
            },
            path: scope.path_to(&self.modules.leaf, self.adapter),
            feature: self.feature_of_leaf(),
        };
        let declaring = declare(text, inside, &leaf);
        let elsewhere = match &declaring {
            Declaring::Present(existing) => self.elsewhere(file, scope, &leaf, existing),
            _ => None,
        };
        elsewhere.unwrap_or_else(|| item(file, text, declaring, &leaf))
    }

    /// The feature of the adapter, where its parent is there without it.
    fn feature_of_leaf(&self) -> Option<String> {
        let text = self.modules.crate_root?.file.text().ok()??;
        let parent = find_declaration(text, &self.modules.parent).ok()??;
        let feature = self.feature.filter(|_| !parent.conditional);
        feature.map(str::to_owned)
    }

    /// The parent, in the crate root.
    fn parent(&self, crate_root: &CrateRoot, module_file: &UserFile) -> Item {
        let parent = ModuleDeclaration {
            name: self.modules.parent.clone(),
            visibility: match crate_root.kind {
                CrateKind::Library => Visibility::Public,
                CrateKind::Binary => Visibility::Private,
            },
            path: crate_root
                .scope()
                .path_to(&self.modules.parent, &module_file.path),
            feature: self.feature.map(str::to_owned),
        };
        let file = &crate_root.file;
        match file.text() {
            Ok(Some(text)) => item(file, text, declare(text, &[], &parent), &parent),
            Ok(None) => {
                let doubt = Doubt {
                    reason: "the file does not exist".to_owned(),
                    position: None,
                };
                item(file, "", Declaring::Unknown(doubt), &parent)
            }
            Err(problem) => Item::obstacle(file, problem),
        }
    }

    /// A declaration of the adapter's name that is another module, or that nobody outside can reach.
    fn elsewhere(
        &self,
        file: &UserFile,
        scope: &Scope,
        leaf: &ModuleDeclaration,
        existing: &Existing,
    ) -> Option<Item> {
        let adapter = self.adapter;
        let is_adapter = match &existing.path {
            Some(path) => scope.file_at(path).as_ref() == Some(adapter),
            None => scope.path_to(&leaf.name, adapter).is_none(),
        };
        let (finding, message) = if existing.form == Form::Inline || !is_adapter {
            let message = format!("`mod {}` is declared, and is not `{adapter}`", leaf.name);
            (ModuleFinding::Elsewhere, message)
        } else if existing.visibility == Visibility::Private {
            let message = format!(
                "`mod {}` is private, so that no other module can use it",
                leaf.name
            );
            (ModuleFinding::Declared, message)
        } else {
            return None;
        };
        let warning = Problem::new(Code::ModuleElsewhere, message)
            .in_file(file.path.as_str())
            .at(existing.position)
            .help(format!("declare the adapter with `{}`", one_line(leaf)));
        Some(found(file, &leaf.name, finding, Some(warning)))
    }

    /// It is for the manifest to say which crate root there is.
    fn no_crate_root(&self, module_file: &UserFile) -> Item {
        let parent = &self.modules.parent;
        let message =
            format!("it is not clear which crate root should declare the module `{parent}`");
        let finding = ModuleFinding::Unknown(message.clone());
        let warning = Problem::new(Code::NoCrateRoot, message).help(format!(
            "add `mod {parent};` to the crate root that uses it, with a `#[path]` that leads to `{}`; `--no-wire` says that \
             it is declared",
            module_file.path
        ));
        found(&self.package.place.manifest, parent, finding, Some(warning))
    }

    fn out_of_reach(&self, crate_root: &CrateRoot, problem: &Problem) -> Item {
        let finding = ModuleFinding::Unknown(problem.message.clone());
        found(
            &crate_root.file,
            &self.modules.leaf,
            finding,
            Some(problem.clone()),
        )
    }
}

/// What `declaring` tells of `file`, whose text is `text`, or will be before the declaration is added.
fn item(
    file: &UserFile,
    text: &str,
    declaring: Declaring,
    declaration: &ModuleDeclaration,
) -> Item {
    let name = &declaration.name;
    match declaring {
        Declaring::Present(_) => found(file, name, ModuleFinding::Declared, None),
        Declaring::Missing(edit) => {
            let addition = Addition {
                after: edit.apply(text),
                summary: one_line(declaration),
                line: edit.line(text).unwrap_or(1),
            };
            found(file, name, ModuleFinding::Missing(addition), None)
        }
        Declaring::Unknown(doubt) => {
            let message = format!("the module `{name}` may not be declared: {}", doubt.reason);
            let warning = Problem::new(Code::ModuleUnknown, message)
                .in_file(file.path.as_str())
                .at(doubt.position)
                .help(format!(
                    "if it is not, add the line `{}`; if it is, `--no-wire` says so",
                    one_line(declaration)
                ));
            found(
                file,
                name,
                ModuleFinding::Unknown(doubt.reason),
                Some(warning),
            )
        }
    }
}

fn found(file: &UserFile, name: &str, finding: ModuleFinding, warning: Option<Problem>) -> Item {
    Item {
        file: file.clone(),
        finding: Finding::Module(Module {
            name: name.to_owned(),
            finding,
        }),
        warnings: warning.into_iter().collect(),
    }
}

fn one_line(declaration: &ModuleDeclaration) -> String {
    declaration.source().replace('\n', " ")
}
