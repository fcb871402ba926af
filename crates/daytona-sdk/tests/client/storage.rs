//! Snapshots and volumes.

use daytona_sdk::{
    CreateSandboxParams, ErrorKind, ListSnapshotsQuery, SnapshotState, VolumeMount, VolumeState,
};
use futures_util::TryStreamExt as _;

use crate::Bench;

#[tokio::test]
async fn snapshots_are_listed_page_by_page() {
    let bench = Bench::new().await;
    let snapshots = bench.daytona.snapshot();

    let all: Vec<_> = snapshots
        .list(ListSnapshotsQuery::new())
        .try_collect()
        .await
        .unwrap();
    assert_eq!(bench.arrived(), ["GET /api/snapshots"]);
    assert_eq!(all.len(), 3);
    assert_eq!(
        (&all[0].state, all[0].general),
        (&SnapshotState::Active, true)
    );
    assert_eq!(
        (all[1].cpu, all[1].error_reason.as_deref()),
        (Some(2.0), None)
    );

    bench.server.clear_requests();
    let query = ListSnapshotsQuery::new().page_size(2);
    let paged: Vec<_> = snapshots.list(query).try_collect().await.unwrap();
    assert_eq!(paged, all);
    assert_eq!(bench.arrived().len(), 2);
}

#[tokio::test]
async fn snapshots_are_found_by_what_is_known_of_them() {
    let bench = Bench::new().await;
    let snapshots = bench.daytona.snapshot();

    let query = ListSnapshotsQuery::new().name("medium");
    let found: Vec<_> = snapshots.list(query).try_collect().await.unwrap();
    let [medium] = &found[..] else {
        panic!("not one snapshot: {found:#?}")
    };
    assert_eq!(&snapshots.get(&medium.name).await.unwrap(), medium);
    assert_eq!(&snapshots.get(&medium.id).await.unwrap(), medium);
    let query = ListSnapshotsQuery::new().source_sandbox_id(bench.sandbox.id());
    let none: Vec<_> = snapshots.list(query).try_collect().await.unwrap();
    assert_eq!(none, []);

    let error = snapshots.get("tiny").await.unwrap_err();
    assert_eq!(
        (error.kind(), error.operation()),
        (ErrorKind::NotFound, "snapshot.get")
    );
    assert_eq!(
        snapshots.get("..").await.unwrap_err().kind(),
        ErrorKind::Validation
    );
}

#[tokio::test]
async fn a_listing_that_a_server_never_ends_ends() {
    let bench = Bench::new().await;
    let page = r#"{"items":[],"total":9,"page":1,"totalPages":9}"#;
    let fault = daytona_loopback::Fault::reply(200, page).on("GET", "/api/snapshots");
    let endless = bench.server.inject(fault);

    let query = ListSnapshotsQuery::new();
    let none: Vec<_> = bench
        .daytona
        .snapshot()
        .list(query)
        .try_collect()
        .await
        .unwrap();

    assert_eq!((none.len(), endless.hits()), (0, 1));
}

#[tokio::test]
async fn a_volume_lives_beside_sandboxes() {
    let bench = Bench::new().await;
    let volumes = bench.daytona.volume();
    assert_eq!(volumes.list().await.unwrap(), []);
    assert_eq!(
        volumes.get("cache").await.unwrap_err().kind(),
        ErrorKind::NotFound
    );

    let made = volumes.create("cache").await.unwrap();
    assert_eq!(
        (made.name.as_str(), made.state),
        ("cache", VolumeState::PendingCreate)
    );
    let twice = volumes.create("cache").await.unwrap_err();
    assert_eq!(twice.kind(), ErrorKind::Validation);
    let found = volumes.get("cache").await.unwrap();
    assert_eq!((&found.id, &found.state), (&made.id, &VolumeState::Ready));
    assert!(found.created_at.is_some());
    assert_eq!(volumes.list().await.unwrap(), [found]);

    let mounted = CreateSandboxParams::new().volume(VolumeMount::new("cache", "/cache"));
    let sandbox = bench.daytona.create(mounted).await.unwrap();
    let used = volumes.delete(&made.id).await.unwrap_err();
    assert_eq!(used.kind(), ErrorKind::Conflict);
    sandbox.delete().await.unwrap();
    volumes.delete(&made.id).await.unwrap();
    assert_eq!(volumes.list().await.unwrap(), []);
    assert_eq!(
        volumes.delete(&made.id).await.unwrap_err().kind(),
        ErrorKind::NotFound
    );
    assert_eq!(
        volumes.delete("").await.unwrap_err().kind(),
        ErrorKind::Validation
    );
}
