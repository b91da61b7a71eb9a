#!/usr/bin/env python3
"""What batching brings; prints two tables.

    batching.py --slipway BUILD/host/slipway --models BUILD/models --plugins BUILD/tests/bench
                [--connections 64] [--seconds 3] [--rounds 5] [--threads 2]

The first: a host of its own for each way to serve a model, asked with wrk in turns, round by round; medians of the rounds. The
second: the model's own time for one request, alone and in batches. The exit status is 1 if an answer was not 200."""
import argparse
import contextlib
import json
import pathlib
import shutil
import statistics
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "integration"))
sys.dont_write_bytecode = True

from harness.bundles import make_bundle, yaml  # noqa: E402  (the path comes first)
from harness.environment import Environment  # noqa: E402
from survive import Load, failed, median, rate  # noqa: E402

LIMITS = {"concurrency": 2, "queue": 1000, "timeout": "30s"}
IMAGE = pathlib.Path(__file__).resolve().parents[2] / "plugins" / "digits" / "examples" / "three.json"
CALL_US = 200  # of the model whose calls cost the same whatever is in them


class Way:
    """One way to serve one model, in a host of its own."""

    def __init__(self, what, model, body, **manifest):
        self.what, self.model, self.body, self.manifest = what, model, body, manifest
        self.results, self.alone = [], []


def serve(env, way):
    models = env.folder("models")
    if way.model == "digits":
        bundle = shutil.copytree(env.shipped / "digits", models / "digits")
        manifest = {"name": "digits", "version": "1.0.0", "plugin": "digits", "effects": "none", "limits": LIMITS, **way.manifest}
        (bundle / "model.yaml").write_text(yaml(manifest))
    else:
        manifest = {"limits": LIMITS, "parameters": {"call_us": CALL_US}, **way.manifest}
        make_bundle(models / way.model, env.plugin(way.model), way.model, **manifest)
    return models


def mean_batch(host, model):
    labels = '{model="%s",version="1.0.0"}' % model
    count = host.metric("slipway_batch_size_count" + labels)
    return "%.1f" % (host.metric("slipway_batch_size_sum" + labels) / count) if count else ""


def over_http(env, arguments):
    image = IMAGE.read_text().strip()
    number = json.dumps({"value": 4})
    ways = [Way("`digits`, inline", "digits", image, execution="inline"),
            Way("`digits`, on the pool", "digits", image, execution="pool"),
            Way("`digits`, in batches of 32", "digits", image, batching={"size": 32}),
            Way("`digits`, in batches of 32, one at a time", "digits", image, batching={"size": 32}, limits={**LIMITS, "concurrency": 1}),
            Way("`digits`, in batches of 32, delay 1 ms", "digits", image, batching={"size": 32, "delay": "1ms"}),
            Way("%d us a call, inline" % CALL_US, "costly", number, execution="inline"),
            Way("%d us a call, on the pool" % CALL_US, "costly", number, execution="pool"),
            Way("%d us a call, in batches of 32" % CALL_US, "costly", number, batching={"size": 32})]
    scratch = env.folder("loads")
    with contextlib.ExitStack() as stack:
        flags = ["--threads", str(arguments.threads), "--log-requests", "none"]
        for way in ways:
            way.host = stack.enter_context(env.host(serve(env, way), flags=flags))
        for _ in range(arguments.rounds):
            for way in ways:
                way.results.append(Load(scratch, way.host, way.model, way.body, arguments.seconds, arguments.connections).result())
        for way in ways:
            way.batch = mean_batch(way.host, way.model)
        for _ in range(arguments.rounds):
            for way in ways:
                way.alone.append(Load(scratch, way.host, way.model, way.body, 1, 1).result())
        print("| with %d connections | requests/s | p50, ms | p99, ms | requests in a batch | with 1: p50, ms |" % arguments.connections)
        print("| --- | ---: | ---: | ---: | ---: | ---: |")
        for way in ways:
            print("| %s | %s | %.2f | %.2f | %s | %.2f |" % (way.what, "{:,.0f}".format(rate(way.results)), median(way.results, "p50"),
                                                          median(way.results, "p99"), way.batch, median(way.alone, "p50")))
    return sum(failed(way.results + way.alone) for way in ways)


def of_the_model(env, arguments):
    models = env.folder("models")
    bundle = shutil.copytree(env.shipped / "digits", models / "digits")
    (bundle / "model.yaml").write_text(yaml({"name": "digits", "version": "1.0.0", "plugin": "digits", "batching": {"size": 64}}))
    program = arguments.plugins / "batch_rows"
    runs = [subprocess.run([program, bundle, IMAGE], check=True, stdout=subprocess.PIPE, text=True).stdout
            for _ in range(arguments.rounds)]
    lines = [[line.split() for line in run.splitlines()] for run in runs]
    print("\n| `digits`, requests in a batch | " + " | ".join(what for what, _ in lines[0]) + " |")
    print("| --- |" + " ---: |" * len(lines[0]))
    medians = [statistics.median(float(run[i][1]) for run in lines) / 1000 for i in range(len(lines[0]))]
    print("| the model's time for one of them, us | " + " | ".join("%.1f" % each for each in medians) + " |")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--slipway", type=pathlib.Path, required=True)
    parser.add_argument("--models", type=pathlib.Path, required=True)
    parser.add_argument("--plugins", type=pathlib.Path, required=True)
    parser.add_argument("--connections", type=int, default=64)
    parser.add_argument("--seconds", type=int, default=3)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--threads", type=int, default=2)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        env = Environment(arguments.slipway, arguments.models, arguments.plugins, arguments.plugins, pathlib.Path(scratch))
        wrong = over_http(env, arguments)
        of_the_model(env, arguments)
    if wrong:
        sys.exit("%d requests got no answer, or another one than 200" % wrong)


if __name__ == "__main__":
    main()
