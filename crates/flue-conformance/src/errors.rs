//! What errors about files tell: the method that failed, and the absolute path that it was about.

use flue_runtime::{Operation, SandboxError};

use crate::Failure;
use crate::bench::{Bench, ONE};
use crate::case::{Case, cases};
use crate::check::{Outcome, refused, same};

/// In either way, one method may be made of the other.
const READS: &[Operation] = &[Operation::ReadFile, Operation::ReadFileBuffer];

pub(crate) fn cases() -> Vec<Case> {
    cases!["errors":
        read_file_tells_the_absolute_path,
        read_file_buffer_tells_the_absolute_path,
        stat_tells_the_absolute_path,
        readdir_tells_the_absolute_path,
        rm_tells_the_absolute_path,
    ]
}

fn tells_path<T: std::fmt::Debug>(
    bench: &Bench<'_>,
    operations: &[Operation],
    result: Result<T, SandboxError>,
) -> Outcome {
    match refused("what is done with nothing", result)? {
        SandboxError::File {
            operation, path, ..
        } => {
            let expected = bench.env.resolve_path("no/such/file");
            same("the path in the error", path, expected)?;
            same(
                "the method in the error",
                operations.contains(&operation),
                true,
            )
        }
        error => Err(Failure::new(format!(
            "expected a file error, found {error:?}"
        ))),
    }
}

async fn read_file_tells_the_absolute_path(bench: &Bench<'_>) -> Outcome {
    let result = bench.env.read_file("no/such/file").await;
    tells_path(bench, READS, result)
}

async fn read_file_buffer_tells_the_absolute_path(bench: &Bench<'_>) -> Outcome {
    let result = bench.env.read_file_buffer("no/such/file").await;
    tells_path(bench, READS, result)
}

async fn stat_tells_the_absolute_path(bench: &Bench<'_>) -> Outcome {
    tells_path(
        bench,
        &[Operation::Stat],
        bench.env.stat("no/such/file").await,
    )
}

async fn readdir_tells_the_absolute_path(bench: &Bench<'_>) -> Outcome {
    tells_path(
        bench,
        &[Operation::Readdir],
        bench.env.readdir("no/such/file").await,
    )
}

async fn rm_tells_the_absolute_path(bench: &Bench<'_>) -> Outcome {
    tells_path(
        bench,
        &[Operation::Rm],
        bench.env.rm("no/such/file", ONE).await,
    )
}
