"""The author's minute: from nothing to a model that is built, tested and served, with what `meson install` puts in place."""
import contextlib
import os
import platform
import re
import subprocess
import threading

from harness import expect
from harness.client import Closed, Connection
from harness.environment import GUARD_SECONDS

SUCCESS, FAILURE, USAGE = 0, 1, 2
TEMPLATES = ("c", "classifier", "minimal", "regression", "tensor", "text-scoring")
MESON = """
project('scorer', 'cpp', default_options: ['cpp_std=c++20', 'buildtype=release'])
sdk = dependency('slipway-sdk')
bind = custom_target('bind', output: 'scorer.bind.hpp', depfile: 'scorer.bind.hpp.d',
  command: [sdk.get_variable('slipway'), 'bind', meson.current_source_dir(), '-o', '@OUTPUT@', '--depfile', '@DEPFILE@'])
plugin = shared_module('scorer', 'src/plugin.cpp', bind, name_prefix: '', dependencies: sdk,
  cpp_args: ['-DSLIPWAY_MODEL_NAME="scorer"', '-DSLIPWAY_MODEL_VERSION="0.1.0"'])
custom_target('bundle', input: plugin, output: 'bundle', build_by_default: true,
  command: ['sh', '-c', 'mkdir -p $2 && cp $0 $2/scorer.so && touch $1', '@INPUT@', '@OUTPUT@',
    meson.current_source_dir() / 'lib' / host_machine.cpu_family()])
"""


class Author:
    """Somebody with an installed SDK, and an empty folder."""

    def __init__(self, env):
        self.env = env
        root = env.folder("installed")
        build = env.slipway.parent.parent
        subprocess.run(["meson", "install", "-C", str(build), "--no-rebuild", "--quiet", "--destdir", str(root)], check=True,
                       stdout=subprocess.DEVNULL)
        (program,) = root.glob("**/bin/slipway")
        self.prefix = program.parent.parent
        self.home = env.folder("home")

    def variables(self):
        return self.env.variables(PATH="%s:%s" % (self.prefix / "bin", os.environ["PATH"]),
                                  PKG_CONFIG_PATH=str(self.prefix / "share" / "pkgconfig"))

    def run(self, *command, folder=None, exit_wanted=SUCCESS):
        done = subprocess.run(list(map(str, command)), cwd=folder or self.home, capture_output=True, text=True,
                              env=self.variables(), timeout=5 * GUARD_SECONDS)
        assert done.returncode == exit_wanted, "%s: exit %s\n%s%s" % (command, done.returncode, done.stdout, done.stderr)
        return done

    def new(self, name, template):
        self.run("slipway", "new", name, "--template", template)
        return self.home / name

    def build(self, project):
        self.run("cmake", "-S", ".", "-B", "build", "-G", "Ninja", "-DCMAKE_PREFIX_PATH=%s" % self.prefix, folder=project)
        return self.run("cmake", "--build", "build", folder=project)

    def predict(self, project, request):
        done = subprocess.run(["slipway", "predict", "."], cwd=project, input=request, capture_output=True, text=True,
                              env=self.variables(), timeout=GUARD_SECONDS)
        assert done.returncode == SUCCESS, done.stderr
        return done.stdout


def setup(env, stack):
    return Author(env)


# ---- slipway new

def test_the_templates_are_listed(author):
    listed = author.run("slipway", "new", "--list").stdout
    expect.equal(tuple(line.split()[0] for line in listed.splitlines()), TEMPLATES, "templates")


def test_new_says_what_it_made_and_what_comes_next(author):
    done = author.run("slipway", "new", "told", "--template", "classifier")
    expect.contains(done.stdout, "model.yaml", "schemas/request.yaml", "the model card", "cd told", "slipway dev", "slipway test")
    text = "".join(path.read_text() for path in (author.home / "told").rglob("*") if path.is_file())
    assert "@name@" not in text and "@plugin@" not in text, "a placeholder is left"


def test_new_refuses_what_it_cannot_make(author):
    (author.home / "mine").mkdir()
    (author.home / "mine" / "work").write_text("dear to me")
    for arguments, exit_wanted, words in (
            (["mine"], FAILURE, "is there already"), (["Mine"], USAGE, "small letters"), (["-x-", "--list=no"], USAGE, ""),
            (["mine-"], USAGE, "cannot name a model"), ([], USAGE, "slipway new NAME"),
            (["other", "--template", "nothing"], USAGE, "classifier, minimal")):
        done = author.run("slipway", "new", *arguments, exit_wanted=exit_wanted)
        expect.contains(done.stderr, words)
    expect.equal([each.name for each in (author.home / "mine").iterdir()], ["work"], "files")
    assert not (author.home / "other").exists()


# ---- templates

def passes_untouched(template):
    def test(author):
        project = author.new("m-" + template, template)
        built = author.build(project)
        assert "warning" not in built.stdout, built.stdout
        if template != "c":
            expect.contains(author.run("ctest", "--test-dir", "build", folder=project).stdout, "100% tests passed")
        author.run("slipway", "check", ".", folder=project)
        tested = author.run("slipway", "test", ".", folder=project)
        assert "FAIL" not in tested.stdout, tested.stdout
        author.run("slipway", "pack", ".", folder=project)
        packed = project / ("m-%s-0.1.0.slip" % template)
        expect.contains(author.run("slipway", "inspect", packed).stdout, "m-" + template, "0.1.0")
    return test


def generate(env):
    return [("the template %s builds and passes its tests untouched" % each, passes_untouched(each)) for each in TEMPLATES]


# ---- other builds

def test_a_schema_that_changes_changes_the_types(author):
    project = author.new("typed", "minimal")
    author.build(project)
    for name in ("request", "response"):
        schema = project / "schemas" / (name + ".yaml")
        schema.write_text(schema.read_text().replace("value", "number"))
    done = author.run("cmake", "--build", "build", folder=project, exit_wanted=FAILURE)
    expect.contains(done.stdout + done.stderr, "has no member named", "value")


def test_meson_builds_a_model(author):
    project = author.new("scorer", "classifier")
    (project / "meson.build").write_text(MESON)
    author.run("meson", "setup", "build", folder=project)
    author.run("meson", "compile", "-C", "build", folder=project)
    author.run("slipway", "check", ".", folder=project)


def test_a_compiler_and_pkg_config_build_a_model(author):
    project = author.new("plain", "minimal")
    author.run("sh", "-ec", "slipway bind . -o plain.bind.hpp && mkdir -p lib/%s && c++ -std=c++20 -O2 -fPIC -shared -I . "
               "-DSLIPWAY_MODEL_NAME='\"plain\"' -DSLIPWAY_MODEL_VERSION='\"0.1.0\"' $(pkg-config --cflags slipway-sdk) "
               "src/plugin.cpp -o lib/%s/plain.so $(pkg-config --libs slipway-sdk)" % ((platform.machine(),) * 2), folder=project)
    author.run("slipway", "check", ".", folder=project)
    expect.equal(author.predict(project, '{"value": 4}').strip(), '{"value":8.0}', "answer")


# ---- slipway dev

class Dev:
    """`slipway dev`, and what it has said so far."""

    def __init__(self, author, project):
        self.project = project
        self.lines = []
        self._changed = threading.Condition()
        self._process = subprocess.Popen(["slipway", "dev", "--listen", "127.0.0.1:0"], cwd=project, env=author.variables(),
                                         stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        threading.Thread(target=self._read, daemon=True).start()
        self.hear_port()

    def hear_port(self, nth=1):
        self.port = int(re.search(r"http://127\.0\.0\.1:(\d+)/docs", self.wait_for("/docs", nth)).group(1))

    def _read(self):
        for line in self._process.stdout:
            with self._changed:
                self.lines.append(line)
                self._changed.notify_all()

    def wait_for(self, words, nth=1):
        """The first (`nth`) line with the words, when it has come."""
        found, seen = [], 0

        def has_come():
            nonlocal seen
            found.extend(line for line in self.lines[seen:] if words in line)
            seen = len(self.lines)
            return len(found) >= nth
        with self._changed:
            assert self._changed.wait_for(has_come, GUARD_SECONDS), "no %r in\n%s" % (words, "".join(self.lines))
            return found[nth - 1]

    def edit(self, file, before, after):
        path = self.project / file
        text = path.read_text()
        assert before in text, "%s is not in %s" % (before, path)
        path.write_text(text.replace(before, after))

    def answer(self, value):
        with Connection("127.0.0.1", self.port, GUARD_SECONDS, None) as connection:
            return connection.request("POST", "/models/%s/predict" % self.project.name, {"value": value})

    def __enter__(self):
        return self

    def __exit__(self, kind, *_):
        self._process.terminate()
        status = self._process.wait(GUARD_SECONDS)
        if kind is None:
            expect.equal(status, SUCCESS, "exit")


@contextlib.contextmanager
def asked_all_the_time(dev):
    """Requests without a pause; afterwards none may have failed."""
    ended, answers = threading.Event(), []

    def ask():
        while not ended.is_set():
            answers.append(dev.answer(1).status)
    thread = threading.Thread(target=ask)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()
    assert answers and set(answers) == {200}, "statuses: %s of %d" % (set(answers), len(answers))


def test_dev_serves_what_is_saved_and_goes_on_where_that_fails(author):
    project = author.new("live", "minimal")
    manifest = project / "model.yaml"  # compilers take all cores meanwhile
    manifest.write_text(manifest.read_text().replace("timeout: 250ms", "timeout: 10m"))
    with Dev(author, project) as dev:
        dev.wait_for("live 0.1.0 serves")
        expect.answer(dev.answer(4), {"value": 8.0}, "0.1.0")
        with asked_all_the_time(dev):
            dev.edit("tests/golden.yaml", "response: {value: 42.0}", "response: {value: 42}")
            dev.wait_for("live 0.1.0 serves", nth=2)
            dev.edit("src/model.hpp", "2 * request.value", "2 * request.valeu")
            dev.wait_for("it does not build")
            dev.wait_for("has no member named")
            dev.edit("src/model.hpp", "2 * request.valeu", "3 * request.value")
            dev.wait_for("refused; the version before goes on answering")
            dev.wait_for("a number")  # the golden case that fails
            expect.answer(dev.answer(4), {"value": 8.0}, "0.1.0")
            dev.edit("schemas/request.yaml", "maximum: 1.0e+6", "maximun: 1.0e+6")
            dev.wait_for("unknown keyword `maximun`")
            dev.edit("schemas/request.yaml", "maximun", "maximum")
            dev.edit("tests/golden.yaml", "response: {value: 42}", "response: {value: 63.0}")
            dev.edit("tests/golden.yaml", "response: {value: -0.5}", "response: {value: -0.75}")
            dev.wait_for("live 0.1.0 serves", nth=3)
        expect.answer(dev.answer(4), {"value": 12.0}, "0.1.0")
        dev.answer("no number")
        dev.wait_for("422")


def test_dev_goes_on_after_a_crash_of_the_model(author):
    project = author.new("fragile", "minimal")
    model = project / "src" / "model.hpp"
    model.write_text(model.read_text().replace("return {.value", "if (request.value == 13) __builtin_trap();\n    return {.value"))
    with Dev(author, project) as dev:
        dev.wait_for("fragile 0.1.0 serves")
        with contextlib.suppress(Closed):
            dev.answer(13)
        dev.wait_for("the host has ended by SIG")
        dev.hear_port(nth=2)
        dev.wait_for("fragile 0.1.0 serves", nth=2)
        expect.answer(dev.answer(4), {"value": 8.0}, "0.1.0")


def test_dev_says_why_it_cannot_begin(author):
    expect.contains(author.run("slipway", "dev", folder=author.env.folder(), exit_wanted=USAGE).stderr, "no model.yaml", "slipway new")
    project = author.new("unbuilt", "minimal")
    build = (project / "CMakeLists.txt").rename(author.home / "CMakeLists.txt")
    expect.contains(author.run("slipway", "dev", folder=project, exit_wanted=USAGE).stderr, "neither CMakeLists.txt nor meson.build")
    build.rename(project / "CMakeLists.txt")
    done = author.run("slipway", "dev", "--listen", "127.0.0.1:99999", folder=project, exit_wanted=FAILURE)
    expect.contains(done.stdout + done.stderr, "99999")
