#!/usr/bin/env python3
"""What trouble costs those who have no part in it; prints one table.

    survive.py --slipway BUILD/host/slipway --models BUILD/models --fixtures BUILD/tests/fixtures --plugins BUILD/tests/integration
               [--only crashes,isolation,slow-clients,overload] [--seconds 5] [--rounds 5] [--threads 2]

It starts hosts of its own and asks them with wrk. A figure beyond its target says MISSED; the exit status is 1 if a request got
another answer than the one it should, or none. What is compared takes turns, round by round; figures are medians of the rounds."""
import argparse
import contextlib
import json
import multiprocessing
import pathlib
import resource
import selectors
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "integration"))
sys.dont_write_bytecode = True

from harness import golden_yaml  # noqa: E402  (the path comes first)
from harness.bundles import make_bundle  # noqa: E402
from harness.environment import Environment  # noqa: E402

CRASH = -1  # what makes the plugin `unruly` crash
SLOW_CLIENTS = 1000
SLEEP_MS, AT_ONCE, QUEUE = 10, 2, 32  # of the model that is overloaded
OFFERED = 10  # times what it can do

SCRIPT = """
local threads = {}
function setup(thread) table.insert(threads, thread) end
function init()
  math.randomseed(os.time()); right, refused, busy, wrong, troubles = 0, 0, 0, 0, 0
  local make = function(body) return wrk.format("POST", nil, {["Content-Type"] = "application/json"}, body) end
  usual, trouble = make(%(body)s), make(%(trouble)s)
end
function request()
  if %(share)f > 0 and math.random() < %(share)f then troubles = troubles + 1; return trouble end
  return usual
end
if %(pause)f > 0 then function delay() return math.floor(-%(pause)f * math.log(1 - math.random())) end end
function response(status)
  if status == 200 then right = right + 1 elseif status == 503 then refused = refused + 1
  elseif status == 429 then busy = busy + 1 else wrong = wrong + 1 end
end
function done(summary, latency)
  local sums = {right = 0, refused = 0, busy = 0, wrong = 0, troubles = 0}
  for _, thread in ipairs(threads) do for name in pairs(sums) do sums[name] = sums[name] + thread:get(name) end end
  local e = summary.errors
  io.write(string.format('RESULT {"right": %%d, "refused": %%d, "busy": %%d, "wrong": %%d, "troubles": %%d, "lost": %%d, "seconds": %%f, "p50": %%f, "p99": %%f}\\n',
    sums.right, sums.refused, sums.busy, sums.wrong, sums.troubles, e.connect + e.read + e.write + e.timeout, summary.duration / 1e6,
    latency:percentile(50) / 1e3, latency:percentile(99) / 1e3))
end
"""


class Load:
    """wrk on one model. `pause`: milliseconds between two requests of a connection, on average; 0: none."""

    def __init__(self, folder, host, model, body, seconds, connections, pause=0.0, trouble=None, share=0.0):
        lua = folder / ("load-%d.lua" % time.monotonic_ns())
        lua.write_text(SCRIPT % {"body": json.dumps(body), "trouble": json.dumps(trouble or body), "share": share, "pause": pause})
        self._process = subprocess.Popen(
            ["wrk", "-t1", "-c%d" % connections, "-d%ds" % seconds, "--timeout", "30s", "-s", lua,
             "http://127.0.0.1:%d/models/%s/predict" % (host.port, model)], stdout=subprocess.PIPE, text=True)

    def result(self):
        out, _ = self._process.communicate()
        lines = [line for line in out.split("\n") if line.startswith("RESULT ")]
        if not lines:
            sys.exit("wrk has measured nothing:\n" + out)
        return json.loads(lines[0][len("RESULT "):])


class Table:
    def __init__(self):
        self.failures = []
        print("| what | figure | target |\n| --- | ---: | --- |", flush=True)

    def row(self, what, figure, target="", met=True):
        print("| %s | %s | %s%s |" % (what, figure, target, "" if met else " MISSED"), flush=True)

    def must_be_none(self, what, count):
        self.row(what, "%d" % count, "0", count == 0)
        if count:
            self.failures.append("%s: %d" % (what, count))


def failed(results):
    """Of loads whose every answer should be 200."""
    return sum(each["refused"] + each["busy"] + each["wrong"] + each["lost"] for each in results)


def median(results, what):
    return statistics.median(each[what] for each in results)


def rate(results):
    return statistics.median(each["right"] / each["seconds"] for each in results)


def doubled(value):
    return json.dumps({"value": value})


class Bench:
    def __init__(self, env, arguments, table):
        self.env, self.arguments, self.table = env, arguments, table
        self.scratch = env.folder("loads")

    def host(self, models, config=None):
        return self.env.host(models, config, flags=["--threads", str(self.arguments.threads), "--log-requests", "none"])

    def load(self, host, model, body, connections, **more):
        return Load(self.scratch, host, model, body, self.arguments.seconds, connections, **more)

    # ---- crashes

    def crashes(self):
        models = self.env.folder("models")
        patient = {"concurrency": 16, "queue": 1000, "timeout": "30s"}
        for name in ("unruly", "single"):
            make_bundle(models / name, self.env.plugin("unruly"), name, isolation="process", effects="external", limits=patient,
                        **({"workers": {"max": 1}} if name == "single" else {}))
        make_bundle(models / "neighbour", self.env.plugin("good_c"), "neighbour", limits=patient)
        with self.host(models) as host:
            crashing, neighbour, times, alone = [], [], [], []
            for _ in range(self.arguments.rounds):
                loads = [self.load(host, "unruly", doubled(4), 16, trouble=doubled(CRASH), share=0.01), self.load(host, "neighbour", doubled(4), 4)]
                times += self.recoveries(host, "unruly", time.monotonic() + 0.8 * self.arguments.seconds)
                crashing.append(loads[0].result())
                neighbour.append(loads[1].result())
            alone += self.recoveries(host, "single", time.monotonic() + self.arguments.seconds)
        crashes = sum(each["troubles"] for each in crashing)
        # When the time is over wrk does not wait for the last answer of each connection.
        unanswered = max(0, crashes - sum(each["refused"] for each in crashing) - 16 * len(crashing))
        self.table.row("crashes: requests/s of the model that crashes on 1%% (%d crashes)" % crashes, "%.0f" % rate(crashing))
        self.table.must_be_none("crashes: requests that crash and are not answered, or wrongly",
                                unanswered + sum(each["wrong"] + each["lost"] + each["busy"] for each in crashing))
        self.table.row("crashes: 503 to others of its callers", "%d" % max(0, sum(each["refused"] for each in crashing) - crashes))
        self.table.must_be_none("crashes: errors of the neighbour (%.0f requests/s)" % rate(neighbour), failed(neighbour))
        for what, measured in (("under that load", times), ("one worker, no load", alone)):
            if not measured:
                self.table.row("crashes: until the model answers again, " + what, "not measured: more --seconds")
                continue
            measured.sort()
            p99 = measured[min(len(measured) - 1, int(0.99 * len(measured)))]
            self.table.row("crashes: until the model answers again, %s: median / p99 / most of %d, ms" % (what, len(measured)),
                           "%.1f / %.1f / %.1f" % (statistics.median(measured), p99, measured[-1]), "most at most 50", measured[-1] <= 50)

    @staticmethod
    def recoveries(host, model, end):
        """Milliseconds from a crash's answer to the next right one, again and again; its own caller has a connection for it."""
        found = []
        path = "/models/%s/predict" % model
        with host.connect() as connection:
            while time.monotonic() < end:
                while connection.request("POST", path, {"value": 4}).status != 200:
                    pass
                crashed = connection.request("POST", path, {"value": CRASH}).status
                began = time.monotonic()
                if crashed != 503:
                    sys.exit("a crash was answered %d" % crashed)
                while connection.request("POST", path, {"value": 4}).status != 200:
                    pass
                found.append((time.monotonic() - began) * 1e3)
        return found

    # ---- isolation

    def isolation(self):
        case = golden_yaml.read(self.arguments.models / "identity-match" / "tests" / "golden.yaml")["cases"][0]
        body = json.dumps(case["request"])
        shown = ("in-process", "process")
        results = {}
        with contextlib.ExitStack() as stack:
            hosts = {}
            for isolation in shown:
                models = self.env.folder("models")
                bundle = shutil.copytree(self.env.models / "identity-match", models / "identity-match")
                manifest = bundle / "model.yaml"
                manifest.write_text(manifest.read_text().replace("isolation: in-process", "isolation: " + isolation))
                hosts[isolation] = stack.enter_context(self.host(models))
            for _ in range(self.arguments.rounds):
                for connections in (1, 16):
                    for isolation in shown:
                        load = self.load(hosts[isolation], "identity-match", body, connections)
                        results.setdefault((isolation, connections), []).append(load.result())
        for isolation in shown:
            one, many = results[isolation, 1], results[isolation, 16]
            self.table.row("isolation: %s, p50 at 1 connection, us" % isolation, "%.0f" % (median(one, "p50") * 1e3))
            self.table.row("isolation: %s, requests/s at 16 connections" % isolation, "%.0f" % rate(many))
        self.table.row("isolation: what a process adds to the p50, us",
                       "%.0f" % ((median(results["process", 1], "p50") - median(results["in-process", 1], "p50")) * 1e3))
        self.table.row("isolation: requests/s, process / in-process", "%.2f" % (rate(results["process", 16]) / rate(results["in-process", 16])))
        self.table.must_be_none("isolation: failures", failed([each for every in results.values() for each in every]))

    # ---- slow clients

    def slow_clients(self):
        for what, limits in (("room for all", "connections: %d, connections_per_address: %d" % (2 * SLOW_CLIENTS, SLOW_CLIENTS + 100)),
                             ("default limits", None), ("100 of one address", "connections_per_address: 100")):
            with self.host(self.env.models, limits and "limits: {%s}\n" % limits) as host:
                without, beside, refused = [], [], 0
                for _ in range(self.arguments.rounds):
                    without.append(self.load(host, "sum", "[1, 2]", 16).result())
                    before = host.metric("slipway_http_connections_refused_total")
                    with slow_connections(host.port) as attacker:
                        beside.append(self.load(host, "sum", "[1, 2]", 16).result())
                        open_now = host.metric("slipway_http_connections_open")
                    if not attacker.is_alive() and attacker.exitcode not in (0, -15):
                        sys.exit("the slow clients have ended by themselves")
                    refused += host.metric("slipway_http_connections_refused_total") - before
            ratio = median(beside, "p99") / median(without, "p99")
            self.table.row("slow clients, %s: open / refused connections" % what, "%d / %d" % (open_now, refused))
            self.table.row("slow clients, %s: p99 without / with them, ms" % what,
                           "%.2f / %.2f" % (median(without, "p99"), median(beside, "p99")), "with at most doubles", ratio <= 2)
            self.table.must_be_none("slow clients, %s: failures of the others" % what, failed(without + beside))

    # ---- overload

    def overload(self):
        models = self.env.folder("models")
        make_bundle(models / "slow", self.env.plugin("slow"), "slow", parameters={"sleep_ms": SLEEP_MS}, execution="pool",
                    limits={"concurrency": AT_ONCE, "queue": QUEUE, "timeout": "10s"})
        make_bundle(models / "neighbour", self.env.plugin("good_c"), "neighbour")
        with self.host(models) as host:
            capacity, without, beside, overloaded = [], [], [], []
            for _ in range(self.arguments.rounds):
                capacity.append(self.load(host, "slow", doubled(4), 4 * AT_ONCE).result())
                connections = 200
                waiting = QUEUE + AT_ONCE  # of them, on average
                pause = 1e3 * (connections - waiting) / (OFFERED * rate(capacity))
                without.append(self.load(host, "neighbour", doubled(4), 8, pause=6).result())
                flood = self.load(host, "slow", doubled(4), connections, pause=pause)
                beside.append(self.load(host, "neighbour", doubled(4), 8, pause=6).result())
                overloaded.append(flood.result())
        offered = statistics.median((each["right"] + each["busy"]) / each["seconds"] for each in overloaded)
        goodput = rate(overloaded) / rate(capacity)
        self.table.row("overload: what the model can do, requests/s", "%.0f" % rate(capacity))
        self.table.row("overload: offered", "%.0f, %.1f times as many" % (offered, offered / rate(capacity)))
        self.table.row("overload: answered 200 of what it can do", "%.2f" % goodput, "within 10%", abs(goodput - 1) <= 0.1)
        self.table.must_be_none("overload: answers but 200 and 429", sum(each["refused"] + each["wrong"] + each["lost"] for each in overloaded))
        ratio = median(beside, "p99") / median(without, "p99")
        self.table.row("overload: the neighbour's p99 without / with it (%.0f requests/s), ms" % rate(without),
                       "%.2f / %.2f" % (median(without, "p99"), median(beside, "p99")), "with at most 1.5 times", ratio <= 1.5)
        self.table.must_be_none("overload: errors of the neighbour", failed(without + beside))


def trickle(port, ready):
    """Connections from an address of their own that never end their headers, each a byte a second; in the next
    second a new one for each that has ended."""
    selector = selectors.DefaultSelector()
    begun = b"GET /models HTTP/1.1\r\nHost: slow\r\nX-Slow: "

    def connect():
        connection = socket.create_connection(("127.0.0.1", port), 30, ("127.0.0.2", 0))
        connection.setblocking(False)
        with contextlib.suppress(OSError):
            connection.send(begun)
        selector.register(connection, selectors.EVENT_READ)
    for _ in range(SLOW_CLIENTS):
        connect()
    ready.set()
    missing, next_byte = 0, time.monotonic() + 1
    while True:
        for key, _ in selector.select(max(0.0, next_byte - time.monotonic())):  # told off (408, 429), or closed
            selector.unregister(key.fileobj)
            key.fileobj.close()
            missing += 1
        if time.monotonic() < next_byte:
            continue
        next_byte += 1
        for key in list(selector.get_map().values()):
            with contextlib.suppress(OSError):
                key.fileobj.send(b"x")
        for _ in range(missing):
            connect()
        missing = 0


@contextlib.contextmanager
def slow_connections(port):
    ready = multiprocessing.Event()
    attacker = multiprocessing.Process(target=trickle, args=(port, ready), daemon=True)
    attacker.start()
    try:
        if not ready.wait(60):
            sys.exit("the slow clients could not connect")
        yield attacker
    finally:
        attacker.terminate()
        attacker.join()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for what in ("slipway", "models", "fixtures", "plugins"):
        parser.add_argument("--" + what, type=pathlib.Path, required=True)
    kinds = ("crashes", "isolation", "slow-clients", "overload")
    parser.add_argument("--only", default=",".join(kinds), help="some of " + ",".join(kinds))
    parser.add_argument("--seconds", type=int, default=5, help="of one load")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--threads", type=int, default=2, help="of the host that serve")
    arguments = parser.parse_args()
    chosen = arguments.only.split(",")
    if not set(chosen) <= set(kinds):
        parser.error("--only takes " + ", ".join(kinds))
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))  # the hosts' too
    if most != resource.RLIM_INFINITY and most < SLOW_CLIENTS + 200:
        sys.exit("slow clients need %d descriptors; `ulimit -Hn` allows %d" % (SLOW_CLIENTS + 200, most))
    with tempfile.TemporaryDirectory(prefix="slipway-survive-") as scratch:
        env = Environment(arguments.slipway, arguments.models, arguments.fixtures, arguments.plugins, pathlib.Path(scratch))
        table = Table()
        bench = Bench(env, arguments, table)
        for kind in chosen:
            getattr(bench, kind.replace("-", "_"))()
    for each in table.failures:
        print("FAILED: " + each)
    sys.exit(1 if table.failures else 0)


if __name__ == "__main__":
    main()
