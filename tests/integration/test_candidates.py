"""Bad versions are published and released while clients call the good one: each is refused, or reported, with its reason."""
import threading
import time

from harness import expect
from harness.bundles import NUMBER_IN_OBJECT
from harness.operated import FAILURE, Operated, version_of

CASE = {"name": "one doubled", "request": {"value": 1}, "response": {"value": 2}}
WRONG = dict(CASE, response={"value": 3})
NARROWER = dict(NUMBER_IN_OBJECT, properties={"value": {"type": "number", "maximum": 9}})
# The plugin, what else is in the bundle, and what is said.
REFUSED = {
    "crash in create": ("crashes_in_create", {}, ["SIGSEGV", "in create"]),
    "hang in create": ("hangs_in_create", {}, ["did not return from create within the 20s"]),
    "wrong golden answer": ("good_c", {"cases": [WRONG]}, ["1 of 1 golden cases failed", "one doubled"]),
    "breaking schema": ("good_c", {"request": NARROWER}, ["may break clients of 1.0.0", "above 9"]),
    "thread left running": ("leaves_thread", {}, ["left 1 thread running after destroy"]),
    "static libstdc++": ("static_libstdcxx", {}, ["-static-libstdc++"]),
}
CRASH = {"ASAN_OPTIONS": "handle_segv=0:handle_abort=0:detect_leaks=0", "TSAN_OPTIONS": "handle_segv=0:handle_abort=0"}


class Callers:
    """Clients of their own threads; every answer must be the stable version's, and right."""

    def __init__(self, host, count=2):
        self.host, self.answers, self.wrong, self.stopped = host, 0, [], False
        self.threads = [threading.Thread(target=self.run) for _ in range(count)]

    def run(self):
        with self.host.connect() as connection:
            while not self.stopped:
                response = connection.request("POST", "/models/doubler/predict", {"value": 4})
                if (response.status, response.header("X-Model-Version"), response.json()) != (200, "1.0.0", {"value": 8.0}):
                    self.wrong.append(response)
                    return
                self.answers += 1
                time.sleep(0.001)  # candidates run where a core has nothing else to do

    def __enter__(self):
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self.stopped = True
        for thread in self.threads:
            thread.join()


def test_each_is_refused_with_its_reason_and_nobody_notices(env):
    operated = Operated(env)
    # Candidates run where a core has nothing else to do: on a busy machine they come to `create` late.
    with operated.host(config="limits: {probe: 20s}\n", variables=CRASH) as host:
        operated.publish("1.0.0", cases=[CASE])
        operated.release("1.0.0")
        with Callers(host) as callers:
            for number, (what, (plugin, more, words)) in enumerate(REFUSED.items(), start=1):
                version = "1.%d.0" % number
                operated.publish(version, plugin=plugin, **{"cases": [CASE], **more})
                done = operated.run("release", "doubler", version)
                expect.equal(done.exit, FAILURE, "exit of the release with: " + what)
                expect.contains(done.err, *words)
                expect.equal((operated.ask("history", "--limit", "1")["decisions"][0]["outcome"]), "failed", what)
        expect.equal(callers.wrong, [], "answers that were not the stable version's")
        assert callers.answers > 0
        expect.equal(host.request("GET", "/health/ready").status, 200, "ready")


def test_a_damaged_file_is_refused(env):
    operated = Operated(env)
    with operated.host() as host:
        operated.publish("1.0.0")
        operated.release("1.0.0")
        operated.publish("1.1.0", parameters={"of": "1.1.0"})
        [manifest] = [path for path in operated.store.rglob("model.yaml") if "1.1.0" in path.read_text()]
        manifest.parent.chmod(0o755)
        manifest.chmod(0o644)
        manifest.write_text(manifest.read_text().replace('"1.1.0"', '"1.1.1"', 1))
        done = operated.run("release", "doubler", "1.1.0")
        expect.equal(done.exit, FAILURE, "exit")
        expect.contains(done.err, "1.1.0 is damaged", "model.yaml")
        expect.equal(version_of(host), "1.0.0", "version")


def test_a_plugin_that_stays_mapped_is_reported(env):
    operated = Operated(env)
    with operated.host() as host:
        for version, plugin in (("1.0.0", "keeps_itself"), ("1.1.0", "tls_destructor"), ("1.2.0", "good_c"), ("1.3.0", "good_cpp")):
            operated.publish(version, plugin=plugin, cases=[CASE])
            operated.release(version)
        host.wait_for_line("a plugin stayed mapped after it was unloaded", version="1.0.0")
        pinned = {each["version"]: each.get("why", "") for model in operated.ask("status")["models"] for each in model["versions"]}
        expect.contains(pinned["1.0.0"], "stays in memory")
        host.wait_for_line("model loaded", version="1.3.0")
        expect.equal(host.metric("slipway_pinned_libraries"), 1, "libraries that stay: not the one with thread_local destructors")
        expect.equal(version_of(host), "1.3.0", "version")
