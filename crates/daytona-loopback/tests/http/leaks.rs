//! What programs leave behind: those that bound the life of their sandboxes, and those that do not.

use daytona_loopback::{Leaks, Server};
use serde_json::{Value, json};

use crate::client::http;

/// A program that creates a sandbox, looks at it, and deletes it, whatever fails.
async fn leaks(settings: Value) -> Leaks {
    let prepare = async || Server::builder().passing_polls(1).start_blocking();
    daytona_loopback::leaks(prepare, async |server| {
        let url = format!("{}/sandbox", server.api_url());
        let http = http();
        let create = http.post(&url).bearer_auth(server.api_key());
        let Ok(created) = create.json(&settings).send().await else {
            return;
        };
        let Ok(sandbox) = created.json::<Value>().await else {
            return;
        };
        let Some(id) = sandbox["id"].as_str() else {
            return;
        };
        let url = format!("{url}/{id}");
        let _ = http.get(&url).bearer_auth(server.api_key()).send().await;
        let _ = http.delete(&url).bearer_auth(server.api_key()).send().await;
    })
    .await
}

#[tokio::test]
async fn a_sandbox_whose_life_has_a_bound_is_no_leak() {
    for settings in [
        json!({ "autoDeleteInterval": 0 }),
        json!({ "autoStopInterval": 30, "autoDeleteInterval": 1440 }),
    ] {
        let leaks = leaks(settings).await;
        assert_eq!(leaks.left, [""; 0]);
        assert_eq!(leaks.runs, 1 + 3 * 13);
    }
}

#[tokio::test]
async fn a_sandbox_that_nothing_ends_is_a_leak() {
    for settings in [
        json!({}),
        json!({ "autoDeleteInterval": -1 }),
        json!({ "autoStopInterval": 0, "autoDeleteInterval": 60 }),
    ] {
        let leaks = leaks(settings).await;
        let of = |method: &str| {
            let told = leaks.left.iter().filter(|told| told.starts_with(method));
            told.count()
        };
        // The creation had its effect, unheard of.
        assert_eq!(of("POST"), 4, "{leaks:?}");
        // The deletion failed, was refused while the sandbox was still created, or did not come to be.
        assert_eq!(of("GET"), 10, "{leaks:?}");
        assert_eq!(of("DELETE"), 9, "{leaks:?}");
    }
}
