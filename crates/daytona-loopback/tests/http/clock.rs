//! What sandboxes do by themselves as time passes.

use std::time::Duration;

use daytona_loopback::{Fault, Server};
use reqwest::Method;
use serde_json::{Value, json};

use crate::client::{Fixture, json, outcome, refusal, status};
use crate::commands::assert_dies;

const MINUTE: Duration = Duration::from_secs(60);

/// A fixture whose sandbox has these settings beside the usual ones.
async fn with(settings: Value) -> Fixture {
    let mut fixture = Fixture::of(Server::builder());
    let created = json(fixture.api(Method::POST, "/sandbox").json(&settings)).await;
    created["id"].as_str().unwrap().clone_into(&mut fixture.id);
    fixture
}

impl Fixture {
    fn pass(&self, minutes: u32) {
        self.server.advance_clock(MINUTE * minutes);
    }

    /// The state as the API says it, or nothing once it knows the sandbox no more.
    async fn state(&self) -> Option<String> {
        let path = format!("/sandbox/{}", self.id);
        let (status, body) = outcome(self.api(Method::GET, &path)).await;
        let body: Value = serde_json::from_slice(&body).unwrap();
        (status == 200).then(|| body["state"].as_str().unwrap().to_owned())
    }

    async fn is_in(&self, state: &str) -> bool {
        self.state().await.as_deref() == Some(state)
    }
}

#[tokio::test]
async fn an_idle_sandbox_stops_and_says_so_to_the_next_command() {
    let fixture = Fixture::new();
    fixture.pass(14);
    assert!(fixture.is_in("started").await);
    fixture.pass(1);
    assert!(fixture.is_in("stopped").await);

    let (status, body) = refusal(fixture.execute(&json!({ "command": "true" }))).await;
    assert_eq!(status, 400);
    assert!(
        body["message"]
            .as_str()
            .unwrap()
            .ends_with("Is the Sandbox started?")
    );
}

#[tokio::test]
async fn requests_to_the_daemon_keep_it_awake_and_looks_at_it_do_not() {
    let fixture = Fixture::new();
    fixture.pass(10);
    json(fixture.get("/work-dir", &[])).await;
    fixture.pass(10);
    let told = fixture.api(
        Method::POST,
        &format!("/sandbox/{}/last-activity", fixture.id),
    );
    assert_eq!(status(told).await, 201);
    fixture.pass(10);
    assert!(fixture.is_in("started").await);
    fixture.pass(5);
    assert!(fixture.is_in("stopped").await);

    let start = fixture.api(Method::POST, &format!("/sandbox/{}/start", fixture.id));
    assert_eq!(status(start).await, 200);
    fixture.pass(14);
    assert!(fixture.is_in("started").await);
}

#[tokio::test]
async fn a_command_that_runs_keeps_it_awake() {
    let fixture = Fixture::new();
    fixture.run("mkfifo started go").await;
    let command = json!({ "command": "echo >started; read x <go; echo $x" });
    let running = tokio::spawn(fixture.execute(&command).send());
    let pipe = |name| fixture.work_dir().join(name);
    let started = pipe("started");
    tokio::task::spawn_blocking(|| std::fs::read(started))
        .await
        .unwrap()
        .unwrap();

    fixture.pass(60);
    assert!(fixture.is_in("started").await);
    let go = pipe("go");
    tokio::task::spawn_blocking(|| std::fs::write(go, "on\n"))
        .await
        .unwrap()
        .unwrap();
    let answer: Value = running.await.unwrap().unwrap().json().await.unwrap();
    assert_eq!(answer["result"], "on\n");
    // The interval begins with the answer.
    fixture.pass(14);
    assert!(fixture.is_in("started").await);
    fixture.pass(1);
    assert!(fixture.is_in("stopped").await);
}

#[tokio::test]
async fn what_was_left_in_the_background_ends_with_it() {
    let fixture = Fixture::new();
    let (_, pid) = fixture.run("sleep 600 >/dev/null 2>&1 & echo $!").await;
    fixture.pass(15);
    assert_dies(&pid);
}

#[tokio::test]
async fn intervals_are_those_of_the_sandbox() {
    let never = with(json!({ "autoStopInterval": 0 })).await;
    never.pass(60 * 24 * 365);
    assert!(never.is_in("started").await);

    let pausing = with(json!({ "autoPauseInterval": 5 })).await;
    pausing.pass(5);
    assert!(pausing.is_in("paused").await);

    let changed = Fixture::new();
    let path = format!("/sandbox/{}/autostop/60", changed.id);
    assert_eq!(status(changed.api(Method::POST, &path)).await, 200);
    changed.pass(59);
    assert!(changed.is_in("started").await);
}

#[tokio::test]
async fn what_stopped_is_archived_and_deleted() {
    let fixture = with(json!({ "autoArchiveInterval": 60, "autoDeleteInterval": 120 })).await;
    fixture.pass(15);
    assert!(fixture.is_in("stopped").await);
    fixture.pass(60);
    assert!(fixture.is_in("archived").await);
    fixture.pass(59);
    assert!(fixture.is_in("archived").await);
    fixture.pass(1);
    assert_eq!(fixture.state().await, None);
    assert!(!fixture.server.sandbox_ids().contains(&fixture.id));
}

#[tokio::test]
async fn days_pass_at_once() {
    let fixture = with(json!({ "autoDeleteInterval": 120 })).await;
    fixture.pass(15 + 120);
    assert_eq!(fixture.state().await, None);
}

#[tokio::test]
async fn an_ephemeral_sandbox_is_gone_when_it_stops() {
    let fixture = with(json!({ "autoDeleteInterval": 0 })).await;
    fixture.pass(14);
    assert!(fixture.is_in("started").await);
    fixture.pass(1);
    assert_eq!(fixture.state().await, None);
}

#[tokio::test]
async fn a_life_ends_whatever_the_sandbox_does() {
    let fixture = with(json!({ "ttlMinutes": 30, "autoStopInterval": 0 })).await;
    fixture.pass(29);
    json(fixture.get("/work-dir", &[])).await;
    fixture.pass(1);
    assert_eq!(fixture.state().await, None);
}

#[tokio::test]
async fn a_request_that_hangs_before_it_arrives_keeps_nothing_awake() {
    let fixture = Fixture::new();
    let fault = fixture.server.inject(Fault::hang().on("GET", "*/work-dir"));
    let pending = tokio::spawn(fixture.get("/work-dir", &[]).send());
    fault.wait_for_hits(1).await;
    fixture.pass(15);
    fault.release();
    assert_eq!(pending.await.unwrap().unwrap().status(), 400);
}

#[tokio::test]
async fn the_clock_is_moved_over_http() {
    let fixture = Fixture::new();
    let url = format!("{}/clock", fixture.server.control_url());
    let advance = |body: Value| status(fixture.http.post(&url).json(&body));
    assert_eq!(advance(json!({ "minutes": 15 })).await, 204);
    assert!(fixture.is_in("stopped").await);
    assert_eq!(advance(json!({ "minutes": -1 })).await, 422);
}
