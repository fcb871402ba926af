//! `run`: a shell command.

use std::collections::BTreeMap;
use std::time::Duration;

use flue_runtime::ExecOptions;
use rmcp::model::{CallToolResult, ContentBlock, MetaObject, TextContent, ToolAnnotations};
use rmcp::schemars::{self, JsonSchema};
use serde::Deserialize;
use serde_json::Value;

use super::{Answer, Bench, SandboxTool};
use crate::failure::Failure;
use crate::limits::Limits;
use crate::shown;

/// How long after its deadline a command may still be heard of: the runtime gives up before that.
const GRACE: Duration = Duration::from_secs(10);

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(crate = "schemars")]
pub(super) struct Run {
    /// A command for the shell; several lines are fine.
    command: String,
    /// The folder to run it in, if not the working directory.
    cwd: Option<String>,
    /// Variables for this command only.
    #[serde(default)]
    env: BTreeMap<String, String>,
    /// Seconds after which it is stopped.
    timeout: Option<u64>,
}

impl SandboxTool for Run {
    const NAME: &'static str = "run";
    const TITLE: &'static str = "Run a command";
    const DESCRIPTION: &'static str = "Runs a shell command in the sandbox to its end and returns what it printed. Each call is a \
        shell of its own: directories and variables do not persist, files do. Nothing can be typed into it. Long output is cut in \
        its middle. Send what shall go on in the background with `&`, its output to a file.";

    fn annotations() -> ToolAnnotations {
        let annotations = ToolAnnotations::new().read_only(false).destructive(true);
        annotations.idempotent(false).open_world(true)
    }

    fn deadline(&self, limits: &Limits) -> Duration {
        self.timeout(limits).saturating_add(GRACE)
    }

    async fn call(self, bench: Bench<'_>) -> Answer {
        let limits = bench.limits;
        let timeout = self.timeout(limits);
        if timeout > limits.longest_command {
            return Err(Failure::invalid_argument(format!(
                "`timeout` may be {} at most. Let what takes longer work in the background and look at its output later: \
                 `command >output.txt 2>&1 &`.",
                limits.longest_command.as_secs()
            )));
        }
        let mut options = ExecOptions::new().with_timeout(timeout);
        options.cwd = self.cwd;
        options.env = self.env;
        let result = bench.env.exec(&self.command, options).await?;
        let mut content = Vec::new();
        for (stream, text) in [("stdout", result.stdout), ("stderr", result.stderr)] {
            if !text.is_empty() {
                let text = shown::output(text, limits.answer_bytes / 2);
                content.push(tagged(stream, text));
            }
        }
        if result.exit_code != 0 {
            content.push(ContentBlock::text(format!(
                "exit code {}",
                result.exit_code
            )));
        } else if content.is_empty() {
            content.push(ContentBlock::text("It printed nothing and succeeded."));
        }
        let mut answer = CallToolResult::success(content);
        answer.meta = Some(meta("flue/exitCode", result.exit_code));
        Ok(answer)
    }
}

impl Run {
    fn timeout(&self, limits: &Limits) -> Duration {
        self.timeout
            .map_or(limits.command_timeout, Duration::from_secs)
    }
}

fn tagged(stream: &str, text: String) -> ContentBlock {
    ContentBlock::Text(TextContent::new(text).with_meta(meta("flue/stream", stream)))
}

fn meta(key: &str, value: impl Into<Value>) -> MetaObject {
    let mut meta = MetaObject::new();
    meta.insert(key.to_owned(), value.into());
    meta
}
