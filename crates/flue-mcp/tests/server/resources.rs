//! Files as resources.

use rmcp::model::{ReadResourceRequestParams, ResourceContents};
use serde_json::json;

use crate::fixture::Fixture;

#[tokio::test]
async fn files_are_listed_once_there_is_a_sandbox() {
    let fixture = Fixture::new().await;
    fixture.put("src/a b.txt", "text");
    fixture.put(".git/config", "");
    assert!(
        fixture
            .client
            .list_all_resources()
            .await
            .unwrap()
            .is_empty()
    );
    fixture.text("list", json!({})).await;
    let resources = fixture.client.list_all_resources().await.unwrap();
    let told = resources
        .iter()
        .map(|resource| (resource.name.as_str(), resource.uri.as_str()));
    let uri = format!("sandbox://{}/src/a%20b.txt", fixture.root.display());
    assert_eq!(told.collect::<Vec<_>>(), [("src/a b.txt", uri.as_str())]);
}

#[tokio::test]
async fn a_file_is_text_or_bytes() {
    let fixture = Fixture::new().await;
    fixture.put("text", "naïve\n");
    fixture.put("bytes", b"\xff\x00");
    let read = async |name: &str| {
        let uri = format!("sandbox://{}/{name}", fixture.root.display());
        let result = fixture
            .client
            .read_resource(ReadResourceRequestParams::new(uri))
            .await;
        result.unwrap().contents.remove(0)
    };
    let ResourceContents::TextResourceContents { text, .. } = read("text").await else {
        panic!("it is text");
    };
    assert_eq!(text, "naïve\n");
    let ResourceContents::BlobResourceContents {
        blob, mime_type, ..
    } = read("bytes").await
    else {
        panic!("it is no text");
    };
    assert_eq!(
        (blob.as_str(), mime_type.as_deref()),
        ("/wA=", Some("application/octet-stream"))
    );
}

#[tokio::test]
async fn what_cannot_be_read_is_told() {
    let fixture = Fixture::new().await;
    for (uri, part) in [
        ("sandbox:///no/such/file", "`/no/such/file` does not exist"),
        ("sandbox:///", "`/` is a folder"),
        (
            "file:///etc/passwd",
            "is not like `sandbox:///absolute/path`",
        ),
    ] {
        let error = fixture
            .client
            .read_resource(ReadResourceRequestParams::new(uri))
            .await
            .unwrap_err();
        assert!(error.to_string().contains(part), "{error}");
    }
}
