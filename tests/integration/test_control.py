"""A host with a store, and the commands of those who operate it."""
import json
import os
import resource
import signal
import stat
import time

from harness import expect
from harness.bundles import NUMBER_IN_OBJECT, plugin_file
from harness.environment import GUARD_SECONDS
from harness.operated import FAILURE, SUCCESS, USAGE, Operated, version_of


def test_from_an_empty_store_to_a_version_that_answers(env):
    operated = Operated(env)
    with operated.host() as host:
        expect.equal(host.request("GET", "/models").json(), {"models": []}, "models")
        expect.contains(operated.must("status").out, "nothing is served")
        done = operated.publish("1.0.0")
        expect.contains(done.out, "doubler 1.0.0 is published")
        expect.equal(host.request("POST", "/models/doubler/predict", {"value": 2}).status, 404, "before the release")
        done = operated.release("1.0.0")
        expect.contains(done.out, "doubler 1.0.0 is stable")
        for step in ("verified", "loaded", "warmed", "gated", "ready", "stable: nothing -> 1.0.0"):
            expect.contains(done.err, step)
        expect.equal(version_of(host), "1.0.0", "version")
        table = operated.must("status").out
        expect.contains(table, "MODEL", "doubler", "1.0.0", "serving", "stable")


def test_a_release_swaps_and_a_rollback_swaps_back_to_what_is_warm(env):
    operated = Operated(env)
    with operated.host() as host:
        for version in ("1.0.0", "1.1.0", "1.2.0"):
            operated.publish(version)
            operated.release(version)
            expect.equal(version_of(host), version, "version")
        expect.equal(operated.states()["1.1.0"], "ready", "state of the version before")
        host.wait_for_line("model loaded", nth=3)
        loads = len(host.find_lines("model loaded"))
        done = operated.must("rollback", "doubler", "--why", "scores drift")
        expect.contains(done.out, "doubler 1.1.0 is stable again, instead of 1.2.0")
        expect.equal(version_of(host), "1.1.0", "version")
        expect.equal(len(host.find_lines("model loaded")), loads, "loads: it was in memory")
        operated.must("rollback", "doubler")
        expect.equal(version_of(host), "1.0.0", "version after another rollback")
        done = operated.run("rollback", "doubler")
        expect.equal(done.exit, FAILURE, "exit")
        expect.contains(done.err, "none to roll back to")


def scheduling(host, known):
    """Policy and niceness of each thread of the host but the known ones."""
    found = []
    for thread in set(os.listdir("/proc/%d/task" % host.pid())) - known:
        try:
            found.append((os.sched_getscheduler(int(thread)), os.getpriority(os.PRIO_PROCESS, int(thread))))
        except ProcessLookupError:
            pass  # it has ended
    return found


def test_a_model_s_own_threads_do_not_give_way_as_its_release_did(env):
    operated = Operated(env)
    with operated.host() as host:
        before = set(os.listdir("/proc/%d/task" % host.pid()))
        operated.publish("1.0.0", plugin="joins_thread")
        operated.release("1.0.0")
        # Besides the model's, the one that released it, which ends: it is what gives way.
        guard = time.monotonic() + GUARD_SECONDS
        while (found := scheduling(host, before)) != [(os.SCHED_OTHER, 0)]:
            assert time.monotonic() < guard, "policy and niceness of the new threads: %r" % found
        expect.equal(version_of(host), "1.0.0", "version")


def test_history_tells_who_did_what_and_why(env):
    operated = Operated(env)
    with operated.host():
        operated.publish("1.0.0")
        operated.publish("1.1.0", plugin="create_fails")
        operated.release("1.0.0", "--why", "first")
        done = operated.run("release", "doubler", "1.1.0")
        expect.equal(done.exit, FAILURE, "exit")
        expect.contains(done.err, "could not be created")
        decisions = operated.ask("history", "doubler")["decisions"]
        expect.equal([(each["action"], each["outcome"]) for each in decisions],
                     [("release", "failed"), ("release", "done"), ("publish", "done"), ("publish", "done")], "decisions")
        expect.contains(decisions[0]["details"], "could not be created")
        expect.equal((decisions[1]["why"], decisions[1]["to"], decisions[1]["label"]), ("first", "1.0.0", "stable"), "release")
        assert decisions[1]["by"], decisions[1]
        expect.equal(len(operated.ask("history", "doubler", "--limit", "1")["decisions"]), 1, "limit")
        expect.contains(operated.must("history").out, "WHEN", "first", "failed")


def test_a_failed_release_leaves_what_serves(env):
    operated = Operated(env)
    wrong = [{"name": "wrong", "request": {"value": 1}, "response": {"value": 5}}]
    with operated.host() as host:
        operated.publish("1.0.0")
        operated.release("1.0.0")
        operated.publish("1.1.0", cases=wrong)
        done = operated.run("release", "doubler", "1.1.0")
        expect.equal(done.exit, FAILURE, "exit")
        expect.contains(done.err, "golden cases failed", "wrong")
        expect.equal(version_of(host), "1.0.0", "version")
        expect.equal(operated.states(), {"1.0.0": "serving", "1.1.0": "failed"}, "states")
        expect.equal(host.request("GET", "/health/ready").status, 200, "readiness")
        answer = operated.ask("release", "doubler", "1.1.0")
        expect.equal(answer["succeeded"], False, "succeeded")


def test_a_release_that_breaks_clients_needs_a_major_version(env):
    operated = Operated(env)
    narrower = json.loads(json.dumps(NUMBER_IN_OBJECT))
    narrower["properties"]["value"]["maximum"] = 10
    with operated.host() as host:
        operated.publish("1.0.0")
        operated.release("1.0.0")
        operated.publish("1.1.0", request=narrower)
        done = operated.run("release", "doubler", "1.1.0")
        expect.equal(done.exit, FAILURE, "exit")
        expect.contains(done.err, "1.1.0 may break clients of 1.0.0", "request /value", "--allow-breaking")
        expect.equal(version_of(host), "1.0.0", "version")
        operated.release("1.1.0", "--allow-breaking")
        expect.equal(version_of(host), "1.1.0", "version")
        assert operated.ask("history", "doubler")["decisions"][0]["allow_breaking"]
        operated.publish("1.2.0")  # wider again
        operated.release("1.2.0")
        operated.publish("2.0.0", request=narrower)
        operated.release("2.0.0")
        expect.equal(version_of(host), "2.0.0", "version")


def test_a_published_version_never_changes(env):
    operated = Operated(env)
    with operated.host():
        bundle = operated.bundle("1.0.0")
        operated.must("publish", bundle)
        expect.contains(operated.must("publish", bundle).out, "is in the store already")
        (bundle / "README.md").write_text("other bytes")
        done = operated.run("publish", bundle)
        expect.equal(done.exit, FAILURE, "exit")
        expect.contains(done.err, "README.md")


def test_labels_of_ones_own_reach_versions(env):
    operated = Operated(env)
    with operated.host() as host:
        for version in ("1.0.0", "1.1.0"):
            operated.publish(version)
        operated.release("1.0.0")
        operated.release("1.1.0", "--label", "candidate")
        expect.equal(version_of(host), "1.0.0", "stable")
        expect.equal(version_of(host, "/models/doubler/labels/candidate/predict"), "1.1.0", "candidate")
        expect.equal(version_of(host, "/models/doubler/versions/1.1.0/predict"), "1.1.0", "pinned")


def test_what_was_acknowledged_comes_back(env):
    operated = Operated(env)
    with operated.host() as host:
        for version in ("1.0.0", "1.1.0"):
            operated.publish(version)
        operated.release("1.0.0", "--label", "previous")
        operated.release("1.1.0")
        host.exit_wanted = -signal.SIGKILL
        host.signal(signal.SIGKILL)
    with operated.host() as host:
        expect.equal(version_of(host), "1.1.0", "stable")
        expect.equal(version_of(host, "/models/doubler/labels/previous/predict"), "1.0.0", "previous")


def test_a_host_whose_files_cannot_grow_refuses_and_serves_on(env):
    operated = Operated(env)
    with operated.host() as host:
        operated.publish("1.0.0")
        operated.release("1.0.0")
        bundle = operated.bundle("1.1.0")
        before = resource.prlimit(host.pid(), resource.RLIMIT_FSIZE)
        resource.prlimit(host.pid(), resource.RLIMIT_FSIZE, (4096, before[1]))
        done = operated.run("publish", bundle)
        expect.equal(done.exit, FAILURE, "exit")
        expect.contains(done.err, "File too large")
        expect.equal(version_of(host), "1.0.0", "version")
        resource.prlimit(host.pid(), resource.RLIMIT_FSIZE, before)
        operated.must("publish", bundle)
        operated.release("1.1.0")
        expect.equal(version_of(host), "1.1.0", "version")


def test_a_version_can_be_unloaded_when_no_label_points_to_it(env):
    operated = Operated(env)
    with operated.host() as host:
        for version in ("1.0.0", "1.1.0"):
            operated.publish(version)
            operated.release(version)
        done = operated.run("unload", "doubler", "1.1.0")
        expect.equal(done.exit, FAILURE, "exit")
        expect.contains(done.err, '"stable" points to doubler 1.1.0')
        operated.must("unload", "doubler", "1.0.0")
        expect.equal(host.request("POST", "/models/doubler/versions/1.0.0/predict", {"value": 2}).status, 404, "status")
        operated.must("rollback", "doubler")  # it comes back from the store
        expect.equal(version_of(host), "1.0.0", "version")


def test_the_control_plane_is_for_its_user_alone_and_not_on_the_data_port(env):
    operated = Operated(env)
    with operated.host() as host:
        mode = os.stat(operated.store / "control.sock").st_mode
        assert stat.S_ISSOCK(mode)
        expect.equal(stat.S_IMODE(mode), 0o600, "mode")
        for method, path in (("POST", "/publish"), ("POST", "/models/doubler/release"), ("GET", "/status"), ("GET", "/history")):
            expect.equal(host.request(method, path, {} if method == "POST" else None).status, 404, path)
    assert not (operated.store / "control.sock").exists()


def test_commands_say_what_to_do_when_they_cannot(env):
    operated = Operated(env)
    done = operated.run("status")
    expect.equal(done.exit, FAILURE, "exit")
    expect.contains(done.err, "no host listens", "slipway serve --store")
    done = env.run("status")
    expect.equal(done.exit, USAGE, "exit")
    expect.contains(done.err, "--store")
    with operated.host():
        done = operated.run("release", "doubler", "9.9.9")
        expect.equal(done.exit, FAILURE, "exit")
        expect.contains(done.err, "not in the store", "slipway publish")
        done = operated.run("release", "Not A Name", "1.0.0")
        expect.equal(done.exit, USAGE, "exit")
        done = operated.run("publish", env.folder("empty"))
        expect.equal(done.exit, FAILURE, "exit")
        expect.contains(done.err, "model.yaml")
        done = env.run("serve", "--store", operated.store, "--listen", "127.0.0.1:0")
        assert done.exit != SUCCESS, done
