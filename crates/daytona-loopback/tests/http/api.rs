//! The life cycle of sandboxes, and their JSON.

use daytona_loopback::Server;
use reqwest::Method;
use serde_json::{Value, json};

use crate::client::{Fixture, json, refusal, status};

async fn create(fixture: &Fixture, request: Value) -> Value {
    json(fixture.api(Method::POST, "/sandbox").json(&request)).await
}

async fn show(fixture: &Fixture, id: &str) -> Value {
    json(fixture.api(Method::GET, &format!("/sandbox/{id}"))).await
}

async fn state_of(fixture: &Fixture, id: &str) -> String {
    show(fixture, id).await["state"]
        .as_str()
        .unwrap()
        .to_owned()
}

async fn change(fixture: &Fixture, id: &str, change: &str) -> Value {
    json(fixture.api(Method::POST, &format!("/sandbox/{id}/{change}"))).await
}

#[tokio::test]
async fn a_sandbox_has_all_fields_and_no_class() {
    let fixture = Fixture::new();
    let sandbox = create(&fixture, json!({})).await;

    for field in [
        "id",
        "organizationId",
        "name",
        "user",
        "env",
        "labels",
        "public",
        "networkBlockAll",
        "kvm",
        "target",
        "cpu",
        "gpu",
        "memory",
        "disk",
        "toolboxProxyUrl",
        "snapshot",
        "networkAllowList",
        "domainAllowList",
        "state",
        "desiredState",
        "errorReason",
        "recoverable",
        "backupState",
        "autoStopInterval",
        "autoArchiveInterval",
        "autoDeleteInterval",
        "volumes",
        "createdAt",
        "updatedAt",
        "lastActivityAt",
        "sandboxClass",
        "daemonVersion",
        "runnerId",
    ] {
        assert!(sandbox.get(field).is_some(), "{field} is missing");
    }
    assert!(sandbox.get("class").is_none());
    assert_eq!(sandbox["name"], sandbox["id"]);
    assert_eq!(sandbox["state"], "started");
    assert_eq!(sandbox["networkAllowList"], Value::Null);
    assert_eq!(sandbox["toolboxProxyUrl"], fixture.server.toolbox_url());
}

#[tokio::test]
async fn create_keeps_what_was_asked_for() {
    let fixture = Fixture::new();
    let request = json!({
        "name": "mine",
        "snapshot": "ubuntu",
        "env": { "A": "1" },
        "labels": { "team": "x" },
        "volumes": [{ "volumeId": "v", "mountPath": "/data" }],
        "autoStopInterval": 0,
        "target": "eu",
    });
    let sandbox = create(&fixture, request.clone()).await;

    for (field, value) in request.as_object().unwrap() {
        assert_eq!(&sandbox[field], value, "{field}");
    }
    assert_eq!(show(&fixture, "mine").await, sandbox);
    let id = sandbox["id"].as_str().unwrap();
    assert_eq!(show(&fixture, id).await["name"], "mine");
}

#[tokio::test]
async fn an_image_is_built_and_takes_resources() {
    let fixture = Fixture::new();
    let request = json!({ "buildInfo": { "dockerfileContent": "FROM x\n" }, "cpu": 4 });
    let sandbox = create(&fixture, request).await;

    assert_eq!(sandbox["snapshot"], Value::Null);
    assert_eq!(sandbox["cpu"], 4);
    assert_eq!(sandbox["buildInfo"]["dockerfileContent"], "FROM x\n");
    assert!(sandbox["buildInfo"]["snapshotRef"].is_string());
}

#[tokio::test]
async fn create_refuses_what_the_api_refuses() {
    let fixture = Fixture::new();
    create(&fixture, json!({ "name": "taken" })).await;
    for (request, expected, message) in [
        (
            json!({ "name": "taken" }),
            409,
            "Sandbox with name taken already exists",
        ),
        (json!({ "name": 1 }), 400, "name must be a string"),
        (
            json!({ "cpu": 2 }),
            400,
            "Cannot specify Sandbox resources when using a snapshot",
        ),
        (
            json!({ "buildInfo": {}, "snapshot": "s" }),
            400,
            "Cannot specify a snapshot when using a build info entry",
        ),
    ] {
        let (status, body) = refusal(fixture.api(Method::POST, "/sandbox").json(&request)).await;
        assert_eq!((status, &body["message"]), (expected, &json!(message)));
    }
}

#[tokio::test]
async fn create_needs_no_body() {
    let fixture = Fixture::new();
    assert_eq!(status(fixture.api(Method::POST, "/sandbox")).await, 200);
}

#[tokio::test]
async fn the_environment_of_a_sandbox_reaches_its_commands() {
    let mut fixture = Fixture::new();
    let sandbox = create(&fixture, json!({ "env": { "COLOUR": "green" } })).await;
    fixture.id = sandbox["id"].as_str().unwrap().to_owned();

    assert_eq!(fixture.run("echo $COLOUR").await, (0, "green\n".to_owned()));
}

#[tokio::test]
async fn delete_shows_the_sandbox_once_more_and_removes_it() {
    let fixture = Fixture::new();
    let folder = fixture.work_dir();
    let path = format!("/sandbox/{}", fixture.id);

    let sandbox = json(fixture.api(Method::DELETE, &path)).await;
    assert_eq!(sandbox["state"], "destroying");
    assert_eq!(sandbox["desiredState"], "destroyed");
    let (status, body) = refusal(fixture.api(Method::GET, &path)).await;
    let message = format!("Sandbox with ID or name {} not found", fixture.id);
    assert_eq!((status, &body["message"]), (404, &json!(message)));
    assert_eq!(refusal(fixture.api(Method::DELETE, &path)).await.0, 404);
    assert!(!folder.exists());
}

#[tokio::test]
async fn stop_and_start() {
    let fixture = Fixture::new();
    let id = &fixture.id;

    assert_eq!(change(&fixture, id, "stop").await["state"], "stopped");
    assert_eq!(show(&fixture, id).await["desiredState"], "stopped");
    let again = fixture.api(Method::POST, &format!("/sandbox/{id}/stop"));
    let (status, body) = refusal(again).await;
    assert_eq!(status, 400);
    assert_eq!(body["message"], "Sandbox is not in a stoppable state");
    assert_eq!(change(&fixture, id, "start").await["state"], "started");
    assert_eq!(change(&fixture, id, "start").await["state"], "started");
    assert_eq!(fixture.run("echo back").await.1, "back\n");
}

#[tokio::test]
async fn pause_and_resume() {
    let fixture = Fixture::of(
        Server::builder()
            .passing_polls(1)
            .created_states(["started"]),
    );
    let id = &fixture.id;

    assert_eq!(change(&fixture, id, "pause").await["state"], "pausing");
    assert_eq!(state_of(&fixture, id).await, "pausing");
    assert_eq!(state_of(&fixture, id).await, "paused");
    assert_eq!(change(&fixture, id, "start").await["state"], "resuming");
    assert_eq!(state_of(&fixture, id).await, "resuming");
    assert_eq!(state_of(&fixture, id).await, "started");
}

#[tokio::test]
async fn an_ephemeral_sandbox_is_gone_when_it_stops() {
    let fixture = Fixture::new();
    create(
        &fixture,
        json!({ "name": "brief", "autoDeleteInterval": 0 }),
    )
    .await;

    assert_eq!(
        change(&fixture, "brief", "stop").await["desiredState"],
        "destroyed"
    );
    assert_eq!(
        status(fixture.api(Method::GET, "/sandbox/brief")).await,
        404
    );
}

#[tokio::test]
async fn states_pass_by_polls() {
    let fixture = Fixture::of(Server::builder().passing_polls(2));
    let sandbox = create(&fixture, json!({ "name": "slow" })).await;

    assert_eq!(sandbox["state"], "creating");
    let delete = fixture.api(Method::DELETE, "/sandbox/slow");
    assert_eq!(
        refusal(delete).await.0,
        409,
        "a state change is in progress"
    );
    assert_eq!(state_of(&fixture, "slow").await, "creating");
    assert_eq!(state_of(&fixture, "slow").await, "creating");
    assert_eq!(state_of(&fixture, "slow").await, "started");
    assert_eq!(state_of(&fixture, "slow").await, "started");

    let gone = json(fixture.api(Method::DELETE, "/sandbox/slow")).await;
    assert_eq!(gone["state"], "destroying");
    let by_name = fixture.api(Method::GET, "/sandbox/slow");
    assert_eq!(status(by_name).await, 404, "the name is free at once");
    let id = gone["id"].as_str().unwrap();
    assert_eq!(state_of(&fixture, id).await, "destroying");
    assert_eq!(state_of(&fixture, id).await, "destroying");
    let by_id = fixture.api(Method::GET, &format!("/sandbox/{id}"));
    assert_eq!(status(by_id).await, 404);
}

#[tokio::test]
async fn a_new_sandbox_may_fail_or_be_in_states_of_the_future() {
    let states = ["creating", "teleporting", "error"];
    let fixture = Fixture::of(Server::builder().created_states(states));
    let sandbox = create(&fixture, json!({ "name": "odd" })).await;

    assert_eq!(sandbox["state"], "creating");
    for state in ["creating", "teleporting", "error", "error"] {
        assert_eq!(state_of(&fixture, "odd").await, state);
    }
    let start = fixture.api(Method::POST, "/sandbox/odd/start");
    let (status, body) = refusal(start).await;
    assert_eq!(
        (status, &body["message"]),
        (400, &json!("Sandbox is in an errored state"))
    );
}

#[tokio::test]
async fn a_test_decides_on_states_and_fields() {
    let fixture = Fixture::new();
    let (server, id) = (&fixture.server, &fixture.id);
    server.set_state(id, "hibernating");
    server.set_field(id, "labels", Value::Null);
    server.remove_field(id, "volumes");

    let sandbox = show(&fixture, id).await;
    assert_eq!(sandbox["state"], "hibernating");
    assert_eq!(sandbox["labels"], Value::Null);
    assert!(sandbox.get("volumes").is_none());
    assert_eq!(
        fixture.run("echo up").await.1,
        "up\n",
        "an unknown state counts as running"
    );

    server.set_states(id, ["destroyed", "started"]);
    assert_eq!(state_of(&fixture, id).await, "destroyed");
    assert_eq!(state_of(&fixture, id).await, "started");
    server.remove_field(id, "state");
    assert!(show(&fixture, id).await.get("state").is_none());
}

#[tokio::test]
async fn fields_of_every_sandbox() {
    let builder = Server::builder()
        .sandbox_field("class", "small")
        .without_sandbox_field("toolboxProxyUrl");
    let fixture = Fixture::of(builder);

    let sandbox = show(&fixture, &fixture.id).await;
    assert_eq!(sandbox["class"], "small");
    assert!(sandbox.get("toolboxProxyUrl").is_none());
    let path = format!("/sandbox/{}/toolbox-proxy-url", fixture.id);
    let url = json(fixture.api(Method::GET, &path)).await;
    assert_eq!(url, json!({ "url": fixture.server.toolbox_url() }));
}

#[tokio::test]
async fn labels_are_replaced() {
    let fixture = Fixture::new();
    let path = format!("/sandbox/{}/labels", fixture.id);
    let request = fixture.api(Method::PUT, &path);

    let sandbox = json(request.json(&json!({ "labels": { "a": "b" } }))).await;
    assert_eq!(sandbox["labels"], json!({ "a": "b" }));
}

#[tokio::test]
async fn the_list_comes_page_by_page_newest_first() {
    let fixture = Fixture::new();
    for name in ["page-1", "page-2", "page-3", "other"] {
        create(&fixture, json!({ "name": name, "labels": { "of": name } })).await;
    }
    let mut names = Vec::new();
    let mut cursor = None;
    loop {
        let mut request = fixture.api(Method::GET, "/sandbox?limit=2&name=page-");
        if let Some(cursor) = &cursor {
            request = request.query(&[("cursor", cursor)]);
        }
        let page = json(request).await;
        assert!(page["items"].as_array().unwrap().len() <= 2);
        for item in page["items"].as_array().unwrap() {
            assert_eq!(item["networkBlockAll"], false);
            assert!(
                item.get("env").is_none(),
                "the list is shorter than a sandbox"
            );
            names.push(item["name"].as_str().unwrap().to_owned());
        }
        match page["nextCursor"].as_str() {
            Some(next) => cursor = Some(next.to_owned()),
            None => break,
        }
    }
    assert_eq!(names, ["page-3", "page-2", "page-1"]);
}

#[tokio::test]
async fn the_list_is_filtered() {
    let fixture = Fixture::new();
    for name in ["one", "two"] {
        create(&fixture, json!({ "name": name, "labels": { "of": name } })).await;
    }
    fixture.server.set_state("two", "stopped");
    for (query, expected) in [
        ("labels=%7B%22of%22%3A%22one%22%7D", vec!["one"]),
        ("states=stopped", vec!["two"]),
        ("states=stopped,started&order=asc&name=t", vec!["two"]),
    ] {
        let page = json(fixture.api(Method::GET, &format!("/sandbox?{query}"))).await;
        let names: Vec<&str> = page["items"]
            .as_array()
            .unwrap()
            .iter()
            .map(|item| item["name"].as_str().unwrap())
            .collect();
        assert_eq!(names, expected, "{query}");
    }
    for (query, message) in [
        ("limit=0", "limit must not be less than 1"),
        ("limit=201", "limit must not be greater than 200"),
        ("labels=x", "Invalid labels JSON format"),
    ] {
        let request = fixture.api(Method::GET, &format!("/sandbox?{query}"));
        let (status, body) = refusal(request).await;
        assert_eq!((status, &body["message"]), (400, &json!(message)));
    }
}

#[tokio::test]
async fn activity_is_noted() {
    let fixture = Fixture::new();
    let before = show(&fixture, &fixture.id).await["lastActivityAt"].clone();
    let path = format!("/sandbox/{}/last-activity", fixture.id);
    // Times have milliseconds.
    while show(&fixture, &fixture.id).await["lastActivityAt"] == before {
        let noted = fixture.api(Method::POST, &path).send().await.unwrap();
        assert_eq!(noted.status(), 201);
        assert_eq!(noted.bytes().await.unwrap(), "");
    }
    let nobody = fixture.api(Method::POST, "/sandbox/nobody/last-activity");
    assert_eq!(status(nobody).await, 404);
}
