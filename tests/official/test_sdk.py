"""The official SDK for Python at work with the stand-in server: what `daytona-sdk` does, it does there, too."""

import asyncio
import unittest

from daytona import (
    CreateSandboxFromSnapshotParams,
    Daytona,
    DaytonaConfig,
    DaytonaNotFoundError,
    DaytonaValidationError,
    ListSandboxesQuery,
    SessionExecuteRequest,
    VolumeMount,
)

from loopback import Loopback


class Sdk(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = Loopback()
        cls.addClassCleanup(cls.server.close)
        # With web sockets for states, it would ask for those of a server that has none.
        config = DaytonaConfig(
            api_key=cls.server.api_key,
            api_url=cls.server.api_url,
            target="us",
            use_deprecated_polling=True,
        )
        cls.daytona = Daytona(config)

    def test_a_sandbox_lives_sleeps_and_goes(self):
        params = CreateSandboxFromSnapshotParams(
            name="lives",
            auto_stop_interval=30,
            auto_delete_interval=60,
            labels={"team": "compilers"},
            ttl_minutes=600,
            domain_allow_list="crates.io",
        )
        sandbox = self.daytona.create(params)
        self.assertEqual(sandbox.state, "started")
        self.assertEqual((sandbox.auto_stop_interval, sandbox.auto_delete_interval), (30, 60))
        sandbox.set_labels({"team": "kernels"})
        sandbox.set_autostop_interval(20)
        sandbox.set_auto_archive_interval(60)
        sandbox.set_auto_delete_interval(120)
        sandbox.set_ttl(900)
        sandbox.pause()
        self.assertEqual(sandbox.state, "paused")
        sandbox.start()

        self.server.pass_minutes(15)
        sandbox.refresh_activity()
        self.server.pass_minutes(15)
        sandbox.refresh_data()
        self.assertEqual(sandbox.state, "started")
        self.server.pass_minutes(20)
        found = self.daytona.get("lives")
        self.assertEqual(found.state, "stopped")
        found.start()
        self.assertEqual((found.state, found.labels["team"]), ("started", "kernels"))
        query = ListSandboxesQuery(labels={"team": "kernels"}, states=["started"])
        self.assertEqual([listed.id for listed in self.daytona.list(query)], [sandbox.id])
        found.stop()
        self.server.pass_minutes(120)
        with self.assertRaises(DaytonaNotFoundError):
            self.daytona.get("lives")

    def test_what_excludes_each_other_is_refused(self):
        with self.assertRaises(DaytonaValidationError):
            self.daytona.create(CreateSandboxFromSnapshotParams(linked_sandbox="other"))

    def test_snapshots_and_volumes_are_there(self):
        snapshots = self.daytona.snapshot.list()
        self.assertEqual(len(snapshots.items), snapshots.total)
        self.assertEqual(self.daytona.snapshot.get(snapshots.items[1].name).id, snapshots.items[1].id)
        volume = self.daytona.volume.get("shared", create=True)
        self.assertEqual([(v.id, v.state) for v in self.daytona.volume.list()], [(volume.id, "ready")])
        mount = VolumeMount(volume_id=volume.id, mount_path="/data")
        sandbox = self.daytona.create(CreateSandboxFromSnapshotParams(volumes=[mount]))
        sandbox.delete()
        self.daytona.volume.delete(volume)
        self.assertEqual(self.daytona.volume.list(), [])

    def test_files_and_commands(self):
        sandbox = self.daytona.create()
        sandbox.fs.create_folder("a dir", "755")
        sandbox.fs.upload_file(b"text\n", "a dir/f+1")
        self.assertEqual(sandbox.fs.download_file("a dir/f+1"), b"text\n")
        self.assertEqual([entry.name for entry in sandbox.fs.list_files("a dir")], ["f+1"])
        self.assertEqual([match.line for match in sandbox.fs.find_files("a dir", "text")], [1])
        sandbox.fs.delete_file("a dir", recursive=True)
        with self.assertRaises(DaytonaNotFoundError):
            sandbox.fs.get_file_info("a dir")
        run = sandbox.process.exec('echo "$A"; exit 3', env={"A": "b"}, timeout=30)
        self.assertEqual((run.exit_code, run.result), (3, "b\n"))
        sandbox.delete()

    def test_a_session_keeps_what_a_command_sets_and_tells_outputs_apart_as_they_come(self):
        sandbox = self.daytona.create()
        process = sandbox.process
        process.create_session("s")
        process.execute_session_command("s", SessionExecuteRequest(command="cd / && A=1"))
        command = 'echo "$A $PWD"; echo err >&2; (exit 3)'
        both = process.execute_session_command("s", SessionExecuteRequest(command=command))
        self.assertEqual((both.exit_code, both.stdout, both.stderr), (3, "1 /\n", "err\n"))

        command = 'echo ready; read x; echo "é$x" >&2'
        request = SessionExecuteRequest(command=command, run_async=True, suppress_input_echo=True)
        command_id = process.execute_session_command("s", request).cmd_id
        out, err = [], []

        def on_stdout(text):
            if not out:
                process.send_session_command_input("s", command_id, "x")
            out.append(text)

        asyncio.run(process.get_session_command_logs_async("s", command_id, on_stdout, err.append))
        self.assertEqual(("".join(out), "".join(err)), ("ready\n", "éx\n"))
        self.assertEqual(process.get_session_command("s", command_id).exit_code, 0)
        logs = process.get_session_command_logs("s", command_id)
        self.assertEqual((logs.stdout, logs.stderr), ("ready\n", "éx\n"))
        self.assertEqual([len(session.commands) for session in process.list_sessions()], [3])
        process.delete_session("s")
        with self.assertRaises(DaytonaNotFoundError):
            process.get_session("s")
        sandbox.delete()


if __name__ == "__main__":
    unittest.main()
