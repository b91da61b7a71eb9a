#!/usr/bin/env python3
"""Slipway beside other servers with the same service; prints tables and what the ratios are.

    peers.py --build BUILD --folder FOLDER [--rounds 3] [--seconds 3] [--json FILE] [--write docs/performance.md]

One server process on core 0, `wrk -t1` on core 1, keep-alive; then two threads or processes beside wrk on all cores. The servers
take turns, round by round; figures are medians of the rounds. nginx answers without looking at what it is sent: the bound that the
kernel sets. The others check both schemas, and must give the right answers before anything is measured. Exits 1 if a request failed.
--json writes every run; --write puts the tables between the markers in a file, unless others kept the machine busy meanwhile."""
import argparse
import collections
import json
import os
import pathlib
import platform
import resource
import statistics
import subprocess
import sys
import time

sys.dont_write_bytecode = True

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))

import bodies  # noqa: E402  (the path comes first, and nothing is written into the source)
import published  # noqa: E402
import report  # noqa: E402
from published import busy_seconds  # noqa: E402
from servers import MODELS, Fastify, Nginx, Running, Slipway, predict_path  # noqa: E402

CONNECTIONS = (1, 16, 64)
HERE = pathlib.Path(__file__).resolve().parent


def files(folder, made):
    """Each pool of bodies as a file for wrk."""
    for name, (_, requests) in made.items():
        (folder / name).write_text("".join(bodies.text(request) + "\n" for request in requests))


def keep_schemas(slipway, folder):
    """What the others check by: the very schemas that Slipway serves."""
    folder.mkdir(exist_ok=True)
    for model in MODELS:
        for side in ("request", "response"):
            status, text = slipway.request("GET", "/models/%s/schema/%s" % (model, side))
            if status != 200:
                sys.exit("no %s schema of %s: %s" % (side, model, text))
            (folder / ("%s.%s.json" % (model, side))).write_text(text)


def right_answer(model, request):
    if model == "identity-match":
        return bodies.make_cases.answer(request)
    total = 0.0
    for number in request:
        total += number
    return {"sum": total}


def same(a, b):
    if isinstance(a, dict) and isinstance(b, dict):
        return a.keys() == b.keys() and all(same(a[name], b[name]) for name in a)
    if isinstance(a, float) and isinstance(b, (int, float)):
        return abs(a - b) <= 1e-12 * max(1.0, abs(a))
    return a == b


def check(running, name, made):
    """The right answer to every body, and none to what the schema refuses."""
    for model, requests in made.values():
        for request in requests:
            status, text = running.ask(model, bodies.text(request))
            if status != 200 or not same(right_answer(model, request), json.loads(text)):
                sys.exit("%s: %d %s is no right answer to %s" % (name, status, text, bodies.text(request)[:500]))
    for model, wrong in [("identity-match", request) for _, request, _, _ in bodies.make_cases.refused()] + [("sum", [1, "2"]), ("sum", [])]:
        status, text = running.ask(model, bodies.text(wrong))
        if status not in (400, 422):
            sys.exit("%s: %d %s to %s, which the schema refuses" % (name, status, text, bodies.text(wrong)))


def seconds_of_ended_children():
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


class Bench:
    def __init__(self, folder, seconds, made):
        self.folder, self.seconds, self.made = folder, seconds, made
        self.first = ("identity-match", bodies.text(made["identity-match"][1][0]))
        self.failed = 0
        self.others = []  # cores that the rest of the machine used during each load

    def load(self, running, pool, connections, cores, seconds=None):
        began, busy, server, own = time.monotonic(), busy_seconds(), running.cpu_seconds(), seconds_of_ended_children()
        wrk = subprocess.run(
            ["wrk", "-t1", "-c%d" % connections, "-d%ds" % (seconds or self.seconds), "--timeout", "30s", "-s", HERE / "load.lua",
             "http://127.0.0.1:%d%s" % (running.port, predict_path(self.made[pool][0])), "--", self.folder / pool],
            stdout=subprocess.PIPE, text=True, check=True, preexec_fn=lambda: os.sched_setaffinity(0, cores))
        server = running.cpu_seconds() - server
        others = busy_seconds() - busy - server - (seconds_of_ended_children() - own)
        self.others.append(others / (time.monotonic() - began))
        result = json.loads(wrk.stdout.split("RESULT ", 1)[1])
        self.failed += result["failed"]
        return {"rate": result["answered"] / result["seconds"], "per_cpu": result["answered"] / server, "p50": result["p50"], "p99": result["p99"]}

    def round(self, server):
        """By what was measured, its figures."""
        figures = {}
        with Running(server, self.first) as running:
            figures["start"] = {"ms": running.start_ms}
            self.load(running, "identity-match", 4, {1}, 1)  # caches, and compilers that work while it runs
            figures["resident"] = {"small": running.resident_mb()}
            for connections in CONNECTIONS:
                figures["%d" % connections] = self.load(running, "identity-match", connections, {1})
            for pool in self.made:
                if pool != "identity-match":
                    figures[pool] = self.load(running, pool, 1, {1})
            figures["resident"]["arrays"] = running.resident_mb()
        with Running(server, self.first, wide=True) as running:
            everywhere = set(range(os.cpu_count()))
            self.load(running, "identity-match", 16, everywhere, 1)
            figures["wide"] = self.load(running, "identity-match", 64, everywhere)
        return figures


def median_of(rounds):
    """Of each figure, over the rounds."""
    return {what: {unit: statistics.median(each[what][unit] for each in rounds) for unit in figures} for what, figures in rounds[0].items()}


def version_of(*command):
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=True)
    return done.stdout.strip().split()[-1].split("/")[-1].lstrip("v")


def machine(arguments, fastify):
    model = next((line.split(":", 1)[1].strip() for line in open("/proc/cpuinfo", encoding="utf-8") if line.startswith("model name")), "unknown")
    return {"cores": os.cpu_count(), "processor": model, "system": platform.freedesktop_os_release()["PRETTY_NAME"],
            "rounds": arguments.rounds, "seconds": arguments.seconds, "nginx": version_of("nginx", "-v"),
            "node": version_of("node", "--version"),
            "fastify": json.loads((fastify.folder / "node_modules" / "fastify" / "package.json").read_text())["version"]}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--build", type=pathlib.Path, required=True)
    parser.add_argument("--folder", type=pathlib.Path, required=True)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=int, default=3)
    parser.add_argument("--json", type=pathlib.Path)
    parser.add_argument("--write", type=pathlib.Path)
    arguments = parser.parse_args()
    folder = arguments.folder.resolve()
    folder.mkdir(parents=True, exist_ok=True)

    slipway, fastify = Slipway(arguments.build.resolve(), folder), Fastify(folder)
    servers = [Nginx(folder), slipway, fastify]
    fastify.install()
    about = machine(arguments, fastify)
    made = bodies.all_bodies()
    files(folder, made)
    bench = Bench(folder, arguments.seconds, made)
    with Running(slipway, bench.first) as running:
        keep_schemas(running, fastify.schemas)
        check(running, slipway.name, made)
    with Running(fastify, bench.first) as running:
        check(running, fastify.name, made)
    print("%s and %s give the same right answers" % (slipway.name, fastify.name), file=sys.stderr)

    rounds = collections.defaultdict(list)
    for number in range(arguments.rounds):
        for server in servers:
            print("round %d of %d: %s" % (number + 1, arguments.rounds, server.name), file=sys.stderr)
            rounds[server.name].append(bench.round(server))
    about["others"] = statistics.median(bench.others)
    if arguments.json:
        arguments.json.write_text(json.dumps({"machine": about, "rounds": rounds}, indent=2) + "\n")
    text = report.tables(about, {name: median_of(each) for name, each in rounds.items()}, slipway.name)
    print(text)
    if bench.failed:
        sys.exit("%d requests failed" % bench.failed)
    if arguments.write:
        published.put_if_quiet(text, arguments.write, "peers", about["others"])


main()
