//! How a package writes TypeScript: what its formatter and its compiler are told, else what its own files agree in.
//!
//! Reads files, and writes none.

use std::path::{Path, PathBuf};

use super::formatter::{self, EDITOR_SETTINGS, Formatter};
use super::manifest::{MANIFEST, PackageJson};
use super::package::{Package, typescript_files};
use super::style::{Settings, Style};
use super::tsconfig::{CompilerOptions, ImportSuffix, TsConfig};
use super::typescript;
use crate::project::file::read_text;

/// How many of the project's own files are asked.
const SAMPLES: usize = 16;

/// How many files a `tsconfig.json` may rest on.
const MOST_BASES: usize = 16;

/// How a package writes TypeScript.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Conventions {
    /// How code looks.
    pub style: Style,
    /// What an import of the project's own file ends with.
    pub suffix: ImportSuffix,
}

impl Conventions {
    /// Those of `package`.
    pub(crate) fn of(package: &Package) -> Self {
        let place = &package.place;
        let source_root = place.source_root.under(&place.root);
        let samples = samples(&source_root);
        Self {
            style: style(&source_root, &place.root, &samples),
            suffix: suffix(&source_root, &samples),
        }
    }
}

fn text_of(path: &Path) -> Option<String> {
    read_text(path).ok().map(|(text, _)| text)
}

/// The texts of the first few files next to which an adapter lives.
fn samples(source_root: &Path) -> Vec<String> {
    let directories = ["", "agents", "sandboxes"].map(|directory| source_root.join(directory));
    let mut files = directories
        .iter()
        .flat_map(|directory| typescript_files(directory))
        .collect::<Vec<_>>();
    files.sort();
    let files = files.iter().take(SAMPLES);
    files.filter_map(|path| text_of(path)).collect()
}

/// The style that the formatter of the package at `root` keeps to; without one, that of the `samples`.
fn style(source_root: &Path, root: &Path, samples: &[String]) -> Style {
    let found = configured_formatter(source_root).or_else(|| declared_formatter(root));
    match found {
        Some((formatter, settings)) if formatter.heeds_editors() => {
            let settings = settings.or(editor_settings(source_root));
            settings.over(formatter.defaults())
        }
        Some((formatter, settings)) => settings.over(formatter.defaults()),
        None => {
            let seen = Settings::of(samples.iter().map(String::as_str));
            let settings = editor_settings(source_root).or(seen);
            settings.over(Style::default())
        }
    }
}

/// The formatter whose settings are nearest to `directory`, and what they say.
fn configured_formatter(directory: &Path) -> Option<(Formatter, Settings)> {
    let directories = directory.ancestors();
    let mut candidates =
        directories.flat_map(|directory| Formatter::ALL.map(|formatter| (directory, formatter)));
    candidates.find_map(|(directory, formatter)| {
        let mut texts = formatter
            .files()
            .iter()
            .filter_map(|name| text_of(&directory.join(name)));
        let in_manifest =
            || prettier_in_manifest(directory).filter(|_| formatter == Formatter::Prettier);
        let text = texts.next().or_else(in_manifest)?;
        Some((formatter, formatter.settings(&text)?))
    })
}

/// What the manifest in `directory` says to prettier.
fn prettier_in_manifest(directory: &Path) -> Option<String> {
    let text = text_of(&directory.join(MANIFEST)).filter(|text| text.contains("\"prettier\""))?;
    let manifest = PackageJson::parse(&text).ok()?;
    let settings = manifest.root.get_object("prettier")?;
    Some(manifest.body[settings.range.start..settings.range.end].to_owned())
}

/// The formatter that the package at `root` installs without settings of its own.
fn declared_formatter(root: &Path) -> Option<(Formatter, Settings)> {
    let text = text_of(&root.join(MANIFEST))?;
    let manifest = PackageJson::parse(&text).ok()?;
    let tables = ["devDependencies", "dependencies"];
    let declares = |package| {
        let mut tables = tables
            .into_iter()
            .filter_map(|table| manifest.root.get_object(table));
        tables.any(|table| table.get(package).is_some())
    };
    let formatter = Formatter::ALL
        .into_iter()
        .find(|formatter| declares(formatter.package()))?;
    Some((formatter, Settings::default()))
}

fn editor_settings(directory: &Path) -> Settings {
    let mut settings = Settings::default();
    for directory in directory.ancestors() {
        let Some(text) = text_of(&directory.join(EDITOR_SETTINGS)) else {
            continue;
        };
        settings = settings.or(formatter::editor(&text));
        if formatter::is_topmost(&text) {
            break;
        }
    }
    settings
}

/// What the imports in `samples` end with; where there are none, what the compiler is told. Without a compiler it is the
/// name of the file as it is, which Node and bundlers take.
fn suffix(source_root: &Path, samples: &[String]) -> ImportSuffix {
    let imports = samples.iter().flat_map(|text| typescript::sources(text));
    let suffixes = imports.filter_map(ImportSuffix::of).collect::<Vec<_>>();
    let uses = |suffix| suffixes.iter().filter(|used| **used == suffix).count();
    let all = [ImportSuffix::Ts, ImportSuffix::Js, ImportSuffix::None];
    let most_used = all.into_iter().rev().max_by_key(|suffix| uses(*suffix));
    match most_used.filter(|suffix| uses(*suffix) > 0) {
        Some(suffix) => suffix,
        None => compiler_options(source_root).map_or(ImportSuffix::Ts, |options| options.suffix()),
    }
}

/// The options of the compiler for files in `directory`, if it has any.
fn compiler_options(directory: &Path) -> Option<CompilerOptions> {
    let mut directories = directory.ancestors();
    let file = directories.find_map(|directory| {
        let file = directory.join("tsconfig.json");
        file.is_file().then_some(file)
    })?;
    let mut options = CompilerOptions::default();
    let mut files = vec![file];
    for _ in 0..MOST_BASES {
        let Some(file) = files.pop() else {
            break;
        };
        let config = TsConfig::parse(&text_of(&file).unwrap_or_default());
        options = options.or(config.options);
        let bases = config.bases.iter().rev();
        files.extend(bases.filter_map(|base| base_file(&file, base)));
    }
    Some(options)
}

/// The file that `file` means by `base`: a path, or one in a package.
fn base_file(file: &Path, base: &str) -> Option<PathBuf> {
    let directory = file.parent()?;
    let places = if base.starts_with('.') || Path::new(base).is_absolute() {
        vec![directory.join(base)]
    } else {
        let directories = directory.ancestors();
        directories
            .map(|directory| directory.join("node_modules").join(base))
            .collect()
    };
    let mut files = places.into_iter().flat_map(|place| {
        let with_extension = PathBuf::from(format!("{}.json", place.display()));
        [place.join("tsconfig.json"), with_extension, place]
    });
    files.find(|file| file.is_file())
}
