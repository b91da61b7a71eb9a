"""Canaries: a share of the traffic for a version on trial, and releases that are watched."""
from harness import expect
from harness.bundles import NUMBER_IN_OBJECT
from harness.operated import FAILURE, USAGE, Operated

PATH = "/models/doubler/predict"
FAILS, REFUSED = {"value": 1}, {"value": 4}  # what the plugin `throws` fails on, and what it blames the caller for


def operated_with(env, host_of, canary="throws", **more):
    """Publishes 1.0.0, which is stable, and 1.1.0, which is to be tried."""
    operated = Operated(env)
    host = host_of(operated)
    operated.publish("1.0.0")
    operated.release("1.0.0")
    operated.publish("1.1.0", plugin=canary, **more)
    return operated, host


def start(operated):
    return operated.host()


def answers(connection, count, body, headers=()):
    """[(status, version)] of so many requests."""
    responses = [connection.request("POST", PATH, body, headers=headers) for _ in range(count)]
    return [(each.status, each.header("X-Model-Version")) for each in responses]


def labels(operated):
    """{label: version} of the model."""
    return {label: each["version"] for model in operated.ask("status")["models"] for each in model["versions"]
            for label in each["labels"]}


def wait_for_rollback(host):
    return host.wait_for_line("a version failed its trial and is rolled back")


def settled(operated):
    """Commands take turns: when this one has ended, so has what the host began before it."""
    operated.run("unload", "doubler", "9.9.9")
    return labels(operated)


def test_a_share_of_the_traffic_goes_to_the_canary(env):
    operated, host = operated_with(env, start)
    with host, host.connect() as connection:
        done = operated.must("canary", "doubler", "1.1.0", "--share", "100%")
        expect.contains(done.out, "doubler 1.1.0 is canary: 100% of the traffic; rolled back above 5% failed")
        expect.equal(set(answers(connection, 50, {"value": 7})), {(200, "1.1.0")}, "all of it")
        operated.must("canary", "doubler", "--share", "0%")
        expect.equal(set(answers(connection, 50, {"value": 7})), {(200, "1.0.0")}, "none of it")
        operated.must("canary", "doubler", "--share", "0.3")
        drawn = answers(connection, 1000, {"value": 7})
        # 300 are expected; one run in some 10^12 is outside of seven standard deviations.
        assert 199 < drawn.count((200, "1.1.0")) < 401, drawn.count((200, "1.1.0"))
        expect.contains(operated.must("status").out, "canary 30%", "0 of ")
        for path, version in (("/models/doubler/versions/1.0.0/predict", "1.0.0"), ("/models/doubler/labels/canary/predict", "1.1.0"),
                              ("/models/doubler/labels/stable/predict", "1.0.0")):
            for _ in range(20):
                expect.equal(connection.request("POST", path, {"value": 7}).header("X-Model-Version"), version, path)


def test_sticky_callers_keep_their_version(env):
    operated, host = operated_with(env, start)
    callers = ["user-%d" % number for number in range(200)]

    def versions(connection):
        return {caller: answers(connection, 1, {"value": 7}, headers=[("X-User", caller)])[0][1] for caller in callers}

    with host, host.connect() as connection:
        operated.must("canary", "doubler", "1.1.0", "--share", "20%", "--sticky", "x-user")
        few = versions(connection)
        assert 5 < list(few.values()).count("1.1.0") < 90, few
        with host.connect() as another:
            expect.equal(versions(another), few, "versions on another connection")
        operated.must("canary", "doubler", "--share", "60%")
        many = versions(connection)
        for caller in callers:
            assert few[caller] == "1.0.0" or many[caller] == "1.1.0", caller
        assert list(many.values()).count("1.1.0") > list(few.values()).count("1.1.0")
    with operated.host() as again, again.connect() as connection:
        expect.equal(versions(connection), many, "versions after a restart")


def test_a_canary_that_fails_is_rolled_back_by_itself(env):
    operated, host = operated_with(env, start)
    with host, host.connect() as connection:
        operated.must("canary", "doubler", "1.1.0", "--share", "100%", "--why", "try")
        got = answers(connection, 60, FAILS)
        # From the twentieth answer on the trial can fail, and the thread that saw it answers the next from the stable version.
        expect.equal(got, [(500, "1.1.0")] * 20 + [(200, "1.0.0")] * 40, "answers")
        wait_for_rollback(host)
        expect.equal(settled(operated), {"stable": "1.0.0"}, "labels")
        newest = operated.ask("history", "doubler")["decisions"][0]
        expect.equal((newest["by"], newest["action"], newest["label"], newest["from"]), ("host", "rollback", "canary", "1.1.0"), "decision")
        expect.contains(newest["why"], "20 of 20 answers failed, more than 5%")
        expect.equal(operated.states()["1.1.0"], "ready", "state: it is still warm")
        # It may be tried again, from nothing.
        operated.must("canary", "doubler", "1.1.0", "--share", "100%")
        expect.equal(answers(connection, 1, {"value": 7}), [(200, "1.1.0")], "answers of another trial")
    with operated.host():
        expect.equal(labels(operated), {"stable": "1.0.0", "canary": "1.1.0"}, "labels after a restart")


def test_few_failures_and_mistakes_of_callers_are_borne(env):
    operated, host = operated_with(env, start)
    with host, host.connect() as connection:
        operated.must("canary", "doubler", "1.1.0", "--share", "100%", "--max-errors", "30%")
        expect.equal(set(answers(connection, 100, REFUSED)), {(422, "1.1.0")}, "refusals, which are no failures, but answers")
        expect.equal(set(answers(connection, 25, FAILS)), {(500, "1.1.0")}, "failures: 25 of 125")
        expect.equal(set(answers(connection, 10, {"value": 7})), {(200, "1.1.0")}, "answers")
        expect.equal(settled(operated), {"stable": "1.0.0", "canary": "1.1.0"}, "labels")


def test_a_slow_canary_is_rolled_back(env):
    operated, host = operated_with(env, start, canary="slow", parameters={"sleep_ms": 30})
    with host, host.connect() as connection:
        operated.must("canary", "doubler", "1.1.0", "--share", "100%", "--max-latency", "10ms")
        got = answers(connection, 25, {"value": 7})
        expect.equal(got, [(200, "1.1.0")] * 20 + [(200, "1.0.0")] * 5, "answers")
        wait_for_rollback(host)
        expect.equal(settled(operated), {"stable": "1.0.0"}, "labels")
        expect.contains(operated.ask("history")["decisions"][0]["why"], "20 of 20 answers took longer than 10ms, more than 1%")


def test_a_canary_that_becomes_stable_has_passed(env):
    operated, host = operated_with(env, start)
    with host, host.connect() as connection:
        operated.must("canary", "doubler", "1.1.0", "--share", "50%")
        operated.release("1.1.0")
        expect.equal(labels(operated), {"stable": "1.1.0"}, "labels")
        expect.equal(set(answers(connection, 40, FAILS)), {(500, "1.1.0")}, "answers: nobody watches any more")
        operated.must("rollback", "doubler")
        expect.equal(answers(connection, 1, FAILS), [(200, "1.0.0")], "answers")
    with operated.host():
        expect.equal(labels(operated), {"stable": "1.0.0"}, "labels after a restart")


def test_a_canary_is_ended(env):
    operated, host = operated_with(env, start)
    with host, host.connect() as connection:
        operated.must("canary", "doubler", "1.1.0", "--share", "100%")
        expect.contains(operated.must("canary", "doubler", "--end", "--why", "enough").out, "doubler 1.1.0 is canary no more")
        expect.equal(answers(connection, 1, {"value": 7}), [(200, "1.0.0")], "answers")
        expect.equal(operated.ask("history")["decisions"][0]["why"], "enough", "why")
        done = operated.run("canary", "doubler", "--end")
        expect.equal(done.exit, FAILURE, "exit")
        expect.contains(done.err, "no version with the label \"canary\"")


def test_canaries_that_are_refused(env):
    operated = Operated(env)
    narrower = dict(NUMBER_IN_OBJECT, properties={"value": {"type": "number", "minimum": 0}})
    with operated.host():
        operated.publish("1.0.0")
        operated.publish("1.1.0", request=narrower)
        for arguments, words in ((("1.1.0",), "no version of doubler is stable"), ((), "name the version to try")):
            done = operated.run("canary", "doubler", *arguments)
            expect.equal(done.exit, FAILURE, "exit")
            expect.contains(done.err, words)
        operated.release("1.0.0")
        for arguments, words in ((("1.0.0",), "is stable already"), (("1.1.0",), "may break clients of 1.0.0"), (("7.0.0",), "is not in the store")):
            done = operated.run("canary", "doubler", *arguments)
            expect.equal(done.exit, FAILURE, "exit")
            expect.contains(done.err, words)
        expect.equal(labels(operated), {"stable": "1.0.0"}, "labels")
        operated.must("canary", "doubler", "1.1.0", "--allow-breaking")
        for flags in (("--share", "110%"), ("--share", "x"), ("--max-latency", "soon"), ("--end", "--share", "1%")):
            expect.equal(operated.run("canary", "doubler", *flags).exit, USAGE, "exit of %r" % (flags,))


def test_a_watched_release_is_rolled_back_by_itself(env):
    operated, host = operated_with(env, start)
    with host, host.connect() as connection:
        operated.release("1.1.0", "--max-errors", "20%")
        expect.equal(set(answers(connection, 20, FAILS)), {(500, "1.1.0")}, "answers")
        wait_for_rollback(host)
        expect.equal(settled(operated), {"stable": "1.0.0"}, "labels")
        expect.equal(set(answers(connection, 20, FAILS)), {(200, "1.0.0")}, "answers")
        newest = operated.ask("history")["decisions"][0]
        expect.equal((newest["by"], newest["action"], newest["from"], newest["to"]), ("host", "rollback", "1.1.0", "1.0.0"), "decision")
