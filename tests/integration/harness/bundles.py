"""Bundles made on the fly around a plugin that is built already."""
import contextlib
import json
import os
import platform
import select
import shutil

from harness.environment import GUARD_SECONDS

NUMBER_IN_OBJECT = {"$schema": "http://json-schema.org/draft-04/schema#", "type": "object", "required": ["value"],
                    "additionalProperties": False, "properties": {"value": {"type": "number"}}}
ARCHITECTURE = {"AMD64": "x86_64", "arm64": "aarch64"}.get(platform.machine(), platform.machine())


def yaml(value):
    """JSON is YAML."""
    return json.dumps(value, ensure_ascii=False, indent=1) + "\n"


def plugin_file(bundle, plugin="model"):
    return bundle / "lib" / ARCHITECTURE / (plugin + ".so")


def make_bundle(folder, plugin, name, version="1.0.0", request=NUMBER_IN_OBJECT, response=NUMBER_IN_OBJECT, cases=None, **manifest):
    """A whole bundle in `folder` (made here); `plugin` is the library's file. `manifest`: its further members."""
    folder.mkdir(parents=True)
    (folder / "schemas").mkdir()
    plugin_file(folder).parent.mkdir(parents=True)
    shutil.copyfile(plugin, plugin_file(folder))
    whole = {"name": name, "version": version, "plugin": "model", "effects": "none", "limits": {"timeout": "10m"}}
    whole.update(manifest)
    (folder / "model.yaml").write_text(yaml(whole))
    (folder / "schemas" / "request.yaml").write_text(yaml(request))
    (folder / "schemas" / "response.yaml").write_text(yaml(response))
    if cases is not None:
        (folder / "tests").mkdir()
        (folder / "tests" / "golden.yaml").write_text(yaml({"cases": cases}))
    return folder


def copy_bundle(source, target):
    shutil.copytree(source, target)
    return target


class Gate:
    """Lets a test hold the predictions of the plugin `held`, and know that they have begun."""

    def __init__(self, folder):
        self.folder = folder
        self._ends = {}
        for name in ("arrived", "release"):
            os.mkfifo(folder / name)
            self._ends[name] = os.open(folder / name, os.O_RDWR)  # both ends: nobody waits for the other to open it

    @property
    def parameters(self):
        """What the plugin wants in its manifest."""
        return {"gate": str(self.folder)}

    def wait_for_arrival(self):
        """Until one more prediction has begun."""
        ready, _, _ = select.select([self._ends["arrived"]], [], [], GUARD_SECONDS)
        assert ready, "no prediction has begun"
        os.read(self._ends["arrived"], 1)

    def release(self, predictions=1):
        os.write(self._ends["release"], b"x" * predictions)

    def open_for_good(self):
        """Whatever is held, or comes yet, goes through: after a failed test a host can stop."""
        self.release(10_000)


@contextlib.contextmanager
def held_host(env, config=None, flags=(), others=(), variables=None, sockets=None, **manifest):
    """A host with the model `held`, and the Gate that holds it. `others`: further models, as names of plugins."""
    models = env.folder("models")
    gate = Gate(env.folder("gate"))
    manifest = {"execution": "pool", "limits": {"concurrency": 1, "queue": 8, "timeout": "10m"}, **manifest}
    make_bundle(models / "held", env.plugin("held"), "held", parameters=gate.parameters, **manifest)
    for name in others:
        make_bundle(models / name, env.plugin(name), name.replace("_", "-"))
    with env.host(models, config, flags, variables, sockets) as host:
        try:
            yield host, gate
        finally:
            gate.open_for_good()
