#!/usr/bin/env python3
"""Counts the instructions of one request, piece by piece, and compares them with what they were.

    guard.py --guard PROGRAM --models DIR --baseline FILE [--update]

A count has no noise to speak of where a time has much, so a hot path that becomes slower by little is noticed. Each piece of work
is done N and 2N times under callgrind; the difference is N requests, without the program's start. What the kernel does is not in it.
Counts differ between compilers and libraries: where the baseline has none for those that are here, the test is skipped and says so.
--update writes what was counted into the baseline."""
import argparse
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys

SKIPPED = 77  # as meson understands it
MADE_WITH = ("compiler", "build", "libc", "boost")
HOW_TO_RECORD = "`scripts/bench guard --update` records the new counts in tests/guard/baseline.json, to be committed with the reason"
REQUESTS = 100
# Of a request with tens of kilobytes fewer are enough.
REQUESTS_OF_LARGE = 10

# From how many bytes on glibc copies with one instruction, which counts as one a byte, depends on the processor's caches: never.
SAME_COPIES = {"GLIBC_TUNABLES": "glibc.cpu.x86_rep_movsb_threshold=1073741824"}


def instructions(program, models, work, times):
    done = subprocess.run(["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null", program, models, work, str(times)],
                          env=os.environ | SAME_COPIES, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    found = re.search(r"Collected : (\d+)", done.stdout)
    if done.returncode != 0 or not found:
        sys.exit("%s %s %d: exit status %d\n%s" % (program, work, times, done.returncode, done.stdout))
    return int(found.group(1))


def of_one_request(program, models, work):
    times = REQUESTS_OF_LARGE if "KB" in work else REQUESTS
    return round((instructions(program, models, work, 2 * times) - instructions(program, models, work, times)) / times)


def entry_for(baseline, made_with):
    for entry in baseline["counted"]:
        if all(entry[what] == made_with[what] for what in MADE_WITH):
            return entry
    return None


def update(path, baseline, made_with, counts):
    entry = entry_for(baseline, made_with)
    if entry is None:
        entry = {what: made_with[what] for what in MADE_WITH}
        baseline["counted"].append(entry)
    entry["instructions"] = counts
    path.write_text(json.dumps(baseline, indent=2) + "\n")
    print("guard: %s has these counts now" % path)


def compare(baseline, expected, counts):
    """Whether none has grown."""
    grown, shrunk = [], []
    print("%-24s %14s %14s %8s" % ("instructions a request", "baseline", "now", "change"))
    for work, count in counts.items():
        before = expected["instructions"].get(work)
        change = count / before - 1 if before else 0
        print("%-24s %14s %14s %+7.1f%%" % (work, before or "none", count, 100 * change))
        if not before or change > baseline["may_grow_by"]:
            grown.append(work)
        elif -change > baseline["may_shrink_by"]:
            shrunk.append(work)
    if shrunk:
        print("guard: cheaper than before: %s. %s." % (", ".join(shrunk), HOW_TO_RECORD))
    if grown:
        print("guard: more instructions than before: %s. If it must be so: %s." % (", ".join(grown), HOW_TO_RECORD))
    return not grown


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--guard", required=True)
    parser.add_argument("--models", required=True)
    parser.add_argument("--baseline", type=pathlib.Path, required=True)
    parser.add_argument("--update", action="store_true")
    arguments = parser.parse_args()

    if shutil.which("valgrind") is None:
        print("guard: skipped: valgrind is not installed (scripts/setup does)")
        return SKIPPED
    made_with = json.loads(subprocess.run([arguments.guard, arguments.models, "describe"], check=True, stdout=subprocess.PIPE).stdout)
    baseline = json.loads(arguments.baseline.read_text())
    expected = entry_for(baseline, made_with)
    if expected is None and not arguments.update:
        print("guard: skipped: the baseline has no counts for %s" % ", ".join("%s %s" % (what, made_with[what]) for what in MADE_WITH))
        return SKIPPED
    counts = {work: of_one_request(arguments.guard, arguments.models, work) for work in made_with["work"]}
    passed = expected is None or compare(baseline, expected, counts)
    if arguments.update:
        update(arguments.baseline, baseline, made_with, counts)
        return 0
    return 0 if passed else 1


sys.exit(main())
