//! What is sent for a call: nothing for what is refused by its words, and never more than is needed.

use std::path::Path;

use tokio_util::sync::CancellationToken;

use crate::fixture::Fixture;

#[tokio::test]
async fn paths_that_lead_out_by_their_words_are_refused_before_any_request() {
    let fixture = Fixture::new().await;
    let env = &fixture.env;
    for path in ["/etc/passwd", "../x", "src/../top.rs", "a\0b"] {
        let name = Path::new(path);
        env.read_file(name, 9, 9).await.unwrap_err();
        env.read_file_full(name, 9).await.unwrap_err();
        env.write_file(name, "x").await.unwrap_err();
        env.glob(path, 9).await.unwrap_err();
        env.grep("x", &["fine", path], 9).await.unwrap_err();
        let cancel = CancellationToken::new();
        env.exec("true", name, None, &cancel).await.unwrap_err();
    }
    assert!(fixture.server.requests().is_empty());
}

#[tokio::test]
async fn paths_that_are_not_utf8_are_refused_before_any_request() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt as _;
    let fixture = Fixture::new().await;
    let name = Path::new(OsStr::from_bytes(b"caf\xe9"));
    fixture.env.read_file(name, 9, 9).await.unwrap_err();
    assert!(fixture.server.requests().is_empty());
}

#[tokio::test]
async fn only_what_is_shown_of_a_large_file_leaves_the_sandbox() {
    let fixture = Fixture::new().await;
    fixture.put("large", "é".repeat(100_000));
    let text = fixture.env.read_file(Path::new("large"), 9, 1001).await;
    let expect = format!("{}\n[... truncated at 1001 bytes ...]", "é".repeat(500));
    assert_eq!(text.unwrap(), expect);
    let requests = fixture.server.requests();
    assert!(
        requests
            .iter()
            .all(|request| !request.path.contains("/files")),
        "{requests:?}"
    );
}

#[tokio::test]
async fn a_file_that_is_too_large_is_not_downloaded() {
    let fixture = Fixture::new().await;
    fixture.put("large", "x".repeat(101));
    fixture
        .env
        .read_file_full(Path::new("large"), 100)
        .await
        .unwrap_err();
    let requests = fixture.server.requests();
    assert!(
        requests
            .iter()
            .all(|request| !request.path.contains("/files")),
        "{requests:?}"
    );
}

#[tokio::test]
async fn a_command_in_the_base_directory_is_one_request() {
    let fixture = Fixture::new().await;
    assert_eq!(
        fixture.exec("printf out", None).await,
        (0, "out".to_owned(), String::new())
    );
    assert_eq!(fixture.server.requests().len(), 1);
}

#[tokio::test]
async fn a_search_for_nothing_asks_nothing() {
    let fixture = Fixture::new().await;
    assert!(fixture.env.glob("*", 0).await.unwrap().is_empty());
    assert!(fixture.server.requests().is_empty());
}
