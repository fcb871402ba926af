//! Many requests at once.

use daytona_loopback::Server;
use futures_util::future::join_all;
use rustix::process::{Resource, getrlimit, setrlimit};
use serde_json::json;

use crate::client::{Fixture, json};

const MANY: usize = 1000;

/// Both ends of every connection are in this process: takes as many open files as it may have.
fn allow_open_files() {
    let mut limit = getrlimit(Resource::Nofile);
    limit.current = limit.maximum;
    setrlimit(Resource::Nofile, limit).unwrap();
}

#[tokio::test]
async fn a_thousand_commands_at_once() {
    allow_open_files();
    let fixture = Fixture::new();
    let results = join_all((0..MANY).map(|number| {
        let request = json!({ "command": format!("echo {number}") });
        json(fixture.execute(&request))
    }));

    for (number, result) in results.await.into_iter().enumerate() {
        assert_eq!(
            result,
            json!({ "exitCode": 0, "result": format!("{number}\n") })
        );
    }
}

#[tokio::test]
async fn a_thousand_uploads_at_once() {
    allow_open_files();
    let fixture = Fixture::new();
    let content = vec![b'x'; 64 * 1024];
    let results = join_all((0..MANY).map(|number| {
        let path = format!("{number}");
        json(fixture.upload(&[(&path, &content)]))
    }));

    for (number, result) in results.await.into_iter().enumerate() {
        let expected = json!({ "files": [{ "path": number.to_string(), "bytes": 65536 }] });
        assert_eq!(result, expected);
    }
    assert_eq!(std::fs::read_dir(fixture.work_dir()).unwrap().count(), MANY);
}

#[tokio::test]
async fn commands_wait_for_a_place() {
    let fixture = Fixture::of(Server::builder().running_commands(1));
    let alone = "mkdir alone || exit 9; ls >/dev/null; rmdir alone";
    let results = join_all((0..20).map(|_| fixture.run(alone)));

    for result in results.await {
        assert_eq!(result, (0, String::new()));
    }
}
