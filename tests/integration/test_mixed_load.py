"""10,000 requests of every kind, good and bad, to several models on 64 connections: not one wrong or missing answer."""
import random
import threading

from harness import expect, golden_yaml
from harness.bundles import make_bundle
from harness.client import request_bytes

CONNECTIONS = 64
REQUESTS = 10_000
SHIPPED = ("breast-cancer", "digits", "identity-match", "sum")


class Kind:
    """One kind of request. `check` looks at the answer's JSON; a kind that breaks HTTP ends its connection."""

    def __init__(self, name, data, status, check=None, closes=False):
        self.name, self.data, self.status, self.check, self.closes = name, data, status, check, closes


def is_value(wanted):
    return lambda body: body == wanted


def has_error(pointer, keyword):
    return lambda body: (pointer, keyword) in [(error["pointer"], error["keyword"]) for error in body["errors"]]


def says(words):
    return lambda body: words in body["detail"]


def post(path, body, **named):
    return request_bytes("POST", path, body, **named)


def all_kinds(dice, examples):
    """One request of every kind, with random values where the answer can be computed. `examples`: (bytes, answer)."""
    number = dice.randrange(-10**6, 10**6)
    numbers = [dice.randrange(-1000, 1000) for _ in range(dice.choice((1, 10, 100, 2000)))]
    example, answer = dice.choice(examples)
    return [
        Kind("sum", post("/models/sum/predict", numbers), 200, is_value({"sum": float(sum(numbers))})),
        Kind("sum, pinned", post("/models/sum/versions/1.0.0/predict", [number]), 200, is_value({"sum": float(number)})),
        Kind("shipped model", example, 200, is_value(answer)),
        Kind("shipped model", example, 200, is_value(answer)),
        Kind("shipped model", example, 200, is_value(answer)),
        Kind("doubler", post("/models/doubler/predict", {"value": number}), 200, is_value({"value": 2.0 * number})),
        Kind("on the pool", post("/models/slow/predict", {"value": number}), 200, is_value({"value": 2.0 * number})),
        Kind("list", request_bytes("GET", "/models"), 200, lambda body: len(body["models"]) == 8),
        Kind("probe", request_bytes("GET", "/health/ready"), 200, is_value({"status": "ready"})),
        Kind("schema", request_bytes("GET", "/models/sum/schema/request"), 200, lambda body: body["type"] == "array"),
        Kind("malformed", post("/models/sum/predict", b"[1, 2,, 3]"), 400, says("byte")),
        Kind("not UTF-8", post("/models/identity-match/predict", b'{"format": "\xff"}'), 400, says("UTF-8")),
        Kind("key twice", post("/models/doubler/predict", b'{"value": 1, "value": 1}'), 400, says("value")),
        Kind("too deep", post("/models/sum/predict", b"[" * 2000 + b"]" * 2000), 400),
        Kind("too large a number", post("/models/sum/predict", b"[1e999]"), 400),
        Kind("a bad timeout", post("/models/sum/predict", [1], headers={"X-Request-Timeout-Ms": "never"}), 400,
             says("X-Request-Timeout-Ms")),
        Kind("schema failure", post("/models/sum/predict", [1] * 50 + ["x"]), 422, has_error("/50", "type")),
        Kind("missing member", post("/models/identity-match/predict", {}), 422, has_error("/data", "required")),
        Kind("model refuses", post("/models/sum/predict", [1.7e308, 1.7e308]), 422, says("more than a double")),
        Kind("model fails", post("/models/predict-fails/predict", {"value": number}), 500, says("lost its mind")),
        Kind("bad response", post("/models/writes-wrong-shape/predict", {"value": number}), 500, has_error("", "type")),
        Kind("unknown model", post("/models/nobody-%d/predict" % number, [1]), 404, says("nobody-%d" % number)),
        Kind("unknown version", post("/models/sum/versions/7.7.7/predict", [1]), 404, says("7.7.7")),
        Kind("unknown path", request_bytes("GET", "/some/path"), 404),
        Kind("wrong method", request_bytes("GET", "/models/sum/predict"), 405),
        Kind("wrong type", post("/models/sum/predict", [1], content_type="text/plain"), 415, says("text/plain")),
        Kind("no HTTP", b"nonsense\r\n\r\n", 400, closes=True),
        Kind("no host", b"GET /models HTTP/1.1\r\n\r\n", 400, says("Host"), closes=True),
        Kind("too large", post("/models/sum/predict", b"").replace(b"Length: 0", b"Length: 99999999"), 413, closes=True),
        Kind("a long target", request_bytes("GET", "/" + "x" * 9000), 414, closes=True),
        Kind("other HTTP", b"GET / HTTP/2.0\r\n\r\n", 505, closes=True),
    ]


def any_kind(dice, examples):
    return dice.choice(all_kinds(dice, examples))


class Caller(threading.Thread):
    """Sends batches of requests, pipelined, and checks each answer in its turn."""

    def __init__(self, host, number, count, examples):
        super().__init__(daemon=True)
        self.host, self.count, self.examples = host, count, examples
        self.dice = random.Random(number)
        self.answered = {}  # by kind
        self.wrong = []

    def run(self):
        left = self.count
        while left > 0 and len(self.wrong) < 5:
            with self.host.connect() as connection:
                open_still = True
                while open_still and left > 0:
                    batch = self.batch(min(left, self.dice.choice((1, 1, 2, 5, 12))))
                    left -= len(batch)
                    open_still = self.exchange(connection, batch)

    def batch(self, size):
        batch = []
        while len(batch) < size and not (batch and batch[-1].closes):
            batch.append(any_kind(self.dice, self.examples))
        return batch

    def exchange(self, connection, batch):
        connection.send(b"".join(kind.data for kind in batch))
        for kind in batch:
            try:
                response = connection.read()
                self.look_at(kind, response)
            except Exception as error:  # reported by the test
                self.wrong.append("%s: %r" % (kind.name, error))
                return False
            if response.closes() != kind.closes:
                self.wrong.append("%s: the connection should%s end: %r" % (kind.name, "" if kind.closes else " not", response))
                return False
        return not kind.closes

    def look_at(self, kind, response):
        self.answered[kind.name] = self.answered.get(kind.name, 0) + 1
        body = response.json()
        if response.status != kind.status or (kind.check and not kind.check(body)):
            self.wrong.append("%s: %r" % (kind.name, response))
        if response.status >= 400 and (body["status"] != response.status or body["request_id"] != response.header("X-Request-Id")):
            self.wrong.append("%s: not a problem as it should be: %r" % (kind.name, response))


def setup(env, stack):
    models = env.folder("models")
    for name in SHIPPED:
        (models / name).symlink_to(env.models / name)
    patient = {"concurrency": 64, "queue": 1000, "timeout": "10m"}
    make_bundle(models / "doubler", env.plugin("good_c"), "doubler", limits=patient)
    make_bundle(models / "slow", env.plugin("slow"), "slow", parameters={"sleep_ms": 1}, execution="pool", limits=patient)
    for fixture in ("predict_fails", "writes_wrong_shape"):
        make_bundle(models / fixture, env.plugin(fixture), fixture.replace("_", "-"), limits=patient)
    host = stack.enter_context(env.host(models))
    host.examples = learn_examples(env, host)
    return host


def learn_examples(env, host):
    """The golden cases of the models that ship, and what each is answered when nothing else goes on."""
    examples = []
    for name in SHIPPED:
        for case in golden_yaml.read(env.models / name / "tests" / "golden.yaml")["cases"]:
            if "response" in case:
                path = "/models/%s/predict" % name
                response = host.request("POST", path, case["request"])
                expect.equal(response.status, 200, "status of %s: %s" % (name, case["name"]))
                examples.append((request_bytes("POST", path, case["request"]), response.json()))
    return examples


def test_ten_thousand_mixed_requests_on_64_connections(host):
    share = -(-REQUESTS // CONNECTIONS)
    callers = [Caller(host, number, share, host.examples) for number in range(CONNECTIONS)]
    for caller in callers:
        caller.start()
    for caller in callers:
        caller.join()
    wrong = [line for caller in callers for line in caller.wrong]
    assert not wrong, "%d wrong, the first:\n%s" % (len(wrong), "\n".join(wrong[:10]))
    total = sum(sum(caller.answered.values()) for caller in callers)
    expect.equal(total, share * CONNECTIONS, "answers")
    assert total >= REQUESTS
    names = set().union(*(caller.answered for caller in callers))
    expect.equal(names, {kind.name for kind in all_kinds(random.Random(0), host.examples)}, "kinds of requests that were asked")


def test_the_counters_agree_with_what_was_asked(host):
    """Each request that reached a model is counted once, and nothing is left running or waiting."""
    expect.equal(host.metric('slipway_requests_total{model="predict-fails",version="1.0.0",outcome="answered"}'), 0,
                 "answers of a model that fails")
    while True:  # a place is given back after the answer
        lines = host.request("GET", "/metrics").body.decode().split("\n")
        if all(line.endswith(" 0") for line in lines if line.startswith(("slipway_predictions_running{", "slipway_queue_depth{"))):
            break
    for line in lines:
        if 'outcome="queue_full"' in line or 'outcome="timed_out"' in line:
            expect.equal(line.split(" ")[-1], "0", line)


def test_the_host_is_as_before(host):
    expect.equal(host.request("GET", "/health/ready").status, 200, "ready")
    expect.answer(host.request("POST", "/models/sum/predict", [1, 2]), {"sum": 3.0})
