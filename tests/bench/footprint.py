#!/usr/bin/env python3
"""What a host takes of a machine: its program, its start, its memory, also with models and idle connections by the thousand.

    footprint.py --build BUILD --folder FOLDER [--rounds 7] [--models 1000] [--connections 10000] [--seconds 2]
                 [--write docs/performance.md]

Prints one table. Memory is VmRSS once the first request has been answered; figures are medians of the rounds. What a request costs
among many models is measured in turns with a host that has one, in CPU time of the host. --write puts the table between the
markers in a file, unless others kept the machine busy meanwhile."""
import argparse
import json
import os
import pathlib
import re
import resource
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time

sys.dont_write_bytecode = True
HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE / "peers"))

from published import busy_seconds, put_if_quiet, row  # noqa: E402  (the path comes first)
from servers import Running, Slipway, predict_path  # noqa: E402

MODEL = "identity-match"
EXAMPLE = HERE.parents[1] / "plugins" / MODEL / "examples" / "match.json"
EVERYWHERE = ("libc.so.6", "libm.so.6", "libgcc_s.so.1", "libstdc++.so.6")  # where C++ programs run at all


def megabytes(size):
    return "%.2f MB" % (size / 1e6)


def brought_by(program):
    """The shared libraries of a program or module beyond those of the language, and all that those need."""
    listed = subprocess.run(["ldd", program], check=True, stdout=subprocess.PIPE, text=True).stdout
    return {name: pathlib.Path(path) for name, path in re.findall(r"(\S+) => (/\S+)", listed) if name not in EVERYWHERE}


def stripped(file, folder):
    copy = folder / ("stripped-" + file.name)
    subprocess.run(["strip", "-o", copy, file], check=True)
    return copy.stat().st_size


def sizes(build, folder):
    program, module = build / "host" / "slipway", build / "host" / "slipway-tls.so"
    own, libraries = stripped(program, folder), brought_by(program)
    with_libraries = own + sum(path.stat().st_size for path in libraries.values())
    yield "the program, stripped", megabytes(own), ""
    yield "with the shared libraries it needs (%s)" % ", ".join(sorted(libraries)), megabytes(with_libraries), "8 MB"
    if module.exists():
        for_tls = {name: path for name, path in brought_by(module).items() if name not in libraries}
        size = stripped(module, folder) + sum(path.stat().st_size for path in for_tls.values())
        yield "what TLS adds where a certificate is configured (%s)" % ", ".join(["slipway-tls.so"] + sorted(for_tls)), megabytes(size), ""


def start(server, first, rounds):
    """Milliseconds to the first answer, and MiB then."""
    times, memory = [], []
    for _ in range(rounds):
        with Running(server, first, wide=True) as running:
            times.append(running.start_ms)
            memory.append(running.resident_mb())
    return statistics.median(times), statistics.median(memory)


def name_of(number):
    """As long as "identity-match"."""
    return "identity-m%04d" % number


def copies(shipped, folder, count):
    """A folder of models that differ in their names alone: in the manifest, and in the plugin, which knows whose it is."""
    folder.mkdir()
    for number in range(count):
        bundle = shutil.copytree(shipped / MODEL, folder / name_of(number))
        for file in [bundle / "model.yaml", *bundle.glob("lib/*/*.so")]:
            around = b"name: %s\n" if file.suffix == ".yaml" else b"\0%s\0"
            content = file.read_bytes()
            assert content.count(around % MODEL.encode()) == 1, "%s: its name is not where it is looked for" % file
            file.write_bytes(content.replace(around % MODEL.encode(), around % name_of(number).encode()))
    return folder


def cpu_us(running, model, seconds, bodies):
    """The host's CPU time for a request, with 16 connections."""
    before = running.cpu_seconds()
    done = subprocess.run(
        ["wrk", "-t1", "-c16", "-d%ds" % seconds, "-s", HERE / "peers" / "load.lua",
         "http://127.0.0.1:%d%s" % (running.port, predict_path(model)), "--", bodies], check=True, stdout=subprocess.PIPE, text=True)
    result = json.loads(done.stdout.split("RESULT ", 1)[1])
    if result["failed"]:
        sys.exit("%d requests failed" % result["failed"])
    return 1e6 * (running.cpu_seconds() - before) / result["answered"]


def many_models(build, folder, arguments, empty):
    models = copies(build / "models", folder / "many", arguments.models)
    server = Slipway(build, folder, models)
    first = (name_of(0), EXAMPLE.read_text())
    with Running(server, first, wide=True) as running:
        print("%d models are gated after %.1f s" % (arguments.models, running.start_ms / 1000), file=sys.stderr)
    bodies = folder / "bodies"
    bodies.write_text(EXAMPLE.read_text().replace("\n", " ") + "\n")
    alone = Slipway(build, folder, copies(build / "models", folder / "one", 1))
    with Running(server, first, wide=True) as crowd, Running(alone, first, wide=True) as single:
        each = (crowd.resident_mb() - empty) * 1024 / arguments.models
        yield "a model, of %d like `%s`" % (arguments.models, MODEL), "%.0f KiB" % each, ""
        yield "start to first answer with them", "%.2f s" % (crowd.start_ms / 1000), ""
        ratios = []
        for number in range(arguments.rounds):
            among = cpu_us(crowd, name_of(number * arguments.models // arguments.rounds), arguments.seconds, bodies)
            ratios.append(among / cpu_us(single, name_of(0), arguments.seconds, bodies))
        yield ("CPU time of a request to one of them, to that of a host with one model (quartiles)",
               "%.2f (%.2f-%.2f)" % ((statistics.median(ratios),) + tuple(statistics.quantiles(ratios, n=4)[::2])), "1")


def idle_connections(build, folder, count):
    """Each has had its answer, and is kept."""
    least = count + 100
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    if most != resource.RLIM_INFINITY and most < least:
        print("no figures for idle connections: a process may have %d descriptors here" % most, file=sys.stderr)
        return
    resource.setrlimit(resource.RLIMIT_NOFILE, (least if most == resource.RLIM_INFINITY else most, most))
    config = folder / "idle.yaml"
    config.write_text("limits: {connections: %d, connections_per_address: %d, idle_timeout: 60m}\n" % (least, least))
    body = EXAMPLE.read_bytes()
    request = (b"POST %s HTTP/1.1\r\nHost: here\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n"
               % (predict_path(MODEL).encode(), len(body))) + body
    with Running(Slipway(build, folder, options=["--config", config]), (MODEL, body.decode()), wide=True) as running:
        before = running.resident_mb()
        connections = []
        for _ in range(count):
            connection = socket.create_connection(("127.0.0.1", running.port), 30)
            connection.sendall(request)
            if not connection.recv(65536).startswith(b"HTTP/1.1 200 "):
                sys.exit("a connection got no answer")
            connections.append(connection)
        each = (running.resident_mb() - before) * 1024 / count
        for connection in connections:
            connection.close()
    yield "an idle connection, of %d that have had an answer from `%s`" % (count, MODEL), "%.1f KiB" % each, ""


def rows_of(arguments, folder):
    build = arguments.build.resolve()
    yield from sizes(build, folder)
    nothing = folder / "nothing"
    nothing.mkdir()
    ms, empty = start(Slipway(build, folder, nothing), None, arguments.rounds)
    yield "a host with no model, two threads: memory", "%.1f MiB" % empty, "8 MB"
    yield "its start to the first answer", "%.1f ms" % ms, ""
    shipped = Slipway(build, folder)
    first = (MODEL, EXAMPLE.read_text())
    with Running(shipped, first, wide=True) as running:
        yield "start to first answer of the four shipped models, probed and gated for the first time", "%.0f ms" % running.start_ms, ""
    ms, memory = start(shipped, first, arguments.rounds)
    yield "the same when they have been gated before", "%.1f ms" % ms, "20 ms"
    yield "memory then", "%.1f MiB" % memory, "12 MB"
    yield "for comparison: `/bin/true`, started and ended", "%.1f ms" % nothing_else(arguments.rounds), ""
    yield from many_models(build, folder, arguments, empty)
    yield from idle_connections(build, folder, arguments.connections)


def nothing_else(rounds):
    times = []
    for _ in range(rounds):
        began = time.monotonic()
        subprocess.run(["/bin/true"], check=True)
        times.append(1000 * (time.monotonic() - began))
    return statistics.median(times)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", type=pathlib.Path, required=True)
    parser.add_argument("--folder", type=pathlib.Path, required=True)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--models", type=int, default=1000)
    parser.add_argument("--connections", type=int, default=10000)
    parser.add_argument("--seconds", type=int, default=2)
    parser.add_argument("--write", type=pathlib.Path)
    arguments = parser.parse_args()
    arguments.folder.mkdir(parents=True, exist_ok=True)
    began, busy, own = time.monotonic(), busy_seconds(), os.times()
    text = row(["what", "measured", "asked"]) + row(["---", "---:", "---:"])
    print(text, end="", flush=True)
    with tempfile.TemporaryDirectory(dir=arguments.folder) as scratch:
        for cells in rows_of(arguments, pathlib.Path(scratch)):
            text += row(cells)
            print(row(cells), end="", flush=True)
    used = os.times()
    mine = sum(used[:4]) - sum(own[:4])  # and that of what was started, all of which has ended
    others = max(0.0, (busy_seconds() - busy - mine) / (time.monotonic() - began))
    note = "Medians of %d rounds. Other programs used %.2f of the cores meanwhile.\n" % (arguments.rounds, others)
    print("\n" + note, end="")
    if arguments.write:
        put_if_quiet(note + "\n" + text, arguments.write, "footprint", others)


main()
