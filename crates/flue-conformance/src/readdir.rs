//! `readdir`.

use std::io::ErrorKind::{NotADirectory, NotFound};

use crate::bench::{Bench, ONE};
use crate::case::{Case, cases};
use crate::check::{Outcome, ensure, refused_as, same};

pub(crate) fn cases() -> Vec<Case> {
    cases!["readdir":
        empty,
        names_without_paths,
        files_and_folders,
        hidden_but_not_dots,
        one_level_only,
        many,
        links,
        through_a_link,
        after_a_removal,
        missing,
        of_a_file,
        below_a_file,
        closed_folder_is_not_empty,
    ]
}

async fn lists(bench: &Bench<'_>, path: &str, expected: &[&str]) -> Outcome {
    same("the names", bench.names(path).await?, expected)
}

async fn empty(bench: &Bench<'_>) -> Outcome {
    bench.give_folder("folder").await?;
    lists(bench, "folder", &[]).await
}

async fn names_without_paths(bench: &Bench<'_>) -> Outcome {
    bench
        .shell("mkdir -p a/b && : > a/b/one && : > a/b/two")
        .await?;
    lists(bench, "a/b", &["one", "two"]).await
}

async fn files_and_folders(bench: &Bench<'_>) -> Outcome {
    bench.shell("mkdir folder && : > file").await?;
    lists(bench, ".", &["file", "folder"]).await
}

async fn hidden_but_not_dots(bench: &Bench<'_>) -> Outcome {
    bench
        .shell("mkdir .folder && : > .file && : > shown")
        .await?;
    lists(bench, ".", &[".file", ".folder", "shown"]).await
}

async fn one_level_only(bench: &Bench<'_>) -> Outcome {
    bench
        .shell("mkdir -p folder/inner && : > folder/inner/file")
        .await?;
    lists(bench, "folder", &["inner"]).await
}

async fn many(bench: &Bench<'_>) -> Outcome {
    bench
        .shell("i=100; while [ $i -lt 400 ]; do : > f$i; i=$((i+1)); done")
        .await?;
    let expected = (100..400).map(|number| format!("f{number}"));
    let found = bench.names(".").await?;
    same("the number of names", found.len(), 300)?;
    ensure(found.into_iter().eq(expected), "the names differ")
}

async fn links(bench: &Bench<'_>) -> Outcome {
    bench
        .shell("mkdir folder && : > file && ln -s folder to-folder && ln -s file to-file")
        .await?;
    lists(bench, ".", &["file", "folder", "to-file", "to-folder"]).await
}

async fn through_a_link(bench: &Bench<'_>) -> Outcome {
    bench
        .shell("mkdir folder && : > folder/file && ln -s folder link")
        .await?;
    lists(bench, "link", &["file"]).await
}

async fn after_a_removal(bench: &Bench<'_>) -> Outcome {
    bench.shell(": > gone && : > kept").await?;
    bench.env.rm("gone", ONE).await?;
    lists(bench, ".", &["kept"]).await
}

async fn missing(bench: &Bench<'_>) -> Outcome {
    let result = bench.env.readdir("nothing").await;
    refused_as("the names in nothing", result, &[NotFound])
}

async fn of_a_file(bench: &Bench<'_>) -> Outcome {
    bench.give("file", "").await?;
    let result = bench.env.readdir("file").await;
    refused_as("the names in a file", result, &[NotADirectory])
}

async fn below_a_file(bench: &Bench<'_>) -> Outcome {
    bench.give("file", "").await?;
    let result = bench.env.readdir("file/below").await;
    refused_as("the names below a file", result, &[NotADirectory, NotFound])
}

/// A user who may not look into the folder cannot know that nothing is in it.
async fn closed_folder_is_not_empty(bench: &Bench<'_>) -> Outcome {
    bench
        .shell("mkdir closed && : > closed/file && chmod 000 closed")
        .await?;
    let result = bench.env.readdir("closed").await;
    bench.shell("chmod 755 closed").await?;
    let names = result.unwrap_or_else(|_| vec!["file".to_owned()]);
    same("the names", names, ["file"])
}
