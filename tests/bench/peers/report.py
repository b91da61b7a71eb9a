"""The figures as tables of Markdown."""
from published import row

ARRAYS = (("64 KB of doubles", "64 KB"), ("64 KB, every other an integer", "64 KB mixed"), ("1 MB of doubles", "1 MB"),
          ("1 MB, every other an integer", "1 MB mixed"))


def number(value):
    if value >= 100:
        return "{:,.0f}".format(value)
    return "%.3g" % value


def table(columns, medians, ours):
    """`columns`: a heading, where the figures of its cells are, and whether ours is also said as a ratio to each other server's."""
    text = row(["server"] + [heading for heading, _, _ in columns]) + row(["---"] + ["---:"] * len(columns))

    def cell(figures, places):
        return " / ".join(number(figures[what][unit]) for what, unit in places)

    for name, figures in medians.items():
        cells = [name] + [cell(figures, places) for _, places, _ in columns]
        text += row(["**%s**" % each for each in cells] if name == ours else cells)
    for name, figures in medians.items():
        if name == ours or not any(has_ratio for _, _, has_ratio in columns):
            continue
        cells = []
        for _, places, has_ratio in columns:
            what, unit = places[0]
            cells.append("%.2f" % (medians[ours][what][unit] / figures[what][unit]) if has_ratio else "")
        text += row(["%s to %s" % (ours, name)] + cells)
    return text


def tables(about, medians, ours):
    rates = [("1 connection", [("1", "rate")], True),
             ("16 connections", [("16", "rate")], True),
             ("p50 / p99 ms at 16", [("16", "p50"), ("16", "p99")], False),
             ("64 connections", [("64", "rate")], True),
             ("64, two threads or processes", [("wide", "rate")], True)]
    arrays = [(title, [(pool, "rate")], True) for title, pool in ARRAYS]
    per_cpu = [("%s connections" % connections, [(connections, "per_cpu")], True) for connections in ("16", "64")]
    per_cpu += [("64, two threads or processes", [("wide", "per_cpu")], True)]
    per_cpu += [(title, [(pool, "per_cpu")], True) for title, pool in ARRAYS]
    process = [("resident MB, after small bodies / arrays", [("resident", "small"), ("resident", "arrays")], False),
               ("exec to first 200, ms", [("start", "ms")], False)]
    text = ("Medians of %(rounds)d rounds, %(seconds)d s a figure, on %(cores)d cores (%(processor)s, %(system)s); nginx %(nginx)s, Node %(node)s, Fastify\n"
            "%(fastify)s. Other programs used %(others).2f of the cores meanwhile.\n" % about)
    for title, columns in (("`identity-match`, 2.1 KB, requests/s:", rates), ("Arrays of numbers, 1 connection, requests/s:", arrays),
                           ("The same in requests per second of the server's CPU time:", per_cpu), ("The process:", process)):
        text += "\n%s\n\n%s" % (title, table(columns, medians, ours))
    one, two = medians[ours]["64"]["per_cpu"], medians[ours]["wide"]["per_cpu"]
    text += "\nWith two threads %s answers %.2f of the requests per second of CPU time that it answers with one (64 connections).\n" % (ours, two / one)
    return text
