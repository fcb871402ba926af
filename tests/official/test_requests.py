"""The clients that Daytona generates for Python, whose models are strict: asked for the same, they send the same
as `daytona-sdk` (`requests.json`), but for what `differences.json` has a reason for; and they read every answer."""

import json
import unittest

import daytona_api_client as api
import daytona_toolbox_api_client as toolbox

from loopback import HERE, Loopback

OURS = json.loads((HERE / "requests.json").read_text())
DIFFERENCES = json.loads((HERE / "differences.json").read_text())


def every_parameter():
    return api.CreateSandbox(
        name="every",
        user="dev",
        env={"RUST_LOG": "info"},
        labels={"team": "compilers"},
        public=False,
        network_block_all=False,
        network_allow_list="10.0.0.0/8",
        domain_allow_list="crates.io,docs.rs",
        outbound_proxy_url="http://proxy.example.com:3128",
        otel_endpoint_override="http://otel.example.com",
        target="us",
        cpu=2,
        gpu=1,
        gpu_type=["H100", "RTX-4090"],
        spot=True,
        kvm=False,
        memory=4,
        disk=8,
        auto_stop_interval=30,
        auto_pause_interval=0,
        auto_archive_interval=60,
        auto_delete_interval=0,
        ttl_minutes=90,
        queue_timeout=5,
        volumes=[api.SandboxVolume(volume_id="vol", mount_path="/data", subpath="a")],
        build_info=api.CreateBuildInfo(dockerfile_content="FROM debian:12.9\n", context_hashes=["5e1f"]),
        linked_sandbox="other",
        secrets=[{"TOKEN": "token-of-ci"}, {"OTHER": "other"}],
    )


class Calls:
    """Makes every call, and notes what it sent. An answer that its model does not take is an exception."""

    def __init__(self, server):
        self.server = server
        self.sent = {}
        self.ids = {}

    def note(self, operation, call):
        self.server.forget_requests()
        answer = call()
        self.sent[operation] = self.shown(self.server.requests()[0])
        return answer

    def shown(self, request):
        path = request["path"]
        for identifier, name in self.ids.items():
            path = path.replace(identifier, name)
        shown = {"method": request["method"], "path": path}
        if request["query"]:
            shown["query"] = sorted(request["query"])
        if request["body"]:
            shown["body"] = json.loads(request["body"])
        return shown

    def configure(self, package, host):
        client = package.ApiClient(package.Configuration(host=host))
        client.default_headers["Authorization"] = f"Bearer {self.server.api_key}"
        return client

    def make_all(self):
        client = self.configure(api, self.server.api_url)
        sandboxes = api.SandboxApi(client)
        every = self.note("createSandbox", lambda: sandboxes.create_sandbox(every_parameter()))
        sandboxes.delete_sandbox(every.id)
        box = sandboxes.create_sandbox(api.CreateSandbox(name="box", snapshot="daytona-medium")).id
        self.ids[box] = "ID"
        self.sandboxes(sandboxes, box)
        self.storage(client)
        daemon = self.configure(toolbox, f"{self.server.toolbox_url}/{box}")
        daemon.default_headers["X-Daytona-SDK-Version"] = "0.226.1"
        self.files(daemon)
        self.commands(toolbox.ProcessApi(daemon))
        self.note("deleteSandbox", lambda: sandboxes.delete_sandbox(box))

    def sandboxes(self, sandboxes, box):
        note = self.note
        note("getSandbox", lambda: sandboxes.get_sandbox("box"))
        filters = {
            "limit": 10,
            "id": "0b5e",
            "name": "bo",
            "labels": '{"team":"compilers"}',
            "states": ["started", "build_failed"],
            "snapshots": ["small", "large"],
            "region_ids": ["us", "eu"],
        }
        note("listSandboxes", lambda: sandboxes.list_sandboxes(**filters))
        assert sandboxes.list_sandboxes().items[0].name == "box"
        note("stopSandbox", lambda: sandboxes.stop_sandbox(box))
        note("startSandbox", lambda: sandboxes.start_sandbox(box))
        note("pauseSandbox", lambda: sandboxes.pause_sandbox(box))
        sandboxes.start_sandbox(box)
        labels = api.SandboxLabels(labels={"team": "kernels"})
        note("replaceLabels", lambda: sandboxes.replace_labels(box, labels))
        note("updateLastActivity", lambda: sandboxes.update_last_activity(box))
        note("setAutostopInterval", lambda: sandboxes.set_autostop_interval(box, 45))
        note("setAutoPauseInterval", lambda: sandboxes.set_auto_pause_interval(box, 0))
        note("setAutoArchiveInterval", lambda: sandboxes.set_auto_archive_interval(box, 60))
        note("setAutoDeleteInterval", lambda: sandboxes.set_auto_delete_interval(box, -1))
        note("setTtl", lambda: sandboxes.set_ttl(box, 90))
        note("getToolboxProxyUrl", lambda: sandboxes.get_toolbox_proxy_url(box))

    def storage(self, client):
        note = self.note
        snapshots = api.SnapshotsApi(client)
        page = {"page": 1, "limit": 10, "name": "daytona", "source_sandbox_id": "0b5e"}
        note("getAllSnapshots", lambda: snapshots.get_all_snapshots(**page))
        assert len(snapshots.get_all_snapshots().items) == 3
        note("getSnapshot", lambda: snapshots.get_snapshot("daytona-medium"))
        volumes = api.VolumesApi(client)
        cache = api.CreateVolume(name="cache")
        volume = note("createVolume", lambda: volumes.create_volume(cache)).id
        self.ids[volume] = "VOLUME"
        note("listVolumes", volumes.list_volumes)
        note("getVolumeByName", lambda: volumes.get_volume_by_name("cache"))
        note("deleteVolume", lambda: volumes.delete_volume(volume))

    def files(self, daemon):
        note = self.note
        info = toolbox.InfoApi(daemon)
        note("getWorkDir", info.get_work_dir)
        note("getUserHomeDir", info.get_user_home_dir)
        files = toolbox.FileSystemApi(daemon)
        note("createFolder", lambda: files.create_folder("a dir", "755"))
        command = toolbox.ExecuteRequest(command="echo text >'a dir/f+1'")
        toolbox.ProcessApi(daemon).execute_command(command)
        note("getFileInfo", lambda: files.get_file_info("a dir/f+1"))
        note("listFiles", lambda: files.list_files("a dir"))
        paths = toolbox.FilesDownloadRequest(paths=["a dir/f+1"])
        note("downloadFiles", lambda: files.download_files_without_preload_content(paths))
        note("searchFiles", lambda: files.search_files("a dir", "f*"))
        note("findInFiles", lambda: files.find_in_files("a dir", "text"))
        note("setFilePermissions", lambda: files.set_file_permissions("a dir/f+1", mode="600"))
        note("moveFile", lambda: files.move_file("a dir/f+1", "a dir/g"))
        note("deleteFile", lambda: files.delete_file("a dir", True))

    def commands(self, process):
        note = self.note
        command = toolbox.ExecuteRequest(command="true", cwd="/", envs={"CI": "1"}, timeout=30)
        note("executeCommand", lambda: process.execute_command(command))
        session = toolbox.CreateSessionRequest(session_id="s")
        note("createSession", lambda: process.create_session(session))
        done = toolbox.SessionExecuteRequest(command="true")
        note("sessionExecuteCommand", lambda: process.session_execute_command("s", done))
        reading = toolbox.SessionExecuteRequest(command="read x", run_async=True, suppress_input_echo=True)
        started = note("sessionExecuteCommand:async", lambda: process.session_execute_command("s", reading))
        command_id = started.cmd_id
        self.ids[command_id] = "COMMAND"
        note("listSessions", process.list_sessions)
        note("getSession", lambda: process.get_session("s"))
        note("getSessionCommand", lambda: process.get_session_command("s", command_id))
        note("getSessionCommandLogs", lambda: process.get_session_command_logs("s", command_id))
        line = toolbox.SessionSendInputRequest(data="x\n")
        note("sendInput", lambda: process.send_input("s", command_id, line))
        note("deleteSession", lambda: process.delete_session("s"))


class Requests(unittest.TestCase):
    maxDiff = None

    def test_the_same_is_sent_for_the_same_call_or_the_difference_has_a_reason(self):
        server = Loopback()
        self.addCleanup(server.close)
        calls = Calls(server)
        calls.make_all()
        for operation, expected in OURS.items():
            difference = DIFFERENCES.get(operation, {})
            if operation not in calls.sent:
                self.assertIn("reason", difference, f"`{operation}` is not tried")
                continue
            theirs = calls.sent[operation]
            if path := difference.get("path"):
                self.assertEqual(theirs["path"], path)
                theirs["path"] = expected["path"]
            self.assertEqual(theirs, expected, operation)
        self.assertEqual(len(calls.sent), 42)

    def test_refusals_of_the_daemon_are_read(self):
        server = Loopback()
        self.addCleanup(server.close)
        calls = Calls(server)
        client = calls.configure(api, server.api_url)
        box = api.SandboxApi(client).create_sandbox(api.CreateSandbox()).id
        process = toolbox.ProcessApi(calls.configure(toolbox, f"{server.toolbox_url}/{box}"))
        process.create_session(toolbox.CreateSessionRequest(session_id="s"))
        done = process.session_execute_command("s", toolbox.SessionExecuteRequest(command="true"))
        line = toolbox.SessionSendInputRequest(data="x")
        slow = toolbox.ExecuteRequest(command="sleep 600", timeout=1)
        refused = {
            "NOT_FOUND": (404, lambda: process.get_session("none")),
            "CONFLICT": (409, lambda: process.create_session(toolbox.CreateSessionRequest(session_id="s"))),
            "GONE": (410, lambda: process.send_input("s", done.cmd_id, line)),
            "BAD_REQUEST": (400, lambda: process.execute_command(toolbox.ExecuteRequest(command=" "))),
            "REQUEST_TIMEOUT": (408, lambda: process.execute_command(slow)),
        }
        for code, (status, call) in refused.items():
            with self.assertRaises(toolbox.ApiException) as caught:
                call()
            error = toolbox.ErrorResponse.from_json(caught.exception.body)
            self.assertEqual((error.status_code, error.code), (status, code))


if __name__ == "__main__":
    unittest.main()
