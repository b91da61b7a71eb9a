"""Keys: who may call what, how fast, and how keys come and go while the host runs."""
import hashlib
import json
import re
import signal
import stat

from harness import expect
from harness.bundles import yaml
from harness.client import request_bytes

PREDICT = "/models/sum/predict"
SUCCESS, FAILURE, USAGE = 0, 1, 2
GUARDED = ("/models", "/models/sum", "/models/sum/versions/1.0.0", "/models/sum/schema/request", "/models/sum/schema/response",
           "/models/sum/openapi.json", "/models/sum/versions/1.0.0/openapi.json", "/openapi.json")


def make(env, file, name, *flags):
    """A new key, as `slipway keys new` prints it."""
    done = env.run("keys", "new", name, "--file", file, *flags)
    expect.equal(done.exit, SUCCESS, "exit (%s)" % done.err)
    key = done.out.rstrip("\n")
    assert re.fullmatch(r"slw_[A-Za-z0-9_-]{43}", key), "not a key: %r" % key
    assert key not in done.err, "the key is in what is said about it"
    return key


def bearer(key):
    return {"Authorization": "Bearer " + key}


def refused(response, status, *words):
    expect.equal(response.status, status, "status of %r" % (response,))
    expect.equal(response.header("Content-Type"), "application/problem+json", "content type")
    expect.contains(response.json()["detail"], *words)
    challenge = response.header("WWW-Authenticate")
    assert (challenge is not None and challenge.startswith("Bearer ")) == (status == 401), "WWW-Authenticate: %s" % challenge
    return response


# ---- the commands

def test_a_new_key_is_shown_once_and_only_its_hash_is_kept(env):
    file = env.folder("keys") / "keys.yaml"
    one = make(env, file, "billing", "--models", "sum,identity-match", "--rate", "50", "--burst", "7")
    two = make(env, file, "all.of_it")
    assert one != two
    text = file.read_text()
    for key in (one, two):
        assert key not in text and key[4:] not in text, "the key is in the file"
        expect.contains(text, hashlib.sha256(key.encode()).hexdigest())
    expect.equal(stat.S_IMODE(file.stat().st_mode), 0o600, "mode")
    expect.equal([each.name for each in file.parent.iterdir()], ["keys.yaml"], "files")
    done = env.run("keys", "list", "--file", file)
    expect.equal(done.exit, SUCCESS, "exit")
    expect.contains(done.out, "billing", "sum, identity-match", "50/s", "all.of_it")
    assert one not in done.out and two not in done.out
    file.chmod(0o640)
    make(env, file, "third")
    expect.equal(stat.S_IMODE(file.stat().st_mode), 0o640, "mode of the file that took its place")


def test_keys_that_cannot_be_made_change_nothing(env):
    file = env.folder("keys") / "keys.yaml"
    make(env, file, "billing")
    before = file.read_bytes()
    done = env.run("keys", "new", "billing", "--file", file)
    expect.equal(done.exit, FAILURE, "exit")
    expect.contains(done.err, "billing", "already")
    for name in ("", "-x", "a b", "x" * 65, "a\nb", ".hidden"):
        expect.equal(env.run("keys", "new", "--file", file, "--", name).exit, USAGE, "exit of %r" % name)
    for flags in (["--rate", "0"], ["--rate", "-1"], ["--burst", "0"], ["--rate", "x"]):
        expect.equal(env.run("keys", "new", "other", "--file", file, *flags).exit, USAGE, "exit of %r" % flags)
    (file.parent / "keys.yaml.new").write_text("")
    done = env.run("keys", "new", "other", "--file", file)
    expect.equal(done.exit, FAILURE, "exit while another writes")
    expect.contains(done.err, "keys.yaml.new")
    (file.parent / "keys.yaml.new").unlink()
    expect.equal(env.run("keys", "new", "other", "--file", file.parent / "no" / "keys.yaml").exit, FAILURE, "exit without a folder")
    expect.equal(file.read_bytes(), before, "the file")


def test_a_file_that_is_wrong_is_named_with_its_line_and_quotes_no_key(env):
    file = env.folder("keys") / "keys.yaml"
    secret = "slw_" + "Secret-" * 6 + "x"
    good = {"name": "a", "sha256": "0" * 64, "models": "all"}
    for text, words in ((yaml({"keys": [{**good, "sha256": secret}]}), ["sha256"]),
                        (yaml({"keys": [{"name": "a", "models": "all"}]}), ["sha256"]),
                        (yaml({"keys": [good, {**good, "name": "b"}]}), ["twice"]),
                        (yaml({"keys": [good, {**good, "sha256": "1" * 64}]}), ["twice", '"a"']),
                        (yaml({"keys": [{**good, "models": []}]}), ["models"]),
                        (yaml({"keys": [{**good, "rate": 0}]}), ["rate"]),
                        (yaml({"keys": [{**good, "more": 1}]}), ["more"]),
                        ("keys: [\n", []), ("", []), ("[]", [])):
        file.write_text(text)
        for arguments in (["keys", "list", "--file", file],
                          ["serve", "--models", env.models, "--listen", "127.0.0.1:0", "--keys", file]):
            done = env.run(*arguments)
            assert done.exit in (FAILURE, USAGE), "%r is taken" % text
            expect.contains(done.err, "keys.yaml", *words)
            assert secret not in done.err and "Secret-" not in done.err, "the key is quoted: %s" % done.err
    done = env.run("serve", "--models", env.models, "--listen", "127.0.0.1:0", "--keys", file.parent / "nowhere.yaml")
    expect.equal(done.exit, USAGE, "exit")
    expect.contains(done.err, "nowhere.yaml")


# ---- who may call what

def test_without_keys_nobody_needs_one(env):
    with env.host() as host:
        expect.answer(host.request("POST", PREDICT, [1]), {"sum": 1.0})
        expect.answer(host.request("POST", PREDICT, [1], bearer("anything")), {"sum": 1.0})


def test_who_has_no_key_or_a_wrong_one_gets_nothing_but_health(env):
    file = env.folder("keys") / "keys.yaml"
    key = make(env, file, "all")
    digest = hashlib.sha256(key.encode()).hexdigest()
    with env.host(flags=["--keys", str(file)]) as host, host.connect() as connection:
        for headers in ({}, {"Authorization": "Basic dTpw"}, {"Authorization": "Bearer"}, {"Authorization": "Bearer "}, {"X-Api-Key": ""}):
            for path in GUARDED + ("/metrics",):
                refused(connection.request("GET", path, headers=headers), 401, "Authorization: Bearer")
                expect.equal(connection.request("HEAD", path, headers=headers).status, 401, "status of HEAD")
            refused(connection.request("POST", PREDICT, [1], headers), 401)
        for wrong in ("x", key[:-1], key + "x", key[4:], key.upper(), key.swapcase(), digest, "x" * 8000, "all", "slw_", "caf\xe9", key + "," + key):
            for headers in (bearer(wrong), {"X-Api-Key": wrong}):
                for path in ("/models/sum/predict", "/models/nobody/predict", "/models/sum/versions/1.0.0/predict", "/models/sum/labels/stable/predict"):
                    response = refused(connection.request("POST", path, [1], headers), 401, "not known")
                    expect.contains(response.header("WWW-Authenticate"), "invalid_token")
        for path in ("/health/live", "/health/ready"):
            expect.equal(connection.request("GET", path).status, 200, "status of %s" % path)
        for headers in (bearer(key), {"Authorization": "bearer   " + key}, {"X-Api-Key": key}, {"x-api-KEY": key},
                        {"Authorization": "Basic dTpw", "X-Api-Key": key}):
            expect.answer(connection.request("POST", PREDICT, [2], headers), {"sum": 2.0})
            for path in GUARDED + ("/metrics",):
                expect.equal(connection.request("GET", path, headers=headers).status, 200, "status of %s" % path)
        metrics = connection.request("GET", "/metrics", headers=bearer(key)).body.decode()
        assert re.search(r'slipway_key_refusals_total\{reason="unknown"\} [1-9]', metrics), metrics
        assert key not in metrics
    text = host.log_text()
    assert key not in text and key[4:] not in text, "the key is in the log"


def test_the_page_asks_for_the_key_and_openapi_says_how_it_is_sent(env):
    file = env.folder("keys") / "keys.yaml"
    key = make(env, file, "all")
    with env.host(flags=["--keys", str(file)]) as host, host.connect() as connection:
        page = connection.request("GET", "/docs")
        expect.equal(page.status, 200, "status of /docs")
        assert b"identity-match" not in page.body, "the page names a model"
        for path in ("/openapi.json", "/models/sum/openapi.json"):
            api = connection.request("GET", path, headers=bearer(key)).json()
            expect.equal(api["security"], [{"bearer": []}, {"header": []}], "security")
            schemes = api["components"]["securitySchemes"]
            expect.equal((schemes["bearer"]["scheme"], schemes["header"]["name"]), ("bearer", "X-Api-Key"), "schemes")
            answers = api["paths"]["/models/sum/predict"]["post"]["responses"]
            assert {"401", "403"} <= set(answers) & set(api["components"]["responses"]), answers
    with env.host() as host:
        api = host.request("GET", "/openapi.json").json()
        expect.equal(api["security"], [], "security without keys")
        assert "securitySchemes" not in api["components"] and "401" not in api["components"]["responses"], api["components"]


def test_a_key_is_for_the_models_that_it_names(env):
    file = env.folder("keys") / "keys.yaml"
    key = make(env, file, "narrow", "--models", "sum,ghost")
    with env.host(flags=["--keys", str(file), "--log-requests", "all"]) as host, host.connect() as connection:
        for path in (PREDICT, "/models/sum/versions/1.0.0/predict", "/models/sum/labels/stable/predict", "/models/%73um/predict"):
            expect.answer(connection.request("POST", path, [1], bearer(key)), {"sum": 1.0})
        expect.equal(connection.request("GET", "/models/sum/openapi.json", headers=bearer(key)).status, 200, "status")
        for path in ("/models/identity-match/predict", "/models/identity-match/versions/1.0.0/predict", "/models/nobody/predict", "/models/Sum/predict"):
            refused(connection.request("POST", path, {}, bearer(key)), 403, "not for this model")
        for path in ("/models/identity-match", "/models/identity-match/schema/request", "/models/breast-cancer/openapi.json", "/models/nobody"):
            refused(connection.request("GET", path, headers=bearer(key)), 403)
        expect.equal(connection.request("POST", "/models/ghost/predict", [1], bearer(key)).status, 404, "status of a model that is not there")
    assert key[4:] not in host.log_text(), "the key is in the log"


def test_metrics_can_be_open(env):
    file = env.folder("keys") / "keys.yaml"
    make(env, file, "all")
    with env.host(config="keys: %s\nmetrics: open\n" % json.dumps(str(file))) as host:
        expect.equal(host.request("GET", "/metrics").status, 200, "status")
        refused(host.request("GET", "/models"), 401)


def test_who_asks_too_fast_is_told_when_to_come_again(env):
    file = env.folder("keys") / "keys.yaml"
    slow = make(env, file, "slow", "--rate", "0.001", "--burst", "3")
    quick = make(env, file, "quick")
    with env.host(flags=["--keys", str(file)]) as host, host.connect() as connection:
        for number in range(3):
            expect.answer(connection.request("POST", PREDICT, [number], bearer(slow)), {"sum": float(number)})
        for _ in range(3):
            response = refused(connection.request("POST", PREDICT, [1], bearer(slow)), 429, "rate")
            assert 1 <= int(response.header("Retry-After")) <= 1000, response.header("Retry-After")
        expect.answer(connection.request("POST", PREDICT, [1], bearer(quick)), {"sum": 1.0})
        host.signal(signal.SIGHUP)  # what was used up stays used up
        host.wait_for_line("keys were read again", keys=2)
        refused(connection.request("POST", PREDICT, [1], bearer(slow)), 429)


def test_without_a_key_no_body_is_read(env):
    file = env.folder("keys") / "keys.yaml"
    key = make(env, file, "all")
    with env.host(flags=["--keys", str(file)]) as host:
        for headers in ({}, bearer("wrong"), {"Expect": "100-continue"}):
            with host.connect() as connection:
                connection.send(request_bytes("POST", PREDICT, b" " * 1_000_000, headers)[:300])
                response = refused(connection.read(), 401)  # and no 100 before it
                assert response.closes()
                connection.expect_closed()
        with host.connect() as connection:
            whole = request_bytes("POST", PREDICT, [1, 2], {"Expect": "100-continue", **bearer(key)})
            for _ in range(2):
                connection.send(whole[:-6])
                expect.equal(connection.read(interim=True).status, 100, "interim status")
                connection.send(whole[-6:])
                expect.answer(connection.read(), {"sum": 3.0})


# ---- rotation

def test_sighup_takes_the_file_as_it_is_and_a_wrong_one_changes_nothing(env):
    file = env.folder("keys") / "keys.yaml"
    old = make(env, file, "old")
    with env.host(flags=["--keys", str(file), "--threads", "2"]) as host:
        connections = [host.connect() for _ in range(8)]

        def statuses(key):
            return {connection.request("POST", PREDICT, [1], bearer(key)).status for connection in connections}

        expect.equal(statuses(old), {200}, "statuses of the old key")
        new = make(env, file, "new")
        expect.equal(statuses(new), {401}, "statuses of the new key before the signal")
        host.signal(signal.SIGHUP)
        host.wait_for_line("keys were read again", keys=2)
        expect.equal((statuses(old), statuses(new)), ({200}, {200}), "statuses of both")
        good = file.read_text()
        for number, wrong in enumerate(("keys: [", "keys: [{name: a, sha256: %s, models: all}]" % new), 1):
            file.write_text(wrong)
            host.signal(signal.SIGHUP)
            line = host.wait_for_line("the keys stay as they were", number)
            expect.contains(line["why"], "keys.yaml:1:")
            expect.equal((statuses(old), statuses(new)), ({200}, {200}), "statuses after a wrong file")
        file.write_text(good.replace(hashlib.sha256(old.encode()).hexdigest(), "0" * 64))
        host.signal(signal.SIGHUP)
        host.wait_for_line("keys were read again", 2)
        expect.equal((statuses(old), statuses(new)), ({401}, {200}), "statuses after the rotation")
        file.unlink()
        host.signal(signal.SIGHUP)
        host.wait_for_line("the keys stay as they were", 3)
        expect.equal(statuses(new), {200}, "statuses without a file")
        for connection in connections:
            connection.close()
    assert old[4:] not in host.log_text() and new[4:] not in host.log_text(), "a key is in the log"


def test_keys_change_under_load_and_no_request_is_lost(env):
    file = env.folder("keys") / "keys.yaml"
    key = make(env, file, "all")
    with env.host(flags=["--keys", str(file), "--threads", "2"]) as host:
        connections = [host.connect() for _ in range(4)]
        data = request_bytes("POST", PREDICT, [1], bearer(key))
        for rotation in range(1, 11):
            for connection in connections:
                connection.send(data * 20)
            host.signal(signal.SIGHUP)
            for connection in connections:
                for _ in range(20):
                    expect.answer(connection.read(), {"sum": 1.0})
            host.wait_for_line("keys were read again", rotation)
        for connection in connections:
            connection.close()


def test_sighup_without_keys_is_said_and_harmless(env):
    with env.host() as host:
        host.signal(signal.SIGHUP)
        host.wait_for_line("nothing to read again")
        expect.answer(host.request("POST", PREDICT, [1]), {"sum": 1.0})
