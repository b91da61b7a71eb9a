"""A folder of bundles that changes while the host serves it."""
import os
import threading

from harness import expect
from harness.bundles import make_bundle, plugin_file

QUICK = "folder: {settle: 1ms, grace: 1ms, gives_way: false}\n"
PATIENT = "folder: {settle: 1ms, grace: 60m, gives_way: false}\n"


def bundle(env, folder, version, plugin="good_c", **more):
    return make_bundle(folder, env.plugin(plugin), "doubler", version, **more)


def replace(link, target):
    """Points a symbolic link at another bundle, in one step."""
    new = link.with_name("." + link.name + ".new")
    new.symlink_to(target)
    os.rename(new, link)


def version_of(host):
    return host.request("POST", "/models/doubler/predict", {"value": 2}).header("X-Model-Version")


def wait_for_version(host, version):
    host.wait_for_line("model loaded", version=version)
    with host.connect() as connection:
        while connection.request("POST", "/models/doubler/predict", {"value": 2}).header("X-Model-Version") != version:
            pass  # the swap follows the line; connection.request has the guard


class Load:
    """Connections that ask without a pause, each noting answers that are wrong and versions that go back."""

    def __init__(self, host, connections=3):
        self.host = host
        self.faults = []
        self.answers = 0
        self._done = threading.Event()
        self._threads = [threading.Thread(target=self._ask) for _ in range(connections)]

    def _ask(self):
        newest = (0, 0, 0)
        with self.host.connect() as connection:
            while not self._done.is_set():
                response = connection.request("POST", "/models/doubler/predict", {"value": 2})
                if response.status != 200 or response.json() != {"value": 4.0}:
                    return self.faults.append("%d %s" % (response.status, response.body[:200]))
                version = tuple(int(part) for part in response.header("X-Model-Version").split("."))
                if version < newest:
                    return self.faults.append("%r after %r on one connection" % (version, newest))
                newest = version
                self.answers += 1

    def __enter__(self):
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self._done.set()
        for thread in self._threads:
            thread.join()


def test_a_bundle_that_appears_is_served(env):
    models = env.folder("models")
    with env.host(models, QUICK) as host:
        expect.equal(host.request("POST", "/models/doubler/predict", {"value": 2}).status, 404, "status")
        bundle(env, models / "doubler", "1.0.0")
        wait_for_version(host, "1.0.0")


def test_replacing_a_link_swaps_with_no_request_lost_and_no_version_mixed(env):
    models, releases = env.folder("models"), env.folder("releases")
    (models / "doubler").symlink_to(bundle(env, releases / "0", "1.0.0"))
    with env.host(models, QUICK) as host, Load(host) as load:
        for number in range(1, 31):
            replace(models / "doubler", bundle(env, releases / str(number), "1.%d.0" % number))
            host.wait_for_line("model loaded", version="1.%d.0" % number)
        wait_for_version(host, "1.30.0")
    expect.equal(load.faults, [], "faults")
    assert load.answers > 30, load.answers


def test_folders_that_are_exchanged_swap_too(env):
    models = env.folder("models")
    bundle(env, models / "doubler", "1.0.0")
    aside = bundle(env, models / ".aside", "2.0.0")
    with env.host(models, PATIENT) as host:
        expect.equal(version_of(host), "1.0.0", "version")
        os.rename(models / "doubler", models / ".old")
        os.rename(aside, models / "doubler")
        wait_for_version(host, "2.0.0")


def test_a_bad_bundle_is_reported_and_the_old_version_stays(env):
    models = env.folder("models")
    bundle(env, models / "doubler", "1.0.0")
    with env.host(models, PATIENT) as host:
        for number, plugin in enumerate(("create_fails", "truncated", "good_c"), 1):
            folder = bundle(env, models / ".next", "1.%d.0" % number, "good_c" if plugin == "truncated" else plugin,
                            cases=[{"name": "wrong", "request": {"value": 1}, "response": {"value": 5}}])
            if plugin == "truncated":
                os.truncate(plugin_file(folder), 5000)
            os.rename(models / "doubler", models / (".old-%d" % number))
            os.rename(folder, models / "doubler")
            line = host.wait_for_line("a bundle is not served", nth=number)
            assert line["bundle"] == str(models / "doubler") and line["why"], line
            expect.equal(version_of(host), "1.0.0", "version after " + plugin)
        described = host.request("GET", "/models/doubler").json()
        failed = {each["version"]: each["why"] for each in described["versions"] if each["state"] == "failed"}
        expect.equal(sorted(failed), ["1.1.0", "1.2.0", "1.3.0"], "failed versions")
        expect.contains(failed["1.1.0"], "could not be created")
        expect.contains(failed["1.3.0"], "1 of 1 golden cases failed", "wrong")
        expect.equal(host.request("GET", "/health/ready").status, 200, "readiness")


def test_a_model_of_which_nothing_serves_says_why(env):
    models = env.folder("models")
    bundle(env, models / "doubler", "1.0.0", "create_fails")
    with env.host(models, QUICK) as host:
        expect.problem(host.request("POST", "/models/doubler/predict", {"value": 2}), 503, "GET /models/doubler says why")
        described = host.request("GET", "/models/doubler").json()
        expect.equal([each["state"] for each in described["versions"]], ["failed"], "states")
        expect.equal(host.request("GET", "/models").json(), {"models": []}, "models that are served")


def test_the_same_version_with_other_bytes_takes_its_place(env):
    models, releases = env.folder("models"), env.folder("releases")
    (models / "doubler").symlink_to(bundle(env, releases / "a", "1.0.0"))
    with env.host(models, QUICK) as host:
        first = host.request("GET", "/models/doubler").json()["versions"][0]["digest"]
        replace(models / "doubler", bundle(env, releases / "b", "1.0.0", description="other bytes"))
        host.wait_for_line("model loaded", nth=2, version="1.0.0")
        with host.connect() as connection:
            while [each["digest"] for each in connection.request("GET", "/models/doubler").json()["versions"]].count(first):
                pass


def test_a_bundle_that_is_being_copied_does_not_count_until_it_is_whole(env):
    models = env.folder("models")
    whole = bundle(env, env.folder("made") / "doubler", "1.0.0")
    with env.host(models, "folder: {settle: 100ms, grace: 1ms}\n") as host:
        target = models / "doubler"
        for path in sorted(whole.rglob("*"), key=lambda path: path.name != "model.yaml"):  # the manifest first
            copy = target / path.relative_to(whole)
            if path.is_file():
                copy.parent.mkdir(parents=True, exist_ok=True)
                copy.write_bytes(path.read_bytes())
        wait_for_version(host, "1.0.0")


def test_a_vanished_bundle_serves_through_its_grace(env):
    models = env.folder("models")
    bundle(env, models / "doubler", "1.0.0")
    bundle(env, models / "other", "1.0.0")
    with env.host(models, PATIENT) as host:
        os.rename(models / "doubler", models / ".aside")
        make_bundle(models / "late", env.plugin("good_c"), "late")
        host.wait_for_line("model loaded", model="late")  # a later look, which has seen that it is gone
        expect.equal(version_of(host), "1.0.0", "version")


def test_a_vanished_bundle_goes_after_its_grace(env):
    models = env.folder("models")
    bundle(env, models / "doubler" / "1.0.0", "1.0.0")
    bundle(env, models / "doubler" / "2.0.0", "2.0.0")
    with env.host(models, QUICK) as host:
        expect.equal(version_of(host), "2.0.0", "version")
        os.rename(models / "doubler" / "2.0.0", models / ".aside")
        host.wait_for_line("a bundle has gone", version="2.0.0")
        with host.connect() as connection:
            while connection.request("POST", "/models/doubler/versions/2.0.0/predict", {"value": 2}).status != 404:
                pass
        expect.equal(version_of(host), "1.0.0", "version")


def test_labels_reach_versions(env):
    models = env.folder("models")
    bundle(env, models / "doubler", "1.0.0")
    with env.host(models, QUICK) as host:
        expect.answer(host.request("POST", "/models/doubler/labels/stable/predict", {"value": 2}), {"value": 4.0}, "1.0.0")
        expect.problem(host.request("POST", "/models/doubler/labels/canary/predict", {"value": 2}), 404, "the label")
