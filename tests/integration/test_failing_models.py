"""Models that fail, are too slow or too busy: what their callers are answered, and that nobody else notices."""
import contextlib

from harness import expect
from harness.bundles import held_host, make_bundle
from harness.client import request_bytes

FIXTURES = ["good_c", "predict_fails", "fails_silently", "invalid_argument", "deadline_exceeded", "unavailable", "unknown_status",
            "writes_nothing", "writes_two_roots", "writes_open_object", "writes_nan", "writes_bad_utf8", "writes_bad_tensor",
            "writes_wrong_shape", "throws", "throws_raw"]


def setup(env, stack):
    models = env.folder("models")
    for fixture in FIXTURES:
        name = fixture.replace("_", "-")
        make_bundle(models / name, env.plugin(fixture), name, limits={"timeout": "10m"})
    for execution in ("inline", "pool"):
        make_bundle(models / ("hangs-" + execution), env.plugin("hangs"), "hangs-" + execution, execution=execution)
    make_bundle(models / "zero-queue", env.plugin("good_c"), "zero-queue", execution="pool", limits={"concurrency": 2, "queue": 0})
    host = stack.enter_context(env.host(models))
    host.env = env
    return host


def predict(host, model, value=21, **headers):
    return host.request("POST", "/models/%s/predict" % model, {"value": value}, headers=headers)


def wait_until_idle(host, model):
    while host.metric('slipway_predictions_running{model="%s",version="1.0.0"}' % model) != 0:
        pass


def others_still_answer(host):
    expect.answer(predict(host, "good-c"), {"value": 42.0})
    assert host.is_up()


# ---- 500

def test_500_a_model_that_says_why_it_fails(host):
    response = predict(host, "predict-fails")
    expect.problem(response, 500, "the model has lost its mind")
    expect.equal(response.header("X-Model-Version"), "1.0.0", "X-Model-Version")
    others_still_answer(host)


def test_500_a_model_that_does_not_say_why(host):
    expect.problem(predict(host, "fails-silently"), 500, "without saying why")
    expect.problem(predict(host, "unknown-status"), 500, "unknown status", "99")


def test_500_exceptions_in_a_model_end_at_its_prediction(host):
    expect.problem(predict(host, "throws", 1), 500, "the weights do not add up")
    expect.problem(predict(host, "throws", 2), 500, "not a std::exception")
    expect.problem(predict(host, "throws-raw", 1), 500, "exception")
    expect.answer(predict(host, "throws", 5), {"value": 10.0})
    expect.answer(predict(host, "throws-raw", 0), {"value": 0.0})
    others_still_answer(host)


def test_500_answers_that_are_no_document(host):
    words = "the model wrote a response that is no document"
    for model in ("writes-nothing", "writes-two-roots", "writes-open-object", "writes-bad-tensor"):
        expect.problem(predict(host, model), 500, words)
    for model in ("writes-nan", "writes-bad-utf8"):
        expect.problem(predict(host, model), 500, words, errors=[("/value", "model")])
    others_still_answer(host)


def test_500_an_answer_that_breaks_the_response_schema(host):
    expect.problem(predict(host, "writes-wrong-shape"), 500, "its own response schema", errors=[("", "type")])


def test_500_the_two_kinds_are_counted_apart(host):
    def counted(model, outcome):
        return host.metric('slipway_requests_total{model="%s",version="1.0.0",outcome="%s"}' % (model, outcome))
    for model, outcome in (("predict-fails", "model_failed"), ("writes-wrong-shape", "invalid_response"),
                           ("writes-nan", "invalid_response")):
        before = counted(model, outcome)
        predict(host, model)
        expect.equal(counted(model, outcome), before + 1, "%s of %s" % (outcome, model))


def test_500_has_a_line_in_the_log_with_the_request_id(host):
    response = predict(host, "predict-fails", **{"X-Request-Id": "find-me-500"})
    expect.problem(response, 500)
    line = host.wait_for_line("lost its mind", request_id="find-me-500")
    expect.equal((line["status"], line["outcome"], line["path"]), (500, "model_failed", "/models/predict-fails/predict"), "line")


# ---- 422 and 503 by the model, 504 by the model

def test_422_and_503_and_504_that_the_model_chose(host):
    expect.problem(predict(host, "invalid-argument"), 422, "nobody is 300 years old", errors=[("/value", "model")])
    expect.problem(predict(host, "throws", 4), 422, "four is right out", errors=[("/value", "model")])
    for model, value, words in (("unavailable", 1, "the index is being rebuilt"), ("throws", 3, "memory")):
        response = predict(host, model, value)
        expect.problem(response, 503, words)
        assert int(response.header("Retry-After")) >= 1
    expect.problem(predict(host, "deadline-exceeded"), 504, "gave up")


# ---- 504

def test_504_when_the_model_stops_at_the_callers_deadline(host):
    """The model sees the deadline and returns SLW_CANCELLED; whether the host's own clock was first must not show."""
    for execution in ("inline", "pool"):
        for _ in range(20):
            expect.problem(predict(host, "hangs-" + execution, **{"X-Request-Timeout-Ms": "10"}), 504)
    others_still_answer(host)


def test_504_while_a_model_holds_its_thread_and_its_neighbour_answers(host):
    with held_host(host.env, others=["good_c"]) as (held, gate), held.connect() as slow:
        slow.send(request_bytes("POST", "/models/held/predict", {"value": 1}, {"X-Request-Timeout-Ms": "2000"}))
        gate.wait_for_arrival()
        expect.answer(held.request("POST", "/models/good-c/predict", {"value": 4}), {"value": 8.0})
        response = slow.read()
        expect.problem(response, 504, "in time")
        expect.equal(response.header("X-Model-Version"), "1.0.0", "X-Model-Version")
        # The model is at work still, and that shows; its late answer must not be taken for the next request's.
        late = 'slipway_late_predictions{model="held",version="1.0.0"}'
        expect.equal(held.metric(late), 1, "late predictions")
        expect.answer(held.request("POST", "/models/good-c/predict", {"value": 5}), {"value": 10.0})
        gate.release()
        while held.metric(late) != 0:
            pass
        slow.send(request_bytes("POST", "/models/held/predict", {"value": 3}))
        gate.wait_for_arrival()
        gate.release()
        expect.answer(slow.read(), {"value": 6.0})


def test_504_in_the_queue_never_reaches_the_model(host):
    with held_host(host.env) as (held, gate), held.connect() as first, held.connect() as second:
        first.send(request_bytes("POST", "/models/held/predict", {"value": 1}))
        gate.wait_for_arrival()
        second.send(request_bytes("POST", "/models/held/predict", {"value": 2}, {"X-Request-Timeout-Ms": "50"}))
        expect.problem(second.read(), 504, "in time")
        expect.equal(held.metric('slipway_late_predictions{model="held",version="1.0.0"}'), 0, "late: nothing was begun")
        gate.release()
        expect.answer(first.read(), {"value": 2.0})
        second.send(request_bytes("POST", "/models/held/predict", {"value": 3}))
        gate.wait_for_arrival()  # were the expired one called, this would be its arrival, and the answer to the next be late
        gate.release()
        expect.answer(second.read(), {"value": 6.0})


def test_504_by_the_manifests_timeout_that_the_caller_cannot_prolong(host):
    with held_host(host.env, limits={"concurrency": 1, "queue": 8, "timeout": "2s"}) as (held, gate), held.connect() as slow:
        slow.send(request_bytes("POST", "/models/held/predict", {"value": 1}, {"X-Request-Timeout-Ms": "600000"}))
        gate.wait_for_arrival()
        expect.problem(slow.read(), 504, "in time")
        gate.release()


def test_504_and_429_have_lines_in_the_log_like_any_other(host):
    flags = ["--log-requests", "all"]
    with held_host(host.env, flags=flags, limits={"concurrency": 1, "queue": 1, "timeout": "10m"}) as (held, gate):
        with held.connect() as first, held.connect() as second:
            first.send(request_bytes("POST", "/models/held/predict", {"value": 1},
                                     {"X-Request-Timeout-Ms": "2000", "X-Request-Id": "expired"}))
            gate.wait_for_arrival()
            expect.problem(first.read(), 504)
            second.send(request_bytes("POST", "/models/held/predict", {"value": 2}))
            while held.metric('slipway_queue_depth{model="held",version="1.0.0"}') != 1:
                pass
            expect.problem(predict(held, "held", 3, **{"X-Request-Id": "one-too-many"}), 429)
            gate.release(2)
            expect.answer(second.read(), {"value": 4.0})
        held.stop()
        for request_id, status in (("expired", 504), ("one-too-many", 429)):
            lines = [line for line in held.lines if line.get("request_id") == request_id]
            expect.equal([line["status"] for line in lines], [status], "status in the log's lines of " + request_id)


# ---- 429

def test_429_when_the_queue_is_full_and_nobody_else_waits(host):
    limits = {"concurrency": 2, "queue": 3, "timeout": "10m"}
    with held_host(host.env, limits=limits, others=["good_c"]) as (held, gate), contextlib.ExitStack() as stack:
        waiting = [stack.enter_context(held.connect()) for _ in range(5)]
        for number, connection in enumerate(waiting):
            connection.send(request_bytes("POST", "/models/held/predict", {"value": number}))
            if number < 2:
                gate.wait_for_arrival()
        labels = '{model="held",version="1.0.0"}'
        while held.metric("slipway_queue_depth" + labels) != 3:
            pass
        expect.equal(held.metric("slipway_predictions_running" + labels), 2, "predictions running")
        response = held.request("POST", "/models/held/predict", {"value": 9})
        expect.problem(response, 429, "queue of 3", "full")
        assert int(response.header("Retry-After")) >= 1
        expect.equal(held.metric('slipway_requests_total{model="held",version="1.0.0",outcome="queue_full"}'), 1, "counted")
        expect.answer(held.request("POST", "/models/good-c/predict", {"value": 1}), {"value": 2.0})
        gate.release(5)
        for number, connection in enumerate(waiting):
            expect.answer(connection.read(), {"value": 2.0 * number})


def test_a_caller_who_goes_away_gives_its_place_in_the_queue_back(host):
    limits = {"concurrency": 1, "queue": 1, "timeout": "10m"}
    with held_host(host.env, limits=limits) as (held, gate), held.connect() as first:
        first.send(request_bytes("POST", "/models/held/predict", {"value": 1}))
        gate.wait_for_arrival()
        with held.connect() as gone:
            gone.send(request_bytes("POST", "/models/held/predict", {"value": 2}))
            while held.metric('slipway_queue_depth{model="held",version="1.0.0"}') != 1:
                pass
            expect.problem(held.request("POST", "/models/held/predict", {"value": 3}), 429)
        while held.metric("slipway_http_disconnects_total") != 1:
            pass
        with held.connect() as last:
            last.send(request_bytes("POST", "/models/held/predict", {"value": 4}))
            gate.release()
            expect.answer(first.read(), {"value": 2.0})
            gate.wait_for_arrival()
            gate.release()
            expect.answer(last.read(), {"value": 8.0})


def test_places_that_are_free_are_taken_before_the_queue_counts(host):
    """As many requests at once as there are places: none may find the queue full."""
    limits = {"concurrency": 8, "queue": 1, "timeout": "10m"}
    with held_host(host.env, flags=["--threads", "1"], limits=limits) as (held, gate), contextlib.ExitStack() as stack:
        connections = [stack.enter_context(held.connect()) for _ in range(8)]
        gate.open_for_good()
        for _ in range(30):
            wait_until_idle(held, "held")
            for number, connection in enumerate(connections):
                connection.send(request_bytes("POST", "/models/held/predict", {"value": number}))
            for number, connection in enumerate(connections):
                expect.answer(connection.read(), {"value": 2.0 * number})


def test_a_queue_of_zero_refuses_nobody_while_there_are_places(host):
    for value in range(20):
        wait_until_idle(host, "zero-queue")  # the place of the prediction before is given back behind its answer
        expect.answer(predict(host, "zero-queue", value), {"value": 2.0 * value})


def test_after_all_that_everything_still_answers(host):
    others_still_answer(host)
    expect.equal(host.request("GET", "/health/ready").status, 200, "ready")
