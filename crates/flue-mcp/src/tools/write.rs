//! `write`: a whole file.

use rmcp::model::ToolAnnotations;
use rmcp::schemars::{self, JsonSchema};
use serde::Deserialize;

use super::{Answer, Bench, SandboxTool, destroys, texts};

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(crate = "schemars")]
pub(super) struct Write {
    /// The file, absolute or seen from the working directory.
    path: String,
    /// All that will be in it.
    content: String,
}

impl SandboxTool for Write {
    const NAME: &'static str = "write";
    const TITLE: &'static str = "Write a file";
    const DESCRIPTION: &'static str = "Creates a file, with the folders that it needs, or replaces all that is in it. `edit` changes \
        a part.";

    fn annotations() -> ToolAnnotations {
        destroys()
    }

    async fn call(self, bench: Bench<'_>) -> Answer {
        let _changing = bench.changing.lock().await;
        bench
            .env
            .write_file(&self.path, self.content.as_bytes())
            .await?;
        let path = bench.env.resolve_path(&self.path);
        Ok(texts([format!(
            "`{path}` has {} bytes now.",
            self.content.len()
        )]))
    }
}
