#!/usr/bin/env python3
"""Runs the test functions of one file against the real program and prints TAP, one line a test.

    run.py test_golden.py --slipway build/debug/host/slipway --models build/debug/models --fixtures build/debug/tests/fixtures
                          --plugins build/debug/tests/integration [--only WORD]

A test is a function `test_...`; its name is read as a sentence. It takes one argument: what the file's `setup(env, stack)`
returns, or the Environment where there is no `setup`. It fails by raising, and is skipped by raising `Skip`. A file may make
further tests from data: `generate(env)` gives pairs of name and function."""
import argparse
import contextlib
import importlib.util
import pathlib
import sys
import tempfile
import traceback

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))
sys.dont_write_bytecode = True

from harness.environment import Environment, Skip  # noqa: E402  (the path comes first)


def load(path):
    spec = importlib.util.spec_from_file_location(path.stem, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def tests_of(module, env, only):
    found = [item for item in vars(module).items() if item[0].startswith("test_") and callable(item[1])]
    found.sort(key=lambda item: item[1].__code__.co_firstlineno)
    tests = [(name[len("test_"):].replace("_", " "), function) for name, function in found]
    if hasattr(module, "generate"):
        tests += module.generate(env)
    return [(name.replace("#", ""), function) for name, function in tests if only is None or only in name]


def explain(error):
    for line in "".join(traceback.format_exception(error)).rstrip().split("\n"):
        print("# " + line.encode("ascii", "backslashreplace").decode())


def run(tests, subject):
    failed = 0
    for number, (name, function) in enumerate(tests, 1):
        try:
            function(subject)
            print("ok %d - %s" % (number, name), flush=True)
        except Skip as reason:
            print("ok %d - %s # SKIP %s" % (number, name, reason), flush=True)
        except Exception as error:  # whatever it is, the next test runs
            failed += 1
            explain(error)
            print("not ok %d - %s" % (number, name), flush=True)
    return failed


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", type=pathlib.Path)
    for what in ("slipway", "models", "fixtures", "plugins"):
        parser.add_argument("--" + what, type=pathlib.Path, required=True)
    parser.add_argument("--only", help="runs the tests whose name contains this")
    arguments = parser.parse_args()

    module = load(arguments.file.resolve())
    with contextlib.ExitStack() as stack:
        scratch = pathlib.Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="slipway-test-")))
        env = Environment(arguments.slipway, arguments.models, arguments.fixtures, arguments.plugins, scratch)
        tests = tests_of(module, env, arguments.only)
        if not tests:
            sys.exit("%s: no tests" % arguments.file)
        print("1..%d" % len(tests), flush=True)
        subject = module.setup(env, stack) if hasattr(module, "setup") else env
        failed = run(tests, subject)
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
