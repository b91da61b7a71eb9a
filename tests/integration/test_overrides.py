"""What an operator sets for a model in the host's configuration, and what has passed its gates before."""
from harness import expect
from harness.bundles import make_bundle, plugin_file, yaml
from harness.operated import Operated

SECRET = "open sesame"
CASE = {"name": "one", "request": {"value": 1}, "response": {"value": 2}}


def bundle(env, version="1.0.0", cases=None, **more):
    models = env.folder("models")
    make_bundle(models / "scales", env.plugin("scales"), "scales", version, cases=cases, parameters={"factor": 2, "other": "kept"}, **more)
    return models


def answer(host, value=1):
    response = host.request("POST", "/models/scales/predict", {"value": value})
    expect.equal(response.status, 200, "status of %r" % response.body)
    return response.json()["value"]


def test_parameters_take_the_place_of_the_manifests(env):
    models = bundle(env)
    with env.host(models) as host:
        expect.equal(answer(host), 2, "as the bundle says it")
    with env.host(models, "overrides: {scales: {parameters: {factor: 5}}, absent: {execution: pool}}\n") as host:
        expect.equal(answer(host), 5, "as the operator says it")


def test_secrets_come_from_files_and_the_environment_and_are_never_told(env):
    file = env.folder("secrets") / "token"
    file.write_text(SECRET + "\n")
    for source, variables in (("file: %s" % file, {}), ("env: SCALES_TOKEN", {"SCALES_TOKEN": SECRET})):
        config = "log: {level: debug, requests: all}\noverrides: {scales: {secrets: {token: {%s}}}}\n" % source
        with env.host(bundle(env), config, variables=variables) as host:
            expect.equal(answer(host), 1002, "answer to who knows the secret")
            told = [host.request("GET", path).body.decode() for path in ("/models/scales", "/models", "/metrics", "/models/scales/openapi.json")]
            for text in told + [host.log_text()]:
                assert SECRET not in text, text


def test_a_secret_that_is_not_to_be_had_refuses_the_model(env):
    models = bundle(env)
    for source, words in (("file: /nonexistent/token", "/nonexistent/token"), ("env: NO_SUCH_TOKEN", "NO_SUCH_TOKEN")):
        with env.host(models, "overrides: {scales: {secrets: {token: {%s}}}}\n" % source) as host:
            expect.equal(host.request("POST", "/models/scales/predict", {"value": 1}).status, 503, "status")
            why = host.request("GET", "/models/scales").json()["versions"][0]["why"]
            expect.contains(why, "the secret token", words)


def test_limits_and_execution(env):
    config = "overrides: {scales: {execution: pool, limits: {concurrency: 3, queue: 5, timeout: 7s, memory: 64MiB}}}\n"
    with env.host(bundle(env, execution="inline"), config) as host:
        told = host.request("GET", "/models/scales").json()
        expect.equal(told["limits"], {"concurrency": 3, "queue": 5, "timeout": "7s", "memory": "64MiB"}, "limits")
        expect.equal((told["execution"], told["runs"]), ("pool", "pool"), "execution")


def test_isolation(env):
    def workers(host):
        return host.request("GET", "/models/scales").json()["versions"][0].get("workers")
    with env.host(bundle(env, isolation="process"), "overrides: {scales: {isolation: in-process}}\n") as host:
        expect.equal((answer(host), workers(host)), (2, None), "answer in the host's process, and workers")
    config = "overrides: {scales: {isolation: process, workers: {min: 2, max: 3}, parameters: {factor: 4}}}\n"
    with env.host(bundle(env), config) as host:
        expect.equal(answer(host), 4, "answer of a worker")
        expect.equal((workers(host)["running"], workers(host)["most"]), (2, 3), "workers")


def test_mistakes_in_overrides_are_named(env):
    models = bundle(env)
    for text, words in (("overrides: {scales: {code: x}}\n", "slipway.yaml:1:22"), ("overrides: {scales: {secrets: {token: {}}}}\n", "slipway.yaml:1:39"),
                        ("overrides: {scales: {limits: {timeout: soon}}}\n", "slipway.yaml:1:40"), ("overrides: {Scales: {}}\n", "slipway.yaml:1:13")):
        file = env.folder("config") / "slipway.yaml"
        file.write_text(text)
        done = env.run("serve", "--models", models, "--listen", "127.0.0.1:0", "--config", file)
        expect.equal(done.exit, 2, "exit")
        expect.contains(done.err, words)


def test_a_store_has_overrides_too(env):
    operated = Operated(env)
    with operated.host(config="overrides: {doubler: {parameters: {factor: 7}}}\n") as host:
        operated.publish("1.0.0", plugin="scales", parameters={"factor": 2})
        operated.release("1.0.0")
        expect.equal(host.request("POST", "/models/doubler/predict", {"value": 1}).json(), {"value": 7.0}, "answer")


def probes(env, models, cache, config=""):
    """How often a host that starts tries a version in a process of its own."""
    with env.host(models, config + "log: {level: debug}\n", flags=["--cache", str(cache)]) as host:
        expect.equal(host.request("GET", "/health/ready").status, 200, "ready")
        return len(host.find_lines("probed in a process of its own"))


def test_what_has_passed_is_not_tried_again_by_the_same_host(env):
    models, cache = bundle(env, cases=[CASE]), env.folder("cache")
    twice = lambda config="": [probes(env, models, cache, config), probes(env, models, cache, config)]
    expect.equal(twice(), [1, 0], "probes at two starts")
    expect.equal(twice("overrides: {scales: {parameters: {other: tuned}}}\n"), [1, 0], "probes with other parameters")
    with open(plugin_file(models / "scales"), "ab") as file:
        file.write(b"\0")
    expect.equal(twice(), [1, 0], "probes of other bytes")


def test_what_has_failed_is_tried_again(env):
    models, cache = bundle(env, cases=[dict(CASE, response={"value": 3})]), env.folder("cache")
    with env.host(models, flags=["--cache", str(cache)]) as host:
        expect.contains(host.request("GET", "/models/scales").json()["versions"][0]["why"], "1 of 1 golden cases failed")
    expect.equal(probes(env, models, cache), 1, "probes of what has failed")
    (models / "scales" / "tests" / "golden.yaml").write_text(yaml({"cases": [CASE]}))
    expect.equal(probes(env, models, cache), 1, "probes of what was mended")
