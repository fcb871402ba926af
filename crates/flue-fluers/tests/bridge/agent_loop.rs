//! The real agent loop of the harness, with its real tools and a model that follows a script.

use std::collections::VecDeque;
use std::sync::Mutex;

use flue_runtime::async_trait;
use fluers_core::{
    AgentMessage, ContentBlock, Model, ModelProvider, ModelRequest, ModelResponse, Role, RunConfig,
    RunHooks, ToolCall, run_agent,
};
use fluers_runtime::mvp_tools;
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

use crate::fixture::Fixture;

const NO_HOOKS: RunHooks<'static> = RunHooks {
    session_id: None,
    turn_sink: None,
    event_sink: None,
    policy: None,
};

/// Gives its replies one by one.
struct ScriptedModel(Mutex<VecDeque<Vec<ContentBlock>>>);

#[async_trait]
impl ModelProvider for ScriptedModel {
    async fn invoke(&self, _: ModelRequest) -> fluers_core::Result<ModelResponse> {
        let reply = self.0.lock().unwrap().pop_front();
        let messages = reply.map(|content| AgentMessage {
            role: Role::Assistant,
            content,
        });
        Ok(ModelResponse {
            messages: messages.into_iter().collect(),
        })
    }
}

/// A reply with tool calls; the name of each is its id too.
fn calls<const N: usize>(calls: [(&str, &str, Value); N]) -> Vec<ContentBlock> {
    let call = |(id, name, input): (&str, &str, Value)| ContentBlock::ToolUse {
        id: id.to_owned(),
        call: ToolCall {
            name: name.to_owned(),
            input,
        },
    };
    calls.into_iter().map(call).collect()
}

fn text(text: &str) -> Vec<ContentBlock> {
    vec![ContentBlock::Text {
        text: text.to_owned(),
    }]
}

/// What the model was told about the call with this id.
fn result_of(messages: &[AgentMessage], id: &str) -> String {
    let blocks = messages.iter().flat_map(|message| &message.content);
    let mut results = blocks.filter_map(|block| match block {
        ContentBlock::ToolResult {
            tool_use_id,
            content,
        } if tool_use_id == id => Some(content),
        _ => None,
    });
    let content = results.next().expect(id);
    content["content"][0]["text"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn an_agent_works_in_a_daytona_sandbox() {
    let fixture = Fixture::new().await;
    let program = "#!/bin/sh\necho hello, $1\n";
    let model = ScriptedModel(Mutex::new(VecDeque::from([
        calls([
            (
                "write",
                "write",
                json!({ "path": "bin/greet.sh", "content": program }),
            ),
            ("read", "read", json!({ "path": "bin/greet.sh" })),
            (
                "edit",
                "edit",
                json!({ "path": "bin/greet.sh", "old_text": "hello, $1", "new_text": "\"goodbye, $1\"" }),
            ),
            (
                "run",
                "bash",
                json!({ "command": "sh bin/greet.sh moon; exit 3" }),
            ),
            ("glob", "glob", json!({ "pattern": "*.sh" })),
            (
                "grep",
                "grep",
                json!({ "pattern": "good.*moon\\|goodbye", "paths": ["bin"] }),
            ),
        ]),
        calls([
            ("outside", "read", json!({ "path": "/etc/passwd" })),
            ("missing", "read", json!({ "path": "nothing.txt" })),
            (
                "lines",
                "read",
                json!({ "path": "bin/greet.sh", "max_lines": 1 }),
            ),
            (
                "slow",
                "bash",
                json!({ "command": "sleep 60", "timeout_ms": 100 }),
            ),
            ("nothing", "grep", json!({ "pattern": "nowhere" })),
        ]),
        text("done"),
    ])));
    let mut messages = vec![AgentMessage {
        role: Role::User,
        content: text("greet the moon"),
    }];
    let outcome = run_agent(
        &model,
        &mvp_tools(fixture.env.clone()),
        &mut messages,
        &Model::new("local/scripted"),
        &RunConfig::default(),
        &CancellationToken::new(),
        &NO_HOOKS,
    )
    .await
    .unwrap();
    assert_eq!((outcome.turns, outcome.final_text.as_str()), (3, "done"));

    let told = |id| result_of(&messages, id);
    assert_eq!(told("write"), "Wrote 25 bytes to `bin/greet.sh`");
    assert_eq!(told("read"), program);
    assert_eq!(told("edit"), "Edited `bin/greet.sh` (25 -> 29 bytes)");
    assert_eq!(
        told("run"),
        "[exit 3]\n--- stdout ---\ngoodbye, moon\n\n--- stderr ---\n"
    );
    assert_eq!(told("glob"), "bin/greet.sh");
    assert_eq!(told("grep"), "bin/greet.sh:2:echo \"goodbye, $1\"");

    assert!(
        told("outside").starts_with("Error: "),
        "{}",
        told("outside")
    );
    assert!(
        told("missing").starts_with("Error reading `nothing.txt`: "),
        "{}",
        told("missing")
    );
    assert_eq!(told("lines"), "#!/bin/sh\n\n[... truncated at 1 lines ...]");
    assert!(told("slow").starts_with("[exit 124]"), "{}", told("slow"));
    assert_eq!(told("nothing"), "(no matches)");

    let left = std::fs::read_to_string(fixture.root.join("bin/greet.sh")).unwrap();
    assert_eq!(left, "#!/bin/sh\necho \"goodbye, $1\"\n");
}

#[tokio::test]
async fn cancelling_the_run_ends_its_command() {
    let fixture = Fixture::new().await;
    let started = fixture.pipe().await;
    let model = ScriptedModel(Mutex::new(VecDeque::from([calls([(
        "endless",
        "bash",
        json!({ "command": "echo > started; sleep 60" }),
    )])])));
    let mut messages = Vec::new();
    let cancel = CancellationToken::new();
    let tools = mvp_tools(fixture.env.clone());
    let (name, config) = (Model::new("local/scripted"), RunConfig::default());
    let run = run_agent(
        &model,
        &tools,
        &mut messages,
        &name,
        &config,
        &cancel,
        &NO_HOOKS,
    );
    let cancelling = async {
        tokio::fs::read(started).await.unwrap();
        cancel.cancel();
    };
    let (result, ()) = tokio::join!(run, cancelling);
    result.unwrap_err();
    assert!(result_of(&messages, "endless").contains("command cancelled"));
}
