//! Sandboxes that are found again, kept alive, and bounded in their life.

use std::time::{Duration, SystemTime};

use daytona_loopback::{Fault, Server};
use daytona_sdk::{
    BuildInfo, CreateSandboxParams, Daytona, ErrorKind, ExecuteOptions, SandboxState,
};
use serde_json::json;

use crate::{Bench, config};

const SOON: Duration = Duration::from_secs(10);

/// A server without a sandbox, and a client of it.
async fn empty() -> (Server, Daytona) {
    let server = Server::start().await;
    let daytona = Daytona::new(config(&server)).unwrap();
    (server, daytona)
}

/// Methods and paths of what arrived, with the sandbox's id as `ID`.
fn arrived(server: &Server, id: &str) -> Vec<String> {
    let requests = server.requests();
    let line = |request: &daytona_loopback::Request| {
        format!("{} {}", request.method, request.path.replace(id, "ID"))
    };
    requests.iter().map(line).collect()
}

fn params() -> CreateSandboxParams {
    CreateSandboxParams::new().auto_stop_interval(30)
}

#[tokio::test]
async fn what_is_not_there_is_created_under_its_name() {
    let (server, daytona) = empty().await;

    let sandbox = daytona
        .get_or_create("agent", params().name("ignored"))
        .await
        .unwrap();

    assert_eq!(
        (sandbox.name().as_str(), sandbox.state()),
        ("agent", SandboxState::Started)
    );
    assert_eq!(sandbox.info().auto_stop_interval, Some(30));
    assert_eq!(
        arrived(&server, sandbox.id()),
        ["GET /api/sandbox/agent", "POST /api/sandbox"]
    );
}

#[tokio::test]
async fn what_runs_is_found_with_one_request() {
    let (server, daytona) = empty().await;
    let first = daytona.get_or_create("agent", params()).await.unwrap();
    server.clear_requests();

    let second = daytona.get_or_create("agent", params()).await.unwrap();

    assert_eq!(second.id(), first.id());
    assert_eq!(arrived(&server, first.id()), ["GET /api/sandbox/agent"]);
}

#[tokio::test]
async fn what_is_down_or_on_its_way_is_brought_up() {
    for states in [
        vec!["stopped"],
        vec!["archived"],
        vec!["paused"],
        vec!["starting", "started"],
        vec!["stopping", "stopped"],
        vec!["archiving", "archived"],
        vec!["warming_up", "started"],
    ] {
        let (server, daytona) = empty().await;
        let sandbox = daytona.create(params().name("agent")).await.unwrap();
        server.set_states(sandbox.id(), states.clone());

        let same = daytona.get_or_create("agent", params()).await.unwrap();

        assert_eq!(same.id(), sandbox.id(), "{states:?}");
        assert_eq!(same.state(), SandboxState::Started, "{states:?}");
    }
}

#[tokio::test]
async fn what_someone_else_starts_is_waited_for() {
    let (server, daytona) = empty().await;
    let sandbox = daytona.create(params().name("agent")).await.unwrap();
    server.set_states(sandbox.id(), ["stopped", "starting", "started"]);
    let refused = Fault::reply(409, r#"{"message":"Sandbox state change in progress"}"#);
    let refused = server.inject(refused.on("POST", "*/start").times(1));

    let same = daytona.get_or_create("agent", params()).await.unwrap();

    assert_eq!((same.state(), refused.hits()), (SandboxState::Started, 1));
}

#[tokio::test]
async fn what_is_on_its_way_out_is_replaced() {
    // An ephemeral sandbox that stops is gone in a moment, and has its name until then.
    for states in [vec!["destroying"], vec!["stopping", "destroying"]] {
        let (server, daytona) = empty().await;
        let old = daytona.create(params().name("agent")).await.unwrap();
        server.set_states(old.id(), states.clone());

        let new = daytona.get_or_create("agent", params()).await.unwrap();

        assert_ne!(new.id(), old.id(), "{states:?}");
        assert_eq!(new.state(), SandboxState::Started, "{states:?}");
    }
}

#[tokio::test]
async fn what_is_broken_is_named() {
    let (server, daytona) = empty().await;
    let sandbox = daytona.create(params().name("agent")).await.unwrap();
    server.set_state(sandbox.id(), "error");
    server.set_field(sandbox.id(), "errorReason", "disk full");

    let error = daytona.get_or_create("agent", params()).await.unwrap_err();

    assert_eq!(error.kind(), ErrorKind::SandboxFailed);
    assert_eq!(error.sandbox_id(), Some(sandbox.id()));
    assert_eq!(
        error.message(),
        "the sandbox went into state `error`: disk full"
    );
}

#[tokio::test]
async fn an_answer_that_gets_lost_leaves_one_sandbox() {
    for fault in [Fault::drop_reply(), Fault::truncated_body(9)] {
        let (server, daytona) = empty().await;
        let lost = server.inject(fault.on("POST", "/api/sandbox").times(1));

        let sandbox = daytona.get_or_create("agent", params()).await.unwrap();

        assert_eq!(lost.hits(), 1);
        assert_eq!(server.sandbox_ids(), [sandbox.id()]);
    }
}

#[tokio::test]
async fn a_sandbox_that_is_left_although_its_answer_got_lost_is_named() {
    let server = Server::builder()
        .created_states(["creating", "error"])
        .start()
        .await;
    let daytona = Daytona::new(config(&server)).unwrap();
    server.inject(Fault::drop_reply().on("POST", "/api/sandbox"));

    let error = daytona.get_or_create("agent", params()).await.unwrap_err();

    assert_eq!(error.kind(), ErrorKind::Connection);
    assert_eq!(error.sandbox_id(), Some(server.sandbox_ids()[0].as_str()));
}

#[tokio::test]
async fn a_creation_that_fails_is_reported_as_it_failed() {
    let (server, daytona) = empty().await;
    server.inject(Fault::status(502).on("POST", "/api/sandbox"));

    let error = daytona.get_or_create("agent", params()).await.unwrap_err();

    assert_eq!((error.operation(), error.status()), ("create", Some(502)));
    assert!(server.sandbox_ids().is_empty());
}

#[tokio::test]
async fn two_at_once_get_the_same() {
    let (server, daytona) = empty().await;
    let looking = server.inject(Fault::hang().on("GET", "/api/sandbox/agent").times(2));
    let find = || {
        let daytona = daytona.clone();
        tokio::spawn(async move { daytona.get_or_create("agent", params()).await })
    };
    let (first, second) = (find(), find());
    // Both have asked before either creates.
    looking.wait_for_hits(2).await;
    looking.release();

    let (first, second) = (
        first.await.unwrap().unwrap(),
        second.await.unwrap().unwrap(),
    );

    assert_eq!(first.id(), second.id());
    assert_eq!(server.sandbox_ids().len(), 1);
}

#[tokio::test]
async fn the_wait_is_bounded() {
    let (server, daytona) = empty().await;
    let sandbox = daytona.create(params().name("agent")).await.unwrap();
    server.set_state(sandbox.id(), "starting");

    let hasty = params().start_timeout(Duration::from_millis(1));
    let error = daytona.get_or_create("agent", hasty).await.unwrap_err();

    assert_eq!(error.kind(), ErrorKind::Timeout);
    assert_eq!(error.operation(), "get_or_create");
    assert_eq!(error.sandbox_id(), Some(sandbox.id()));
}

#[tokio::test]
async fn a_name_that_would_vanish_from_the_url_is_refused() {
    let (server, daytona) = empty().await;
    let error = daytona.get_or_create("", params()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Validation);
    assert_eq!(server.requests(), []);
}

#[tokio::test]
async fn a_paused_sandbox_is_resumed_by_a_start() {
    let bench = Bench::new().await;

    bench.sandbox.pause().await.unwrap();
    assert_eq!(bench.sandbox.state(), SandboxState::Paused);
    let again = bench.sandbox.pause().await.unwrap_err();
    assert_eq!(again.kind(), ErrorKind::Validation);

    bench.sandbox.start().await.unwrap();
    assert_eq!(bench.sandbox.state(), SandboxState::Started);
}

#[tokio::test]
async fn waits_ask_for_nothing() {
    let bench = Bench::new().await;
    let (server, sandbox) = (&bench.server, &bench.sandbox);
    let id = sandbox.id();

    server.set_states(id, ["starting", "started"]);
    sandbox.wait_until_started(SOON).await.unwrap();
    server.set_states(id, ["stopping", "stopped"]);
    sandbox.wait_until_stopped(SOON).await.unwrap();
    server.set_states(id, ["pausing", "paused"]);
    sandbox.wait_until_paused(SOON).await.unwrap();
    server.set_states(id, ["destroying", "destroyed"]);
    sandbox.wait_until_destroyed(SOON).await.unwrap();
    assert!(
        bench
            .arrived()
            .iter()
            .all(|request| request == "GET /api/sandbox/ID")
    );

    server.set_state(id, "error");
    for outcome in [
        sandbox.wait_until_started(SOON).await,
        sandbox.wait_until_stopped(SOON).await,
        sandbox.wait_until_paused(SOON).await,
        sandbox.wait_until_destroyed(SOON).await,
    ] {
        assert_eq!(outcome.unwrap_err().kind(), ErrorKind::SandboxFailed);
    }
    server.set_state(id, "starting");
    let error = sandbox
        .wait_until_started(Duration::ZERO)
        .await
        .unwrap_err();
    assert_eq!(
        (error.kind(), error.operation()),
        (ErrorKind::Timeout, "wait_until_started")
    );

    server.remove_sandbox(id);
    sandbox.wait_until_stopped(SOON).await.unwrap();
    sandbox.wait_until_paused(SOON).await.unwrap();
    sandbox.wait_until_destroyed(SOON).await.unwrap();
    let error = sandbox.wait_until_started(SOON).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::SandboxNotFound);
}

#[tokio::test]
async fn intervals_are_set_and_known() {
    let bench = Bench::new().await;
    let sandbox = &bench.sandbox;

    sandbox.set_auto_archive_interval(60).await.unwrap();
    sandbox.set_auto_delete_interval(-1).await.unwrap();
    sandbox.set_auto_pause_interval(10).await.unwrap();
    assert_eq!(sandbox.info().auto_pause_interval, Some(10));
    sandbox.set_auto_pause_interval(0).await.unwrap();
    sandbox.set_auto_stop_interval(45).await.unwrap();
    let before = SystemTime::now();
    sandbox.set_ttl(90).await.unwrap();

    let info = sandbox.info();
    let intervals = [
        info.auto_stop_interval,
        info.auto_pause_interval,
        info.auto_archive_interval,
        info.auto_delete_interval,
    ];
    assert_eq!(intervals, [Some(45), Some(0), Some(60), Some(-1)]);
    // It is counted from the call.
    let life = info.auto_destroy_at.unwrap().duration_since(before);
    assert!(life.unwrap() >= Duration::from_secs(90 * 60 - 1));
    assert_eq!(
        bench.arrived(),
        [
            "POST /api/sandbox/ID/autoarchive/60",
            "POST /api/sandbox/ID/autodelete/-1",
            "POST /api/sandbox/ID/autopause/10",
            "POST /api/sandbox/ID/autopause/0",
            "POST /api/sandbox/ID/autostop/45",
            "POST /api/sandbox/ID/ttl/90",
        ]
    );

    sandbox.set_ttl(0).await.unwrap();
    assert_eq!(sandbox.info().auto_destroy_at, None);
    sandbox.set_auto_delete_interval(0).await.unwrap();
    let error = sandbox.set_auto_pause_interval(10).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Validation);
}

#[tokio::test]
async fn labels_are_replaced() {
    let bench = Bench::new().await;
    let sandbox = &bench.sandbox;

    sandbox
        .set_labels([("team", "compilers"), ("run", "7")])
        .await
        .unwrap();
    assert_eq!(
        bench.request().json(),
        json!({"labels": {"team": "compilers", "run": "7"}})
    );
    sandbox.set_labels([("team", "kernels")]).await.unwrap();

    assert_eq!(
        sandbox.info().labels,
        [("team".to_owned(), "kernels".to_owned())].into()
    );
    sandbox.refresh_data().await.unwrap();
    assert_eq!(sandbox.info().labels.len(), 1);
}

#[tokio::test]
async fn activity_is_told() {
    let bench = Bench::new().await;

    bench.sandbox.refresh_activity().await.unwrap();
    assert_eq!(bench.arrived(), ["POST /api/sandbox/ID/last-activity"]);

    bench.server.remove_sandbox(bench.sandbox.id());
    let error = bench.sandbox.refresh_activity().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::SandboxNotFound);
}

#[tokio::test]
async fn what_excludes_each_other_is_refused_by_the_api() {
    let (server, daytona) = empty().await;
    for params in [
        CreateSandboxParams::new()
            .auto_stop_interval(5)
            .auto_pause_interval(5),
        CreateSandboxParams::new()
            .ephemeral()
            .auto_pause_interval(5),
        CreateSandboxParams::new().linked_sandbox("other"),
    ] {
        let error = daytona.create(params).await.unwrap_err();
        assert_eq!(
            (error.kind(), error.status()),
            (ErrorKind::Validation, Some(400))
        );
    }
    assert!(server.sandbox_ids().is_empty());
}

#[tokio::test]
async fn an_image_is_built_from_a_dockerfile_with_its_context() {
    let (server, daytona) = empty().await;
    let image = BuildInfo::new("FROM debian:12.9\nCOPY a /a\n").context_hash("5e1f");

    daytona
        .create(CreateSandboxParams::from_build_info(image))
        .await
        .unwrap();

    let sent = &server.requests()[0].json()["buildInfo"];
    let expected = json!({
        "dockerfileContent": "FROM debian:12.9\nCOPY a /a\n", "contextHashes": ["5e1f"],
    });
    assert_eq!(sent, &expected);
}

#[tokio::test]
async fn what_idled_to_a_stop_is_found_started_again() {
    let (server, daytona) = empty().await;
    let sandbox = daytona.get_or_create("agent", params()).await.unwrap();
    sandbox.fs().upload_file("kept", "notes").await.unwrap();
    server.advance_clock(Duration::from_secs(30 * 60));
    let process = sandbox.process();
    let error = process
        .execute_command("true", ExecuteOptions::new())
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::SandboxNotStarted);

    let same = daytona.get_or_create("agent", params()).await.unwrap();

    assert_eq!(same.fs().download_file("notes").await.unwrap(), b"kept");
}

#[tokio::test]
async fn activity_that_is_told_keeps_a_sandbox_awake() {
    let (server, daytona) = empty().await;
    let sandbox = daytona.create(params()).await.unwrap();
    for _ in 0..3 {
        server.advance_clock(Duration::from_secs(20 * 60));
        sandbox.refresh_activity().await.unwrap();
    }
    sandbox.refresh_data().await.unwrap();
    assert_eq!(sandbox.state(), SandboxState::Started);
    let info = sandbox.info();
    let awake = info
        .last_activity_at
        .unwrap()
        .duration_since(info.created_at.unwrap());
    assert!(awake.unwrap() >= Duration::from_secs(60 * 60));
}

#[tokio::test]
async fn a_sandbox_with_a_bound_is_gone_though_no_one_deletes_it() {
    for params in [
        params().auto_delete_interval(60),
        params().ephemeral(),
        CreateSandboxParams::new()
            .auto_stop_interval(0)
            .ttl_minutes(90),
    ] {
        let (server, daytona) = empty().await;
        daytona.create(params).await.unwrap();
        server.advance_clock(Duration::from_secs(90 * 60));
        assert!(server.sandbox_ids().is_empty());
    }
}
