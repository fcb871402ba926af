//! The tools: what each is called, what it takes, what it does.
//!
//! A tool is the type of its arguments.

mod edit;
mod find;
mod grep;
mod list;
mod read;
mod remove;
mod run;
mod write;

use std::pin::Pin;
use std::time::Duration;

use flue_runtime::{FileKind, FileStat, Operation, SandboxError, SessionEnv};
use rmcp::model::{CallToolResult, ContentBlock, JsonObject, Tool, ToolAnnotations};
use rmcp::schemars::generate::SchemaSettings;
use rmcp::schemars::transform::RecursiveTransform;
use rmcp::schemars::{JsonSchema, Schema};
use serde::de::DeserializeOwned;
use serde_json::Value;
use tokio::sync::Mutex;

use crate::failure::Failure;
use crate::limits::Limits;
use crate::script::ScriptError;

pub(crate) use find::files_below;

/// What a tool works with.
#[derive(Clone, Copy)]
pub(crate) struct Bench<'a> {
    pub(crate) env: &'a dyn SessionEnv,
    pub(crate) limits: &'a Limits,
    /// Held by whoever changes a file that it has read, so that no change gets lost.
    pub(crate) changing: &'a Mutex<()>,
}

pub(crate) type Answer = Result<CallToolResult, Failure>;

/// A tool, as the type of its arguments.
trait SandboxTool: DeserializeOwned + JsonSchema + Send + 'static {
    const NAME: &'static str;
    const TITLE: &'static str;
    const DESCRIPTION: &'static str;

    fn annotations() -> ToolAnnotations;

    /// How long it may take.
    fn deadline(&self, limits: &Limits) -> Duration {
        limits.call_deadline
    }

    fn call(self, bench: Bench<'_>) -> impl Future<Output = Answer> + Send;
}

/// A tool that its type is no longer known of.
pub(crate) struct Entry {
    pub(crate) name: &'static str,
    pub(crate) definition: fn() -> Tool,
    pub(crate) call: Call,
}

type Call = for<'a> fn(JsonObject, Bench<'a>) -> Pin<Box<dyn Future<Output = Answer> + Send + 'a>>;

/// All tools, in the order in which clients show them.
pub(crate) static TOOLS: [Entry; 8] = [
    entry::<run::Run>(),
    entry::<read::Read>(),
    entry::<write::Write>(),
    entry::<edit::Edit>(),
    entry::<list::List>(),
    entry::<find::Find>(),
    entry::<grep::Grep>(),
    entry::<remove::Remove>(),
];

const fn entry<T: SandboxTool>() -> Entry {
    Entry {
        name: T::NAME,
        definition: definition::<T>,
        call: |arguments, bench| Box::pin(call::<T>(arguments, bench)),
    }
}

fn definition<T: SandboxTool>() -> Tool {
    Tool::new(T::NAME, T::DESCRIPTION, input_schema::<T>())
        .with_title(T::TITLE)
        .with_annotations(T::annotations())
}

/// What the arguments are, without what some clients do not take: types that may be null, formats, a dialect.
fn input_schema<T: SandboxTool>() -> JsonObject {
    let settings = SchemaSettings::draft2020_12().with(|settings| settings.meta_schema = None);
    let settings = settings.with_transform(RecursiveTransform(plain));
    let mut schema = settings.into_generator().into_root_schema_for::<T>();
    schema.remove("title");
    schema.as_object().cloned().unwrap_or_default()
}

fn plain(schema: &mut Schema) {
    schema.remove("format");
    let Some(Value::Array(types)) = schema.get("type") else {
        return;
    };
    if let Some(kind) = types.iter().find(|kind| *kind != "null").cloned() {
        schema.insert("type".to_owned(), kind);
    }
}

async fn call<T: SandboxTool>(arguments: JsonObject, bench: Bench<'_>) -> Answer {
    let tool = serde_json::from_value::<T>(Value::Object(arguments));
    let tool = tool.map_err(|error| {
        Failure::invalid_argument(format!("The arguments do not fit: {error}."))
    })?;
    let deadline = tool.deadline(bench.limits);
    match tokio::time::timeout(deadline, tool.call(bench)).await {
        Ok(answer) => answer,
        Err(_) => Err(Failure::new(
            "timeout",
            format!(
                "Given up after {} s: the sandbox does not answer in time.",
                deadline.as_secs()
            ),
        )),
    }
}

/// What only looks.
fn looks() -> ToolAnnotations {
    ToolAnnotations::new().read_only(true).open_world(false)
}

/// What may destroy something in the sandbox, once if it is called twice.
fn destroys() -> ToolAnnotations {
    let annotations = ToolAnnotations::new().read_only(false).destructive(true);
    annotations.idempotent(true).open_world(false)
}

/// An answer of texts, of which those that say nothing are left out.
fn texts(texts: impl IntoIterator<Item = String>) -> CallToolResult {
    let texts = texts.into_iter().filter(|text| !text.is_empty());
    CallToolResult::success(texts.map(ContentBlock::text).collect())
}

/// A path as a model gave it, in front of one that is relative to it.
fn joined(path: &str, rel_path: &str) -> String {
    let base = path
        .strip_prefix("./")
        .unwrap_or(path)
        .trim_end_matches('/');
    match base {
        "" if path.starts_with('/') => format!("/{rel_path}"),
        "" | "." => rel_path.to_owned(),
        base => format!("{base}/{rel_path}"),
    }
}

/// The regular file at `path`, if it is not too large to be fetched.
pub(crate) async fn file_at(bench: Bench<'_>, path: &str) -> Result<FileStat, Failure> {
    let stat = bench.env.stat(path).await?;
    let path = bench.env.resolve_path(path);
    let most = bench.limits.file_bytes;
    match (stat.kind, stat.size) {
        (FileKind::Directory, _) => {
            Err(
                SandboxError::file(Operation::ReadFile, path, std::io::ErrorKind::IsADirectory)
                    .into(),
            )
        }
        (FileKind::File, Some(size)) if size > most => Err(Failure::new(
            "too-large",
            format!(
                "`{path}` has {size} bytes, and files are fetched up to {most}. `grep` finds lines in it, and `run` shows a part: \
                 `sed -n '100,200p' {path}`."
            ),
        )),
        (FileKind::File, _) => Ok(stat),
        _ => Err(Failure::new(
            "not-a-file",
            format!("`{path}` is a device, a pipe or a socket, not a file."),
        )),
    }
}

/// Why a script could not look at `path`, which was to be a folder.
async fn not_a_folder(bench: Bench<'_>, path: &str, error: ScriptError) -> Failure {
    let kind = match error {
        ScriptError::Other(failure) => return failure,
        ScriptError::NoPattern => {
            return Failure::invalid_argument(
                "The pattern is no extended regular expression of POSIX.",
            );
        }
        ScriptError::NoSuchRoot => match bench.env.stat(path).await {
            Err(error) => return error.into(),
            Ok(stat) if stat.is_directory() => std::io::ErrorKind::PermissionDenied,
            Ok(_) => std::io::ErrorKind::NotADirectory,
        },
    };
    SandboxError::file(Operation::Readdir, bench.env.resolve_path(path), kind).into()
}

fn here() -> String {
    ".".to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_tool_has_a_name_and_says_what_it_may_destroy() {
        for entry in &TOOLS {
            let tool = (entry.definition)();
            assert_eq!(tool.name, entry.name);
            let annotations = tool.annotations.unwrap();
            let reads = annotations.read_only_hint == Some(true);
            assert_eq!(annotations.destructive_hint, (!reads).then_some(true));
            assert!(annotations.open_world_hint.is_some());
        }
    }

    #[test]
    fn arguments_are_told_in_words_that_every_client_takes() {
        for entry in &TOOLS {
            let tool = (entry.definition)();
            let schema = serde_json::to_string(&*tool.input_schema).unwrap();
            for word in ["null", "format", "$schema", "$ref", "anyOf"] {
                assert!(!schema.contains(word), "{word} in {schema}");
            }
            let arguments = tool.input_schema["properties"].as_object().unwrap();
            for (name, argument) in arguments {
                assert!(argument["type"].is_string(), "{name}: {argument}");
                assert!(argument["description"].is_string(), "{name}: {argument}");
            }
        }
    }

    #[test]
    fn paths_can_be_used_in_the_next_call() {
        assert_eq!(joined(".", "a"), "a");
        assert_eq!(joined("./", "a"), "a");
        assert_eq!(joined("", "a"), "a");
        assert_eq!(joined("./src/", "a"), "src/a");
        assert_eq!(joined("/", "a"), "/a");
        assert_eq!(joined("/etc", "a"), "/etc/a");
        assert_eq!(joined("../x", "a"), "../x/a");
    }
}
