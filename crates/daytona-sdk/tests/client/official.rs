//! What each call sends, written down in `tests/official/requests.json` of the repository, under the name
//! that Daytona's specification has for it. There, the official clients are asked for the same.
//!
//! `SNAPSHOTS=overwrite` writes the file anew.

use std::collections::BTreeMap;
use std::path::Path;

use daytona_loopback::{Request, Server};
use daytona_sdk::{
    BuildInfo, CreateSandboxParams, Daytona, DeleteFileOptions, ExecuteOptions, FilePermissions,
    GpuType, ListSandboxesQuery, ListSnapshotsQuery, Resources, Sandbox, SandboxState,
    SessionExecuteRequest, VolumeMount,
};
use futures_util::TryStreamExt as _;
use serde_json::{Value, json};

use crate::config;

/// The requests by the names of their operations, and what stands for ids that differ each time.
struct Sent {
    server: Server,
    requests: BTreeMap<&'static str, Value>,
    ids: Vec<(String, &'static str)>,
}

impl Sent {
    /// Runs a call, and takes note of its first request.
    async fn note<T>(&mut self, operation: &'static str, call: impl Future<Output = T>) -> T {
        self.server.clear_requests();
        let outcome = call.await;
        let first = &self.server.requests()[0];
        let noted = self.requests.insert(operation, self.shown(first));
        assert!(noted.is_none(), "`{operation}` is there twice");
        outcome
    }

    fn shown(&self, request: &Request) -> Value {
        let path = self.without_ids(&request.path);
        let mut shown = json!({ "method": request.method, "path": path });
        if !request.query.is_empty() {
            let mut query = request.query.clone();
            query.sort();
            shown["query"] = json!(query);
        }
        let content_type = request.header("content-type").unwrap_or_default();
        if content_type.starts_with("multipart/") {
            shown["form"] = json!(names_of_parts(&request.body));
        } else if !request.body.is_empty() {
            shown["body"] = request.json();
        }
        shown
    }

    fn without_ids(&self, text: &str) -> String {
        let ids = self.ids.iter();
        ids.fold(text.to_owned(), |text, (id, name)| text.replace(id, name))
    }
}

/// The names of the fields of a form, in order.
fn names_of_parts(form: &[u8]) -> Vec<String> {
    let text = String::from_utf8_lossy(form);
    let headers = text.split("Content-Disposition: form-data; name=\"");
    let names = headers.skip(1).filter_map(|rest| rest.split('"').next());
    names.map(str::to_owned).collect()
}

/// Every parameter that the API takes.
fn every_parameter() -> CreateSandboxParams {
    let resources = Resources::new().cpu(2).memory(4).disk(8).gpu(1);
    CreateSandboxParams::from_build_info(BuildInfo::new("FROM debian:12.9\n").context_hash("5e1f"))
        .name("every")
        .user("dev")
        .env("RUST_LOG", "info")
        .label("team", "compilers")
        .public(false)
        .network_block_all(false)
        .network_allow_list("10.0.0.0/8")
        .domain_allow_list("crates.io,docs.rs")
        .outbound_proxy_url("http://proxy.example.com:3128")
        .otel_endpoint_override("http://otel.example.com")
        .target("us")
        .resources(resources.gpu_type(GpuType::H100).gpu_type(GpuType::Rtx4090))
        .spot(true)
        .kvm(false)
        .auto_stop_interval(30)
        .auto_pause_interval(0)
        .auto_archive_interval(60)
        .ephemeral()
        .ttl_minutes(90)
        .queue_timeout(5)
        .volume(VolumeMount::new("vol", "/data").subpath("a"))
        .linked_sandbox("other")
        .secret("TOKEN", "token-of-ci")
        .secret("OTHER", "other")
}

async fn note_sandboxes(sent: &mut Sent, daytona: &Daytona) -> Sandbox {
    let sandbox = sent
        .note("createSandbox", daytona.create(every_parameter()))
        .await
        .unwrap();
    sandbox.delete().await.unwrap();
    let snapshot = CreateSandboxParams::from_snapshot("daytona-medium").name("box");
    let sandbox = daytona.create(snapshot).await.unwrap();
    sent.ids.push((sandbox.id().to_owned(), "ID"));

    sent.note("getSandbox", daytona.get("box")).await.unwrap();
    let query = ListSandboxesQuery::new()
        .page_size(10)
        .id("0b5e")
        .name("bo")
        .label("team", "compilers")
        .state(SandboxState::Started)
        .state(SandboxState::BuildFailed)
        .snapshot("small")
        .snapshot("large")
        .target("us")
        .target("eu");
    let list = daytona.list(query).try_collect::<Vec<_>>();
    sent.note("listSandboxes", list).await.unwrap();
    sent.note("stopSandbox", sandbox.stop()).await.unwrap();
    sent.note("startSandbox", sandbox.start()).await.unwrap();
    sent.note("pauseSandbox", sandbox.pause()).await.unwrap();
    sandbox.start().await.unwrap();
    let labels = sandbox.set_labels([("team", "kernels")]);
    sent.note("replaceLabels", labels).await.unwrap();
    sent.note("updateLastActivity", sandbox.refresh_activity())
        .await
        .unwrap();
    sent.note("setAutostopInterval", sandbox.set_auto_stop_interval(45))
        .await
        .unwrap();
    sent.note("setAutoPauseInterval", sandbox.set_auto_pause_interval(0))
        .await
        .unwrap();
    sent.note(
        "setAutoArchiveInterval",
        sandbox.set_auto_archive_interval(60),
    )
    .await
    .unwrap();
    sent.note(
        "setAutoDeleteInterval",
        sandbox.set_auto_delete_interval(-1),
    )
    .await
    .unwrap();
    sent.note("setTtl", sandbox.set_ttl(90)).await.unwrap();
    sandbox
}

async fn note_storage(sent: &mut Sent, daytona: &Daytona) {
    let query = ListSnapshotsQuery::new()
        .page_size(10)
        .name("daytona")
        .source_sandbox_id("0b5e");
    let list = daytona.snapshot().list(query).try_collect::<Vec<_>>();
    sent.note("getAllSnapshots", list).await.unwrap();
    sent.note("getSnapshot", daytona.snapshot().get("daytona-medium"))
        .await
        .unwrap();

    let volumes = daytona.volume();
    let volume = sent
        .note("createVolume", volumes.create("cache"))
        .await
        .unwrap();
    sent.ids.push((volume.id.clone(), "VOLUME"));
    sent.note("listVolumes", volumes.list()).await.unwrap();
    sent.note("getVolumeByName", volumes.get("cache"))
        .await
        .unwrap();
    sent.note("deleteVolume", volumes.delete(&volume.id))
        .await
        .unwrap();
}

async fn note_files(sent: &mut Sent, daytona: &Daytona, sandbox: &Sandbox) {
    sent.server.remove_field(sandbox.id(), "toolboxProxyUrl");
    let without = daytona.get("box").await.unwrap();
    sent.note("getToolboxProxyUrl", without.get_work_dir())
        .await
        .unwrap();

    let fs = sandbox.fs();
    sent.note("getWorkDir", sandbox.get_work_dir())
        .await
        .unwrap();
    sent.note("getUserHomeDir", sandbox.get_user_home_dir())
        .await
        .unwrap();
    sent.note("createFolder", fs.create_folder("a dir", 0o755))
        .await
        .unwrap();
    sent.note("uploadFiles", fs.upload_file("text\n", "a dir/f+1"))
        .await
        .unwrap();
    sent.note("getFileInfo", fs.get_file_details("a dir/f+1"))
        .await
        .unwrap();
    sent.note("listFiles", fs.list_files("a dir"))
        .await
        .unwrap();
    sent.note("downloadFiles", fs.download_file("a dir/f+1"))
        .await
        .unwrap();
    sent.note("searchFiles", fs.search_files("a dir", "f*"))
        .await
        .unwrap();
    sent.note("findInFiles", fs.find_files("a dir", "text"))
        .await
        .unwrap();
    let permissions = FilePermissions::new().mode(0o600);
    let set = fs.set_file_permissions("a dir/f+1", permissions);
    sent.note("setFilePermissions", set).await.unwrap();
    sent.note("moveFile", fs.move_files("a dir/f+1", "a dir/g"))
        .await
        .unwrap();
    let recursive = DeleteFileOptions::new().recursive(true);
    sent.note("deleteFile", fs.delete_file("a dir", recursive))
        .await
        .unwrap();
}

async fn note_commands(sent: &mut Sent, sandbox: &Sandbox) {
    let process = sandbox.process();
    let options = ExecuteOptions::new()
        .cwd("/")
        .env("CI", "1")
        .timeout(std::time::Duration::from_secs(30));
    let run = process.execute_command("true", options);
    sent.note("executeCommand", run).await.unwrap();

    sent.note("createSession", process.create_session("s"))
        .await
        .unwrap();
    let run = process.execute_session_command("s", "true");
    sent.note("sessionExecuteCommand", run).await.unwrap();
    let request = SessionExecuteRequest::new("read x").suppress_input_echo();
    let start = process.start_session_command("s", request);
    let id = sent
        .note("sessionExecuteCommand:async", start)
        .await
        .unwrap();
    sent.ids.push((id.clone(), "COMMAND"));
    sent.note("listSessions", process.list_sessions())
        .await
        .unwrap();
    sent.note("getSession", process.get_session("s"))
        .await
        .unwrap();
    sent.note("getSessionCommand", process.get_session_command("s", &id))
        .await
        .unwrap();
    let logs = process.get_session_command_logs("s", &id);
    sent.note("getSessionCommandLogs", logs).await.unwrap();
    let stream = process.stream_session_command_logs("s", &id);
    let stream = sent
        .note("getSessionCommandLogs:follow", stream)
        .await
        .unwrap();
    let input = process.send_session_command_input("s", &id, "x\n");
    sent.note("sendInput", input).await.unwrap();
    stream.try_collect::<Vec<_>>().await.unwrap();
    sent.note("deleteSession", process.delete_session("s"))
        .await
        .unwrap();
}

#[tokio::test]
async fn what_is_sent_is_written_down() {
    let server = Server::start().await;
    let daytona = Daytona::new(config(&server)).unwrap();
    let mut sent = Sent {
        server,
        requests: BTreeMap::new(),
        ids: Vec::new(),
    };
    let sandbox = note_sandboxes(&mut sent, &daytona).await;
    note_storage(&mut sent, &daytona).await;
    note_files(&mut sent, &daytona, &sandbox).await;
    note_commands(&mut sent, &sandbox).await;
    sent.note("deleteSandbox", sandbox.delete()).await.unwrap();

    let mut text = serde_json::to_string_pretty(&sent.requests).unwrap();
    text.push('\n');
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/official/requests.json");
    if std::env::var("SNAPSHOTS").is_ok_and(|wish| wish == "overwrite") {
        std::fs::write(&path, &text).unwrap();
    }
    let written = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        written == text,
        "`{}` is not what is sent; `SNAPSHOTS=overwrite` writes it",
        path.display()
    );
}
