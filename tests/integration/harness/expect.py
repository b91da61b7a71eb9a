"""Assertions that say what was wanted and what came."""

TITLES = {400: "Bad Request", 404: "Not Found", 405: "Method Not Allowed", 408: "Request Timeout", 411: "Length Required",
          413: "Content Too Large", 414: "URI Too Long", 415: "Unsupported Media Type", 417: "Expectation Failed",
          422: "Unprocessable Content", 429: "Too Many Requests", 431: "Request Header Fields Too Large",
          500: "Internal Server Error", 501: "Not Implemented", 503: "Service Unavailable", 504: "Gateway Timeout",
          505: "HTTP Version Not Supported"}


def equal(got, wanted, what="value"):
    assert got == wanted, "%s should be %r, but is %r" % (what, wanted, got)


def contains(text, *parts):
    for part in parts:
        assert part in text, "%r should be in %r" % (part, text)


def problem(response, status, *words, errors=None, closes=False):
    """An RFC 9457 answer of exactly the members this project promises. `words` must be in its detail; `errors` are
    (pointer, keyword) of all its errors, None where there must be no errors."""
    equal(response.status, status, "status of %r" % (response,))
    equal(response.reason, TITLES[status], "reason phrase")
    equal(response.header("Content-Type"), "application/problem+json", "content type")
    body = response.json()
    wanted = {"type", "title", "status", "detail", "request_id"} | ({"errors"} if errors is not None else set())
    equal(set(body), wanted, "members of %r" % body)
    equal(body["type"], "about:blank", "type")
    equal(body["title"], TITLES[status], "title")
    equal(body["status"], status, "status in the body")
    assert body["request_id"] and body["request_id"] == response.header("X-Request-Id"), "request_id and X-Request-Id differ"
    assert len(body["detail"]) > 5, "no detail"
    contains(body["detail"], *words)
    equal(response.closes(), closes, "Connection: close")
    if errors is not None:
        for error in body["errors"]:
            equal(set(error), {"pointer", "keyword", "message"}, "members of an error")
            assert error["message"], "an error without a message"
        equal([(error["pointer"], error["keyword"]) for error in body["errors"]], errors, "errors")
    return body


def answer(response, wanted, version="1.0.0"):
    equal(response.status, 200, "status of %r" % (response,))
    equal(response.header("Content-Type"), "application/json", "content type")
    equal(response.header("X-Model-Version"), version, "X-Model-Version")
    equal(response.json(), wanted, "answer")
