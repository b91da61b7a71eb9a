"""A new host takes the place of one that runs: `slipway serve --takeover`. Nobody notices."""
import contextlib
import fcntl
import os
import select
import socket
import stat
import subprocess

from harness import expect
from harness.bundles import held_host, make_bundle
from harness.client import request_bytes
from harness.environment import GUARD_SECONDS, first_child
from harness.operated import FAILURE, Operated, version_of
from harness.service_manager import ServiceManager
from harness.takeover import FalseSuccessor, Load

PATH = "/models/doubler/predict"
GOES_ON = "this one goes on"


class Released(Operated):
    """A store whose model `doubler` is released; the hosts have one cache, as hosts that follow each other do."""

    def __init__(self, env):
        super().__init__(env)
        self.cache = ("--cache", str(env.folder("cache")))
        self.socket = self.store / "takeover.sock"

    def host(self, *flags, **more):
        return self.env.host(False, flags=("--store", str(self.store), *self.cache, *flags), **more)

    def successor(self, *flags, **more):
        return self.host("--takeover", *flags, **more)

    def first(self, *flags, **more):
        host = self.host(*flags, **more)
        self.publish("1.0.0")
        self.release("1.0.0")
        return host


def taken_over(old, new):
    """Once `new` is the host and `old` has ended."""
    new.wait_for_line("taken over")
    expect.equal(old.wait(), 0, "exit status of the old host")
    expect.equal(new.port, old.port, "port")


def test_a_new_host_takes_port_store_and_operators_over(env):
    operated = Released(env)
    with operated.first() as old:
        expect.equal(stat.S_IMODE(os.stat(operated.socket).st_mode), 0o600, "mode of the take-over socket")
        with operated.successor() as new:
            taken_over(old, new)
            expect.equal(version_of(new), "1.0.0", "version")
            operated.publish("1.1.0")
            operated.release("1.1.0")
            expect.equal(version_of(new), "1.1.0", "version after a release")
            with operated.successor() as newest:
                taken_over(new, newest)
                expect.equal(version_of(newest), "1.1.0", "version of the third host")
                operated.must("rollback", "doubler")
                expect.equal(version_of(newest), "1.0.0", "version after a rollback")
    assert not os.path.exists(operated.store / "control.sock")
    assert not os.path.exists(operated.socket)


def test_a_folder_s_host_is_taken_over_by_the_socket_that_is_named(env):
    models = env.folder("models")
    make_bundle(models / "doubler", env.plugin("good_c"), "doubler")
    flags = ("--takeover-socket", str(env.folder() / "takeover"))
    with env.host(models, flags=flags) as old, env.host(models, flags=(*flags, "--takeover")) as new:
        taken_over(old, new)
        expect.answer(new.request("POST", PATH, {"value": 2}), {"value": 4.0})
        make_bundle(models / "other", env.plugin("good_c"), "other")
        new.wait_for_line("model loaded", model="other")  # it watches the folder


def test_under_load_no_request_fails(env):
    """Three hosts follow one another, with other numbers of threads, while connections are kept and made."""
    operated = Released(env)
    with contextlib.ExitStack() as hosts:
        host = hosts.enter_context(operated.first("--threads", "2"))
        with Load(host.port, PATH) as load:
            load.wait_for_answers()
            for threads in ("3", "1", "2"):
                successor = hosts.enter_context(operated.successor("--threads", threads))
                taken_over(host, successor)
                load.wait_for_answers()
                host = successor
        expect.equal(load.failures, [], "failed requests of %d" % sum(load.answered))


def test_a_request_that_runs_and_one_on_an_idle_connection_are_answered_by_the_old_host(env):
    flags = ("--takeover-socket", str(env.folder() / "takeover"))
    with held_host(env, "limits: {idle_timeout: 100m}\n", flags=flags) as (old, gate), old.connect() as idle, old.connect() as slow:
        idle.request("GET", "/health/ready")
        slow.send(request_bytes("POST", "/models/held/predict", {"value": 1}))
        gate.wait_for_arrival()
        with env.host(flags=(*flags, "--takeover")) as new:
            new.wait_for_line("taken over")
            old.wait_for_line("accepts nothing more")
            # The old host's models are those of before; its health is the port's.
            response = idle.request("GET", "/health/ready")
            expect.equal((response.status, response.closes()), (200, True), "readiness on an old connection")
            idle.expect_closed()
            expect.equal(new.request("POST", "/models/held/predict", {"value": 1}).status, 404, "status of what the new host has not")
            assert old.is_up()
            gate.release()
            response = slow.read()
            expect.answer(response, {"value": 2.0})
            assert response.closes()
            slow.expect_closed()
            expect.equal(old.wait(), 0, "exit status")


def test_a_version_that_is_asleep_in_the_old_host_wakes_for_its_last_request(env):
    operated = Released(env)
    with operated.first(config="idle: 1s\nlog: {level: debug}") as old, old.connect() as kept:
        kept.request("GET", "/health/ready")
        with operated.successor() as new:
            new.wait_for_line("taken over")
            old.wait_for_line("version state", state="unloaded")
            response = kept.request("POST", PATH, {"value": 2})
            expect.answer(response, {"value": 4.0})
            assert response.closes()
            expect.equal(old.wait(), 0, "exit status")


# ---- what can go wrong

def goes_on(operated, old, version, failed=1):
    """The old host does whatever it did before, after so many take-overs that failed."""
    old.wait_for_line(GOES_ON, nth=failed)
    old.wait_for_line("the store is this host's again", nth=failed)
    expect.equal(version_of(old), "1.0.0", "version")
    operated.publish(version)
    operated.release(version)
    expect.equal(version_of(old), version, "version after a release")


def test_a_host_with_a_broken_configuration_leaves_the_old_one_serving(env):
    operated = Released(env)
    with operated.first() as old, Load(old.port, PATH, 2, 2) as load:
        load.wait_for_answers()
        # Found after its models were loaded, with the store in its hands; and before.
        done = env.run("serve", "--store", operated.store, "--takeover", "--listen", "203.0.113.7:1")
        expect.equal(done.exit, FAILURE, "exit status of %r" % done.err)
        expect.contains(done.err, "203.0.113.7")
        done = env.run("serve", "--store", operated.store, "--takeover", "--threads", "0")
        assert done.exit != 0, done
        goes_on(operated, old, "1.1.0")
        load.wait_for_answers()
        expect.equal(load.failures, [], "failed requests")
        with operated.successor() as new:  # and the next one succeeds
            taken_over(old, new)


def test_while_a_new_host_loads_the_old_one_serves_and_refuses_commands(env):
    operated = Released(env)
    with operated.first() as old:
        bundle = operated.bundle("1.1.0")
        with FalseSuccessor(operated.socket) as successor:
            expect.equal(successor.ask(), ["go"], "answer")
            with open(operated.store / "lock", "rb+") as lock:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)  # the store is free
                expect.equal(version_of(old), "1.0.0", "version")
                for command in (("publish", bundle), ("release", "doubler", "1.0.0"), ("history",)):
                    done = operated.run(*command)
                    expect.equal(done.exit, FAILURE, "exit status of %r" % (command,))
                    expect.contains(done.err, "a new host is taking")
                expect.contains(operated.must("status").out, "doubler")
                with FalseSuccessor(operated.socket) as another:
                    another.say("take over 1", "no manager")
                    successor.close()  # before its lock is given up
                    old.wait_for_line(GOES_ON)
                    expect.equal(operated.run("publish", bundle).exit, FAILURE, "exit status without the store")
                    lock.close()
                    while another.hear() != ["go"]:  # its turn has come when the store was free again
                        pass
        goes_on(operated, old, "1.2.0", failed=2)


def test_a_new_host_that_is_killed_while_it_loads_is_not_missed(env):
    operated = Released(env)
    with operated.first() as old:
        # Its own cache: it tries the model anew, which takes a while.
        operated.publish("1.0.1", plugin="slow", parameters={"sleep_ms": 1500},
                         cases=[{"name": "slow", "request": {"value": 1}, "response": {"value": 2}}])
        operated.must("release", "doubler", "1.0.1", "--label", "next")
        with Load(old.port, PATH, 2, 2) as load:
            new = subprocess.Popen([env.slipway, "serve", "--store", operated.store, "--cache", env.folder("cache"), "--takeover"],
                                   stderr=subprocess.DEVNULL, env=env.variables())
            first_child(new.pid)
            new.kill()
            new.wait()
            goes_on(operated, old, "1.1.0")
            load.wait_for_answers()
            expect.equal(load.failures, [], "failed requests")


def test_new_hosts_that_go_one_after_another_are_not_missed(env):
    operated = Released(env)
    with operated.first() as old:
        for _ in range(3):
            with FalseSuccessor(operated.socket) as successor:
                expect.equal(successor.ask(), ["go"], "answer")
        goes_on(operated, old, "1.1.0", failed=3)


def test_what_does_not_speak_the_protocol_is_refused_and_changes_nothing(env):
    operated = Released(env)
    with operated.first() as old:
        for words in (("hello",), ("take over 2", "no manager"), ("serving",), ("take over 1",), ("take over 1", "a", "b")):
            with FalseSuccessor(operated.socket) as successor:
                successor.say(*words)
                expect.equal(successor.hear()[0], "refused", "answer to %r" % (words,))
                expect.equal(successor.hear(), [], "what follows")
        with FalseSuccessor(operated.socket) as successor:  # one that says nothing at all
            pass
        with FalseSuccessor(operated.socket) as successor:
            successor.ask()
            successor.say("what?")
            expect.equal(successor.hear()[0], "refused", "answer")
        goes_on(operated, old, "1.1.0")


def test_a_host_that_is_stopped_while_a_new_one_loads_leaves_it_the_port(env):
    operated = Released(env)
    with operated.first() as old, FalseSuccessor(operated.socket) as successor:
        expect.equal(successor.ask(), ["go"], "answer")
        old.signal()
        expect.equal(successor.hear(), [], "what the new one hears")
        expect.equal(old.wait(), 0, "exit status")
        data = [each for each in successor.sockets if each.family == socket.AF_INET]
        with old.connect():  # it is open still, for the new one
            ready, _, _ = select.select(data, [], [], GUARD_SECONDS)
            assert ready, "no connection comes"


def test_without_a_host_to_take_over_nothing_starts(env):
    done = env.run("serve", "--store", env.folder() / "store", "--takeover")
    expect.equal(done.exit, FAILURE, "exit status")
    expect.contains(done.err, "no host that can be taken over", "without --takeover")
    done = env.run("serve", "--models", env.models, "--takeover")
    expect.equal(done.exit, FAILURE, "exit status")
    expect.contains(done.err, "--takeover-socket")


# ---- the service manager

def test_the_manager_learns_of_the_new_main_process(env):
    operated = Released(env)
    with ServiceManager(env.folder("manager") / "notify") as manager:
        with operated.first(variables=manager.variables(WATCHDOG_USEC="60000000")) as old:
            manager.wait_for(READY="1")
            with operated.successor() as new:
                taken_over(old, new)
                told = [each for each in manager.wait_for(STATUS="serving 1 model", READY="1")
                        if not set(each) <= {"STATUS", "WATCHDOG"}]
                expect.equal([sorted(each) for each in told],
                             [["MONOTONIC_USEC", "RELOADING"], ["MAINPID"], ["READY", "STATUS"]], "notifications")
                expect.equal(told[1]["MAINPID"], str(new.pid()), "main process")
                manager.wait_for(WATCHDOG="1")  # of the new one, which has the old one's watchdog
                new.signal()
                manager.wait_for(STOPPING="1")
                expect.equal(new.wait(), 0, "exit status")


def test_a_take_over_that_fails_is_told_to_the_manager_too(env):
    operated = Released(env)
    with ServiceManager(env.folder("manager") / "notify") as manager:
        with operated.first(variables=manager.variables()) as old:
            manager.wait_for(READY="1")
            with FalseSuccessor(operated.socket) as successor:
                successor.ask()
                manager.wait_for(RELOADING="1")
            manager.wait_for(READY="1")
            goes_on(operated, old, "1.1.0")


def test_a_new_host_with_a_manager_of_its_own_leaves_the_old_one_s_alone(env):
    operated = Released(env)
    with ServiceManager(env.folder("manager") / "notify") as manager, ServiceManager(env.folder("manager") / "notify") as other:
        with operated.first(variables=manager.variables()) as old, operated.successor(variables=other.variables()) as new:
            taken_over(old, new)
            expect.equal([each for each in manager.wait_for(STOPPING="1") if "MAINPID" in each], [], "main processes")
            other.wait_for(READY="1")


def test_sockets_of_the_manager_s_are_handed_on_and_outlive_all(env):
    operated = Released(env)
    with socket.create_server(("127.0.0.1", 0)) as passed:
        with operated.first("--threads", "2", sockets={"data": passed}) as old, Load(old.port, PATH, 4, 4) as load:
            load.wait_for_answers()
            with operated.successor("--threads", "2") as new:
                taken_over(old, new)
                load.wait_for_answers()
                expect.equal(len(new.find_lines("listening")), 1, "addresses")
                load.__exit__()
                expect.equal(load.failures, [], "failed requests")
        with operated.host(sockets={"data": passed}) as last:
            expect.equal(version_of(last), "1.0.0", "version")
