//! The texts of a blueprint of one's own: templates, or a guide.
//!
//! Values only. The build script uses this module, too, as a part of the model.

use std::collections::BTreeMap;

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

impl Guide {
    /// What stands for the template of the adapter.
    pub(crate) const ADAPTER: &str = "adapter";
    /// What stands for the template of the next steps: the guide has its own.
    pub(crate) const NEXT_STEPS: &str = "next-steps";
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
