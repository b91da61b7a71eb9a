"""The host as a service: what it tells the service manager, and what that hands it."""
import os
import signal
import socket

from harness import expect
from harness.bundles import held_host, make_bundle
from harness.client import Connection, request_bytes
from harness.environment import GUARD_SECONDS
from harness.operated import Operated, version_of
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
        child = host.first_child()
        with open("/proc/%d/environ" % child, "rb") as variables:
            names = [each.split(b"=")[0] for each in variables.read().split(b"\0")]
        os.kill(child, signal.SIGKILL)  # nobody waits for its time to be over
        assert b"LANG" in names, names  # that could be read
        expect.equal([each for each in names if each.startswith((b"NOTIFY", b"WATCHDOG", b"LISTEN"))], [], "variables of the manager's")


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
            host.wait_for_line("does not turn", nth=before + 2)  # a round has begun that cannot be answered
            manager.pending()
            host.wait_for_line("does not turn", nth=before + 4)
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


# ---- sockets that were listening before the host

def listening_socket(backlog=1024):
    return socket.create_server(("127.0.0.1", 0), backlog=backlog)


def control_socket(env):
    control = socket.socket(socket.AF_UNIX)
    control.bind(str(env.folder("control") / "control.sock"))
    control.listen(16)
    return control


def test_a_passed_socket_is_the_data_port_and_all_threads_serve_it(env):
    """Its connections that came before the host did are served too; the configuration's address is not listened on."""
    with listening_socket() as passed:
        port = passed.getsockname()[1]
        early = [Connection("127.0.0.1", port, GUARD_SECONDS) for _ in range(8)]
        for connection in early:
            connection.send(request_bytes("POST", "/models/sum/predict", [1, 2]))
        with env.host(flags=("--threads", "4"), sockets={"data": passed}) as host:
            expect.equal(host.port, port, "port")
            expect.equal(len(host.find_lines("listening")), 1, "addresses")
            for connection in early:
                expect.answer(connection.read(), {"sum": 3.0})
                connection.close()


def test_connections_of_a_passed_socket_are_dealt_to_all_threads(env):
    """Each thread that serves is held by one connection's inline prediction: more cannot be, fewer were not reached."""
    with listening_socket() as passed:
        with held_host(env, flags=("--threads", "4"), execution="inline", limits={"concurrency": 8, "queue": 8, "timeout": "10m"},
                       sockets={"data": passed}) as (host, gate):
            connections = [host.connect() for _ in range(4)]
            for number, connection in enumerate(connections):
                connection.send(request_bytes("POST", "/models/held/predict", {"value": number}))
            for _ in connections:
                gate.wait_for_arrival()
            gate.release(4)
            for number, connection in enumerate(connections):
                expect.answer(connection.read(), {"value": 2.0 * number})
                connection.close()


def test_several_passed_sockets_are_served_by_one_thread_too(env):
    with listening_socket() as one, listening_socket() as other:
        with env.host(flags=("--threads", "1"), sockets={"one": one, "other": other}) as host:
            for passed in (one, other):
                host.wait_for_line("listening", url="http://127.0.0.1:%d" % passed.getsockname()[1])
                with Connection("127.0.0.1", passed.getsockname()[1], GUARD_SECONDS) as connection:
                    expect.answer(connection.request("POST", "/models/sum/predict", [1, 2]), {"sum": 3.0})


def test_what_waits_in_a_passed_socket_s_queue_is_served_by_the_next_host(env):
    """Between two hosts connections are made as ever, and nothing is refused or lost; also after it drained once."""
    for threads in ("1", "3"):
        with listening_socket() as passed:
            port = passed.getsockname()[1]
            for _ in range(2):
                with env.host(flags=("--threads", threads), sockets={"data": passed}) as host:
                    expect.answer(host.request("POST", "/models/sum/predict", [1, 2]), {"sum": 3.0})
            waiting = [Connection("127.0.0.1", port, GUARD_SECONDS) for _ in range(20)]
            for connection in waiting:
                connection.send(request_bytes("POST", "/models/sum/predict", [2, 2]))
            with env.host(flags=("--threads", threads), sockets={"data": passed}):
                for connection in waiting:
                    expect.answer(connection.read(), {"sum": 4.0})
                    connection.close()


def test_operators_are_heard_on_a_passed_control_socket(env):
    operated = Operated(env)
    with control_socket(env) as control, listening_socket() as data:
        path = control.getsockname()
        operated.more = ("--control", path)
        with operated.host(sockets={"control": control, "data": data}) as host:
            host.wait_for_line("operators are heard", socket=path)
            operated.publish("1.0.0")
            operated.release("1.0.0")
            expect.equal(version_of(host), "1.0.0", "version")
        assert os.path.exists(path), "the host has removed a socket that is not its own"


def test_passed_sockets_that_make_no_sense_are_refused(env):
    def refused(words, flags, **sockets):
        done = env.run_with_sockets(sockets, "serve", *flags)
        expect.equal(done.exit, 2, "exit status of %r" % done.err)
        expect.contains(done.err, *words)

    folder = ("--models", env.models)
    with listening_socket() as data, control_socket(env) as control, socket.socket() as closed, \
            socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as datagrams, open("/dev/null", "rb") as no_socket:
        refused(("control", "only a host with a store"), folder, control=control)
        refused(("unix_data", "FileDescriptorName=control"), folder, unix_data=control)
        refused(("control", "TCP"), ("--store", env.folder() / "store"), control=data)
        refused(("closed", "not a listening"), folder, closed=closed)
        refused(("datagrams", "not a listening"), folder, datagrams=datagrams)
        refused(("no_socket", "not a socket"), folder, no_socket=no_socket)
