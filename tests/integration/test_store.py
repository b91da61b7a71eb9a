"""slipway store: what an operator sees of a store, and can do about it."""
import json
import subprocess

from harness import expect
from harness.bundles import make_bundle

SUCCESS, FAILURE, USAGE = 0, 1, 2


class Shelf:
    """A store with churn 1.0.0 to 1.3.0, of which `stable` is 1.1.0."""

    def __init__(self, env):
        self.env = env
        self.path = env.folder("parent") / "store"
        self.sources = env.folder("sources")
        for version in ("1.0.0", "1.1.0", "1.2.0", "1.3.0"):
            make_bundle(self.sources / version, env.plugin("good_c"), "churn", version)
            self.drive("publish", self.sources / version)
        self.drive("release", "churn", "stable", "1.1.0")

    def drive(self, command, *arguments):
        subprocess.run([str(self.env.plugins / "store_driver"), command, str(self.path), *map(str, arguments)], check=True,
                       stdout=subprocess.DEVNULL)

    def run(self, command, *flags):
        return self.env.run("store", command, "--store", self.path, *flags)

    def json(self, command, *flags, exit=SUCCESS):
        done = self.run(command, "--json", *flags)
        expect.equal((done.exit, done.err), (exit, ""), "exit and standard error of %s" % command)
        return json.loads(done.out)

    def version(self, number):
        return next(each for each in self.json("list")["versions"] if each["version"] == number)

    def damage(self, number):
        file = self.path / "bundles" / self.version(number)["digest"] / "bundle" / "model.yaml"
        file.chmod(0o644)
        file.write_text("name: other\n")


def setup(env, stack):
    return env


def test_list_shows_versions_and_labels(env):
    shelf = Shelf(env)
    done = shelf.run("list")
    expect.equal((done.exit, done.err), (SUCCESS, ""), "exit and standard error")
    lines = [line.split() for line in done.out.splitlines()]
    expect.equal(lines[0], ["MODEL", "VERSION", "LABELS", "STATE", "SIZE", "PUBLISHED", "BY", "DIGEST"], "head")
    expect.equal([line[:4] for line in lines[1:]],
                 [["churn", "1.0.0", "-", "stored"], ["churn", "1.1.0", "stable", "stored"], ["churn", "1.2.0", "-", "stored"],
                  ["churn", "1.3.0", "-", "stored"]], "rows")
    found = shelf.json("list")
    expect.equal(found["labels"], [{"model": "churn", "label": "stable", "version": "1.1.0"}], "labels")
    expect.equal([each["version"] for each in found["versions"]], ["1.0.0", "1.1.0", "1.2.0", "1.3.0"], "versions")


def test_the_store_can_be_checked_by_hand(env):
    shelf = Shelf(env)
    folder = shelf.path / "bundles" / shelf.version("1.0.0")["digest"]
    subprocess.run(["sha256sum", "--quiet", "--strict", "-c", "../contents"], cwd=folder / "bundle", check=True)
    whole = subprocess.run(["sha256sum", "contents"], cwd=folder, check=True, capture_output=True).stdout
    expect.equal(whole.split()[0].decode(), folder.name, "digest of the list")


def test_damage_is_found_set_aside_and_healed(env):
    shelf = Shelf(env)
    done = shelf.run("verify")
    expect.equal((done.exit, done.out, done.err), (SUCCESS, "4 versions intact, 0 damaged\n", ""), "a sound store")
    shelf.damage("1.1.0")
    done = shelf.run("verify")
    expect.equal(done.exit, FAILURE, "exit")
    expect.contains(done.out, "churn 1.1.0: ", "model.yaml differs", "breaks stable", "3 versions intact, 1 damaged")
    found = shelf.json("verify", exit=FAILURE)
    expect.equal([(each["version"], each["labels"]) for each in found["damaged"]], [("1.1.0", ["stable"])], "damaged")

    expect.equal([each["version"] for each in shelf.json("repair")["damaged"]], ["1.1.0"], "repaired")
    expect.equal(shelf.version("1.1.0")["state"], "damaged", "state")
    assert (shelf.path / "quarantine" / shelf.version("1.1.0")["digest"]).is_dir()
    expect.contains(shelf.run("verify").out, "set aside", "breaks stable")
    shelf.drive("publish", shelf.sources / "1.1.0")
    expect.equal(shelf.json("verify")["intact"], 4, "intact")


def test_garbage_is_shown_before_it_is_removed(env):
    shelf = Shelf(env)
    expect.equal(shelf.json("gc")["versions"], [], "what goes by default")
    flags = ("--keep", "1", "--days", "0")
    done = shelf.run("gc", "--dry-run", *flags)
    expect.equal(done.exit, SUCCESS, "exit")
    expect.contains(done.out, "1.0.0", "1.2.0", "1.3.0", "3 versions", "would be removed")
    dry = shelf.json("gc", "--dry-run", *flags)
    expect.equal(dry["removed"], False, "removed")
    expect.equal(shelf.version("1.0.0")["state"], "stored", "state after a dry run")
    wet = shelf.json("gc", *flags)
    expect.equal((wet["removed"], wet["bytes"]), (True, dry["bytes"]), "what was removed")
    expect.equal([each["version"] for each in wet["versions"]], [each["version"] for each in dry["versions"]], "versions")
    expect.equal({each["version"]: each["state"] for each in shelf.json("list")["versions"]},
                 {"1.0.0": "collected", "1.1.0": "stored", "1.2.0": "collected", "1.3.0": "collected"}, "states")
    expect.equal(len(list((shelf.path / "bundles").iterdir())), 1, "folders left")


def test_a_store_that_is_not_there_or_in_use_is_refused(env):
    nowhere = env.folder("parent") / "nowhere"
    for command in ("list", "verify", "repair", "gc"):
        done = env.run("store", command, "--store", nowhere)
        expect.equal((done.exit, done.out), (FAILURE, ""), "exit and standard output")
        expect.contains(done.err, str(nowhere), "is no store")
    assert not nowhere.exists()
    shelf = Shelf(env)
    driver = subprocess.Popen([str(env.plugins / "store_driver"), "loop", str(shelf.path), str(env.folder("scratch")), "1"],
                              stdout=subprocess.PIPE)
    try:
        driver.stdout.readline()  # it has the store open
        done = shelf.run("list")
        expect.equal((done.exit, done.out), (FAILURE, ""), "exit and standard output")
        expect.contains(done.err, "in use by another process (process %d)" % driver.pid)
    finally:
        driver.kill()
        driver.communicate()


def test_usage(env):
    for arguments, words in ((["store"], "subcommand"), (["store", "list"], "--store"), (["store", "gc", "--store", "x", "--keep", "-1"], "keep"),
                             (["store", "list", "--store", "x", "--dry-run"], "--dry-run")):
        done = env.run(*arguments)
        expect.equal((done.exit, done.out), (USAGE, ""), "exit and standard output of %r (%s)" % (arguments, done.err))
        expect.contains(done.err.lower(), words)
    for command in ("list", "verify", "repair", "gc"):
        expect.contains(env.run("store", command, "--help").out, "--store", "--json", "SLIPWAY_STORE", "slipway store " + command)
