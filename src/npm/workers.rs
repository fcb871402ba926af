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

/// The settings of the Worker that the package at `root` is, and their text.
fn settings(root: &Path) -> Option<(&'static str, String)> {
    FILES.into_iter().find_map(|name| {
        let (text, _) = read_text(&root.join(name)).ok()?;
        Some((name, text))
    })
}

/// The command that gives the variable `name` to the package at `root`, if that is a Worker.
pub(crate) fn secret_command(root: &Path, name: &str) -> Option<String> {
    settings(root).map(|_| format!("npx wrangler secret put {name}"))
}

/// What keeps the `sdk` from running in the package at `root`, if that is a Worker.
pub(super) fn lacks_node(root: &Path, sdk: &str) -> Option<Problem> {
    let (name, _) = settings(root).filter(|(_, text)| !text.contains(NODE_FLAG))?;
    let message = format!("`{sdk}` needs modules of Node, which this Worker does not have");
    let problem = Problem::new(Code::WorkersWithoutNode, message).in_file(name);
    Some(problem.help(format!("add `{NODE_FLAG}` to its `compatibility_flags`")))
}
