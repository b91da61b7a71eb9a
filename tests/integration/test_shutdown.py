"""SIGTERM: what was accepted is answered, nothing is lost, the exit status is 0."""
import os
import signal
import threading
import time

from harness import expect
from harness.bundles import held_host, make_bundle
from harness.client import Closed, request_bytes

CONNECTIONS = 48
STOPPING = "stopping: answering what was accepted"
# An idle connection stays open for a second after the signal, for what is on its way. A client that was not slower than
# this must not have lost anything.
CERTAIN_GRACE = 0.5


def setup(env, stack):
    return env


def new_connections_are_refused(host):
    """Until the listening sockets are closed."""
    while True:
        try:
            connection = host.connect()
        except OSError:
            return
        connection.close()


def test_a_prediction_in_flight_is_answered_then_the_host_ends(env):
    with held_host(env) as (host, gate), host.connect() as slow:
        slow.send(request_bytes("POST", "/models/held/predict", {"value": 21}))
        gate.wait_for_arrival()
        host.signal()
        host.wait_for_line(STOPPING, signal="SIGTERM")
        new_connections_are_refused(host)
        assert host.is_up()
        gate.release()
        response = slow.read()
        expect.answer(response, {"value": 42.0})
        assert response.closes()
        slow.expect_closed()
        expect.equal(host.wait(), 0, "exit status")
        host.wait_for_line("stopped")


def test_what_waits_in_the_queue_is_answered_too(env):
    with held_host(env) as (host, gate):
        connections = [host.connect() for _ in range(5)]
        for number, connection in enumerate(connections):
            connection.send(request_bytes("POST", "/models/held/predict", {"value": number}))
        gate.wait_for_arrival()
        while host.metric('slipway_queue_depth{model="held",version="1.0.0"}') != 4:
            pass
        host.signal()
        new_connections_are_refused(host)
        gate.release(5)
        for number, connection in enumerate(connections):
            expect.answer(connection.read(), {"value": 2.0 * number})
            connection.expect_closed()
        expect.equal(host.wait(), 0, "exit status")


def test_a_pipeline_is_answered_to_its_end_and_readiness_says_503(env):
    with held_host(env, others=["good_c"]) as (host, gate), host.connect() as connection:
        connection.send(request_bytes("POST", "/models/held/predict", {"value": 1}) +
                        request_bytes("POST", "/models/good-c/predict", {"value": 2}) +
                        request_bytes("GET", "/health/live") + request_bytes("GET", "/health/ready"))
        gate.wait_for_arrival()
        host.signal()
        new_connections_are_refused(host)
        gate.release()
        expect.answer(connection.read(), {"value": 2.0})
        expect.answer(connection.read(), {"value": 4.0})
        expect.equal(connection.read().json(), {"status": "live"}, "liveness")
        response = connection.read()
        expect.problem(response, 503, "not ready", closes=True)
        assert int(response.header("Retry-After")) >= 1
        connection.expect_closed()
        expect.equal(host.wait(), 0, "exit status")


def test_a_request_that_has_begun_to_arrive_is_answered(env):
    models = env.folder("models")
    make_bundle(models / "good", env.plugin("good_c"), "good", limits={"timeout": "10m"})
    data = request_bytes("POST", "/models/good/predict", {"value": 3})
    patient = "limits: {header_timeout: 10m, body_timeout: 10m, body_rate_window: 10m}\n"
    with env.host(models, patient) as host, host.connect() as in_head, host.connect() as in_body:
        in_head.send(data[:20])
        in_body.send(data[:-3])
        # Both must have been read before the signal: what is asked on them is not seen from here, so others are asked first.
        for _ in range(20):
            host.request("GET", "/health/live")
        host.signal()
        host.wait_for_line(STOPPING)
        for connection, rest in ((in_head, data[20:]), (in_body, data[-3:])):
            connection.send(rest)
            response = connection.read()
            expect.answer(response, {"value": 6.0})
            assert response.closes()
            connection.expect_closed()
        expect.equal(host.wait(), 0, "exit status")


def test_idle_connections_do_not_keep_the_host(env):
    with env.host() as host:
        idle = [host.connect() for _ in range(10)]
        for connection in idle[:5]:
            connection.request("POST", "/models/sum/predict", [1])
        host.signal()
        for connection in idle:
            connection.expect_closed()
        expect.equal(host.wait(), 0, "exit status")


def test_sigint_ends_the_host_likewise(env):
    with env.host() as host, host.connect() as connection:
        connection.request("POST", "/models/sum/predict", [1])
        host.signal(signal.SIGINT)
        host.wait_for_line(STOPPING, signal="SIGINT")
        expect.equal(host.wait(), 0, "exit status")


def test_a_model_that_never_ends_is_left_when_the_drain_time_is_over(env):
    with held_host(env, config="limits: {drain: 200ms}") as (host, gate), host.connect() as slow:
        slow.send(request_bytes("POST", "/models/held/predict", {"value": 1}))
        gate.wait_for_arrival()
        host.signal()
        slow.expect_closed()
        expect.equal(host.wait(), 1, "exit status")
        host.wait_for_line("a prediction does not end")
        host.exit_wanted = 1


def test_a_second_signal_means_now(env):
    with held_host(env, config="limits: {drain: 10m}") as (host, gate), host.connect() as slow:
        slow.send(request_bytes("POST", "/models/held/predict", {"value": 1}))
        gate.wait_for_arrival()
        host.signal()
        host.wait_for_line(STOPPING)
        new_connections_are_refused(host)
        host.signal()
        slow.expect_closed()
        expect.equal(host.wait(), 1, "exit status")
        host.exit_wanted = 1


def test_a_candidate_that_is_being_tried_holds_up_neither_readiness_nor_the_port(env):
    models = env.folder("models")
    make_bundle(models / "good", env.plugin("good_c"), "good")
    data = request_bytes("GET", "/health/ready")
    with env.host(models, "limits: {header_timeout: 10m}\n") as host, host.connect() as kept:
        expect.equal(kept.request("GET", "/health/ready").status, 200, "readiness")
        kept.send(data[:20])  # it waits longer than an idle connection
        make_bundle(models / "stuck", env.plugin("hangs_in_create"), "stuck")
        candidate = host.first_child()
        host.signal()
        host.wait_for_line(STOPPING)
        new_connections_are_refused(host)
        kept.send(data[20:])
        expect.problem(kept.read(), 503, "not ready", closes=True)
        os.kill(candidate, signal.SIGKILL)  # nobody waits for its time to be over
        expect.equal(host.wait(), 0, "exit status")


# ---- under load

class Caller(threading.Thread):
    """Asks, reads the answer and asks again, until the host ends the connection."""

    def __init__(self, host, number, pipelined, signalled):
        super().__init__(daemon=True)
        self.connection = host.connect()
        self.number = number
        self.pipelined = pipelined
        self.signalled = signalled  # an Event; `time` is when
        self.answered = 0
        self.wrong = []
        self.lost = []

    def requests(self):
        batch = []
        for i in range(self.pipelined):
            value = self.number * 1000 + i
            if (self.number + i) % 3 == 0:
                batch.append((request_bytes("POST", "/models/good-c/predict", {"value": value}), 200, {"value": 2.0 * value}))
            elif (self.number + i) % 3 == 1:
                batch.append((request_bytes("POST", "/models/slow/predict", {"value": value}), 200, {"value": 2.0 * value}))
            else:
                batch.append((request_bytes("POST", "/models/good-c/predict", {"value": "x"}), 422, None))
        return batch

    def run(self):
        try:
            while self.round():
                pass
        except Exception as error:  # reported by the test
            self.wrong.append(repr(error))
        self.connection.close()

    def round(self):
        batch = self.requests()
        try:
            self.connection.send(b"".join(data for data, _, _ in batch))
        except OSError as error:
            return self.ended(len(batch), before=False, how=error)
        sent_before = not self.signalled.is_set()
        for i, (_, status, body) in enumerate(batch):
            try:
                response = self.connection.read()
            except Closed as closed:
                return self.ended(len(batch) - i, sent_before or closed.got != b"", closed)
            self.answered += 1
            if response.status != status or (body is not None and response.json() != body):
                self.wrong.append(repr(response))
            if response.closes():
                if sent_before and i + 1 < len(batch):
                    self.lost.append("closed with %d of %d unanswered" % (len(batch) - i - 1, len(batch)))
                return False
        return True

    def ended(self, unanswered, before, how):
        since = time.monotonic() - getattr(self.signalled, "time", time.monotonic())
        if before or since < CERTAIN_GRACE:
            self.lost.append("%d unanswered %.3f s after the signal: %r" % (unanswered, since, how))
        return False


def load_and_stop(env, pipelined):
    models = env.folder("models")
    make_bundle(models / "good-c", env.plugin("good_c"), "good-c")
    make_bundle(models / "slow", env.plugin("slow"), "slow", parameters={"sleep_ms": 3}, execution="pool",
                limits={"concurrency": 64, "queue": 10000, "timeout": "10m"})
    signalled = threading.Event()
    with env.host(models) as host:
        callers = [Caller(host, number, pipelined, signalled) for number in range(CONNECTIONS)]
        for caller in callers:
            caller.start()
        while sum(caller.answered for caller in callers) < 20 * CONNECTIONS or min(caller.answered for caller in callers) == 0:
            time.sleep(0)  # gives way to the callers
        signalled.time = time.monotonic()
        signalled.set()  # before the signal: nothing that was sent before it is taken for later
        host.signal()
        for caller in callers:
            caller.join()
        expect.equal([wrong for caller in callers for wrong in caller.wrong], [], "wrong answers")
        expect.equal([lost for caller in callers for lost in caller.lost], [], "lost requests")
        expect.equal(host.wait(), 0, "exit status")


def test_under_load_nothing_is_lost(env):
    load_and_stop(env, pipelined=1)


def test_under_pipelined_load_nothing_is_lost(env):
    load_and_stop(env, pipelined=8)


def test_connections_made_before_the_signal_are_served(env):
    """Accepted or still waiting to be: what was connected and sent before the signal is answered."""
    data = request_bytes("POST", "/models/sum/predict", [1, 2])
    config = "overrides: {sum: {limits: {queue: 200}}}\n"  # room for all, where a busy machine sends them to the pool
    for _ in range(5):
        with env.host(config=config, flags=["--threads", "2"]) as host:
            connections = [host.connect() for _ in range(200)]
            for connection in connections:
                connection.send(data)
            host.signal()
            for connection in connections:
                expect.answer(connection.read(), {"sum": 3.0})
                connection.close()
            expect.equal(host.wait(), 0, "exit status")
