"""slipway.yaml, the environment and flags: which wins, and what is said of mistakes."""
import socket

from harness import expect
from harness.bundles import make_bundle
from harness.client import request_bytes

USAGE = 2


def setup(env, stack):
    return env


def refused(env, text, *words, exit=USAGE):
    file = env.folder("config") / "slipway.yaml"
    file.write_text(text)
    done = env.run("serve", "--models", env.models, "--listen", "127.0.0.1:0", "--config", file)
    expect.equal(done.exit, exit, "exit (%s)" % done.err)
    expect.contains(done.err, *words)


# ---- mistakes

def test_a_mistake_in_the_file_is_named_with_line_and_column(env):
    refused(env, "threads: 2\nlisten: 127.0.0.1:0\nlimts: {body: 1MiB}\n", "slipway.yaml:3:1", "limts", "did you mean `limits`")
    refused(env, "threads: many\n", "slipway.yaml:1:10", "threads")
    refused(env, "threads: 0\n", "slipway.yaml:1:10")
    refused(env, "log:\n  format: xml\n", "slipway.yaml:2:11", "console", "json")
    refused(env, "limits:\n  body: 5 bananas\n", "slipway.yaml:2:9")
    refused(env, "limits:\n  header_timeout: 10\n", "slipway.yaml:2:19")
    refused(env, "listen: [127.0.0.1:0, nonsense]\n", "slipway.yaml:1:23", "nonsense")
    refused(env, "threads: 1\nthreads: 2\n", "slipway.yaml:2:1", "threads")
    refused(env, "threads: [1\n", "slipway.yaml:")
    refused(env, "- a\n- list\n", "slipway.yaml:1:1", "object")
    refused(env, "\tthreads: 1\n", "slipway.yaml:1:")


def test_every_mistake_is_named_at_once(env):
    refused(env, "threads: none\npool: 0\nlog: {level: loud}\n", "slipway.yaml:1:10", "slipway.yaml:2:7", "slipway.yaml:3:14")


def test_a_file_that_cannot_be_read_is_named(env):
    for path in (env.scratch / "nowhere.yaml", env.folder("folder")):
        done = env.run("serve", "--models", env.models, "--config", path)
        expect.equal(done.exit, USAGE, "exit")
        expect.contains(done.err, str(path))


def test_no_models_folder_is_a_mistake_that_says_how_to_name_one(env):
    done = env.run("serve", "--listen", "127.0.0.1:0")
    expect.equal(done.exit, USAGE, "exit")
    expect.contains(done.err, "--models")
    for path in (env.scratch / "nowhere", env.shipped / "sum" / "model.yaml"):
        done = env.run("serve", "--listen", "127.0.0.1:0", "--models", path)
        expect.equal(done.exit, USAGE, "exit")
        expect.contains(done.err, str(path))


def test_an_address_that_is_taken_is_named(env):
    with env.host() as host:
        address = "127.0.0.1:%d" % host.port
        done = env.run("serve", "--models", env.models, "--listen", address)
        expect.equal(done.exit, 1, "exit (%s)" % done.err)
        expect.contains(done.err, "127.0.0.1", str(host.port), "in use")
        expect.equal(host.request("GET", "/health/ready").status, 200, "readiness of the first host")
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        done = env.run("serve", "--models", env.models, "--listen", "127.0.0.1:%d" % port)
        expect.equal(done.exit, 1, "exit (%s)" % done.err)
        expect.contains(done.err, "127.0.0.1", str(port), "in use")


# ---- which wins

def models_named(env, name):
    folder = env.folder("models")
    make_bundle(folder / name, env.plugin("good_c"), name)
    return folder


def served(host):
    return [model["name"] for model in host.request("GET", "/models").json()["models"]]


def test_flags_win_over_the_environment_and_that_over_the_file(env):
    by_file, by_variable, by_flag = (models_named(env, name) for name in ("by-file", "by-variable", "by-flag"))
    config = "models: %s\nthreads: 1\n" % by_file
    with env.host(False, config) as host:
        expect.equal(served(host), ["by-file"], "models")
        expect.equal(host.wait_for_line("listening")["threads"], 1, "threads")
    with env.host(False, config, variables={"SLIPWAY_MODELS": str(by_variable), "SLIPWAY_THREADS": "2"}) as host:
        expect.equal(served(host), ["by-variable"], "models")
        expect.equal(host.wait_for_line("listening")["threads"], 2, "threads")
    with env.host(by_flag, config, ["--threads", "3"], {"SLIPWAY_MODELS": str(by_variable), "SLIPWAY_THREADS": "2"}) as host:
        expect.equal(served(host), ["by-flag"], "models")
        expect.equal(host.wait_for_line("listening")["threads"], 3, "threads")


def test_the_file_is_found_by_the_environment_too(env):
    file = env.folder("config") / "slipway.yaml"
    file.write_text("models: %s\n" % models_named(env, "found"))
    with env.host(False, variables={"SLIPWAY_CONFIG": str(file)}) as host:
        expect.equal(served(host), ["found"], "models")


def test_a_mistake_in_the_environment_is_named(env):
    done = env.run("serve", "--models", env.models, variables={"SLIPWAY_THREADS": "lots"})
    expect.equal(done.exit, USAGE, "exit")
    expect.contains(done.err, "lots")
    done = env.run("serve", "--models", env.models, variables={"SLIPWAY_LOG_LEVEL": "loud"})
    expect.equal(done.exit, USAGE, "exit")
    expect.contains(done.err, '"loud"')


# ---- what the settings do

def test_limits_of_the_file_hold(env):
    config = "limits: {body: '100', header: 1KiB, depth: 3, values: 10}\noverrides: {sum: {execution: inline}}\n"
    with env.host(config=config) as host:
        expect.equal(host.request("POST", "/models/sum/predict", b"[1" + b" " * 97 + b"]").status, 200, "status at the limit")
        expect.problem(host.request("POST", "/models/sum/predict", b"[1" + b" " * 98 + b"]"), 413, "100", closes=True)
        expect.problem(host.request("GET", "/models", headers={"X-Long": "x" * 1100}), 431, "1024", closes=True)
        expect.equal(host.request("POST", "/models/sum/predict", b"[[[[1]]]]").status, 400, "status of deep nesting")
        expect.equal(host.request("POST", "/models/sum/predict", b"[[[1]]]").status, 422, "status at the limit of nesting")
        expect.equal(host.request("POST", "/models/sum/predict", b"[" + b"null," * 12 + b"1]").status, 400, "status of many values")


def begun(connection):
    """Sends a request but for its body: from the interim answer on the host knows that the connection is not idle."""
    head, body = request_bytes("POST", "/models/sum/predict", [1, 2], {"Expect": "100-continue"}).split(b"\r\n\r\n")
    connection.send(head + b"\r\n\r\n")
    expect.equal(connection.read(interim=True).status, 100, "status")
    return body


def test_connections_beyond_the_limit_are_told_so(env):
    with env.host(config="limits: {connections: 2, body_rate_window: 10m, body_timeout: 10m}\n", flags=["--threads", "1"]) as host, host.connect() as first:
        body = begun(first)  # an idle connection would make room
        with host.connect() as second:
            begun(second)
            with host.connect() as third:
                response = third.read()
                expect.problem(response, 503, "connections", closes=True)
                assert int(response.header("Retry-After")) >= 1
        first.send(body)
        expect.equal(first.read().status, 200, "status")
        while "slipway_http_connections_open 1\n" not in first.request("GET", "/metrics").body.decode():
            pass
        expect.equal(host.request("GET", "/health/live").status, 200, "status when there is room again")


def test_an_idle_connection_is_closed_without_a_word(env):
    with env.host(config="limits: {idle_timeout: 1s}\n") as host, host.connect() as connection:
        expect.equal(connection.request("GET", "/health/live").status, 200, "status")
        connection.expect_closed()


def test_several_addresses_are_listened_on(env):
    with env.host(flags=["--listen", "[::1]:0"]) if has_ipv6() else env.host(flags=["--listen", "127.0.0.2:0"]) as host:
        urls = [host.wait_for_line("listening", nth)["url"] for nth in (1, 2)]
        assert urls[0] != urls[1], urls
        address, port = urls[1][len("http://"):].rsplit(":", 1)
        with socket.create_connection((address.strip("[]"), int(port))) as connection:
            connection.sendall(b"GET /health/live HTTP/1.0\r\n\r\n")
            expect.contains(connection.recv(1000), b"200 OK")


def has_ipv6():
    try:
        with socket.socket(socket.AF_INET6) as probe:
            probe.bind(("::1", 0))
        return True
    except OSError:
        return False


def test_requests_are_logged_as_asked(env):
    for wanted, kinds in (("none", []), ("errors", ["bad"]), ("all", ["good", "bad"])):
        models = env.folder("models")
        make_bundle(models / "good", env.plugin("good_c"), "good")
        make_bundle(models / "bad", env.plugin("predict_fails"), "bad")
        with env.host(models, "log: {requests: %s}\n" % wanted) as host:
            for kind in ("good", "bad"):
                host.request("POST", "/models/%s/predict" % kind, {"value": 1}, headers={"X-Request-Id": kind})
        expect.equal([line["request_id"] for line in host.lines if "request_id" in line], kinds, "requests logged with " + wanted)
