"""slipway bind: what it writes, when it writes, what a build learns from it, and its exit status."""
import os
import re

from harness import expect
from harness.bundles import ARCHITECTURE, copy_bundle

SUCCESS, FAILURE, USAGE = 0, 1, 2


def model(env):
    """A model's folder before anything is built."""
    folder = copy_bundle(env.shipped / "identity-match", env.folder() / "identity match")
    for file in (folder / "lib" / ARCHITECTURE).iterdir():
        file.unlink()
    return folder


def test_help_has_an_example_and_the_statuses(env):
    done = env.run("bind", "--help")
    expect.equal((done.exit, done.err), (SUCCESS, ""), "exit and standard error")
    expect.contains(done.out, "slipway bind plugins/", "Exits", "--depfile", "--namespace", "docs/bind.md")


def test_a_header_needs_no_plugin_and_has_no_path(env):
    folder = model(env)
    done = env.run("bind", folder)
    expect.equal((done.exit, done.err), (SUCCESS, ""), "exit and standard error")
    expect.contains(done.out, "do not edit", "#pragma once", "namespace identity_match {", "struct Request {",
                    "std::string_view clientId;", "std::vector<Identity> profiles;", "struct Response {", "std::string modelVersion;")
    assert str(env.scratch) not in done.out, done.out
    expect.equal(env.run("bind", folder).out, done.out, "the second header")
    expect.contains(env.run("bind", folder, "--namespace", "a::b").out, "namespace a::b {")


def test_a_file_is_written_only_where_it_changes(env):
    folder = model(env)
    header = env.folder() / "made.hpp"
    for _ in range(2):
        done = env.run("bind", folder, "-o", header)
        expect.equal((done.exit, done.out, done.err), (SUCCESS, "", ""), "exit and output")
        os.utime(header, (1, 1))
    env.run("bind", folder, "-o", header)
    expect.equal(header.stat().st_mtime, 1, "the time of a header that is the same")
    schema = folder / "schemas" / "response.yaml"
    schema.write_text(schema.read_text().replace("score", "points"))
    env.run("bind", folder, "-o", header)
    assert header.stat().st_mtime != 1, "a header that differs is not written"
    expect.contains(header.read_text(), "double points = 0;")


def test_a_depfile_names_all_that_was_read(env):
    folder = model(env)
    (folder / "schemas" / "common.yaml").write_text("definitions: {score: {type: number}}\n")
    (folder / "schemas" / "response.yaml").write_text("$ref: 'common.yaml#/definitions/score'\n")
    header = env.folder() / "made.hpp"
    depfile = header.with_suffix(".d")
    done = env.run("bind", folder, "-o", header, "--depfile", depfile)
    expect.equal((done.exit, done.err), (SUCCESS, ""), "exit and standard error")
    target, inputs = depfile.read_text().rstrip("\n").split(": ")
    expect.equal(target, str(header), "the target")
    expect.equal([path.replace("\\ ", " ") for path in re.split(r"(?<!\\) ", inputs)],
                 [str(folder / name) for name in ("model.yaml", "schemas/request.yaml", "schemas/response.yaml", "schemas/common.yaml")],
                 "what it depends on")


def test_mistakes_have_file_line_and_column(env):
    folder = model(env)
    header = env.folder() / "made.hpp"
    (folder / "schemas" / "request.yaml").write_text("type: object\nproperties:\n  a: {type: strin}\n")
    (folder / "schemas" / "response.yaml").write_text("type: object\nrequird: [a]\n")
    done = env.run("bind", folder, "-o", header)
    expect.equal((done.exit, done.out), (FAILURE, ""), "exit and standard output")
    expect.contains(done.err, "schemas/request.yaml:3:13: unknown type `strin`", "schemas/response.yaml:2:1: unknown keyword `requird`")
    assert not header.exists(), "a header was written"
    expect.contains(env.run("check", folder).out.replace("      ", ""), done.err.removeprefix("slipway: ").rstrip("\n"))


def test_wrong_usage_exits_2(env):
    folder = model(env)
    for arguments, words in (([], "folder"), ([folder, "--namespace", "class"], "is no namespace"),
                             ([folder, "--depfile", "x"], "--output"), ([folder, "--frobnicate"], "--frobnicate")):
        done = env.run("bind", *arguments)
        expect.equal((done.exit, done.out), (USAGE, ""), "exit and standard output of %r (%s)" % (arguments, done.err))
        expect.contains(done.err, words)


def test_what_cannot_be_read_or_written_exits_1(env):
    for arguments, words in (([env.scratch / "nowhere"], "nowhere"),
                             ([model(env), "-o", env.scratch / "nowhere" / "made.hpp"], "nowhere/made.hpp")):
        done = env.run("bind", *arguments)
        expect.equal((done.exit, done.out), (FAILURE, ""), "exit and standard output of %r" % arguments)
        expect.contains(done.err, words)
