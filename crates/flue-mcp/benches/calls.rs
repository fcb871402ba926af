//! What a call through the protocol costs, and what the server takes: `cargo bench -p flue-mcp --bench calls`.
//!
//! Ratios to the same call without the protocol, made in turn, or counts, so that they hold on any machine. Each has a budget; the
//! bench fails if one is exceeded. The sandbox is one of the loopback server in a process of its own, as is the server.
#![expect(clippy::print_stdout, reason = "a bench prints its figures")]

#[path = "../../../examples/assistant-with-daytona/src/sandboxes/daytona.rs"]
mod adapter;
#[path = "../../daytona-sdk/examples/support/mod.rs"]
mod support;

use std::error::Error;
use std::process::{ExitCode, Stdio};
use std::time::{Duration, Instant};

use daytona_sdk::{CreateSandboxParams, Daytona};
use flue_mcp::SandboxServer;
use flue_runtime::{ExecOptions, SandboxFactory as _, SessionEnv, SessionEnvOptions};
use rmcp::model::{CallToolRequestParams, JsonObject};
use rmcp::service::RunningService;
use rmcp::{RoleClient, ServiceExt};
use serde_json::{Value, json};
use tokio::process::{Child, Command};

type Outcome<T> = Result<T, Box<dyn Error>>;

/// Both ways are gone in many short rounds, so that what else happens on the machine meets both.
const ROUNDS: usize = 200;

const KIB: usize = 1024;
const FILE: &str = "file.txt";

/// The variable that makes this process be the server, over the sandbox of this id.
const SANDBOX: &str = "FLUE_MCP_BENCH_SANDBOX";

fn main() -> ExitCode {
    match measured() {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            println!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Whether all budgets are kept.
fn measured() -> Outcome<bool> {
    if support::serve_if_asked()? {
        return Ok(true);
    }
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let outcome = match std::env::var(SANDBOX) {
        Ok(id) => runtime.block_on(serve(&id)).map(|()| true),
        Err(_) => runtime.block_on(figures()),
    };
    runtime.shutdown_background();
    outcome
}

async fn serve(id: &str) -> Outcome<()> {
    let sandbox = Daytona::from_env()?.get(id).await?;
    let server = SandboxServer::new(adapter::daytona(sandbox));
    Ok(flue_mcp::serve(server, flue_mcp::stdio()).await?)
}

async fn figures() -> Outcome<bool> {
    let remote = support::Remote::start()?;
    let sandbox = remote.client()?.create(CreateSandboxParams::new()).await?;
    let options = SessionEnvOptions::new("bench");
    let env = adapter::daytona(sandbox.clone())
        .create_session_env(options)
        .await?;
    env.write_file(
        FILE,
        "a line of some length\n".repeat(32 * KIB / 22).as_bytes(),
    )
    .await?;
    let server = Server::start(&remote, sandbox.id()).await?;

    let mut kept = true;
    let mut figure = |name: &str, value: f64, most: f64, unit: &str| {
        kept &= value <= most;
        let verdict = if value <= most { "" } else { "  EXCEEDED" };
        println!("{name:<72} {value:>8.2}{unit}  (at most {most}{unit}){verdict}");
    };

    let tools = serde_json::to_string(&server.client.list_all_tools().await?)?;
    figure(
        "definitions of the tools, which every conversation holds",
        tools.len() as f64 / KIB as f64,
        6.0,
        " KiB",
    );

    let (direct, through) =
        compare(&server, "run", json!({ "command": "true" }), || run(&*env)).await?;
    figure(
        &told("`run`, against `exec`", direct, through),
        through.div_duration_f64(direct),
        1.5,
        "x",
    );
    let (direct, through) =
        compare(&server, "read", json!({ "path": FILE }), || read(&*env)).await?;
    figure(
        &told(
            "`read` of 32 KiB, against `stat` and `read_file`",
            direct,
            through,
        ),
        through.div_duration_f64(direct),
        2.0,
        "x",
    );
    let content = "x".repeat(32 * KIB);
    let arguments = json!({ "path": "other.txt", "content": content });
    let (direct, through) = compare(&server, "write", arguments, || write(&*env, &content)).await?;
    figure(
        &told("`write` of 32 KiB, against `write_file`", direct, through),
        through.div_duration_f64(direct),
        2.0,
        "x",
    );

    let few = server.memory()?;
    figure("peak memory of the server", few, 12.0, " MiB");
    for _ in 0..2 * ROUNDS {
        server.call("read", json!({ "path": FILE })).await?;
    }
    figure(
        "the same after 400 more calls",
        server.memory()? / few,
        1.1,
        "x",
    );
    server
        .call(
            "run",
            json!({ "command": "head -c 8388608 /dev/zero | tr '\\0' x" }),
        )
        .await?;
    figure(
        "the same after a command that prints 8 MiB",
        server.memory()?,
        40.0,
        " MiB",
    );

    server.end().await?;
    sandbox.delete().await?;
    Ok(kept)
}

async fn run(env: &dyn SessionEnv) -> Outcome<()> {
    env.exec(
        "true",
        ExecOptions::new().with_timeout(Duration::from_secs(120)),
    )
    .await?;
    Ok(())
}

async fn read(env: &dyn SessionEnv) -> Outcome<()> {
    env.stat(FILE).await?;
    env.read_file(FILE).await?;
    Ok(())
}

async fn write(env: &dyn SessionEnv, content: &str) -> Outcome<()> {
    Ok(env.write_file("other.txt", content.as_bytes()).await?)
}

/// What a call takes without the protocol, and through it.
async fn compare(
    server: &Server,
    tool: &'static str,
    arguments: Value,
    direct: impl AsyncFn() -> Outcome<()>,
) -> Outcome<(Duration, Duration)> {
    let (mut without, mut through) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        let start = Instant::now();
        direct().await?;
        without.push(start.elapsed());
        let start = Instant::now();
        server.call(tool, arguments.clone()).await?;
        through.push(start.elapsed());
    }
    Ok((undisturbed(without), undisturbed(through)))
}

/// The lower quartile: what else happens on the machine only ever takes time.
fn undisturbed(mut rounds: Vec<Duration>) -> Duration {
    rounds.sort();
    rounds[rounds.len() / 4]
}

fn told(name: &str, direct: Duration, through: Duration) -> String {
    format!("{name} ({direct:.2?}, {through:.2?})")
}

/// The server in a process of its own, and its client.
struct Server {
    process: Child,
    client: RunningService<RoleClient, ()>,
}

impl Server {
    async fn start(remote: &support::Remote, sandbox: &str) -> Outcome<Self> {
        let mut process = Command::new(std::env::current_exe()?)
            .env("DAYTONA_API_URL", &remote.api_url)
            .env("DAYTONA_API_KEY", &remote.api_key)
            .env(SANDBOX, sandbox)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()?;
        let input = process.stdin.take().ok_or("it has a standard input")?;
        let output = process.stdout.take().ok_or("it has a standard output")?;
        let client = ().serve((output, input)).await?;
        Ok(Self { process, client })
    }

    async fn call(&self, tool: &'static str, arguments: Value) -> Outcome<()> {
        let arguments = serde_json::from_value::<JsonObject>(arguments)?;
        let result = self
            .client
            .call_tool(CallToolRequestParams::new(tool).with_arguments(arguments))
            .await?;
        match result.is_error {
            Some(true) => Err(format!("{tool}: {:?}", result.content).into()),
            _ => Ok(()),
        }
    }

    /// The most that it has had in memory, in MiB.
    fn memory(&self) -> Outcome<f64> {
        let id = self.process.id().ok_or("it has ended")?;
        let status = std::fs::read_to_string(format!("/proc/{id}/status"))?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let kib = line
            .and_then(|line| line.trim().strip_suffix(" kB"))
            .ok_or("it tells its memory")?;
        Ok(kib.trim().parse::<f64>()? / KIB as f64)
    }

    async fn end(mut self) -> Outcome<()> {
        self.client.close().await?;
        self.process.wait().await?;
        Ok(())
    }
}
