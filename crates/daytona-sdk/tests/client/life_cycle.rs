//! Creating, finding, starting, stopping and deleting sandboxes.

use std::collections::BTreeSet;
use std::time::Duration;

use daytona_loopback::{Fault, Server};
use daytona_sdk::{
    CreateSandboxParams, Daytona, ErrorKind, GpuType, ListSandboxesQuery, Resources, SandboxState,
    VolumeMount,
};
use futures_util::TryStreamExt as _;
use serde_json::json;

use crate::{Bench, config};

#[tokio::test]
async fn create_sends_what_was_asked_for() {
    let server = Server::start().await;
    let daytona = Daytona::new(config(&server).target("us").organization_id("org-1")).unwrap();
    let params = CreateSandboxParams::from_image("debian:12.9")
        .name("box")
        .user("dev")
        .env("RUST_LOG", "info")
        .label("team", "compilers")
        .public(false)
        .network_block_all(false)
        .network_allow_list("10.0.0.0/8")
        .domain_allow_list("crates.io,docs.rs")
        .outbound_proxy_url("http://proxy.example.com:3128")
        .otel_endpoint_override("http://otel.example.com")
        .resources(
            Resources::new()
                .cpu(2)
                .memory(4)
                .disk(8)
                .gpu(1)
                .gpu_type(GpuType::RtxPro6000)
                .gpu_type("H300"),
        )
        .spot(true)
        .kvm(false)
        .auto_stop_interval(0)
        .auto_pause_interval(0)
        .auto_archive_interval(60)
        .ephemeral()
        .ttl_minutes(90)
        .queue_timeout(5)
        .volume(VolumeMount::new("vol", "/data").subpath("a"))
        .linked_sandbox("other")
        .secret("TOKEN", "token-of-ci")
        .secret("OTHER", "other");

    let sandbox = daytona.create(params).await.unwrap();

    assert_eq!(
        (sandbox.name().as_str(), sandbox.state()),
        ("box", SandboxState::Started)
    );
    let request = &server.requests()[0];
    assert_eq!(
        (request.method.as_str(), request.path.as_str()),
        ("POST", "/api/sandbox")
    );
    assert_eq!(request.header("content-type"), Some("application/json"));
    assert_eq!(request.header("x-daytona-organization-id"), Some("org-1"));
    let bearer = format!("Bearer {}", server.api_key());
    assert_eq!(request.header("authorization"), Some(bearer.as_str()));
    assert_eq!(
        request.json(),
        json!({
            "name": "box",
            "buildInfo": {"dockerfileContent": "FROM debian:12.9\n"},
            "user": "dev",
            "env": {"RUST_LOG": "info"},
            "labels": {"team": "compilers"},
            "public": false,
            "target": "us",
            "networkBlockAll": false,
            "networkAllowList": "10.0.0.0/8",
            "domainAllowList": "crates.io,docs.rs",
            "outboundProxyUrl": "http://proxy.example.com:3128",
            "otelEndpointOverride": "http://otel.example.com",
            "cpu": 2, "memory": 4, "disk": 8, "gpu": 1, "gpuType": ["RTX-PRO-6000", "H300"],
            "spot": true, "kvm": false,
            "autoStopInterval": 0, "autoPauseInterval": 0, "autoArchiveInterval": 60,
            "autoDeleteInterval": 0, "ttlMinutes": 90, "queueTimeout": 5,
            "volumes": [{"volumeId": "vol", "mountPath": "/data", "subpath": "a"}],
            "linkedSandbox": "other",
            "secrets": [{"TOKEN": "token-of-ci"}, {"OTHER": "other"}],
        })
    );
}

#[tokio::test]
async fn create_leaves_out_what_was_not_asked_for() {
    let server = Server::start().await;
    let daytona = Daytona::new(config(&server)).unwrap();

    daytona.create(CreateSandboxParams::new()).await.unwrap();
    daytona
        .create(CreateSandboxParams::from_snapshot("small").target("eu"))
        .await
        .unwrap();

    let bodies: Vec<_> = server
        .requests()
        .iter()
        .map(|request| request.json())
        .collect();
    assert_eq!(bodies[0], json!({"env": {}, "labels": {}}));
    let second = json!({"env": {}, "labels": {}, "snapshot": "small", "target": "eu"});
    assert_eq!(bodies.last().unwrap(), &second);
}

#[tokio::test]
async fn create_waits_through_states_that_it_does_not_know() {
    let states = ["creating", "pulling_snapshot", "warming_up", "started"];
    let server = Server::builder().created_states(states).start().await;
    let daytona = Daytona::new(config(&server)).unwrap();

    let sandbox = daytona.create(CreateSandboxParams::new()).await.unwrap();

    assert_eq!(sandbox.state(), SandboxState::Started);
}

#[tokio::test]
async fn create_that_fails_names_the_sandbox_that_is_left() {
    for state in ["error", "build_failed", "destroyed"] {
        let server = Server::builder()
            .created_states(["creating", state])
            .sandbox_field("errorReason", "no such image")
            .start()
            .await;
        let daytona = Daytona::new(config(&server)).unwrap();

        let error = daytona
            .create(CreateSandboxParams::new())
            .await
            .unwrap_err();

        assert_eq!(error.kind(), ErrorKind::SandboxFailed);
        assert_eq!(error.sandbox_id(), Some(server.sandbox_ids()[0].as_str()));
        let message = format!("the sandbox went into state `{state}`: no such image");
        assert_eq!(error.message(), message);
    }
}

#[tokio::test]
async fn create_that_waits_in_vain_names_the_sandbox_that_is_left() {
    let server = Server::builder().created_states(["creating"]).start().await;
    let daytona = Daytona::new(config(&server)).unwrap();
    let params = CreateSandboxParams::new().start_timeout(Duration::from_millis(50));

    let error = daytona.create(params).await.unwrap_err();

    assert_eq!(error.kind(), ErrorKind::Timeout);
    assert_eq!(
        error.message(),
        "the sandbox is still `creating` after 50ms"
    );
    assert_eq!(error.sandbox_id(), Some(server.sandbox_ids()[0].as_str()));
}

#[tokio::test]
async fn create_whose_polls_fail_names_the_sandbox_that_is_left() {
    let server = Server::builder().created_states(["creating"]).start().await;
    server.inject(Fault::status(500).on("GET", "/api/sandbox/*"));
    let daytona = Daytona::new(config(&server)).unwrap();

    let error = daytona
        .create(CreateSandboxParams::new())
        .await
        .unwrap_err();

    assert_eq!(error.kind(), ErrorKind::Server);
    assert_eq!(error.sandbox_id(), Some(server.sandbox_ids()[0].as_str()));
}

#[tokio::test]
async fn create_that_the_api_itself_gave_up_on_finds_the_sandbox_by_its_name() {
    let server = Server::start().await;
    let daytona = Daytona::new(config(&server)).unwrap();
    let left = daytona
        .create(CreateSandboxParams::new().name("box"))
        .await
        .unwrap();
    let refusal = json!({"statusCode": 400, "error": "Bad Request", "message": "Sandbox failed to start: why"});
    server.inject(Fault::reply(400, refusal.to_string()).on("POST", "/api/sandbox"));

    let error = daytona
        .create(CreateSandboxParams::new().name("box"))
        .await
        .unwrap_err();

    assert_eq!(error.kind(), ErrorKind::SandboxFailed);
    assert_eq!(error.sandbox_id(), Some(left.id()));
}

#[tokio::test]
async fn a_sandbox_is_found_by_id_and_by_name() {
    let bench = Bench::new().await;
    let name = bench.sandbox.name();

    assert_eq!(
        bench.daytona.get(&name).await.unwrap().id(),
        bench.sandbox.id()
    );
    let error = bench.daytona.get("no such box/%").await.unwrap_err();

    assert_eq!(error.kind(), ErrorKind::SandboxNotFound);
    assert_eq!(error.status(), Some(404));
    assert_eq!(bench.arrived()[1], "GET /api/sandbox/no%20such%20box%2F%25");
}

#[tokio::test]
async fn a_final_slash_of_the_api_url_does_not_matter() {
    let bench = Bench::new().await;
    let slash = config(&bench.server).api_url(format!("{}/", bench.server.api_url()));
    let daytona = Daytona::new(slash).unwrap();

    assert!(daytona.get(bench.sandbox.id()).await.is_ok());
}

#[tokio::test]
async fn a_wrong_key_is_an_authentication_error() {
    let bench = Bench::new().await;
    let wrong = daytona_sdk::DaytonaConfig::new("wrong").api_url(bench.server.api_url());
    let daytona = Daytona::new(wrong).unwrap();

    let error = daytona.get(bench.sandbox.id()).await.unwrap_err();

    assert_eq!(
        (error.kind(), error.status()),
        (ErrorKind::Authentication, Some(401))
    );
}

#[tokio::test]
async fn data_is_refreshed_on_demand_and_shared_by_clones() {
    let bench = Bench::new().await;
    let clone = bench.sandbox.clone();
    bench.server.set_state(bench.sandbox.id(), "hibernating");
    assert_eq!(clone.state(), SandboxState::Started);

    bench.sandbox.refresh_data().await.unwrap();

    assert_eq!(clone.state(), SandboxState::Other("hibernating".to_owned()));
    assert!(format!("{clone:?}").contains("hibernating"));
}

#[tokio::test]
async fn missing_and_null_fields_are_no_obstacle() {
    let server = Server::builder()
        .without_sandbox_field("state")
        .sandbox_field("labels", json!(null))
        .sandbox_field("name", json!(null))
        .sandbox_field("cpu", 0.5)
        .without_sandbox_field("toolboxProxyUrl")
        .start()
        .await;
    let daytona = Daytona::new(config(&server)).unwrap();

    let sandbox = daytona.get(&server.create_sandbox()).await.unwrap();

    assert_eq!(sandbox.state(), SandboxState::Unknown);
    assert_eq!(sandbox.name(), sandbox.id());
    assert_eq!(sandbox.info().cpu, Some(0.5));
    // The address of the toolbox is asked for once.
    let work_dir = sandbox.get_work_dir().await.unwrap();
    assert_eq!(work_dir, server.work_dir(sandbox.id()).to_str().unwrap());
    sandbox.get_user_home_dir().await.unwrap();
    let asked = format!("/api/sandbox/{}/toolbox-proxy-url", sandbox.id());
    assert_eq!(
        server
            .requests()
            .iter()
            .filter(|request| request.path == asked)
            .count(),
        1
    );
}

#[tokio::test]
async fn stop_and_start_wait_until_it_is_done() {
    let server = Server::builder().passing_polls(2).start().await;
    let daytona = Daytona::new(config(&server)).unwrap();
    let sandbox = &daytona.create(CreateSandboxParams::new()).await.unwrap();

    daytona.stop(sandbox).await.unwrap();
    assert_eq!(sandbox.state(), SandboxState::Stopped);
    daytona.start(sandbox).await.unwrap();
    assert_eq!(sandbox.state(), SandboxState::Started);
}

#[tokio::test]
async fn a_sandbox_that_is_gone_after_stopping_is_stopped() {
    let bench = Bench::new().await;
    let gone = json!({"statusCode": 404, "error": "Not Found", "message": "Sandbox not found"});
    bench
        .server
        .inject(Fault::reply(404, gone.to_string()).on("GET", "/api/sandbox/*"));

    bench.sandbox.stop().await.unwrap();
}

#[tokio::test]
async fn start_of_a_sandbox_that_breaks_is_an_error() {
    let bench = Bench::new().await;
    bench.sandbox.stop().await.unwrap();
    let broken = json!({"id": bench.sandbox.id(), "state": "error"});
    bench
        .server
        .inject(Fault::reply(200, broken.to_string()).on("GET", "/api/sandbox/*"));

    let error = bench.sandbox.start().await.unwrap_err();

    assert_eq!(
        (error.kind(), error.operation()),
        (ErrorKind::SandboxFailed, "start")
    );
}

#[tokio::test]
async fn a_deleted_sandbox_is_gone() {
    let bench = Bench::new().await;
    bench.daytona.delete(&bench.sandbox).await.unwrap();
    assert_eq!(bench.arrived(), ["DELETE /api/sandbox/ID"]);

    let error = bench.daytona.get(bench.sandbox.id()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::SandboxNotFound);
    let error = bench.sandbox.delete().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::SandboxNotFound);
}

#[tokio::test]
async fn a_listing_goes_from_page_to_page() {
    let server = Server::start().await;
    let daytona = Daytona::new(config(&server)).unwrap();
    let created: BTreeSet<String> = (0..5).map(|_| server.create_sandbox()).collect();

    let query = ListSandboxesQuery::new().page_size(2);
    let listed: Vec<_> = daytona.list(query).try_collect().await.unwrap();

    assert_eq!(listed.len(), 5);
    assert_eq!(
        listed
            .iter()
            .map(|sandbox| sandbox.id().to_owned())
            .collect::<BTreeSet<_>>(),
        created
    );
    let requests = server.requests();
    assert_eq!(requests.len(), 3);
    assert_eq!(requests[0].query_value("cursor"), None);
    assert!(requests[1].query_value("cursor").is_some());
}

#[tokio::test]
async fn a_listing_sends_its_conditions() {
    let bench = Bench::new().await;
    let query = ListSandboxesQuery::new()
        .name("b+o x")
        .label("team", "a&b")
        .state(SandboxState::Started)
        .state(SandboxState::Stopped)
        .snapshot("small")
        .target("us");

    let listed: Vec<_> = bench.daytona.list(query).try_collect().await.unwrap();

    assert!(listed.is_empty());
    let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    assert_eq!(
        bench.request().query,
        [
            pair("name", "b+o x"),
            pair("labels", r#"{"team":"a&b"}"#),
            pair("states", "started"),
            pair("states", "stopped"),
            pair("snapshots", "small"),
            pair("regionIds", "us"),
        ]
    );
}

#[tokio::test]
async fn a_listing_ends_with_its_first_error() {
    let bench = Bench::new().await;
    bench
        .server
        .inject(Fault::status(500).on("GET", "/api/sandbox"));
    let mut listing = bench.daytona.list(ListSandboxesQuery::new());

    assert_eq!(
        listing.try_next().await.unwrap_err().kind(),
        ErrorKind::Server
    );
    assert!(listing.try_next().await.unwrap().is_none());
}

#[tokio::test]
async fn a_page_with_an_unreadable_sandbox_is_an_error_and_not_empty() {
    let bench = Bench::new().await;
    let page = json!({"items": [{"name": "no id"}], "nextCursor": null});
    bench
        .server
        .inject(Fault::reply(200, page.to_string()).on("GET", "/api/sandbox"));

    let listed: Result<Vec<_>, _> = bench
        .daytona
        .list(ListSandboxesQuery::new())
        .try_collect()
        .await;

    assert_eq!(listed.unwrap_err().kind(), ErrorKind::Decode);
}

#[tokio::test]
async fn a_cursor_that_leads_in_circles_ends_the_listing() {
    let bench = Bench::new().await;
    let page = json!({"items": null, "nextCursor": "again"});
    let pages = bench.server.inject(
        Fault::reply(200, page.to_string())
            .on("GET", "/api/sandbox")
            .times(2),
    );

    let listed: Vec<_> = bench
        .daytona
        .list(ListSandboxesQuery::new())
        .try_collect()
        .await
        .unwrap();

    assert!(listed.is_empty());
    assert_eq!(pages.hits(), 2);
}
