//! A thousand commands and a thousand files at once through one client, and what a call costs more
//! than a bare one of reqwest: of this crate, and of the adapter that `flue add sandbox daytona`
//! writes, which is on top of it. Against a loopback server in another process.
//!
//! ```text
//! cargo run --release -p daytona-sdk --example many_calls
//! ```
//!
//! It fails when a call fails, or when one of the adapter takes more than 1.10 times as long as a
//! bare one.

#![expect(clippy::print_stdout, reason = "the numbers are what it is for")]

#[path = "../../../examples/assistant-with-daytona/src/sandboxes/daytona.rs"]
mod adapter;
mod support;

use std::error::Error;
use std::time::{Duration, Instant};

use daytona_sdk::{CreateSandboxParams, Sandbox};
use flue_runtime::{ExecOptions, SandboxError, SandboxFactory as _, SessionEnv, SessionEnvOptions};
use futures_util::future::join_all;
use serde::Deserialize;

const AT_ONCE: usize = 1000;
const CONTENT: usize = 64 * 1024;

/// Calls in a row are compared in many short rounds, so that what else happens on the machine meets
/// all ways to call.
const ROUNDS: usize = 1000;
const CALLS: usize = 10;

/// How much longer than a bare call one of the adapter may take.
const LIMIT: f64 = 1.10;

fn main() -> Result<(), Box<dyn Error>> {
    if support::serve_if_asked()? {
        return Ok(());
    }
    tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?
        .block_on(measure())
}

async fn measure() -> Result<(), Box<dyn Error>> {
    let remote = support::Remote::start()?;
    let sandbox = remote.client()?.create(CreateSandboxParams::new()).await?;
    let id = "many_calls".to_owned();
    let factory = adapter::daytona(sandbox.clone());
    let env = factory
        .create_session_env(SessionEnvOptions::new(id))
        .await?;

    let start = Instant::now();
    for outcome in join_all((0..AT_ONCE).map(|index| run(&*env, index))).await {
        outcome?;
    }
    println!(
        "{AT_ONCE} commands at once: no error, {:.1?}",
        start.elapsed()
    );

    let start = Instant::now();
    for outcome in join_all((0..AT_ONCE).map(|index| write(&*env, index))).await {
        outcome?;
    }
    println!(
        "{AT_ONCE} files of {CONTENT} bytes at once: no error, {:.1?}",
        start.elapsed()
    );
    let entries = sandbox.fs().list_files("files").await?;
    assert!(entries.len() == AT_ONCE && entries.iter().all(|entry| entry.size == CONTENT as u64));

    let ratio = compare(&*env, &sandbox, &remote).await?;
    sandbox.delete().await?;
    if ratio > LIMIT {
        return Err(format!("the adapter costs more than {LIMIT} times a bare call").into());
    }
    Ok(())
}

async fn run(env: &dyn SessionEnv, index: usize) -> Result<(), SandboxError> {
    let run = env
        .exec(&format!("echo {index}"), ExecOptions::new())
        .await?;
    assert_eq!((run.exit_code, run.stdout), (0, format!("{index}\n")));
    Ok(())
}

async fn write(env: &dyn SessionEnv, index: usize) -> Result<(), SandboxError> {
    env.write_file(&format!("files/{index}"), &[b'x'; CONTENT])
        .await
}

/// As much of an answer as a caller reads.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
#[expect(dead_code, reason = "reading is what takes time")]
struct BareDetails {
    name: String,
    size: u64,
    is_dir: bool,
    modified_at: String,
}

/// Asks for the details of a file in all three ways, prints what a call takes in the undisturbed
/// rounds, and returns how many times as long as a bare call one of the adapter takes.
async fn compare(
    env: &dyn SessionEnv,
    sandbox: &Sandbox,
    remote: &support::Remote,
) -> Result<f64, Box<dyn Error>> {
    let path = env.resolve_path("files/0");
    let fs = sandbox.fs();
    // Where this crate is, reqwest wants a provider of TLS even for plain HTTP.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let http = reqwest::Client::builder().build()?;
    let toolbox = remote.api_url.replace("/api", "/toolbox");
    let url = format!("{toolbox}/{}/files/info?path={path}", sandbox.id());

    let (mut bare, mut ours, mut adapter) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        let start = Instant::now();
        for _ in 0..CALLS {
            let request = http.get(&url).bearer_auth(&remote.api_key);
            let body = request.send().await?.error_for_status()?.bytes().await?;
            serde_json::from_slice::<BareDetails>(&body)?;
        }
        bare.push(start.elapsed());

        let start = Instant::now();
        for _ in 0..CALLS {
            fs.get_file_details(&path).await?;
        }
        ours.push(start.elapsed());

        let start = Instant::now();
        for _ in 0..CALLS {
            env.stat(&path).await?;
        }
        adapter.push(start.elapsed());
    }

    let [bare, ours, adapter] = [bare, ours, adapter].map(undisturbed);
    for (name, round) in [
        ("bare reqwest", bare),
        ("daytona-sdk", ours),
        ("the adapter", adapter),
    ] {
        println!(
            "a call of {name}: {:.1?}, ratio {:.3}",
            round / CALLS as u32,
            round.div_duration_f64(bare)
        );
    }
    Ok(adapter.div_duration_f64(bare))
}

/// The lower quartile: what else happens on the machine only ever takes time.
fn undisturbed(mut rounds: Vec<Duration>) -> Duration {
    rounds.sort();
    rounds[rounds.len() / 4]
}
