#!/usr/bin/env python3
"""The author's minute, timed: from an empty folder to a model that answers, is tested, packed and served.

    author.py --build BUILD [--template classifier] [--saves 5]

Installs BUILD into a temporary folder, and goes the way of somebody who has never seen Slipway, with the commands that
`slipway new` prints. Of each step it says how long it took, and how much of that the compiler. Then it saves the model's source
again and again under `slipway dev`, while requests come all the time: from the save to the first answer of the new code.
The exit status is 1 if a request failed."""
import argparse
import http.client
import json
import os
import pathlib
import re
import statistics
import subprocess
import sys
import tempfile
import threading
import time

REQUEST = {"classifier": {"tenure_months": 1, "monthly_charge": 95.5, "support_calls": 4, "contract": "monthly"}}
MODEL, VERSION = "churn", "0.1.0"
# What a save changes: less than the golden cases notice, and enough for the answer's last digits.
EDITED, BEFORE = "src/model.hpp", "const double z = intercept_ +"
GUARD_SECONDS = 300


class Minute:
    def __init__(self, arguments, folder):
        self.folder = folder
        self.template = arguments.template
        self.project = folder / MODEL
        subprocess.run(["meson", "install", "-C", arguments.build, "--no-rebuild", "--quiet", "--destdir", folder / "installed"],
                       check=True, stdout=subprocess.DEVNULL)
        (program,) = (folder / "installed").glob("**/bin/slipway")
        self.variables = {**os.environ, "PATH": "%s:%s" % (program.parent, os.environ["PATH"]), "XDG_CACHE_HOME": str(folder / "cache")}
        self.total = self.compiling = 0.0

    def told(self, what, seconds, compiling=0.0):
        self.total += seconds
        self.compiling += compiling
        print("%-64s %6.2f s%s" % (what, seconds, "  (%.2f s of it the compiler)" % compiling if compiling else ""), flush=True)

    def run(self, *command, what, folder=None, show=False):
        began = time.monotonic()
        done = subprocess.run(command, cwd=folder or self.project, env=self.variables, capture_output=True, text=True)
        if done.returncode != 0:
            sys.exit("%s: exit %d\n%s%s" % (command, done.returncode, done.stdout, done.stderr))
        self.told(what, time.monotonic() - began)
        return done.stdout


class Dev:
    """`slipway dev`, with its lines as they come."""

    def __init__(self, minute):
        self.lines = []
        self.process = subprocess.Popen(["slipway", "dev", "--listen", "127.0.0.1:0"], cwd=minute.project, env=minute.variables,
                                        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        self.changed = threading.Condition()
        threading.Thread(target=self.read, daemon=True).start()
        self.port = int(re.search(r":(\d+)/docs", self.wait_for("/docs", 1)).group(1))

    def read(self):
        for line in self.process.stdout:
            with self.changed:
                self.lines.append(line)
                self.changed.notify_all()

    def wait_for(self, words, nth):
        with self.changed:
            found = lambda: [line for line in self.lines if words in line]  # noqa: E731
            if not self.changed.wait_for(lambda: len(found()) >= nth, GUARD_SECONDS):
                sys.exit("no %r in\n%s" % (words, "".join(self.lines)))
            return found()[nth - 1]

    def built_in(self, nth):
        """Seconds that the nth build took that was served."""
        number, unit = re.search(r"\(([0-9.]+) (ms|s) of it the build\)", self.wait_for(" serves, ", nth)).groups()
        return float(number) / (1000 if unit == "ms" else 1)

    def stop(self):
        self.process.terminate()
        self.process.wait(GUARD_SECONDS)


class Caller:
    """Asks all the time, on one connection, and keeps what was answered last. A millisecond apart: there are two cores for it, the
    host and the compiler."""

    def __init__(self, port, request):
        self.path, self.request = "/models/%s/predict" % MODEL, json.dumps(request)
        self.port, self.last, self.answered, self.failed = port, None, 0, 0
        self.changed, self.ended = threading.Condition(), False
        self.thread = threading.Thread(target=self.call)
        self.thread.start()

    def call(self):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=GUARD_SECONDS)
        while not self.ended:
            connection.request("POST", self.path, self.request, {"Content-Type": "application/json"})
            response = connection.getresponse()
            body = response.read()
            with self.changed:
                self.answered += 1
                self.failed += response.status != 200
                self.last = body
                self.changed.notify_all()
            time.sleep(0.001)

    def wait_for_another(self, than):
        with self.changed:
            if not self.changed.wait_for(lambda: self.last is not None and self.last != than, GUARD_SECONDS):
                sys.exit("the answer does not change")
            return self.last


def saves(minute, dev, caller, times):
    """Seconds from each save to the first answer of what was saved, and of its build."""
    source = minute.project / EDITED
    before, served = source.read_text(), []
    for number in range(1, times + 1):
        last = caller.last
        began = time.monotonic()
        source.write_text(before.replace(BEFORE, "%s %de-13 +" % (BEFORE, number)))
        caller.wait_for_another(last)
        served.append((time.monotonic() - began, dev.built_in(1 + number)))
    last = caller.last
    source.write_text(before)
    caller.wait_for_another(last)
    return served


def first_answer(port, request):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=GUARD_SECONDS)
    connection.request("POST", "/models/%s/predict" % MODEL, json.dumps(request), {"Content-Type": "application/json"})
    response = connection.getresponse()
    if response.status != 200:
        sys.exit("not answered: %d %s" % (response.status, response.read()))


def serve_packed(minute, request):
    began = time.monotonic()
    store = ["--store", str(minute.folder / "store")]
    host = subprocess.Popen(["slipway", "serve", *store, "--listen", "127.0.0.1:0", "--log-format", "json"], env=minute.variables,
                            stderr=subprocess.PIPE, text=True)
    try:
        for line in host.stderr:
            if '"listening"' in line:
                break
        port = int(re.search(r"127\.0\.0\.1:(\d+)", line).group(1))
        for command in (["publish", "%s-%s.slip" % (MODEL, VERSION)], ["release", MODEL, VERSION]):
            done = subprocess.run(["slipway", *command, *store], cwd=minute.project, env=minute.variables, capture_output=True, text=True)
            if done.returncode != 0:
                sys.exit("%s: %s" % (command, done.stderr))
        first_answer(port, request)
        minute.told("slipway serve, publish, release, and an answer", time.monotonic() - began)
    finally:
        host.terminate()
        host.communicate()


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--build", type=pathlib.Path, required=True)
    options.add_argument("--template", default="classifier", choices=sorted(REQUEST))
    options.add_argument("--saves", type=int, default=5)
    arguments = options.parse_args()
    with tempfile.TemporaryDirectory(prefix="slipway-author-") as scratch:
        minute = Minute(arguments, pathlib.Path(scratch))
        request = REQUEST[arguments.template]
        minute.run("slipway", "new", MODEL, "--template", arguments.template, what="slipway new", folder=minute.folder)
        began = time.monotonic()
        dev = Dev(minute)
        dev.wait_for(" serves, ", 1)
        first_answer(dev.port, request)
        minute.told("slipway dev, until the first answer", time.monotonic() - began, dev.built_in(1))
        caller = Caller(dev.port, request)
        caller.wait_for_another(None)
        served = saves(minute, dev, caller, arguments.saves)
        caller.ended = True
        caller.thread.join()
        dev.stop()
        minute.run("slipway", "test", ".", what="slipway test")
        minute.run("slipway", "pack", ".", what="slipway pack")
        serve_packed(minute, request)
        print("%-64s %6.2f s  (%.2f s of it the compiler)" % ("from nothing to a packed and served model", minute.total, minute.compiling))
        seconds, builds = zip(*served)
        print("\nfrom a save to the first answer of what was saved, %d times: median %.2f s, most %.2f s; the build alone: median %.2f s"
              % (len(served), statistics.median(seconds), max(seconds), statistics.median(builds)))
        print("meanwhile %d requests were answered, %d of them not with 200" % (caller.answered, caller.failed))
        sys.exit(1 if caller.failed else 0)


if __name__ == "__main__":
    main()
