"""A process that publishes, releases and collects is killed at random moments. The store that it leaves says exactly what
was acknowledged."""
import json
import random
import signal
import subprocess
import time

from harness import expect
from harness.acknowledged import Acknowledged

KILLS = 200


def setup(env, stack):
    return env


def run_and_kill(env, store, scratch, chance):
    """The lines that the process wrote before it died."""
    process = subprocess.Popen([str(env.plugins / "store_driver"), "loop", str(store), str(scratch), str(chance.randrange(1 << 30))],
                               stdout=subprocess.PIPE, stderr=subprocess.PIPE, bufsize=0)  # communicate() drops what is buffered
    lines = []
    for _ in range(chance.randrange(8)):
        lines.append(process.stdout.readline())
    time.sleep(chance.uniform(0, 0.02))  # not to wait for anything: the moment is meant to be any
    process.kill()
    rest, complaint = process.communicate()
    assert process.returncode == -signal.SIGKILL, "it ended by itself: %s" % complaint.decode()
    whole = (b"".join(lines) + rest).decode()
    return whole.split("\n")[:-1]


def look(env, store):
    """(versions, labels) as the program lists them, all of it intact."""
    checked = env.run("store", "verify", "--store", store, "--json")
    expect.equal((checked.exit, checked.err), (0, ""), "exit and standard error of verify (%s)" % checked.out)
    found = json.loads(env.run("store", "list", "--store", store, "--json").out)
    versions = {(each["model"], each["version"]): each["state"] for each in found["versions"]}
    labels = {(each["model"], each["label"]): (each["version"], each.get("share")) for each in found["labels"]}
    return versions, labels


def test_after_a_kill_at_any_moment_the_store_says_what_was_acknowledged(env):
    seed = random.SystemRandom().randrange(1 << 30)
    chance = random.Random(seed)
    store, scratch = env.folder("parent") / "store", env.folder("scratch")
    acknowledged = Acknowledged()
    amid = 0
    for kill in range(KILLS):
        try:
            for line in run_and_kill(env, store, scratch, chance):
                acknowledged.line(line)
            amid += acknowledged.under_way is not None
            if store.joinpath("ledger.db").exists():
                acknowledged.settle(*look(env, store))
        except AssertionError as error:
            raise AssertionError("kill %d of seed %d: %s" % (kill, seed, error)) from error
    assert amid > 0, "no kill came while a change was under way: this test shows nothing"
    assert len(acknowledged.versions) > 10, acknowledged.versions
