//! `read_file` and `read_file_buffer`.

use std::io::ErrorKind::{InvalidData, IsADirectory, NotADirectory, NotFound};

use crate::bench::Bench;
use crate::case::{Case, cases};
use crate::check::{Outcome, ensure, refused_as, same};

pub(crate) fn cases() -> Vec<Case> {
    let mut cases = cases!["read_file":
        text,
        unicode,
        empty,
        line_ends_are_kept,
        byte_order_mark_is_kept,
        missing,
        missing_folder,
        directory,
        below_a_file,
        invalid_utf8_is_an_error,
        through_a_link,
        dangling_link,
        written_by_a_command,
        kernel_file_whose_size_is_told_as_nothing,
        kernel_file_whose_size_is_told_as_a_page,
    ];
    cases.extend(cases!["read_file_buffer":
        every_byte,
        empty_buffer,
        missing_buffer,
        directory_buffer,
        below_a_file_buffer,
        one_mebibyte,
        through_a_linked_folder,
    ]);
    cases
}

async fn reads_back(bench: &Bench<'_>, content: &str) -> Outcome {
    bench.give("file", content).await?;
    same("the text", bench.env.read_file("file").await?, content)
}

async fn text(bench: &Bench<'_>) -> Outcome {
    reads_back(bench, "one\ntwo\n").await
}

async fn unicode(bench: &Bench<'_>) -> Outcome {
    reads_back(bench, "naïve – 文件 🦀 e\u{301}\n").await
}

async fn empty(bench: &Bench<'_>) -> Outcome {
    reads_back(bench, "").await
}

async fn line_ends_are_kept(bench: &Bench<'_>) -> Outcome {
    reads_back(bench, "\r\nwindows\r\nold\runix\n\nno end").await
}

async fn byte_order_mark_is_kept(bench: &Bench<'_>) -> Outcome {
    reads_back(bench, "\u{feff}marked\n").await
}

async fn missing(bench: &Bench<'_>) -> Outcome {
    refused_as(
        "reading nothing",
        bench.env.read_file("nothing").await,
        &[NotFound],
    )
}

async fn missing_folder(bench: &Bench<'_>) -> Outcome {
    let result = bench.env.read_file("no/such/file").await;
    refused_as("reading from a missing folder", result, &[NotFound])
}

async fn directory(bench: &Bench<'_>) -> Outcome {
    bench.give_folder("folder").await?;
    let result = bench.env.read_file("folder").await;
    refused_as("reading a folder", result, &[IsADirectory])
}

async fn below_a_file(bench: &Bench<'_>) -> Outcome {
    bench.give("file", "").await?;
    let result = bench.env.read_file("file/below").await;
    refused_as("reading below a file", result, &[NotADirectory, NotFound])
}

async fn invalid_utf8_is_an_error(bench: &Bench<'_>) -> Outcome {
    bench.give("file", b"valid \xff invalid").await?;
    let result = bench.env.read_file("file").await;
    refused_as("reading bytes as text", result, &[InvalidData])
}

async fn through_a_link(bench: &Bench<'_>) -> Outcome {
    bench.give("file", "linked").await?;
    bench.shell("ln -s file link").await?;
    same("the text", bench.env.read_file("link").await?, "linked")
}

async fn dangling_link(bench: &Bench<'_>) -> Outcome {
    bench.shell("ln -s nothing link").await?;
    let result = bench.env.read_file("link").await;
    refused_as("reading a link to nothing", result, &[NotFound])
}

async fn written_by_a_command(bench: &Bench<'_>) -> Outcome {
    bench.shell("printf 'a\\nb' > file").await?;
    same("the text", bench.env.read_file("file").await?, "a\nb")
}

async fn kernel_file_whose_size_is_told_as_nothing(bench: &Bench<'_>) -> Outcome {
    kernel_file(bench, "/proc/version").await
}

async fn kernel_file_whose_size_is_told_as_a_page(bench: &Bench<'_>) -> Outcome {
    kernel_file(bench, "/sys/devices/system/cpu/online").await
}

/// Reads a file of Linux, where there is one, as a command does.
async fn kernel_file(bench: &Bench<'_>, path: &str) -> Outcome {
    let printed = bench.shell(&format!("cat {path} 2>/dev/null || :")).await?;
    if printed.is_empty() {
        return Ok(());
    }
    same("the text", bench.env.read_file(path).await?, printed)
}

async fn every_byte(bench: &Bench<'_>) -> Outcome {
    let bytes = (0..=255).collect::<Vec<u8>>();
    bench.give("file", &bytes).await?;
    same(
        "the bytes",
        bench.env.read_file_buffer("file").await?,
        bytes,
    )
}

async fn empty_buffer(bench: &Bench<'_>) -> Outcome {
    bench.shell(": > file").await?;
    let bytes = bench.env.read_file_buffer("file").await?;
    ensure(bytes.is_empty(), "an empty file has bytes")
}

async fn missing_buffer(bench: &Bench<'_>) -> Outcome {
    let result = bench.env.read_file_buffer("nothing").await;
    refused_as("reading nothing", result, &[NotFound])
}

async fn directory_buffer(bench: &Bench<'_>) -> Outcome {
    bench.give_folder("folder").await?;
    let result = bench.env.read_file_buffer("folder").await;
    refused_as("reading a folder", result, &[IsADirectory])
}

async fn below_a_file_buffer(bench: &Bench<'_>) -> Outcome {
    bench.give("file", "").await?;
    let result = bench.env.read_file_buffer("file/below").await;
    refused_as("reading below a file", result, &[NotADirectory, NotFound])
}

async fn one_mebibyte(bench: &Bench<'_>) -> Outcome {
    let bytes = (0..1 << 20)
        .map(|index: u32| (index % 251) as u8)
        .collect::<Vec<_>>();
    bench.give("file", &bytes).await?;
    let found = bench.env.read_file_buffer("file").await?;
    same("the size", found.len(), bytes.len())?;
    ensure(found == bytes, "the bytes differ")
}

async fn through_a_linked_folder(bench: &Bench<'_>) -> Outcome {
    bench.give("folder/file", "linked").await?;
    bench.shell("ln -s folder link").await?;
    let bytes = bench.env.read_file_buffer("link/file").await?;
    same("the bytes", bytes, *b"linked")
}
