"""A host with a store, and those who operate it."""
import json

from harness import expect
from harness.bundles import make_bundle

SUCCESS, FAILURE, USAGE = 0, 1, 2


class Operated:
    """A store in a folder of its own, hosts that serve it, and commands to them."""

    def __init__(self, env):
        self.env = env
        self.store = env.folder("store") / "store"
        self.more = ()  # further options of commands

    def host(self, **more):
        return self.env.host(False, flags=("--store", str(self.store)), **more)

    def bundle(self, version, plugin="good_c", name="doubler", **more):
        return make_bundle(self.env.folder("bundle") / name, self.env.plugin(plugin), name, version, **more)

    def run(self, *arguments):
        return self.env.run(*arguments, "--store", self.store, *self.more)

    def ask(self, *arguments):
        """The command's JSON."""
        done = self.run(*arguments, "--json")
        return json.loads(done.out)

    def must(self, *arguments):
        done = self.run(*arguments)
        assert done.exit == SUCCESS, "%r: %s%s" % (arguments, done.out, done.err)
        return done

    def publish(self, version, **more):
        return self.must("publish", self.bundle(version, **more))

    def release(self, version, *flags):
        return self.must("release", "doubler", version, *flags)

    def states(self):
        """{version: state} of the model."""
        return {each["version"]: each["state"] for model in self.ask("status")["models"] for each in model["versions"]}

    def states_of(self, name):
        """The same, where there are several models."""
        (model,) = (each for each in self.ask("status")["models"] if each["name"] == name)
        return {each["version"]: each["state"] for each in model["versions"]}


def version_of(host, path="/models/doubler/predict"):
    response = host.request("POST", path, {"value": 2})
    expect.equal(response.status, 200, "status of %r" % response.body)
    return response.header("X-Model-Version")
