"""Starts `daytona-loopback`, the server that speaks Daytona's API on this machine."""

import json
import os
import re
import subprocess
import urllib.request
from pathlib import Path

HERE = Path(__file__).resolve().parent
TARGET = Path(os.environ.get("CARGO_TARGET_DIR", HERE.parents[1] / "target"))


class Loopback:
    """A running server; it ends with this process, or when it is closed."""

    def __init__(self):
        program = TARGET / "debug" / "daytona-loopback"
        pipe = subprocess.PIPE
        self._child = subprocess.Popen([program], stdin=pipe, stdout=pipe, text=True)
        found = {}
        for line in self._child.stdout:
            if export := re.match(r"export (\w+)=(\S+)$", line):
                found[export[1]] = export[2]
            if control := re.search(r"Switches for tests: (\S+)", line):
                self._control_url = control[1]
                break
        self.api_url = found["DAYTONA_API_URL"]
        self.api_key = found["DAYTONA_API_KEY"]
        self.toolbox_url = re.sub("api$", "toolbox", self.api_url)

    def close(self):
        self._child.stdin.close()
        self._child.stdout.close()
        self._child.wait()

    def requests(self):
        return json.loads(self._ask("GET", "requests"))

    def forget_requests(self):
        self._ask("DELETE", "requests")

    def pass_minutes(self, minutes):
        self._ask("POST", "clock", {"minutes": minutes})

    def _ask(self, method, path, body=None):
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(f"{self._control_url}/{path}", data, method=method)
        with urllib.request.urlopen(request) as response:
            return response.read()
