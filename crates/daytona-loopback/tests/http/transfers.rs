//! Uploads and downloads.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};

use daytona_loopback::ErrorShape;
use reqwest::multipart::{Form, Part};
use reqwest::{Body, Method};
use serde_json::{Value, json};

use crate::client::{Fixture, header, json, outcome, refusal, status};

#[tokio::test]
async fn an_upload_makes_parents_and_reports_what_it_wrote() {
    let fixture = Fixture::new();
    let written = json(fixture.upload(&[("a/b/one.txt", b"hello"), ("empty", b"")])).await;

    let expected = json!({ "files": [
        { "path": "a/b/one.txt", "bytes": 5 },
        { "path": "empty", "bytes": 0 },
    ] });
    assert_eq!(written, expected);
    assert_eq!(
        fs::read(fixture.work_dir().join("a/b/one.txt")).unwrap(),
        b"hello"
    );
    assert_eq!(fs::read(fixture.work_dir().join("empty")).unwrap(), b"");
}

#[tokio::test]
async fn an_upload_truncates_keeps_the_mode_and_writes_through_links() {
    let fixture = Fixture::new();
    let file = fixture.work_dir().join("file");
    fs::write(&file, "a longer text").unwrap();
    fs::set_permissions(&file, fs::Permissions::from_mode(0o755)).unwrap();
    symlink("file", fixture.work_dir().join("link")).unwrap();

    json(fixture.upload(&[("link", b"short")])).await;
    assert_eq!(fs::read(&file).unwrap(), b"short");
    assert_eq!(
        fs::metadata(&file).unwrap().permissions().mode() & 0o777,
        0o755
    );
}

/// The system says of such a file that it is empty; both ways to download are the daemon's.
#[tokio::test]
async fn a_file_whose_size_is_not_told_is_empty_alone_and_whole_in_a_form() {
    let fixture = Fixture::new();
    let path = "/proc/sys/kernel/ostype";

    let alone = fixture.get("/files/download", &[("path", path)]);
    assert_eq!(alone.send().await.unwrap().bytes().await.unwrap(), "");
    let form = fixture
        .proxy(Method::POST, "/files/bulk-download")
        .json(&json!({ "paths": [path] }));
    let form = form.send().await.unwrap().text().await.unwrap();
    assert!(form.contains("\r\nContent-Length: 0\r\n"), "{form}");
    assert!(form.contains("\r\n\r\nLinux\n\r\n--"), "{form}");
}

#[tokio::test]
async fn the_path_of_an_upload_is_trimmed() {
    let fixture = Fixture::new();
    let written = json(fixture.upload(&[(" \tnamed \n", b"x")])).await;

    assert_eq!(written["files"][0]["path"], "named");
    assert!(fixture.work_dir().join("named").exists());
}

#[tokio::test]
async fn names_that_need_quoting_arrive_as_they_are() {
    let fixture = Fixture::new();
    let names = [
        "a b",
        "q\"uo'te",
        "100%",
        "a+b",
        "#x?y&z",
        "line\nend",
        "ünï→",
        "back\\slash",
    ];
    for name in names {
        json(fixture.upload(&[(name, name.as_bytes())])).await;
        assert_eq!(
            fs::read(fixture.work_dir().join(name)).unwrap(),
            name.as_bytes()
        );
        let download = fixture.get("/files/download", &[("path", name)]);
        assert_eq!(
            outcome(download).await,
            (200, name.as_bytes().to_vec()),
            "{name:?}"
        );
    }
}

#[tokio::test]
async fn one_failure_does_not_stop_the_other_files() {
    let fixture = Fixture::new();
    fs::create_dir(fixture.work_dir().join("d")).unwrap();
    let (status, body) = refusal(fixture.upload(&[("d", b"x"), ("ok", b"y")])).await;

    assert_eq!(status, 400);
    assert_eq!(
        body,
        json!({
            "errors": ["d: create: open d: is a directory"],
            "files": [{ "path": "ok", "bytes": 1 }],
        })
    );
    assert_eq!(fs::read(fixture.work_dir().join("ok")).unwrap(), b"y");
}

#[tokio::test]
async fn a_failure_alone_has_no_files() {
    let fixture = Fixture::new();
    fs::write(fixture.work_dir().join("f"), "").unwrap();
    let (status, body) = refusal(fixture.upload(&[("f/below", b"x")])).await;

    assert_eq!(status, 400);
    assert_eq!(body["files"], Value::Null);
    assert!(
        body["errors"][0]
            .as_str()
            .unwrap()
            .starts_with("f/below: mkdir f: ")
    );
}

#[tokio::test]
async fn the_path_must_come_before_the_file() {
    let fixture = Fixture::new();
    let form = Form::new()
        .part("files[0].file", Part::bytes(b"x".to_vec()))
        .text("files[0].path", "late");
    let (status, body) = refusal(fixture.post("/files/bulk-upload", &[]).multipart(form)).await;

    assert_eq!(
        (status, &body["errors"]),
        (400, &json!(["file[0]: missing .path metadata"]))
    );
}

#[tokio::test]
async fn forms_without_files_and_bodies_without_forms() {
    let fixture = Fixture::new();
    let empty = fixture
        .post("/files/bulk-upload", &[])
        .header("content-type", "multipart/form-data; boundary=b")
        .body("--b--\r\n");
    assert_eq!(json(empty).await, json!({ "files": null }));

    let other = fixture.post("/files/bulk-upload", &[]).body("text");
    assert_eq!(
        refusal(other).await,
        (400, json!({ "errors": ["invalid multipart form"] }))
    );
    let nothing = fixture.post("/files/bulk-upload", &[]);
    assert_eq!(status(nothing).await, 400);
}

/// The daemon writes as it reads, and takes nothing back.
#[tokio::test]
async fn a_form_that_ends_too_soon_leaves_a_part_of_the_file() {
    let fixture = Fixture::new();
    fs::write(fixture.work_dir().join("f"), "what was there before").unwrap();
    let head = "--b\r\nContent-Disposition: form-data; name=\"files[0].path\"\r\n\r\nf\r\n\
                --b\r\nContent-Disposition: form-data; name=\"files[0].file\"; filename=\"f\"\r\n\r\n";
    let content = "x".repeat(100_000);
    let form = fixture
        .post("/files/bulk-upload", &[])
        .header("content-type", "multipart/form-data; boundary=b")
        .body(format!("{head}{content}"));

    let (status, body) = refusal(form).await;
    assert_eq!((status, &body["files"]), (400, &Value::Null));
    let left = fs::read_to_string(fixture.work_dir().join("f")).unwrap();
    assert!(
        !left.is_empty() && content.starts_with(&left),
        "{left:.100}"
    );
}

#[tokio::test]
async fn an_upload_may_be_chunked() {
    let fixture = Fixture::new();
    let chunks = [&b"one "[..], b"two ", b"three"].map(Ok::<_, std::io::Error>);
    let body = Body::wrap_stream(futures_util::stream::iter(chunks));
    let form = Form::new()
        .text("files[0].path", "chunked")
        .part("files[0].file", Part::stream(body));
    json(fixture.post("/files/bulk-upload", &[]).multipart(form)).await;

    assert_eq!(
        fs::read(fixture.work_dir().join("chunked")).unwrap(),
        b"one two three"
    );
    let request = &fixture.server.requests()[0];
    assert_eq!(request.header("content-length"), None);
    assert_eq!(request.header("transfer-encoding"), Some("chunked"));
}

#[tokio::test]
async fn large_files_go_both_ways_and_are_not_recorded() {
    let fixture = Fixture::new();
    let content: Vec<u8> = (0..24 << 20).map(|index: u32| (index >> 7) as u8).collect();
    json(fixture.upload(&[("large", &content)])).await;

    let request = &fixture.server.requests()[0];
    assert!(request.body.is_empty());
    assert!(request.body_length > content.len() as u64);
    let download = fixture.get("/files/download", &[("path", "large")]);
    assert!(outcome(download).await == (200, content.clone()));

    let many = fixture.post("/files/bulk-download", &[]);
    let (status, form) = outcome(many.json(&json!({ "paths": ["large"] }))).await;
    assert_eq!(status, 200);
    let start = form
        .windows(4)
        .position(|window| window == b"\r\n\r\n")
        .unwrap()
        + 4;
    assert!(form[start..].starts_with(&content));
    assert_eq!(
        form[start + content.len()..],
        *b"\r\n--DAYTONA-FILE-BOUNDARY--\r\n"
    );
}

#[tokio::test]
async fn a_download_has_the_headers_of_a_file() {
    let fixture = Fixture::new();
    fs::write(fixture.work_dir().join("näme.txt"), "0123456789").unwrap();
    let download = fixture.get("/files/download", &[("path", "./näme.txt")]);
    let response = download.send().await.unwrap();

    assert_eq!(
        header(&response, "content-type"),
        "application/octet-stream"
    );
    assert_eq!(header(&response, "content-length"), "10");
    assert_eq!(header(&response, "accept-ranges"), "bytes");
    assert_eq!(
        response.headers()["content-disposition"].as_bytes(),
        b"attachment; filename=\"n\xe4me.txt\"; filename*=utf-8''n%C3%A4me.txt"
    );
}

#[tokio::test]
async fn a_download_may_be_of_a_range() {
    let fixture = Fixture::new();
    fs::write(fixture.work_dir().join("f"), "0123456789").unwrap();
    for (range, expected, content, content_range) in [
        ("bytes=2-4", 206, "234", "bytes 2-4/10"),
        ("bytes=7-", 206, "789", "bytes 7-9/10"),
        ("bytes=-2", 206, "89", "bytes 8-9/10"),
        (
            "bytes=10-",
            416,
            "invalid range: failed to overlap\n",
            "bytes */10",
        ),
    ] {
        let request = fixture.get("/files/download", &[("path", "f")]);
        let response = request.header("range", range).send().await.unwrap();
        assert_eq!(response.status(), expected, "{range}");
        assert_eq!(header(&response, "content-range"), content_range);
        assert_eq!(response.text().await.unwrap(), content);
    }
}

#[tokio::test]
async fn a_form_of_downloads_has_a_part_for_each_path() {
    let fixture = Fixture::new();
    let work_dir = fixture.work_dir();
    fs::write(work_dir.join("a ñ\".txt"), "text\n").unwrap();
    fs::write(work_dir.join("raw"), b"\xff\0").unwrap();
    fs::create_dir(work_dir.join("d")).unwrap();
    let paths = ["a ñ\".txt", "missing", "raw", "d", "", "raw/below"];
    let request = fixture.post("/files/bulk-download", &[]);
    let response = request
        .json(&json!({ "paths": paths }))
        .send()
        .await
        .unwrap();

    let content_type = "multipart/form-data; boundary=DAYTONA-FILE-BOUNDARY";
    assert_eq!(header(&response, "content-type"), content_type);
    let form = response.bytes().await.unwrap();
    let parts = split(&form, b"--DAYTONA-FILE-BOUNDARY");
    assert_eq!(parts.len(), paths.len() + 2);
    assert_eq!(parts[0], b"");
    assert_eq!(parts[7], b"--\r\n");
    assert_eq!(
        parts[1],
        b"\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a \xf1\\\".txt\"; \
          filename*=utf-8''a%20%C3%B1%22.txt\r\n\
          Content-Length: 5\r\nContent-Type: text/plain; charset=utf-8\r\n\r\ntext\n\r\n"
    );
    assert!(parts[3].ends_with(b"Content-Type: application/octet-stream\r\n\r\n\xff\0\r\n"));
    for (part, status, code, message) in [
        (2, 404, "FILE_NOT_FOUND", "file not found: missing"),
        (
            4,
            400,
            "INVALID_FILE_PATH",
            "invalid file path: path points to a directory: d",
        ),
        (
            5,
            400,
            "INVALID_FILE_PATH",
            "invalid file path: path is empty",
        ),
        (
            6,
            500,
            "FILE_READ_FAILED",
            "failed to open file: open raw/below: not a directory",
        ),
    ] {
        let (head, body) = error_part(parts[part]);
        let path = paths[part - 1];
        assert!(head.contains("form-data; name=\"error\""), "{head}");
        assert!(head.contains("Content-Type: application/json; charset=utf-8"));
        assert_eq!(body["statusCode"], status);
        assert_eq!(body["code"], code);
        assert_eq!(body["message"], message);
        assert_eq!(body["path"], path);
        assert_eq!(body["method"], "POST");
        assert!(body.get("source").is_none());
    }
}

fn split<'a>(text: &'a [u8], separator: &[u8]) -> Vec<&'a [u8]> {
    let mut parts = Vec::new();
    let mut rest = text;
    while let Some(position) = rest
        .windows(separator.len())
        .position(|window| window == separator)
    {
        parts.push(&rest[..position]);
        rest = &rest[position + separator.len()..];
    }
    parts.push(rest);
    parts
}

fn error_part(part: &[u8]) -> (String, Value) {
    let text = String::from_utf8_lossy(part).into_owned();
    let (head, body) = text.split_once("\r\n\r\n").unwrap();
    (head.to_owned(), serde_json::from_str(body).unwrap())
}

#[tokio::test]
async fn a_form_of_denied_files_with_a_source() {
    let fixture = Fixture::new();
    fs::write(fixture.work_dir().join("secret"), "").unwrap();
    fixture.server.deny(&fixture.id, "secret");
    fixture.server.set_error_shape(ErrorShape::WithSource);

    let request = fixture.post("/files/bulk-download", &[]);
    let (status, form) = outcome(request.json(&json!({ "paths": ["secret"] }))).await;
    let (_, body) = error_part(split(&form, b"\r\n--DAYTONA-FILE-BOUNDARY")[0]);
    assert_eq!((status, &body["statusCode"]), (200, &json!(403)));
    assert_eq!(body["code"], "FILE_ACCESS_DENIED");
    assert_eq!(body["message"], "permission denied: secret");
    assert_eq!(body["source"], "DAYTONA_DAEMON");
}

#[tokio::test]
async fn a_form_of_no_downloads_is_refused() {
    let fixture = Fixture::new();
    for body in [
        json!({ "paths": [] }),
        json!({}),
        json!([]),
        json!({ "paths": [1] }),
    ] {
        let request = fixture.post("/files/bulk-download", &[]).json(&body);
        let (status, body) = refusal(request).await;
        assert_eq!(status, 400);
        assert!(body["error"].is_string());
    }
}

#[tokio::test]
async fn the_single_upload_of_older_clients() {
    let fixture = Fixture::new();
    let form = Form::new().part("file", Part::bytes(b"old".to_vec()).file_name("x"));
    let upload = fixture
        .post("/files/upload", &[("path", "old.txt")])
        .multipart(form);

    assert_eq!(status(upload).await, 200);
    assert_eq!(
        fs::read(fixture.work_dir().join("old.txt")).unwrap(),
        b"old"
    );
    let without_form = fixture.post("/files/upload", &[("path", "x")]);
    assert_eq!(status(without_form).await, 400);
}
