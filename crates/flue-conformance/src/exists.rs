//! `exists`: only what is not there is `false`.

use crate::bench::{Bench, ONE};
use crate::case::{Case, cases};
use crate::check::{Outcome, ensure, same};

pub(crate) fn cases() -> Vec<Case> {
    cases!["exists":
        file,
        empty_file,
        directory,
        top,
        hidden,
        link,
        missing,
        missing_folder,
        below_a_file,
        dangling_link,
        after_a_removal,
        name_that_only_begins_alike,
        closed_folder_is_not_missing,
    ]
}

async fn is(bench: &Bench<'_>, path: &str, expected: bool) -> Outcome {
    same("whether it exists", bench.env.exists(path).await?, expected)
}

async fn file(bench: &Bench<'_>) -> Outcome {
    bench.give("file", "x").await?;
    is(bench, "file", true).await
}

async fn empty_file(bench: &Bench<'_>) -> Outcome {
    bench.shell(": > file").await?;
    is(bench, "file", true).await
}

async fn directory(bench: &Bench<'_>) -> Outcome {
    bench.give_folder("folder").await?;
    is(bench, "folder", true).await
}

async fn top(bench: &Bench<'_>) -> Outcome {
    is(bench, "/", true).await
}

async fn hidden(bench: &Bench<'_>) -> Outcome {
    bench.shell(": > .hidden").await?;
    is(bench, ".hidden", true).await
}

async fn link(bench: &Bench<'_>) -> Outcome {
    bench.shell(": > file && ln -s file link").await?;
    is(bench, "link", true).await
}

async fn missing(bench: &Bench<'_>) -> Outcome {
    is(bench, "nothing", false).await
}

async fn missing_folder(bench: &Bench<'_>) -> Outcome {
    is(bench, "no/such/file", false).await
}

async fn below_a_file(bench: &Bench<'_>) -> Outcome {
    bench.give("file", "").await?;
    is(bench, "file/below", false).await
}

async fn dangling_link(bench: &Bench<'_>) -> Outcome {
    bench.shell("ln -s nothing link").await?;
    is(bench, "link", false).await
}

async fn after_a_removal(bench: &Bench<'_>) -> Outcome {
    bench.give("file", "").await?;
    is(bench, "file", true).await?;
    bench.env.rm("file", ONE).await?;
    is(bench, "file", false).await
}

async fn name_that_only_begins_alike(bench: &Bench<'_>) -> Outcome {
    bench.give("file.txt", "").await?;
    is(bench, "file", false).await
}

/// A user who may not look into the folder cannot know that nothing is in it: an error is right, `false` is not.
async fn closed_folder_is_not_missing(bench: &Bench<'_>) -> Outcome {
    bench
        .shell("mkdir closed && : > closed/file && chmod 000 closed")
        .await?;
    let result = bench.env.exists("closed/file").await;
    bench.shell("chmod 755 closed").await?;
    ensure(
        result.unwrap_or(true),
        "a file that may not be seen is said not to exist",
    )
}
