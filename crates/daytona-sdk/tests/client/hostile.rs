//! Answers that no Daytona sends: each is an error of the right kind, or read for what is clear in it.

use std::time::Duration;

use daytona_loopback::Fault;
use daytona_sdk::{Error, ErrorKind, ExecuteOptions};

use crate::Bench;

/// The kind of error that an answer comes to, byte for byte as given, to a call for the details of a file.
async fn kind_of(answer: &str) -> Option<ErrorKind> {
    let bench = Bench::new().await;
    // What it returns is dropped, so that the connection ends with the answer.
    drop(bench.replace_toolbox(answer).await);
    let details = bench.sandbox.fs().get_file_details("file").await;
    details.err().map(|error| error.kind())
}

fn ok(body: &str) -> String {
    let length = body.len();
    format!("HTTP/1.1 200 OK\r\nContent-Length: {length}\r\n\r\n{body}")
}

#[tokio::test]
async fn what_is_no_http_is_a_broken_connection() {
    let long_header = format!("HTTP/1.1 200 OK\r\nX: {}\r\n\r\n", "x".repeat(1 << 20));
    for answer in [
        "",
        "SSH-2.0-OpenSSH_9.2\r\n",
        "HTTP/1.1 200 OK\r\nContent-Le",
        "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n{}",
        "HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n{\"size\":1,\"isDir\":false}",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n",
        &long_header,
    ] {
        let beginning: String = answer.chars().take(80).collect();
        let kind = kind_of(answer).await;
        assert_eq!(kind, Some(ErrorKind::Connection), "{beginning:?}");
    }
}

#[tokio::test]
async fn a_success_that_cannot_be_read_is_no_success() {
    for body in [
        "",
        "null",
        "[]",
        "{}",
        "\u{1f}\u{8b}",
        r#"{"size":-1,"isDir":false}"#,
        r#"{"size":1e30,"isDir":false}"#,
        r#"{"size":"5","isDir":false}"#,
        r#"{"size":null,"isDir":false}"#,
        r#"{"size":5,"isDir":null}"#,
        r#"{"size":5,"isDir":false"#,
        r#"{"size":5,"isDir":false} and more"#,
    ] {
        assert_eq!(
            kind_of(&ok(body)).await,
            Some(ErrorKind::Decode),
            "{body:?}"
        );
    }
    let no_content = "HTTP/1.1 204 No Content\r\n\r\n";
    assert_eq!(kind_of(no_content).await, Some(ErrorKind::Decode));
}

#[tokio::test]
async fn a_status_from_nowhere_is_unexpected() {
    for status in ["302 Found", "304 Not Modified", "418 Teapot", "999 Odd"] {
        let answer = format!(
            "HTTP/1.1 {status}\r\nLocation: http://127.0.0.1/\r\nContent-Length: 0\r\n\r\n"
        );
        let kind = kind_of(&answer).await;
        assert_eq!(kind, Some(ErrorKind::Unexpected), "{status}");
    }
}

#[tokio::test]
async fn a_wrong_content_type_and_unknown_fields_are_no_obstacle() {
    let body = r#"{"size":5,"isDir":false,"name":null,"mode":{},"owner":7,"x":[[[]]]}"#;
    let answer = format!(
        "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    );
    assert_eq!(kind_of(&answer).await, None);
}

/// A command whose exit code is not told has not succeeded.
#[tokio::test]
async fn an_exit_code_is_never_made_up() {
    let bench = Bench::new().await;
    let run = async |body: &str| {
        let fault = Fault::reply(200, body).on("POST", "*/process/execute");
        let fault = bench.server.inject(fault);
        let process = bench.sandbox.process();
        let answer = process.execute_command("true", ExecuteOptions::default());
        let answer = answer.await;
        fault.remove();
        answer
    };
    for body in [
        "{}",
        r#"{"result":"done"}"#,
        r#"{"exitCode":null,"result":""}"#,
        r#"{"exitCode":"0","result":""}"#,
        r#"{"exitCode":0.5,"result":""}"#,
        r#"{"exitCode":4294967296,"result":""}"#,
    ] {
        let kind = run(body).await.err().as_ref().map(Error::kind);
        assert_eq!(kind, Some(ErrorKind::Decode), "{body}");
    }
    let silent = run(r#"{"exitCode":3,"result":null}"#).await.unwrap();
    assert_eq!((silent.exit_code, silent.result.as_str()), (3, ""));
}

/// Old daemons name the part after the file, say in words what is wrong, and repeat it at the end.
#[tokio::test]
async fn the_form_of_an_old_daemon_is_read() {
    let bench = Bench::new().await;
    let answer = |body: &str| {
        let length = body.len();
        format!("HTTP/1.1 200 OK\r\nContent-Length: {length}\r\n\r\n{body}")
    };
    let file = "--B\r\nContent-Disposition: form-data; name=\"a/f\"; filename=\"f\"\r\n\r\nhello\r\n--B--\r\n";
    bench.replace_toolbox(answer(file)).await;
    let content = bench.sandbox.fs().download_file("a/f").await.unwrap();
    assert_eq!(content, b"hello");

    let problem = "--B\r\nContent-Disposition: form-data; name=\"error\"; filename=\"f\"\r\n\r\n\
        file not found or invalid: f\r\n--B\r\nContent-Disposition: form-data; name=\"error\"\r\n\r\n\
        download errors:\n- f: not found or invalid\r\n--B--\r\n";
    bench.replace_toolbox(answer(problem)).await;
    let error = bench.sandbox.fs().download_file("f").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotFound, "{error:?}");
    assert_eq!(error.message(), "file not found or invalid: f");
}

#[tokio::test]
async fn a_work_dir_that_is_not_told_is_an_error() {
    let bench = Bench::new().await;
    for body in ["{}", r#"{"dir":null}"#, r#"{"dir":["/"]}"#] {
        let fault = Fault::reply(200, body).on("GET", "*/work-dir");
        let fault = bench.server.inject(fault);
        let error = bench.sandbox.get_work_dir().await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Decode, "{body}");
        fault.remove();
    }
}

#[tokio::test]
async fn a_page_in_place_of_json_points_at_the_api_url() {
    let bench = Bench::new().await;
    let page = Fault::reply(200, "<!doctype html><title>Dashboard</title>").on("GET", "/api/*");
    bench.server.inject(page);
    let error = bench.daytona.get("box").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Decode);
    assert!(error.message().contains("check the API URL"), "{error}");
}

/// What is waited for in vain is given up on, and the connections that are left serve the next calls.
#[tokio::test]
async fn dropped_calls_leave_a_client_that_works() {
    let bench = Bench::new().await;
    let hanging = bench.server.inject(Fault::hang().on("*", "/toolbox/*"));
    for _ in 0..20 {
        let fs = bench.sandbox.fs();
        let upload = fs.upload_file(vec![b'x'; 1 << 20], "file");
        let dropped = tokio::time::timeout(Duration::from_millis(1), upload).await;
        assert!(dropped.is_err(), "the server does not answer");
    }
    hanging.remove();
    bench.sandbox.fs().upload_file("y", "other").await.unwrap();
    let content = bench.sandbox.fs().download_file("other").await.unwrap();
    assert_eq!(content, b"y");
}
