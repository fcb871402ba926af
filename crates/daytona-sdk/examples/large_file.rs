//! Uploads and downloads a large file through a loopback server in another process, and prints how
//! far the memory of this process rises above what it needs at rest.
//!
//! ```text
//! cargo run -p daytona-sdk --example large_file [MEBIBYTES]
//! ```
//!
//! It fails when memory rises by 32 MiB or more. Linux only: the numbers are the kernel's.

#![expect(clippy::print_stdout, reason = "the numbers are what it is for")]

mod support;

use std::error::Error;
use std::fs;
use std::io;
use std::time::Instant;

use bytes::Bytes;
use daytona_sdk::{CreateSandboxParams, Sandbox};
use futures_util::{TryStreamExt as _, stream};

const MIB: u64 = 1024 * 1024;
const PIECE: u64 = 64 * 1024;
const LIMIT: u64 = 32 * MIB;

fn main() -> Result<(), Box<dyn Error>> {
    if support::serve_if_asked()? {
        return Ok(());
    }
    let size = std::env::args()
        .nth(1)
        .map_or(Ok(1024), |mebibytes| mebibytes.parse::<u64>())?
        * MIB;
    tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?
        .block_on(measure(size))
}

async fn measure(size: u64) -> Result<(), Box<dyn Error>> {
    let remote = support::Remote::start()?;
    let daytona = remote.client()?;
    let sandbox = daytona.create(CreateSandboxParams::new()).await?;
    // Connections and runtime are there before anything is measured.
    sandbox.fs().upload_file("warm", "up").await?;

    let idle = memory("VmRSS:")?;
    println!("at rest: {}", mebibytes(idle));
    forget_peak()?;
    let rises = [
        ("upload", rise(idle, upload(&sandbox, size)).await?),
        ("download", rise(idle, download(&sandbox, size)).await?),
    ];
    sandbox.delete().await?;

    match rises.iter().find(|(_, rise)| *rise >= LIMIT) {
        Some((direction, _)) => {
            Err(format!("the {direction} needs {} or more", mebibytes(LIMIT)).into())
        }
        None => Ok(()),
    }
}

async fn upload(sandbox: &Sandbox, size: u64) -> Result<&'static str, Box<dyn Error>> {
    // A piece of its own for each position, as a file would give.
    let pieces = stream::iter((0..size / PIECE).map(|index| Ok::<_, io::Error>(piece(index))));
    sandbox.fs().upload_file_stream(pieces, "large").await?;
    Ok("upload")
}

async fn download(sandbox: &Sandbox, size: u64) -> Result<&'static str, Box<dyn Error>> {
    let mut download = sandbox.fs().download_file_stream("large").await?;
    assert_eq!(
        download.size(),
        Some(size),
        "the server announces another size"
    );
    let mut position = 0;
    while let Some(bytes) = download.try_next().await? {
        for byte in bytes {
            assert_eq!(byte, byte_at(position), "the content differs at {position}");
            position += 1;
        }
    }
    assert_eq!(position, size, "the content has another length");
    Ok("download")
}

fn piece(index: u64) -> Bytes {
    vec![byte_at(index * PIECE); PIECE as usize].into()
}

/// The same for a whole piece, and different from that of its neighbours.
fn byte_at(position: u64) -> u8 {
    (position / PIECE % 251) as u8
}

/// How far memory rises above `idle` during a transfer.
async fn rise(
    idle: u64,
    transfer: impl Future<Output = Result<&'static str, Box<dyn Error>>>,
) -> Result<u64, Box<dyn Error>> {
    let start = Instant::now();
    let name = transfer.await?;
    let rise = memory("VmHWM:")?.saturating_sub(idle);
    println!(
        "{name}: {} above, in {:.1?}",
        mebibytes(rise),
        start.elapsed()
    );
    forget_peak()?;
    Ok(rise)
}

/// One of the numbers that Linux keeps about this process, in bytes.
fn memory(name: &str) -> Result<u64, Box<dyn Error>> {
    let status = fs::read_to_string("/proc/self/status")?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix(name))
        .ok_or("no such line in /proc/self/status")?;
    let kibibytes: u64 = line.trim().trim_end_matches(" kB").parse()?;
    Ok(kibibytes * 1024)
}

/// Lets Linux measure the peak from now on.
fn forget_peak() -> io::Result<()> {
    fs::write("/proc/self/clear_refs", "5")
}

fn mebibytes(bytes: u64) -> String {
    format!("{:.1} MiB", bytes as f64 / MIB as f64)
}
