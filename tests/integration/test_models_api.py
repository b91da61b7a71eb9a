"""What is served, as GET /models and its neighbours tell it; versions and which of them is stable; health."""
import json

from harness import expect
from harness.bundles import NUMBER_IN_OBJECT, make_bundle

DIGEST_LENGTH = 64


class Served:
    """One host with the shipped models, and `doubler` in several versions."""

    def __init__(self, env, stack):
        self.env = env
        models = env.folder("models")
        for bundle in env.models.iterdir():
            (models / bundle.name).symlink_to(bundle)
        for version in ("1.2.0", "1.10.0", "1.9.3", "2.0.0-rc.1", "0.1.0+build.5"):
            make_bundle(models / "doubler" / version, env.plugin("good_c"), "doubler", version, description="version " + version)
        make_bundle(models / "early" / "0.1.0-beta", env.plugin("good_c"), "early", "0.1.0-beta")
        make_bundle(models / "early" / "0.1.0-alpha", env.plugin("good_c"), "early", "0.1.0-alpha")
        make_bundle(models / "old", env.plugin("good_c"), "old", deprecation={"after": "2030-01-31", "successor": "2.0.0"},
                    limits={"concurrency": 3, "queue": 7, "timeout": "600500ms", "memory": "32MiB"}, execution="pool")
        self.host = stack.enter_context(env.host(models))

    def get(self, path, **headers):
        return self.host.request("GET", path, headers={name.replace("_", "-"): value for name, value in headers.items()})


def setup(env, stack):
    return Served(env, stack)


def stable_of(description):
    return [each["version"] for each in description["versions"] if each["labels"] == ["stable"]]


# ---- GET /models

def test_the_list_has_every_model_with_versions_and_links(served):
    response = served.get("/models")
    expect.equal((response.status, response.header("Content-Type")), (200, "application/json"), "status and type")
    models = response.json()["models"]
    expect.equal([model["name"] for model in models], ["breast-cancer", "digits", "doubler", "early", "identity-match", "old", "sum"],
                 "names in order")
    for model in models:
        expect.equal(len(stable_of(model)), 1, "stable versions of " + model["name"])
        expect.equal(stable_of(model), [model["version"]], "version of " + model["name"])
        for link in ("request_schema", "response_schema"):
            expect.equal(served.get(model["links"][link]).status, 200, "status of the link " + model["links"][link])
        expect.equal(served.host.request("POST", model["links"]["predict"], b"").status, 400, "status of the predict link")


def test_a_model_tells_its_limits_and_what_it_is(served):
    response = served.get("/models/old")
    expect.equal(response.header("X-Model-Version"), "1.0.0", "X-Model-Version")
    model = response.json()
    expect.equal(model["limits"], {"concurrency": 3, "queue": 7, "timeout": "600500ms", "memory": "32MiB"}, "limits")
    expect.equal(model["deprecation"], {"after": "2030-01-31", "successor": "2.0.0"}, "deprecation")
    expect.equal((model["execution"], model["runs"]), ("pool", "pool"), "execution")
    expect.equal(len(model["plugin_sha256"]), DIGEST_LENGTH, "digits of the digest")


def test_a_version_tells_of_itself_alone(served):
    for version in ("1.2.0", "2.0.0-rc.1"):
        response = served.get("/models/doubler/versions/" + version)
        expect.equal((response.status, response.header("X-Model-Version")), (200, version), "status and version")
        expect.equal((response.json()["version"], response.json()["description"]), (version, "version " + version), "version")


# ---- versions

def test_the_highest_release_version_is_stable(served):
    model = served.get("/models/doubler").json()
    expect.equal({each["version"] for each in model["versions"]}, {"1.2.0", "1.10.0", "1.9.3", "2.0.0-rc.1", "0.1.0+build.5"},
                 "versions")
    expect.equal((model["version"], stable_of(model)), ("1.10.0", ["1.10.0"]), "stable version")
    expect.answer(served.host.request("POST", "/models/doubler/predict", {"value": 2}), {"value": 4.0}, "1.10.0")


def test_a_pre_release_is_stable_only_where_there_is_nothing_else(served):
    expect.equal(stable_of(served.get("/models/early").json()), ["0.1.0-beta"], "stable version")
    expect.answer(served.host.request("POST", "/models/early/predict", {"value": 2}), {"value": 4.0}, "0.1.0-beta")


def test_the_pinned_route_reaches_each_version(served):
    for version in ("1.2.0", "1.10.0", "1.9.3", "2.0.0-rc.1", "0.1.0+build.5"):
        for written in {version, version.replace("+", "%2B")}:
            response = served.host.request("POST", "/models/doubler/versions/%s/predict" % written, {"value": 3})
            expect.answer(response, {"value": 6.0}, version)
    for version in ("1.2", "1.2.0.0", "01.2.0", "2.0.0", "0.1.0", "stable", "1.2.0 "):
        response = served.host.request("POST", "/models/doubler/versions/%s/predict" % version.replace(" ", "%20"), {"value": 3})
        expect.problem(response, 404, '"doubler"', '"%s"' % version)


def test_versions_are_counted_apart(served):
    def counted(version):
        return served.host.metric('slipway_requests_total{model="doubler",version="%s",outcome="answered"}' % version)
    before = counted("1.2.0"), counted("1.9.3")
    served.host.request("POST", "/models/doubler/versions/1.9.3/predict", {"value": 3})
    expect.equal((counted("1.2.0"), counted("1.9.3")), (before[0], before[1] + 1), "requests counted")


def test_a_version_that_comes_twice_is_refused_and_the_first_is_served(served):
    models = served.env.folder("models")
    make_bundle(models / "a-folder" / "x", served.env.plugin("good_c"), "twin", "1.0.0")
    make_bundle(models / "b-folder", served.env.plugin("good_c"), "twin", "1.0.0")
    make_bundle(models / "c-folder", served.env.plugin("good_c"), "twin", "1.0.1")
    with served.env.host(models) as host:
        expect.contains(host.refusal_of(models / "b-folder"), "twin 1.0.0", "another folder", "another version")
        expect.equal(stable_of(host.request("GET", "/models/twin").json()), ["1.0.1"], "stable")
        expect.answer(host.request("POST", "/models/twin/versions/1.0.0/predict", {"value": 1}), {"value": 2.0})


# ---- schemas

def test_schemas_come_as_json(served):
    for which in ("request", "response"):
        for accept in ({}, {"Accept": "*/*"}, {"Accept": "application/json"}):
            response = served.get("/models/doubler/schema/" + which, **accept)
            expect.equal((response.status, response.header("Content-Type")), (200, "application/json"), "status and type")
            expect.equal(response.json(), NUMBER_IN_OBJECT, "schema")
            expect.equal(response.header("Vary"), "Accept", "Vary")


def test_schemas_come_as_the_yaml_that_was_written(served):
    for model in ("sum", "identity-match", "breast-cancer", "digits"):
        for which in ("request", "response"):
            wanted = (served.env.shipped / model / "schemas" / (which + ".yaml")).read_bytes()
            for accept in ("application/yaml", "application/x-yaml", "text/yaml", "application/yaml, */*;q=0.1"):
                response = served.get("/models/%s/schema/%s" % (model, which), Accept=accept)
                expect.equal((response.status, response.header("Content-Type")), (200, "application/yaml"), "status and type")
                expect.equal(response.body, wanted, "schema")


def test_accept_is_weighed(served):
    for accept in ("application/json, application/yaml;q=0.5", "application/yaml;q=0, application/json", "*/*, application/yaml;q=0.1"):
        response = served.get("/models/sum/schema/request", Accept=accept)
        expect.equal(response.header("Content-Type"), "application/json", "type for Accept: " + accept)


def test_a_schema_as_json_says_what_the_yaml_says(served):
    schema = served.get("/models/identity-match/schema/request").json()
    expect.equal(schema["properties"]["format"]["enum"], ["json"], "a member of the schema")
    expect.equal(schema["definitions"]["identity"]["properties"]["name"]["x-sensitive"], True, "an extension of the schema")
    expect.equal(schema["properties"]["parameters"]["properties"]["clientId"]["description"], "The caller's name for itself.", "text")


# ---- health

def test_the_probes_answer(served):
    for path, status in (("/health/live", "live"), ("/health/ready", "ready")):
        response = served.get(path)
        expect.equal((response.status, response.header("Content-Type"), json.loads(response.body)),
                     (200, "application/json", {"status": status}), path)


def test_a_host_without_models_is_live_and_ready_and_says_404(served):
    with served.env.host(served.env.folder("empty")) as host:
        expect.equal(host.request("GET", "/models").json(), {"models": []}, "models")
        for path in ("/health/live", "/health/ready", "/metrics"):
            expect.equal(host.request("GET", path).status, 200, "status of " + path)
        expect.problem(host.request("POST", "/models/sum/predict", [1]), 404)
