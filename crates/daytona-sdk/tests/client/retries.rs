//! What is sent a second time, and what never is.

use std::net::{SocketAddr, TcpListener};
use std::time::{Duration, Instant};

use daytona_loopback::Fault;
use daytona_sdk::{
    CreateSandboxParams, Daytona, DaytonaConfig, DeleteFileOptions, ErrorKind, ExecuteOptions,
};

use crate::{Bench, config};

fn recursive() -> DeleteFileOptions {
    DeleteFileOptions::new().recursive(true)
}

/// Every way in which a request may be lost on its way or back.
fn losses() -> [Fault; 4] {
    [
        Fault::drop_connection(),
        Fault::drop_reply(),
        Fault::status(502),
        Fault::status(503),
    ]
}

#[tokio::test]
async fn a_lost_get_is_sent_again() {
    for loss in losses() {
        let bench = Bench::new().await;
        bench
            .sandbox
            .fs()
            .upload_file("content", "f")
            .await
            .unwrap();
        let fault = bench.server.inject(loss.on("GET", "*").times(2));

        assert_eq!(
            bench.sandbox.fs().download_file("f").await.unwrap(),
            b"content"
        );
        bench.sandbox.refresh_data().await.unwrap();

        assert_eq!(fault.hits(), 2);
    }
}

#[tokio::test]
async fn a_body_that_is_cut_off_is_fetched_again() {
    let bench = Bench::new().await;
    bench
        .sandbox
        .fs()
        .upload_file(vec![7; 100_000], "f")
        .await
        .unwrap();
    let fault = bench
        .server
        .inject(Fault::truncated_body(5_000).on("POST", "*").times(1));

    assert_eq!(
        bench.sandbox.fs().download_file("f").await.unwrap(),
        vec![7; 100_000]
    );
    assert_eq!(fault.hits(), 1);
}

#[tokio::test]
async fn repetitions_come_to_an_end() {
    let bench = Bench::new().await;
    let fault = bench.server.inject(Fault::status(503).on("GET", "*"));

    let error = bench.sandbox.refresh_data().await.unwrap_err();

    assert_eq!(
        (error.kind(), error.status()),
        (ErrorKind::Server, Some(503))
    );
    assert_eq!(fault.hits(), 3);
    let once = Daytona::new(config(&bench.server).max_retries(0)).unwrap();
    once.get(bench.sandbox.id()).await.unwrap_err();
    assert_eq!(fault.hits(), 4);
}

#[tokio::test]
async fn a_repeated_delete_that_finds_nothing_is_done() {
    let bench = Bench::new().await;
    bench.sandbox.fs().upload_file("x", "dir/f").await.unwrap();
    let file = bench
        .server
        .inject(Fault::drop_reply().on("DELETE", "*/files/").times(1));
    let sandbox = bench
        .server
        .inject(Fault::drop_reply().on("DELETE", "/api/*").times(1));

    bench
        .sandbox
        .fs()
        .delete_file("dir", recursive())
        .await
        .unwrap();
    bench.sandbox.delete().await.unwrap();

    assert_eq!((file.hits(), sandbox.hits()), (1, 1));
    assert!(bench.server.sandbox_ids().is_empty());
}

#[tokio::test]
async fn a_delete_that_was_never_begun_and_finds_nothing_is_an_error() {
    let bench = Bench::new().await;
    bench
        .server
        .inject(Fault::rate_limited(0).on("DELETE", "*").times(1));

    let error = bench
        .sandbox
        .fs()
        .delete_file("missing", recursive())
        .await
        .unwrap_err();

    assert_eq!(error.kind(), ErrorKind::NotFound);
    assert_eq!(bench.arrived().len(), 2);
}

#[tokio::test]
async fn a_post_that_may_have_been_done_is_sent_once() {
    for loss in losses() {
        let bench = Bench::new().await;
        let fault = bench.server.inject(loss.on("POST", "*"));
        let fs = bench.sandbox.fs();

        bench
            .sandbox
            .process()
            .execute_command("true", ExecuteOptions::default())
            .await
            .unwrap_err();
        fs.upload_file("x", "f").await.unwrap_err();
        fs.create_folder("d", 0o755).await.unwrap_err();
        bench
            .daytona
            .create(CreateSandboxParams::new())
            .await
            .unwrap_err();
        bench.sandbox.start().await.unwrap_err();

        assert_eq!(fault.hits(), 5);
    }
}

#[tokio::test]
async fn a_post_that_is_refused_for_now_is_sent_again() {
    let bench = Bench::new().await;
    let fault = bench
        .server
        .inject(Fault::rate_limited(0).on("POST", "*").times(2));

    let answer = bench
        .sandbox
        .process()
        .execute_command("echo hi", ExecuteOptions::default())
        .await
        .unwrap();

    assert_eq!(answer.result, "hi\n");
    assert_eq!(fault.hits(), 2);
    bench
        .server
        .inject(Fault::rate_limited(0).on("POST", "*").times(1));
    bench
        .sandbox
        .fs()
        .upload_file("content", "f")
        .await
        .unwrap();
    assert_eq!(
        bench.sandbox.fs().download_file("f").await.unwrap(),
        b"content"
    );
}

#[tokio::test]
async fn a_stream_is_sent_once_whatever_happens() {
    let bench = Bench::new().await;
    let fault = bench.server.inject(Fault::rate_limited(0).on("POST", "*"));
    let content = futures_util::stream::iter([Ok::<_, std::io::Error>("content")]);

    let error = bench
        .sandbox
        .fs()
        .upload_file_stream(content, "f")
        .await
        .unwrap_err();

    assert_eq!(error.kind(), ErrorKind::RateLimit);
    assert_eq!(fault.hits(), 1);
}

#[tokio::test]
async fn a_pause_that_is_too_long_is_left_to_the_caller() {
    let bench = Bench::new().await;
    let fault = bench
        .server
        .inject(Fault::rate_limited(3600).on("GET", "*"));

    let error = bench.sandbox.refresh_data().await.unwrap_err();

    assert_eq!(
        (error.kind(), error.status()),
        (ErrorKind::RateLimit, Some(429))
    );
    assert_eq!(error.retry_after(), Some(Duration::from_secs(3600)));
    assert_eq!(fault.hits(), 1);
}

#[tokio::test]
async fn the_pause_that_the_server_asks_for_is_kept() {
    let bench = Bench::new().await;
    bench
        .server
        .inject(Fault::rate_limited(1).on("GET", "*").times(1));
    let before = Instant::now();

    bench.sandbox.refresh_data().await.unwrap();

    assert!(before.elapsed() >= Duration::from_secs(1));
}

#[tokio::test]
async fn a_server_that_cannot_be_reached_is_tried_again_for_any_method() {
    const PAUSE: Duration = Duration::from_millis(200);
    let bench = Bench::new().await;
    let nobody = format!("http://{}", unused_address());
    bench
        .server
        .set_field(bench.sandbox.id(), "toolboxProxyUrl", nobody.clone());
    let config = config(&bench.server).retry_delay(PAUSE).max_retries(1);
    let sandbox = Daytona::new(config)
        .unwrap()
        .get(bench.sandbox.id())
        .await
        .unwrap();
    let before = Instant::now();

    let outcome = sandbox
        .process()
        .execute_command("true", ExecuteOptions::default())
        .await;

    let error = outcome.unwrap_err();
    assert_eq!(
        (error.kind(), error.status()),
        (ErrorKind::Connection, None)
    );
    let said = format!("the server at `{nobody}` cannot be reached");
    assert_eq!(error.message(), said);
    // The pause is varied down to a half. Without a second try there is none.
    assert!(before.elapsed() >= PAUSE / 2);
}

/// An address on which no one listens.
fn unused_address() -> SocketAddr {
    TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let bench = Bench::new().await;
    let elsewhere = bench.server.api_url();
    bench
        .replace_toolbox(format!(
            "HTTP/1.1 307 Temporary Redirect\r\nLocation: {elsewhere}\r\nContent-Length: 0\r\n\r\n"
        ))
        .await;

    let answer = bench
        .server
        .inject(Fault::reply(200, r#"{"dir":"/elsewhere"}"#));
    let error = bench.sandbox.get_work_dir().await.unwrap_err();

    assert_eq!(
        (error.kind(), error.status()),
        (ErrorKind::Unexpected, Some(307))
    );
    assert_eq!(answer.hits(), 0);
}

#[tokio::test]
async fn an_answer_of_something_else_than_daytona_is_an_error() {
    let bench = Bench::new().await;
    bench
        .server
        .inject(Fault::reply(200, "<html>").on("GET", "*"));

    let error = bench.sandbox.refresh_data().await.unwrap_err();

    assert_eq!(error.kind(), ErrorKind::Decode);
    let other =
        DaytonaConfig::new("key").api_url(format!("{}/nowhere", bench.server.toolbox_url()));
    bench.server.clear_faults();
    assert!(Daytona::new(other).unwrap().get("x").await.is_err());
}
