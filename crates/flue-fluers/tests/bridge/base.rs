//! The base directory of a session.

use std::path::Path;

use flue_fluers::FlueSessionEnv;
use flue_runtime::{AgentDefinition, define_agent};
use fluers_runtime::SessionEnv as _;
use tokio_util::sync::CancellationToken;

use crate::daytona;
use crate::fixture::Fixture;

#[tokio::test]
async fn the_directory_of_an_agent_is_the_base_and_is_created() {
    let fixture = Fixture::new().await;
    let sandbox = fixture.sandbox.clone();
    let agent = define_agent(move || {
        AgentDefinition::new("local/scripted")
            .sandbox(daytona::daytona(sandbox.clone()))
            .cwd("agent/here")
    });
    let harness = agent.init("test").await.unwrap();
    let env = FlueSessionEnv::open(harness.env().unwrap().clone())
        .await
        .unwrap();
    assert!(fixture.root.join("agent/here").is_dir());

    env.write_file(Path::new("a.txt"), "hit\n").await.unwrap();
    assert_eq!(
        std::fs::read(fixture.root.join("agent/here/a.txt")).unwrap(),
        b"hit\n"
    );
    assert_eq!(
        env.read_file(Path::new("a.txt"), 9, 99).await.unwrap(),
        "hit\n"
    );
    assert_eq!(env.glob("*", 9).await.unwrap(), ["a.txt"]);
    assert_eq!(env.grep("hit", &[], 9).await.unwrap(), ["a.txt:1:hit"]);
    let cancel = CancellationToken::new();
    let result = env
        .exec("pwd", Path::new("."), None, &cancel)
        .await
        .unwrap();
    assert!(result.stdout.ends_with("/agent/here\n"), "{result:?}");
}

#[tokio::test]
async fn sessions_on_one_sandbox_may_be_opened_again() {
    let fixture = Fixture::new().await;
    fixture.put("a.txt", "left\n");
    for _ in 0..2 {
        let env = fixture.open_again().await;
        assert_eq!(
            env.read_file(Path::new("a.txt"), 9, 99).await.unwrap(),
            "left\n"
        );
    }
}
