"""slipway test: each planted flaw is found by the kind of test that is for it, and sound models have none."""
import json
import os
import pathlib
import select
import subprocess
import xml.etree.ElementTree

from harness import expect
from harness.bundles import make_bundle
from harness.environment import GUARD_SECONDS

SUCCESS, FAILURE, USAGE = 0, 1, 2
# A sanitizer must leave crashes to the system, whose account of them is what is tested.
CRASH = {"ASAN_OPTIONS": "handle_segv=0:handle_abort=0:detect_leaks=0", "TSAN_OPTIONS": "handle_segv=0:handle_abort=0",
         "UBSAN_OPTIONS": "halt_on_error=0"}  # nor end at what the flawed model does before it crashes

SCHEMA = "http://json-schema.org/draft-04/schema#"
REQUEST = {"$schema": SCHEMA, "type": "object", "required": ["value"], "additionalProperties": False, "properties": {
    "value": {"type": "number", "minimum": -100000, "maximum": 100000},
    "items": {"type": "array", "maxItems": 2000, "items": {"type": "number", "minimum": -1000, "maximum": 1000}},
    "bonus": {"type": "number", "minimum": 0, "maximum": 10},
    "text": {"type": "string"}}}
RESPONSE = {"$schema": SCHEMA, "type": "object", "required": ["value", "text"], "additionalProperties": False,
            "properties": {"value": {"type": "number"}, "text": {"type": "string"}}}
WHOLE = {"value": 1.5, "items": [1, 2.5], "bonus": 2, "text": "abc"}
CASES = [{"name": "all members", "request": WHOLE, "response": {"value": 8.5, "text": "0.00"}},
         {"name": "an integer", "request": dict(WHOLE, value=2), "response": {"value": 9.5, "text": "0.00"}},
         {"name": "three", "request": dict(WHOLE, value=3), "response": {"value": 11.5, "text": "0.00"}}]
# Of each flaw: the kind of test that finds it, the check, and words of the finding.
FLAWS = {
    "wrong": ("predictive", "golden cases", "/value should be 8.5, but is 9.5"),
    "off_by_one": ("contract", "made-up requests", "SIGSEGV"),
    "unchecked_optional": ("contract", "made-up requests", "SIGSEGV"),
    "unicode": ("contract", "made-up requests", "SIGABRT"),
    "hang": ("contract", "made-up requests", "did not return"),
    "exception": ("contract", "made-up requests", "is answered 500: negative values are for tomorrow"),
    "wrong_response": ("contract", "made-up requests", "a response that breaks its schema: /value"),
    "overflow": ("contract", "made-up requests", "an infinite number cannot be written as JSON, at /value"),
    "order": ("contract", "reordered members, and numbers written otherwise", "reordered members change the answer"),
    "spelling": ("contract", "reordered members, and numbers written otherwise", "numbers written otherwise change the answer"),
    "locale_printf": ("resource", "locale", "where 1234.5 is written 1.234,5, the request is answered"),
    "locale_stream": ("resource", "locale", "where 1234.5 is written 1.234,5, the request is answered"),
    "clock": ("resource", "determinism", "the same request, asked again, is answered"),
    "remembers": ("resource", "determinism", "the same request, asked after others, is answered"),
    "process": ("resource", "determinism", "the same request, asked in another process, is answered"),
    "race": ("resource", "threads", "calls disturb each other"),
    "leak": ("resource", "memory", "not given back"),
    "slow": ("resource", "latency", "takes longer than limits.timeout"),
    "global": ("resource", "globals", "calls write to the global variable (anonymous namespace)::calls"),
    "second_load": ("integration", "a swap to itself under load", "this process had one of me before"),
}
# What a finding's request has been shrunk to, where there is one that is smallest.
SMALLEST = {"off_by_one": {"value": 0, "items": []}, "unchecked_optional": {"value": 0},
            "exception": {"value": -1}}


def setup(env, stack):
    return env


def flawed(env, flaw, **manifest):
    timeout = {"slow": "20ms", "hang": "1s"}.get(flaw, "10m")
    cases = CASES if flaw not in ("wrong", "locale_printf", "locale_stream") else CASES[:1]
    return make_bundle(env.folder("models") / flaw, env.plugin("flawed"), "flawed", request=REQUEST, response=RESPONSE, cases=cases,
                       parameters={"flaw": flaw}, limits={"timeout": timeout}, **manifest)


def run(env, bundle, *flags):
    """The exit status, and the report."""
    done = env.run("test", bundle, "--json", *flags, variables=CRASH, guard=5 * GUARD_SECONDS)
    assert done.exit in (SUCCESS, FAILURE), done.err
    return done.exit, json.loads(done.out)


def failed_checks(report):
    return {check["name"]: check["findings"] for check in report["checks"] if check["findings"]}


def make_test(flaw, kind, check, words):
    def test(env):
        exit_status, report = run(env, flawed(env, flaw), "--only", kind)
        expect.equal(exit_status, FAILURE, "exit (%s)" % report)
        expect.equal({each["kind"] for each in report["checks"]}, {kind}, "kinds")
        findings = failed_checks(report).get(check, [])
        matching = [each for each in findings if words in each["what"]]
        assert matching, "no finding of %r has %r: %s" % (check, words, json.dumps(report, indent=1))
        if flaw == "hang":  # each attempt to make it smaller takes its time
            expect.equal(json.loads(matching[0]["request"])["text"], "", "the text that it hangs on")
        if flaw in SMALLEST:
            expect.equal(json.loads(matching[0]["request"]), SMALLEST[flaw], "the request it was shrunk to")
            assert matching[0]["command"].startswith("slipway predict "), matching[0]["command"]
    return test


def generate(env):
    return [("the flaw %s is found" % flaw, make_test(flaw, *wanted)) for flaw, wanted in FLAWS.items()]


def test_sound_models_have_no_finding(env):
    for bundle in [flawed(env, "none")] + sorted(env.models.iterdir()):
        exit_status, report = run(env, bundle)
        expect.equal((exit_status, failed_checks(report)), (SUCCESS, {}), "exit and findings of %s" % bundle.name)
        expect.equal([check["name"] for check in report["checks"] if check["outcome"] == "skipped"], [], "skipped")
        expect.equal([kind for kind in ("predictive", "contract", "resource", "integration")
                      if not any(check["kind"] == kind for check in report["checks"])], [], "kinds without a check")


def test_a_thread_that_is_left_is_found(env):
    bundle = make_bundle(env.folder("models") / "model", env.plugin("leaves_thread"), "a-model",
                         cases=[{"name": "two", "request": {"value": 1}, "response": {"value": 2}}])
    _, report = run(env, bundle, "--only", "resource")
    expect.contains(failed_checks(report)["loading and unloading"][0]["what"], "left 1 thread running")


def test_a_model_that_cannot_be_made_is_a_finding(env):
    bundle = make_bundle(env.folder("models") / "model", env.plugin("crashes_in_create"), "a-model")
    for kind in ("predictive", "contract", "resource", "integration"):
        exit_status, report = run(env, bundle, "--only", kind)
        expect.equal(exit_status, FAILURE, "exit")
        text = json.dumps(report)
        expect.contains(text, "SIGSEGV", "in create")


def test_the_same_seed_makes_the_same_requests(env):
    bundle = flawed(env, "exception")
    figures = []
    for seed in ("7", "7", "8"):
        _, report = run(env, bundle, "--only", "contract", "--seed", seed, "--cases", "300")
        (check,) = (each for each in report["checks"] if each["name"] == "made-up requests")
        figures.append((check["figure"], [each["what"] for each in check["findings"]]))
        expect.contains(" ".join(check["notes"]), "--seed %s --cases 300" % seed)
    expect.equal(figures[0], figures[1], "the same seed twice")


def test_metrics_are_compared_with_their_bounds(env):
    bundle = flawed(env, "none")
    (bundle / "tests" / "rows.csv").write_text("value,bonus,true\n1,,2\n2,1,5\n3,,7\n")
    (bundle / "tests" / "more.jsonl").write_text('{"request": {"value": 4}, "true": 8}\n\n{"request": {"value": 5}, "true": 10}\n')
    (bundle / "tests" / "sets.yaml").write_text(json.dumps({"data": [
        {"name": "rows", "file": "tests/rows.csv", "target": "true", "prediction": "/value",
         "metrics": {"mae": {"at_most": 0.34}, "rmse": {"at_most": 0.5}, "r2": {"at_least": 0.9}}},
        {"name": "more", "file": "tests/more.jsonl", "columns": {"request": ""}, "target": "true", "prediction": "/value",
         "metrics": {"mae": {"at_most": 0}}}]}))
    exit_status, report = run(env, bundle, "--only", "predictive")
    expect.equal(exit_status, FAILURE, "exit")
    checks = {check["name"]: check for check in report["checks"]}
    expect.equal([finding["what"] for finding in checks["rows"]["findings"]], ["rmse      0.5774  should be at most 0.5000"], "findings")
    expect.equal(checks["rows"]["notes"], ["mae       0.3333  at most 0.3400", "r2        0.9211  at least 0.9000"], "notes")
    expect.equal((checks["more"]["outcome"], checks["more"]["figure"]), ("passed", "2 of 2 rows of tests/more.jsonl answered"), "more")


def test_mistakes_in_a_data_set_are_named_with_their_place(env):
    for change, words in (({"file": "tests/none.csv"}, "none.csv"), ({"target": "nothing"}, "has no column \"nothing\"; it has value, true"),
                          ({"file": "../rows.csv"}, "sets.yaml:1:"), ({"metrics": {"auc": {"at_least": 1}}}, "sets.yaml:1:"),
                          ({"metrics": {"acuracy": {"at_least": 1}}}, "sets.yaml:1:")):
        bundle = flawed(env, "none")
        (bundle / "tests" / "rows.csv").write_text("value,true\n1,2\n")
        data = dict({"name": "rows", "file": "tests/rows.csv", "target": "true", "prediction": "/value", "metrics": {"mae": {"at_most": 1}}},
                    **change)
        (bundle / "tests" / "sets.yaml").write_text(json.dumps({"data": [data]}))
        done = env.run("test", bundle, "--only", "predictive")
        assert done.exit in (FAILURE, USAGE), "it is taken for sound: %s" % done.out
        expect.contains(done.out + done.err, words)


def test_reports_for_people_and_for_programs(env):
    bundle = flawed(env, "exception")
    junit = env.folder("report") / "junit.xml"
    done = env.run("test", bundle, "--only", "predictive", "--only", "contract", "--junit", junit)
    expect.equal((done.exit, done.err), (FAILURE, ""), "exit and standard error")
    assert "\033" not in done.out, "colours where there is no terminal"
    expect.contains(done.out, "flawed 1.0.0\n", "\npredictive\n  ok    golden cases: 3 of 3", "\ncontract\n", "  FAIL  made-up requests",
                    "reproduce  slipway predict", "--seed 1 --cases 1000")
    root = xml.etree.ElementTree.parse(junit).getroot()
    expect.equal([suite.get("name") for suite in root], ["predictive", "contract"], "suites")
    expect.equal((root.get("tests"), root.get("failures")), ("3", "1"), "counts")
    (failure,) = root.iter("failure")
    expect.contains(failure.get("message"), "is answered 500")


def host_of(process):
    """A pidfd of the host that `slipway test` has started, once it runs."""
    while process.poll() is None:
        for pid in pathlib.Path("/proc/%d/task/%d/children" % (process.pid, process.pid)).read_text().split():
            try:
                watched = os.pidfd_open(int(pid))
                if b"serve" in pathlib.Path("/proc/%s/cmdline" % pid).read_bytes().split(b"\0"):
                    return watched
                os.close(watched)
            except (FileNotFoundError, ProcessLookupError):
                pass  # it has ended
    raise AssertionError("it ended without having started a host")


def test_a_host_does_not_outlive_a_test_that_is_killed(env):
    test = subprocess.Popen([str(env.slipway), "test", str(flawed(env, "none")), "--only", "integration"],
                            env=env.variables(TMPDIR=str(env.folder("scratch"))), stdout=subprocess.DEVNULL)
    try:
        host = host_of(test)
        test.kill()
        ended, _, _ = select.select([host], [], [], GUARD_SECONDS)
        os.close(host)
        assert ended, "the host lives on"
    finally:
        test.kill()
        test.wait()


def test_wrong_usage(env):
    expect.equal(env.run("test", env.folder("empty")).exit, USAGE, "exit without a bundle")
    expect.equal(env.run("test", flawed(env, "none"), "--only", "everything").exit, USAGE, "exit with a wrong kind")
    expect.contains(env.run("test", "--help").out, "predictive", "contract", "resource", "integration", "Exits 0")
