//! Files that come and go piece by piece.

use std::io;

use bytes::Bytes;
use daytona_loopback::Fault;
use daytona_sdk::ErrorKind;
use futures_util::{StreamExt as _, TryStreamExt as _, stream};

use crate::Bench;

const PIECE: usize = 64 * 1024;

fn pieces(count: usize) -> impl futures_util::Stream<Item = io::Result<Bytes>> + Send + 'static {
    stream::iter(0..count)
        .map(|index| Ok(Bytes::from(vec![u8::try_from(index % 251).unwrap(); PIECE])))
}

#[tokio::test]
async fn a_stream_goes_up_and_comes_down() {
    let bench = Bench::new().await;
    let fs = bench.sandbox.fs();

    fs.upload_file_stream(pieces(40), "folder/file")
        .await
        .unwrap();
    let download = fs.download_file_stream("folder/file").await.unwrap();

    assert_eq!(download.size(), Some(40 * PIECE as u64));
    let content: Vec<Bytes> = download.try_collect().await.unwrap();
    let expected: Vec<Bytes> = pieces(40).try_collect().await.unwrap();
    assert!(content.concat() == expected.concat());
}

#[tokio::test]
async fn an_empty_stream_is_an_empty_file() {
    let bench = Bench::new().await;
    let fs = bench.sandbox.fs();

    fs.upload_file_stream(pieces(0), "empty").await.unwrap();

    let download = fs.download_file_stream("empty").await.unwrap();
    assert_eq!(download.size(), Some(0));
    assert_eq!(
        download
            .map_ok(|piece| piece.len())
            .try_fold(0, async |sum, length| Ok(sum + length))
            .await
            .unwrap(),
        0
    );
}

#[tokio::test]
async fn a_download_can_be_uploaded() {
    let bench = Bench::new().await;
    let fs = bench.sandbox.fs();
    fs.upload_file("content", "a").await.unwrap();

    let download = fs.download_file_stream("a").await.unwrap();
    fs.upload_file_stream(download, "b").await.unwrap();

    assert_eq!(fs.download_file("b").await.unwrap(), b"content");
}

#[tokio::test]
async fn a_source_that_fails_is_told_from_a_connection_that_does() {
    let bench = Bench::new().await;
    let broken = pieces(3).chain(stream::iter([Err(io::Error::other("the disk is on fire"))]));

    let error = bench
        .sandbox
        .fs()
        .upload_file_stream(broken, "f")
        .await
        .unwrap_err();

    assert_eq!(
        (error.kind(), error.operation()),
        (ErrorKind::Source, "upload_file_stream")
    );
    let source = std::error::Error::source(&error).unwrap();
    assert_eq!(source.to_string(), "the disk is on fire");
}

#[tokio::test]
async fn an_upload_that_is_refused_says_why() {
    let bench = Bench::new().await;
    let fs = bench.sandbox.fs();
    fs.create_folder("dir", 0o755).await.unwrap();

    let error = fs.upload_file_stream(pieces(4), "dir").await.unwrap_err();

    assert_eq!(
        (error.kind(), error.status()),
        (ErrorKind::Validation, Some(400))
    );
    assert!(error.message().contains("is a directory"), "{error}");
}

#[tokio::test]
async fn a_download_that_breaks_off_is_an_error() {
    let bench = Bench::new().await;
    let fs = bench.sandbox.fs();
    fs.upload_file(vec![1; 4 * PIECE], "f").await.unwrap();
    bench
        .server
        .inject(Fault::truncated_body(PIECE).on("POST", "*/bulk-download"));

    let download = fs.download_file_stream("f").await.unwrap();
    let outcome: Result<Vec<Bytes>, _> = download.try_collect().await;

    let error = outcome.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Connection);
    assert!(error.to_string().contains("`f`"), "{error}");
}
