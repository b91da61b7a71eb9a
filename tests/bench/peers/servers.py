"""The servers that are measured: how each is started, and what it uses of the machine."""
import http.client
import os
import pathlib
import shutil
import socket
import subprocess
import sys
import time

from published import TICKS

HERE = pathlib.Path(__file__).resolve().parent
MODELS = ("identity-match", "sum")
GUARD_SECONDS = 60


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def predict_path(model):
    return "/models/%s/predict" % model


class Slipway:
    name = "Slipway"

    def __init__(self, build, folder, models=None, options=()):
        self.build, self.folder, self.models, self.options = build, folder, models or build / "models", list(options)

    def command(self, port, wide):
        return [self.build / "host" / "slipway", "serve", "--models", self.models, "--listen", "127.0.0.1:%d" % port, "--threads",
                "2" if wide else "1", "--cache", self.folder / "cache", *self.options]


class Nginx:
    name = "nginx, a static answer"

    def __init__(self, folder):
        self.folder = folder / "nginx"

    def command(self, port, wide):
        self.folder.mkdir(exist_ok=True)
        configuration = (HERE / "nginx.conf").read_text()
        for word, value in {"PROCESSES": "2" if wide else "1", "PORT": str(port), "FOLDER": str(self.folder)}.items():
            configuration = configuration.replace(word, value)
        (self.folder / "nginx.conf").write_text(configuration)
        return ["nginx", "-e", self.folder / "error.log", "-c", self.folder / "nginx.conf"]


class Fastify:
    name = "Fastify + ajv"

    def __init__(self, folder):
        self.folder, self.schemas = folder / "fastify", folder / "schemas"

    def install(self):
        shutil.copytree(HERE / "fastify", self.folder, dirs_exist_ok=True)
        subprocess.run(["npm", "ci", "--omit=dev", "--no-audit", "--no-fund", "--silent"], cwd=self.folder, check=True, stdout=sys.stderr)

    def command(self, port, wide):
        return ["node", self.folder / "server.js", str(port), "2" if wide else "1", self.schemas]


class Running:
    """A server that answers; ends with the `with` block. `first`: what it answers then, as (model, body). `wide`: two threads or
    processes that may run anywhere; else one on core 0."""

    def __init__(self, server, first, wide=False):
        self.port = free_port()
        cores = set(range(os.cpu_count())) if wide else {0}
        command = server.command(self.port, wide)
        own = os.sched_getaffinity(0)
        os.sched_setaffinity(0, cores)  # which it inherits; to set its own it would be forked, which takes longer than its start
        with open(os.devnull, "wb") as nothing:
            began = time.monotonic()
            self.process = subprocess.Popen(command, stdout=nothing, stderr=nothing)
        os.sched_setaffinity(0, own)
        try:
            self.wait_for_first_answer(began, first)
        except BaseException:
            self.stop()
            raise
        self.start_ms = 1000 * (time.monotonic() - began)

    def wait_for_first_answer(self, began, first):
        while time.monotonic() - began < GUARD_SECONDS:
            if self.process.poll() is not None:
                sys.exit("%s has ended with %d" % (self.process.args, self.process.returncode))
            try:
                if (self.ask(*first) if first else self.request("GET", "/health/ready"))[0] == 200:
                    return
            except OSError:
                time.sleep(0.0005)  # it does not listen yet; asking without a pause would slow its start
        sys.exit("%s does not answer" % self.process.args)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()

    def stop(self):
        self.process.terminate()
        self.process.wait(GUARD_SECONDS)

    def ask(self, model, body):
        return self.request("POST", predict_path(model), body)

    def request(self, method, path, body=None):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=GUARD_SECONDS)
        try:
            connection.request(method, path, body and body.encode(), {"Content-Type": "application/json"})
            response = connection.getresponse()
            return response.status, response.read().decode()
        except http.client.HTTPException as error:
            raise OSError(str(error)) from error
        finally:
            connection.close()

    def processes(self):
        """It and all that it has started."""
        found = [self.process.pid]
        for pid in found:
            for task in pathlib.Path("/proc/%d/task" % pid).iterdir():
                found += [int(child) for child in (task / "children").read_text().split()]
        return found

    def cpu_seconds(self):
        ticks = 0
        for pid in self.processes():
            fields = pathlib.Path("/proc/%d/stat" % pid).read_text().rsplit(")", 1)[1].split()
            ticks += int(fields[11]) + int(fields[12])  # user and system time
        return ticks / TICKS

    def resident_mb(self):
        kilobytes = 0
        for pid in self.processes():
            for line in pathlib.Path("/proc/%d/status" % pid).read_text().splitlines():
                if line.startswith("VmRSS:"):
                    kilobytes += int(line.split()[1])
        return kilobytes / 1024
