"""Every golden case of every model that ships, over HTTP. (The host has run them itself before it serves; here the
expectation is read by other code, and the answers come through the socket.)"""
import math

from harness import expect, golden_yaml


def setup(env, stack):
    return stack.enter_context(env.host())


def test_all_models_that_ship_are_served(host):
    names = [model["name"] for model in host.request("GET", "/models").json()["models"]]
    expect.equal(names, ["breast-cancer", "digits", "identity-match", "sum"], "models")


def generate(env):
    tests = []
    for bundle in sorted(env.models.iterdir()):
        files = sorted(bundle.glob("tests/*.yaml"))
        assert files, "%s has no golden cases" % bundle
        for file in files:
            document = golden_yaml.read(file)
            for case in document.get("cases", []):
                tolerance = {"absolute": 0, "relative": 0, **document.get("tolerance", {}), **case.get("tolerance", {})}
                tests.append(("%s: %s" % (bundle.name, case["name"]), make_test(bundle.name, case, tolerance)))
    return tests


def make_test(model, case, tolerance):
    def test(host):
        response = host.request("POST", "/models/%s/predict" % model, case["request"])
        if "error" in case:
            check_refusal(response, case["error"])
        else:
            expect.equal(response.status, 200, "status of %r" % response)
            expect.equal(response.header("Content-Type"), "application/json", "content type")
            check_alike(response.json(), case["response"], tolerance, "")
    return test


def check_refusal(response, wanted):
    expect.equal(response.status, wanted["status"], "status of %r" % response)
    body = response.json()
    if wanted.get("pointer") or "keyword" in wanted:
        found = [(error["pointer"], error["keyword"]) for error in body["errors"]]
        pointer, keyword = wanted.get("pointer"), wanted.get("keyword")
        assert any(pointer in (None, at) and keyword in (None, by) for at, by in found), \
            "%s by %s should be among %r" % (pointer, keyword, found)


def check_alike(got, wanted, tolerance, place):
    what = place or "the answer"
    if isinstance(wanted, dict):
        assert isinstance(got, dict) and set(got) == set(wanted), "%s should be %r, but is %r" % (what, wanted, got)
        for key in wanted:
            check_alike(got[key], wanted[key], tolerance, place + "/" + key)
    elif isinstance(wanted, list):
        assert isinstance(got, list) and len(got) == len(wanted), "%s should be %r, but is %r" % (what, wanted, got)
        for index, item in enumerate(wanted):
            check_alike(got[index], item, tolerance, "%s/%d" % (place, index))
    elif is_number(wanted):
        assert is_number(got) and math.isfinite(got), "%s should be a number, but is %r" % (what, got)
        bound = tolerance["absolute"] + tolerance["relative"] * abs(wanted)
        assert got == wanted or abs(got - wanted) <= bound, "%s should be %r, but is %r" % (what, wanted, got)
    else:
        assert type(got) is type(wanted) and got == wanted, "%s should be %r, but is %r" % (what, wanted, got)


def is_number(value):
    return isinstance(value, (int, float)) and not isinstance(value, bool)
