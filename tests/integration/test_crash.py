"""A host that is killed at any moment serves, when it starts again, exactly what it acknowledged last."""
import os
import random
import signal
import threading
import time

from harness import expect
from harness.bundles import make_bundle
from harness.client import Closed, UnixConnection
from harness.environment import GUARD_SECONDS

# What is durable does not depend on a sanitizer, which takes several times as long.
KILLS = 50 if "SLIPWAY_TEST_SHORT" in os.environ else 200
SEED = 20261124


class Operator:
    """Publishes and releases without a pause, noting what was acknowledged, until the host is gone."""

    def __init__(self, env, store, first):
        self.env = env
        self.store = store
        self.next = first
        self.published = set()   # acknowledged
        self.stable = None       # acknowledged
        self.under_way = None    # a release that was asked for and not acknowledged
        self.has_released = threading.Event()
        self._thread = threading.Thread(target=self._work)

    def start(self):
        self._thread.start()

    def join(self):
        self._thread.join()

    def _work(self):
        try:
            with UnixConnection(str(self.store / "control.sock")) as connection:
                while True:
                    version = "1.0.%d" % self.next
                    self.next += 1
                    bundle = make_bundle(self.env.folder("bundle") / "doubler", self.env.plugin("good_c"), "doubler", version)
                    self._run(connection, "/publish", {"bundle": str(bundle)})
                    self.published.add(version)
                    self.under_way = version
                    self._run(connection, "/models/doubler/release", {"version": version})
                    self.stable, self.under_way = version, None
                    self.has_released.set()
        except (OSError, Closed):
            pass  # the host is gone

    @staticmethod
    def _run(connection, path, body):
        operation = connection.request("POST", path, body).json()["operation"]
        seen = 0
        while True:
            report = connection.request("GET", "/operations/%d?after=%d" % (operation, seen)).json()
            seen += len(report["steps"])
            if report["ended"]:
                assert "result" in report, report
                return


def test_killed_at_any_moment_it_comes_back_with_what_was_acknowledged(env):
    store = env.folder("store") / "store"
    chance = random.Random(SEED)
    published, stable, first, acknowledged = set(), None, 0, 0
    longest = None  # a kill comes within so many seconds: two publications and releases, on this machine as busy as it is
    for kill in range(KILLS + 1):
        with env.host(False, flags=("--store", str(store))) as host:
            where = "after kill %d (seed %d)" % (kill, SEED)
            with UnixConnection(str(store / "control.sock")) as connection:
                versions = {each["version"]: each for each in connection.request("GET", "/versions").json()["versions"]}
            lost = published - set(versions)
            assert not lost, "%s: published and lost: %s" % (where, sorted(lost))
            if stable is not None:
                response = host.request("POST", "/models/doubler/predict", {"value": 2})
                expect.equal(response.status, 200, "status " + where)
                expect.equal(response.json(), {"value": 4.0}, "answer " + where)
                now = response.header("X-Model-Version")
                assert now in (stable, under_way), "%s: %s is served, but %s was acknowledged and %s was under way" % (
                    where, now, stable, under_way)
                stable = now
            if kill == KILLS:
                break
            operator = Operator(env, store, first)
            begin = time.monotonic()
            operator.start()
            if longest is None:
                assert operator.has_released.wait(GUARD_SECONDS), "nothing was released"
                longest = 2 * (time.monotonic() - begin)
            else:
                if kill % 4 == 0:  # so that enough is acknowledged on a machine that has become busier
                    assert operator.has_released.wait(GUARD_SECONDS), "nothing was released"
                threading.Event().wait(chance.uniform(0, longest))  # where the kill falls
            host.exit_wanted = -signal.SIGKILL
            host.signal(signal.SIGKILL)
            operator.join()
            first = operator.next
            published |= operator.published
            acknowledged += len(operator.published)
            stable, under_way = operator.stable or stable, operator.under_way
    assert acknowledged >= KILLS // 4, "only %d publications were acknowledged: the kills come too early" % acknowledged
