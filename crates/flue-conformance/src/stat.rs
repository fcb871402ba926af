//! `stat`: what is told is true, and what is not known is not told.

use std::io::ErrorKind::{NotADirectory, NotFound};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use flue_runtime::{FileKind, FileStat, SandboxError};

use crate::bench::Bench;
use crate::case::{Case, cases};
use crate::check::{Failure, Outcome, ensure, refused_as, same};
use crate::profile::LinkTelling;

pub(crate) fn cases() -> Vec<Case> {
    cases!["stat":
        file,
        directory,
        top,
        missing,
        missing_folder,
        below_a_file,
        dangling_link,
        size,
        size_of_an_empty_file,
        size_after_a_change,
        size_of_bytes_not_characters,
        time_of_a_new_file,
        time_of_an_old_file,
        link_to_a_file,
        link_to_a_directory,
        what_is_no_link,
        closed_folder_is_not_missing,
    ]
}

async fn file(bench: &Bench<'_>) -> Outcome {
    bench.give("file", "x").await?;
    is_file(&bench.env.stat("file").await?)
}

async fn directory(bench: &Bench<'_>) -> Outcome {
    bench.give_folder("folder").await?;
    is_directory(&bench.env.stat("folder").await?)
}

async fn top(bench: &Bench<'_>) -> Outcome {
    is_directory(&bench.env.stat("/").await?)
}

async fn missing(bench: &Bench<'_>) -> Outcome {
    let result = bench.env.stat("nothing").await;
    refused_as("the stat of nothing", result, &[NotFound])
}

async fn missing_folder(bench: &Bench<'_>) -> Outcome {
    let result = bench.env.stat("no/such/file").await;
    refused_as("the stat in a missing folder", result, &[NotFound])
}

async fn below_a_file(bench: &Bench<'_>) -> Outcome {
    bench.give("file", "").await?;
    let result = bench.env.stat("file/below").await;
    refused_as("the stat below a file", result, &[NotADirectory, NotFound])
}

async fn dangling_link(bench: &Bench<'_>) -> Outcome {
    bench.shell("ln -s nothing link").await?;
    let result = bench.env.stat("link").await;
    refused_as("the stat of a link to nothing", result, &[NotFound])
}

async fn size(bench: &Bench<'_>) -> Outcome {
    bench.shell("printf 1234567 > file").await?;
    has_size(bench, "file", 7).await
}

async fn size_of_an_empty_file(bench: &Bench<'_>) -> Outcome {
    bench.shell(": > file").await?;
    has_size(bench, "file", 0).await
}

async fn size_after_a_change(bench: &Bench<'_>) -> Outcome {
    bench.give("file", "a longer text").await?;
    bench.env.stat("file").await?;
    bench.give("file", "short").await?;
    has_size(bench, "file", 5).await
}

async fn size_of_bytes_not_characters(bench: &Bench<'_>) -> Outcome {
    bench.give("file", "é🦀").await?;
    has_size(bench, "file", 6).await
}

async fn time_of_a_new_file(bench: &Bench<'_>) -> Outcome {
    bench.give("file", "x").await?;
    let now = bench.shell("date +%s").await?;
    let Ok(now) = now.trim().parse() else {
        return Err(Failure::new(format!("`date` prints {now:?}")));
    };
    has_time(bench, "file", now, Duration::from_secs(120)).await
}

async fn time_of_an_old_file(bench: &Bench<'_>) -> Outcome {
    const SAID_IN_UTC: u64 = 981_173_100;
    const WIDEST_ZONE: Duration = Duration::from_secs(15 * 3600);
    bench.shell("touch -t 200102030405 file").await?;
    has_time(bench, "file", SAID_IN_UTC, WIDEST_ZONE).await
}

async fn link_to_a_file(bench: &Bench<'_>) -> Outcome {
    bench
        .shell("printf 1234567 > file && ln -s file link")
        .await?;
    let stat = bench.env.stat("link").await?;
    is_file(&stat)?;
    same("the size", stat.size.unwrap_or(7), 7)?;
    tells_link(bench, &stat, true)
}

async fn link_to_a_directory(bench: &Bench<'_>) -> Outcome {
    bench.shell("mkdir folder && ln -s folder link").await?;
    let stat = bench.env.stat("link").await?;
    is_directory(&stat)?;
    tells_link(bench, &stat, true)
}

async fn what_is_no_link(bench: &Bench<'_>) -> Outcome {
    bench.shell("mkdir folder && : > file").await?;
    tells_link(bench, &bench.env.stat("file").await?, false)?;
    tells_link(bench, &bench.env.stat("folder").await?, false)
}

/// A user who may not look into the folder cannot know that nothing is in it.
async fn closed_folder_is_not_missing(bench: &Bench<'_>) -> Outcome {
    bench
        .shell("mkdir closed && : > closed/file && chmod 000 closed")
        .await?;
    let result = bench.env.stat("closed/file").await;
    bench.shell("chmod 755 closed").await?;
    match result {
        Err(SandboxError::File { kind: NotFound, .. }) => Err(Failure::new(
            "a file that may not be seen is said to be missing",
        )),
        _ => Ok(()),
    }
}

fn is_file(stat: &FileStat) -> Outcome {
    same("what it is", stat.kind, FileKind::File)
}

fn is_directory(stat: &FileStat) -> Outcome {
    same("what it is", stat.kind, FileKind::Directory)
}

fn tells_link(bench: &Bench<'_>, stat: &FileStat, is_link: bool) -> Outcome {
    let expected = match bench.profile.links {
        LinkTelling::Told => Some(is_link),
        LinkTelling::Untold => None,
    };
    same("is a symbolic link", stat.is_symbolic_link, expected)
}

async fn has_size(bench: &Bench<'_>, path: &str, expected: u64) -> Outcome {
    let size = bench.env.stat(path).await?.size;
    same("the size", size.unwrap_or(expected), expected)
}

/// The time, if it is told, is at most `tolerance` away from the given seconds since 1970.
async fn has_time(bench: &Bench<'_>, path: &str, seconds: u64, tolerance: Duration) -> Outcome {
    let Some(found) = bench.env.stat(path).await?.mtime else {
        return Ok(());
    };
    let expected = UNIX_EPOCH + Duration::from_secs(seconds);
    let reason = format!("the time is {found:?} instead of about {expected:?}");
    ensure(distance(found, expected) <= tolerance, &reason)
}

fn distance(one: SystemTime, other: SystemTime) -> Duration {
    match one.duration_since(other) {
        Ok(later) => later,
        Err(error) => error.duration(),
    }
}
