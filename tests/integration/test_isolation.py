"""Models in processes of their own: what they do to themselves is nobody else's trouble."""
import contextlib
import os
import re
import resource
import shutil
import signal
import threading

from harness import expect
from harness.bundles import NUMBER_IN_OBJECT, copy_bundle, make_bundle, plugin_file
from harness.client import request_bytes
from harness.operated import Operated, version_of

CRASH, EXIT, HANG, WAIT, CLOSE, MANY, TELL, ABORT, CRASH_UNLESS_FIRST = range(-1, -10, -1)
# A sanitizer must leave crashes to the system, whose account of them is what is tested.
CRASH_OPTIONS = {"ASAN_OPTIONS": "handle_segv=0:handle_abort=0:detect_leaks=0", "TSAN_OPTIONS": "handle_segv=0:handle_abort=0"}
ANYTHING = {"$schema": "http://json-schema.org/draft-04/schema#", "type": "object"}
ANSWERS = {"predict_fails": (500, "the model has lost its mind"), "fails_silently": (500, "without saying why"),
           "unknown_status": (500, "unknown status"), "throws_raw": (500, "exception"),
           "writes_nothing": (500, "no document"), "writes_nan": (500, "no document"), "writes_bad_tensor": (500, "no document"),
           "writes_wrong_shape": (500, "its own response schema"), "invalid_argument": (422, "nobody is 300 years old"),
           "unavailable": (503, "the index is being rebuilt"), "deadline_exceeded": (504, "gave up")}


@contextlib.contextmanager
def unruly_host(env, config=None, response=NUMBER_IN_OBJECT, name="unruly", **manifest):
    models = env.folder("models")
    make_bundle(models / name, env.plugin("unruly"), name, response=response, isolation="process", **manifest)
    make_bundle(models / "neighbour", env.plugin("good_c"), "neighbour")
    with env.host(models, config, variables=CRASH_OPTIONS) as host:
        yield host


def predict(host, value, model="unruly", **headers):
    return host.request("POST", "/models/%s/predict" % model, {"value": value}, headers=headers)


def workers(host, model="unruly"):
    return host.request("GET", "/models/" + model).json()["versions"][0]["workers"]


def children(host):
    """The processes that the host has started and that are there still."""
    found = set()
    for task in os.listdir("/proc/%d/task" % host.pid()):
        with contextlib.suppress(FileNotFoundError), open("/proc/%d/task/%s/children" % (host.pid(), task)) as file:
            found.update(int(pid) for pid in file.read().split())
    return found


def neighbour_answers(host):
    expect.answer(predict(host, 4, "neighbour"), {"value": 8.0})


def test_it_answers_as_it_does_in_the_hosts_process(env):
    models = env.folder("models")
    for fixture in ["good_c", "throws", *ANSWERS]:
        make_bundle(models / fixture.replace("_", "-"), env.plugin(fixture), fixture.replace("_", "-"), isolation="process", effects="none")
    with env.host(models, variables=CRASH_OPTIONS) as host:
        expect.answer(predict(host, 21, "good-c"), {"value": 42.0})
        for fixture, (status, words) in ANSWERS.items():
            response = predict(host, 1, fixture.replace("_", "-"))
            expect.equal(response.status, status, "status of " + fixture)
            expect.contains(response.json()["detail"], words)
        expect.problem(predict(host, 1, "invalid-argument"), 422, errors=[("/value", "model")])
        expect.problem(predict(host, 1, "writes-nan"), 500, errors=[("/value", "model")])
        expect.answer(predict(host, 5, "throws"), {"value": 10.0})
        expect.equal(workers(host, "throws")["started"], 1, "workers that were started")


def test_a_shipped_model_passes_its_golden_cases_in_a_worker(env):
    models = env.folder("models")
    bundle = copy_bundle(env.models / "identity-match", models / "identity-match")
    manifest = bundle / "model.yaml"
    manifest.write_text(re.sub("isolation: .*", "isolation: process", manifest.read_text()))
    with env.host(models, variables=CRASH_OPTIONS) as host:
        expect.equal(host.request("GET", "/models/identity-match").json()["versions"][0]["state"], "serving", "state")
        expect.equal(len(children(host)), 1, "worker processes")


def test_the_command_line_uses_workers_too(env):
    bundle = make_bundle(env.folder("bundles") / "unruly", env.plugin("unruly"), "unruly", isolation="process")
    done = env.run("predict", bundle, input=b'{"value": 4}', variables=CRASH_OPTIONS)
    expect.equal((done.exit, done.out), (0, '{"value":8.0}\n'), "exit and answer")
    done = env.run("predict", bundle, input=b'{"value": -1}', variables=CRASH_OPTIONS)
    expect.equal(done.exit, 1, "exit")
    expect.contains(done.err, "503", "killed by SIGSEGV")
    expect.equal(env.run("check", bundle, variables=CRASH_OPTIONS).exit, 0, "exit of check")


def test_libraries_of_the_models_own_lie_in_the_bundle(env):
    models = env.folder("models")
    bundle = make_bundle(models / "vendored", env.plugin("vendored_with_origin"), "vendored", isolation="process")
    library = env.fixtures / "libfixture_vendored_build.so"
    shutil.copyfile(library, plugin_file(bundle).parent / "libfixture_vendored.so")
    with env.host(models, variables=CRASH_OPTIONS) as host:
        version = host.request("GET", "/models/vendored").json()["versions"][0]
        expect.equal((version["state"], version.get("why")), ("serving", None), "state")
        expect.equal(predict(host, 2, "vendored").status, 200, "status")


def test_what_a_model_needs_the_operator_grants(env):
    models = env.folder("models")
    scratch = env.folder("scratch")
    make_bundle(models / "needy", env.plugin("good_c"), "needy", isolation="process", needs=["network", "files"])
    with env.host(models, variables=CRASH_OPTIONS) as host:
        version = host.request("GET", "/models/needy").json()["versions"][0]
        expect.equal(version["state"], "failed", "state")
        expect.contains(version["why"], "overrides: {needy: {grants: {network: true, files: [FOLDER]}}}")
    with env.host(models, "overrides: {needy: {grants: {network: true, files: [%s]}}}\n" % scratch, variables=CRASH_OPTIONS) as host:
        expect.answer(predict(host, 2, "needy"), {"value": 4.0})


def test_a_crash_is_a_503_for_its_caller_and_nothing_for_others(env):
    with unruly_host(env, effects="external") as host:
        for value, words in ((CRASH, "killed by SIGSEGV in predict"), (EXIT, "called exit(3) in predict"), (ABORT, "SIGABRT")):
            response = predict(host, value)
            expect.problem(response, 503, words)
            assert int(response.header("Retry-After")) >= 1
            neighbour_answers(host)
            expect.answer(predict(host, 3), {"value": 6.0})
        expect.equal((workers(host)["crashed"], workers(host)["retried"]), (3, 0), "crashed and retried")
        expect.equal(host.metric('slipway_workers_crashed_total{model="unruly",version="1.0.0"}'), 3, "metric")
        host.wait_for_line("a model has written", text="the weights are gone")


def test_a_call_without_effects_is_given_to_a_second_worker(env):
    with unruly_host(env, effects="none", workers={"max": 1}) as host:
        expect.answer(predict(host, 1), {"value": 2.0})
        expect.answer(predict(host, CRASH_UNLESS_FIRST), {"value": 2.0 * CRASH_UNLESS_FIRST})
        told = workers(host)
        expect.equal((told["started"], told["crashed"], told["retried"]), (2, 1, 1), "started, crashed and retried")
        expect.problem(predict(host, CRASH), 503, "SIGSEGV")  # there is no third
        expect.equal(workers(host)["retried"], 2, "retried")
        expect.answer(predict(host, 1), {"value": 2.0})


def test_a_call_that_hangs_is_a_504_and_its_worker_is_replaced(env):
    with unruly_host(env, workers={"max": 1}) as host:
        before = children(host)
        expect.problem(predict(host, HANG, **{"X-Request-Timeout-Ms": "2000"}), 504)
        expect.answer(predict(host, 1), {"value": 2.0})
        assert not before & children(host)
        told = workers(host)
        expect.equal((told["timed_out"], told["crashed"], told["retried"]), (1, 0, 0), "timed out, crashed and retried")


def test_a_model_that_looks_at_its_deadline_keeps_its_worker(env):
    """On a busy machine a worker may come too late now and then, and be replaced."""
    with unruly_host(env, workers={"max": 1}) as host:
        for _ in range(20):
            before = children(host)
            expect.problem(predict(host, WAIT, **{"X-Request-Timeout-Ms": "20"}), 504)
            expect.answer(predict(host, 1), {"value": 2.0})
            if children(host) == before:
                return
    raise AssertionError("the worker never stayed")


def test_a_caller_that_goes_away_is_seen_by_the_model(env):
    with unruly_host(env, workers={"max": 1}) as host:
        before = children(host)
        with host.connect() as gone:
            gone.send(request_bytes("POST", "/models/unruly/predict", {"value": WAIT}))
            while host.metric('slipway_predictions_running{model="unruly",version="1.0.0"}') != 1:
                pass
        expect.answer(predict(host, 1), {"value": 2.0})  # its timeout is ten minutes
        expect.equal(children(host), before, "worker")


def test_a_model_that_keeps_crashing_is_taken_out_and_comes_back(env):
    with unruly_host(env, effects="external") as host:
        crashes = 0
        while True:
            response = predict(host, CRASH)
            expect.equal(response.status, 503, "status")
            told = workers(host)
            if "out of service" not in response.json()["detail"]:
                crashes += 1
            elif "taken_out" in told:  # else its time was over already; the next one is twice as long
                break
        expect.contains(response.json()["detail"], "SIGSEGV", "tried again in")
        assert crashes >= 5, crashes
        expect.equal(told["crashed"], crashes, "crashes until it is taken out")
        expect.contains(told["taken_out"], "SIGSEGV")
        neighbour_answers(host)
        while predict(host, 3).status != 200:
            pass
        assert "taken_out" not in workers(host)


def test_a_worker_that_is_killed_between_two_calls_is_replaced(env):
    with unruly_host(env, effects="external") as host:
        (worker,) = children(host)
        os.kill(worker, signal.SIGKILL)
        while worker in children(host):
            pass
        expect.answer(predict(host, 3), {"value": 6.0})
        while workers(host)["running"] != 1:
            pass
        assert worker not in children(host)


def test_a_host_that_can_start_no_worker_says_so_and_does_not_blame_the_model(env):
    with unruly_host(env, effects="external") as host, host.connect() as connection:
        expect.answer(connection.request("POST", "/models/unruly/predict", {"value": 1}), {"value": 2.0})
        (worker,) = children(host)
        before = resource.prlimit(host.pid(), resource.RLIMIT_NOFILE)
        resource.prlimit(host.pid(), resource.RLIMIT_NOFILE, (8, before[1]))  # which are in use
        try:
            os.kill(worker, signal.SIGKILL)
            while (refused := connection.request("POST", "/models/unruly/predict", {"value": 2})).status == 200:
                pass
            while "no process for the model could be started" not in refused.json()["detail"]:
                refused = connection.request("POST", "/models/unruly/predict", {"value": 2})
            for _ in range(10):  # more than would take a failing model out
                expect.problem(connection.request("POST", "/models/unruly/predict", {"value": 2}), 503, "Too many open files")
            expect.answer(connection.request("POST", "/models/neighbour/predict", {"value": 4}), {"value": 8.0})
        finally:
            resource.prlimit(host.pid(), resource.RLIMIT_NOFILE, before)
        while predict(host, 3).status != 200:
            pass
        told = workers(host)
        expect.equal((told["crashed"], told["started"]), (1, 2), "crashed and started")
        assert "taken_out" not in told


def test_a_host_without_memory_for_an_answer_keeps_its_workers(env):
    """Wherever memory ends in such a call, the worker is there for the next one or another takes its place."""
    with unruly_host(env, workers={"max": 1}, response={"$schema": "http://json-schema.org/draft-04/schema#", "type": "object"}) as host:
        expect.answer(predict(host, 4), {"value": 8.0})
        with open("/proc/%d/status" % host.pid()) as status:
            size = int(re.search(r"^VmSize:\s+(\d+) kB", status.read(), re.MULTILINE).group(1)) * 1024
        if size > 1 << 40:
            return print("# skipped: a sanitizer takes all addresses there are")
        before = resource.prlimit(host.pid(), resource.RLIMIT_AS)
        told = set()
        for spare in range(0, 12 << 20, 256 << 10):
            resource.prlimit(host.pid(), resource.RLIMIT_AS, (size + spare, before[1]))
            told.add(predict(host, MANY).status)
            resource.prlimit(host.pid(), resource.RLIMIT_AS, before)
            while (answer := predict(host, 4)).status == 503:
                pass
            expect.answer(answer, {"value": 8.0})
        expect.equal(workers(host)["crashed"], 0, "crashes that the model is blamed for")
        expect.equal(told - {200, 503}, set(), "other statuses without memory")
        expect.contains(told, 503)


def test_a_worker_that_loses_its_descriptors_is_replaced(env):
    with unruly_host(env, effects="external") as host:
        expect.problem(predict(host, CLOSE), 503)
        expect.answer(predict(host, 3), {"value": 6.0})


def test_large_documents_go_both_ways(env):
    request = dict(ANYTHING)
    with unruly_host(env, response=ANYTHING) as host:
        for _ in range(2):
            answer = predict(host, MANY).json()["value"]
            expect.equal((len(answer), answer[7]), (300_000, 7.5), "length and one of the numbers")
            expect.answer(predict(host, 1), {"value": 2.0})
    models = env.folder("models")
    make_bundle(models / "good", env.plugin("good_c"), "good", request=request, isolation="process")
    with env.host(models, variables=CRASH_OPTIONS) as host:
        for _ in range(2):
            large = host.request("POST", "/models/good/predict", {"value": 2, "more": [0.5] * 900_000, "text": "x" * 3_000_000})
            expect.answer(large, {"value": 4.0})
            expect.answer(predict(host, 1, "good"), {"value": 2.0})
        expect.equal(workers(host, "good")["started"], 1, "workers that were started")


def test_what_the_model_logs_and_measures_is_the_hosts_to_tell(env):
    with unruly_host(env) as host:
        for _ in range(2):
            expect.equal(predict(host, TELL, **{"X-Request-Id": "who-asked"}).status, 200, "status")
        line = host.wait_for_line("something to say", request_id="who-asked")
        expect.equal((line["model"], line["version"], line["level"]), ("unruly", "1.0.0", "warning"), "line")
        labels = '{model="unruly",version="1.0.0"}'
        count = "slipway_model_size_count"  # the last that a worker tells of
        while count not in host.request("GET", "/metrics").body.decode() or host.metric(count + labels) != 2:
            pass
        expect.equal(host.metric("slipway_model_rows" + labels), 6, "counter")
        expect.equal(host.metric("slipway_model_level" + labels), 0.25, "gauge")
        expect.equal(host.metric("slipway_model_size_sum" + labels), 14, "sum of a histogram")


def test_workers_come_with_the_load_and_stay_within_their_number(env):
    with unruly_host(env, workers={"min": 1, "max": 3}) as host:
        expect.equal(workers(host)["running"], 1, "workers before any call")
        with contextlib.ExitStack() as stack:
            for _ in range(5):
                stack.enter_context(host.connect()).send(request_bytes("POST", "/models/unruly/predict", {"value": WAIT}))
            while workers(host)["running"] != 3:
                pass
            while host.metric('slipway_queue_depth{model="unruly",version="1.0.0"}') != 2:
                pass  # the other calls wait
        expect.answer(predict(host, 1), {"value": 2.0})
        expect.equal(workers(host)["started"], 3, "workers that were started")


def test_a_replaced_version_leaves_no_process_behind(env):
    operated = Operated(env)
    with operated.host(variables=CRASH_OPTIONS) as host:
        operated.publish("1.0.0", isolation="process", workers={"min": 2, "max": 2})
        operated.release("1.0.0")
        old = children(host)
        expect.equal(len(old), 2, "workers")
        expect.contains(operated.must("status").out, "WORKERS", "2 of 2")
        operated.publish("1.1.0", isolation="process")
        operated.release("1.1.0")
        expect.equal(version_of(host), "1.1.0", "version that answers")
        assert old <= children(host)  # kept warm
        operated.must("rollback", "doubler")
        expect.equal(version_of(host), "1.0.0", "version that answers")
        operated.release("1.1.0")
        operated.must("unload", "doubler", "1.0.0")
        while old & children(host):
            pass
        expect.equal(version_of(host), "1.1.0", "version that answers")


def test_workers_end_with_the_host_however_it_ends(env):
    models = env.folder("models")
    make_bundle(models / "unruly", env.plugin("unruly"), "unruly", isolation="process", workers={"min": 3, "max": 3})
    host = env.host(models, variables=CRASH_OPTIONS)
    started = children(host)
    expect.equal(len(started), 3, "workers")
    host.signal(signal.SIGKILL)
    host.wait()
    for worker in started:
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):
            while "slipway" in open("/proc/%d/cmdline" % worker).read():
                pass


def test_a_candidate_that_crashes_in_create_is_refused_with_its_reason(env):
    models = env.folder("models")
    make_bundle(models / "broken", env.plugin("crashes_in_create"), "broken", isolation="process")
    make_bundle(models / "threads", env.plugin("leaves_thread"), "threads", isolation="process")
    make_bundle(models / "hooks", env.plugin("signal_handler"), "hooks", isolation="process")
    with env.host(models, variables=CRASH_OPTIONS) as host:
        version = host.request("GET", "/models/broken").json()["versions"][0]
        expect.equal(version["state"], "failed", "state")
        expect.contains(version["why"], "killed by SIGSEGV in create")
        # What would outlive a library in the host's process ends with a worker.
        for name in ("threads", "hooks"):
            expect.answer(predict(host, 2, name), {"value": 4.0})


def test_calls_at_once_while_workers_crash_get_one_answer_each(env):
    """Each caller gets what belongs to its own request, whoever crashes beside it."""
    with unruly_host(env, effects="none", workers={"max": 2}, limits={"timeout": "10m", "queue": 1000}) as host:
        wrong = []

        def call(first):
            with host.connect() as connection:
                for number in range(first, first + 60):
                    value = CRASH_UNLESS_FIRST if number % 20 == 7 else number
                    connection.send(request_bytes("POST", "/models/unruly/predict", {"value": value}))
                    response = connection.read()
                    if response.status == 503 or (response.status == 200 and response.json() == {"value": 2.0 * value}):
                        continue
                    wrong.append((value, response.status, response.body))
        threads = [threading.Thread(target=call, args=(1000 * i,)) for i in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        expect.equal(wrong, [], "wrong answers")
        assert workers(host)["crashed"] >= 1
        neighbour_answers(host)
