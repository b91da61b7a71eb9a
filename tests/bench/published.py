"""Tables of Markdown, and their places in a document: each between a line of its own that names the benchmark and one that ends it."""
import os
import pathlib

BEGIN, END = "<!-- scripts/bench %s writes this -->", "<!-- to here -->"
QUIET = 0.2  # of a core that others may use where figures are published
TICKS = os.sysconf("SC_CLK_TCK")


def busy_seconds():
    """CPU time of all that has run on this machine."""
    user, nice, system, _, _, interrupts, soft = (int(ticks) for ticks in pathlib.Path("/proc/stat").read_text().split()[1:8])
    return (user + nice + system + interrupts + soft) / TICKS


def row(cells):
    return "| " + " | ".join(cells) + " |\n"


def put(text, document, name):
    """In place of what is there."""
    begin = BEGIN % name
    before, found, rest = document.read_text().partition(begin)
    _, ended, after = rest.partition(END)
    if not (found and ended):
        raise SystemExit("%s has no place for the figures: %s ... %s" % (document, begin, END))
    document.write_text(before + begin + "\n" + text + END + after)


def put_if_quiet(text, document, name, others):
    """`others`: cores that other programs used meanwhile."""
    if others > QUIET:
        raise SystemExit("not written: other programs used %.2f of the cores meanwhile; wait until they are done" % others)
    put(text, document, name)
