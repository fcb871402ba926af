//! A sandbox of the contract at the other end of the protocol, so that the conformance suite can be run through it.
//!
//! What no tool does goes through `run`: looking at what is at a path, making a folder, writing bytes that are no text.

use std::io::ErrorKind;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use flue_runtime::{
    ExecOptions, FileKind, FileStat, MkdirOptions, Operation, RmOptions, SandboxApi, SandboxError,
    SandboxFactory, SessionEnv, SessionEnvOptions, ShellResult, async_trait,
    create_sandbox_session_env,
};
use rmcp::model::{CallToolResult, ReadResourceRequestParams, ResourceContents};
use rmcp::service::Peer;
use rmcp::{RoleClient, ServiceError};
use serde_json::{Value, json};

use crate::fixture::{request, texts};

pub(crate) const PROVIDER: &str = "MCP";

#[derive(Clone)]
pub(crate) struct Remote(pub(crate) Peer<RoleClient>);

#[async_trait]
impl SandboxFactory for Remote {
    async fn create_session_env(
        &self,
        _: SessionEnvOptions,
    ) -> Result<Arc<dyn SessionEnv>, SandboxError> {
        let operation = Operation::CreateSessionEnv;
        let result = self
            .call(operation, "", "run", json!({ "command": "pwd" }))
            .await?;
        Ok(create_sandbox_session_env(
            self.clone(),
            texts(&result).concat().trim_end(),
        ))
    }
}

impl Remote {
    async fn call(
        &self,
        operation: Operation,
        path: &str,
        tool: &'static str,
        arguments: Value,
    ) -> Result<CallToolResult, SandboxError> {
        let result = self.0.call_tool(request(tool, arguments)).await;
        let result = result.map_err(|error| SandboxError::provider(operation, PROVIDER, error))?;
        if result.is_error != Some(true) {
            return Ok(result);
        }
        let word = result.meta.as_ref().unwrap()["flue/error"]
            .as_str()
            .unwrap();
        Err(failure(operation, path, word, &texts(&result).concat()))
    }

    /// What a command prints that does with `$WHAT` what no tool does.
    async fn shell(
        &self,
        operation: Operation,
        path: &str,
        command: &str,
    ) -> Result<String, SandboxError> {
        let result = self
            .exec(command, ExecOptions::new().with_env("WHAT", path))
            .await?;
        if result.exit_code == 0 {
            return Ok(result.stdout);
        }
        let words = [
            ("No such file", "not-found"),
            ("Not a directory", "not-a-directory"),
            ("Is a directory", "is-a-directory"),
            ("File exists", "already-exists"),
        ];
        let word = words
            .iter()
            .find(|(words, _)| result.stdout.contains(words));
        let word = word.map_or("provider", |(_, word)| word);
        Err(failure(operation, path, word, &result.stdout))
    }
}

fn failure(operation: Operation, path: &str, word: &str, message: &str) -> SandboxError {
    let kind = match word {
        "not-found" => ErrorKind::NotFound,
        "not-a-directory" => ErrorKind::NotADirectory,
        "is-a-directory" => ErrorKind::IsADirectory,
        "permission-denied" => ErrorKind::PermissionDenied,
        "already-exists" => ErrorKind::AlreadyExists,
        "not-text" => ErrorKind::InvalidData,
        "not-a-file" => ErrorKind::InvalidInput,
        "invalid-argument" => return SandboxError::invalid_argument(operation, message),
        "timeout" => return SandboxError::timeout(operation, Duration::ZERO),
        _ => return SandboxError::provider(operation, PROVIDER, message),
    };
    SandboxError::file(operation, path, kind)
}

#[async_trait]
impl SandboxApi for Remote {
    async fn read_file(&self, path: &str) -> Result<String, SandboxError> {
        let result = self
            .call(Operation::ReadFile, path, "read", json!({ "path": path }))
            .await?;
        Ok(texts(&result).swap_remove(0))
    }

    async fn read_file_buffer(&self, path: &str) -> Result<Vec<u8>, SandboxError> {
        let escaped = path.replace('%', "%25");
        let uri = ReadResourceRequestParams::new(format!("sandbox://{escaped}"));
        match self.0.read_resource(uri).await {
            Ok(mut result) => Ok(match result.contents.remove(0) {
                ResourceContents::TextResourceContents { text, .. } => text.into_bytes(),
                ResourceContents::BlobResourceContents { blob, .. } => {
                    STANDARD.decode(blob).unwrap()
                }
                _ => panic!("it is neither text nor bytes"),
            }),
            Err(ServiceError::McpError(error)) if error.data.is_some() => {
                let data = error.data.unwrap();
                let word = data["flue/error"].as_str().unwrap();
                Err(failure(
                    Operation::ReadFileBuffer,
                    path,
                    word,
                    &error.message,
                ))
            }
            Err(error) => Err(SandboxError::provider(
                Operation::ReadFileBuffer,
                PROVIDER,
                error,
            )),
        }
    }

    async fn write_file(&self, path: &str, content: &[u8]) -> Result<(), SandboxError> {
        let Ok(content) = str::from_utf8(content) else {
            let command = format!(
                "base64 -d >\"$WHAT\" <<END\n{}\nEND",
                STANDARD.encode(content)
            );
            return self
                .shell(Operation::WriteFile, path, &command)
                .await
                .map(drop);
        };
        let arguments = json!({ "path": path, "content": content });
        self.call(Operation::WriteFile, path, "write", arguments)
            .await
            .map(drop)
    }

    async fn stat(&self, path: &str) -> Result<FileStat, SandboxError> {
        let told = self
            .shell(Operation::Stat, path, "stat -Lc '%s %Y %F' \"$WHAT\"")
            .await?;
        let mut words = told.trim_end().splitn(3, ' ');
        let mut number = || words.next().unwrap().parse().unwrap();
        let (size, mtime) = (number(), number());
        let kind = match words.next().unwrap() {
            "directory" => FileKind::Directory,
            kind if kind.starts_with("regular") => FileKind::File,
            _ => FileKind::Other,
        };
        let mtime = SystemTime::UNIX_EPOCH + Duration::from_secs(mtime);
        Ok(FileStat::new(kind).with_size(size).with_mtime(mtime))
    }

    async fn readdir(&self, path: &str) -> Result<Vec<String>, SandboxError> {
        let result = self
            .call(Operation::Readdir, path, "list", json!({ "path": path }))
            .await?;
        let text = texts(&result).concat();
        if text == "The folder is empty." {
            return Ok(Vec::new());
        }
        Ok(text
            .lines()
            .map(|name| name.trim_end_matches('/').to_owned())
            .collect())
    }

    async fn exists(&self, path: &str) -> Result<bool, SandboxError> {
        let result = self
            .exec(
                "test -e \"$WHAT\"",
                ExecOptions::new().with_env("WHAT", path),
            )
            .await?;
        Ok(result.exit_code == 0)
    }

    async fn mkdir(&self, path: &str, options: MkdirOptions) -> Result<(), SandboxError> {
        let parents = if options.recursive { "-p" } else { "" };
        let command = format!("mkdir {parents} \"$WHAT\"");
        self.shell(Operation::Mkdir, path, &command).await.map(drop)
    }

    async fn rm(&self, path: &str, options: RmOptions) -> Result<(), SandboxError> {
        if options.force {
            return Err(SandboxError::unsupported(
                Operation::Rm,
                PROVIDER,
                ["force"],
            ));
        }
        let arguments = json!({ "path": path, "recursive": options.recursive });
        self.call(Operation::Rm, path, "remove", arguments)
            .await
            .map(drop)
    }

    async fn exec(&self, command: &str, options: ExecOptions) -> Result<ShellResult, SandboxError> {
        let mut arguments = json!({ "command": command, "env": options.env });
        if let Some(cwd) = &options.cwd {
            arguments["cwd"] = json!(cwd);
        }
        if let Some(timeout) = options.timeout {
            let seconds = timeout
                .as_secs()
                .saturating_add(u64::from(timeout.subsec_nanos() > 0));
            arguments["timeout"] = json!(seconds);
        }
        let cwd = options.cwd.unwrap_or_default();
        let result = self.call(Operation::Exec, &cwd, "run", arguments).await;
        let result = result.map_err(|error| match (error, options.timeout) {
            (SandboxError::Timeout { .. }, Some(after)) => {
                SandboxError::timeout(Operation::Exec, after)
            }
            (error, _) => error,
        })?;
        let exit_code = result.meta.as_ref().unwrap()["flue/exitCode"]
            .as_i64()
            .unwrap();
        let stream = |name: &str| {
            let content = result
                .content
                .iter()
                .filter_map(|content| content.as_text());
            let content = content.filter(|text| {
                text.meta
                    .as_ref()
                    .is_some_and(|meta| meta["flue/stream"] == name)
            });
            content.map(|text| text.text.as_str()).collect::<String>()
        };
        Ok(ShellResult::new(i32::try_from(exit_code).unwrap())
            .with_stdout(stream("stdout"))
            .with_stderr(stream("stderr")))
    }
}
