"""Values that a schema marks `x-sensitive` never leave the request they came in: not by answers, not by logs, not by metrics."""
import json
import re

from harness import expect
from harness.bundles import make_bundle

SECRETS = ["Wilhelmina-Secret", "Featherstonehaugh", "someone.private@mail.example", "1931-07-23", "Nowhere-in-Particular",
           "Hideaway 17"]
FIELDS = ["name", "surname", "email", "birthdate", "taggedLocation", "declaredLocation"]
HEAD = {"$schema": "http://json-schema.org/draft-04/schema#"}
SECRET_TEXT = {"type": "string", "x-sensitive": True}


def setup(env, stack):
    models = env.folder("models")
    (models / "identity-match").symlink_to(env.models / "identity-match")
    strict = {**HEAD, "type": "object", "required": ["value"], "additionalProperties": False, "properties": {
        "value": {"type": "number"},
        "secret": {**SECRET_TEXT, "maxLength": 3, "enum": ["abc"], "pattern": "^abc$", "not": {"minLength": 5}},
        "number": {"type": "number", "maximum": 1, "multipleOf": 0.5, "x-sensitive": True},
        "list": {"type": "array", "uniqueItems": True, "maxItems": 1, "items": {"type": "number"}, "x-sensitive": True},
        "group": {"type": "object", "additionalProperties": False, "x-sensitive": True,
                  "properties": {"inner": {"type": "string", "maxLength": 3}}},
        "choice": {"oneOf": [{**SECRET_TEXT, "maxLength": 2}, {"type": "null"}]},
        "shared": {"$ref": "#/definitions/secret"}},
        "definitions": {"secret": {**SECRET_TEXT, "maxLength": 3}}}
    make_bundle(models / "strict", env.plugin("good_c"), "strict", request=strict)
    answer = {**HEAD, "type": "integer", "x-sensitive": True}
    make_bundle(models / "tells", env.plugin("writes_wrong_shape"), "tells", response=answer)
    # Golden cases that fail are told with what came and what should have.
    kept = {**HEAD, "type": "object", "properties": {"value": {"type": "number", "x-sensitive": True}}}
    case = {"name": "wrong", "request": {"value": 3659817624}, "response": {"value": 3659817624}}
    make_bundle(models / "wrong", env.plugin("good_c"), "wrong", response=kept, cases=[case])
    host = stack.enter_context(env.host(models, flags=["--log-requests", "all", "--log-level", "debug"]))
    host.seen = []  # every answer
    return host


def ask(host, model, body, status):
    response = host.request("POST", "/models/%s/predict" % model, body)
    expect.equal(response.status, status, "status of %r" % response)
    host.seen.append(response)
    return response


def person(**changed):
    return {**dict(zip(FIELDS, SECRETS)), **changed}


def identity_request(declared, profiles=None, **more):
    weights = {field: 1 for field in FIELDS}
    return {"parameters": {"clientId": "c", "productId": "p", "weights": weights},
            "data": {"declared": declared, "profiles": profiles or [person()]}, "format": "json", **more}


def absent(secrets, response):
    text = " ".join("%s: %s" % field for field in response.fields) + response.body.decode()
    for secret in secrets:
        assert secret not in text, "%r is in %r" % (secret, text)


def test_a_good_answer_holds_nothing_of_the_request(host):
    absent(SECRETS, ask(host, "identity-match", identity_request(person()), 200))


def test_a_refused_field_is_named_without_its_value(host):
    for field, secret in (("name", "W" * 81), ("surname", "F" * 200), ("email", "Private Person at example"),
                          ("birthdate", "23/07/1931"),
                          ("taggedLocation", "N" * 121), ("declaredLocation", ["Hideaway 17"]), ("name", 19310723),
                          ("email", {"Hideaway": "17"})):
        secrets = SECRETS + [secret if isinstance(secret, str) else json.dumps(secret), "19310723", "Hideaway", "Private Person"]
        for request, place in ((identity_request(person(**{field: secret})), "/data/declared/"),
                               (identity_request(person(), [person(), person(**{field: secret})]), "/data/profiles/1/")):
            response = ask(host, "identity-match", request, 422)
            assert place + field in [error["pointer"] for error in response.json()["errors"]], response
            absent(secrets, response)


def test_faults_elsewhere_do_not_show_their_neighbours(host):
    for changed in ({"format": "xml"}, {"parameters": {}}, {"more": 1}):
        absent(SECRETS, ask(host, "identity-match", {**identity_request(person()), **changed}, 422))


def test_a_sensitive_subtree_is_never_described_by_its_parent(host):
    """The parent's own failure must not print the whole object."""
    absent(SECRETS, ask(host, "identity-match", [identity_request(person())], 422))
    absent(SECRETS, ask(host, "identity-match", {**identity_request(person()), "data": [person()]}, 422))
    absent(SECRETS, ask(host, "identity-match", identity_request([person()]), 422))


def test_every_keyword_keeps_the_value_to_itself(host):
    for member, value, secrets in (("secret", "Wilhelmina", ["Wilhelmina"]), ("number", 7319768421.25, ["7319768421"]),
                                   ("list", [7319768421, 7319768421], ["7319768421"]), ("list", ["Wilhelmina"], ["Wilhelmina"]),
                                   ("group", {"inner": "Wilhelmina"}, ["Wilhelmina"]), ("group", "Wilhelmina", ["Wilhelmina"]),
                                   ("choice", "Wilhelmina", ["Wilhelmina"]), ("shared", "Wilhelmina", ["Wilhelmina"]),
                                   ("shared", 7319768421, ["7319768421"])):
        absent(secrets, ask(host, "strict", {"value": 1, member: value}, 422))


def test_an_unknown_member_in_a_sensitive_object_shows_no_value(host):
    absent(["Wilhelmina"], ask(host, "strict", {"value": 1, "group": {"other": "Wilhelmina"}}, 422))


def test_malformed_json_shows_nothing_of_the_text(host):
    text = json.dumps(identity_request(person()))
    for body in (text[:-1], text + "}", text.replace('"Featherstonehaugh"', '"Featherstonehaugh'),
                 text.replace("1931-07-23", "1931-07-\x01"),
                 text.replace('"email"', '"name"')):
        absent(SECRETS, ask(host, "identity-match", body.encode(), 400))


def test_a_sensitive_response_that_breaks_its_schema_shows_no_value(host):
    absent(["forty-two"], ask(host, "tells", {"value": 1}, 500))


def test_what_describes_a_model_holds_nothing_that_was_sent(host):
    for path in ("/models", "/models/identity-match", "/models/strict/openapi.json", "/openapi.json", "/docs",
                 "/models/identity-match/schema/request", "/health/ready"):
        response = host.request("GET", path)
        expect.equal(response.status, 200, "status of " + path)
        absent(SECRETS + ["7319768421"], response)


def test_neither_the_log_nor_the_metrics_nor_any_answer_holds_a_secret(host):
    assert len(host.seen) > 30, "the other tests come first"
    metrics = host.request("GET", "/metrics").body.decode()
    host.stop()
    log = host.log_text()
    assert "/models/identity-match/predict" in log, "the requests are not in the log"
    assert "/value should be a sensitive value" in log, "the golden case is not in the log"
    for secret in SECRETS + ["Wilhelmina", "7319768421", "forty-two", "3659817624", "7319635248", "Private Person", "Hideaway",
                             "W" * 20, "F" * 20, "N" * 20]:
        assert secret not in log, "%r is in the log:\n%s" % (secret, [line for line in log.split("\n") if secret in line][:3])
        assert secret not in metrics, "%r is in the metrics" % secret
    assert not re.search(r'"(declared|profiles)"', log), "a body is in the log"
