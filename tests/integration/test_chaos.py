"""Everything that can go wrong, in random order and under load: workers killed, models that crash, hang, exit and lose their
descriptors, bad requests, callers that vanish, releases good and bad, and a host that runs out of descriptors, disk and memory.

Each request is in a ledger: it gets one answer, in its turn, which is right or an error that what happens allows. The order
comes from a seed, which a failure names; SLIPWAY_CHAOS_SEED repeats it (the threads' own timing it cannot repeat).

Not here: jumps of the wall clock. It is the machine's, and cannot be set for the host alone without disturbing whoever else runs
there (CLOCK_REALTIME has no time namespace). The host waits and measures by the monotonic clock alone."""
import collections
import contextlib
import os
import random
import re
import resource
import signal
import socket
import struct
import sys
import threading
import time

from harness import expect
from harness.bundles import make_bundle
from harness.client import Closed, Connection, request_bytes
from harness.environment import GUARD_SECONDS
from harness.operated import FAILURE, SUCCESS, Operated

CRASH, EXIT, HANG, WAIT, CLOSE, MANY, TELL, ABORT, CRASH_UNLESS_FIRST = range(-1, -10, -1)
RIGHT = None  # instead of a status: 200 with the right answer
ENDS_BADLY = {CRASH: {503}, EXIT: {503}, ABORT: {503}, CLOSE: {503}, CRASH_UNLESS_FIRST: {RIGHT, 503}, HANG: {504, 503}, WAIT: {504, 503},
              MANY: {500, 503}}  # its schema allows one number; what 300,000 need is asked for while they are written
PATIENT = {"concurrency": 16, "queue": 1000, "timeout": "10m"}
BETWEEN_REQUESTS = 0.002  # of a caller: releases give way, and must get a core now and then


class Request:
    """`allowed`: statuses, and RIGHT; `versions`: those whose answer is a right one."""

    def __init__(self, model, value, allowed, versions, headers=()):
        self.allowed, self.versions, self.value = allowed, versions, value
        self.id = "%s-%x" % (model, random.getrandbits(64))
        self.bytes = request_bytes("POST", "/models/%s/predict" % model, value if isinstance(value, bytes) else {"value": value},
                                   headers={"X-Request-Id": self.id, **dict(headers)})

    def fault_of(self, response):
        """What is wrong with its answer, or None."""
        body = response.json()
        if response.header("X-Request-Id") != self.id:
            return "the answer is another request's"
        if response.status == 200:
            right = RIGHT in self.allowed and body == {"value": 2.0 * self.value} and response.header("X-Model-Version") in self.versions
            return None if right else "a wrong answer"
        if response.status not in self.allowed:
            return "an error that it should not get"
        if body["status"] != response.status or body["request_id"] != self.id or not body["detail"]:
            return "not a problem as it should be"
        if response.status == 503 and int(response.header("Retry-After")) < 1:
            return "no Retry-After"
        return None


class Caller(threading.Thread):
    """Sends batches of requests, pipelined, and checks each answer in its turn. `make()` gives a request; `keeps` the connection,
    or makes one for each batch."""

    def __init__(self, port, make, keeps=True, most=3):
        super().__init__(daemon=True)
        self.port, self.make, self.keeps, self.most = port, make, keeps, most
        self.dice = random.Random(random.getrandbits(64))
        self.sent = self.answered = 0
        self.statuses = {}
        self.faults = []
        self._told = threading.Event()

    def run(self):
        connection = None
        while not self._told.is_set() and not self.faults:
            batch = [self.make(self.dice) for _ in range(self.dice.randint(1, self.most))]
            self.sent += len(batch)
            try:
                connection = connection or Connection("127.0.0.1", self.port, GUARD_SECONDS)
                self.exchange(connection, batch)
                if not self.keeps:
                    connection = self.end(connection)
            except (Closed, OSError, AssertionError, ValueError, KeyError, TypeError) as error:
                self.faults.append("%d sent, %d answered: %r" % (self.sent, self.answered, error))
            self._told.wait(BETWEEN_REQUESTS)
        if connection is not None and not self.faults:
            self.end(connection)

    def exchange(self, connection, batch):
        connection.send(b"".join(request.bytes for request in batch))
        for request in batch:
            response = connection.read()
            self.answered += 1
            self.statuses[response.status] = self.statuses.get(response.status, 0) + 1
            fault = request.fault_of(response)
            if fault or response.closes():
                self.faults.append("%s: %r to %r" % (fault or "the connection should stay", response, request.bytes))

    def end(self, connection):
        """Nothing more has come than was asked for."""
        connection.end_sending()
        try:
            connection.expect_closed()
        except AssertionError as error:
            self.faults.append(str(error))

    def stop(self):
        self._told.set()


class Chaos:
    def __init__(self, env, dice):
        self.env, self.dice = env, dice
        self.operated = Operated(env)
        self.released = set()  # versions of doubler that may answer; from when their release is asked for
        self.minor = 0
        self.skipped = set()
        self.done = []
        self.seconds = {}
        self.large = []  # what large bodies were answered without memory

    def start(self, stack):
        self.host = stack.enter_context(self.operated.host())
        self.publish("neighbour", "1.0.0", limits=PATIENT)
        self.publish("unruly", "1.0.0", plugin="unruly", isolation="process", effects="none", workers={"min": 2, "max": 3}, limits=PATIENT)
        for name in ("neighbour", "unruly"):
            self.operated.must("release", name, "1.0.0")
        self.release_another()
        self.release_another()
        always = {"1.0.0"}
        port = self.host.port

        def ask_neighbour(dice):
            return Request("neighbour", dice.randint(0, 10**6), {RIGHT}, always)

        def ask_doubler(dice):
            return Request("doubler", dice.randint(0, 10**6), {RIGHT}, self.released)

        def ask_unruly(dice):
            return Request("unruly", dice.randint(0, 10**6), {RIGHT, 503}, always)

        def ask_badly(dice):
            body, status = dice.choice(((b'{"value": 1,,}', 400), (b'{"value": "x"}', 422), (b"{}", 422), (b'{"value": 1', 400),
                                        (b'{"value": 1, "value": 1}', 400), (b'{"value": "\xff"}', 400), (b"", 400)))
            return Request(dice.choice(("neighbour", "unruly", "doubler")), body, {status}, always)
        self.keeping = [Caller(port, each) for each in (ask_neighbour, ask_neighbour, ask_doubler, ask_doubler, ask_unruly, ask_unruly, ask_badly)]
        self.coming = [Caller(port, ask_neighbour, keeps=False), Caller(port, ask_doubler, keeps=False)]
        for caller in self.keeping + self.coming:
            caller.start()
            stack.callback(caller.stop)
        self.wait_for_answers(self.keeping + self.coming)  # each has its connection

    # ---- what the actions are made of

    def publish(self, name, version, plugin="good_c", **more):
        return self.operated.must("publish", self.operated.bundle(version, plugin=plugin, name=name, **more))

    def next_version(self):
        self.minor += 1
        return "1.%d.0" % self.minor

    def release_another(self):
        version = self.next_version()
        self.publish("doubler", version)
        self.released.add(version)
        self.operated.must("release", "doubler", version)

    def children(self):
        found = set()
        for task in os.listdir("/proc/%d/task" % self.host.pid()):
            with contextlib.suppress(FileNotFoundError, ProcessLookupError), open("/proc/%d/task/%s/children" % (self.host.pid(), task)) as file:
                found.update(int(pid) for pid in file.read().split())
        return found

    def wait_until(self, what, condition):
        guard = time.monotonic() + GUARD_SECONDS
        while not condition():
            assert self.host.is_up(), "the host has ended"
            assert time.monotonic() < guard, "not within %d s: %s" % (GUARD_SECONDS, what)

    def wait_for_answers(self, callers, each=20):
        wanted = [(caller, caller.answered + each) for caller in callers]
        guard = time.monotonic() + GUARD_SECONDS
        for caller, count in wanted:
            while caller.answered < count and not caller.faults:
                assert self.host.is_up(), "the host has ended"
                assert time.monotonic() < guard, "callers are not answered any more"
                caller.join(0.002)
        self.look()

    def look(self):
        faults = [fault for caller in self.keeping + self.coming for fault in caller.faults]
        assert not faults, "%d faults, the first:\n%s" % (len(faults), "\n".join(faults[:5]))

    @contextlib.contextmanager
    def limited(self, what, soft):
        """A lower limit for the host, from outside, and the one before again."""
        before = resource.prlimit(self.host.pid(), what)
        resource.prlimit(self.host.pid(), what, (soft, before[1]))
        try:
            yield
        finally:
            if self.host.is_up():
                resource.prlimit(self.host.pid(), what, before)

    def ask_once(self, request):
        with self.host.connect() as connection:
            connection.send(request.bytes)
            response = connection.read()
            fault = request.fault_of(response)
            assert fault is None, "%s: %r to %r" % (fault, response, request.bytes[:300])
            return response

    def at_once(self, function, items):
        """The function with each of them, on threads of their own."""
        faults = []

        def call(item):
            try:
                function(item)
            except Exception as error:  # reported by the action
                faults.append("%r: %r" % (item, error))
        threads = [threading.Thread(target=call, args=(item,)) for item in items]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert not faults, "\n".join(faults)

    def ask_for_trouble(self, value):
        headers = {"X-Request-Timeout-Ms": "50"} if value in (HANG, WAIT) else {}
        return self.ask_once(Request("unruly", value, ENDS_BADLY[value], {"1.0.0"}, headers))

    # ---- actions

    def kill_a_worker(self):
        workers = sorted(self.children())
        if workers:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.dice.choice(workers), signal.SIGKILL)

    def misbehave(self):
        self.ask_for_trouble(self.dice.choice(list(ENDS_BADLY)))

    def misbehave_all_at_once(self):
        self.at_once(self.ask_for_trouble, list(ENDS_BADLY))

    def ask_too_much(self):
        with self.host.connect() as connection:
            connection.send(request_bytes("POST", "/models/neighbour/predict", b"").replace(b"Length: 0", b"Length: 99999999"))
            expect.problem(connection.read(), 413, closes=True)
            connection.expect_closed()

    def drop_connections(self):
        whole = request_bytes("POST", "/models/unruly/predict", {"value": self.dice.choice((1, WAIT, CRASH_UNLESS_FIRST))})
        for _ in range(10):
            with self.host.connect() as connection:
                connection.send(whole[:self.dice.randint(1, len(whole))])
                if self.dice.random() < 0.5:  # with a reset
                    connection.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

    def release(self):
        self.release_another()

    def release_and_take_back(self):
        self.release_another()
        self.operated.must("rollback", "doubler")

    def unload(self):
        states = self.operated.states_of("doubler")
        ready = sorted(version for version, state in states.items() if state == "ready")
        for version in ready:
            self.operated.must("unload", "doubler", version)
        serving = next(version for version, state in states.items() if state == "serving")
        done = self.operated.run("unload", "doubler", serving)
        expect.equal(done.exit, FAILURE, "exit of unloading what serves")

    def bad_candidate(self):
        version = self.next_version()
        plugin, more = self.dice.choice((("crashes_in_create", {}), ("create_fails", {}), ("crashes_in_create", {"isolation": "process"}),
                                         ("good_c", {"cases": [{"name": "wrong", "request": {"value": 1}, "response": {"value": 5}}]})))
        self.publish("doubler", version, plugin=plugin, **more)
        done = self.operated.run("release", "doubler", version)
        expect.equal(done.exit, FAILURE, "exit of releasing %s %r" % (plugin, more))
        done = self.operated.run("publish", self.env.folder("nothing"))
        expect.equal(done.exit, FAILURE, "exit of publishing an empty folder")

    def kill_during_a_release(self):
        """The candidate's own process may be hit, or a worker."""
        version = self.next_version()
        self.publish("doubler", version)
        self.released.add(version)
        ended = []
        thread = threading.Thread(target=lambda: ended.append(self.operated.run("release", "doubler", version)))
        before = self.children()
        thread.start()
        while thread.is_alive():
            for child in sorted(self.children() - before):
                with contextlib.suppress(ProcessLookupError):
                    os.kill(child, signal.SIGKILL)
                before.add(child)
            thread.join(0.001)
        assert ended[0].exit in (SUCCESS, FAILURE), ended

    def hang_up(self):
        for _ in range(3):
            self.host.signal(signal.SIGHUP)

    def no_descriptors(self):
        """Who has a connection is served; who comes waits until there is room again, operators too."""
        open_now = len(os.listdir("/proc/%d/fd" % self.host.pid()))
        waiting, ended = [], []
        bundle = self.operated.bundle(self.next_version())
        operator = threading.Thread(target=lambda: ended.append(self.operated.run("publish", bundle)))
        with self.limited(resource.RLIMIT_NOFILE, open_now):
            for _ in range(40):  # more than the numbers that are free below the limit
                waiting.append(self.host.connect())
                waiting[-1].send(request_bytes("POST", "/models/neighbour/predict", {"value": 3}))
            operator.start()
            self.kill_a_worker()
            self.wait_for_answers(self.keeping)
        for connection in waiting:
            expect.answer(connection.read(), {"value": 6.0})
            connection.close()
        operator.join()
        assert ended and ended[0].exit in (SUCCESS, FAILURE), ended
        self.operated.must("publish", bundle)

    def no_disk(self):
        """Files cannot grow, as on a full disk (EFBIG instead of ENOSPC; a small file system to fill would need root). What cannot be kept is
        refused, and nothing half-done is left."""
        version = self.next_version()
        bundle = self.operated.bundle(version)
        with self.limited(resource.RLIMIT_FSIZE, self.dice.choice((0, 4096, 65536))):
            done = self.operated.run("publish", bundle)
            expect.equal(done.exit, FAILURE, "exit of publishing without disk: %s" % done.out)
            self.kill_a_worker()
            self.at_once(self.ask_for_trouble, [MANY, MANY, CRASH])
            self.wait_for_answers(self.keeping)
            done = self.operated.run("rollback", "doubler")
            assert done.exit in (SUCCESS, FAILURE), done
        self.operated.must("publish", bundle)
        self.released.add(version)
        self.operated.must("release", "doubler", version)

    def no_memory(self):
        """Nothing large fits any more; small requests go on, and each gets its answer."""
        with open("/proc/%d/status" % self.host.pid()) as status:
            size = int(re.search(r"^VmSize:\s+(\d+) kB", status.read(), re.MULTILINE).group(1)) * 1024
        if size > 1 << 40:
            return self.skipped.add("no_memory: a sanitizer takes all addresses there are")
        with self.limited(resource.RLIMIT_AS, size + self.dice.choice((0, 1 << 20, 8 << 20))):
            self.at_once(self.ask_large, ["neighbour", "unruly"] * 3)
            self.at_once(self.ask_for_trouble, [MANY, MANY, CRASH])
            self.kill_a_worker()
            self.wait_for_answers(self.keeping)

    def ask_large(self, model):
        request = Request(model, b'{"value": ' + b" " * (15 << 20) + b"4}", {503}, {"1.0.0"})
        with self.host.connect() as connection:
            with contextlib.suppress(BrokenPipeError, ConnectionResetError):  # refused before it was sent whole
                connection.send(request.bytes)
            response = connection.read()
            self.large.append(response.status)
            if response.status == 200:
                return expect.answer(response, {"value": 8.0})
            fault = request.fault_of(response)
            assert fault is None, "%s: %r" % (fault, response)

    ACTIONS = {"kill_a_worker": 20, "misbehave": 20, "misbehave_all_at_once": 6, "ask_too_much": 6, "drop_connections": 10, "release": 8,
               "release_and_take_back": 8, "unload": 6, "bad_candidate": 8, "kill_during_a_release": 6, "hang_up": 6, "no_descriptors": 8,
               "no_disk": 8, "no_memory": 8}

    def run(self):
        plan = [name for name, times in self.ACTIONS.items() for _ in range(times)]
        self.dice.shuffle(plan)
        for name in plan:
            self.done.append(name)
            began = time.monotonic()
            getattr(self, name)()
            self.wait_for_answers(self.keeping + self.coming)
            self.seconds[name] = self.seconds.get(name, 0) + time.monotonic() - began

    def end(self):
        for caller in self.keeping + self.coming:
            caller.stop()
        for caller in self.keeping + self.coming:
            caller.join(GUARD_SECONDS)
            assert not caller.is_alive(), "a caller waits for an answer"
        self.look()
        for caller in self.keeping + self.coming:
            expect.equal(caller.answered, caller.sent, "answers")
        expect.equal(self.host.request("GET", "/health/ready").status, 200, "readiness")
        for model in ("neighbour", "doubler"):
            expect.equal(self.host.request("POST", "/models/%s/predict" % model, {"value": 2}).json(), {"value": 4.0}, "answer of " + model)
        self.wait_until("unruly answers", lambda: self.host.request("POST", "/models/unruly/predict", {"value": 2}).status == 200)

        def only_workers():
            told = self.host.request("GET", "/models/unruly").json()["versions"][0]["workers"]
            return told["starting"] == 0 and len(self.children()) == told["running"]
        self.wait_until("there are no processes but workers", only_workers)
        for metric in ("slipway_http_body_bytes", 'slipway_predictions_running{model="unruly",version="1.0.0"}',
                       'slipway_queue_depth{model="unruly",version="1.0.0"}'):
            self.wait_until(metric + " is 0", lambda metric=metric: self.host.metric(metric) == 0)
        left = self.children()
        expect.equal(self.host.stop(), 0, "exit status")
        for child in left:
            assert not os.path.exists("/proc/%d" % child), "the process %d is left" % child
        self.verified = self.operated.must("store", "verify").out


def test_whatever_goes_wrong_each_request_gets_its_one_answer(env):
    seed = int(os.environ.get("SLIPWAY_CHAOS_SEED") or int.from_bytes(os.urandom(4), "little"))
    chaos = Chaos(env, random.Random(seed))
    try:
        with contextlib.ExitStack() as stack:
            chaos.start(stack)
            chaos.run()
            chaos.end()
    except BaseException:
        print("# SLIPWAY_CHAOS_SEED=%d; %s" % (seed, ", ".join(chaos.done)))
        tail = chaos.host.log_text().split("\n")[-40:] if hasattr(chaos, "host") else []
        for line in tail:
            print("#   " + line.encode("ascii", "backslashreplace").decode())
        sys.stdout.flush()
        raise
    if os.environ.get("SLIPWAY_CHAOS_TELL"):
        print("# %s" % ", ".join("%s %.1f s" % each for each in chaos.seconds.items()))
        print("# %s" % [(caller.answered, caller.statuses) for caller in chaos.keeping + chaos.coming])
        print("# %s" % chaos.verified.strip().split("\n")[-1])
        print("# large bodies without memory: %s" % collections.Counter(chaos.large))
    for reason in sorted(chaos.skipped):
        print("# skipped: " + reason, flush=True)
