"""Bundles that must not be served: each is refused in words that say what is wrong and where, and disturbs nobody."""
import re
import shutil
import struct

from harness import expect
from harness.bundles import NUMBER_IN_OBJECT, copy_bundle, make_bundle, plugin_file, yaml

GOOD = "good"


class Refusals:
    """A folder of bad bundles beside a good one; they are all loaded by one host, once the first test asks."""

    def __init__(self, env, stack):
        self.env = env
        self.models = env.folder("models")
        self.good = env.plugin("good_c")
        make_bundle(self.models / GOOD, self.good, GOOD)
        self.wanted = {}  # by folder: words, or patterns, that the refusal must have
        for build in BUILDERS:
            build(self)
        self.host = stack.enter_context(env.host(self.models))

    def bundle(self, folder, *wanted, plugin=None, **manifest):
        """A bundle like the good one, to be spoiled by the caller."""
        self.wanted[folder] = wanted
        return make_bundle(self.models / folder, plugin or self.good, manifest.pop("name", folder), **manifest)

    def refused(self, folder):
        why = self.host.refusal_of(self.models / folder)
        why = why.replace(str(self.models / folder), "")  # so that no word is found in the folder's name
        for wanted in self.wanted[folder]:
            assert wanted.search(why) if isinstance(wanted, re.Pattern) else wanted in why, \
                "%s: %r should be in the refusal\n%s" % (folder, getattr(wanted, "pattern", wanted), why)
        assert len(why) > 15 and "(null)" not in why, "says little: %s" % why


def setup(env, stack):
    return Refusals(env, stack)


def damaged_plugins(all):
    whole = all.good.read_bytes()
    machine = struct.unpack_from("<H", whole, 18)[0]
    other_machine = 40 if machine != 40 else 62  # ARM
    spoiled = {
        "truncated-a-lot": (whole[:200], ["model.so"]),
        "truncated-a-little": (whole[:-700], ["model.so"]),
        "half-a-plugin": (whole[:len(whole) // 2], ["model.so"]),
        "empty-plugin": (b"", ["model.so", "ELF"]),
        "random-plugin": (bytes(range(256)) * 64, ["model.so", "ELF"]),
        "text-plugin": (b"#!/bin/sh\necho hello\n", ["model.so", "ELF"]),
        "other-architecture": (whole[:18] + struct.pack("<H", other_machine) + whole[20:], ["model.so", re.compile("(?i)arm|x86")]),
        "other-word-size": (whole[:4] + b"\x01" + whole[5:], ["model.so", "32"]),
        "other-byte-order": (whole[:5] + b"\x02" + whole[6:], ["model.so", "endian"]),
    }
    for folder, (data, wanted) in spoiled.items():
        plugin_file(all.bundle(folder, *wanted)).write_bytes(data)
    plugin_file(all.bundle("no-plugin", "model.so")).unlink()
    plugin = plugin_file(all.bundle("folder-for-a-plugin", "model.so"))
    plugin.unlink()
    plugin.mkdir()


def liars(all):
    for fixture, wanted in {
            "no_symbol": ["slipway_plugin_v0"],
            "other_major": [re.compile(r"v7|\b7\b")],
            "function": ["slipway_plugin_v0"],
            "lying_name": ["somebody-else", "lying-name"],
            "lying_version": ["66.6.6", "1.0.0"],
            "bad_name": ["name"],
            "endless_name": ["name"],
            "no_version": ["version"],
            "foreign_version": ["version"],
            "small_table": ["size", "bytes"],
            "no_predict": ["predict"],
            "foreign_predict": ["predict"],
            "data_predict": ["predict"],
            "create_fails": ["the weights are missing"],
            "execstack": [re.compile("(?i)stack")],
            "unresolved": ["fixture_nowhere"],
            "ifunc": [re.compile("(?i)ifunc")],
    }.items():
        all.bundle(fixture.replace("_", "-"), *wanted, plugin=all.env.plugin(fixture))


def manifests(all):
    def manifest(folder, text, *wanted):
        (all.bundle(folder, *wanted) / "model.yaml").write_text(text)

    manifest("manifest-typo", "name: manifest-typo\nversion: 1.0.0\nplugin: model\nlimtis: {queue: 3}\n", "model.yaml:4:1", "limtis")
    manifest("manifest-typo-inside", "name: a\nversion: 1.0.0\nplugin: model\nlimits:\n  queue: 3\n  concurency: 2\n",
             "model.yaml:6:3", "concurency")
    manifest("manifest-no-version", "name: a\nplugin: model\n", "model.yaml:", "version")
    manifest("manifest-bad-version", "name: a\nversion: one\nplugin: model\n", "model.yaml:2:10", "version")
    manifest("manifest-float-version", "name: a\nversion: 1.0\nplugin: model\n", "model.yaml:2:10", "version")
    manifest("manifest-bad-name", "name: A_B\nversion: 1.0.0\nplugin: model\n", "model.yaml:1:7", "name")
    manifest("manifest-two-faults", "name: A_B\nversion: 1.0.0\nplugin: model\neffects: some\n", "model.yaml:1:7", "model.yaml:4:10")
    manifest("manifest-bad-timeout", "name: a\nversion: 1.0.0\nplugin: model\nlimits: {timeout: 5}\n", "model.yaml:4:", "timeout")
    manifest("manifest-twice", "name: a\nversion: 1.0.0\nplugin: model\nname: b\n", "model.yaml:4:1", "name")
    manifest("manifest-tab", "name: a\n\tversion: 1.0.0\n", "model.yaml:2:1")
    manifest("manifest-unclosed", "name: a\nversion: 1.0.0\nplugin: model\nlimits: {queue: 3\n", re.compile(r"model\.yaml:[45]:"))
    manifest("manifest-alias-bomb", "a: &a [x, x]\nb: &b [*a, *a]\nname: *b\n", "model.yaml:")
    manifest("manifest-empty", "", "model.yaml")
    manifest("manifest-a-list", "- name\n- version\n", "model.yaml:1:1", "object")
    manifest("manifest-path-out", "name: a\nversion: 1.0.0\nplugin: ../../../good/lib/x86_64/model\n", "model.yaml:3:", "plugin")
    latin = all.bundle("manifest-latin-1", "model.yaml:1:", "UTF-8")
    (latin / "model.yaml").write_bytes(b"name: caf\xe9\nversion: 1.0.0\nplugin: model\n")
    (all.bundle("manifest-binary", "model.yaml") / "model.yaml").write_bytes(b"\x00\x01\x02" * 100)


def schemas(all):
    def schema(folder, file, text, *wanted):
        (all.bundle(folder, *wanted) / "schemas" / file).write_text(text)

    head = "$schema: http://json-schema.org/draft-04/schema#\n"
    schema("schema-bad-type", "request.yaml", head + "type: objekt\n", "request.yaml:2:7", "objekt")
    schema("schema-bad-pattern", "response.yaml", head + "type: string\npattern: '['\n", "response.yaml:3:10", "pattern")
    schema("schema-lost-reference", "request.yaml", head + "$ref: '#/definitions/nobody'\n", "request.yaml:2:7", "nobody")
    schema("schema-bad-yaml", "request.yaml", head + "type: [object\n", "request.yaml:")
    schema("schema-reference-out", "request.yaml", head + "$ref: '../../good/schemas/request.yaml'\n", "request.yaml:2:7",
           "leads nowhere")
    schema("schema-reference-to-the-web", "request.yaml", head + "$ref: 'https://example.com/a.yaml'\n", "request.yaml:2:7",
           "example.com")
    all.bundle("schema-path-out", "leads out of ", schemas={"request": "../good/schemas/request.yaml"})
    link = all.bundle("schema-link-out", "leads out of ") / "schemas" / "request.yaml"
    link.unlink()
    link.symlink_to("../../good/schemas/request.yaml")
    (all.bundle("schema-is-missing", "request.yaml") / "schemas" / "request.yaml").unlink()
    both = all.bundle("schema-both-bad", "request.yaml:2:", "response.yaml:2:")
    for file in ("request.yaml", "response.yaml"):
        (both / "schemas" / file).write_text(head + "minimum: many\n")


def golden_cases(all):
    case = {"name": "three doubled", "request": {"value": 3}, "response": {"value": 7}}
    all.bundle("case-wrong-answer", "three doubled", "golden.yaml:", "/value", "7", "6", cases=[case])
    all.bundle("case-not-refused", "never refused", "422", "answered",
               cases=[{"name": "never refused", "request": {"value": 3}, "error": {"status": 422}}])
    all.bundle("case-not-answered", "never answered", "refused", "/value",
               cases=[{"name": "never answered", "request": {"value": "x"}, "response": {"value": 1}}])
    all.bundle("case-model-fails", "lost its mind", plugin=all.env.plugin("predict_fails"), cases=[case])
    all.bundle("case-with-typo", "golden.yaml:", "requets", cases=[{"name": "a", "requets": {}, "response": {}}])
    many = [dict(case, name="case %d" % i) for i in range(40)]
    all.bundle("case-many-wrong", "40 of 40", "case 0", cases=many)


BUILDERS = (damaged_plugins, liars, manifests, schemas, golden_cases)


def test_the_good_model_beside_them_is_served_alone(all):
    expect.equal([model["name"] for model in all.host.request("GET", "/models").json()["models"]], [GOOD], "models")
    expect.answer(all.host.request("POST", "/models/good/predict", {"value": 4}), {"value": 8.0})
    expect.equal(all.host.request("GET", "/health/ready").status, 200, "ready")
    listening = all.host.wait_for_line("listening")
    expect.equal((listening["models"], listening["refused"]), (1, len(all.wanted)), "models served and refused")


def generate(env):
    """One test for each bad bundle. Which there are is known before the host runs."""
    class Names:
        def __init__(self):
            self.env, self.good, self.names = env, env.plugin("good_c"), []
            self.scratch = env.folder("names")

        def bundle(self, folder, *wanted, plugin=None, **manifest):
            self.names.append(folder)
            return make_bundle(self.scratch / folder, plugin or self.good, folder,
                               **{k: v for k, v in manifest.items() if k == "cases"})

    collected = Names()
    for build in BUILDERS:
        build(collected)
    shutil.rmtree(collected.scratch)
    return [("refused: " + name.replace("-", " "), lambda all, name=name: all.refused(name)) for name in collected.names]


def test_a_folder_that_is_no_bundle_is_passed_over(all):
    models = all.env.folder("models")
    make_bundle(models / GOOD, all.good, GOOD)
    (models / "notes").mkdir()
    (models / "notes" / "README").write_text("nothing here")
    (models / "file.txt").write_text("nor here")
    (models / ".hidden").mkdir()
    make_bundle(models / ".hidden" / "1.0.0", all.good, "hidden")
    with all.env.host(models) as host:
        expect.equal([model["name"] for model in host.request("GET", "/models").json()["models"]], [GOOD], "models")
        assert not host.find_lines("not served")


def test_a_bundle_that_is_read_from_a_link_is_served(all):
    models = all.env.folder("models")
    (models / GOOD).symlink_to(copy_bundle(all.models / GOOD, all.env.folder("elsewhere") / "bundle"))
    with all.env.host(models) as host:
        expect.answer(host.request("POST", "/models/good/predict", {"value": 4}), {"value": 8.0})


def test_a_bundle_changed_after_loading_does_not_change_what_is_served(all):
    models = all.env.folder("models")
    bundle = make_bundle(models / GOOD, all.good, GOOD)
    with all.env.host(models) as host:
        plugin_file(bundle).write_bytes(b"overwritten in place")
        (bundle / "schemas" / "request.yaml").write_text(yaml(dict(NUMBER_IN_OBJECT, maxProperties=0)))
        expect.answer(host.request("POST", "/models/good/predict", {"value": 4}), {"value": 8.0})
        shutil.rmtree(bundle)
        expect.answer(host.request("POST", "/models/good/predict", {"value": 5}), {"value": 10.0})
