//! Where a blueprint comes from: the binary, or a directory or file of the user's.
//!
//! Values only. The build script uses this module, too, as a part of the model.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use super::model::Blueprint;

/// Where a blueprint comes from.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) enum Source {
    /// The binary.
    #[default]
    BuiltIn,
    /// The user.
    Own(Arc<Own>),
}

/// What the user's own blueprint is written in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Own {
    /// The directory of the version, or the file.
    pub place: PathBuf,
    /// What is typed behind `--blueprint` to mean it; none for one of the team, which its name means.
    pub typed: Option<PathBuf>,
    /// Its texts.
    pub texts: Texts,
    /// The versions before it, the oldest first.
    pub earlier: Vec<Blueprint>,
}

/// The texts of a blueprint of one's own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Texts {
    /// Templates by their paths in the directory of the blueprint.
    Templates(BTreeMap<String, String>),
    /// A guide, whose adapter is written as it stands there.
    Guide(Guide),
}

/// A guide in Markdown, as upstream writes them for coding agents.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Guide {
    /// The adapter.
    pub adapter: String,
    /// The packages that it imports and that the guide names no version of.
    pub without_range: Vec<String>,
    /// The packages with ranges that the guide names, and the adapter does not import: `jose@^6.2.3`.
    pub others: Vec<String>,
    /// The files of the project that it imports.
    pub files: Vec<String>,
    /// What the guide says after the adapter: headings, and the lines that they are in.
    pub sections: Vec<(String, usize)>,
    /// The text from there on.
    pub rest: String,
}

impl Own {
    /// The command `verb` for it, under `kind` and `name`.
    pub(crate) fn command(&self, verb: &str, kind: &str, name: &str) -> String {
        let typed = self.typed.as_ref();
        let typed = typed.map(|path| format!(" --blueprint {}", path.display()));
        format!("flue {verb} {kind} {name}{}", typed.unwrap_or_default())
    }
}

impl Guide {
    /// What stands for the template of the adapter.
    pub(crate) const ADAPTER: &str = "adapter";
    /// What stands for the template of the next steps: the guide has its own.
    pub(crate) const NEXT_STEPS: &str = "next-steps";
}

impl Blueprint {
    /// What the user's own blueprint is written in, if it is one.
    pub(crate) fn own(&self) -> Option<&Own> {
        match &self.source {
            Source::BuiltIn => None,
            Source::Own(own) => Some(own),
        }
    }

    /// The guide that it is, if it is one.
    pub(crate) fn guide(&self) -> Option<&Guide> {
        match &self.own()?.texts {
            Texts::Templates(_) => None,
            Texts::Guide(guide) => Some(guide),
        }
    }
}

/// What `template` among `templates` may include: the names, paths and texts of what is in the directory `partials` beside it.
pub(crate) fn partials_beside<'a>(
    templates: &'a BTreeMap<String, String>,
    template: &str,
) -> impl Iterator<Item = (&'a str, &'a str, &'a str)> {
    let directory = template
        .rsplit_once('/')
        .map_or("", |(directory, _)| directory);
    let prefix = match directory {
        "" => "partials/".to_owned(),
        directory => format!("{directory}/partials/"),
    };
    templates.iter().filter_map(move |(path, text)| {
        let name = path.strip_prefix(&prefix)?;
        let name = name.split_once('.').map_or(name, |(stem, _)| stem);
        Some((name, path.as_str(), text.as_str()))
    })
}
