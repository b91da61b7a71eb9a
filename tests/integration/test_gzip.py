"""Request bodies in gzip: taken as if they were not compressed, bounded in what they inflate to, refused when damaged."""
import gzip

from harness import expect
from harness.client import request_bytes

PREDICT = "/models/sum/predict"
MIB = 1024 * 1024


def setup(env, stack):
    host = stack.enter_context(env.host(config="limits: {body: 4MiB}\n"))
    host.env = env
    return host


def packed(body, **headers):
    """The arguments of a request with a body in gzip."""
    return ["POST", PREDICT, body, {"Content-Encoding": "gzip", **headers}]


def refused(host, body, status, *words, **headers):
    with host.connect() as connection:
        connection.send(request_bytes(*packed(body, **headers)))
        response = connection.read()
        expect.problem(response, status, *words, closes=True)
        connection.expect_closed()
    expect.answer(host.request("POST", PREDICT, [1, 2]), {"sum": 3.0})
    return response


def test_a_gzip_body_is_answered_like_a_plain_one(host):
    with host.connect() as connection:
        for numbers in ([1, 2, 3], list(range(10_000)), list(range(200_000))):
            for level in (0, 1, 9):
                data = gzip.compress(str(numbers).encode(), level)
                expect.answer(connection.request(*packed(data)), {"sum": float(sum(numbers))})
            expect.answer(connection.request("POST", PREDICT, numbers), {"sum": float(sum(numbers))})
        expect.answer(connection.request(*packed(gzip.compress(b"[4]"), **{"Content-Encoding": "X-GZip"})), {"sum": 4.0})
        expect.answer(connection.request("POST", PREDICT, [5], {"Content-Encoding": "identity"}), {"sum": 5.0})


def test_gzip_in_chunks_in_every_cut(host):
    data = gzip.compress(b"[10, 200, 3000]")
    head = ("POST %s HTTP/1.1\r\nHost: t\r\nContent-Type: application/json\r\nContent-Encoding: gzip\r\n"
            "Transfer-Encoding: chunked\r\n\r\n" % PREDICT).encode()
    with host.connect() as connection:
        for cut in range(1, len(data)):
            connection.send(head + b"%x\r\n" % cut + data[:cut] + b"\r\n")
            connection.send(b"%x\r\n" % (len(data) - cut) + data[cut:] + b"\r\n0\r\n\r\n")
            expect.answer(connection.read(), {"sum": 3210.0})


def test_gzip_behind_100_continue(host):
    data = gzip.compress(b"[1, 2]")
    whole = request_bytes(*packed(data, Expect="100-continue"))
    with host.connect() as connection:
        connection.send(whole[:-len(data)])
        expect.equal(connection.read(interim=True).status, 100, "interim status")
        connection.send(data)
        expect.answer(connection.read(), {"sum": 3.0})


def test_damaged_gzip_is_a_clear_400(host):
    good = gzip.compress(b"[1, 2, 3, 4, 5, 6, 7, 8, 9]")
    refused(host, b"[1, 2]", 400, "gzip")
    for size in (1, 9, 10, 15, len(good) - 8, len(good) - 1):
        refused(host, good[:size], 400, "gzip", "ends before")
    refused(host, good[:-8] + bytes([good[-8] ^ 1]) + good[-7:], 400, "gzip", "check")
    refused(host, good[:-4] + bytes([good[-4] ^ 1]) + good[-3:], 400, "gzip", "length")
    refused(host, good[:12] + b"\xff" * 20, 400, "gzip")
    for more in (b"x", b"\0", good):
        refused(host, good + more, 400, "gzip", "follows")


def test_json_that_is_wrong_inside_gzip_is_refused_as_always(host):
    expect.problem(host.request(*packed(gzip.compress(b"[1,"))), 400, "byte")
    expect.problem(host.request(*packed(gzip.compress(b""))), 400)
    expect.problem(host.request(*packed(gzip.compress(b"[1, \"\xff\"]"))), 400, "UTF-8", errors=[("/1", "json")])


def test_bombs_are_refused_by_size_and_by_ratio(host):
    refused(host, gzip.compress(b"[" + b"1, " * (2 * MIB) + b"1]"), 413)
    with host.connect() as connection:  # the bytes that are sent are bounded, too
        connection.send(request_bytes(*packed(gzip.compress(b" " * (5 * MIB), 0)))[:400])
        expect.problem(connection.read(), 413, "4194304", closes=True)
    # Of one that passes both bounds, the pieces in which it comes decide which is seen first: here only the size can be.
    with host.env.host(config="limits: {gzip_ratio: 2000}\n") as other:
        refused(other, gzip.compress(b" " * (100 * MIB)), 413, "more than 16777216 bytes when it is inflated")
    refused(host, gzip.compress(b" " * (3 * MIB)), 413, "100 times")
    layers = gzip.compress(gzip.compress(gzip.compress(b" " * (50 * MIB))))
    expect.problem(host.request(*packed(layers)), 400)  # one layer, which is not JSON
    numbers = b"[" + b"1234567, " * 400_000 + b"1]"  # a body that is large and dull, within the body's limit
    assert len(numbers) < 4 * MIB and len(gzip.compress(numbers)) * 100 < len(numbers)
    refused(host, gzip.compress(numbers), 413, "uncompressed")
    expect.equal(host.request("POST", PREDICT, numbers).status, 200, "status of the same body uncompressed")


def test_the_ratio_can_be_set(host):
    numbers = b"[" + b"1234567, " * 400_000 + b"1]"
    with host.env.host(config="limits: {gzip_ratio: 2000}\n") as other:
        expect.answer(other.request(*packed(gzip.compress(numbers))), {"sum": 400_000 * 1234567.0 + 1})


def test_other_encodings_are_415_and_the_answer_says_which_are_taken(host):
    for coding in ("br", "deflate", "zstd", "gzip, gzip", "gzip, br", "identity, gzip", "", "gzip;q=1", "compress", "nonsense"):
        response = refused(host, b"[1, 2]", 415, "Content-Encoding", "gzip", **{"Content-Encoding": coding})
        expect.equal(response.header("Accept-Encoding"), "gzip", "Accept-Encoding")
    head = b"POST /models/sum/predict HTTP/1.1\r\nHost: t\r\nContent-Encoding: gzip\r\nContent-Encoding: gzip\r\nContent-Length: 3\r\n\r\n"
    with host.connect() as connection:
        connection.send(head + b"[1]")
        expect.problem(connection.read(), 415, "Content-Encoding", closes=True)
