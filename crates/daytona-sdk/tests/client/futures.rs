//! What the types promise to code that spawns tasks and shares clients.

use std::time::Duration;

use daytona_sdk::{
    CreateSandboxParams, Daytona, DaytonaConfig, DeleteFileOptions, Error, ExecuteOptions,
    FilePermissions, ListSandboxesQuery, Sandbox,
};
use futures_util::{StreamExt as _, stream};

use crate::Bench;

/// What a call may add to the size of the future that awaits it. Large futures overflow stacks and
/// trip `clippy::large_futures` in the projects of users.
const LARGEST: usize = 2 * 1024;

/// Compiles only if the future can be spawned.
fn check(operation: &str, future: impl Future + Send) {
    let size = size_of_val(&future);
    assert!(size <= LARGEST, "`{operation}` is a future of {size} bytes");
}

fn is_send<T: Send>(_: T) {}

fn is_shareable<T: Clone + Send + Sync + 'static>() {}

#[tokio::test]
async fn the_futures_of_all_calls_are_small_and_can_be_spawned() {
    let Bench {
        daytona, sandbox, ..
    } = &Bench::new().await;
    check("create", daytona.create(CreateSandboxParams::new()));
    check(
        "get_or_create",
        daytona.get_or_create("name", CreateSandboxParams::new()),
    );
    check("get", daytona.get("id"));
    check(
        "list",
        daytona.list(ListSandboxesQuery::new()).into_future(),
    );
    check("start", daytona.start(sandbox));
    check("stop", daytona.stop(sandbox));
    check("delete", daytona.delete(sandbox));
    check("Sandbox::start", sandbox.start());
    check("Sandbox::stop", sandbox.stop());
    check("Sandbox::delete", sandbox.delete());
    check("pause", sandbox.pause());
    check(
        "wait_until_started",
        sandbox.wait_until_started(Duration::ZERO),
    );
    check("refresh_activity", sandbox.refresh_activity());
    check("set_labels", sandbox.set_labels([("name", "value")]));
    check("set_ttl", sandbox.set_ttl(1));
    check("refresh_data", sandbox.refresh_data());
    check("get_work_dir", sandbox.get_work_dir());
    check("get_user_home_dir", sandbox.get_user_home_dir());

    let volume = daytona.volume();
    check("volume.list", volume.list());
    check("volume.get", volume.get("name"));
    check("volume.create", volume.create("name"));
    check("volume.delete", volume.delete("id"));
    check("snapshot.get", daytona.snapshot().get("name"));

    let fs = sandbox.fs();
    let nothing = stream::empty::<Result<Vec<u8>, Error>>();
    check("download_file", fs.download_file("path"));
    check("download_file_stream", fs.download_file_stream("path"));
    check("upload_file", fs.upload_file("content", "path"));
    check("upload_file_stream", fs.upload_file_stream(nothing, "path"));
    check("get_file_details", fs.get_file_details("path"));
    check("list_files", fs.list_files("path"));
    check("create_folder", fs.create_folder("path", 0o755));
    check(
        "delete_file",
        fs.delete_file("path", DeleteFileOptions::new()),
    );
    check("move_files", fs.move_files("source", "destination"));
    let permissions = FilePermissions::new();
    check(
        "set_file_permissions",
        fs.set_file_permissions("path", permissions),
    );
    check("search_files", fs.search_files("path", "*"));
    check("find_files", fs.find_files("path", "text"));

    let process = sandbox.process();
    check(
        "execute_command",
        process.execute_command("true", ExecuteOptions::new()),
    );
    check("create_session", process.create_session("s"));
    check("list_sessions", process.list_sessions());
    check("get_session", process.get_session("s"));
    check("delete_session", process.delete_session("s"));
    check(
        "execute_session_command",
        process.execute_session_command("s", "true"),
    );
    check(
        "start_session_command",
        process.start_session_command("s", "true"),
    );
    check("get_session_command", process.get_session_command("s", "c"));
    check(
        "get_session_command_logs",
        process.get_session_command_logs("s", "c"),
    );
    check(
        "stream_session_command_logs",
        process.stream_session_command_logs("s", "c"),
    );
    check(
        "send_session_command_input",
        process.send_session_command_input("s", "c", "x"),
    );
}

#[test]
fn handles_can_be_shared_between_tasks() {
    is_shareable::<Daytona>();
    is_shareable::<DaytonaConfig>();
    is_shareable::<Sandbox>();
    is_shareable::<daytona_sdk::FileSystem>();
    is_shareable::<daytona_sdk::Process>();
    is_shareable::<daytona_sdk::SnapshotService>();
    is_shareable::<daytona_sdk::VolumeService>();
    is_send(None::<Error>);
    is_send(None::<daytona_sdk::LogStream>);
}
