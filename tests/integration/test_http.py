"""Connections: keep-alive, pipelining, chunks, Expect, HEAD, request IDs."""
import random
import re
import select

from harness import expect
from harness.client import request_bytes

PREDICT = "/models/sum/predict"


def setup(env, stack):
    # inline, on a slow machine too: who ends sending while a request waits for the pool is taken to have gone
    return stack.enter_context(env.host(config="limits: {body: 1MiB}\noverrides: {sum: {execution: inline}}\n"))


def chunked(*pieces, end=b"0\r\n\r\n", head=()):
    lines = ["POST %s HTTP/1.1" % PREDICT, "Host: test", "Content-Type: application/json", "Transfer-Encoding: chunked", *head]
    body = b"".join(b"%x\r\n%s\r\n" % (len(piece), piece) for piece in pieces)
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body + end


# ---- keep-alive

def test_a_connection_answers_many_requests(host):
    with host.connect() as connection:
        for number in range(200):
            expect.answer(connection.request("POST", PREDICT, [number, 1]), {"sum": float(number + 1)})


def test_a_connection_survives_the_refusals_that_are_not_about_http(host):
    with host.connect() as connection:
        for _ in range(3):
            for method, path, body, status in (("POST", PREDICT, b"[1,", 400), ("POST", PREDICT, [], 422),
                                               ("POST", "/models/x/predict", [1], 404),
                                               ("DELETE", PREDICT, None, 405), ("GET", "/nothing", None, 404)):
                response = connection.request(method, path, body)
                expect.equal((response.status, response.closes()), (status, False), "status and closing of %s %s" % (method, path))
            expect.equal(connection.request("POST", PREDICT, [1], content_type="text/plain").status, 415, "status")
            expect.answer(connection.request("POST", PREDICT, [2]), {"sum": 2.0})


def test_connection_close_is_honoured(host):
    with host.connect() as connection:
        response = connection.request("POST", PREDICT, [1], headers={"Connection": "close"})
        expect.answer(response, {"sum": 1.0})
        assert response.closes()
        connection.expect_closed()


def test_http_1_0_closes_unless_asked_not_to(host):
    with host.connect() as connection:
        expect.answer(connection.request("POST", PREDICT, [1], version="1.0"), {"sum": 1.0})
        connection.expect_closed()
    with host.connect() as connection:
        response = connection.request("POST", PREDICT, [1], {"Connection": "keep-alive"}, version="1.0")
        expect.equal(response.header("Connection").lower(), "keep-alive", "Connection")
        expect.answer(connection.request("POST", PREDICT, [2], {"Connection": "keep-alive"}, version="1.0"), {"sum": 2.0})


def test_who_ends_sending_still_gets_the_answer(host):
    with host.connect() as connection:
        connection.send(request_bytes("POST", PREDICT, [1, 2]))
        connection.end_sending()
        expect.answer(connection.read(), {"sum": 3.0})
        connection.expect_closed()


# ---- pipelining

def many_requests(count, seed):
    """Requests of many kinds and sizes with what each must be answered: (bytes, status, JSON or None)."""
    dice = random.Random(seed)
    requests = []
    for number in range(count):
        kind = dice.randrange(5)
        if kind == 0:
            requests.append((request_bytes("POST", PREDICT, [number, 0.5]), 200, {"sum": number + 0.5}))
        elif kind == 1:
            numbers = [dice.randrange(1000) for _ in range(dice.randrange(1, 3000))]
            requests.append((request_bytes("POST", PREDICT, numbers), 200, {"sum": float(sum(numbers))}))
        elif kind == 2:
            requests.append((chunked(b"[%d" % number, b", ", b"1]"), 200, {"sum": number + 1.0}))
        elif kind == 3:
            requests.append((request_bytes("POST", PREDICT, [number, "x"]), 422, None))
        else:
            requests.append((request_bytes("GET", "/nothing/%d" % number), 404, None))
    return requests


def check_in_order(connection, requests):
    for number, (_, status, body) in enumerate(requests):
        response = connection.read()
        expect.equal(response.status, status, "status of answer %d" % number)
        if body is not None:
            expect.equal(response.json(), body, "answer %d" % number)


def test_a_hundred_pipelined_requests_in_one_write_are_answered_in_order(host):
    requests = many_requests(100, seed=1)
    with host.connect() as connection:
        connection.send(b"".join(data for data, _, _ in requests))
        check_in_order(connection, requests)


def test_a_hundred_pipelined_requests_in_odd_segments_are_answered_in_order(host):
    for seed in (2, 3):
        requests = many_requests(100, seed)
        data = b"".join(data for data, _, _ in requests)
        dice = random.Random(seed)
        with host.connect() as connection:
            while data:
                size = dice.choice((1, 2, 3, 7, 40, 333, 1460, 10_000))
                connection.send(data[:size])
                data = data[size:]
            check_in_order(connection, requests)


def test_a_request_byte_by_byte(host):
    with host.connect() as connection:
        for byte in request_bytes("POST", PREDICT, [1, 2, 3]):
            connection.send(bytes([byte]))
        expect.answer(connection.read(), {"sum": 6.0})


def test_requests_behind_one_that_breaks_http_are_not_answered(host):
    with host.connect() as connection:
        connection.send(request_bytes("POST", PREDICT, [1]) + b"BROKEN\r\n\r\n" + request_bytes("POST", PREDICT, [2]))
        expect.answer(connection.read(), {"sum": 1.0})
        expect.problem(connection.read(), 400, closes=True)
        connection.expect_closed()


def test_an_empty_line_before_a_request_is_passed_over(host):
    with host.connect() as connection:
        connection.send(b"\r\n" + request_bytes("POST", PREDICT, [1]) + b"\r\n" + request_bytes("POST", PREDICT, [2]))
        expect.answer(connection.read(), {"sum": 1.0})
        expect.answer(connection.read(), {"sum": 2.0})


# ---- bodies

def test_expect_100_continue_is_answered_before_the_body_is_sent(host):
    whole = request_bytes("POST", PREDICT, [1, 2], {"Expect": "100-continue"})
    head, body = whole[:-6], whole[-6:]
    with host.connect() as connection:
        for _ in range(2):
            connection.send(head)
            expect.equal(connection.read(interim=True).status, 100, "interim status")
            connection.send(body)
            expect.answer(connection.read(), {"sum": 3.0})
        connection.send(head.replace(b"Content-Length: 6", b"Content-Length: 1048577"))
        expect.problem(connection.read(), 413, closes=True)  # and no 100 before it


def test_expect_100_continue_for_chunks(host):
    whole = chunked(b"[1,", b"2]", head=["Expect: 100-continue"])
    head = whole[:whole.index(b"\r\n\r\n") + 4]
    with host.connect() as connection:
        connection.send(head)
        expect.equal(connection.read(interim=True).status, 100, "interim status")
        connection.send(whole[len(head):])
        expect.answer(connection.read(), {"sum": 3.0})


def test_a_chunked_body_in_every_cut(host):
    with host.connect() as connection:
        body = b"[10, 200, 3000]"
        for size in range(1, len(body) + 1):
            pieces = [body[i:i + size] for i in range(0, len(body), size)]
            connection.send(chunked(*pieces))
            expect.answer(connection.read(), {"sum": 3210.0})
        whole = chunked(body)
        for cut in range(1, len(whole)):
            connection.send(whole[:cut])
            connection.send(whole[cut:])
            expect.answer(connection.read(), {"sum": 3210.0})


def test_chunks_with_extensions_and_trailers(host):
    with host.connect() as connection:
        head = chunked(end=b"")
        connection.send(head + b"3;a=b;c=\"d\"\r\n[1,\r\n0002\r\n2]\r\n0\r\nX-Check: 5\r\n\r\n")
        expect.answer(connection.read(), {"sum": 3.0})
        expect.answer(connection.request("POST", PREDICT, [4]), {"sum": 4.0})


# ---- HEAD and headers

def test_head_is_get_without_the_body(host):
    with host.connect() as connection:
        for path in ("/models", "/models/sum", "/models/sum/schema/request", "/health/live", "/health/ready", "/nothing"):
            by_get, by_head = connection.request("GET", path), connection.request("HEAD", path)
            for name in ("Content-Type", "X-Model-Version"):
                expect.equal(by_head.header(name), by_get.header(name), "%s of HEAD %s" % (name, path))
            expect.equal(by_head.status, by_get.status, "status of HEAD %s" % path)
            if by_get.status == 200:  # a problem has the request's ID in it, which could be of any length
                expect.equal(by_head.header("Content-Length"), str(len(by_get.body)), "Content-Length of HEAD %s" % path)
        assert int(connection.request("HEAD", "/metrics").header("Content-Length")) > 1000
        expect.equal(connection.request("HEAD", PREDICT).status, 405, "status of HEAD on a route for POST")
        expect.answer(connection.request("POST", PREDICT, [1]), {"sum": 1.0})


def test_the_callers_request_id_comes_back(host):
    with host.connect() as connection:
        for request_id in ("a", "trace-1234.5_6/7", "x" * 128, "!#$%&'*+-.^_`|~\"\\"):
            for path, body in ((PREDICT, [1]), (PREDICT, ["x"]), ("/models/nobody/predict", [1])):
                response = connection.request("POST", path, body, {"X-Request-Id": request_id})
                expect.equal(response.header("X-Request-Id"), request_id, "X-Request-Id")
                if response.status != 200:
                    expect.equal(response.json()["request_id"], request_id, "request_id")


def test_a_request_without_a_fit_id_gets_its_own(host):
    seen = set()
    with host.connect() as connection:
        for headers in ({}, {}, {"X-Request-Id": ""}, {"X-Request-Id": "x" * 129}, {"X-Request-Id": "two words"},
                        {"X-Request-Id": "caf\xe9"}):
            made = connection.request("POST", PREDICT, [1], headers).header("X-Request-Id")
            assert re.fullmatch(r"[!-~]{8,128}", made), made
            seen.add(made)
    expect.equal(len(seen), 6, "different IDs")


def test_header_names_in_any_case(host):
    with host.connect() as connection:
        connection.send(b"POST /models/sum/predict HTTP/1.1\r\nhOST: x\r\ncONTENT-lENGTH:3\r\n"
                        b"content-TYPE:application/JSON\r\nx-REQUEST-id: abc\r\n\r\n[1]")
        response = connection.read()
        expect.answer(response, {"sum": 1.0})
        expect.equal(response.header("X-Request-Id"), "abc", "X-Request-Id")


def test_targets_in_their_other_forms(host):
    with host.connect() as connection:
        for target in ("/models/sum?x=1&y=%20", "http://test/models/sum", "/models/s%75m", "/%6dodels/sum"):
            expect.equal(connection.request("GET", target).status, 200, "status of GET %s" % target)


def test_a_connection_that_says_nothing_disturbs_nobody(host):
    with host.connect() as silent:
        for number in range(20):
            expect.answer(host.request("POST", PREDICT, [number]), {"sum": float(number)})
        assert not select.select([silent.socket], [], [], 0)[0], "the silent connection was told something"


def test_a_client_that_goes_before_its_answer_disturbs_nobody(host):
    for number in range(50):
        with host.connect() as connection:
            connection.send(request_bytes("POST", PREDICT, list(range(1000))) * (number % 5 + 1))
    expect.answer(host.request("POST", PREDICT, [1]), {"sum": 1.0})
