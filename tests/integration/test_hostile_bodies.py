"""Bodies made to do harm: each gets a clear refusal, and the process stays up and answers the next request."""
import json

from harness import expect
from harness.bundles import make_bundle
from harness.client import Closed, request_bytes

MIB = 1024 * 1024
ANYTHING = {"$schema": "http://json-schema.org/draft-04/schema#"}


def setup(env, stack):
    """The shipped models, and one that takes any JSON and looks at its "value"."""
    models = env.folder("models")
    for bundle in env.models.iterdir():
        (models / bundle.name).symlink_to(bundle)
    make_bundle(models / "anything", env.plugin("good_c"), "anything", request=ANYTHING, limits={"timeout": "10m"})
    return stack.enter_context(env.host(models, flags=["--log-requests", "all"]))


def refused(host, body, status, *words, model="anything", **named):
    found = expect_problem_any(host.request("POST", "/models/%s/predict" % model, body, **named), status, *words)
    expect.answer(host.request("POST", "/models/anything/predict", {"value": 4}), {"value": 8.0})
    return found


def expect_problem_any(response, status, *words):
    """With or without errors: which parser's limit it is decides that."""
    errors = response.json().get("errors")
    pairs = None if errors is None else [(error["pointer"], error["keyword"]) for error in errors]
    return expect.problem(response, status, *words, errors=pairs)


# ---- text that is no UTF-8 JSON

def test_invalid_utf_8_is_refused_with_its_byte(host):
    for bad in (b"\xff", b"\xc3(", b"\xc0\xaf", b"\xed\xa0\x80", b"\xf4\x90\x80\x80", b"\xe2\x82", b"\x80", b"\xf8\x88\x80\x80\x80"):
        refused(host, b'{"value": 1, "text": "ab' + bad + b'"}', 400, "UTF-8", "byte")
        refused(host, b'{"value": 1, "ab' + bad + b'": 2}', 400, "UTF-8", "byte")


def test_half_a_surrogate_pair_is_refused(host):
    for escape in (b"\\ud800", b"\\udc00", b"\\ud800\\ud800", b"\\ud800x", b"\\uDBFF\\u0041"):
        refused(host, b'{"value": 1, "text": "' + escape + b'"}', 400)
    expect.answer(host.request("POST", "/models/anything/predict", b'{"value": 1, "text": "\\ud83d\\ude00"}'), {"value": 2.0})


def test_utf_16_and_utf_32_are_refused(host):
    for encoding in ("utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "utf-32-be"):
        refused(host, '{"value": 1}'.encode(encoding), 400)


def test_a_byte_order_mark_is_refused(host):
    refused(host, b'\xef\xbb\xbf{"value": 1}', 400)


def test_nul_bytes_are_refused_wherever_they_stand(host):
    for body in (b'{"value": 1}\0', b'\0{"value": 1}', b'{"value"\0: 1}', b'{"value": 1, "a": "b\0c"}', b"\0", b"\0" * 5000,
                 b'{"value": 1\0}'):
        refused(host, body, 400)


def test_control_characters_in_text_are_refused(host):
    for code in (1, 9, 10, 13, 31):
        refused(host, b'{"value": 1, "text": "a' + bytes([code]) + b'b"}', 400)


def test_what_other_parsers_let_through_is_refused(host):
    for body in (b"NaN", b"[NaN]", b"[Infinity]", b"[-Infinity]", b"{'value': 1}", b"{value: 1}", b'{"value": 1,}', b"[1,]", b"[,1]",
                 b'{"value": 1} // comment', b'/* comment */ {"value": 1}', b'{"value": +1}', b'{"value": .5}', b'{"value": 5.}',
                 b'{"value": 01}', b'{"value": 0x10}', b'{"value": 1e}', b'{"value": -}', b"True", b"nul", b'"open', b'"\\x41"', b'"\\',
                 b'{"value": 1}{"value": 1}', b"1 2", b"}", b"]", b",", b":", b" ", b"\r\n", b"undefined", b"[1}", b'{"value": 1]'):
        refused(host, body, 400)


# ---- structure

def test_a_key_that_comes_twice_is_refused(host):
    refused(host, b'{"value": 1, "value": 2}', 400, "value")
    refused(host, b'{"value": 1, "a": {"b": 1, "c": 2, "\\u0062": 3}}', 400)
    refused(host, b'{"value": 1, "": 1, "": 1}', 400)
    many = b'{"value": 1, ' + b", ".join(b'"key%d": 0' % i for i in range(5000)) + b', "key4321": 1}'
    refused(host, many, 400, "key4321")


def test_deep_nesting_is_refused(host):
    for depth in (200, 1000, 100_000, 5_000_000):
        refused(host, b"[" * depth + b"]" * depth, 400)
    for depth in (200, 100_000):
        refused(host, b'{"value":' * depth + b"1" + b"}" * depth, 400)
        refused(host, b'[{"a":' * depth + b"1" + b"}]" * depth, 400)
        refused(host, b"[" * depth, 400)
    refused(host, b'{"value": 1, "deep": ' + b"[" * 100_000 + b"]" * 100_000 + b"}", 400)


def test_moderate_nesting_is_taken(host):
    body = b'{"value": 1, "deep": ' + b"[" * 50 + b"]" * 50 + b"}"
    expect.answer(host.request("POST", "/models/anything/predict", body), {"value": 2.0})


def test_numbers_too_large_for_a_double_are_refused(host):
    for number in (b"1e309", b"-1e309", b"1e999999999", b"1" + b"0" * 400, b"1e" + b"9" * 1000):
        refused(host, b'{"value": ' + number + b"}", 400)
        refused(host, b"[1, 2, " + number + b"]", 400, model="sum")


def test_long_numbers_are_read_exactly(host):
    for text, value in (("1" + "0" * 300, 1e300), ("0." + "0" * 400 + "1", 0.0), ("1e-999999999", 0.0), ("0" + "." + "3" * 5000, 1 / 3),
                        ("-0.0", 0.0), ("9007199254740993", 9007199254740992.0), ("9007199254740993.0", 9007199254740992.0),
                        ("123456789012345678901234567890", 1.2345678901234568e29), ("2.2250738585072011e-308", 2.225073858507201e-308)):
        response = host.request("POST", "/models/sum/predict", ("[%s]" % text).encode())
        expect.answer(response, {"sum": value})


def test_many_values_are_refused_or_answered_but_never_forgotten(host):
    """A million members, elements or small arrays are within a body's limit; whether within the document's is its own matter."""
    for body in (b"[" + b"[],".join([b""] * 500_000) + b"[]]", b"[" + b"null," * 1_000_000 + b"null]",
                 b'{"value": 1, ' + b", ".join(b'"%x": 0' % i for i in range(300_000)) + b"}"):
        response = host.request("POST", "/models/anything/predict", body)
        assert response.status in (200, 400, 422, 503), response
        expect.answer(host.request("POST", "/models/anything/predict", {"value": 4}), {"value": 8.0})


def test_colliding_keys_do_not_hold_the_host_up(host):
    """Keys that are alike in length and in most letters, in many sizes of object."""
    body = {"value": 1}
    body.update({"a" * 40 + format(i, "016b") + "a" * 40: i for i in range(1 << 16)})
    expect.answer(host.request("POST", "/models/anything/predict", body), {"value": 2.0})


# ---- size

def test_a_body_of_16_mib_is_taken_and_one_byte_more_is_not(host):
    spaces = 16 * MIB - len(b'{"value": 1}')
    expect.answer(host.request("POST", "/models/anything/predict", b'{"value": 1}' + b" " * spaces), {"value": 2.0})
    with host.connect() as connection:
        head = request_bytes("POST", "/models/anything/predict", b"").replace(b"Length: 0", b"Length: %d" % (16 * MIB + 1))
        connection.send(head)  # the refusal comes before the body
        expect.problem(connection.read(), 413, str(16 * MIB), closes=True)


def test_who_sends_on_after_a_413_still_reads_it(host):
    with host.connect() as connection:
        try:
            head = request_bytes("POST", "/models/anything/predict", b"").replace(b"Length: 0", b"Length: %d" % (16 * MIB + 1))
            connection.send(head + b" " * MIB)
        except (BrokenPipeError, ConnectionResetError):
            pass  # the answer must be there all the same
        expect.problem(connection.read(), 413, str(16 * MIB), closes=True)


def test_a_large_array_reaches_its_model(host):
    numbers = list(range(1_000_000))
    expect.answer(host.request("POST", "/models/sum/predict", numbers), {"sum": float(sum(numbers))})


def test_a_client_that_stops_in_its_body_is_forgotten(host):
    for sent in (0, 1, 5):
        with host.connect() as connection:
            connection.send(request_bytes("POST", "/models/sum/predict", b"[1, 2]")[:-6 + sent])
            connection.end_sending()
            try:
                response = connection.read()
                raise AssertionError("half a request is answered with %r" % response)
            except Closed as closed:
                expect.equal(closed.got, b"", "answer to half a request")


# ---- what the answers and the log say of it

def test_refusals_quote_only_a_little_of_what_was_sent(host):
    body = json.dumps({"format": "x" * 100_000, "parameters": {}, "data": {}}).encode()
    response = host.request("POST", "/models/identity-match/predict", body)
    expect.equal(response.status, 422, "status")
    assert len(response.body) < 10_000, "the answer has %d bytes" % len(response.body)
    many = b"{" + b", ".join(b'"%s%d": 0' % (b"k" * 1000, i) for i in range(3000)) + b"}"
    response = host.request("POST", "/models/breast-cancer/predict", many)
    expect.equal(response.status, 422, "status")
    assert len(response.body) < 200_000, "the answer has %d bytes" % len(response.body)


def test_the_host_has_survived_and_every_log_line_is_json(host):
    expect.answer(host.request("POST", "/models/anything/predict", {"value": 4}), {"value": 8.0})
    expect.equal([line for line in host.lines if line["level"] == "not JSON"], [], "log lines that are not JSON")
