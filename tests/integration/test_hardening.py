"""Clients that mean harm, or behave as if: too many, too slow, too much, and bytes that can be read in two ways."""
import contextlib
import os
import re
import resource
import select
import socket
import stat

from harness import expect
from harness.bundles import held_host
from harness.client import Connection, request_bytes
from harness.environment import GUARD_SECONDS, Skip
from harness.operated import Operated

PREDICT = "/models/sum/predict"
GRAIN = 64 * 1024  # in which the memory of bodies is counted


def setup(env, stack):
    return env


class From(Connection):
    """A connection from another address of this machine's."""

    def __init__(self, host, address):
        self.socket = socket.create_connection(("127.0.0.1", host.port), GUARD_SECONDS, (address, 0))
        self._buffer = b""


def begun(host, connection, length=100):
    """Sends a request but for its body's end, and waits until the host has it."""
    before = host.metric("slipway_http_body_bytes")
    connection.send(request_bytes("POST", PREDICT, b"[" + b" " * (length - 1))[:-1])
    while host.metric("slipway_http_body_bytes") <= before:
        pass


# ---- connections

def test_an_address_with_too_many_connections_is_told_so_and_does_not_lock_others_out(env):
    with env.host(config="limits: {connections: 8, connections_per_address: 3, header_timeout: 10m}\n", flags=["--threads", "1"]) as host:
        slow = [From(host, "127.0.0.2") for _ in range(3)]
        for connection in slow:
            connection.send(b"GET /models HTTP/1.1\r\nHost: t")
        expect.equal(slow[0].socket.getsockname()[0], "127.0.0.2", "address")
        for _ in range(20):
            with From(host, "127.0.0.2") as more:
                response = more.read()
                expect.problem(response, 429, "address", closes=True)
                expect.equal(response.header("Retry-After"), "1", "Retry-After")
                more.expect_closed()
            expect.answer(host.request("POST", PREDICT, [1]), {"sum": 1.0})
        expect.equal(host.metric("slipway_http_connections_refused_total"), 20.0, "connections refused")
        slow[0].close()
        while host.metric("slipway_http_connections_open") != 3:  # this one, and two
            pass
        with From(host, "127.0.0.2") as again:
            expect.answer(again.request("POST", PREDICT, [2]), {"sum": 2.0})
        for connection in slow:
            connection.close()


def test_without_being_told_half_of_the_connections_are_for_others(env):
    with env.host(config="limits: {connections: 40, header_timeout: 10m}\n", flags=["--threads", "1"]) as host:
        slow = [From(host, "127.0.0.2") for _ in range(20)]
        for connection in slow:
            connection.send(b"GET /models HTTP/1.1\r\nHost: t")
        with From(host, "127.0.0.2") as more:
            expect.problem(more.read(), 429, "address", closes=True)
        expect.answer(host.request("POST", PREDICT, [1]), {"sum": 1.0})
        for connection in slow:
            connection.close()


def test_an_idle_connection_makes_room_for_a_new_one(env):
    with env.host(config="limits: {connections: 3, body_rate_window: 10m, body_timeout: 10m}\n", flags=["--threads", "1"]) as host:
        with host.connect() as busy, host.connect() as idle:
            busy.send(request_bytes("POST", PREDICT, b"[]")[:-1])
            expect.equal(idle.request("GET", "/health/live").status, 200, "status")
            with host.connect() as third, host.connect() as fourth:
                begin = request_bytes("POST", PREDICT, b"[3]")
                third.send(begin[:-1])
                expect.answer(fourth.request("POST", PREDICT, [4]), {"sum": 4.0})
                idle.expect_closed()
                third.send(begin[-1:])
                expect.answer(third.read(), {"sum": 3.0})
                busy.send(b"]")
                expect.equal(busy.read().status, 422, "status of an empty sum")
                expect.equal(fourth.request("GET", "/health/live").status, 200, "status")


def test_connections_that_say_nothing_do_not_lock_anybody_out(env):
    with env.host(config="limits: {connections: 10, connections_per_address: 10}\n", flags=["--threads", "1"]) as host:
        silent = [host.connect() for _ in range(50)]
        for _ in range(5):
            expect.answer(host.request("POST", PREDICT, [1]), {"sum": 1.0})
        for connection in silent:
            connection.close()


# ---- slow and large bodies

def test_a_body_that_trickles_is_cut_off(env):
    with env.host(config="limits: {body_timeout: 10m, body_rate: 1GiB, body_rate_window: 200ms}\n") as host:
        with host.connect() as connection:
            connection.send(request_bytes("POST", PREDICT, b"[1, 2]")[:-1])
            expect.problem(connection.read(), 408, "slowly", closes=True)
            connection.expect_closed()
        expect.answer(host.request("POST", PREDICT, [1, 2]), {"sum": 3.0})


def test_all_bodies_together_have_so_much_memory(env):
    # inline: on a slow machine the host may send the model to the pool, where small bodies wait, and so count
    config = "limits: {body: 1MiB, bodies: 1MiB, body_rate_window: 10m, body_timeout: 10m}\noverrides: {sum: {execution: inline}}\n"
    with env.host(config=config) as host, host.connect() as large:
        begun(host, large, 1024 * 1024)
        while host.metric("slipway_http_body_bytes") < 1024 * 1024:
            pass
        with host.connect() as other:
            other.send(request_bytes("POST", PREDICT, b" " * (2 * GRAIN)))
            response = other.read()
            expect.problem(response, 503, "memory", closes=True)
            expect.equal(response.header("Retry-After"), "1", "Retry-After")
        expect.answer(host.request("POST", PREDICT, [1]), {"sum": 1.0})  # small ones need none of it
        large.send(b"]")
        expect.equal(large.read().status, 422, "status of the large one")
        while host.metric("slipway_http_body_bytes") != 0:
            pass
        expect.equal(host.metric("slipway_http_bodies_refused_total"), 1.0, "bodies refused")
        expect.answer(host.request("POST", PREDICT, b"[1" + b" " * (2 * GRAIN) + b"]"), {"sum": 1.0})


def test_requests_that_wait_for_a_model_count_and_give_back(env):
    with held_host(env, "limits: {body: 128KiB, bodies: 256KiB}\n") as (host, gate):
        body = b'{"value": 1' + b" " * 100_000 + b"}"
        with host.connect() as one, host.connect() as two, host.connect() as three:
            one.send(request_bytes("POST", "/models/held/predict", body))
            gate.wait_for_arrival()
            two.send(request_bytes("POST", "/models/held/predict", body))
            while host.metric("slipway_http_body_bytes") != 4 * GRAIN:
                pass
            expect.problem(three.request("POST", "/models/held/predict", {"value": 1}), 503, "memory")
            gate.release(2)
            expect.equal([one.read().status, two.read().status], [200, 200], "statuses")
        while host.metric("slipway_http_body_bytes") != 0:
            pass


def test_a_configuration_with_less_memory_for_all_than_for_one_is_refused(env):
    file = env.folder("config") / "slipway.yaml"
    for limits in ("  body: 2MiB\n  bodies: 1MiB\n", "  body: 1KiB\n  bodies: 63KiB\n",
                   "  body: 100KiB\n  bodies: 127KiB\n"):
        file.write_text("limits:\n" + limits)
        done = env.run("serve", "--models", env.models, "--listen", "127.0.0.1:0", "--config", file)
        expect.equal(done.exit, 2, "exit")
        expect.contains(done.err, "slipway.yaml:3:", "limits.body", "64 KiB")


def test_small_bodies_wait_for_a_model_however_small_the_largest_may_be(env):
    with env.host(config="limits: {body: '100'}\noverrides: {sum: {execution: pool}}\n") as host:
        expect.answer(host.request("POST", PREDICT, [1, 2]), {"sum": 3.0})


def test_a_body_that_the_system_has_no_memory_for_is_a_503(env):
    with env.host(config="limits: {body: 256MiB, bodies: 1GiB}\n", flags=["--threads", "1"]) as host:
        with open("/proc/%d/status" % host.pid()) as status:
            size = int(re.search(r"^VmSize:\s+(\d+) kB", status.read(), re.MULTILINE).group(1)) * 1024
        if size > 1 << 40:
            raise Skip("a sanitizer takes all addresses there are")
        before = resource.prlimit(host.pid(), resource.RLIMIT_AS)
        resource.prlimit(host.pid(), resource.RLIMIT_AS, (size, before[1]))
        with host.connect() as connection:
            with contextlib.suppress(ConnectionResetError, BrokenPipeError):  # its end has been refused
                connection.send(request_bytes("POST", PREDICT, b"[1" + b" " * (200 << 20) + b"]"))
            response = connection.read()
            expect.problem(response, 503, "memory", closes=True)
            expect.equal(response.header("Retry-After"), "1", "Retry-After")
        expect.answer(host.request("POST", PREDICT, [1]), {"sum": 1.0})
        resource.prlimit(host.pid(), resource.RLIMIT_AS, before)
        expect.answer(host.request("POST", PREDICT, b"[1" + b" " * (40 << 20) + b"]"), {"sum": 1.0})


# ---- floods

def test_who_pipelines_and_reads_nothing_is_held_not_served_on(env):
    with env.host(config="limits: {write_timeout: 300ms}\n") as host, host.connect() as flood:
        flood.socket.setblocking(False)
        sent = 0
        data = request_bytes("GET", "/docs") * 1000
        while select.select([], [flood.socket], [], 0.2)[1]:
            try:
                sent += flood.socket.send(data)
            except (BlockingIOError, ConnectionResetError, BrokenPipeError):
                break
        expect.answer(host.request("POST", PREDICT, [1]), {"sum": 1.0})
        while host.metric("slipway_http_timeouts_total") < 1:
            pass
        while host.metric("slipway_http_connections_open") > 2:
            pass
        assert host.metric("slipway_http_requests_total") < sent / 30, "every request was made an answer for"


def test_extensions_of_chunks_are_bounded(env):
    with env.host() as host, host.connect() as connection:
        head = ("POST %s HTTP/1.1\r\nHost: t\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n" % PREDICT).encode()
        connection.send(head + b"".join(b"1;a=" + b"b" * 200 + b"\r\n \r\n" for _ in range(100)))
        expect.problem(connection.read(), 431, "extensions", closes=True)


# ---- bytes that can be read in two ways, and text that is none

SMUGGLED = b"GET /metrics HTTP/1.1\r\nHost: t\r\n\r\n"


def test_no_request_is_smuggled_behind_another(env):
    head = b"POST /models/sum/predict HTTP/1.1\r\nHost: t\r\nContent-Type: application/json\r\n"
    with env.host() as host:
        for fields, body in (
                (b"Content-Length: 3\r\nContent-Length: 40\r\n", b"[1]"),
                (b"Content-Length: 3\r\nContent-Length: 3\r\n", b"[1]"),
                (b"Content-Length: 3, 3\r\n", b"[1]"),
                (b"Content-Length: 3\r\nTransfer-Encoding: chunked\r\n", b"3\r\n[1]\r\n0\r\n\r\n"),
                (b"Transfer-Encoding: chunked\r\nContent-Length: 3\r\n", b"3\r\n[1]\r\n0\r\n\r\n"),
                (b"Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n", b"0\r\n\r\n"),
                (b"Transfer-Encoding: identity, chunked\r\n", b"0\r\n\r\n"),
                (b"Transfer-Encoding: xchunked\r\n", b"0\r\n\r\n"),
                (b"Transfer-Encoding:\x0bchunked\r\n", b"0\r\n\r\n"),
                (b"Transfer-Encoding : chunked\r\n", b"0\r\n\r\n"),
                (b"Transfer-Encoding\r\n : chunked\r\n", b"0\r\n\r\n"),
                (b"X: y\r\n Transfer-Encoding: chunked\r\n", b"0\r\n\r\n"),
                (b"X: y\nTransfer-Encoding: chunked\r\n", b"0\r\n\r\n"),
                (b"X: y\rTransfer-Encoding: chunked\r\n", b"0\r\n\r\n"),
                (b"Content-Length: +3\r\n", b"[1]"),
                (b"Content-Length: 3\x00\r\n", b"[1]"),
                (b"Content-Length: 0x3\r\n", b"[1]"),
                (b"Content-Length : 3\r\n", b"[1]"),
                (b"Transfer-Encoding: chunked\r\n", b"3\n[1]\n0\n\n"),
                (b"Transfer-Encoding: chunked\r\n", b"3\r\n[1]0\r\n\r\n"),
                (b"Transfer-Encoding: chunked\r\n", b"0x3\r\n[1]\r\n0\r\n\r\n"),
                (b"Transfer-Encoding: chunked\r\n", b"+3\r\n[1]\r\n0\r\n\r\n"),
                (b"Transfer-Encoding: chunked\r\n", b"3 \r\n[1]\r\n0\r\n\r\n")):
            with host.connect() as connection:
                connection.send(head + fields + b"\r\n" + body + SMUGGLED)
                response = connection.read()
                assert response.status in (400, 501), "%r: %r" % (fields, response)
                assert response.closes(), "%r: the connection goes on" % fields
                connection.expect_closed()  # and nothing behind it was answered


def test_invalid_utf_8_is_refused_or_harmless_wherever_it_stands(env):
    bad = (b"\xff", b"\xc3(", b"\xc0\xaf", b"\xed\xa0\x80", b"\xf4\x90\x80\x80", b"\xe2\x82")
    with env.host(flags=["--log-requests", "all"]) as host:
        for text in bad:
            for target in (b"/models/" + text, b"/models?q=" + text, b"/models/" + b"".join(b"%%%02x" % byte for byte in text)):
                with host.connect() as connection:
                    connection.send(b"GET " + target + b" HTTP/1.1\r\nHost: t\r\n\r\n")
                    expect.problem(connection.read(), 400, closes=True)
            for name in (b"Content-Type", b"X-Request-Timeout-Ms", b"X-Request-Id", b"Accept", b"X-Anything"):
                with host.connect() as connection:
                    connection.send(b"POST /models/sum/predict HTTP/1.1\r\nHost: t\r\n" + name + b": " + text + b"\r\nContent-Length: 3\r\n\r\n[1]")
                    response = connection.read()  # reading its JSON would fail if the bytes came back
                    wanted = {b"Content-Type": 415, b"X-Request-Timeout-Ms": 400}.get(name, 200)
                    expect.equal(response.status, wanted, "status with %r in %r" % (text, name))
                    response.json()
            with host.connect() as connection:
                connection.send(b"GET /models HTTP/1.1\r\nHost: t\r\nX" + text + b": y\r\n\r\n")
                expect.problem(connection.read(), 400, closes=True)
            expect.problem(host.request("POST", PREDICT, b'["' + text + b'"]'), 400, "UTF-8", errors=[("/0", "json")])
        expect.equal([line for line in host.lines if line["level"] == "not JSON"], [], "log lines that are not JSON")


def test_paths_mean_one_thing(env):
    with env.host() as host:
        for path, status in (("//models", 404), ("/models//sum", 404), ("//evil/models", 404), ("/models/sum/", 404), ("/models/sum;v=1", 404),
                             ("/models/..", 400), ("/models/../metrics", 400), ("/./models", 400), ("/models/.", 400), ("/%2e%2e/metrics", 400),
                             ("/models/%2e", 400), ("/models%2fsum", 400), ("/models%2Fsum", 400), ("/models%5csum", 400), ("/models\\sum", 400),
                             ("/models/sum%00", 400), ("/models/sum%0d%0aX:y", 400), ("/models/sum%7f", 400), ("/models/%c0%ae%c0%ae", 400),
                             ("/models/sum%", 400), ("/models/sum%2", 400), ("/models/sum%zz", 400), ("/models/sum#x", 400), ("models", 400),
                             ("http://", 404), ("http://t/models", 200), ("/models/s%75m", 200), ("/models/%252e%252e", 404)):
            expect.equal(host.request("GET", path).status, status, "status of GET %s" % path)


def test_head_is_there_wherever_get_is(env):
    with env.host() as host, host.connect() as connection:
        for path in ("/models", "/models/sum", "/models/sum/versions/1.0.0", "/models/sum/schema/request", "/models/sum/schema/response",
                     "/models/sum/openapi.json", "/models/sum/versions/1.0.0/openapi.json", "/openapi.json", "/docs", "/health/live",
                     "/health/ready", "/metrics"):
            got, head = connection.request("GET", path), connection.request("HEAD", path)
            expect.equal((got.status, head.status), (200, 200), "statuses of GET and HEAD %s" % path)
            expect.equal(head.header("Content-Type"), got.header("Content-Type"), "Content-Type of HEAD %s" % path)
        connection.send(b"HEAD /models/.. HTTP/1.1\r\nHost: t\r\n\r\n")
        expect.equal(connection.read(head=True).status, 400, "status")
        connection.expect_closed()


# ---- the other plane

def test_operators_routes_are_not_on_the_data_port(env):
    operated = Operated(env)
    with operated.host() as host:
        operated.publish("1.0.0")
        operated.release("1.0.0")
        socket_file = os.stat(operated.store / "control.sock")
        expect.equal((stat.S_ISSOCK(socket_file.st_mode), stat.S_IMODE(socket_file.st_mode)), (True, 0o600), "kind and mode of the socket")
        for method, path in (("GET", "/status"), ("GET", "/history"), ("GET", "/versions"), ("GET", "/operations/1"), ("POST", "/publish"),
                             ("POST", "/release"), ("POST", "/rollback"), ("POST", "/unload"), ("POST", "/canary"), ("POST", "/shadow"),
                             ("POST", "/withdraw"), ("POST", "/deprecate"), ("POST", "/models/doubler/release"), ("POST", "/models/doubler/rollback")):
            body = {"model": "doubler", "version": "1.0.0"} if method == "POST" else None
            expect.problem(host.request(method, path, body), 404)
        for method in ("POST", "PUT", "DELETE", "PATCH"):  # nothing there changes anything
            expect.equal(host.request(method, "/models/doubler", {}).status, 405, "status of %s" % method)
        expect.equal(operated.states(), {"1.0.0": "serving"}, "states")
