//! Which silence of a server ends a call.

use std::io;
use std::pin::pin;
use std::time::Duration;

use daytona_loopback::Fault;
use daytona_sdk::{Daytona, ErrorKind, ExecuteOptions, Sandbox};
use futures_util::{StreamExt as _, TryStreamExt as _, future, stream};

use crate::{Bench, config};

const SHORT: Duration = Duration::from_millis(500);

/// The bench's sandbox, seen by a client that is not patient.
async fn impatient(bench: &Bench) -> Sandbox {
    let config = config(&bench.server)
        .request_timeout(SHORT)
        .idle_timeout(SHORT);
    Daytona::new(config)
        .unwrap()
        .get(bench.sandbox.id())
        .await
        .unwrap()
}

#[tokio::test]
async fn a_server_that_stays_silent_is_given_up_on_and_not_asked_again() {
    let bench = Bench::new().await;
    let sandbox = impatient(&bench).await;
    let silence = bench.server.inject(Fault::hang());
    let fs = sandbox.fs();

    let kinds = [
        sandbox.refresh_data().await.unwrap_err().kind(),
        fs.get_file_details("f").await.unwrap_err().kind(),
        fs.download_file("f").await.unwrap_err().kind(),
        fs.upload_file("x", "f").await.unwrap_err().kind(),
        fs.search_files(".", "*").await.unwrap_err().kind(),
        fs.download_file_stream("f").await.unwrap_err().kind(),
    ];

    assert_eq!(kinds, [ErrorKind::ConnectionTimeout; 6]);
    assert_eq!(silence.hits(), 6);
}

#[tokio::test]
async fn a_command_may_take_longer_than_any_deadline_of_the_client() {
    let bench = Bench::new().await;
    let sandbox = impatient(&bench).await;
    let command = "sleep 1; echo done";

    let answer = sandbox
        .process()
        .execute_command(command, ExecuteOptions::default())
        .await
        .unwrap();

    assert_eq!(answer.result, "done\n");
}

#[tokio::test]
async fn a_command_with_a_deadline_ends_even_if_its_answer_is_lost() {
    let bench = Bench::new().await;
    let sandbox = impatient(&bench).await;
    bench
        .server
        .inject(Fault::hang().on("POST", "*/process/execute"));
    let options = ExecuteOptions::new().timeout(Duration::from_secs(1));

    let error = sandbox
        .process()
        .execute_command("true", options)
        .await
        .unwrap_err();

    assert_eq!(error.kind(), ErrorKind::ConnectionTimeout);
}

#[tokio::test]
async fn an_upload_that_moves_is_not_cut_off() {
    const IDLE: Duration = Duration::from_secs(1);
    let bench = Bench::new().await;
    let daytona = Daytona::new(config(&bench.server).idle_timeout(IDLE)).unwrap();
    let fs = daytona.get(bench.sandbox.id()).await.unwrap().fs();
    // Longer than the deadline in all, and well within it from piece to piece.
    let slow = stream::iter(0..5).then(async |_| {
        tokio::time::sleep(IDLE * 3 / 10).await;
        Ok::<_, io::Error>("piece")
    });

    fs.upload_file_stream(slow, "f").await.unwrap();

    assert_eq!(fs.download_file("f").await.unwrap(), b"piece".repeat(5));
}

#[tokio::test]
async fn an_upload_whose_source_stalls_is_given_up_on() {
    let bench = Bench::new().await;
    let sandbox = impatient(&bench).await;
    let stalled = stream::pending::<Result<&str, io::Error>>();

    let error = sandbox
        .fs()
        .upload_file_stream(stalled, "f")
        .await
        .unwrap_err();

    assert_eq!(error.kind(), ErrorKind::ConnectionTimeout);
}

#[tokio::test]
async fn dropping_a_call_leaves_the_command_running() {
    let bench = Bench::new().await;
    let process = bench.sandbox.process();
    let command = "touch begun; while [ ! -e go ]; do sleep 0.01; done; touch done";
    let call = process.execute_command(command, ExecuteOptions::default());
    let begun = async { while bench.sandbox.fs().get_file_details("begun").await.is_err() {} };
    future::select(pin!(call), pin!(begun)).await;

    bench.sandbox.fs().upload_file("", "go").await.unwrap();

    while bench.sandbox.fs().get_file_details("done").await.is_err() {}
}

#[tokio::test]
async fn a_download_that_falls_silent_is_given_up_on() {
    let bench = Bench::new().await;
    // As much as may be the end of the form is held back.
    let half_an_answer = "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n\
        --B\r\nContent-Disposition: form-data; name=\"file\"\r\n\r\nhalf\r\n--B--\r\n";
    let connection = bench.replace_toolbox(half_an_answer).await;
    let sandbox = impatient(&bench).await;

    let mut download = sandbox.fs().download_file_stream("f").await.unwrap();
    let first = download.try_next().await.unwrap();
    let second = download.try_next().await;

    assert_eq!(first.as_deref(), Some(&b"half"[..]));
    assert_eq!(second.unwrap_err().kind(), ErrorKind::ConnectionTimeout);
    drop(connection.await.unwrap());
}
