"""Every error status of the data plane that the caller is to blame for, with its whole body."""
import select

from harness import expect

# Small, so that the limits are reached quickly. Time is only waited for where the answer is the timeout itself.
CONFIG = """
limits: {body: 64KiB, header: 12KiB, header_timeout: 400ms, body_timeout: 400ms, depth: 20, values: 1000}
"""
PREDICT = "/models/sum/predict"


def setup(env, stack):
    return stack.enter_context(env.host(config=CONFIG))


def exchange(host, data):
    with host.connect() as connection:
        connection.send(data)
        return connection.read()


def refused_and_closed(host, data, status, *words):
    """What breaks HTTP ends the connection: where the next request begins cannot be known."""
    with host.connect() as connection:
        connection.send(data)
        expect.problem(connection.read(), status, *words, closes=True)
        connection.expect_closed()
    expect.equal(host.request("POST", PREDICT, [1, 2]).json(), {"sum": 3.0}, "the next connection's answer")


def post(*lines, body=b""):
    head = ["POST %s HTTP/1.1" % PREDICT, "Host: test", "Content-Type: application/json", *lines]
    return "\r\n".join(head).encode() + b"\r\n\r\n" + body


# ---- 400

def test_400_malformed_json_names_the_byte(host):
    for body, offset in ((b"[1, 2,, 3]", 6), (b"[1, 2", 6), (b"{\"a\" 1}", 5), (b"[1] 2", 4), (b"[01]", 2), (b"nope", 1)):
        response = host.request("POST", PREDICT, body)
        text = expect.problem(response, 400)["detail"]
        expect.contains(text, "byte")
        numbers = [int(word) for word in text.replace(":", " ").replace(",", " ").split() if word.isdigit()]
        assert any(abs(number - offset) <= 1 for number in numbers), "%r: byte %d should be named in %r" % (body, offset, text)


def test_400_an_empty_body_is_not_json(host):
    expect.problem(host.request("POST", PREDICT, b""), 400)
    expect.problem(host.request("POST", PREDICT), 400)


def test_400_a_timeout_header_that_is_no_positive_number(host):
    for value in ("0", "-5", "soon", "1.5", "1e3", "10ms", "99999999999999999999999", "0x10", ""):
        response = host.request("POST", PREDICT, [1], headers={"X-Request-Timeout-Ms": value})
        expect.problem(response, 400, "X-Request-Timeout-Ms", "positive")


def test_400_http_that_is_malformed(host):
    for data, words in (
            (b"BROKEN\r\n\r\n", []),
            (b"GET /models\r\n\r\n", []),
            (b"GET /models HTTP/1.1\r\n\r\n", ["Host"]),
            (b"GET /models HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", ["Host"]),
            (b"GET /models HTTP/1.1\r\nHost: a\r\nno colon\r\n\r\n", []),
            (b"GET /models HTTP/1.1\r\nHost: a\r\nA : b\r\n\r\n", []),
            (b"GET /models HTTP/1.1\r\nHost: a\r\nA: b\r\n folded\r\n\r\n", []),
            (b"GET /models HTTP/1.1\nHost: a\n\n", ["line feed"]),
            (b"GET models HTTP/1.1\r\nHost: a\r\n\r\n", ["target"]),
            (b"GET /models/%zz HTTP/1.1\r\nHost: a\r\n\r\n", ["target"]),
            (b"GET /models/../metrics HTTP/1.1\r\nHost: a\r\n\r\n", ["target"]),
            (b"GET /models/%2e%2e/metrics HTTP/1.1\r\nHost: a\r\n\r\n", ["target"]),
            (b"GET /models/%0a HTTP/1.1\r\nHost: a\r\n\r\n", ["target", "control"]),
            (b"GET /models/%ff%fe HTTP/1.1\r\nHost: a\r\n\r\n", ["target", "UTF-8"]),
            (b"GET /models/%00 HTTP/1.1\r\nHost: a\r\n\r\n", ["target", "control"]),
            (b"GET /models/sum%5cschema HTTP/1.1\r\nHost: a\r\n\r\n", ["target", "slash"]),
            (b"GET /models/sum%2fschema HTTP/1.1\r\nHost: a\r\n\r\n", ["target", "slash"]),
            (b"\x16\x03\x01\x02\x00\x01\x00", ["method"]),
            (post("Content-Length: 3", "Content-Length: 4", body=b"[1]"), ["Content-Length"]),
            (post("Content-Length: -1"), []),
            (post("Content-Length: 3x", body=b"[1]"), []),
            (post("Content-Length: 3", "Transfer-Encoding: chunked", body=b"3\r\n[1]\r\n0\r\n\r\n"), []),
            (post("Transfer-Encoding: chunked", body=b"zz\r\n[1]\r\n0\r\n\r\n"), ["chunk"]),
            (post("Transfer-Encoding: chunked", body=b"3\r\n[1]!!0\r\n\r\n"), ["chunk"])):
        refused_and_closed(host, data, 400, *words)


# ---- 404, 405

def test_404_a_model_a_version_and_a_path_that_do_not_exist(host):
    for method, path in (("POST", "/models/nobody/predict"), ("GET", "/models/nobody"), ("GET", "/models/nobody/schema/request")):
        expect.problem(host.request(method, path, [1] if method == "POST" else None), 404, '"nobody"', "GET /models")
    expect.problem(host.request("POST", "/models/sum/versions/9.9.9/predict", [1]), 404, '"sum"', '"9.9.9"')
    expect.problem(host.request("GET", "/models/sum/versions/9.9.9"), 404, '"9.9.9"')
    for path in ("/", "/nothing", "/models/", "/models/sum/", "/models/sum/predict/", "/models//predict", "/models/sum/schema/other",
                 "/MODELS", "/" + "a/" * 40):
        expect.problem(host.request("GET", path), 404)
    expect.problem(host.request("POST", "/models/Sum/predict", [1]), 404, '"Sum"')


def test_404_names_a_model_in_any_letters_without_breaking_the_answer(host):
    for encoded in ("%22%3C%7C%27", "%C3%A9", "a" * 2000, "%7B%7D"):
        expect.problem(host.request("POST", "/models/%s/predict" % encoded, [1]), 404)


def test_405_names_the_methods_that_are_allowed(host):
    for method, path, allow in (("GET", PREDICT, {"POST"}), ("PUT", PREDICT, {"POST"}), ("DELETE", "/models", {"GET", "HEAD"}),
                                ("POST", "/metrics", {"GET", "HEAD"}), ("BREW", "/health/live", {"GET", "HEAD"}),
                                ("OPTIONS", "/models/sum", {"GET", "HEAD"})):
        response = host.request(method, path, b"" if method in ("PUT", "POST") else None)
        expect.problem(response, 405)
        expect.equal({name.strip() for name in response.header("Allow").split(",")}, allow, "Allow of %s" % path)


# ---- 408

def test_408_a_body_that_does_not_come(host):
    with host.connect() as connection:
        connection.send(post("Content-Length: 100", body=b"[1, 2"))
        expect.problem(connection.read(), 408, "body", closes=True)
        connection.expect_closed()


def test_408_headers_that_do_not_come(host):
    with host.connect() as connection:
        connection.send(b"GET /models HTTP/1.1\r\nHost: te")
        expect.problem(connection.read(), 408, "headers", closes=True)
        connection.expect_closed()


def test_408_leaves_the_other_connections_alone(host):
    with host.connect() as slow, host.connect() as other:
        slow.send(post("Content-Length: 100", body=b"["))
        while other.request("POST", PREDICT, [1, 2]).json() == {"sum": 3.0} and not readable(slow):
            pass
        expect.problem(slow.read(), 408, closes=True)


def readable(connection):
    return bool(select.select([connection.socket], [], [], 0)[0])


# ---- 411 to 431

def test_411_a_body_without_a_length(host):
    refused_and_closed(host, post(), 411, "Content-Length")


def test_413_a_body_beyond_the_limit_is_refused_before_it_is_sent(host):
    refused_and_closed(host, post("Content-Length: 65537"), 413, "65536")
    refused_and_closed(host, post("Content-Length: 99999999999999999"), 413, "65536")


def test_413_a_chunked_body_beyond_the_limit(host):
    refused_and_closed(host, post("Transfer-Encoding: chunked", body=b"10001\r\n" + b" " * 65537), 413, "65536")
    pieces = b"".join(b"1000\r\n" + b" " * 4096 + b"\r\n" for _ in range(17))
    refused_and_closed(host, post("Transfer-Encoding: chunked", body=pieces), 413, "65536")


def test_a_body_exactly_at_the_limit_is_taken(host):
    body = b"[" + b" " * (65536 - 3) + b"1]"
    expect.answer(host.request("POST", PREDICT, body), {"sum": 1.0})


def test_414_a_target_beyond_the_limit(host):
    refused_and_closed(host, b"GET /" + b"a" * 9000 + b" HTTP/1.1\r\nHost: test\r\n\r\n", 414, "8192")


def test_415_a_body_that_says_it_is_something_else(host):
    for content_type in ("text/plain", "application/xml", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x",
                         "application/octet-stream", "application/jsonp", "json", "application/yaml", "",
                         "application/json, text/plain"):
        expect.problem(host.request("POST", PREDICT, [1], content_type=content_type), 415, "application/json")
    for content_type in ("application/json; charset=utf-16", "application/json;charset=\"iso-8859-1\""):
        expect.problem(host.request("POST", PREDICT, [1], content_type=content_type), 415, "UTF-8")


def test_content_types_that_are_json_are_taken(host):
    for content_type in ("application/json", "APPLICATION/JSON", "application/json; charset=utf-8",
                         "application/json;charset=\"UTF-8\"",
                         "application/vnd.example+json", None):
        expect.answer(host.request("POST", PREDICT, [1], content_type=content_type), {"sum": 1.0})


def test_417_an_expectation_that_nobody_knows(host):
    refused_and_closed(host, post("Expect: miracles", "Content-Length: 3", body=b"[1]"), 417, "100-continue")


def test_422_the_schema_names_every_value_at_fault(host):
    response = host.request("POST", PREDICT, [1, "2", None, 4])
    expect.problem(response, 422, "request schema", errors=[("/1", "type"), ("/2", "type")])
    expect.equal(response.header("X-Model-Version"), "1.0.0", "X-Model-Version")
    expect.problem(host.request("POST", PREDICT, []), 422, errors=[("", "minItems")])
    expect.problem(host.request("POST", PREDICT, {}), 422, errors=[("", "type")])


def test_422_pointers_reach_into_the_request(host):
    response = host.request("POST", "/models/identity-match/predict",
                            {"parameters": {"clientId": "", "weights": {"na/me": 1}}, "format": "xml"})
    found = {(error["pointer"], error["keyword"]) for error in response.json()["errors"]}
    expect.equal(response.status, 422, "status")
    for wanted in (("/data", "required"), ("/format", "enum"), ("/parameters/clientId", "minLength"),
                   ("/parameters/productId", "required"),
                   ("/parameters/weights/na~1me", "additionalProperties"), ("/parameters/weights/name", "required")):
        assert wanted in found, "%r should be among %r" % (wanted, found)


def test_422_the_model_itself_refuses(host):
    response = host.request("POST", PREDICT, [1.7e308, 1.7e308])
    expect.problem(response, 422, "add up to more than a double can hold")


def test_431_headers_beyond_the_limit(host):
    refused_and_closed(host, b"GET /models HTTP/1.1\r\nHost: test\r\nX-Long: " + b"a" * 13000 + b"\r\n\r\n", 431, "12288")
    many = b"".join(b"X-%d: 1\r\n" % i for i in range(101))
    refused_and_closed(host, b"GET /models HTTP/1.1\r\nHost: test\r\n" + many + b"\r\n", 431, "100")


def test_501_a_transfer_encoding_that_is_not_known(host):
    refused_and_closed(host, post("Transfer-Encoding: gzip, chunked", body=b"0\r\n\r\n"), 501, "Transfer-Encoding")


def test_505_a_version_of_http_that_is_not_spoken(host):
    for version in (b"2.0", b"0.9", b"1.2", b"3.0"):
        refused_and_closed(host, b"GET /models HTTP/" + version + b"\r\nHost: test\r\n\r\n", 505, "HTTP/1.1")


def test_what_the_models_are_asked_after_all_that_is_answered(host):
    expect.answer(host.request("POST", PREDICT, [1, 2, 3.5]), {"sum": 6.5})
    assert host.is_up()
