"""Where the things under test are, and hosts that run: each in its own folders, on a port that was free."""
import collections
import contextlib
import json
import os
import re
import shutil
import signal
import subprocess
import threading
import time

from harness.client import Connection

# How long anything may take before the test gives up on it. Only a guard: no test depends on how long something takes.
GUARD_SECONDS = 300


class Skip(Exception):
    """The test cannot say anything here; the text says why."""


@contextlib.contextmanager
def passing(sockets, command, variables):
    """The command, variables and descriptors with which a program is handed {name: socket} as systemd does: from descriptor 3
    on, for the process whose ID is in LISTEN_PID. The shell has the ID that the program will have."""
    if not sockets:
        yield command, variables, ()
        return
    descriptors = range(100, 100 + len(sockets))
    for each, descriptor in zip(sockets.values(), descriptors):
        os.dup2(each.fileno(), descriptor)
    moves = "".join(" %d<&%d %d<&-" % (3 + i, each, each) for i, each in enumerate(descriptors))
    try:
        yield (["/bin/bash", "-c", 'export LISTEN_PID=$$; exec "$@"' + moves, "bash", *map(str, command)],
               {"LISTEN_FDS": str(len(sockets)), "LISTEN_FDNAMES": ":".join(sockets), **variables}, descriptors)
    finally:
        for each in descriptors:
            os.close(each)


def first_child(host):
    """The ID of a candidate's process, once the process `host` has one that runs."""
    guard = time.monotonic() + GUARD_SECONDS
    while time.monotonic() < guard:
        try:
            for thread in os.listdir("/proc/%d/task" % host):
                with open("/proc/%d/task/%s/children" % (host, thread), encoding="ascii") as children:
                    for child in children.read().split():
                        with open("/proc/%s/cmdline" % child, "rb") as command:
                            if command.read() == b"slipway\0worker\0":  # it is not on its way there any more
                                return int(child)
        except (FileNotFoundError, ProcessLookupError):
            pass  # a thread, or the child, has ended
    raise AssertionError("the host has started no process")


class Environment:
    def __init__(self, slipway, models, fixtures, plugins, scratch):
        self.slipway = slipway.resolve()
        self.shipped = models.resolve()     # the bundles that ship
        self.fixtures = fixtures.resolve()  # plugins of tests/fixtures
        self.plugins = plugins.resolve()    # plugins of tests/integration/plugins
        self.scratch = scratch
        self._folders = 0
        self.models = self._patient(self.folder("shipped"))

    def _patient(self, folder):
        """The bundles that ship, with time: a busy machine must not make a 504 of an answer that is looked for."""
        for bundle in sorted(self.shipped.iterdir()):
            copy = shutil.copytree(bundle, folder / bundle.name)
            manifest = copy / "model.yaml"
            text, changed = re.subn(r"\btimeout: [0-9]+(ms|s)\b", "timeout: 10m", manifest.read_text())
            assert changed == 1, "%s: its timeout is not where it is looked for" % manifest
            manifest.write_text(text)
        return folder

    def folder(self, what="folder"):
        """A new, empty folder."""
        self._folders += 1
        path = self.scratch / ("%s-%d" % (what, self._folders))
        path.mkdir()
        return path

    def plugin(self, name):
        for folder in (self.plugins, self.fixtures):
            if (folder / (name + ".so")).exists():
                return folder / (name + ".so")
        raise Skip("the fixture %s.so is not built" % name)

    def variables(self, **more):
        """The environment of a program under test: nothing of the caller's that would configure it."""
        kept = {key: value for key, value in os.environ.items() if not key.startswith(("SLIPWAY_", "XDG_"))}
        kept["HOME"] = str(self.scratch)
        kept.update(more)
        return kept

    def run(self, *arguments, input=b"", variables=None, guard=GUARD_SECONDS):
        """Runs the program to its end. Output is text."""
        return self.run_with_sockets({}, *arguments, input=input, variables=variables, guard=guard)

    def run_with_sockets(self, sockets, *arguments, input=b"", variables=None, guard=GUARD_SECONDS):
        """The same, handed {name: socket} as by systemd."""
        with passing(sockets, [str(self.slipway), *map(str, arguments)], variables or {}) as (command, variables, descriptors):
            done = subprocess.run(command, input=input, capture_output=True, timeout=guard,
                                  env=self.variables(**variables), pass_fds=descriptors)
        Ended = collections.namedtuple("Ended", "exit out err")
        return Ended(done.returncode, done.stdout.decode(), done.stderr.decode())

    def host(self, models=None, config=None, flags=(), variables=None, sockets=None):
        """A host that listens already. `config` is the text of a configuration file; `sockets`: {name: listening socket} that
        it is handed as systemd does."""
        return Host(self, self.models if models is None else models, config, flags, variables or {}, sockets or {})


class Host:
    """`slipway serve`, from its first line that says where it listens. As a context manager it must end with status 0."""

    def __init__(self, env, models, config, flags, variables, sockets):
        command = [str(env.slipway), "serve", "--listen", "127.0.0.1:0", "--log-format", "json"]
        if "--cache" not in flags:
            command += ["--cache", str(env.folder("cache"))]
        if models is not False:  # False: by other means
            command += ["--models", str(models)]
        if config is not None:
            file = env.folder("config") / "slipway.yaml"
            file.write_text(config)
            command += ["--config", str(file)]
        self.lines = []  # the log so far
        self.tls = None  # the ssl.SSLContext with which its port is called
        self.exit_wanted = 0
        self._changed = threading.Condition(threading.RLock())
        self._log_ended = False
        with passing(sockets, command + list(flags), variables) as (command, variables, descriptors):
            self._process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
                                             env=env.variables(**variables), pass_fds=descriptors)
        self._reader = threading.Thread(target=self._read_log, daemon=True)
        self._reader.start()
        try:
            listening = self.wait_for_line("listening")
        except Exception:
            self._process.kill()
            raise
        self.port = int(re.fullmatch(r"https?://127\.0\.0\.1:(\d+)", listening["url"]).group(1))

    def _read_log(self):
        for raw in self._process.stderr:
            text = raw.decode("utf-8", "replace").rstrip("\n")
            try:
                line = json.loads(text)
            except ValueError:
                line = {"message": text, "level": "not JSON"}
            with self._changed:
                self.lines.append(line)
                self._changed.notify_all()
        with self._changed:
            self._log_ended = True
            self._changed.notify_all()

    def find_lines(self, message, **fields):
        with self._changed:
            return [line for line in self.lines if message in line["message"]
                    and all(line.get(key) == value for key, value in fields.items())]

    def wait_for_line(self, message, nth=1, **fields):
        """The first (`nth`) line whose message contains `message`, when it has come."""
        with self._changed:
            self._changed.wait_for(lambda: self._log_ended or len(self.find_lines(message, **fields)) >= nth, GUARD_SECONDS)
            found = self.find_lines(message, **fields)
            if len(found) < nth:
                raise AssertionError("the host has not logged %r; its log:\n%s" % (message, self.log_text()))
            return found[nth - 1]

    def log_text(self):
        with self._changed:
            return "\n".join(json.dumps(line, ensure_ascii=False) for line in self.lines)

    def refusal_of(self, bundle_folder):
        """Why a bundle is not served, in the log's words."""
        found = self.find_lines("a bundle is not served", bundle=str(bundle_folder))  # before the host listened
        assert found, "%s is not refused" % bundle_folder
        return found[0]["why"]

    def connect(self):
        return Connection("127.0.0.1", self.port, GUARD_SECONDS, self.tls)

    def request(self, *arguments, **named):
        """One request on a connection of its own."""
        with self.connect() as connection:
            return connection.request(*arguments, **named)

    def metric(self, sample):
        """The value of one sample of /metrics, by the text before it; None if it is not there."""
        for line in self.request("GET", "/metrics").body.decode().split("\n"):
            if line.startswith(sample + " "):
                return float(line[len(sample) + 1:])
        return None

    def pid(self):
        return self._process.pid

    def first_child(self):
        """The ID of a candidate's process, once there is one that runs."""
        return first_child(self.pid())

    def is_up(self):
        return self._process.poll() is None

    def signal(self, number=signal.SIGTERM):
        self._process.send_signal(number)

    def wait(self):
        """The exit status, when the host has ended by itself or by a signal sent before."""
        status = self._process.wait(GUARD_SECONDS)
        self._reader.join(GUARD_SECONDS)
        return status

    def stop(self):
        if self.is_up():
            self.signal()
        return self.wait()

    def __enter__(self):
        return self

    def __exit__(self, kind, error, _):
        try:
            status = self.stop()
        except subprocess.TimeoutExpired:
            self._process.kill()
            self.wait()
            status = "killed: it did not stop after SIGTERM"
        if status == self.exit_wanted:
            return
        ended = "the host's exit status is %s; its log:\n%s" % (status, self.log_text())
        if kind is None:
            raise AssertionError(ended)
        error.args += (ended,)  # most likely why the test has failed
