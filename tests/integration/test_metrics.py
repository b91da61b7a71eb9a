"""GET /metrics: Prometheus text that parses by its rules, and numbers that move with what happens."""
import re

from harness import expect
from harness.bundles import held_host
from harness.client import request_bytes

NAME = r"[a-zA-Z_:][a-zA-Z0-9_:]*"
VALUE = r"[+-]?(?:Inf|NaN|\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)"
SAMPLE = re.compile(r"(%s)(?:\{((?:[a-zA-Z_][a-zA-Z0-9_]*=\"(?:[^\"\\\n]|\\[\\\"n])*\",?)*)\})? (%s)" % (NAME, VALUE))
LABEL = re.compile(r'([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\[\\"n])*)"')


class Exposition:
    """The text, read as strictly as its format is defined."""

    def __init__(self, text):
        assert text.endswith("\n"), "the last line does not end"
        self.types, self.helps, self.samples = {}, {}, {}
        self.order = []  # the metric of each line
        for line in text.split("\n")[:-1]:
            comment = re.fullmatch(r"# (HELP|TYPE) (%s) (.+)" % NAME, line)
            if comment:
                self.take_comment(*comment.groups(), line)
            else:
                self.take_sample(line)
        self.check_grouped()

    def take_comment(self, kind, name, text, line):
        store = self.helps if kind == "HELP" else self.types
        assert name not in store, "twice: " + line
        assert kind == "HELP" or text in ("counter", "gauge", "histogram", "summary"), line
        assert not any(self.metric_of(key[0]) == name for key in self.samples), "behind its samples: " + line
        store[name] = text
        self.order.append(name)

    def take_sample(self, line):
        match = SAMPLE.fullmatch(line)
        assert match, "not a sample: %r" % line
        name, labels, value = match.groups()
        key = (name, tuple(sorted(LABEL.findall(labels or ""))))
        assert key not in self.samples, "twice: " + line
        assert self.metric_of(name) in self.types and self.metric_of(name) in self.helps, "no TYPE or HELP: " + line
        self.samples[key] = float(value.replace("Inf", "inf"))
        self.order.append(self.metric_of(name))

    def metric_of(self, sample_name):
        for suffix in ("_bucket", "_sum", "_count"):
            base = sample_name[:-len(suffix)] if sample_name.endswith(suffix) else None
            if self.types.get(base) in ("histogram", "summary"):
                return base
        return sample_name

    def check_grouped(self):
        seen, last = set(), None
        for name in self.order:
            assert name == last or name not in seen, "%s comes in several groups" % name
            seen.add(name)
            last = name

    def get(self, name, **labels):
        return self.samples[name, tuple(sorted(labels.items()))]


def setup(env, stack):
    host = stack.enter_context(env.host())
    host.env = env
    return host


def scrape(host):
    response = host.request("GET", "/metrics")
    expect.equal((response.status, response.header("Content-Type")), (200, "text/plain; version=0.0.4; charset=utf-8"),
                 "status and type")
    return Exposition(response.body.decode("utf-8"))


def test_every_line_parses_and_every_metric_is_described_once(host):
    for body in ([1], ["x"], b"["):
        host.request("POST", "/models/sum/predict", body)
    metrics = scrape(host)
    assert len(metrics.samples) > 50
    for name, kind in metrics.types.items():
        assert name.startswith("slipway_"), name
        expect.equal(name.endswith("_total"), kind == "counter", "%s (%s) ends in _total" % (name, kind))


def test_histograms_are_cumulative_and_end_in_infinity(host):
    host.request("POST", "/models/sum/predict", [1])
    metrics = scrape(host)
    names = [name for name, kind in metrics.types.items() if kind == "histogram"]
    assert names
    for name in names:
        series = {}
        for (sample, labels), value in metrics.samples.items():
            if sample == name + "_bucket":
                bound = dict(labels)["le"]
                rest = tuple(pair for pair in labels if pair[0] != "le")
                series.setdefault(rest, []).append((float(bound.replace("Inf", "inf")), value))
        for labels, buckets in series.items():
            bounds = [bound for bound, _ in buckets]
            counts = [count for _, count in buckets]
            expect.equal(bounds, sorted(set(bounds)), "bounds of %s %s" % (name, labels))
            expect.equal(counts, sorted(counts), "counts of %s %s" % (name, labels))
            expect.equal(bounds[-1], float("inf"), "last bound of %s %s" % (name, labels))
            expect.equal(counts[-1], metrics.samples[name + "_count", labels], "count of %s %s" % (name, labels))


def test_each_outcome_is_counted_where_it_belongs(host):
    def counts():
        metrics = scrape(host)
        return {dict(labels)["outcome"]: value for (name, labels), value in metrics.samples.items()
                if name == "slipway_requests_total" and dict(labels)["model"] == "sum"}
    for body, outcome, times in (([1, 2], "answered", 3), (b"[1,", "malformed", 2), (["x"], "invalid_request", 4),
                                 ([1.7e308, 1.7e308], "refused_by_model", 1)):
        before = counts()
        for _ in range(times):
            host.request("POST", "/models/sum/predict", body)
        after = counts()
        expect.equal({name: after[name] - before[name] for name in after if after[name] != before[name]}, {outcome: times},
                     "what moved")


def test_latencies_are_observed(host):
    def observed(name):
        metrics = scrape(host)
        return metrics.get(name + "_count", model="sum", version="1.0.0"), metrics.get(name + "_sum", model="sum", version="1.0.0")
    for name in ("slipway_request_duration_seconds", "slipway_predict_duration_seconds"):
        before = observed(name)
        for _ in range(5):
            host.request("POST", "/models/sum/predict", [1, 2, 3])
        after = observed(name)
        expect.equal(after[0] - before[0], 5, "observations of " + name)
        assert 0 < after[1] - before[1], "sum of " + name


def test_what_is_refused_before_a_model_is_counted_by_the_server(host):
    before = scrape(host)
    with host.connect() as connection:
        connection.send(b"BROKEN\r\n\r\n")
        connection.read()
    after = scrape(host)
    expect.equal(after.get("slipway_http_protocol_errors_total") - before.get("slipway_http_protocol_errors_total"), 1,
                 "protocol errors")
    expect.equal(after.get("slipway_http_connections_total") - before.get("slipway_http_connections_total"), 2, "connections")
    expect.equal(after.get("slipway_http_requests_total") - before.get("slipway_http_requests_total"), 1, "requests: the last scrape")


def test_a_timed_out_prediction_is_counted_once(host):
    with held_host(host.env) as (held, gate), held.connect() as slow:
        slow.send(request_bytes("POST", "/models/held/predict", {"value": 1}, {"X-Request-Timeout-Ms": "2000"}))
        gate.wait_for_arrival()
        expect.problem(slow.read(), 504)
        gate.release()
        while scrape(held).get("slipway_predictions_running", model="held", version="1.0.0") != 0:
            pass
        expect.equal(outcomes(held), {"timed_out": 1}, "outcomes counted")


def test_a_prediction_whose_caller_went_away_is_counted_as_cancelled(host):
    with held_host(host.env) as (held, gate):
        with held.connect() as gone:
            gone.send(request_bytes("POST", "/models/held/predict", {"value": 1}))
            gate.wait_for_arrival()
        while scrape(held).get("slipway_http_disconnects_total") != 1:
            pass
        gate.release()
        while scrape(held).get("slipway_predictions_running", model="held", version="1.0.0") != 0:
            pass
        expect.equal(outcomes(held), {"cancelled": 1}, "outcomes counted")


def outcomes(host):
    return {dict(labels)["outcome"]: value for (name, labels), value in scrape(host).samples.items()
            if name == "slipway_requests_total" and value != 0}


def test_the_host_tells_of_itself(host):
    metrics = scrape(host)
    expect.equal(metrics.get("slipway_models"), 4, "models")
    expect.equal(metrics.get("slipway_build_info", version=version_of(host.env)), 1, "build info")
    later = scrape(host)
    assert later.get("slipway_uptime_seconds") >= metrics.get("slipway_uptime_seconds") > 0


def version_of(env):
    return env.run("--version").out.split()[1]


def test_names_that_nobody_serves_make_no_series(host):
    before = len(scrape(host).samples)
    for number in range(50):
        host.request("POST", "/models/nobody-%d/predict" % number, [1])
        host.request("GET", "/nothing/%d" % number)
        host.request("POST", "/models/sum/versions/9.9.%d/predict" % number, [1])
    expect.equal(len(scrape(host).samples), before, "number of series")
