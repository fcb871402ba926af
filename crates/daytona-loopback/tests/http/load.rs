//! Many requests at once.

use futures_util::future::join_all;
use serde_json::json;

use crate::client::{Fixture, json};

const MANY: usize = 1000;

#[tokio::test]
async fn a_thousand_commands_at_once() {
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
