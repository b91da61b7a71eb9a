"""What the servers are asked: the same bodies on every run and machine, one a line."""
import json
import pathlib
import random
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[3] / "plugins" / "identity-match" / "tests"))
import make_cases  # noqa: E402  (the path comes first)

PEOPLE = 100  # bodies
PROFILES = 10  # in each: 2.1 KB
ARRAYS = {"64 KB": (8, 64 << 10), "1 MB": (4, 1 << 20)}  # bodies, bytes


def text(value):
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def people():
    r = random.Random(2026)
    return [make_cases.request(r, PROFILES) for _ in range(PEOPLE)]


def numbers(count, size, integers):
    """Arrays of doubles of up to 17 digits; where there are integers, every other number is one."""
    r = random.Random(size)
    for _ in range(count):
        array, length = [], 0
        while length < size:
            array.append(r.randrange(100000) if integers and len(array) % 2 else r.random())
            length += len(repr(array[-1])) + 1
        yield array


def all_bodies():
    """By name, the model and its requests."""
    made = {"identity-match": ("identity-match", people())}
    for name, (count, size) in ARRAYS.items():
        made[name] = ("sum", list(numbers(count, size, False)))
        made[name + " mixed"] = ("sum", list(numbers(count, size, True)))
    return made
