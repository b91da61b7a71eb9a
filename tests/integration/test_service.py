"""The host as a service: what it tells the service manager, and what that hands it."""
import os
import signal
import time

from harness import expect
from harness.bundles import held_host, make_bundle
from harness.client import request_bytes
from harness.environment import GUARD_SECONDS
from harness.operated import Operated
from harness.service_manager import ServiceManager


def manager_of(env):
    return ServiceManager(env.folder("manager") / "notify")


def models_of(env, *names):
    models = env.folder("models")
    for name in names:
        make_bundle(models / name, env.plugin("good_c"), name)
    return models


def test_readiness_is_told_when_the_host_serves_and_stopping_when_it_ends(env):
    with manager_of(env) as manager:
        with env.host(models_of(env, "one", "two"), variables=manager.variables()) as host:
            # The first at all: nothing was said before the host could serve.
            expect.equal(manager.next(), {"READY": "1", "STATUS": "serving 2 models"}, "first notification")
            expect.equal(host.request("GET", "/health/ready").status, 200, "ready")
            expect.equal(manager.pending(), [], "notifications while nothing happens")
            host.signal()
            told = manager.wait_for(STOPPING="1")
            expect.equal(len(told), 1, "notifications until then")
            expect.contains(told[0]["STATUS"], "answering what was accepted")
            expect.equal(host.wait(), 0, "exit status")


def test_an_abstract_socket_is_told_too(env):
    with ServiceManager("@slipway-test-%d" % os.getpid()) as manager:
        with env.host(models_of(env, "one"), variables=manager.variables()):
            expect.equal(manager.next(), {"READY": "1", "STATUS": "serving 1 model"}, "first notification")


def test_the_status_follows_what_is_served(env):
    operated = Operated(env)
    with manager_of(env) as manager, operated.host(variables=manager.variables()):
        expect.equal(manager.next()["STATUS"], "serving 0 models", "status")
        operated.publish("1.0.0")
        operated.release("1.0.0")
        manager.wait_for(STATUS="serving 1 model")
        operated.publish("1.0.0", name="other")
        operated.must("release", "other", "1.0.0")
        manager.wait_for(STATUS="serving 2 models")


def test_a_host_that_nobody_hears_serves_all_the_same(env):
    with env.host(variables={"NOTIFY_SOCKET": "/nowhere/notify"}) as host:
        host.wait_for_line("the service manager cannot be told")
        expect.equal(host.request("GET", "/health/ready").status, 200, "ready")


def test_nothing_of_the_manager_s_is_in_the_environment_of_a_child(env):
    models = env.folder("models")
    with manager_of(env) as manager, env.host(models, variables=manager.variables(WATCHDOG_USEC="60000000", LANG="C.UTF-8")) as host:
        make_bundle(models / "stuck", env.plugin("hangs_in_create"), "stuck")
        child = first_child(host)
        with open("/proc/%d/environ" % child, "rb") as variables:
            names = [each.split(b"=")[0] for each in variables.read().split(b"\0")]
        os.kill(child, signal.SIGKILL)  # nobody waits for its time to be over
        assert b"LANG" in names, names  # that could be read
        expect.equal([each for each in names if each.startswith((b"NOTIFY", b"WATCHDOG", b"LISTEN"))], [], "variables of the manager's")


def first_child(host):
    """Once there is one: a candidate's process."""
    guard = time.monotonic() + GUARD_SECONDS
    while time.monotonic() < guard:
        for thread in os.listdir("/proc/%d/task" % host.pid()):
            try:
                with open("/proc/%d/task/%s/children" % (host.pid(), thread), encoding="ascii") as children:
                    found = children.read().split()
                if found and os.readlink("/proc/%s/exe" % found[0]) == os.readlink("/proc/%d/exe" % host.pid()):
                    with open("/proc/%s/cmdline" % found[0], "rb") as command:
                        if command.read() == b"slipway\0worker\0":  # it is not on its way there any more
                            return int(found[0])
            except (FileNotFoundError, ProcessLookupError):
                pass  # the thread, or the child, has ended
    raise AssertionError("the host has started no process")


# ---- the watchdog

def test_the_watchdog_is_told_again_and_again(env):
    with manager_of(env) as manager:
        with env.host(models_of(env, "one"), flags=("--threads", "3"), variables=manager.variables(WATCHDOG_USEC="100000")):
            for _ in range(5):
                manager.wait_for(WATCHDOG="1")


def test_a_watchdog_of_another_process_is_not_told(env):
    with manager_of(env) as manager:
        with env.host(models_of(env, "one"), variables=manager.variables(WATCHDOG_USEC="1000", WATCHDOG_PID="1")) as host:
            manager.wait_for(READY="1")
            host.signal()
            expect.equal([told for told in manager.wait_for(STOPPING="1") if "WATCHDOG" in told], [], "signs of life")


def test_a_thread_that_hangs_keeps_the_watchdog_from_being_told(env):
    with manager_of(env) as manager:
        with held_host(env, flags=("--threads", "2"), execution="inline",
                       variables=manager.variables(WATCHDOG_USEC="200000")) as (host, gate), host.connect() as slow:
            manager.wait_for(WATCHDOG="1")
            slow.send(request_bytes("POST", "/models/held/predict", {"value": 1}))
            gate.wait_for_arrival()  # one of the two threads waits in the model
            before = len(host.find_lines("does not turn"))
            host.wait_for_line("does not turn", nth=before + 1)  # a round has begun that cannot be answered
            manager.pending()
            host.wait_for_line("does not turn", nth=before + 3)
            expect.equal(manager.pending(), [], "what was told while a thread hung")
            gate.release()
            expect.answer(slow.read(), {"value": 2.0})
            manager.wait_for(WATCHDOG="1")
            manager.wait_for(WATCHDOG="1")


def test_the_watchdog_is_told_while_accepted_requests_are_answered(env):
    with manager_of(env) as manager:
        with held_host(env, variables=manager.variables(WATCHDOG_USEC="100000")) as (host, gate), host.connect() as slow:
            slow.send(request_bytes("POST", "/models/held/predict", {"value": 1}))
            gate.wait_for_arrival()
            host.signal()
            manager.wait_for(STOPPING="1")
            for _ in range(3):
                manager.wait_for(WATCHDOG="1")
            gate.release()
            expect.answer(slow.read(), {"value": 2.0})
            expect.equal(host.wait(), 0, "exit status")


def test_a_watchdog_time_that_makes_no_sense_is_refused(env):
    done = env.run("serve", "--models", env.models, variables={"WATCHDOG_USEC": "soon"})
    expect.equal(done.exit, 2, "exit status")
    expect.contains(done.err, "WATCHDOG_USEC", "soon")
