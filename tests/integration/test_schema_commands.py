"""slipway schema: check, validate, example and openapi; what they print and their exit status."""
import json

from harness import expect, golden_yaml
from harness.bundles import make_bundle

SUCCESS, FAILURE, USAGE = 0, 1, 2
NAMED = "type: object\nrequired: [name]\nproperties:\n  name: {type: string, maxLength: 3}\n"


def file(env, text, name="schema.yaml"):
    path = env.folder() / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(text)
    return path


# ---- the group

def test_every_command_has_help_with_an_example(env):
    done = env.run("schema", "--help")
    expect.equal((done.exit, done.err), (SUCCESS, ""), "exit and standard error")
    for command in ("check", "validate", "diff", "example", "openapi"):
        expect.contains(done.out, command)
        help_text = env.run("schema", command, "--help")
        expect.equal((help_text.exit, help_text.err), (SUCCESS, ""), "exit and standard error of " + command)
        expect.contains(help_text.out, "slipway schema " + command, "Exits")


def test_wrong_usage_exits_2_and_names_what_is_wrong(env):
    for arguments, word in (([], "subcommand"), (["frobnicate"], "frobnicate"), (["check"], "file"),
                            (["check", "--frobnicate", "x"], "--frobnicate"), (["validate", "x"], "document"),
                            (["example", "--count", "0", "x"], "count"), (["openapi"], "bundle")):
        done = env.run("schema", *arguments)
        expect.equal((done.exit, done.out), (USAGE, ""), "exit and standard output of %r (%s)" % (arguments, done.err))
        expect.contains(done.err, word)


def test_a_file_that_is_not_there_exits_2(env):
    good = file(env, NAMED)
    nowhere = env.scratch / "nowhere.yaml"
    for arguments in (["check", nowhere], ["validate", nowhere, good], ["validate", good, nowhere], ["example", nowhere],
                      ["openapi", env.scratch / "nowhere.yaml"]):
        done = env.run("schema", *arguments)
        expect.equal((done.exit, done.out), (USAGE, ""), "exit and standard output of %r" % arguments)
        expect.contains(done.err, "nowhere.yaml")


# ---- check

def test_check_passes_the_schemas_that_ship(env):
    for model in ("sum", "identity-match", "breast-cancer", "digits"):
        for which in ("request", "response"):
            done = env.run("schema", "check", env.shipped / model / "schemas" / (which + ".yaml"))
            expect.equal((done.exit, done.err), (SUCCESS, ""), "exit and standard error (%s)" % done.out)
            assert done.out.endswith(".yaml: ok\n") and done.out.count("\n") == 1, done.out


def test_check_names_every_mistake_with_its_place(env):
    schema = file(env, "type: object\nproperties:\n  a: {type: strin}\n  b: {minLenght: 1}\n  c: {$ref: '#/definitions/d'}\n")
    done = env.run("schema", "check", schema)
    expect.equal((done.exit, done.err), (FAILURE, ""), "exit and standard error")
    expect.equal(done.out.split("\n"),
                 ["%s:3:13: unknown type `strin`; did you mean `string`?" % schema,
                  "%s:4:7: unknown keyword `minLenght`; did you mean `minLength`?" % schema,
                  "%s:5:13: `$ref` `#/definitions/d` leads nowhere: the schema has no `definitions`" % schema, ""], "lines")


def test_check_warns_and_passes(env):
    schema = file(env, "type: string\nformat: colour\n")
    done = env.run("schema", "check", schema)
    expect.equal((done.exit, done.out.split("\n")),
                 (SUCCESS, ["%s:2:9: warning: the format `colour` is not known, and is not checked" % schema,
                            "%s: ok" % schema, ""]), "exit and lines")


def test_check_refuses_what_is_no_yaml(env):
    schema = file(env, "type: [string\n")
    done = env.run("schema", "check", schema)
    expect.equal((done.exit, done.err), (FAILURE, ""), "exit and standard error")
    expect.contains(done.out, "%s:2:" % schema)


def test_references_lead_into_the_schemas_own_folder_and_nowhere_else(env):
    schema = file(env, "items: {$ref: 'parts/common.yaml#/definitions/name'}\n")
    (schema.parent / "parts").mkdir()
    (schema.parent / "parts" / "common.yaml").write_text("definitions: {name: {$ref: '../name.yaml'}}\n")
    (schema.parent / "name.yaml").write_text("type: string\nmaxLength: 2\n")
    expect.equal(env.run("schema", "check", schema).exit, SUCCESS, "exit")
    done = env.run("schema", "validate", schema, "-", input=b'["abc"]')
    expect.contains(done.out, "/0: must have at most 2 characters", "name.yaml#/maxLength")
    (schema.parent / "name.yaml").write_text("type: strin\n")
    done = env.run("schema", "check", schema)
    expect.equal(done.exit, FAILURE, "exit")
    expect.equal(done.out, "%s:1:7: unknown type `strin`; did you mean `string`?\n" % (schema.parent / "name.yaml"), "mistake")
    outside = file(env, "type: string\n", "secret.yaml")
    for reference in ("../%s/secret.yaml" % outside.parent.name, str(outside), "http://example.com/schema.yaml"):
        schema.write_text("items: {$ref: '%s'}\n" % reference)
        done = env.run("schema", "check", schema)
        expect.equal(done.exit, FAILURE, "exit for " + reference)
        expect.contains(done.out, ":1:15: `$ref`", "leads nowhere")


# ---- validate

def test_validate_passes_what_is_valid(env):
    schema = file(env, NAMED)
    for name, text in (("a.json", '{"name": "abc"}'), ("a.yaml", "name: abc\n"), ("b.json", '{"name": "\\ud83d\\ude00"}')):
        document = file(env, text, name)
        done = env.run("schema", "validate", schema, document)
        expect.equal((done.exit, done.out, done.err), (SUCCESS, "%s: valid\n" % document, ""), "exit and output")
    done = env.run("schema", "validate", schema, "-", input=b"name: abc")
    expect.equal((done.exit, done.out), (SUCCESS, "standard input: valid\n"), "exit and output")


def test_a_file_that_is_called_json_must_be_json(env):
    schema = file(env, NAMED)
    for text in ("name: abc", "{name: abc}", '{"name": "abc",}', '{"name": \'abc\'}'):
        document = file(env, text, "a.json")
        done = env.run("schema", "validate", schema, document)
        expect.equal((done.exit, done.out), (FAILURE, ""), "exit and standard output for " + text)
        expect.contains(done.err, "%s: malformed JSON at byte" % document)


def test_validate_names_every_violation_with_its_place(env):
    schema = file(env, NAMED + "additionalProperties: false\n")
    document = file(env, "name: abcd\n\nmore: 1\n", "document.yaml")
    done = env.run("schema", "validate", schema, document)
    expect.equal((done.exit, done.err), (FAILURE, ""), "exit and standard error")
    expect.equal(done.out.split("\n"),
                 ["%s:1:7: /name: must have at most 3 characters, but has 4 [maxLength, /properties/name/maxLength]" % document,
                  "%s:3:1: /more: the member `more` is not allowed here [additionalProperties, /additionalProperties]" % document,
                  ""], "lines")
    done = env.run("schema", "validate", schema, "-", input=b"[]")
    expect.equal((done.exit, done.out),
                 (FAILURE, "standard input:1:1: (the whole document): must be an object, but is an array [type, /type]\n"), "whole")


def test_validate_as_json(env):
    schema = file(env, NAMED)
    done = env.run("schema", "validate", "--json", schema, "-", input=b'{"name": "abcd"}')
    expect.equal(done.exit, FAILURE, "exit")
    expect.equal(json.loads(done.out), {"valid": False, "errors": [
        {"pointer": "/name", "keyword": "maxLength", "schema_pointer": "/properties/name/maxLength",
         "message": "must have at most 3 characters, but has 4", "position": "standard input:1:10"}]}, "report")
    done = env.run("schema", "validate", "--json", schema, "-", input=b'{"name": "abc"}')
    expect.equal((done.exit, json.loads(done.out)), (SUCCESS, {"valid": True, "errors": []}), "exit and report")


def test_validate_tells_a_broken_document_from_a_broken_schema(env):
    schema = file(env, NAMED)
    done = env.run("schema", "validate", schema, "-", input=b"{")
    expect.equal((done.exit, done.out), (FAILURE, ""), "exit and standard output")
    expect.contains(done.err, "standard input:1:")
    schema.write_text("type: strin\n")
    done = env.run("schema", "validate", schema, "-", input=b"{}")
    expect.equal((done.exit, done.out), (USAGE, ""), "exit and standard output")
    expect.contains(done.err, "schema.yaml:1:7: unknown type")


def test_validate_keeps_sensitive_values_to_itself(env):
    schema = file(env, "properties: {name: {type: string, maxLength: 3, pattern: '^a', x-sensitive: true}}\n")
    for flags in ([], ["--json"]):
        done = env.run("schema", "validate", *flags, schema, "-", input=b'{"name": "Wilhelmina"}')
        expect.equal(done.exit, FAILURE, "exit")
        expect.contains(done.out, "/name")
        assert "Wilhelmina" not in done.out + done.err, done.out


# ---- example

def test_an_example_is_valid_and_comes_again(env):
    for model in ("sum", "identity-match", "breast-cancer", "digits"):
        schema = env.shipped / model / "schemas" / "request.yaml"
        for flags in ([], ["--seed", "7"]):
            done = env.run("schema", "example", *flags, schema)
            expect.equal((done.exit, done.err), (SUCCESS, ""), "exit and standard error")
            expect.equal(env.run("schema", "validate", schema, "-", input=done.out.encode()).exit, SUCCESS, "valid: " + done.out)
            expect.equal(env.run("schema", "example", *flags, schema).out, done.out, "the same again")
        assert env.run("schema", "example", "--seed", "8", schema).out != done.out, "two seeds, one example"


def test_many_examples_are_valid_each(env):
    schema = env.shipped / "identity-match" / "schemas" / "request.yaml"
    lines = env.run("schema", "example", "--seed", "1", "--count", "20", schema).out.splitlines()
    expect.equal(len(lines), 20, "lines")
    expect.equal(env.run("schema", "example", "--seed", "20", schema).out.strip(), lines[-1], "the last one, by its own seed")
    everything = file(env, "type: array\nitems: {$ref: request.yaml}\n")
    (everything.parent / "request.yaml").write_bytes(schema.read_bytes())
    done = env.run("schema", "validate", everything, "-", input=("[%s]" % ",".join(lines)).encode())
    expect.equal(done.exit, SUCCESS, "exit (%s)" % done.out)


def test_an_example_can_be_predicted(env):
    for model in ("sum", "identity-match", "breast-cancer", "digits"):
        request = env.run("schema", "example", env.shipped / model / "schemas" / "request.yaml").out
        done = env.run("predict", env.models / model, input=request.encode(), variables={"SLIPWAY_CACHE": str(env.scratch / "cache")})
        expect.equal((done.exit, done.err), (SUCCESS, ""), "exit and standard error")
        response = file(env, done.out, "response.json")
        done = env.run("schema", "validate", env.shipped / model / "schemas" / "response.yaml", response)
        expect.equal(done.exit, SUCCESS, "exit (%s)" % done.out)


def test_an_example_that_is_not_found_says_which_part(env):
    schema = file(env, "type: object\nrequired: [a]\nproperties: {a: {allOf: [{type: string}, {type: integer}]}}\n")
    done = env.run("schema", "example", schema)
    expect.equal((done.exit, done.out), (FAILURE, ""), "exit and standard output")
    expect.contains(done.err, "no example was found for /properties/a")


# ---- openapi

def test_openapi_needs_no_plugin(env):
    bundle = make_bundle(env.folder() / "bundle", env.plugin("good_c"), "a-model", "1.2.0", description="Doubles.")
    (bundle / "lib").rename(env.folder() / "lib")
    done = env.run("schema", "openapi", bundle)
    expect.equal((done.exit, done.err), (SUCCESS, ""), "exit and standard error")
    document = json.loads(done.out)
    expect.equal((document["openapi"], document["info"]),
                 ("3.1.0", {"title": "a-model", "version": "1.2.0", "description": "Doubles."}), "head")
    expect.equal(list(document["paths"]), ["/models/a-model/predict", "/models/a-model/versions/1.2.0/predict",
                                           "/models/a-model/labels/{label}/predict"], "paths")


def test_openapi_refuses_a_broken_bundle(env):
    bundle = make_bundle(env.folder() / "bundle", env.plugin("good_c"), "a-model", request={"type": "strin"})
    done = env.run("schema", "openapi", bundle)
    expect.equal((done.exit, done.out), (USAGE, ""), "exit and standard output")
    expect.contains(done.err, "request.yaml:2:", "strin")
