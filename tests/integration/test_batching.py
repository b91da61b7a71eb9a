"""Requests that wait, predicted together: each has its own answer, whatever becomes of its neighbours."""
import contextlib
import random
import threading

from harness import expect, golden_yaml
from harness.bundles import Gate, make_bundle
from harness.client import request_bytes
from harness.operated import Operated

REFUSED, FAILING, FORGOTTEN, TOPPLES, BLAMES = range(-1, -6, -1)  # tests/fixtures/src/batches.c
TOLD = {"$schema": "http://json-schema.org/draft-04/schema#", "type": "object"}
PATH = "/models/batches/predict"
LABELS = '{model="batches",version="1.0.0"}'
PATIENT = {"concurrency": 1, "queue": 100, "timeout": "10m"}


@contextlib.contextmanager
def batching_host(env, config=None, gated=True, plugin="batches", batching=({"size": 8},), parameters=(), **manifest):
    """A host with the model `batches`, which tells how many were predicted together, and the Gate that holds its batches."""
    models = env.folder("models")
    gate = Gate(env.folder("gate"))
    parameters = {"tell": True, **(gate.parameters if gated else {}), **dict(parameters)}
    whole = {"limits": PATIENT, "response": TOLD, "parameters": parameters, **manifest}
    if batching:
        whole["batching"] = batching[0]
    make_bundle(models / "batches", env.plugin(plugin), "batches", **whole)
    with env.host(models, config) as host:
        host.gate = gate
        try:
            yield host
        finally:
            gate.open_for_good()


def body(value):
    return value if isinstance(value, bytes) else {"value": value}


def wait_for(host, metric, value):
    while host.metric(metric + LABELS) != value:
        pass


class Asked:
    """Requests on connections of their own, one after the other, of which all but the first wait while that one is held."""

    def __init__(self, host, stack, values, headers=()):
        self.host = host
        self.connections = [stack.enter_context(host.connect()) for _ in values]
        for number, (connection, value) in enumerate(zip(self.connections, values)):
            connection.send(request_bytes("POST", PATH, body(value), dict(headers)))
            if number == 0:
                host.gate.wait_for_arrival()
            wait_for(host, "slipway_queue_depth", number)

    def answers(self):
        return [connection.read() for connection in self.connections]


def told(responses):
    """(value, how many were together) of each."""
    for response in responses:
        expect.equal(response.status, 200, "status of %r" % (response,))
    return [(response.json()["value"], response.json()["batch"]) for response in responses]


def predict(host, value, **headers):
    return host.request("POST", PATH, body(value), headers=headers)


# ---- who is together

def test_requests_that_wait_are_predicted_together(env):
    with batching_host(env, execution="inline") as host, contextlib.ExitStack() as stack:
        asked = Asked(host, stack, range(6))
        host.gate.release(2)
        expect.equal(told(asked.answers()), [(0, 1)] + [(2 * value, 5) for value in range(1, 6)], "answers")
        expect.equal(host.metric("slipway_batch_size_count" + LABELS), 2, "batches")
        expect.equal(host.metric("slipway_batch_size_sum" + LABELS), 6, "requests in them")
        expect.equal(host.metric('slipway_batch_size_bucket{model="batches",version="1.0.0",le="4"}'), 1, "batches of 4 at most")
        expect.equal(host.metric('slipway_batch_size_bucket{model="batches",version="1.0.0",le="8"}'), 2, "batches of 8 at most")
        expect.equal(host.metric("slipway_runs_inline" + LABELS), 0, "runs inline")
        expect.equal(host.metric('slipway_requests_total{model="batches",version="1.0.0",outcome="answered"}'), 6, "answered")


def test_no_more_than_its_size_in_the_order_of_arrival(env):
    with batching_host(env, batching=[{"size": 4}]) as host, contextlib.ExitStack() as stack:
        asked = Asked(host, stack, range(8))
        host.gate.release(3)
        expect.equal(told(asked.answers()), [(0, 1)] + [(2 * value, 4) for value in range(1, 5)] + [(2 * value, 3) for value in range(5, 8)],
                     "answers")


def test_an_operator_sets_something_else(env):
    def shown(override, **manifest):
        with batching_host(env, "overrides: {batches: {batching: %s}}\n" % override, gated=False, **manifest) as host:
            expect.equal(host.request("POST", "/models/batches/predict", {"value": 1}).status, 200, "status")
            return host.request("GET", "/models/batches").json().get("batching")
    expect.equal(shown("{size: 4, delay: 2ms}"), {"size": 4, "delay": "2ms"}, "another size and delay")
    expect.equal(shown("{size: 4}", batching=()), {"size": 4, "delay": "0ms"}, "where the manifest has none")
    expect.equal(shown("{delay: 0}", batching=[{"size": 8, "delay": "5ms"}]), {"size": 8, "delay": "0ms"}, "no delay")
    expect.equal(shown("{size: 1}"), None, "each alone")


def test_concurrency_bounds_batches_and_the_queue_requests_that_wait(env):
    limits = {"concurrency": 2, "queue": 3, "timeout": "10m"}
    with batching_host(env, limits=limits) as host, contextlib.ExitStack() as stack:
        first = stack.enter_context(host.connect())
        first.send(request_bytes("POST", PATH, {"value": 0}))
        host.gate.wait_for_arrival()
        asked = Asked(host, stack, range(1, 5))  # the second place is taken by 1; 2, 3 and 4 wait
        expect.equal(host.metric("slipway_predictions_running" + LABELS), 2, "batches at work")
        expect.problem(predict(host, 9), 429, "queue of 3", "full")
        host.gate.release()           # one of the two: who waits goes to the one place it leaves
        host.gate.wait_for_arrival()  # the three are together
        host.gate.release(2)
        expect.equal(told([first.read()]), [(0, 1)], "the first")
        expect.equal(told(asked.answers()), [(2, 1)] + [(2 * value, 3) for value in (2, 3, 4)], "the others")


def test_one_that_is_alone_is_not_kept_waiting_for_ever(env):
    for batching in ({"size": 8}, {"size": 8, "delay": "5ms"}):
        with batching_host(env, gated=False, batching=[batching]) as host:
            expect.equal(told([predict(host, 4)]), [(8, 1)], "the answer")


def test_nobody_waits_for_others_until_his_time_is_up(env):
    """Half of it at most. On a busy machine the other half may be too short now and then."""
    with batching_host(env, gated=False, batching=[{"size": 8, "delay": "999ms"}]) as host:
        for _ in range(20):
            if predict(host, 4, **{"X-Request-Timeout-Ms": "600"}).status == 200:
                return
            wait_for(host, "slipway_predictions_running", 0)  # the next one would end this one's wait
    raise AssertionError("never an answer in time")


def test_without_batching_in_the_manifest_each_is_alone(env):
    with batching_host(env, gated=False, batching=()) as host:
        expect.equal(told([predict(host, 4)]), [(8, 0)], "the answer")
        expect.equal(host.metric("slipway_batch_size_count" + LABELS), None, "batches")


# ---- each has its own fate

def test_a_bad_item_fails_alone(env):
    with batching_host(env) as host, contextlib.ExitStack() as stack:
        asked = Asked(host, stack, [0, 1, b"{", b'{"value": "x"}', REFUSED, FAILING, FORGOTTEN, 2])
        host.gate.release(2)
        held, good, malformed, invalid, refused, failing, forgotten, last = asked.answers()
        expect.equal(told([held, good, last]), [(0, 1), (2, 5), (4, 5)], "good ones; those that are not valid are not in the batch")
        expect.problem(malformed, 400, "byte")
        expect.problem(invalid, 422, errors=[("/value", "type")])
        expect.equal(refused.status, 422, "status of %r" % (refused,))
        expect.contains(refused.body.decode(), "not this one", "/value")
        expect.problem(failing, 500, "this one fails")
        expect.problem(forgotten, 500, "without saying why")


def test_an_invalid_response_fails_alone(env):
    with batching_host(env, response={**TOLD, "properties": {"value": {"type": "number", "maximum": 9}}}) as host, \
            contextlib.ExitStack() as stack:
        asked = Asked(host, stack, [0, 1, 7, 2])
        host.gate.release(2)
        held, good, large, last = asked.answers()
        expect.equal(told([held, good, last]), [(0, 1), (2, 3), (4, 3)], "good ones")
        expect.problem(large, 500, "its own response schema", errors=[("/value", "maximum")])


def test_a_batch_that_fails_fails_each_and_the_next_is_well(env):
    for value, words in ((TOPPLES, "the batch fell over"), (BLAMES, "without saying why")):
        with batching_host(env) as host, contextlib.ExitStack() as stack:
            asked = Asked(host, stack, [0, 1, value, 2])
            host.gate.release(3)
            held, *failed = asked.answers()
            expect.equal(told([held]), [(0, 1)], "the one before")
            for response in failed:
                expect.problem(response, 500, words)
            expect.equal(told([predict(host, 3)]), [(6, 1)], "the one after")


def test_an_exception_out_of_a_batch_fails_each(env):
    with batching_host(env, gated=False, plugin="batch_throws") as host:
        for value in (1, 2):
            expect.problem(predict(host, value), 500, "exception")
        wait_for(host, "slipway_predictions_running", 0)


def test_who_has_given_up_is_left_out(env):
    with batching_host(env) as host, contextlib.ExitStack() as stack:
        gone = stack.enter_context(host.connect())
        late = stack.enter_context(host.connect())
        asked = Asked(host, stack, [0, 1, 2])
        gone.send(request_bytes("POST", PATH, {"value": 8}))
        wait_for(host, "slipway_queue_depth", 3)
        gone.close()
        while host.metric("slipway_http_disconnects_total") != 1:
            pass
        late.send(request_bytes("POST", PATH, {"value": 9}, {"X-Request-Timeout-Ms": "50"}))
        expect.problem(late.read(), 504, "in time")
        host.gate.release(2)
        expect.equal(told(asked.answers()), [(0, 1), (2, 2), (4, 2)], "the others")
        expect.equal(host.metric("slipway_late_predictions" + LABELS), 0, "late")


def test_one_whose_time_runs_out_in_a_batch_is_answered_at_that_moment(env):
    with batching_host(env) as host, contextlib.ExitStack() as stack:
        asked = Asked(host, stack, [0], {"X-Request-Timeout-Ms": "2000"})
        expect.problem(asked.answers()[0], 504, "in time")
        expect.equal(host.metric("slipway_late_predictions" + LABELS), 1, "late while the batch is at work")
        host.gate.release()
        wait_for(host, "slipway_late_predictions", 0)


# ---- candidates

def refusal(env, **manifest):
    models = env.folder("models")
    bundle = make_bundle(models / "batches", env.plugin(manifest.pop("plugin", "batches")), "batches", response=TOLD, **manifest)
    with env.host(models) as host:
        return host.refusal_of(bundle)


def test_a_manifest_that_asks_in_vain_is_refused(env):
    expect.contains(refusal(env, plugin="good_c", batching={"size": 8}), "the manifest asks for batching, but the plugin does not offer",
                    "slipway.batch.v0", "take `batching` out of the manifest")
    expect.contains(refusal(env, batching={"size": 1}), "/batching/size")
    expect.contains(refusal(env, batching={"size": 8, "delay": "2 ms"}), "/batching/delay")
    expect.contains(refusal(env, plugin="batch_small", batching={"size": 8}), "set size to sizeof(slw_batch)")


def test_a_golden_case_that_fails_in_a_batch_refuses_the_version(env):
    cases = [{"name": "eleven", "request": {"value": 11}, "response": {"value": 22}},
             {"name": "not a number", "request": {"value": "x"}, "error": {"status": 422, "pointer": "/value"}}]
    why = refusal(env, batching={"size": 4}, parameters={"lies": True}, cases=cases)
    expect.contains(why, 'case "eleven": in a batch of 4: ', "1 of 2 golden cases failed in a batch", "33")
    models = env.folder("models")
    bundle = make_bundle(models / "batches", env.plugin("batches"), "batches", batching={"size": 4}, parameters={"lies": True}, cases=cases)
    done = env.run("check", bundle)
    expect.equal(done.exit, 1, "exit status")
    expect.contains(done.out + done.err, "in a batch of 4")
    sound = make_bundle(models / "sound", env.plugin("batches"), "batches", batching={"size": 4}, cases=cases)
    expect.equal(env.run("check", sound).exit, 0, "exit status for what is sound")


# ---- isolation

def test_in_processes_of_its_own_a_model_does_not_batch(env):
    with batching_host(env, gated=False, isolation="process") as host:
        expect.equal(told([predict(host, 4)]), [(8, 0)], "the answer")
        assert host.find_lines("workers do not batch", model="batches"), "nothing is said of it"


def test_the_operators_isolation_goes_first(env):
    with batching_host(env, "overrides: {batches: {isolation: in-process}}", gated=False, isolation="process") as host:
        expect.equal(told([predict(host, 4)]), [(8, 1)], "in the host's process")
    with batching_host(env, "overrides: {batches: {isolation: process}}", gated=False) as host:
        expect.equal(told([predict(host, 4)]), [(8, 0)], "in a process of its own")


# ---- life

def test_threads_single_has_one_batch_at_a_time(env):
    with batching_host(env, threads="single", limits={"concurrency": 8, "queue": 100, "timeout": "10m"}) as host, \
            contextlib.ExitStack() as stack:
        asked = Asked(host, stack, range(5))
        expect.equal(host.metric("slipway_predictions_running" + LABELS), 1, "batches at work")
        host.gate.release(2)
        expect.equal(told(asked.answers()), [(0, 1)] + [(2 * value, 4) for value in range(1, 5)], "answers")


def test_a_host_that_stops_answers_what_waits(env):
    with batching_host(env) as host, contextlib.ExitStack() as stack:
        asked = Asked(host, stack, range(4))
        host.signal()
        host.wait_for_line("stopping")
        host.gate.release(2)
        expect.equal(told(asked.answers()), [(0, 1)] + [(2 * value, 3) for value in range(1, 4)], "answers")
        expect.equal(host.wait(), 0, "exit status")


def test_a_version_that_is_taken_out_answers_what_waits_and_leaves_memory(env):
    operated = Operated(env)
    gate = Gate(env.folder("gate"))
    more = {"plugin": "batches", "name": "batches", "batching": {"size": 8}, "response": TOLD, "limits": PATIENT}
    with operated.host() as host, contextlib.ExitStack() as stack:
        host.gate = gate
        operated.publish("1.0.0", parameters={"tell": True, **gate.parameters}, **more)
        operated.must("release", "batches", "1.0.0")
        asked = Asked(host, stack, range(4))
        operated.publish("1.1.0", parameters={"tell": True}, **more)
        operated.must("release", "batches", "1.1.0")
        expect.equal(told([predict(host, 5)]), [(10, 1)], "the new version's answer")
        gate.release(2)
        expect.equal(told(asked.answers()), [(0, 1)] + [(2 * value, 3) for value in range(1, 4)], "the old version's answers")
        operated.must("unload", "batches", "1.0.0")
        while host.metric('slipway_version_states_total{state="unloaded"}') != 1:
            pass
        expect.equal(host.metric("slipway_pinned_libraries"), 0, "libraries that stay")


def test_shadows_get_copies_of_what_is_batched_and_work_on_them_alone(env):
    operated = Operated(env)
    more = {"plugin": "batches", "name": "batches", "batching": {"size": 8}, "limits": PATIENT}
    with operated.host() as host:
        operated.publish("1.0.0", **more)
        operated.must("release", "batches", "1.0.0")
        operated.publish("1.1.0", parameters={"lies": True}, **more)  # in batches only
        operated.must("shadow", "batches", "1.1.0")
        with host.connect() as connection:
            for value in range(20):
                expect.answer(connection.request("POST", PATH, {"value": value}), {"value": 2.0 * value})
        counts = {"compared": 0, "dropped": 0}
        while counts["compared"] + counts["dropped"] < 20:
            counts = host.request("GET", "/models/batches").json()["shadow"]
        expect.equal(counts["different"] + counts["failed"], 0, "differences of %r" % counts)
        assert counts["compared"] > 0


# ---- under load

class Caller(threading.Thread):
    """Asks again and again, and checks that each answer is its own request's."""

    def __init__(self, host, number, count):
        super().__init__(daemon=True)
        self.host, self.count = host, count
        self.dice = random.Random(number)
        self.wrong = []
        self.answered = 0
        self.largest = 0

    def run(self):
        try:
            with self.host.connect() as connection:
                for _ in range(self.count):
                    self.ask(connection)
        except Exception as error:  # reported by the test
            self.wrong.append(repr(error))

    def ask(self, connection):
        value = self.dice.choice((REFUSED, FAILING, "x", *(self.dice.randrange(10**9) for _ in range(7))))
        response = connection.request("POST", PATH, {"value": value})
        wanted = {REFUSED: 422, FAILING: 500, "x": 422}.get(value, 200)
        if response.status != wanted or (wanted == 200 and response.json()["value"] != 2.0 * value):
            self.wrong.append("%r: %r" % (value, response))
        if wanted == 200:
            self.answered += 1
            self.largest = max(self.largest, response.json()["batch"])


def test_each_gets_its_own_answer_under_load(env):
    for batching in ({"size": 8}, {"size": 16, "delay": "1ms"}):
        limits = {"concurrency": 2, "queue": 1000, "timeout": "10m"}
        with batching_host(env, gated=False, batching=[batching], limits=limits) as host:
            callers = [Caller(host, number, 150) for number in range(32)]
            for caller in callers:
                caller.start()
            for caller in callers:
                caller.join()
            wrong = [line for caller in callers for line in caller.wrong]
            assert not wrong, "%d wrong, the first:\n%s" % (len(wrong), "\n".join(wrong[:10]))
            assert 1 < max(caller.largest for caller in callers) <= batching["size"], "no batch of more than one"
            expect.equal(host.metric('slipway_requests_total{model="batches",version="1.0.0",outcome="answered"}'),
                         sum(caller.answered for caller in callers), "answers that were counted")
            for gauge in ("slipway_predictions_running", "slipway_queue_depth", "slipway_late_predictions"):
                wait_for(host, gauge, 0)


def test_digits_answers_in_batches_what_it_answers_alone(env):
    """The shipped model, through its bundle: what it answers in batches is what it answers alone."""
    case = golden_yaml.read(env.models / "digits" / "tests" / "golden.yaml")["cases"][3]
    request = case["request"]
    with env.host() as host:
        alone = host.request("POST", "/models/digits/predict", request).json()
        expect.equal(alone["digit"], case["response"]["digit"], "digit")
        answers = []

        def ask():
            with host.connect() as connection:
                for _ in range(50):
                    answers.append(connection.request("POST", "/models/digits/predict", request).json())
        threads = [threading.Thread(target=ask) for _ in range(16)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        expect.equal(len(answers), 800, "answers")
        assert all(answer == alone for answer in answers), "an answer differs"
