"""The program's other commands: predict, check, help and wrong usage; what they print and their exit status."""
import json
import re

from harness import expect, golden_yaml
from harness.bundles import make_bundle, plugin_file

SUCCESS, FAILURE, USAGE = 0, 1, 2


def setup(env, stack):
    return env


def bundle(env, plugin="good_c", **manifest):
    return make_bundle(env.folder("models") / "model", env.plugin(plugin), "a-model", **manifest)


def run(env, *arguments, **named):
    return env.run(*arguments, variables={"SLIPWAY_CACHE": str(env.scratch / "cache")}, **named)


# ---- help, version, usage

def test_version_is_one_line(env):
    done = env.run("--version")
    expect.equal((done.exit, done.err), (SUCCESS, ""), "exit and standard error")
    assert re.fullmatch(r"slipway \d+\.\d+\.\d+\n", done.out), done.out


def test_help_names_every_command_and_each_has_its_own(env):
    done = env.run("--help")
    expect.equal((done.exit, done.err), (SUCCESS, ""), "exit and standard error")
    commands = ("serve", "predict", "check", "store")
    expect.contains(done.out, *commands)
    for command in commands:
        done = env.run(command, "--help")
        expect.equal((done.exit, done.err), (SUCCESS, ""), "exit and standard error of %s --help" % command)
        expect.contains(done.out, "slipway " + command)  # an example
    expect.contains(env.run("serve", "--help").out, "--models", "--listen", "--threads", "--config", "SLIPWAY_MODELS", "SIGTERM")


def test_wrong_usage_exits_2_and_names_what_is_wrong(env):
    for arguments, words in (([], "subcommand"), (["serve", "--frobnicate"], "--frobnicate"), (["predict"], "bundle"),
                             (["check", "a", "b"], "b"),
                             (["serve", "--threads", "0", "--models", "x"], "threads"),
                             (["serve", "--threads", "many", "--models", "x"], "threads"), (["serve", "--models"], "--models"),
                             (["serve", "--models", "x", "extra"], "extra")):
        done = env.run(*arguments)
        expect.equal((done.exit, done.out), (USAGE, ""), "exit and standard output of %r (%s)" % (arguments, done.err))
        expect.contains(done.err.lower(), words)


def test_a_command_that_does_not_exist_is_named(env):
    for word in ("frobnicate", "--frobnicate"):
        done = env.run(word)
        expect.equal((done.exit, done.out), (USAGE, ""), "exit and standard output")
        expect.contains(done.err, word)


def test_values_of_flags_that_make_no_sense_are_named(env):
    for flag, value in (("--listen", "8080"), ("--listen", "127.0.0.1"), ("--listen", "127.0.0.1:99999"),
                        ("--listen", "127.0.0.1:-1"), ("--listen", "::1:80"),
                        ("--listen", "127.0.0.1:http"), ("--log-format", "xml"), ("--log-level", "loud"), ("--log-requests", "some")):
        done = env.run("serve", "--models", env.models, flag, value)
        expect.equal(done.exit, USAGE, "exit of %s %s" % (flag, value))
        expect.contains(done.err, '"%s"' % value)
    for value in ("no-such-host:80", "256.1.1.1:80"):
        done = env.run("serve", "--models", env.models, "--listen", value)
        assert done.exit in (FAILURE, USAGE), done
        expect.contains(done.err, value.split(":")[0])


# ---- predict

def test_predict_answers_the_golden_cases_of_the_models_that_ship(env):
    for model in ("sum", "identity-match", "breast-cancer", "digits"):
        cases = golden_yaml.read(env.shipped / model / "tests" / "golden.yaml")["cases"]
        answered = [case for case in cases if "response" in case][:3]
        for case in answered:
            done = run(env, "predict", env.models / model, input=json.dumps(case["request"]).encode())
            expect.equal((done.exit, done.err), (SUCCESS, ""), "exit and standard error")
            assert done.out.endswith("\n") and set(json.loads(done.out)) == set(case["response"]), done.out


def test_predict_says_why_a_request_is_refused(env):
    for body, words in ((b"[1, 'x']", ["400"]), (b"", ["400"]), (b'[1, "x"]', ["422", "/1"]), (b"[]", ["422", "(the whole document)"]),
                        (b"[1.7e308, 1.7e308]", ["422", "more than a double"]), (b"\xff", ["400"])):
        done = run(env, "predict", env.models / "sum", input=body)
        expect.equal((done.exit, done.out), (FAILURE, ""), "exit and standard output for %r" % body)
        expect.contains(done.err, *words)


def test_predict_exits_2_for_a_bundle_that_cannot_be_loaded(env):
    broken = bundle(env)
    (broken / "model.yaml").write_text("name: a\nversion: 1.0.0\nplugin: model\nlimtis: {}\n")
    for folder, words in ((broken, ["model.yaml:4:1", "limtis"]), (env.scratch / "nowhere", ["nowhere", "not a folder"]),
                          (env.folder("empty"), ["model.yaml"])):
        done = run(env, "predict", folder, input=b"[1]")
        expect.equal((done.exit, done.out), (USAGE, ""), "exit and standard output")
        expect.contains(done.err, *words)


def test_predict_survives_models_that_misbehave(env):
    for fixture, words in (("predict_fails", "lost its mind"), ("writes_nan", "NaN"), ("writes_wrong_shape", "response schema"),
                           ("throws_raw", "exception")):
        done = run(env, "predict", bundle(env, fixture), input=b'{"value": 1}')
        expect.equal((done.exit, done.out), (FAILURE, ""), "exit and standard output of %s" % fixture)
        expect.contains(done.err, "500", words)


# ---- check

def test_check_passes_the_models_that_ship(env):
    for model in ("sum", "identity-match", "breast-cancer", "digits"):
        done = run(env, "check", env.shipped / model)
        expect.equal((done.exit, done.err), (SUCCESS, ""), "exit and standard error (%s)" % done.out)
        count = len(golden_yaml.read(env.shipped / model / "tests" / "golden.yaml")["cases"])
        expect.contains(done.out, "manifest: %s 1.0.0" % model, "%d golden cases" % count, "sha256", "unloaded, nothing left behind")
        assert "FAIL" not in done.out and "warn" not in done.out, done.out


def test_check_names_each_kind_of_fault(env):
    manifest, schema, cases, plugin, liar = (bundle(env) for _ in range(5))
    (manifest / "model.yaml").write_text("name: a\nversion: one\nplugin: model\n")
    (schema / "schemas" / "request.yaml").write_text("$schema: http://json-schema.org/draft-04/schema#\ntype: objekt\n")
    (cases / "tests").mkdir()
    (cases / "tests" / "a.yaml").write_text("cases:\n  - {name: wrong, request: {value: 1}, response: {value: 5}}\n")
    plugin_file(plugin).write_bytes(b"no library")
    plugin_file(liar).write_bytes(env.plugin("lying_version").read_bytes())
    for folder, words in ((manifest, ["model.yaml:2:10", "version"]), (schema, ["request.yaml:2:7", "objekt"]),
                          (cases, ["a.yaml:2:5", '"wrong"', "/value should be 5"]),
                          (plugin, ["ELF"]), (liar, ["66.6.6"]), (env.scratch / "nowhere", ["nowhere"])):
        done = run(env, "check", folder)
        expect.equal(done.exit, FAILURE, "exit (%s)" % done.out)
        expect.contains(done.out, "FAIL", *words)


def test_check_leaves_cases_out_that_would_have_effects(env):
    case = {"name": "an effect", "request": {"value": 1}, "response": {"value": 5}}
    done = run(env, "check", bundle(env, effects="external", cases=[case]))
    expect.equal(done.exit, SUCCESS, "exit")
    expect.contains(done.out, "0 golden cases", "1 cases were left out", "safe: true")
    done = run(env, "check", bundle(env, effects="external", cases=[dict(case, safe=True)]))
    expect.equal(done.exit, FAILURE, "exit")


def test_check_warns_of_a_plugin_that_stays(env):
    case = {"name": "one", "request": {"value": 1}, "response": {"value": 2}}
    done = run(env, "check", bundle(env, "keeps_itself", cases=[case]))
    expect.equal(done.exit, SUCCESS, "exit")
    expect.contains(done.out, "warn", "stays mapped")
    done = run(env, "check", bundle(env, "tls_destructor", cases=[case]))
    expect.equal(done.exit, SUCCESS, "exit")
    expect.contains(done.out, "nothing left behind")


def test_no_cache_folder_is_needed(env):
    for variables in ({"HOME": ""}, {"HOME": "/dev/null"}, {"HOME": "/proc"}):
        done = env.run("predict", env.models / "sum", input=b"[1, 2]", variables=variables)
        expect.equal((done.exit, done.out), (SUCCESS, '{"sum":3.0}\n'), "exit and standard output with %r (%s)" % (variables, done.err))
