//! The program, and a client at the other end of its standard input and output.

use std::process::{ExitStatus, Stdio};

use rmcp::model::{CallToolRequestParams, CallToolResult, JsonObject};
use rmcp::service::RunningService;
use rmcp::{RoleClient, ServiceExt};
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::process::{Child, Command};

/// The session that the client for TypeScript runs, too.
const SESSION: &str = include_str!("../../../../tests/mcp/session.json");

#[derive(Deserialize)]
struct Step {
    tool: String,
    arguments: JsonObject,
    #[serde(default)]
    texts: Vec<String>,
    /// The word for what went wrong.
    error: Option<String>,
}

/// The program and a client at the other end of its standard input and output.
pub(crate) struct Program {
    process: Child,
    pub(crate) client: RunningService<RoleClient, ()>,
}

impl Program {
    /// Starts it with `env` beside the usual variables.
    pub(crate) async fn start(env: &[(&str, &str)], args: &[&str]) -> Self {
        let mut process = Command::new(env!("CARGO_BIN_EXE_sandbox-mcp"))
            .args(args)
            .envs(env.iter().copied())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            // Where a request is made to fail, the program says so.
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        let transport = (
            process.stdout.take().unwrap(),
            process.stdin.take().unwrap(),
        );
        let client = ().serve(transport).await.unwrap();
        Self { process, client }
    }

    async fn call(&self, tool: impl Into<String>, arguments: JsonObject) -> CallToolResult {
        let request = CallToolRequestParams::new(tool.into()).with_arguments(arguments);
        self.client.call_tool(request).await.unwrap()
    }

    pub(crate) async fn run(&self, command: &str) -> String {
        let Value::Object(arguments) = json!({ "command": command }) else {
            unreachable!("it is an object");
        };
        texts(&self.call("run", arguments).await).concat()
    }

    /// Runs the session of thirty calls.
    pub(crate) async fn run_session(&self) {
        let cwd = self.run("pwd").await.trim_end().to_owned();
        let session = serde_json::from_str::<Vec<Step>>(&SESSION.replace("{cwd}", &cwd)).unwrap();
        assert_eq!(session.len(), 30);
        for step in session {
            let Step {
                tool,
                arguments,
                texts: expected,
                error,
            } = step;
            let told = format!("{tool} {arguments:?}");
            let result = self.call(tool, arguments).await;
            let word = result
                .meta
                .as_ref()
                .and_then(|meta| meta.get("flue/error")?.as_str());
            assert_eq!(word, error.as_deref(), "{told}: {result:?}");
            assert_eq!(result.is_error, Some(error.is_some()), "{told}");
            if error.is_none() {
                assert_eq!(texts(&result), expected, "{told}");
            }
        }
    }

    /// Ends it with a signal.
    pub(crate) async fn end_with(mut self, signal: &str) -> ExitStatus {
        let id = self.process.id().unwrap().to_string();
        let kill = Command::new("kill").args(["-s", signal, &id]).status();
        assert!(kill.await.unwrap().success());
        self.process.wait().await.unwrap()
    }

    /// Goes, as a client does that has done its work.
    pub(crate) async fn leave(mut self) -> ExitStatus {
        self.client.close().await.unwrap();
        self.process.wait().await.unwrap()
    }
}

fn texts(result: &CallToolResult) -> Vec<String> {
    let texts = result
        .content
        .iter()
        .map(|content| content.as_text().unwrap().text.clone());
    texts.collect()
}
