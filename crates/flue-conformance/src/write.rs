//! `write_file`.

use std::io::ErrorKind::{IsADirectory, NotADirectory, NotFound};

use crate::bench::Bench;
use crate::case::{Case, cases};
use crate::check::{Outcome, ensure, refused, refused_as, same};

pub(crate) fn cases() -> Vec<Case> {
    cases!["write_file":
        creates_a_file,
        empty,
        every_byte,
        one_mebibyte,
        longer_replaces_shorter,
        shorter_replaces_longer,
        empty_replaces_full,
        same_content_twice,
        creates_missing_parent,
        creates_missing_parents,
        into_an_existing_folder,
        onto_a_folder,
        below_a_file,
        through_a_link,
        through_a_linked_folder,
        leaves_neighbours_alone,
        hidden_file,
        name_that_is_too_long,
    ]
}

/// What a command reads from the file.
async fn content(bench: &Bench<'_>, path: &str) -> Outcome<String> {
    bench.shell(&format!("cat {path}")).await
}

async fn creates_a_file(bench: &Bench<'_>) -> Outcome {
    bench.env.write_file("file", b"content\n").await?;
    same("the content", content(bench, "file").await?, "content\n")
}

async fn empty(bench: &Bench<'_>) -> Outcome {
    bench.env.write_file("file", b"").await?;
    bench.holds("test -f file && test ! -s file").await
}

async fn every_byte(bench: &Bench<'_>) -> Outcome {
    let bytes = (0..=255).collect::<Vec<u8>>();
    bench.env.write_file("file", &bytes).await?;
    let size = bench.shell("wc -c < file").await?;
    same("the size", size.trim(), "256")?;
    same(
        "the bytes",
        bench.env.read_file_buffer("file").await?,
        bytes,
    )
}

async fn one_mebibyte(bench: &Bench<'_>) -> Outcome {
    let text = "0123456789abcdef".repeat(1 << 16);
    bench.env.write_file("file", text.as_bytes()).await?;
    let size = bench.shell("wc -c < file").await?;
    same("the size", size.trim(), "1048576")
}

async fn longer_replaces_shorter(bench: &Bench<'_>) -> Outcome {
    replaces(bench, "short", "a longer text").await
}

async fn shorter_replaces_longer(bench: &Bench<'_>) -> Outcome {
    replaces(bench, "a longer text", "short").await
}

async fn empty_replaces_full(bench: &Bench<'_>) -> Outcome {
    replaces(bench, "full", "").await
}

async fn same_content_twice(bench: &Bench<'_>) -> Outcome {
    replaces(bench, "same", "same").await
}

async fn replaces(bench: &Bench<'_>, old: &str, new: &str) -> Outcome {
    bench.shell(&format!("printf %s '{old}' > file")).await?;
    bench.env.write_file("file", new.as_bytes()).await?;
    same("the content", content(bench, "file").await?, new)
}

async fn creates_missing_parent(bench: &Bench<'_>) -> Outcome {
    bench.env.write_file("new/file", b"x").await?;
    same("the content", content(bench, "new/file").await?, "x")
}

async fn creates_missing_parents(bench: &Bench<'_>) -> Outcome {
    bench.env.write_file("a/b/c/d/file", b"x").await?;
    same("the content", content(bench, "a/b/c/d/file").await?, "x")
}

async fn into_an_existing_folder(bench: &Bench<'_>) -> Outcome {
    bench.shell("mkdir folder && : > folder/old").await?;
    bench.env.write_file("folder/new", b"x").await?;
    same("the names", bench.names("folder").await?, ["new", "old"])
}

async fn onto_a_folder(bench: &Bench<'_>) -> Outcome {
    bench.shell("mkdir folder && : > folder/kept").await?;
    let result = bench.env.write_file("folder", b"x").await;
    refused_as("writing onto a folder", result, &[IsADirectory])?;
    bench.holds("test -f folder/kept").await
}

async fn below_a_file(bench: &Bench<'_>) -> Outcome {
    bench.shell("printf kept > file").await?;
    let result = bench.env.write_file("file/below", b"x").await;
    refused_as("writing below a file", result, &[NotADirectory, NotFound])?;
    same(
        "the content of the file",
        content(bench, "file").await?,
        "kept",
    )
}

async fn through_a_link(bench: &Bench<'_>) -> Outcome {
    bench.shell("printf old > file && ln -s file link").await?;
    bench.env.write_file("link", b"new").await?;
    same(
        "what the link leads to",
        content(bench, "file").await?,
        "new",
    )?;
    bench.holds("test -L link").await
}

async fn through_a_linked_folder(bench: &Bench<'_>) -> Outcome {
    bench.shell("mkdir folder && ln -s folder link").await?;
    bench.env.write_file("link/file", b"x").await?;
    same("the content", content(bench, "folder/file").await?, "x")
}

async fn leaves_neighbours_alone(bench: &Bench<'_>) -> Outcome {
    bench
        .shell("printf kept > a; printf kept > file.txt")
        .await?;
    bench.env.write_file("file", b"new").await?;
    let kept = content(bench, "a file.txt").await?;
    same("the neighbours", kept, "keptkept")?;
    same(
        "the names",
        bench.names(".").await?,
        ["a", "file", "file.txt"],
    )
}

async fn hidden_file(bench: &Bench<'_>) -> Outcome {
    bench.env.write_file(".hidden", b"x").await?;
    let is_there = bench.env.exists(".hidden").await?;
    ensure(is_there, "the file does not exist")?;
    same("the content", content(bench, ".hidden").await?, "x")
}

async fn name_that_is_too_long(bench: &Bench<'_>) -> Outcome {
    let name = "n".repeat(300);
    refused(
        "writing to a name of 300 bytes",
        bench.env.write_file(&name, b"x").await,
    )?;
    let names = bench.names(".").await?;
    same("the names", names, Vec::<String>::new())
}
