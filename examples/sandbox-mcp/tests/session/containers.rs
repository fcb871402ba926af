//! The program with a container, in the engine that `tests/engine/start` runs.

use bollard::query_parameters::ListContainersOptionsBuilder;

use crate::engine::Engine;
use crate::program::Program;

const REPOSITORY: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");

async fn start(engine: &Engine, args: &[&str]) -> Program {
    let args = [&["docker"], args].concat();
    Program::start(&[("DOCKER_HOST", &engine.address)], &args).await
}

/// The names of all containers, also of those that do not run.
async fn containers(engine: &Engine) -> Vec<String> {
    let all = ListContainersOptionsBuilder::new().all(true).build();
    let containers = engine.client.list_containers(Some(all)).await.unwrap();
    let names = containers.into_iter().filter_map(|found| found.names);
    let names = names.flatten();
    names
        .map(|name| name.trim_start_matches('/').to_owned())
        .collect()
}

#[tokio::test]
async fn a_container_is_there_for_a_session_and_gone_after_it() {
    let engine = Engine::start(REPOSITORY);
    let program = start(&engine, &[]).await;
    assert_eq!(containers(&engine).await, [""; 0]);
    program.run_session().await;
    assert_eq!(containers(&engine).await.len(), 1);
    assert_eq!(program.run("pwd").await, "/workspace\n");
    let errors = program.run("echo told apart >&2").await;
    assert!(errors.contains("told apart"), "{errors}");
    assert!(program.leave().await.success());
    assert_eq!(containers(&engine).await, [""; 0]);

    for signal in ["TERM", "INT", "HUP"] {
        let program = start(&engine, &[]).await;
        program.run("true").await;
        assert!(program.end_with(signal).await.success(), "{signal}");
        assert_eq!(containers(&engine).await, [""; 0], "{signal}");
    }
}

#[tokio::test]
async fn a_container_ends_by_itself_or_is_kept_and_found_again() {
    let engine = Engine::start(REPOSITORY);
    let program = start(&engine, &[]).await;
    program.run("true").await;
    let killed = program.end_with("KILL").await;
    assert!(!killed.success());
    let [left] = &containers(&engine).await[..] else {
        panic!("nobody was there to remove it");
    };
    let left = engine.client.inspect_container(left, None).await.unwrap();
    assert_eq!(left.args.unwrap(), ["-c", "sleep 86400 & wait"]);
    assert_eq!(left.host_config.unwrap().auto_remove, Some(true));

    let kept = ["--keep", "workshop"];
    let program = start(&engine, &kept).await;
    program.run("echo kept >file").await;
    assert!(program.leave().await.success());
    let program = start(&engine, &kept).await;
    assert_eq!(program.run("cat file").await, "kept\n");
    program.leave().await;
    assert_eq!(containers(&engine).await.len(), 2);
}

#[tokio::test]
async fn an_image_that_is_not_there_is_told() {
    let engine = Engine::start(REPOSITORY);
    let program = start(&engine, &["--image", "localhost/nowhere:1"]).await;
    let told = program.run("true").await;
    assert!(told.contains("localhost/nowhere:1"), "{told}");
    assert!(program.leave().await.success());
    assert_eq!(containers(&engine).await, [""; 0]);
}
