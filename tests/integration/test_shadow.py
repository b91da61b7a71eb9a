"""Shadows: versions that are tried on copies of the traffic, and how their answers differ."""
import contextlib
import json
import signal
import time

from harness import expect
from harness.bundles import NUMBER_IN_OBJECT, Gate
from harness.environment import GUARD_SECONDS
from harness.operated import FAILURE, USAGE, Operated, version_of

PATH = "/models/doubler/predict"
MOST_COPIES = 256  # that wait for a shadow or are worked on


@contextlib.contextmanager
def shadowed(env, *flags, served=(), **shadow):
    """A host whose 1.0.0 is stable and doubles, and whose 1.1.0 is its shadow. Arguments: see make_bundle."""
    operated = Operated(env)
    with operated.host() as host:
        operated.publish("1.0.0", **dict(served))
        operated.release("1.0.0")
        operated.publish("1.1.0", **{"plugin": "scales", **shadow})
        operated.must("shadow", "doubler", "1.1.0", *flags)
        yield operated, host


def ask(host, values, **headers):
    """Each is answered by the stable version, and rightly."""
    with host.connect() as connection:
        for value in values:
            response = connection.request("POST", PATH, {"value": value},
                                          headers={name.replace("_", "-"): text for name, text in headers.items()})
            expect.answer(response, {"value": 2.0 * value})


def counts(host):
    """What callers may know of the shadow; None where there is none."""
    return host.request("GET", "/models/doubler").json().get("shadow")


def asked_until(what, look, is_there):
    """What `look` sees when `is_there`, by asking again and again."""
    give_up = time.monotonic() + GUARD_SECONDS
    while not is_there(found := look()):
        assert time.monotonic() < give_up, "%s; the last that was seen: %r" % (what, found)
    return found


def settled(host, copies):
    """The counts as soon as so many copies have been dealt with."""
    return asked_until("not all copies are dealt with", lambda: counts(host),
                       lambda found: found["compared"] + found["dropped"] >= copies)


def report(operated):
    """What operators are told."""
    return operated.ask("shadow", "doubler")["shadow"]


def check_counts(found, **wanted):
    expect.equal({key: found[key] for key in ("compared", "equal", "different", "failed", "dropped")},
                 {**dict.fromkeys(("compared", "equal", "different", "failed", "dropped"), 0), **wanted}, "counts")


def test_equal_answers_wherever_the_stable_version_runs(env):
    for execution in ("inline", "pool"):
        with shadowed(env, served={"execution": execution}) as (operated, host):
            ask(host, range(50))
            check_counts(settled(host, 50), compared=50, equal=50)
            expect.equal(report(operated)["samples"], [], "samples")
            expect.contains(operated.must("status").out, "shadow")
            out = operated.must("shadow", "doubler").out
            expect.contains(out, "doubler 1.1.0 is shadow of 1.0.0, with copies of 100% of the traffic",
                            "compared 50: 50 equal, 0 different, 0 failed; 0 dropped", "on average")
            # Its work is not counted as a caller's.
            name = 'slipway_requests_total{model="doubler",version="1.1.0",outcome="answered"}'
            expect.equal(host.metric(name), 0, name)
            name = 'slipway_shadow_answers_total{model="doubler",version="1.1.0",result="equal"}'
            expect.equal(host.metric(name), 50, name)


def test_only_answers_to_requests_that_name_no_version_are_copied(env):
    with shadowed(env) as (operated, host):
        for path in ("versions/1.0.0", "versions/1.1.0", "labels/stable", "labels/shadow"):
            expect.equal(host.request("POST", "/models/doubler/%s/predict" % path, {"value": 1}).status, 200, path)
        for body, status in (({"value": "x"}, 422), (b"{", 400)):
            expect.equal(host.request("POST", PATH, body).status, status, "status")
        ask(host, [1])
        check_counts(settled(host, 1), compared=1, equal=1)


def test_a_share_of_the_traffic_is_copied(env):
    with shadowed(env, "--share", "30%") as (operated, host):
        expect.equal(report(operated)["share"], 0.3, "share")
        ask(host, range(1000))
        operated.release("1.0.0", "--label", "other")  # a new table: the counts go on
        found = settled(host, 200)
        # 300 are expected; one run in some 10^12 is outside of seven standard deviations.
        assert found["compared"] + found["dropped"] < 401, found


def test_how_answers_differ_is_shown_to_operators_alone(env):
    with shadowed(env, parameters={"factor": 3}) as (operated, host):
        ask(host, [0, 1234567], X_Request_Id="this-one")  # a number that no time in an answer looks like
        check_counts(settled(host, 2), compared=2, equal=1, different=1)
        found = report(operated)
        sample, = found["samples"]
        assert sample.pop("at").endswith("Z")
        expect.equal(sample, {"request_id": "this-one", "what": "different", "pointer": "/value", "expected": "2469134.0",
                              "actual": "3703701.0"}, "sample")
        expect.equal(found["different_at"], [{"pointer": "/value", "different": 1}], "places")
        expect.contains(operated.must("shadow", "doubler").out, "this-one", "/value", "2469134.0", "3703701.0", "CALLER GOT")
        public = host.request("GET", "/models/doubler").body.decode()
        for secret in ("this-one", "3703701.0", "samples", "different_at"):
            assert secret not in public, secret
        assert "samples" not in json.dumps(operated.ask("status"))
        ask(host, range(1, 100))
        check_counts(settled(host, 101), compared=101, equal=1, different=100)
        expect.equal(len(report(operated)["samples"]), 20, "samples that are kept")
        expect.equal(report(operated)["different_at"], [{"pointer": "/value", "different": 100}], "places")


def test_tolerances(env):
    with shadowed(env, "--tolerance", "0.01", parameters={"factor": 2.001}) as (operated, host):
        ask(host, [2, 100])
        check_counts(settled(host, 2), compared=2, equal=1, different=1)
        done = operated.must("shadow", "doubler", "--relative", "0.1%")
        expect.contains(done.out, "doubler 1.1.0 is shadow: copies of 100% of the traffic; numbers are equal within 0.01 + 0.1%")
        check_counts(counts(host))  # other bounds, other counts
        ask(host, [2, 100])
        check_counts(settled(host, 2), compared=2, equal=2)
        expect.equal(counts(host)["tolerance"], {"absolute": 0.01, "relative": 0.001}, "tolerance")


def number_in_object(**value):
    schema = json.loads(json.dumps(NUMBER_IN_OBJECT))
    schema["properties"]["value"].update(value)
    return schema


def test_what_one_of_the_schemas_calls_sensitive_is_not_shown(env):
    secret = number_in_object(**{"x-sensitive": True})
    for served, shadow in (({"response": secret}, {}), ({}, {"response": secret})):
        with shadowed(env, served=served, parameters={"factor": 3}, **shadow) as (operated, host):
            ask(host, [36598])
            check_counts(settled(host, 1), compared=1, different=1)
            sample, = report(operated)["samples"]
            expect.equal((sample["pointer"], sample["expected"], sample["actual"]),
                         ("/value", "a sensitive value", "a sensitive value"), "sample")
    # What the shadow does not call sensitive when it refuses it. Its schema may break clients: it has none.
    with shadowed(env, served={"request": secret}, request=number_in_object(maximum=10)) as (operated, host):
        ask(host, [36598])
        check_counts(settled(host, 1), compared=1, failed=1)
        sample, = report(operated)["samples"]
        expect.equal((sample["what"], sample["pointer"]), ("invalid_request", "/value"), "sample")
        assert "36598" not in json.dumps(sample), sample


def test_a_shadow_that_fails_disturbs_nobody(env):
    with shadowed(env, parameters={"fails": True}) as (operated, host):
        ask(host, range(40))
        check_counts(settled(host, 40), compared=40, failed=40)
        expect.equal(counts(host)["failed_with"], {"model_failed": 40}, "kinds")
        sample = report(operated)["samples"][0]
        expect.equal((sample["what"], sample["why"]), ("model_failed", "no luck today"), "sample")
        expect.contains(operated.must("shadow", "doubler").out, "40 failed (40 model_failed)", "no luck today")
        name = 'slipway_shadow_answers_total{model="doubler",version="1.1.0",result="model_failed"}'
        expect.equal(host.metric(name), 40, name)
    with shadowed(env, parameters={"extra": "more"}) as (operated, host):
        ask(host, [1])
        check_counts(settled(host, 1), compared=1, failed=1)  # its own schema allows no further member
        expect.equal(counts(host)["failed_with"], {"invalid_response": 1}, "kinds")


def test_callers_do_not_wait_for_a_slow_shadow_and_what_has_no_room_is_dropped(env):
    gate = Gate(env.folder("gate"))
    try:
        with shadowed(env, plugin="held", parameters=gate.parameters,
                      limits={"concurrency": 1, "timeout": "10m"}) as (operated, host):
            ask(host, range(MOST_COPIES + 44))  # all of them while it holds the first
            gate.wait_for_arrival()
            check_counts(counts(host), dropped=44)
            gate.open_for_good()
            check_counts(settled(host, MOST_COPIES + 44), compared=MOST_COPIES, equal=MOST_COPIES, dropped=44)
    finally:
        gate.open_for_good()


def test_what_waits_for_a_shadow_goes_with_it(env):
    gate = Gate(env.folder("gate"))
    try:
        with shadowed(env, plugin="held", parameters=gate.parameters,
                      limits={"concurrency": 1, "timeout": "10m"}) as (operated, host):
            ask(host, range(10))
            gate.wait_for_arrival()
            operated.must("shadow", "doubler", "--end")
            expect.equal(counts(host), None, "shadow")
            operated.must("unload", "doubler", "1.1.0")
            expect.equal(operated.states()["1.1.0"], "draining", "state: one call is held")
            gate.release()  # that one alone: another would be held
            asked_until("it is not unloaded", lambda: operated.states()["1.1.0"], lambda state: state == "unloaded")
            ask(host, [1])
    finally:
        gate.open_for_good()


def test_a_version_with_effects_gets_no_copies(env):
    operated = Operated(env)
    with operated.host() as host:
        operated.publish("1.0.0")
        operated.release("1.0.0")
        operated.publish("1.1.0", effects="external")
        done = operated.run("shadow", "doubler", "1.1.0")
        expect.equal(done.exit, FAILURE, "exit")
        expect.contains(done.err, "1.1.0 cannot be a shadow", "effects: none")
        expect.equal(counts(host), None, "shadow")
        decision = operated.ask("history", "doubler")["decisions"][0]
        expect.equal((decision["action"], decision["outcome"]), ("shadow", "failed"), "decision")


def test_a_shadow_comes_back_after_a_crash_until_it_is_withdrawn(env):
    with shadowed(env, "--tolerance", "0.5", parameters={"factor": 2.1}) as (operated, host):
        ask(host, [1, 100])
        check_counts(settled(host, 2), compared=2, equal=1, different=1)
        host.exit_wanted = -signal.SIGKILL
        host.signal(signal.SIGKILL)
    with operated.host() as host:
        check_counts(counts(host))
        ask(host, [1, 100])
        check_counts(settled(host, 2), compared=2, equal=1, different=1)
        expect.contains(operated.must("shadow", "doubler", "--end", "--why", "seen enough").out, "1.1.0 is shadow no more")
        expect.equal(counts(host), None, "shadow")
        expect.contains(operated.must("shadow", "doubler").out, "doubler has no shadow")
        actions = [(each["action"], each.get("label"), each.get("why")) for each in operated.ask("history", "doubler")["decisions"]]
        expect.equal(actions[:2], [("withdraw", "shadow", "seen enough"), ("shadow", "shadow", None)], "decisions")


def test_a_shadow_that_becomes_stable_is_one_no_more(env):
    with shadowed(env) as (operated, host):
        operated.release("1.1.0")
        expect.equal(version_of(host), "1.1.0", "version")
        expect.equal(counts(host), None, "shadow")


def test_answers_of_a_canary_are_compared_too(env):
    with shadowed(env, parameters={"factor": 4}) as (operated, host):
        operated.publish("1.2.0", plugin="scales", parameters={"factor": 4})
        operated.must("canary", "doubler", "1.2.0", "--share", "100%")
        expect.equal(host.request("POST", PATH, {"value": 2}).json(), {"value": 8.0}, "the canary's answer")
        check_counts(settled(host, 1), compared=1, equal=1)


def test_commands_say_what_to_do_when_they_cannot(env):
    operated = Operated(env)
    with operated.host():
        operated.publish("1.0.0")
        for words, message in ((("doubler", "1.0.0"), "release one first"), (("doubler", "--share", "10%"), "name the version"),
                               (("doubler", "--end"), "no version with the label")):
            done = operated.run("shadow", *words)
            expect.equal(done.exit, FAILURE, "exit of %r" % (words,))
            expect.contains(done.err, message)
        operated.release("1.0.0")
        done = operated.run("shadow", "doubler", "1.0.0")
        expect.equal(done.exit, FAILURE, "exit")
        expect.contains(done.err, "1.0.0 is stable")
        for words in (("doubler", "1.0.0", "--share", "200%"), ("doubler", "1.0.0", "--tolerance", "-1"), ("doubler", "1.0.0", "--end")):
            expect.equal(operated.run("shadow", *words).exit, USAGE, "exit of %r" % (words,))
        done = operated.run("shadow", "doubler", "1.0.0", "--share", "0%")
        expect.equal(done.exit, FAILURE, "exit")
