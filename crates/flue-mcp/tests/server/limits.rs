//! What is cut, and what is not fetched at all.

use flue_mcp::Limits;
use serde_json::json;

use crate::fixture::Fixture;

fn limits() -> Limits {
    let mut limits = Limits::default();
    limits.answer_bytes = 400;
    limits.lines = 3;
    limits.paths = 2;
    limits.matches = 2;
    limits.match_bytes = 10;
    limits.file_bytes = 1000;
    limits.image_bytes = 20;
    limits
}

#[tokio::test]
async fn answers_are_cut_and_say_how_to_go_on() {
    let fixture = Fixture::with(limits()).await;
    for name in ["a", "b", "c"] {
        fixture.put(name, "line 1\nline 2 is long\nline 3\nline 4\n");
    }
    let read = |arguments| fixture.texts("read", arguments);
    assert_eq!(
        read(json!({ "path": "a" })).await,
        [
            "line 1\nline 2 is long\nline 3\n",
            "[lines 1 to 3 of 4; go on with `offset` 4]"
        ]
    );
    assert_eq!(
        read(json!({ "path": "a", "offset": 4 })).await,
        ["line 4\n"]
    );
    assert_eq!(
        read(json!({ "path": "a", "offset": 2, "limit": 1 })).await,
        [
            "line 2 is long\n",
            "[lines 2 to 2 of 4; go on with `offset` 3]"
        ]
    );
    assert_eq!(
        fixture.texts("list", json!({})).await,
        ["a\nb\n", "[1 more: `find` with a pattern shows fewer]"]
    );
    assert_eq!(
        fixture.texts("find", json!({ "pattern": "?" })).await,
        [
            "a\nb\n",
            "[1 more: a narrower pattern or `path` shows fewer]"
        ]
    );
    assert_eq!(
        fixture
            .texts("grep", json!({ "pattern": "line [12]", "path": "a" }))
            .await,
        ["a:1:line 1\na:2:line 2 is …\n"]
    );
    let found = fixture.texts("grep", json!({ "pattern": "line" })).await;
    assert_eq!(
        found[1],
        "[the first 2 that were found: a narrower `pattern`, `path` or `include` shows fewer]"
    );
}

#[tokio::test]
async fn a_search_that_was_cut_off_says_so_whatever_it_shows() {
    let fixture = Fixture::with(limits()).await;
    fixture.put("a/deep/many.txt", "hit\n".repeat(30));
    // `find` cannot tell this glob from one that passes the other file.
    let arguments = json!({ "pattern": "hit", "include": "a/*.txt" });
    let found = fixture.text("grep", arguments).await;
    assert!(found.starts_with("[the first 0 that were found"), "{found}");
    let make = "mkdir many && cd many && seq 10000 | xargs touch && echo made";
    fixture.text("run", json!({ "command": make })).await;
    let found = fixture.texts("find", json!({ "pattern": "*" })).await;
    assert!(found[1].starts_with("[not all were looked at"), "{found:?}");
}

#[tokio::test]
async fn output_of_commands_keeps_its_end() {
    let fixture = Fixture::with(limits()).await;
    let output = fixture
        .text("run", json!({ "command": "seq 1000; echo the reason" }))
        .await;
    assert!(output.len() < 400, "{output}");
    assert!(output.starts_with("1\n2\n3\n"), "{output}");
    assert!(output.ends_with("\n1000\nthe reason\n"), "{output}");
    assert!(output.contains("bytes left out"), "{output}");
}

#[tokio::test]
async fn files_that_are_too_large_are_not_fetched() {
    let fixture = Fixture::with(limits()).await;
    fixture.put("large.txt", "x".repeat(1001));
    fixture.put("large.png", [b"\x89PNG\r\n".as_slice(), &[0; 20]].concat());
    fixture.texts("list", json!({})).await;
    fixture.requests();
    for (path, word) in [("large.txt", "too-large"), (".", "is-a-directory")] {
        assert_eq!(
            fixture.failure("read", json!({ "path": path })).await.0,
            word
        );
        let edit = json!({ "path": path, "old_text": "a", "new_text": "b" });
        assert_eq!(fixture.failure("edit", edit).await.0, word);
    }
    let requests = fixture.requests();
    assert!(
        requests.iter().all(|request| request == "GET info"),
        "{requests:?}"
    );
    assert_eq!(
        fixture
            .failure("read", json!({ "path": "large.png" }))
            .await
            .0,
        "too-large"
    );
}

#[tokio::test]
async fn a_longer_deadline_than_is_allowed_is_refused() {
    let fixture = Fixture::new().await;
    let (word, message) = fixture
        .failure("run", json!({ "command": "touch ran", "timeout": 601 }))
        .await;
    assert_eq!(word, "invalid-argument");
    assert!(
        message.starts_with("`timeout` may be 600 at most"),
        "{message}"
    );
    assert!(!fixture.root.join("ran").exists());
}
