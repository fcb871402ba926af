//! What the types promise to code that spawns tasks and shares clients.

use daytona_sdk::{
    CreateSandboxParams, Daytona, DaytonaConfig, DeleteFileOptions, Error, ExecuteOptions,
    FilePermissions, ListSandboxesQuery, Sandbox,
};

fn is_send<T: Send>(_: T) {}

fn is_shareable<T: Clone + Send + Sync + 'static>() {}

/// Compiles only if every future can be spawned.
#[expect(dead_code, reason = "the compiler is the test")]
fn futures_are_send(daytona: &Daytona, sandbox: &Sandbox) {
    is_send(daytona.create(CreateSandboxParams::new()));
    is_send(daytona.get("id"));
    is_send(daytona.list(ListSandboxesQuery::new()));
    is_send(daytona.start(sandbox));
    is_send(daytona.stop(sandbox));
    is_send(daytona.delete(sandbox));
    is_send(sandbox.refresh_data());
    is_send(sandbox.get_work_dir());
    is_send(sandbox.get_user_home_dir());

    let fs = sandbox.fs();
    is_send(fs.download_file("path"));
    is_send(fs.download_file_stream("path"));
    is_send(fs.upload_file("content", "path"));
    is_send(fs.upload_file_stream(
        futures_util::stream::empty::<Result<Vec<u8>, Error>>(),
        "path",
    ));
    is_send(fs.get_file_details("path"));
    is_send(fs.list_files("path"));
    is_send(fs.create_folder("path", 0o755));
    is_send(fs.delete_file("path", DeleteFileOptions::default()));
    is_send(fs.move_files("source", "destination"));
    is_send(fs.set_file_permissions("path", FilePermissions::default()));
    is_send(fs.search_files("path", "*"));
    is_send(fs.find_files("path", "text"));

    is_send(
        sandbox
            .process()
            .execute_command("true", ExecuteOptions::default()),
    );
}

#[test]
fn handles_can_be_shared_between_tasks() {
    is_shareable::<Daytona>();
    is_shareable::<DaytonaConfig>();
    is_shareable::<Sandbox>();
    is_shareable::<daytona_sdk::FileSystem>();
    is_shareable::<daytona_sdk::Process>();
    is_send(None::<Error>);
}
