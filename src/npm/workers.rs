//! Packages that run on Cloudflare Workers.
//!
//! Reads files, and writes none.

use std::path::Path;

use crate::error::{Code, Problem};
use crate::project::file::read_text;

/// The files that Wrangler takes, in the order in which it looks.
const FILES: [&str; 3] = ["wrangler.json", "wrangler.jsonc", "wrangler.toml"];

/// The flag without which there are no modules of Node.
const NODE_FLAG: &str = "nodejs_compat";

/// A Worker, as far as its settings tell.
#[derive(Debug)]
pub(crate) struct Worker {
    /// The file with its settings.
    settings: &'static str,
    has_node: bool,
}

impl Worker {
    /// The one that the package at `root` is, if it is one.
    pub(super) fn read(root: &Path) -> Option<Self> {
        FILES.into_iter().find_map(|settings| {
            let (text, _) = read_text(&root.join(settings)).ok()?;
            let has_node = text.contains(NODE_FLAG);
            Some(Self { settings, has_node })
        })
    }

    /// The command that gives it the variable `name`.
    pub(crate) fn secret_command(&self, name: &str) -> String {
        format!("npx wrangler secret put {name}")
    }

    /// What keeps the `sdk` from running in it.
    pub(super) fn lacks_node(&self, sdk: &str) -> Option<Problem> {
        if self.has_node {
            return None;
        }
        let message = format!("`{sdk}` needs modules of Node, which this Worker does not have");
        let problem = Problem::new(Code::WorkersWithoutNode, message).in_file(self.settings);
        Some(problem.help(format!("add `{NODE_FLAG}` to its `compatibility_flags`")))
    }
}
