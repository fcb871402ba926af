//! `remove`: a file or folder less.

use flue_runtime::RmOptions;
use rmcp::model::ToolAnnotations;
use rmcp::schemars::{self, JsonSchema};
use serde::Deserialize;

use super::{Answer, Bench, SandboxTool, destroys, texts};
use crate::failure::Failure;

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(crate = "schemars")]
pub(super) struct Remove {
    /// What to remove, absolute or seen from the working directory.
    path: String,
    /// Remove a folder with everything in it.
    #[serde(default)]
    recursive: bool,
}

impl SandboxTool for Remove {
    const NAME: &'static str = "remove";
    const TITLE: &'static str = "Remove a file or folder";
    const DESCRIPTION: &'static str =
        "Removes a file, or a folder if `recursive` is set. It cannot be taken back.";

    fn annotations() -> ToolAnnotations {
        destroys()
    }

    async fn call(self, bench: Bench<'_>) -> Answer {
        let path = bench.env.resolve_path(&self.path);
        if holds(&path, &bench.env.resolve_path(".")) {
            return Err(Failure::invalid_argument(format!(
                "`{path}` holds the working directory, without which nothing works here. Remove what is in it."
            )));
        }
        let options = match self.recursive {
            true => RmOptions::recursive(),
            false => RmOptions::new(),
        };
        let _changing = bench.changing.lock().await;
        bench.env.rm(&self.path, options).await?;
        Ok(texts([format!("`{path}` is removed.")]))
    }
}

/// Whether `path` is `inner`, or a folder on the way to it. Both are absolute and normalised.
fn holds(path: &str, inner: &str) -> bool {
    match inner.strip_prefix(path) {
        Some(rest) => rest.is_empty() || rest.starts_with('/') || path == "/",
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_working_directory_is_held_by_itself_and_those_above() {
        for path in ["/w/p", "/w", "/"] {
            assert!(holds(path, "/w/p"), "{path}");
        }
        for path in ["/w/p/a", "/w/pp", "/v", "/wp"] {
            assert!(!holds(path, "/w/p"), "{path}");
        }
    }
}
