"""Versions that nobody calls leave memory, and come back with the next call."""
import threading

from harness import expect
from harness.client import request_bytes
from harness.bundles import held_host, make_bundle, plugin_file
from harness.operated import Operated

PATH = "/models/doubler/predict"
IDLE = "log: {level: debug}\nidle: 30ms\n"


def models_of(env, plugin="good_c", **more):
    models = env.folder("models")
    make_bundle(models / "doubler", env.plugin(plugin), "doubler", **more)
    return models


def versions(host):
    return {each["version"]: each for each in host.request("GET", "/models/doubler").json()["versions"]}


def wait_for_sleep(host, version="1.0.0", times=1):
    """Until the version has left memory so often."""
    host.wait_for_line("version state", nth=times, version=version, state="unloaded")


def call(host, path=PATH, status=200):
    response = host.request("POST", path, {"value": 2})
    expect.equal(response.status, status, "status of %r" % response.body)
    return response


def mapped(host):
    """Whether the plugin's private copy is in the host's memory."""
    with open("/proc/%d/maps" % host.pid(), encoding="utf-8") as maps:
        return any("/cache" in line and ".so" in line for line in maps)


def test_an_idle_version_leaves_memory_and_returns_with_the_next_call(env):
    with env.host(models_of(env), "log: {level: debug}\nidle: 1s\n") as host:
        expect.equal(call(host).json(), {"value": 4.0}, "answer")
        assert mapped(host), "the plugin is not in memory"
        while (told := versions(host)["1.0.0"])["state"] != "unloaded":
            pass
        expect.equal((told["asleep"], told["labels"]), (True, ["stable"]), "what is told of it")
        assert not mapped(host), "the plugin is in memory"
        expect.equal(host.request("GET", "/health/ready").status, 200, "ready")
        expect.equal([each["name"] for each in host.request("GET", "/models").json()["models"]], ["doubler"], "models")
        expect.problem(host.request("GET", "/models/doubler/schema/request"), 503, "asleep")
        expect.equal(call(host).json(), {"value": 4.0}, "answer after it slept")
        assert host.metric("slipway_cold_starts_total") >= 1
        for path in ("/models/doubler/versions/1.0.0/predict", "/models/doubler/labels/stable/predict"):
            while versions(host)["1.0.0"]["state"] != "unloaded":
                pass
            expect.equal(call(host, path).header("X-Model-Version"), "1.0.0", path)
        expect.equal(call(host, "/models/doubler/versions/2.0.0/predict", 404).status, 404, "status")


def test_calls_that_come_together_load_once(env):
    with env.host(models_of(env), "log: {level: debug}\nidle: 2s\nthreads: 2\n") as host:
        wait_for_sleep(host)
        statuses = []

        def one():
            with host.connect() as connection:
                statuses.append(connection.request("POST", PATH, {"value": 2}).status)

        threads = [threading.Thread(target=one) for _ in range(24)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        expect.equal(statuses, [200] * 24, "statuses")
        # All of them may be answered before the version is idle again; it cannot have been woken for each.
        assert host.metric("slipway_cold_starts_total") <= 3, host.metric("slipway_cold_starts_total")


def test_a_version_that_is_asleep_again_before_the_call_that_woke_it_has_its_turn(env):
    """The one thread that serves is held by another model's call, until the version has come and gone."""
    config = "log: {level: debug}\noverrides: {good-c: {idle: 30ms}}\n"
    with held_host(env, config, ["--threads", "1"], ["good_c"], execution="inline") as (host, gate):
        def leaves_memory(times):
            host.wait_for_line("version state", nth=times, model="good-c", state="unloaded")
        leaves_memory(1)
        with host.connect() as sleepy, host.connect() as holding:
            request = request_bytes("POST", "/models/held/predict", {"value": 1})
            holding.send(request[:-1])
            sleepy.send(request_bytes("POST", "/models/good-c/predict", {"value": 2}))
            holding.send(request[-1:])
            gate.wait_for_arrival()
            leaves_memory(2)
            gate.release()
            expect.answer(holding.read(), {"value": 2.0})
            expect.answer(sleepy.read(), {"value": 4.0})


def test_a_version_at_work_stays(env):
    with held_host(env, IDLE, others=["good_c"]) as (host, gate):
        answers = []
        caller = threading.Thread(target=lambda: answers.append(host.request("POST", "/models/held/predict", {"value": 2})))
        caller.start()
        gate.wait_for_arrival()
        # While another goes to sleep three times from its last call on, this one has long been without a new call.
        for _ in range(3):
            slept = len(host.find_lines("version state", model="good-c", state="unloaded"))
            expect.equal(host.request("POST", "/models/good-c/predict", {"value": 2}).status, 200, "status")
            host.wait_for_line("version state", nth=slept + 1, model="good-c", state="unloaded")
        states = [each["state"] for each in host.request("GET", "/models/held").json()["versions"]]
        gate.release()
        caller.join()
        expect.equal(states, ["serving"], "states while it worked")
        expect.equal(answers[0].status, 200, "status")


def test_what_cannot_be_woken_says_why_and_is_tried_again(env):
    models = models_of(env)
    plugin = plugin_file(models / "doubler")
    operated = Operated(env)
    with operated.host(config=IDLE) as host:
        operated.publish("1.0.0")
        operated.release("1.0.0")
        wait_for_sleep(host)
        [stored] = operated.store.rglob("model.so")
        hidden = stored.with_suffix(".hidden")
        stored.parent.chmod(0o755)
        stored.rename(hidden)
        expect.problem(host.request("POST", PATH, {"value": 2}), 503, "GET /models/doubler says why")
        expect.contains(versions(host)["1.0.0"]["why"], "could not be loaded again", "model.so")
        expect.equal(host.metric("slipway_cold_start_failures_total"), 1, "failures")
        hidden.rename(stored)
        expect.equal(call(host).json(), {"value": 4.0}, "answer")
    assert plugin.exists()


def test_releases_and_rollbacks_of_versions_that_are_asleep(env):
    operated = Operated(env)
    narrower = {"$schema": "http://json-schema.org/draft-04/schema#", "type": "object", "required": ["value", "more"]}
    with operated.host(config=IDLE + "idle_warm: 30ms\n") as host:
        for version in ("1.0.0", "1.1.0"):
            operated.publish(version)
            operated.release(version)
        operated.publish("1.2.0", request=narrower)
        wait_for_sleep(host, "1.0.0")
        wait_for_sleep(host, "1.1.0")
        operated.must("rollback", "doubler")
        expect.equal(call(host).header("X-Model-Version"), "1.0.0", "version")
        wait_for_sleep(host, "1.0.0", 2)
        done = operated.run("release", "doubler", "1.2.0")
        expect.contains(done.err, "may break clients of 1.0.0")
        operated.release("1.1.0")
        expect.equal(call(host).header("X-Model-Version"), "1.1.0", "version")


def test_a_version_that_falls_asleep_while_it_is_compared_with_another(env):
    """It does: the other is asleep, too, and takes longer to wake than this one stays."""
    operated = Operated(env)
    narrower = {"$schema": "http://json-schema.org/draft-04/schema#", "type": "object", "required": ["value", "more"]}
    case = {"name": "slow", "request": {"value": 1}, "response": {"value": 2}}
    with operated.host(config=IDLE + "idle_warm: 10ms\n") as host:
        operated.publish("1.0.0", plugin="slow", parameters={"sleep_ms": 300}, cases=[case])
        operated.release("1.0.0")
        operated.publish("1.1.0", request=narrower)
        for times in (1, 2):
            wait_for_sleep(host, times=times)
            expect.contains(operated.run("release", "doubler", "1.1.0").err, "may break clients of 1.0.0")


def test_a_sleeping_version_with_effects_is_no_shadow(env):
    operated = Operated(env)
    with operated.host(config=IDLE + "idle_warm: 10ms\n") as host:
        operated.publish("1.0.0")
        operated.release("1.0.0")
        operated.publish("1.1.0", effects="external")
        for times in range(1, 6):
            expect.contains(operated.run("shadow", "doubler", "1.1.0").err, "cannot be a shadow")
            wait_for_sleep(host, "1.1.0", times)


def test_a_sleeping_bundle_that_is_replaced_or_removed(env):
    models = models_of(env)
    with env.host(models, IDLE + "folder: {settle: 10ms, grace: 10ms}\n") as host:
        wait_for_sleep(host)
        make_bundle(models / ".next", env.plugin("good_c"), "doubler", "1.1.0")
        (models / "doubler").rename(models / ".old")
        (models / ".next").rename(models / "doubler")
        host.wait_for_line("model loaded", version="1.1.0")
        expect.equal(call(host).header("X-Model-Version"), "1.1.0", "version")
        wait_for_sleep(host, "1.1.0")
        (models / "doubler").rename(models / ".older")
        host.wait_for_line("a bundle has gone: its version is taken out of service")
        while host.request("POST", PATH, {"value": 2}).status != 404:
            pass  # the line is written just before the version goes
