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
    #[allow(dead_code, reason = "nothing reads one yet")]
    Own(Arc<Own>),
}

/// A blueprint of the user's own, as it was read.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Own {
    /// The directory of the version, or the file.
    pub place: PathBuf,
    /// Its templates, by their paths in that directory.
    pub templates: BTreeMap<String, String>,
    /// The versions before it, the oldest first.
    pub earlier: Vec<Blueprint>,
}

impl Own {
    /// What the templates in `directory` may include: names and texts.
    pub(crate) fn partials_in(&self, directory: &str) -> impl Iterator<Item = (&str, &str)> {
        let directory = match directory {
            "" => "partials/".to_owned(),
            directory => format!("{directory}/partials/"),
        };
        let templates = self.templates.iter();
        templates.filter_map(move |(path, text)| {
            let name = path.strip_prefix(&directory)?;
            let name = name.split_once('.').map_or(name, |(stem, _)| stem);
            Some((name, text.as_str()))
        })
    }
}
