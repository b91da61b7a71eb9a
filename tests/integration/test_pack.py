"""slipway pack and inspect, and what takes a packed bundle: from an author's folder to an answer."""
import hashlib
import json
import os
import shutil
import subprocess

from harness import expect
from harness.bundles import ARCHITECTURE, make_bundle
from harness.operated import FAILURE, SUCCESS, USAGE, Operated, version_of

GOLDEN = [{"name": "doubles", "request": {"value": 2}, "response": {"value": 4}}]
HEADER, MODE, SIZE, KIND = 512, 100, 124, 156


def author_folder(env, **more):
    bundle = make_bundle(env.folder("author") / "doubler", env.plugin("good_c"), "doubler", "1.2.0", cases=GOLDEN, **more)
    (bundle / "README.md").write_text("Doubles a number.\n")
    (bundle / "data").mkdir()
    (bundle / "data" / "weights.txt").write_text("2\n" * 1000)
    return bundle


def pack(env, bundle, target, *flags, variables=None):
    done = env.run("pack", bundle, "-o", target, *flags, variables=variables)
    assert done.exit == SUCCESS, "%s%s" % (done.out, done.err)
    return done


def inspect(env, bundle):
    done = env.run("inspect", "--json", bundle)
    expect.equal((done.exit, done.err), (SUCCESS, ""), "exit and standard error")
    return json.loads(done.out)


def refused(env, bundle, target, *words, exit=FAILURE, flags=()):
    done = env.run("pack", bundle, "-o", target, *flags)
    expect.equal(done.exit, exit, "exit of %r%r" % (done.out, done.err))
    expect.contains(done.err + done.out, *words)
    assert not target.exists(), "%s was written" % target
    return done


def unpacked(packed):
    return subprocess.run(["zstd", "-dc", str(packed)], check=True, capture_output=True).stdout


def repacked(target, tar):
    subprocess.run(["zstd", "-q", "-f", "-o", str(target)], input=tar, check=True)
    return target


def headers(tar):
    """{path: (where its header begins, its size)}"""
    found, at = {}, 0
    while tar[at]:
        size = int(tar[at + SIZE:at + SIZE + 11], 8)
        found[tar[at:at + 100].rstrip(b"\0").decode()] = (at, size)
        at += HEADER + (size + 511) // 512 * 512
    return found


def summed(header):
    header[148:156] = b" " * 8
    header[148:156] = b"%06o\0 " % sum(header)
    return bytes(header)


def test_the_same_bundle_is_the_same_file(env):
    bundle = author_folder(env)
    out = env.folder("out")
    pack(env, bundle, out / "one.slip")
    for root, _, files in os.walk(bundle):
        for name in files:
            os.utime(os.path.join(root, name), (1, 1))
    pack(env, bundle, out / "two.slip")
    elsewhere = env.folder("elsewhere") / "another-name"
    shutil.copytree(bundle, elsewhere)
    (elsewhere / "model.yaml").chmod(0o600)
    (elsewhere / ".git").mkdir()
    pack(env, elsewhere, out / "three.slip")
    bytes_of = {each.name: each.read_bytes() for each in out.iterdir()}
    expect.equal(len(set(bytes_of.values())), 1, "different packs")
    pack(env, bundle, out / "later.slip", variables={"SOURCE_DATE_EPOCH": "1700000000"})
    expect.contains(unpacked(out / "later.slip").decode("latin-1"), '"created":"2023-11-14T22:13:20Z"')
    expect.contains(unpacked(out / "one.slip").decode("latin-1"), '"created":"1970-01-01T00:00:00Z"')
    refused(env, bundle, out / "x.slip", "no such file is packed", exit=USAGE, flags=("--allow", "nothing"))
    done = env.run("pack", bundle, variables={"SOURCE_DATE_EPOCH": "yesterday"})
    expect.equal(done.exit, USAGE, "exit")


def test_the_file_is_named_by_the_version_and_replaced_as_a_whole(env):
    bundle = author_folder(env)
    folder = env.folder("cwd")
    for _ in range(2):
        done = subprocess.run([str(env.slipway), "pack", str(bundle)], cwd=folder, env=env.variables(), capture_output=True)
        expect.equal(done.returncode, SUCCESS, "exit of %r" % done.stderr)
        expect.contains(done.stdout.decode(), "1 golden cases", "doubler-1.2.0.slip: 7 files")
        expect.equal([each.name for each in folder.iterdir()], ["doubler-1.2.0.slip"], "files")
    pack(env, bundle, env.folder("into"))


def test_inspect_shows_what_is_in_it(env):
    bundle = author_folder(env)
    (bundle / "src").mkdir()
    (bundle / "src" / "doubler.c").write_text("int x;\n")
    packed = env.folder("out") / "x.slip"
    expect.contains(pack(env, bundle, packed).out, "left out: src/")
    shutil.rmtree(bundle / "src")
    found = inspect(env, packed)
    expect.equal(found["packed"], True, "packed")
    expect.equal((found["manifest"]["name"], found["manifest"]["version"]), ("doubler", "1.2.0"), "manifest")
    lock = found["lock"]
    paths = sorted(str(each.relative_to(bundle)) for each in bundle.rglob("*") if each.is_file())
    expect.equal([each["path"] for each in lock["files"]], paths, "files")
    lines = ""
    for each in lock["files"]:
        content = (bundle / each["path"]).read_bytes()
        expect.equal((each["size"], each["sha256"]), (len(content), hashlib.sha256(content).hexdigest()), each["path"])
        lines += "%s  %s\n" % (each["sha256"], each["path"])
    expect.equal(lock["digest"], hashlib.sha256(lines.encode()).hexdigest(), "digest")
    (plugin,) = lock["plugins"]
    expect.equal((plugin["file"], plugin["abi"], plugin["sdk"]), ("lib/%s/model.so" % ARCHITECTURE, "0.1", "0.1.0"), "plugin")
    assert plugin["build_id"] and plugin["compilers"], "%r" % plugin
    thread_sanitizer = b"libtsan.so.2" in env.plugin("good_c").read_bytes()  # which stands in for the C library
    name = "libtsan.so.2" if thread_sanitizer else "libc.so.6"
    library = next(each for each in plugin["libraries"] if each["name"] == name)
    assert library["file"].startswith(name), "%r" % library
    expect.equal(len(library["build_id"]), 40, "digits of its build ID")
    expect.equal(found["sbom"]["spdxVersion"], "SPDX-2.3", "SBOM")
    folder = inspect(env, bundle)
    expect.equal(folder["packed"], False, "packed")
    expect.equal(folder["lock"], lock, "lock of the folder")
    text = env.run("inspect", packed)
    expect.contains(text.out, "doubler", lock["digest"], "data/weights.txt", "ABI 0.1", library["name"], "every file is what the lock says")
    expect.contains(env.run("inspect", bundle).out, lock["digest"], "slipway pack makes")


def test_published_released_and_answering_under_the_folders_digest(env):
    bundle = author_folder(env)
    packed = env.folder("out") / "x.slip"
    digest = pack(env, bundle, packed).out.rsplit("digest ", 1)[1].strip()
    operated = Operated(env)
    with operated.host() as host:
        expect.contains(operated.must("publish", packed).out, "doubler 1.2.0 is published (%s)" % digest[:16])
        operated.release("1.2.0")
        expect.equal(version_of(host), "1.2.0", "version")
        expect.equal(host.request("POST", "/models/doubler/predict", {"value": 2}).json(), {"value": 4}, "answer")
        expect.contains(operated.must("publish", bundle).out, "in the store already, with the same bytes")
    listed = json.loads(operated.env.run("store", "list", "--json", "--store", operated.store).out)
    expect.equal([each["digest"] for each in listed["versions"]], [digest], "digests")


def test_check_and_predict_take_a_packed_bundle(env):
    packed = env.folder("out") / "x.slip"
    pack(env, author_folder(env), packed)
    done = env.run("check", packed)
    expect.equal(done.exit, SUCCESS, "exit of %r" % done.out)
    expect.contains(done.out, "every file is what its lock says", "1 golden cases")
    temporary = env.folder("temporary")
    done = env.run("predict", packed, input=b'{"value": 21}', variables={"TMPDIR": str(temporary)})
    expect.equal((done.exit, done.out), (SUCCESS, '{"value":42.0}\n'), "exit and answer")
    broken = packed.with_name("broken.slip")
    broken.write_bytes(packed.read_bytes()[:-10])
    for command, exit in (("check", FAILURE), ("predict", USAGE), ("inspect", FAILURE)):
        done = env.run(command, broken, variables={"TMPDIR": str(temporary)})
        expect.equal(done.exit, exit, "exit of %s of a file that is cut short" % command)
        expect.contains(done.out + done.err, "cut short")
    expect.equal(os.listdir(temporary), [], "what is left")
    expect.equal(env.run("inspect", env.folder("empty") / "none.slip").exit, USAGE, "exit where there is none")


def test_archives_that_were_tampered_with_are_refused(env):
    packed = env.folder("out") / "x.slip"
    pack(env, author_folder(env), packed)
    tar = unpacked(packed)
    where = headers(tar)
    expect.equal(inspect(env, repacked(packed.with_name("again.slip"), tar))["packed"], True, "packed by another program")

    def changed(path, at, content, sum_again=True):
        begin = where[path][0]
        header = bytearray(tar[begin:begin + HEADER])
        header[at:at + len(content)] = content
        return tar[:begin] + (summed(header) if sum_again else bytes(header)) + tar[begin + HEADER:]

    def body(path, change):
        begin, size = where[path]
        begin += HEADER
        return tar[:begin] + change(tar[begin:begin + size]).ljust(size, b" ")[:size] + tar[begin + size:]

    weights = "bundle/data/weights.txt"
    plugin = "bundle/lib/%s/model.so" % ARCHITECTURE
    flip = lambda content: bytes([content[0] ^ 1]) + content[1:]
    cases = {
        "a byte of a file": (body(weights, flip), "data/weights.txt that is not what its lock says"),
        "a byte of the plugin": (body(plugin, flip), "model.so that is not what its lock says"),
        "the SBOM": (body("sbom.spdx.json", lambda content: content.replace(b"1970", b"1971")), "sbom.spdx.json that is not"),
        "a hash in the lock": (body("slipway.lock", lambda content: content.replace(b'"sha256":"', b'"sha256":"0', 1)), "/files/0/sha256"),
        "the version in the lock": (body("slipway.lock", lambda content: content.replace(b"1.2.0", b"1.2.1")), "the lock is about doubler 1.2.1"),
        "a symbolic link": (changed(weights, KIND, b"2"), "holds a link"),
        "a hard link": (changed(weights, KIND, b"1"), "holds a link"),
        "a device": (changed(weights, KIND, b"3"), "holds a device"),
        "an extended header": (changed(weights, KIND, b"x"), "holds an extended header"),
        "another mode": (changed(weights, MODE, b"0004755"), "does not write"),
        "a path that leads out": (changed(weights, 0, b"bundle/../../../etc/pas"), "must lead down"),
        "an absolute path": (changed(weights, 0, b"/tmp/bundle/weights.txt"), "must lead down"),
        "a file less": (tar[:where[weights][0]] + tar[where[plugin][0]:], "holds " + plugin + " where"),
        "a file twice": (tar[:where[plugin][0]] + tar[where[weights][0]:], "holds " + weights + " where"),
        "bytes behind the end": (tar + b"x" * 512, "behind its end"),
        "a cut": (tar[:-512], "cut short"),
    }
    operated = Operated(env)
    with operated.host() as host:
        for what, (content, words) in cases.items():
            broken = repacked(packed.with_name("broken.slip"), content)
            done = env.run("inspect", broken)
            expect.equal(done.exit, FAILURE, "%s: exit of %r" % (what, done.out))
            expect.contains(done.err, words)
            done = operated.run("publish", broken)
            expect.equal(done.exit, FAILURE, "%s: exit of publish" % what)
            expect.contains(done.err, words)
        expect.equal(operated.ask("status")["models"], [], "models")
        operated.must("publish", packed)  # the host goes on


def test_what_should_not_travel_is_refused_with_all_reasons(env):
    bundle = author_folder(env)
    (bundle / "data" / "key.pem").write_text("-----BEGIN " + "PRIVATE KEY-----\nMIIEvQIBADANBg\n")
    (bundle / "data" / "settings.yaml").write_text("id: " + "AKIA" + "IOSFODNN7EXAMPLE\n")
    (bundle / "schemas" / "train.csv").write_text("a,b\n1,2\n")
    (bundle / "data" / "passwd").symlink_to("/etc/passwd")
    target = env.folder("out") / "x.slip"
    done = refused(env, bundle, target, "data/key.pem holds a private key", "data/settings.yaml holds an AWS access key",
                   "schemas/train.csv is data", "data/passwd is a link that leads out of the bundle", "--allow FILE")
    assert "golden" not in done.out, "the plugin was run"
    (bundle / "data" / "passwd").unlink()
    (bundle / "schemas" / "train.csv").unlink()
    pack(env, bundle, target, "--allow", "data/key.pem", "--allow", "data/settings.yaml")


def test_what_a_host_would_refuse_is_not_packed(env):
    bundle = author_folder(env)
    target = env.folder("out") / "x.slip"
    (bundle / "tests" / "golden.yaml").write_text(json.dumps({"cases": [dict(GOLDEN[0], response={"value": 5})]}))
    refused(env, bundle, target, "FAIL", "doubles", "not packed: a host would refuse it")
    (bundle / "model.yaml").write_text("name: doubler\nplugin: [\n")
    refused(env, bundle, target, str(bundle / "model.yaml") + ":")
    refused(env, env.folder("empty"), target, "model.yaml", exit=USAGE)
