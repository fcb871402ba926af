//! `list`: the names in a folder.

use rmcp::model::ToolAnnotations;
use rmcp::schemars::{self, JsonSchema};
use serde::Deserialize;

use super::{Answer, Bench, SandboxTool, here, looks, not_a_folder, texts};
use crate::script::LIST;
use crate::shown;

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(crate = "schemars")]
pub(super) struct List {
    /// The folder, absolute or seen from the working directory.
    #[serde(default = "here")]
    path: String,
}

impl SandboxTool for List {
    const NAME: &'static str = "list";
    const TITLE: &'static str = "List a folder";
    const DESCRIPTION: &'static str = "Returns the names in a folder, one a line, hidden ones too; those of folders end with `/`. \
        `find` looks deeper.";

    fn annotations() -> ToolAnnotations {
        looks()
    }

    async fn call(self, bench: Bench<'_>) -> Answer {
        let limits = bench.limits;
        let folder = bench.env.resolve_path(&self.path);
        let arguments = [folder.as_str(), &limits.paths.to_string()];
        let printed = LIST
            .run(bench.env, limits.call_deadline, "", &arguments)
            .await;
        let printed = match printed {
            Ok(printed) => printed,
            Err(error) => return Err(not_a_folder(bench, &self.path, error).await),
        };
        let mut names = printed.split('\0').map(str::to_owned).collect::<Vec<_>>();
        let count = names
            .pop()
            .and_then(|count| count.trim().parse::<usize>().ok());
        let count = count.unwrap_or(names.len());
        names.sort();
        let (text, shown) = shown::items(&names, limits.paths, limits.answer_bytes);
        let note = match (count, count - shown.min(count)) {
            (0, _) => "The folder is empty.".to_owned(),
            (_, 0) => String::new(),
            (_, more) => format!("[{more} more: `find` with a pattern shows fewer]"),
        };
        Ok(texts([text, note]))
    }
}
