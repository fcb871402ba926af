//! Embeds `templates/`, so that a run of the command neither parses a blueprint nor, in a usual project, a template.
//!
//! A mistake in a blueprint fails the build.
#![expect(
    clippy::print_stdout,
    reason = "a build script talks to cargo through stdout"
)]

#[path = "../src/blueprint/context.rs"]
#[expect(dead_code, reason = "no usual program lies beside a library")]
mod context;
mod directory;
#[path = "../src/blueprint/engine.rs"]
mod engine;
#[path = "../src/blueprint/marker.rs"]
#[expect(dead_code, reason = "only the command reads markers")]
mod marker;
#[path = "../src/blueprint/model.rs"]
#[expect(dead_code, reason = "what is embedded is nobody's own")]
mod model;
#[path = "../src/blueprint/texts.rs"]
#[expect(dead_code, reason = "what is embedded is nobody's own")]
mod texts;
#[path = "../src/blueprint/usual.rs"]
mod usual;

use std::collections::BTreeMap;
use std::error::Error;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::{env, fs};

use directory::{directories, files_below, name_of, read};
use engine::render;
use model::Blueprint;
use usual::Context;

/// What tells users of a version what changes with it.
const UPGRADE_NOTES: &str = "UPGRADE.md";

/// The directory of what the templates beside it share.
const PARTIALS: &str = "partials";

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed=templates");
    let templates = PathBuf::from(env::var("CARGO_MANIFEST_DIR")?).join("templates");
    let out = PathBuf::from(env::var("OUT_DIR")?);
    let blueprints = blueprints(&templates)?;
    fs::write(
        out.join("catalogue.json"),
        serde_json::to_string(&blueprints)?,
    )?;
    let mut embedded = Embedded::new(out)?;
    let mut table = String::new();
    for file in files_below(&templates)? {
        let is_embedded =
            file.extension() == Some(OsStr::new("hbs")) || name_of(&file) == UPGRADE_NOTES;
        if is_embedded
            && file
                .parent()
                .is_some_and(|directory| !directory.ends_with(PARTIALS))
        {
            let path = relative(&templates, &file)?;
            let contexts = contexts(&blueprints, &path);
            table += &embedded.template(&path, &file, &contexts)?;
        }
    }
    embedded.finish(&table)
}

/// All versions of all blueprints, ordered by kind, name and version.
fn blueprints(templates: &Path) -> Result<Vec<Blueprint>, Box<dyn Error>> {
    let mut blueprints = Vec::new();
    for kind in directories(templates)? {
        for name in directories(&kind)? {
            let mut versions = Vec::new();
            for version in directories(&name)? {
                versions.push(blueprint(&version)?);
            }
            versions.sort_by_key(|blueprint| blueprint.version);
            require_all_versions(&versions)?;
            blueprints.extend(versions);
        }
    }
    Ok(blueprints)
}

/// No version is left out: adapters of all of them are told apart, and brought up to date.
fn require_all_versions(versions: &[Blueprint]) -> Result<(), Box<dyn Error>> {
    for (blueprint, expected) in versions.iter().zip(1..) {
        if blueprint.version != expected {
            let found = blueprint.directory();
            return Err(format!("{found}: version {expected} is missing").into());
        }
    }
    Ok(())
}

/// The blueprint in `directory`, which ends in kind, name and version.
fn blueprint(directory: &Path) -> Result<Blueprint, Box<dyn Error>> {
    let file = directory.join("blueprint.toml");
    let blueprint = toml_edit::de::from_str::<Blueprint>(&read(&file)?)
        .map_err(|error| format!("{}: {error}", file.display()))?;
    if blueprint.version == 0 || !directory.ends_with(blueprint.directory()) {
        let (place, belongs) = (file.display(), blueprint.directory());
        return Err(format!("{place}: {belongs} belongs elsewhere").into());
    }
    if !directory.join(UPGRADE_NOTES).is_file() {
        let directory = directory.display();
        return Err(format!("{directory}: {UPGRADE_NOTES} is missing").into());
    }
    Ok(blueprint)
}

/// What the template at `path` is rendered from in usual projects.
fn contexts(blueprints: &[Blueprint], path: &str) -> Vec<Context> {
    let mut contexts = Vec::new();
    for blueprint in blueprints {
        let in_blueprint = path.strip_prefix(&format!("{}/", blueprint.directory()));
        for (&ecosystem, part) in &blueprint.parts {
            for variant in &part.variants {
                if in_blueprint
                    .is_some_and(|path| variant.template == path || variant.next_steps == path)
                {
                    contexts.extend(usual::contexts(blueprint, ecosystem, part, variant));
                }
            }
        }
    }
    contexts
}

/// Texts that the command includes, each once, as files in `OUT_DIR`.
struct Embedded {
    out: PathBuf,
    /// The expression that includes a text.
    included: BTreeMap<String, String>,
}

impl Embedded {
    fn new(out: PathBuf) -> Result<Self, Box<dyn Error>> {
        fs::create_dir_all(out.join("texts"))?;
        let included = BTreeMap::new();
        Ok(Self { out, included })
    }

    /// The expression that includes `text`.
    fn include(&mut self, text: &str) -> Result<String, Box<dyn Error>> {
        if let Some(expression) = self.included.get(text) {
            return Ok(expression.clone());
        }
        let file = format!("texts/{}", self.included.len());
        fs::write(self.out.join(&file), text)?;
        let expression = format!("include_str!(\"{file}\")");
        self.included.insert(text.to_owned(), expression.clone());
        Ok(expression)
    }

    /// The row of the template in `file`, with what it comes to in each of `contexts`.
    fn template(
        &mut self,
        path: &str,
        file: &Path,
        contexts: &[Context],
    ) -> Result<String, Box<dyn Error>> {
        let text = read(file)?;
        let partials = partials(&file.with_file_name(PARTIALS))?;
        let shared = partials
            .iter()
            .map(|(name, text)| (name.as_str(), text.as_str()))
            .collect::<Vec<_>>();
        let mut rendered = BTreeMap::new();
        for context in contexts {
            let filled_in = render(&text, &shared, context)
                .map_err(|error| format!("template {path}: {error}"))?;
            rendered.insert(serde_json::to_string(context)?, filled_in);
        }
        let path = self.include(path)?;
        let text = self.include(&text)?;
        let (partials, rendered) = (self.pairs(partials)?, self.pairs(rendered)?);
        Ok(format!(
            "Template {{ path: {path}, text: {text}, partials: &[{partials}], rendered: &[{rendered}] }},\n"
        ))
    }

    fn pairs(
        &mut self,
        pairs: impl IntoIterator<Item = (String, String)>,
    ) -> Result<String, Box<dyn Error>> {
        let mut code = String::new();
        for (name, text) in pairs {
            code += &format!("({}, {}), ", self.include(&name)?, self.include(&text)?);
        }
        Ok(code)
    }

    fn finish(self, table: &str) -> Result<(), Box<dyn Error>> {
        let code = format!("pub(super) static TEMPLATES: &[Template] = &[\n{table}];\n");
        Ok(fs::write(self.out.join("templates.rs"), code)?)
    }
}

fn partials(directory: &Path) -> Result<Vec<(String, String)>, Box<dyn Error>> {
    let mut partials = Vec::new();
    for file in files_below(directory)? {
        let name = name_of(&file);
        let name = name.split_once('.').map_or(&*name, |(stem, _)| stem);
        partials.push((name.to_owned(), read(&file)?));
    }
    Ok(partials)
}

/// The path of `file` from `root`, with `/`.
fn relative(root: &Path, file: &Path) -> Result<String, Box<dyn Error>> {
    let parts = file.strip_prefix(root)?.iter().map(OsStr::to_string_lossy);
    Ok(parts.collect::<Vec<_>>().join("/"))
}
