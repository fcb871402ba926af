//! Writes `templates/` as Rust, so that a run of the command neither parses a blueprint nor, in a usual project, a template.
//!
//! A mistake in a blueprint fails the build.
#![expect(
    clippy::print_stdout,
    reason = "a build script talks to cargo through stdout"
)]

mod blueprint_toml;
#[path = "../src/blueprint/context.rs"]
#[expect(unreachable_pub, reason = "it is public in the command")]
mod context;
#[path = "../src/blueprint/engine.rs"]
#[expect(unreachable_pub, reason = "it is public in the command")]
mod engine;

use std::error::Error;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::{env, fs};

use serde::Serialize;

use blueprint_toml::{Blueprint, Ecosystem, Variant};
use context::{CargoContext, EDITIONS, NpmContext};
use engine::{Partial, render};

/// The folder of what the templates of an ecosystem share.
const PARTIALS: &str = "partials";

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed=templates");
    let templates = PathBuf::from(env::var("CARGO_MANIFEST_DIR")?).join("templates");
    let mut blueprints = String::new();
    let mut guides = String::new();
    for kind in folders(&templates)? {
        for name in folders(&kind)? {
            blueprints += &blueprint(&newest_version(&name)?)?;
        }
        let guide = template(&kind, &kind.join("guide.md.hbs"))?;
        guides += &format!("({:?}, {}),\n", name_of(&kind), guide.code::<()>(&[])?);
    }
    let code = format!(
        "pub(super) static BLUEPRINTS: &[Blueprint] = &[\n{blueprints}];\n\
         pub(super) static PROVIDER_GUIDES: &[(&str, Template)] = &[\n{guides}];\n"
    );
    let written = PathBuf::from(env::var("OUT_DIR")?).join("blueprints.rs");
    Ok(fs::write(written, code)?)
}

fn newest_version(name: &Path) -> Result<PathBuf, Box<dyn Error>> {
    let versions = folders(name)?.into_iter();
    let numbered =
        versions.filter_map(|folder| Some((name_of(&folder).parse::<u32>().ok()?, folder)));
    let newest = numbered.max_by_key(|(version, _)| *version);
    newest
        .map(|(_, folder)| folder)
        .ok_or_else(|| format!("no version in {}", name.display()).into())
}

/// The code of the blueprint in `folder`.
fn blueprint(folder: &Path) -> Result<String, Box<dyn Error>> {
    let blueprint = Blueprint::read(folder)?;
    let mut templates = String::new();
    for path in files_below(folder)? {
        let is_template = path.extension() == Some(OsStr::new("hbs"));
        if !is_template
            || path
                .parent()
                .is_some_and(|folder| folder.ends_with(PARTIALS))
        {
            continue;
        }
        let template = template(folder, &path)?;
        templates += &match blueprint.variant_of(&template.path) {
            Some(variant) if variant.ecosystem == Ecosystem::Cargo => {
                template.code(&cargo_contexts(&blueprint, variant))?
            }
            Some(variant) => template.code(&npm_contexts(&blueprint, variant))?,
            None => template.code::<()>(&[])?,
        };
        templates += ",\n";
    }
    Ok(blueprint.code(&templates))
}

/// The contexts of projects that rename nothing.
fn cargo_contexts(blueprint: &Blueprint, variant: &Variant) -> Vec<CargoContext> {
    let crate_name = |package: &str| package.replace('-', "_");
    let module = variant.adapter.path.trim_end_matches(".rs");
    let context = |edition| {
        CargoContext::new(
            blueprint.marker(),
            crate_name(&variant.runtime.package),
            crate_name(&variant.sdk.package),
            module.replace('/', "::"),
            edition,
        )
    };
    EDITIONS.map(context).to_vec()
}

/// The contexts of projects that alias nothing.
fn npm_contexts(blueprint: &Blueprint, variant: &Variant) -> Vec<NpmContext> {
    let contracts = [NpmContext::contract_1, NpmContext::contract_2];
    let context = |contract: fn(String, String, String) -> NpmContext| {
        contract(
            blueprint.marker(),
            variant.runtime.package.clone(),
            variant.sdk.package.clone(),
        )
    };
    contracts.map(context).to_vec()
}

/// A template as it is in its file.
struct Template {
    path: String,
    text: &'static str,
    partials: Vec<Partial>,
}

fn template(root: &Path, file: &Path) -> Result<Template, Box<dyn Error>> {
    let parts = file.strip_prefix(root)?.iter().map(OsStr::to_string_lossy);
    Ok(Template {
        path: parts.collect::<Vec<_>>().join("/"),
        text: read(file)?.leak(),
        partials: partials(&file.with_file_name(PARTIALS))?,
    })
}

fn partials(folder: &Path) -> Result<Vec<Partial>, Box<dyn Error>> {
    let mut partials = Vec::new();
    for file in files_below(folder)? {
        let name = name_of(&file);
        let name = name.split_once('.').map_or(&*name, |(stem, _)| stem);
        partials.push(Partial {
            name: name.to_owned().leak(),
            text: read(&file)?.leak(),
        });
    }
    Ok(partials)
}

impl Template {
    /// The code of the template, with what it comes to in each of `contexts`.
    fn code<C: Serialize>(&self, contexts: &[C]) -> Result<String, Box<dyn Error>> {
        let mut rendered = String::new();
        for context in contexts {
            let text = render(self.text, &self.partials, context)
                .map_err(|error| format!("template {}: {error}", self.path))?;
            let context = serde_json::to_string(context)?;
            rendered += &format!("Rendered {{ context: {context:?}, text: {text:?} }}, ");
        }
        let Self {
            path,
            text,
            partials,
        } = self;
        Ok(format!(
            "Template {{ path: {path:?}, text: {text:?}, partials: &{partials:?}, rendered: &[{rendered}] }}"
        ))
    }
}

/// The folders in `folder`, in the order of their names; other files are no part of a blueprint.
fn folders(folder: &Path) -> Result<Vec<PathBuf>, Box<dyn Error>> {
    Ok(entries(folder)?
        .into_iter()
        .filter(|path| path.is_dir())
        .collect())
}

/// All files below `folder`, in the order of their paths; none if it is missing.
fn files_below(folder: &Path) -> Result<Vec<PathBuf>, Box<dyn Error>> {
    let mut files = Vec::new();
    for path in if folder.is_dir() {
        entries(folder)?
    } else {
        Vec::new()
    } {
        if path.is_dir() {
            files.extend(files_below(&path)?);
        } else {
            files.push(path);
        }
    }
    Ok(files)
}

fn entries(folder: &Path) -> Result<Vec<PathBuf>, Box<dyn Error>> {
    let entries = fs::read_dir(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    let mut paths = entries
        .map(|entry| Ok(entry?.path()))
        .collect::<Result<Vec<_>, std::io::Error>>()?;
    paths.sort();
    Ok(paths)
}

/// The text of `file`, with `\n` at the end of every line however it was checked out.
fn read(file: &Path) -> Result<String, Box<dyn Error>> {
    let text = fs::read_to_string(file).map_err(|error| format!("{}: {error}", file.display()))?;
    Ok(text.replace("\r\n", "\n"))
}

fn name_of(path: &Path) -> String {
    path.file_name()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned()
}
