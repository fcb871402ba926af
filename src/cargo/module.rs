//! How a Rust file declares a module: whether it does, and the text that makes it do so.
//!
//! Text in, edits out. [`declare`] looks at the items of a file and adds one, [`undeclare`] takes it out; [`Scope`] tells in which files the compiler
//! looks for what a file declares. Which files exist is the caller's business.

mod comments;
mod items;
mod placement;
mod scope;
pub mod site;
#[cfg(test)]
mod tests;
mod tokens;

use items::{Body, Item, Kind, Module, PathAttribute};
use tokens::{Dialect, Tokens};

pub use scope::{FileKind, Scope};

use crate::text::{Position, TextEdit};

/// A module that a file should declare.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ModuleDeclaration {
    /// The name of the module.
    pub name: String,
    /// Who may use it.
    pub visibility: Visibility,
    /// The value of its `#[path]`, where it needs one; see [`Scope::path_to`].
    pub path: Option<String>,
    /// The feature that it is there with, unless it always is.
    pub feature: Option<String>,
}

/// Who may use a module.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Visibility {
    /// `mod`
    Private,
    /// `pub(crate) mod`, or any other part of the crate.
    Restricted,
    /// `pub mod`
    Public,
}

/// What [`declare`] found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Declaring {
    /// The file declares the module already.
    Present(Existing),
    /// The file does not declare it; what makes it do so.
    Missing(TextEdit),
    /// The file may or may not declare the module, or it cannot be read: the user has to look.
    Unknown(Doubt),
}

/// A declaration that is there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Existing {
    /// Where the item starts.
    pub position: Position,
    /// Who may use the module.
    pub visibility: Visibility,
    /// Whether it is behind `cfg`, so that some builds leave it out.
    pub conditional: bool,
    /// The feature that it is there with, if that is all of the condition.
    pub feature: Option<String>,
    /// The value of its `#[path]`.
    pub path: Option<String>,
    /// Where its items are.
    pub form: Form,
}

/// Where the items of a module are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// In a file of its own: `mod name;`.
    File,
    /// Between its braces: `mod name { … }`.
    Inline,
}

/// Why a file was left alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Doubt {
    /// What cannot be known, as the end of a sentence.
    pub reason: String,
    /// The place that raises the doubt.
    pub position: Option<Position>,
}

impl Doubt {
    fn at(text: &str, offset: usize, reason: impl Into<String>) -> Self {
        Self {
            reason: reason.into(),
            position: Some(Position::at(text, offset)),
        }
    }
}

impl ModuleDeclaration {
    /// The declaration as Rust source, with its attributes on lines before it.
    pub fn source(&self) -> String {
        self.lines().collect::<Vec<_>>().join("\n")
    }

    fn lines(&self) -> impl Iterator<Item = String> {
        let feature = self.feature.as_ref();
        let feature = feature.map(|feature| format!("#[cfg(feature = {feature:?})]"));
        let path = self.path.as_ref().map(|path| format!("#[path = {path:?}]"));
        let visibility = match self.visibility {
            Visibility::Private => "",
            Visibility::Restricted => "pub(crate) ",
            Visibility::Public => "pub ",
        };
        feature
            .into_iter()
            .chain(path)
            .chain([format!("{visibility}mod {};", self.name)])
    }
}

/// The declaration of the module `name` at the outermost level of the file `text`.
///
/// # Errors
///
/// When the file cannot be read, or may declare it in a way that cannot be followed, such as in a macro.
pub fn find_declaration(text: &str, name: &str) -> Result<Option<Existing>, Doubt> {
    let source = Source::read(text)?;
    existing(&source, &source.file, name)
}

/// Makes the file `text` declare a module, at its outermost level, or `inside` the inline modules of these names, each
/// within the one before.
///
/// A module that is declared in any way is left as it is. The new line goes beside the declarations that are there, in
/// their order, else after the imports; the user's lines stay as they are, and rustfmt has nothing to move.
pub fn declare(text: &str, inside: &[&str], declaration: &ModuleDeclaration) -> Declaring {
    find_or_insert(text, inside, declaration).unwrap_or_else(Declaring::Unknown)
}

fn find_or_insert(
    text: &str,
    inside: &[&str],
    declaration: &ModuleDeclaration,
) -> Result<Declaring, Doubt> {
    let source = Source::read(text)?;
    let body = source.body(inside)?;
    if let Some(existing) = existing(&source, body, &declaration.name)? {
        return Ok(Declaring::Present(existing));
    }
    check_imports(&source, body, &declaration.name)?;
    let edit = placement::insertion(text, body, declaration);
    let changed = edit.apply(text);
    let is_safe = Source::read(&changed).is_ok_and(|changed| {
        gains_only(&source, &changed, inside, |module| is(module, declaration))
    });
    if !is_safe {
        let line = declaration.source().replace('\n', " ");
        return Err(Doubt {
            reason: format!("no place for `{line}` was found"),
            position: None,
        });
    }
    Ok(Declaring::Missing(edit))
}

/// Takes the declaration of the module `name` out of the file `text`, at the place that [`declare`] looks at; an edit
/// without effect if there is none.
///
/// What [`declare`] wrote goes without a trace. Where that cannot be told from what the user wrote, a blank line stays. The
/// attributes of the declaration go with it, and a comment in its line; comments above it stay.
///
/// # Errors
///
/// When the file cannot be read, may declare the module in a way that cannot be followed, or holds its items.
pub fn undeclare(text: &str, inside: &[&str], name: &str) -> Result<TextEdit, Doubt> {
    let source = Source::read(text)?;
    let body = source.body(inside)?;
    let found = existing(&source, body, name)?;
    let (Some(found), Some((item, _))) = (found, only_module(text, body, name)?) else {
        return Ok(TextEdit::default());
    };
    let doubt = |reason: &str| Doubt::at(text, item.span.start, format!("`mod {name}` {reason}"));
    if found.form == Form::Inline {
        return Err(doubt("holds its items itself"));
    }
    let mut removals = placement::removals(text, body, item);
    removals.retain(|edit| {
        Source::read(&edit.apply(text))
            .is_ok_and(|less| gains_only(&less, &source, inside, |module| module.name == name))
    });
    let declaration = ModuleDeclaration {
        name: name.to_owned(),
        visibility: found.visibility,
        path: found.path,
        feature: found.feature,
    };
    let inverse = TextEdit::undoing(text, removals, |less| {
        let less = Source::read(less).ok()?;
        let body = less.body(inside).ok()?;
        Some(placement::insertion(less.text, body, &declaration))
    });
    inverse.ok_or_else(|| doubt("cannot be taken out alone"))
}

/// A file and its items.
struct Source<'a> {
    text: &'a str,
    file: Body,
    dialect: Dialect,
}

impl<'a> Source<'a> {
    fn read(text: &'a str) -> Result<Self, Doubt> {
        let (file, dialect) = items::read(text)?;
        Ok(Self {
            text,
            file,
            dialect,
        })
    }

    /// The body of the inline module at the path `inside`.
    fn body(&self, inside: &[&str]) -> Result<&Body, Doubt> {
        let mut body = &self.file;
        for name in inside {
            let found = only_module(self.text, body, name)?;
            body = found
                .and_then(|(_, module)| module.body.as_ref())
                .ok_or_else(|| Doubt {
                    reason: format!("there is no `mod {name} {{ … }}` in the file"),
                    position: None,
                })?;
        }
        Ok(body)
    }
}

/// The module `name` that `body` declares.
fn only_module<'a>(
    text: &str,
    body: &'a Body,
    name: &str,
) -> Result<Option<(&'a Item, &'a Module)>, Doubt> {
    let mut modules = body.modules().filter(|(_, module)| module.name == name);
    let first = modules.next();
    match modules.next() {
        None => Ok(first),
        Some((again, _)) => Err(Doubt::at(
            text,
            again.span.start,
            format!("`mod {name}` is declared more than once"),
        )),
    }
}

fn existing(source: &Source<'_>, body: &Body, name: &str) -> Result<Option<Existing>, Doubt> {
    let text = source.text;
    let Some((item, module)) = only_module(text, body, name)? else {
        return check_macros(source, body, name).map(|()| None);
    };
    let path = match &module.attributes.path {
        PathAttribute::Absent => None,
        PathAttribute::Value(path) => Some(path.clone()),
        PathAttribute::Unknown => {
            let reason = format!("the `path` of `mod {name}` depends on a condition");
            return Err(Doubt::at(text, item.span.start, reason));
        }
    };
    Ok(Some(Existing {
        position: Position::at(text, item.span.start),
        visibility: module.visibility,
        conditional: module.attributes.conditional,
        feature: module.attributes.feature.clone(),
        path,
        form: if module.body.is_some() {
            Form::Inline
        } else {
            Form::File
        },
    }))
}

/// Finds a macro that may declare the module `name`: its tokens say so or hold the name, or it includes another file.
fn check_macros(source: &Source<'_>, body: &Body, name: &str) -> Result<(), Doubt> {
    let text = source.text;
    for item in &body.items {
        let Kind::Macro(call) = &item.kind else {
            continue;
        };
        let mut tokens = Tokens::of(text, call.tokens.clone(), source.dialect);
        if items::names(tokens, &["mod", name])? {
            let reason = format!("`mod {name}` stands inside the macro `{}!`", call.name);
            return Err(Doubt::at(text, item.span.start, reason));
        }
        if call.name != "macro_rules" && items::names(tokens, &[name])? {
            let reason = format!("the macro `{}!` may make `mod {name}`", call.name);
            return Err(Doubt::at(text, item.span.start, reason));
        }
        if call.is_about_modules() && items::has_string(tokens)? {
            let reason = format!("the macro `{}!` may find `mod {name}` by itself", call.name);
            return Err(Doubt::at(text, item.span.start, reason));
        }
        // What a build script writes to `OUT_DIR` does not declare a module of the project.
        if call.name == "include" && tokens.peek()?.kind == tokens::Kind::String {
            let reason = format!("`mod {name}` may stand in a file that `include!` brings in");
            return Err(Doubt::at(text, item.span.start, reason));
        }
    }
    Ok(())
}

/// Finds an import of something else that has the name `name`, beside which a module cannot have it.
fn check_imports(source: &Source<'_>, body: &Body, name: &str) -> Result<(), Doubt> {
    let text = source.text;
    for item in &body.items {
        let Kind::Import(tokens) = &item.kind else {
            continue;
        };
        let tokens = Tokens::of(text, tokens.clone(), source.dialect);
        if items::imports(tokens, name)? {
            return Err(Doubt::at(
                text,
                item.span.start,
                format!("the name `{name}` is taken by an import"),
            ));
        }
    }
    Ok(())
}

/// Whether `more` declares a module `inside` that `is_gain` accepts, and else holds the items of `less` and no others.
fn gains_only(
    less: &Source<'_>,
    more: &Source<'_>,
    inside: &[&str],
    is_gain: impl Fn(&Module) -> bool,
) -> bool {
    let Ok(body) = more.body(inside) else {
        return false;
    };
    let mut gains = body.modules().filter(|(_, module)| is_gain(module));
    let (Some((gain, _)), None) = (gains.next(), gains.next()) else {
        return false;
    };
    let gain = &more.text[gain.span.clone()];

    let (mut old, mut new) = (Vec::new(), Vec::new());
    outline(less.text, &less.file, &mut old);
    outline(more.text, &more.file, &mut new);
    let index = new.iter().position(|source| std::ptr::eq(*source, gain));
    index.is_some_and(|index| {
        new.remove(index);
        old == new
    })
}

fn is(module: &Module, declaration: &ModuleDeclaration) -> bool {
    let path = match &module.attributes.path {
        PathAttribute::Absent => None,
        PathAttribute::Value(path) => Some(path),
        PathAttribute::Unknown => return false,
    };
    module.name == declaration.name
        && module.visibility == declaration.visibility
        && module.body.is_none()
        && path == declaration.path.as_ref()
        && module.attributes.feature == declaration.feature
}

/// The source of every item in order; of an inline module, its two ends and its items.
fn outline<'a>(text: &'a str, body: &Body, sources: &mut Vec<&'a str>) {
    sources.push(&text[body.span.start..body.head_end]);
    for item in &body.items {
        let Kind::Module(Module {
            body: Some(inner), ..
        }) = &item.kind
        else {
            sources.push(&text[item.span.clone()]);
            continue;
        };
        sources.push(&text[item.span.start..inner.span.start]);
        outline(text, inner, sources);
        sources.push(&text[inner.span.end..item.span.end]);
    }
}
