"""Versions that are not to be used for much longer, and how their callers are told."""
import calendar
import signal

from harness import expect
from harness.bundles import make_bundle
from harness.operated import FAILURE, Operated

HEADERS = ("Deprecation", "Sunset", "Link")
UNPINNED = "/models/doubler/predict"


def day(year, month, date):
    return "@%d" % calendar.timegm((year, month, date, 0, 0, 0))


def told(host, path=UNPINNED, body=None, status=200):
    """The headers of an answer that are about deprecation."""
    response = host.request("POST", path, {"value": 2} if body is None else body)
    expect.equal(response.status, status, "status of %r" % response)
    return tuple(response.header(name) for name in HEADERS)


NOTHING = (None, None, None)
WHOLE = (day(2027, 6, 1), "Wed, 01 Dec 2027 00:00:00 GMT",
         '</models/doubler/versions/2.0.0/predict>; rel="successor-version"')
WORDS = ("--after", "2027-06-01", "--sunset", "2027-12-01", "--successor", "2.0.0")
SHOWN = {"after": "2027-06-01", "successor": "2.0.0", "sunset": "2027-12-01"}


def operated_with_two(env):
    """1.0.0 is stable, 1.1.0 has the label `next`."""
    operated = Operated(env)
    host = operated.host()
    for version, label in (("1.0.0", "stable"), ("1.1.0", "next")):
        operated.publish(version)
        operated.release(version, "--label", label)
    return operated, host


def is_deprecated(host, path):
    """What OpenAPI says of the model's routes."""
    document = host.request("GET", path).json()
    return {route: operation["post"].get("deprecated", False) for route, operation in document["paths"].items()}


def shown_versions(operated):
    return {each["version"]: each.get("deprecation") for model in operated.ask("status")["models"] for each in model["versions"]}


def test_callers_are_told_from_the_next_answer_on_and_no_more_when_it_is_taken_back(env):
    operated, host = operated_with_two(env)
    with host:
        paths = ("/openapi.json", "/models/doubler/openapi.json")
        for path in paths:  # made once, before anything is deprecated
            expect.equal(set(is_deprecated(host, path).values()), {False}, path)
        expect.equal(told(host), NOTHING, "before")
        host.wait_for_line("model loaded", nth=2)
        loads = len(host.find_lines("model loaded"))
        done = operated.must("deprecate", "doubler", "1.0.0", *WORDS, "--why", "two is better")
        expect.contains(done.out, "doubler 1.0.0 is deprecated from 2027-06-01 on, gone on 2027-12-01; 2.0.0 is its successor")
        expect.equal(len(host.find_lines("model loaded")), loads, "loads")
        for path in (UNPINNED, "/models/doubler/versions/1.0.0/predict", "/models/doubler/labels/stable/predict"):
            expect.equal(told(host, path), WHOLE, path)
        expect.equal(told(host, body={"value": "x"}, status=422), WHOLE, "of a refusal")
        expect.equal(told(host, "/models/doubler/labels/next/predict"), NOTHING, "of the other version")
        expect.equal(host.request("GET", "/models/doubler").json()["deprecation"], SHOWN, "GET /models/NAME")
        expect.equal(shown_versions(operated), {"1.0.0": SHOWN, "1.1.0": None}, "status")
        expect.contains(operated.must("status").out, "DEPRECATED", "2027-06-01, gone 2027-12-01, use 2.0.0")
        for path in paths:
            expect.equal(set(is_deprecated(host, path).values()), {True}, path)
        expect.equal(set(is_deprecated(host, "/models/doubler/versions/1.1.0/openapi.json").values()), {False}, "OpenAPI of 1.1.0")

        operated.must("deprecate", "doubler", "1.0.0", "--after", "2028-02-29")  # instead of what was said before
        expect.equal(told(host), (day(2028, 2, 29), None, None), "after another one")
        operated.must("deprecate", "doubler", "1.0.0", "--undo")
        expect.equal(told(host), NOTHING, "after it was taken back")
        for path in paths:
            expect.equal(set(is_deprecated(host, path).values()), {False}, path)
        decisions = operated.ask("history", "doubler", "--limit", "3")["decisions"]
        expect.equal([each["action"] for each in decisions], ["deprecate"] * 3, "actions")
        expect.equal((decisions[2]["why"], decisions[2]["to"]), ("two is better", "1.0.0"), "the first of them")


def test_it_is_remembered_and_also_for_versions_that_are_not_in_memory(env):
    operated, host = operated_with_two(env)
    with host:
        operated.must("deprecate", "doubler", "1.0.0", *WORDS)
        operated.publish("1.2.0")
        operated.must("deprecate", "doubler", "1.2.0", "--after", "2027-06-01")
        operated.release("1.2.0", "--label", "later")
        expect.equal(told(host, "/models/doubler/labels/later/predict"), (day(2027, 6, 1), None, None), "of 1.2.0")
        host.exit_wanted = -signal.SIGKILL
        host.signal(signal.SIGKILL)
    with operated.host() as host:
        expect.equal(told(host), WHOLE, "after a crash")
        expect.equal(told(host, "/models/doubler/labels/next/predict"), NOTHING, "of the other version")


def test_a_version_that_is_asleep_tells_when_it_wakes(env):
    operated = Operated(env)
    with operated.host(config="log: {level: debug}\nidle: 300ms\n") as host:
        def wait_for_sleep(times):
            host.wait_for_line("version state", nth=times, version="1.0.0", state="unloaded")

        operated.publish("1.0.0")
        operated.release("1.0.0")
        wait_for_sleep(1)
        operated.must("deprecate", "doubler", "1.0.0", *WORDS)
        expect.equal(told(host), WHOLE, "after it slept")
        wait_for_sleep(2)
        expect.equal(told(host), WHOLE, "after it slept again")
        wait_for_sleep(3)
        operated.must("deprecate", "doubler", "1.0.0", "--undo")
        expect.equal(told(host), NOTHING, "after it was taken back")


def test_what_the_manifest_says_holds_unless_an_operator_says_otherwise(env):
    operated = Operated(env)
    with operated.host() as host:
        operated.publish("1.0.0", deprecation={"after": "2030-01-31", "sunset": "2031-01-31", "successor": "3.0.0"})
        operated.release("1.0.0")
        of_manifest = (day(2030, 1, 31), "Fri, 31 Jan 2031 00:00:00 GMT",
                       '</models/doubler/versions/3.0.0/predict>; rel="successor-version"')
        expect.equal(told(host), of_manifest, "of the manifest")
        operated.must("deprecate", "doubler", "1.0.0", *WORDS)
        expect.equal(told(host), WHOLE, "of the operator")
        operated.must("deprecate", "doubler", "1.0.0", "--undo")
        expect.equal(told(host), of_manifest, "of the manifest again")
        done = operated.run("deprecate", "doubler", "1.0.0", "--undo")
        expect.equal(done.exit, FAILURE, "exit")
        expect.contains(done.err, "no operator has deprecated doubler 1.0.0")


def test_a_folder_s_models_tell_too_and_a_successor_that_is_no_version_has_no_link(env):
    models = env.folder("models")
    make_bundle(models / "doubler", env.plugin("good_c"), "doubler", execution="pool",
                deprecation={"after": "2030-01-31", "successor": "the one with the ears"})
    backwards = make_bundle(models / "backwards", env.plugin("good_c"), "backwards",
                            deprecation={"after": "2030-01-31", "sunset": "2029-01-31"})
    with env.host(models) as host:
        expect.equal(told(host), (day(2030, 1, 31), None, None), "headers")
        expect.contains(host.refusal_of(backwards), "model.yaml:11:", "gone before it is deprecated")


def test_commands_say_what_is_wrong(env):
    operated, host = operated_with_two(env)
    with host:
        for words, message in ((("9.9.9",), "not in the store"), (("1.0.0", "--after", "soon"), "/after"),
                               (("1.0.0", "--after", "2027-02-30"), "/after"), (("1.0.0", "--successor", "next"), "/successor"),
                               (("1.0.0", "--successor", "1.0.0"), "its own successor"),
                               (("1.0.0", "--after", "2027-06-01", "--sunset", "2027-05-01"), "before it is deprecated")):
            done = operated.run("deprecate", "doubler", *words)
            expect.equal(done.exit, FAILURE, "exit of %r" % (words,))
            expect.contains(done.err, message)
        expect.equal(told(host), NOTHING, "headers")
