//! A thousand commands and a thousand files at once through one client, and what a call of this
//! crate costs more than a bare one, against a loopback server in another process.
//!
//! ```text
//! cargo run --release -p daytona-sdk --example many_calls
//! ```

#![expect(clippy::print_stdout, reason = "the numbers are what it is for")]

mod support;

use std::error::Error;
use std::time::{Duration, Instant};

use bytes::Bytes;
use daytona_sdk::{CreateSandboxParams, DeleteFileOptions, ExecuteOptions, Result, Sandbox};
use futures_util::future::join_all;

const AT_ONCE: usize = 1000;
const CONTENT: usize = 64 * 1024;

/// Calls in a row are compared in rounds, so that what else happens on the machine meets both.
const ROUNDS: usize = 50;
const CALLS: usize = 100;

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

    let start = Instant::now();
    for outcome in join_all((0..AT_ONCE).map(|index| run(&sandbox, index))).await {
        outcome?;
    }
    println!(
        "{AT_ONCE} commands at once: no error, {:.1?}",
        start.elapsed()
    );

    let start = Instant::now();
    for outcome in join_all((0..AT_ONCE).map(|index| write(&sandbox, index))).await {
        outcome?;
    }
    println!(
        "{AT_ONCE} files of {CONTENT} bytes at once: no error, {:.1?}",
        start.elapsed()
    );

    let entries = sandbox.fs().list_files("files").await?;
    assert!(entries.len() == AT_ONCE && entries.iter().all(|entry| entry.size == CONTENT as u64));
    sandbox
        .fs()
        .delete_file("files", DeleteFileOptions { recursive: true })
        .await?;

    compare(&sandbox, &remote).await?;
    sandbox.delete().await?;
    Ok(())
}

async fn run(sandbox: &Sandbox, index: usize) -> Result<()> {
    let command = format!("echo {index}");
    let run = sandbox
        .process()
        .execute_command(&command, ExecuteOptions::default())
        .await?;
    assert_eq!((run.exit_code, run.result), (0, format!("{index}\n")));
    Ok(())
}

async fn write(sandbox: &Sandbox, index: usize) -> Result<()> {
    let content = Bytes::from(vec![b'x'; CONTENT]);
    sandbox
        .fs()
        .upload_file(content, &format!("files/{index}"))
        .await
}

/// Prints the ratio of both ways to ask for the details of a file, in the median round.
async fn compare(sandbox: &Sandbox, remote: &support::Remote) -> Result<(), Box<dyn Error>> {
    sandbox.fs().upload_file("x", "file").await?;
    let http = reqwest::Client::builder().build()?;
    let toolbox = remote.api_url.replace("/api", "/toolbox");
    let url = format!("{toolbox}/{}/files/info?path=file", sandbox.id());

    let mut rounds: Vec<(f64, Duration, Duration)> = Vec::new();
    for _ in 0..ROUNDS {
        let start = Instant::now();
        for _ in 0..CALLS {
            let request = http.get(&url).bearer_auth(&remote.api_key);
            let body = request.send().await?.error_for_status()?.bytes().await?;
            serde_json::from_slice::<daytona_sdk::FileInfo>(&body)?;
        }
        let bare = start.elapsed();

        let start = Instant::now();
        for _ in 0..CALLS {
            sandbox.fs().get_file_details("file").await?;
        }
        let ours = start.elapsed();
        rounds.push((ours.as_secs_f64() / bare.as_secs_f64(), ours, bare));
    }
    rounds.sort_by(|a, b| a.0.total_cmp(&b.0));
    let (ratio, ours, bare) = rounds[ROUNDS / 2];
    let per_call = |round: Duration| round / CALLS as u32;
    println!(
        "a call: {:.1?}; bare reqwest: {:.1?}; ratio {ratio:.3}",
        per_call(ours),
        per_call(bare)
    );
    Ok(())
}
