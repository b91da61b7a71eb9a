"""Candidates that would harm the host: a process of their own takes the harm, and they are refused with its reason."""
import os
import pathlib
import select
import shutil
import subprocess
import tempfile

from harness import expect
from harness.bundles import make_bundle
from harness.environment import GUARD_SECONDS, Skip

SUCCESS, FAILURE, USAGE = 0, 1, 2
CASE = {"name": "one doubled", "request": {"value": 1}, "response": {"value": 2}}
# What is said of each.
HARMFUL = {
    "crashes_in_constructor": ["SIGSEGV", "static initialisers"],
    "crashes_in_create": ["SIGSEGV", "in create"],
    "aborts_in_create": ["SIGABRT", "in create", "the weights are for another machine"],
    "crashes": ["SIGSEGV", "predict of case", "one doubled"],
    "exits_in_predict": ["exit(3)", "predict of case", "one doubled"],
    "crashes_in_destructor": ["SIGSEGV", "static destructors"],
    "leaves_thread": ["left 1 thread running"],
    "leaves_signal_handler": ["left behind", "SIGUSR2"],
}
# A sanitizer must leave crashes to the system, whose account of them is what is tested.
CRASH = {"ASAN_OPTIONS": "handle_segv=0:handle_abort=0:detect_leaks=0", "TSAN_OPTIONS": "handle_segv=0:handle_abort=0"}


def setup(env, stack):
    return env


def test_a_host_survives_its_candidates_and_serves_what_is_sound(env):
    models = env.folder("models")
    for plugin in ("good_c", *HARMFUL):
        make_bundle(models / plugin, env.plugin(plugin), plugin.replace("_", "-"), cases=[CASE])
    with env.host(models, variables=CRASH) as host:
        for plugin, words in HARMFUL.items():
            expect.contains(host.refusal_of(models / plugin), *words)
        expect.equal([model["name"] for model in host.request("GET", "/models").json()["models"]
                      if model["versions"][0]["state"] != "failed"], ["good-c"], "models")
        expect.answer(host.request("POST", "/models/good-c/predict", {"value": 4}), {"value": 8.0})


def test_check_tells_what_a_candidate_did(env):
    for plugin, words in HARMFUL.items():
        bundle = make_bundle(env.folder("models") / "model", env.plugin(plugin), "a-model", cases=[CASE])
        done = env.run("check", bundle, variables=CRASH)
        expect.equal(done.exit, FAILURE, "exit of check for %s (%s)" % (plugin, done.out))
        expect.contains(done.out, "ok    request and response schemas", "FAIL  plugin", *words)


def test_check_shows_what_a_model_logs_and_prints(env):
    bundle = make_bundle(env.folder("models") / "model", env.plugin("reaches_out"), "a-model",
                         parameters={"try": "socket", "late": False})
    done = env.run("check", bundle)
    expect.equal(done.exit, FAILURE, "exit")
    expect.contains(done.out, "FAIL  plugin", "socket: Operation not permitted")


def children_of(process):
    """The processes that `process` has started, once there is one."""
    while process.poll() is None:
        found = []
        for stat in pathlib.Path("/proc").glob("[0-9]*/stat"):
            try:
                text = stat.read_text()
            except OSError:
                continue  # it has ended meanwhile
            if int(text.rpartition(")")[2].split()[1]) == process.pid:
                found.append(int(stat.parent.name))
        if found:
            return found
    raise AssertionError("it ended without having started any")


def test_a_probe_does_not_outlive_its_host(env):
    bundle = make_bundle(env.folder("models") / "model", env.plugin("hangs_in_create"), "a-model")
    check = subprocess.Popen([str(env.slipway), "check", str(bundle)], env=env.variables(), stdout=subprocess.DEVNULL)
    try:
        watched = [os.pidfd_open(pid) for pid in children_of(check)]
        check.kill()
        for process in watched:
            ended, _, _ = select.select([process], [], [], GUARD_SECONDS)
            os.close(process)
            assert ended, "the probe lives on"
    finally:
        check.kill()
        check.wait()


def test_the_sandbox_needs_no_privilege(env):
    if os.geteuid() != 0 or shutil.which("setpriv") is None:
        raise Skip("only root can become nobody, with setpriv")
    nobody = ["setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups", "--no-new-privs",
              "--bounding-set", "-all", "--inh-caps", "-all"]
    with tempfile.TemporaryDirectory(prefix="slipway-test-") as scratch:
        os.chmod(scratch, 0o755)
        bundles = {plugin: make_bundle(pathlib.Path(scratch) / plugin, env.plugin(plugin), "a-model", cases=[CASE], **more)
                   for plugin, more in (("good_c", {}), ("crashes_in_create", {}),
                                        ("reaches_out", {"parameters": {"try": "read a stranger's file"}}))}
        program = shutil.copy(env.slipway, scratch)

        def check(plugin):
            return subprocess.run(nobody + [program, "check", str(bundles[plugin])], capture_output=True, timeout=GUARD_SECONDS,
                                  env=env.variables(HOME="/nonexistent", **CRASH), text=True, check=False)

        done = check("good_c")
        expect.equal((done.returncode, done.stderr), (SUCCESS, ""), "exit and standard error (%s)" % done.stdout)
        expect.contains(done.stdout, "1 golden cases", "unloaded, nothing left behind")
        expect.contains(check("crashes_in_create").stdout, "SIGSEGV", "in create")
        if "without a part of the sandbox" not in done.stdout:  # a kernel without Landlock
            expect.contains(check("reaches_out").stdout, "read a stranger's file: Permission denied")


def test_the_worker_command_is_not_for_people(env):
    assert "worker" not in env.run("--help").out
    done = env.run("worker")
    expect.equal((done.exit, done.out), (USAGE, ""), "exit and standard output")
    expect.contains(done.err, "started by the host")
