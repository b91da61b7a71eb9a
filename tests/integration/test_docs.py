"""The API as the host describes it: OpenAPI documents, and the page to read them and try the models."""
import base64
import hashlib
import json
import re

from harness import expect
from harness.bundles import NUMBER_IN_OBJECT, make_bundle

HEAD = {"$schema": "http://json-schema.org/draft-04/schema#"}
TREE = {**HEAD, "type": "object", "required": ["value"], "properties": {
    "value": {"$ref": "common.yaml#/definitions/positive"},
    "children": {"type": "array", "items": {"$ref": "#"}}}}
COMMON = {"definitions": {"positive": {"type": "number", "minimum": 0, "exclusiveMinimum": True}}}


class Served:
    def __init__(self, env, stack):
        self.env = env
        self.models = env.folder("models")
        for bundle in env.models.iterdir():
            (self.models / bundle.name).symlink_to(bundle)
        for version in ("1.2.0", "1.10.0"):
            make_bundle(self.models / "doubler" / version, env.plugin("good_c"), "doubler", version)
        tree = make_bundle(self.models / "tree", env.plugin("good_c"), "tree", request=TREE, deprecation={"after": "2030-01-31"})
        (tree / "schemas" / "common.yaml").write_text(json.dumps(COMMON))
        self.host = stack.enter_context(env.host(self.models, "folder: {settle: 1ms, grace: 60m}\n"))

    def get(self, path):
        response = self.host.request("GET", path)
        expect.equal(response.status, 200, "status of " + path)
        return response


def setup(env, stack):
    return Served(env, stack)


def references(value):
    if isinstance(value, dict):
        for key, inner in value.items():
            if key == "$ref" and isinstance(inner, str):
                yield inner
            yield from references(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from references(inner)


def resolve(document, reference):
    assert reference.startswith("#/"), "%r leads out of the document" % reference
    for token in reference[2:].split("/"):
        document = document[token.replace("~1", "/").replace("~0", "~")]
    return document


# ---- OpenAPI

def test_a_model_is_described(served):
    response = served.get("/models/tree/openapi.json")
    expect.equal((response.header("Content-Type"), response.header("X-Model-Version")), ("application/json", "1.0.0"), "headers")
    document = response.json()
    expect.equal((document["openapi"], document["info"]["title"], document["info"]["version"]), ("3.1.0", "tree", "1.0.0"), "head")
    operation = document["paths"]["/models/tree/predict"]["post"]
    expect.equal(operation["deprecated"], True, "deprecated")
    expect.equal(set(operation["responses"]), {"200", "400", "404", "413", "415", "422", "429", "500", "503", "504"}, "statuses")
    schemas = document["components"]["schemas"]
    expect.equal(schemas["tree.request"], {
        "type": "object", "required": ["value"], "properties": {
            "value": {"$ref": "#/components/schemas/tree.request.positive"},
            "children": {"type": "array", "items": {"$ref": "#/components/schemas/tree.request"}}}}, "request schema")
    expect.equal(schemas["tree.request.positive"], {"type": "number", "exclusiveMinimum": 0}, "schema in another file")


def test_the_command_prints_what_the_host_serves(served):
    for model in ("sum", "tree"):
        printed = served.env.run("schema", "openapi", served.models / model).out
        expect.equal(printed.rstrip("\n"), served.get("/models/%s/openapi.json" % model).body.decode(), "document of " + model)


def test_all_models_are_in_one_document(served):
    document = served.get("/openapi.json").json()
    expect.equal([tag["name"] for tag in document["tags"]], ["breast-cancer", "digits", "doubler", "identity-match", "sum", "tree"], "models")
    for model in ("breast-cancer", "digits", "doubler", "identity-match", "sum", "tree"):
        assert "/models/%s/predict" % model in document["paths"], document["paths"].keys()
        alone = served.get("/models/%s/openapi.json" % model).json()
        for name, schema in alone["components"]["schemas"].items():
            expect.equal(document["components"]["schemas"][name], schema, "component " + name)


def test_every_reference_resolves_and_every_operation_has_a_name_of_its_own(served):
    for path in ("/openapi.json", "/models/tree/openapi.json", "/models/identity-match/openapi.json"):
        document = served.get(path).json()
        found = set(references(document))
        assert len(found) > 10, found
        for reference in found:
            resolve(document, reference)
        for name in document["components"]["schemas"]:
            assert re.fullmatch(r"[A-Za-z0-9._-]+", name), name
        names = [operation["post"]["operationId"] for operation in document["paths"].values()]
        expect.equal(len(set(names)), len(names), "operation names")


def test_examples_are_answered(served):
    for model in ("breast-cancer", "digits", "identity-match", "sum"):
        document = served.get("/models/%s/openapi.json" % model).json()
        for path, item in document["paths"].items():
            example = item["post"]["requestBody"]["content"]["application/json"]["example"]
            response = served.host.request("POST", path.replace("{label}", "stable"), example)
            expect.equal(response.status, 200, "status of %s for its own example: %r" % (path, response))


def test_refusals_are_described_as_they_come(served):
    problem = served.get("/openapi.json").json()["components"]["schemas"]["Problem"]
    for body, content_type in ((b'{"value": "x"}', "application/json"), (b"{", "application/json"), (b"x", "text/plain")):
        refusal = served.host.request("POST", "/models/doubler/predict", body, content_type=content_type).json()
        assert set(problem["required"]) <= set(refusal) <= set(problem["properties"]), refusal


def test_a_version_has_a_document_of_its_own(served):
    for version in ("1.2.0", "1.10.0"):
        response = served.get("/models/doubler/versions/%s/openapi.json" % version)
        expect.equal((response.header("X-Model-Version"), response.json()["info"]["version"]), (version, version), "version")
    expect.equal(served.get("/models/doubler/openapi.json").json()["info"]["version"], "1.10.0", "stable version")


def test_what_is_not_served_has_no_document(served):
    expect.problem(served.host.request("GET", "/models/nobody/openapi.json"), 404, '"nobody"')
    expect.problem(served.host.request("GET", "/models/sum/versions/9.9.9/openapi.json"), 404, '"9.9.9"')


def test_a_document_comes_again_byte_for_byte(served):
    for path in ("/openapi.json", "/models/tree/openapi.json"):
        expect.equal(served.get(path).body, served.get(path).body, path)
    expect.equal(served.host.request("HEAD", "/openapi.json").status, 200, "status of HEAD")


def test_a_new_version_is_in_the_next_document(served):
    changed = {**NUMBER_IN_OBJECT, "description": "Another schema."}
    make_bundle(served.models / "doubler" / "2.0.0", served.env.plugin("good_c"), "doubler", "2.0.0", request=changed)
    served.host.wait_for_line("model loaded", version="2.0.0")
    while served.get("/models/doubler/openapi.json").json()["info"]["version"] != "2.0.0":
        pass  # the swap follows the line; the request has the guard
    for path in ("/models/doubler/openapi.json", "/openapi.json"):
        schema = served.get(path).json()["components"]["schemas"]["doubler.request"]
        expect.equal(schema.get("description"), "Another schema.", "schema in " + path)


# ---- the page

def test_the_page_needs_nothing_from_elsewhere(served):
    response = served.get("/docs")
    expect.equal(response.header("Content-Type"), "text/html; charset=utf-8", "content type")
    page = response.body.decode()
    assert not re.search(r"""(src|href)\s*=\s*["']?(https?:)?//""", page), "a resource from elsewhere"
    assert not re.search(r"<(img|iframe)\b|@import|\burl\(", page), "a resource of its own"
    assert all(link.startswith('<link rel="icon" href="data:') for link in re.findall(r"<link\b[^>]*", page)), "a link to a resource"
    assert not re.search(r"\bon[a-z]+\s*=\s*[\"']|\bstyle\s*=\s*[\"']", page), "code or style within an element"


def test_the_page_may_run_its_own_script_and_no_other(served):
    response = served.get("/docs")
    policy = response.header("Content-Security-Policy")
    expect.contains(policy, "default-src 'none'", "connect-src 'self'", "frame-ancestors 'none'")
    page = response.body.decode()
    for tag in ("script", "style"):
        sources = re.findall(r"<%s>(.*?)</%s>" % (tag, tag), page, re.S)
        expect.equal(len(sources), 1, "number of " + tag)
        digest = base64.b64encode(hashlib.sha256(sources[0].encode()).digest()).decode()
        expect.contains(policy, "%s-src 'sha256-%s'" % (tag, digest))
