//! A guide in Markdown, in the format that upstream hands to coding agents, as a blueprint: what of it is code is written, what
//! is prose is left to the person.
//!
//! Text in, values out.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

use serde::Deserialize;

use super::directory::invalid;
use super::known_part;
use super::rules::{MOST, is_package, is_requirement};
use crate::blueprint::marker::Marker;
use crate::blueprint::texts::{Guide, Texts};
use crate::blueprint::{Blueprint, Ecosystem, EnvironmentVariable, Part, Runtime, Sdk, Variant};
use crate::blueprint::{Own, Source};
use crate::error::Problem;
use crate::npm::typescript;
use crate::text::Position;

/// What stands between the lines `---` at the top of a guide.
#[derive(Debug, Deserialize)]
struct FrontMatter {
    kind: String,
    version: u32,
    #[serde(default)]
    website: String,
    #[serde(default)]
    aliases: Vec<String>,
    /// Whether it tells how to write any adapter of the kind.
    #[serde(default)]
    root: bool,
}

/// The blueprint that the guide `text` in `file` is.
///
/// # Errors
///
/// The line that keeps it from being one.
pub(super) fn parse(text: &str, file: &Path) -> Result<Blueprint, Problem> {
    let (front_matter, body_line) = front_matter(text)?;
    if front_matter.root {
        let problem = invalid("the guide is for any provider, and has no adapter to write");
        return Err(problem.at(line(1)));
    }
    let (blocks, headings) = structure(text, body_line);
    let (block, marker) = adapter(&blocks, body_line, &front_matter)?;
    let imports = Imports::of(block)?;
    let ranges = ranges(text);
    let known = known_part(Ecosystem::Npm);
    let known = known.ok_or_else(|| invalid("this `flue` has no blueprint for TypeScript"))?;
    let (sdks, without_range) = packages(&imports, &ranges, &known.runtime);
    let is_left = |name: &&str| *name != known.runtime.package && !imports.packages.contains(*name);
    let others = ranges.iter().filter(|(name, _)| is_left(name));
    let others = others.map(|(name, range)| format!("{name}@{range}"));
    let end = block.line + block.text.lines().count();
    let is_left = |heading: &&(String, usize)| heading.1 > end && heading.0 != UPGRADE_GUIDE;
    let sections = headings.iter().filter(is_left).cloned().collect::<Vec<_>>();
    let guide = Guide {
        adapter: format!("{}\n", block.text.trim_end()),
        without_range,
        others: others.take(MOST).collect(),
        files: imports.files.into_iter().collect(),
        rest: rest(text, &sections, &headings),
        sections,
    };
    let title = text.lines().find_map(|line| line.strip_prefix("# "));
    let part = Part {
        adapter: place(block, &marker)?,
        runtime: known.runtime.clone(),
        sdks,
        module_docs: String::new(),
        rust_version: None,
        variants: vec![variant(&block.text, &known)],
        upstream: Vec::new(),
    };
    Ok(Blueprint {
        kind: marker.kind,
        name: marker.name,
        version: marker.version,
        summary: title.unwrap_or_default().trim().to_owned(),
        website: front_matter.website,
        aliases: front_matter.aliases,
        environment: variables(&block.text),
        hand_over: String::new(),
        parts: BTreeMap::from([(Ecosystem::Npm, part)]),
        source: Source::Own(Arc::new(Own {
            place: file.to_owned(),
            typed: None,
            texts: Texts::Guide(guide),
            earlier: Vec::new(),
        })),
    })
}

/// What is imported of packages with the ranges that a guide names, and those that it names no range of. What is of the scope
/// of the `runtime` comes in its range.
fn packages(
    imports: &Imports,
    ranges: &BTreeMap<&str, &str>,
    runtime: &Runtime,
) -> (Vec<Sdk>, Vec<String>) {
    let scope = runtime.package.split_inclusive('/').next();
    let (mut sdks, mut without_range) = (Vec::new(), Vec::new());
    let packages = imports.packages.iter();
    for package in packages.filter(|package| **package != runtime.package) {
        let range = ranges.get(package.as_str());
        let is_sibling = scope.is_some_and(|scope| package.starts_with(scope));
        let sibling = Some(runtime.requirement.as_str()).filter(|_| is_sibling);
        match range.copied().or(sibling) {
            Some(requirement) => sdks.push(Sdk {
                package: package.clone(),
                also: Vec::new(),
                requirement: requirement.to_owned(),
                sibling_of_runtime: range.is_none(),
                development: false,
            }),
            None => without_range.push(package.clone()),
        }
    }
    (sdks, without_range)
}

/// The last section of a guide, which is about the guide.
const UPGRADE_GUIDE: &str = "Upgrade Guide";

fn line(line: usize) -> Position {
    Position { line, column: 1 }
}

/// What the front matter says, and the first line after it.
fn front_matter(text: &str) -> Result<(FrontMatter, usize), Problem> {
    let expected = "a guide starts with a line `---`, JSON, and another line `---`";
    let lines = text.lines().collect::<Vec<_>>();
    if lines.first().map(|line| line.trim_end()) != Some("---") {
        return Err(invalid(expected).at(line(1)));
    }
    let length = lines[1..].iter().position(|line| line.trim_end() == "---");
    let length = length.ok_or_else(|| invalid(expected).at(line(1)))?;
    let json = lines[1..=length].join("\n");
    let read = serde_json::from_str::<FrontMatter>(&json).map_err(|error| {
        let message = error.to_string();
        let message = message.split(" at line ").next().unwrap_or_default();
        invalid(format!(
            "the front matter is not as it should be: {message}"
        ))
        .at(Position {
            line: error.line() + 1,
            column: error.column().max(1),
        })
        .help("it says `kind` and `version`, and may say `website` and `aliases`")
    })?;
    Ok((read, length + 3))
}

/// A block of code.
struct Block {
    /// The line of the fence.
    line: usize,
    /// The first word behind the fence.
    language: String,
    /// The `title="…"` behind it.
    title: Option<String>,
    text: String,
}

/// The blocks of code and the headings of the second level from `first_line` on.
fn structure(text: &str, first_line: usize) -> (Vec<Block>, Vec<(String, usize)>) {
    let (mut blocks, mut headings) = (Vec::new(), Vec::new());
    let mut open: Option<(Block, &str, usize)> = None;
    for (index, content) in text.lines().enumerate().skip(first_line - 1) {
        let trimmed = content.trim_start();
        let indent = content.len() - trimmed.len();
        let fence = trimmed.trim_start_matches(['`', '~']);
        let (fence, info) = trimmed.split_at(trimmed.len() - fence.len());
        if let Some((block, opening, outer)) = &mut open {
            let is_end = fence.starts_with(*opening) && info.trim().is_empty();
            if is_end {
                blocks.extend(open.take().map(|(block, ..)| block));
                continue;
            }
            block.text += &content[indent.min(*outer)..];
            block.text.push('\n');
            continue;
        }
        if fence.len() >= 3 && !info.contains('`') {
            let title = info.split_once("title=\"");
            let title = title.and_then(|(_, rest)| Some(rest.split_once('"')?.0.to_owned()));
            let block = Block {
                line: index + 1,
                language: info
                    .split_whitespace()
                    .next()
                    .unwrap_or_default()
                    .to_owned(),
                title,
                text: String::new(),
            };
            open = Some((block, fence, indent));
        } else if let Some(heading) = content.strip_prefix("## ") {
            headings.push((heading.trim().to_owned(), index + 1));
        }
    }
    (blocks, headings)
}

/// The one block that begins with a marker, and what that says.
fn adapter<'b>(
    blocks: &'b [Block],
    body_line: usize,
    front_matter: &FrontMatter,
) -> Result<(&'b Block, Marker), Problem> {
    let FrontMatter { kind, version, .. } = front_matter;
    let marker = format!("flue-blueprint: {kind}/<name>@{version}");
    let mut marked = blocks
        .iter()
        .filter(|block| block.text.starts_with(Marker::PREFIX.trim_end()));
    let Some(block) = marked.next() else {
        let first = blocks.iter().find(|block| block.is_typescript());
        let problem = invalid(format!(
            "no block of code begins with the comment `{marker}`"
        ));
        let problem = problem.at(line(first.map_or(body_line, |block| block.line)));
        return Err(
            problem.help("mark the one that is the adapter; a guide without one is for people")
        );
    };
    if let Some(second) = marked.next() {
        let message = format!(
            "a second block begins with a marker, and the one in line {} does",
            block.line
        );
        let problem = invalid(message).at(line(second.line));
        return Err(problem.help("an adapter is one file: keep one of them"));
    }
    let found = Marker::find(&block.text).filter(|found| super::rules::is_slug(&found.name));
    let found = found.filter(|found| (&found.kind, found.version) == (kind, *version));
    let Some(found) = found else {
        let first = block.text.lines().next().unwrap_or_default();
        let first = first.trim_start_matches('/').trim();
        let problem = invalid(format!("the marker `{first}` is not `{marker}`"));
        let problem = problem.at(line(block.line + 1));
        return Err(
            problem.help("kind and version are those of the front matter, and the name is a name")
        );
    };
    if !block.is_typescript() {
        let problem = invalid(format!(
            "the adapter is in `{}`, not in `ts`",
            block.language
        ));
        let problem = problem.at(line(block.line));
        return Err(problem.help(
            "a guide is for TypeScript; an adapter in Rust needs a directory with a `blueprint.toml`",
        ));
    }
    Ok((block, found))
}

impl Block {
    fn is_typescript(&self) -> bool {
        matches!(self.language.as_str(), "ts" | "typescript")
    }
}

/// Where the adapter belongs, below the source root: where the title of its block says, else where its kind does.
fn place(block: &Block, marker: &Marker) -> Result<String, Problem> {
    if let Some(title) = &block.title {
        let roots = ["src/", ".flue/", "<source-dir>/"];
        let path = roots.iter().find_map(|root| title.strip_prefix(root));
        return Ok(path.unwrap_or(title).to_owned());
    }
    match marker.kind.as_str() {
        "sandbox" => Ok(format!("sandboxes/{}.ts", marker.name)),
        "channel" => Ok(format!("channels/{}.ts", marker.name)),
        "database" => Ok("db.ts".to_owned()),
        kind => {
            let problem = invalid(format!(
                "the kind `{kind}` does not tell where the file goes"
            ));
            let problem = problem.at(line(block.line));
            Err(problem.help("say it behind the fence: ```` ```ts title=\"src/example.ts\" ````"))
        }
    }
}

/// What the adapter imports.
#[derive(Default)]
struct Imports {
    /// Packages that neither Node nor the platform brings.
    packages: BTreeSet<String>,
    /// Files of the project, as they are imported.
    files: BTreeSet<String>,
}

impl Imports {
    fn of(block: &Block) -> Result<Self, Problem> {
        let mut imports = Self::default();
        for (at, specifier) in typescript::specifiers(&block.text) {
            let (list, name) = match Import::of(specifier) {
                Import::Platform => continue,
                Import::File => (&mut imports.files, specifier),
                Import::Package(name) => (&mut imports.packages, name),
                Import::Placeholder => {
                    let position = Position::at(&block.text, at);
                    let problem = invalid(format!("`{specifier}` cannot be imported"));
                    let problem = problem.at(Position {
                        line: block.line + position.line,
                        ..position
                    });
                    return Err(problem.help("put the name in the place of what stands for it"));
                }
            };
            list.insert(name.to_owned());
        }
        if imports.packages.len().max(imports.files.len()) > MOST {
            let message = format!("the adapter imports more than {MOST} packages or files");
            return Err(invalid(message).at(line(block.line)));
        }
        Ok(imports)
    }
}

/// What an import is of.
enum Import<'a> {
    /// What Node or another platform brings.
    Platform,
    /// A file of the project.
    File,
    /// A package.
    Package(&'a str),
    /// Something that a person was to replace.
    Placeholder,
}

impl<'a> Import<'a> {
    fn of(specifier: &'a str) -> Self {
        let package = typescript::package_of(specifier);
        if specifier.contains(['<', '>', '{', '}', '$', ' ', '…']) {
            Self::Placeholder
        } else if specifier.starts_with(['.', '#', '/', '~']) || specifier.starts_with("@/") {
            Self::File
        } else if specifier.contains(':') || typescript::is_of_node(specifier) {
            Self::Platform
        } else if is_package(package, Ecosystem::Npm) {
            Self::Package(package)
        } else {
            Self::Placeholder
        }
    }
}

/// The packages that `text` names with a range, as `name@range`, each with the first one.
fn ranges(text: &str) -> BTreeMap<&str, &str> {
    let mut ranges = BTreeMap::new();
    let words = text.split(|c: char| c.is_whitespace() || "`'\"()[],;".contains(c));
    for word in words {
        let Some((name, range)) = word.rsplit_once('@') else {
            continue;
        };
        let range = range.trim_end_matches(['.', ':']);
        if is_package(name, Ecosystem::Npm) && is_requirement(range, Ecosystem::Npm) {
            ranges.entry(name).or_insert(range);
        }
    }
    ranges
}

/// The variant that the adapter `code` is: where it has the method that the newest runtime calls, it is for the runtimes that do.
fn variant(code: &str, known: &Part) -> Variant {
    let newest = known.variants.last();
    let newest = newest.filter(|newest| {
        let factory = newest.factory.as_deref();
        factory.is_some_and(|factory| typescript::has_word(&typescript::code(code), factory))
    });
    Variant {
        since: newest.and_then(|newest| newest.since.clone()),
        reaching: None,
        factory: newest.and_then(|newest| newest.factory.clone()),
        template: Guide::ADAPTER.to_owned(),
        next_steps: Guide::NEXT_STEPS.to_owned(),
    }
}

/// The variables that `code` reads from its environment.
fn variables(code: &str) -> Vec<EnvironmentVariable> {
    let code = typescript::code(code);
    let names = code.split("process.env.").skip(1).map(|rest| {
        let is_part = |c: char| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_';
        &rest[..rest.find(|c| !is_part(c)).unwrap_or(rest.len())]
    });
    let names = names
        .filter(|name| !name.is_empty())
        .collect::<BTreeSet<_>>();
    let variables = names.into_iter().map(|name| EnvironmentVariable {
        name: name.to_owned(),
        purpose: "is read by the adapter".to_owned(),
    });
    variables.collect()
}

/// The text of `text` under the `left` headings, which are some of the `headings`.
fn rest(text: &str, left: &[(String, usize)], headings: &[(String, usize)]) -> String {
    let lines = text.lines().collect::<Vec<_>>();
    let sections = left.iter().map(|(_, start)| {
        let next = headings
            .iter()
            .map(|(_, line)| *line)
            .find(|line| line > start);
        let end = next.map_or(lines.len(), |next| next - 1);
        lines[start - 1..end].join("\n").trim_end().to_owned()
    });
    sections.collect::<Vec<_>>().join("\n\n")
}
