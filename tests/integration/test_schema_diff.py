"""slipway schema diff: whether clients of one schema keep working with another; what it prints and its exit status."""
import json

from harness import expect

SUCCESS, FAILURE, USAGE = 0, 1, 2
ORDER = """
type: object
additionalProperties: false
required: [items]
properties:
  items: {type: array, items: {$ref: 'parts/item.yaml'}}
  note: {type: string}
"""
ITEM = "{type: object, required: [price], properties: {price: {type: number%s}}}\n"


def version(env, schema, **parts):
    """A folder with a schema in it, and what it refers to."""
    folder = env.folder()
    (folder / "schema.yaml").write_text(schema)
    for name, text in parts.items():
        (folder / "parts").mkdir(exist_ok=True)
        (folder / "parts" / (name + ".yaml")).write_text(text)
    return folder / "schema.yaml"


def diff(env, old, new, *flags):
    return env.run("schema", "diff", old, new, *flags)


# ---- verdicts

def test_a_schema_is_compatible_with_itself(env):
    for model in ("sum", "identity-match", "breast-cancer", "digits"):
        for which in ("request", "response"):
            schema = env.shipped / model / "schemas" / (which + ".yaml")
            done = diff(env, schema, schema, "--as", which)
            expect.equal((done.exit, done.out, done.err), (SUCCESS, "compatible\n", ""), "outcome for " + str(schema))


def test_breaking_changes_are_named_with_a_document_each(env):
    old = version(env, ORDER, item=ITEM % "")
    new = version(env, ORDER.replace("[items]", "[items, note]"), item=ITEM % ", minimum: 0")
    done = diff(env, old, new, "--as", "request")
    expect.equal((done.exit, done.err), (FAILURE, ""), "exit and standard error")
    expect.equal(done.out.split("\n"), [
        "breaking",
        "/note: an object without `note` was accepted, and is refused now [/required]",
        '  for example {"items":[]}',
        "/items/*/price: a number below 0 was accepted, and is refused now [parts/item.yaml#/properties/price/minimum]",
        '  for example {"items":[{"price":-1}]}', ""], "lines")
    done = diff(env, old, new, "--as", "response")
    expect.equal((done.exit, done.out, done.err), (SUCCESS, "compatible\n", ""), "the same change of a response")


def test_every_example_is_valid_before_and_not_after(env):
    old = version(env, ORDER, item=ITEM % "")
    new = version(env, ORDER.replace("note: {type: string}", "note: {type: string, maxLength: 9}"),
                  item=ITEM % ", exclusiveMinimum: true, minimum: 0, maximum: 1e6")
    changes = json.loads(diff(env, old, new, "--as", "request", "--json").out)["changes"]
    expect.equal(len(changes), 3, "changes")
    for change in changes:
        example = change["example"].encode()
        expect.equal(env.run("schema", "validate", old, "-", input=example).exit, SUCCESS, "old, " + change["example"])
        expect.equal(env.run("schema", "validate", new, "-", input=example).exit, FAILURE, "new, " + change["example"])


def test_what_cannot_be_told_counts_as_breaking(env):
    old = version(env, "{type: string, pattern: '^\\p{Lu}'}")
    new = version(env, "{type: string, pattern: '^\\p{L}'}")
    done = diff(env, old, new, "--as", "request")
    expect.equal((done.exit, done.err), (FAILURE, ""), "exit and standard error")
    expect.equal(done.out, "cannot tell\n(the whole document): cannot tell whether a string that does not match `^\\p{L}`, "
                           "which is refused now, was accepted [/pattern]\n", "standard output")


# ---- as JSON

def test_json_has_the_same(env):
    old, new = version(env, "{type: [string, integer]}"), version(env, "{type: string}")
    done = diff(env, old, new, "--as", "request", "--json")
    expect.equal((done.exit, done.err, done.out.count("\n")), (FAILURE, "", 1), "exit, standard error and lines")
    expect.equal(json.loads(done.out), {
        "verdict": "breaking",
        "changes": [{"verdict": "breaking", "pointer": "", "schema_pointer": "/type",
                     "message": "an integer was accepted, and is refused now", "example": "0"}],
        "more": False}, "document")
    done = diff(env, new, old, "--as", "request", "--json")
    expect.equal((done.exit, json.loads(done.out)), (SUCCESS, {"verdict": "compatible", "changes": [], "more": False}), "widened")


# ---- wrong usage

def test_wrong_usage_exits_2_and_names_what_is_wrong(env):
    good = version(env, "{}")
    for arguments, word in (([good, good], "--as"), ([good], "new"), ([good, good, "--as", "answer"], "answer"),
                            ([good, good, good, "--as", "request"], "schema.yaml")):
        done = env.run("schema", "diff", *arguments)
        expect.equal((done.exit, done.out), (USAGE, ""), "exit and standard output of %r (%s)" % (arguments, done.err))
        expect.contains(done.err, word)


def test_a_schema_that_is_missing_or_wrong_exits_2(env):
    good, wrong = version(env, "{}"), version(env, "{type: strin}")
    dangling = version(env, "{items: {$ref: 'elsewhere.yaml'}}")
    for old, new, words in ((env.scratch / "nowhere.yaml", good, "nowhere.yaml"), (good, env.scratch / "nowhere.yaml", "nowhere.yaml"),
                            (good, wrong, "did you mean `string`?"), (dangling, good, "leads nowhere")):
        done = diff(env, old, new, "--as", "request")
        expect.equal((done.exit, done.out), (USAGE, ""), "exit and standard output of %s, %s" % (old, new))
        expect.contains(done.err, words)
