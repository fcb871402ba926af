//! `mkdir`, plain and recursive.

use std::io::ErrorKind::{AlreadyExists, NotADirectory, NotFound};

use crate::bench::{Bench, PLAIN, WITH_PARENTS};
use crate::case::{Case, cases};
use crate::check::{Outcome, refused, refused_as};

pub(crate) fn cases() -> Vec<Case> {
    cases!["mkdir":
        plain,
        is_usable_at_once,
        existing_folder,
        existing_file,
        existing_link_to_a_folder,
        link_to_nothing,
        without_a_parent,
        below_a_file,
        recursive_with_parents,
        recursive_alone,
        recursive_existing_folder,
        recursive_partly_there,
        recursive_through_a_link,
        recursive_over_a_file,
        recursive_below_a_file,
        recursive_top,
    ]
}

async fn plain(bench: &Bench<'_>) -> Outcome {
    bench.env.mkdir("folder", PLAIN).await?;
    bench.holds("test -d folder").await
}

async fn is_usable_at_once(bench: &Bench<'_>) -> Outcome {
    bench.env.mkdir("folder", PLAIN).await?;
    bench.env.write_file("folder/file", b"x").await?;
    bench
        .holds("cd folder && : > another && test -f file")
        .await
}

async fn existing_folder(bench: &Bench<'_>) -> Outcome {
    bench.shell("mkdir folder && : > folder/kept").await?;
    let result = bench.env.mkdir("folder", PLAIN).await;
    refused_as("making a folder that is there", result, &[AlreadyExists])?;
    bench.holds("test -f folder/kept").await
}

async fn existing_file(bench: &Bench<'_>) -> Outcome {
    bench.shell("printf kept > file").await?;
    let result = bench.env.mkdir("file", PLAIN).await;
    refused_as("making a folder over a file", result, &[AlreadyExists])?;
    bench.holds("test -s file").await
}

async fn existing_link_to_a_folder(bench: &Bench<'_>) -> Outcome {
    bench.shell("mkdir folder && ln -s folder link").await?;
    let result = bench.env.mkdir("link", PLAIN).await;
    refused_as("making a folder over a link", result, &[AlreadyExists])?;
    bench.holds("test -L link").await
}

async fn link_to_nothing(bench: &Bench<'_>) -> Outcome {
    bench.shell("ln -s nothing link").await?;
    let result = bench.env.mkdir("link", PLAIN).await;
    refused("making a folder over a link to nothing", result)?;
    bench.holds("test -L link && test ! -e nothing").await
}

async fn without_a_parent(bench: &Bench<'_>) -> Outcome {
    let result = bench.env.mkdir("no/folder", PLAIN).await;
    refused_as("making a folder in nothing", result, &[NotFound])?;
    bench.holds("test ! -e no").await
}

async fn below_a_file(bench: &Bench<'_>) -> Outcome {
    bench.shell("printf kept > file").await?;
    let result = bench.env.mkdir("file/below", PLAIN).await;
    let kinds = [NotADirectory, NotFound];
    refused_as("making a folder below a file", result, &kinds)?;
    bench.holds("test -s file").await
}

async fn recursive_with_parents(bench: &Bench<'_>) -> Outcome {
    bench.env.mkdir("a/b/c/d", WITH_PARENTS).await?;
    bench.holds("test -d a/b/c/d").await
}

async fn recursive_alone(bench: &Bench<'_>) -> Outcome {
    bench.env.mkdir("folder", WITH_PARENTS).await?;
    bench.holds("test -d folder").await
}

async fn recursive_existing_folder(bench: &Bench<'_>) -> Outcome {
    bench.shell("mkdir -p a/b && : > a/b/kept").await?;
    bench.env.mkdir("a/b", WITH_PARENTS).await?;
    bench.holds("test -f a/b/kept").await
}

async fn recursive_partly_there(bench: &Bench<'_>) -> Outcome {
    bench.shell("mkdir -p a/b && : > a/b/kept").await?;
    bench.env.mkdir("a/b/c/d", WITH_PARENTS).await?;
    bench.holds("test -d a/b/c/d && test -f a/b/kept").await
}

async fn recursive_through_a_link(bench: &Bench<'_>) -> Outcome {
    bench.shell("mkdir folder && ln -s folder link").await?;
    bench.env.mkdir("link/a/b", WITH_PARENTS).await?;
    bench.holds("test -d folder/a/b && test -L link").await
}

async fn recursive_over_a_file(bench: &Bench<'_>) -> Outcome {
    bench.shell("printf kept > file").await?;
    let result = bench.env.mkdir("file", WITH_PARENTS).await;
    refused("making a folder over a file", result)?;
    bench.holds("test -f file && test -s file").await
}

async fn recursive_below_a_file(bench: &Bench<'_>) -> Outcome {
    bench.shell("printf kept > file").await?;
    let result = bench.env.mkdir("file/a/b", WITH_PARENTS).await;
    refused("making folders below a file", result)?;
    bench.holds("test -f file && test -s file").await
}

async fn recursive_top(bench: &Bench<'_>) -> Outcome {
    Ok(bench.env.mkdir("/", WITH_PARENTS).await?)
}
