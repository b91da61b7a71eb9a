#!/usr/bin/env python3
"""Upgrades a host again and again under load (slipway serve --takeover), and prints what failed and how long it took.

    upgrade.py --slipway BUILD/host/slipway --models BUILD/models [--upgrades 20] [--processes 2] [--connections 16] [--threads 2]

A host with a store of its own serves the model `sum`. Half of the connections are kept, the others are made for each request;
each answer is checked. A failed request is a wrong answer, or a connection that ended otherwise than by `Connection: close`. The
exit status is 1 if there was one."""
import argparse
import json
import multiprocessing
import pathlib
import re
import signal
import statistics
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "integration"))
sys.dont_write_bytecode = True

from harness.takeover import Load  # noqa: E402  (the path comes first)

MOST_SECONDS = 300  # for one host to start, or to end


class Host:
    """A host that serves; lines of its log come as JSON."""

    def __init__(self, slipway, folder, threads, *flags):
        self.began = time.monotonic()
        self.process = subprocess.Popen(
            [slipway, "serve", "--store", folder / "store", "--cache", folder / "cache", "--listen", "127.0.0.1:0", "--threads",
             str(threads), "--log-format", "json", *flags], stderr=subprocess.PIPE, stdin=subprocess.DEVNULL, text=True)

    def wait_for(self, message):
        for line in self.process.stderr:
            said = json.loads(line) if line.startswith("{") else {"message": line}
            if said["message"] == message:
                return said
        sys.exit("the host has ended before it said: " + message)

    def end(self):
        """Its exit status, when it ends by itself."""
        self.process.stderr.read()
        return self.process.wait(MOST_SECONDS)


def call_until_told(port, connections, told, result):
    load = Load(port, "/models/sum/predict", connections // 2, connections - connections // 2,
                body=lambda value: [value, 1], answer=lambda value: {"sum": value + 1.0})
    with load:
        told.wait()
    result.send((sum(load.answered), load.failures))


def first_host(arguments, folder):
    host = Host(arguments.slipway, folder, arguments.threads)
    port = int(re.search(r":(\d+)$", host.wait_for("listening")["url"]).group(1))
    bundle = arguments.models / "sum"
    version = re.search(r"^version: *(\S+)", (bundle / "model.yaml").read_text(), re.MULTILINE).group(1).strip("\"'")
    for command in (["publish", bundle], ["release", "sum", version]):
        subprocess.run([arguments.slipway, *command, "--store", folder / "store"], check=True, capture_output=True)
    return host, port


def upgrade(arguments, folder, old):
    """The new host and its figures, in milliseconds."""
    new = Host(arguments.slipway, folder, arguments.threads, "--takeover")
    said = new.wait_for("taken over")
    ready = time.monotonic()
    if old.end() != 0:
        sys.exit("the old host's exit status is not 0")
    return new, {"until the new host serves": (ready - new.began) * 1e3, "of it, commands are refused": said["milliseconds"],
                 "hand-over, from `serving` to the old host's `yours`": said["hand_over_us"] / 1e3,
                 "until the old host has ended": (time.monotonic() - ready) * 1e3}


def measure(arguments, folder):
    host, port = first_host(arguments, folder)
    told = multiprocessing.Event()
    callers = []
    for _ in range(arguments.processes):
        mine, its = multiprocessing.Pipe()
        caller = multiprocessing.Process(target=call_until_told, args=(port, arguments.connections, told, its))
        caller.start()
        callers.append((caller, mine))
    began = time.monotonic()
    rows = []
    for _ in range(arguments.upgrades):
        host, row = upgrade(arguments, folder, host)
        rows.append(row)
    seconds = time.monotonic() - began
    told.set()
    results = [mine.recv() for _, mine in callers]
    for caller, _ in callers:
        caller.join()
    host.process.send_signal(signal.SIGTERM)
    host.end()
    return rows, sum(answered for answered, _ in results), [each for _, failures in results for each in failures], seconds


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--slipway", type=pathlib.Path, required=True)
    parser.add_argument("--models", type=pathlib.Path, required=True)
    parser.add_argument("--upgrades", type=int, default=20)
    parser.add_argument("--processes", type=int, default=2, help="that make the load")
    parser.add_argument("--connections", type=int, default=16, help="of each of them")
    parser.add_argument("--threads", type=int, default=2, help="of the host that serve")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="slipway-upgrade-") as folder:
        rows, answered, failures, seconds = measure(arguments, pathlib.Path(folder))
    print("| %d upgrades, milliseconds | median | most |\n| --- | ---: | ---: |" % len(rows))
    for what in rows[0]:
        values = [row[what] for row in rows]
        print("| %s | %.2f | %.2f |" % (what, statistics.median(values), max(values)))
    print("\n%d requests were answered in %.1f s, %d failed." % (answered, seconds, len(failures)))
    for each in failures[:10]:
        print("  " + each)
    sys.exit(1 if failures else 0)


if __name__ == "__main__":
    main()
