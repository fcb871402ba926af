//! Snapshots and volumes, and what the API says of settings that it changes.

use reqwest::Method;
use serde_json::json;

use crate::client::{Fixture, json, refusal, status};

#[tokio::test]
async fn snapshots_come_in_pages() {
    let fixture = Fixture::new();
    let page = |query: &str| json(fixture.api(Method::GET, &format!("/snapshots{query}")));

    let first = page("?limit=2").await;
    assert_eq!(
        (&first["total"], &first["totalPages"]),
        (&json!(3), &json!(2))
    );
    assert_eq!(first["items"].as_array().unwrap().len(), 2);
    let second = page("?limit=2&page=2").await;
    assert_eq!(second["items"].as_array().unwrap().len(), 1);
    let past = page("?page=9").await;
    assert_eq!(past["items"], json!([]));
    for wrong in ["?page=0", "?page=x", "?limit=0", "?limit=201"] {
        let request = fixture.api(Method::GET, &format!("/snapshots{wrong}"));
        assert_eq!(status(request).await, 400, "{wrong}");
    }
}

#[tokio::test]
async fn what_is_not_there_is_not_found() {
    let fixture = Fixture::new();
    for path in ["/snapshots/tiny", "/volumes/none", "/volumes/by-name/none"] {
        let (status, body) = refusal(fixture.api(Method::GET, path)).await;
        assert_eq!(
            (status, &body["error"]),
            (404, &json!("Not Found")),
            "{path}"
        );
    }
}

#[tokio::test]
async fn a_volume_without_a_name_is_called_by_its_id() {
    let fixture = Fixture::new();
    let volume = json(fixture.api(Method::POST, "/volumes")).await;
    assert_eq!(volume["name"], volume["id"]);
    let path = format!("/volumes/{}", volume["id"].as_str().unwrap());
    assert_eq!(
        json(fixture.api(Method::GET, &path)).await["state"],
        "ready"
    );
}

#[tokio::test]
async fn a_setting_is_a_number_of_minutes() {
    let fixture = Fixture::new();
    let set = |setting: &str| {
        let path = format!("/sandbox/{}/{setting}", fixture.id);
        status(fixture.api(Method::POST, &path))
    };
    assert_eq!(set("autostop/5").await, 200);
    assert_eq!(set("autodelete/-1").await, 200);
    for wrong in ["autostop/-1", "autostop/x", "autodelete/1.5"] {
        assert_eq!(set(wrong).await, 400, "{wrong}");
    }
    assert_eq!(set("autosleep/5").await, 404);
}
