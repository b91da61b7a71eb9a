#!/usr/bin/env python3
"""train.py: fits the model, and writes data/weights.txt, tests/golden.yaml, tests/held-out.csv and examples/*.json beside this folder.

Needs scikit-learn (python3-sklearn) for its copy of the Wisconsin diagnostic data, and only for that: the fit is plain
Python with a fixed order of operations, and the weights are rounded, so every machine writes the same files."""
import json
import math
import os

from sklearn.datasets import load_breast_cancer

MODEL = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
VERSION = "1.0.0"
PENALTY = 1.0  # L2, on the weights of the standardised features; not on the intercept
HOLD_OUT = 5   # every fifth row is held out
CASES = 24


def feature_name(name):
    return name.replace(" ", "_")


def load():
    data = load_breast_cancer()
    rows = [[float(x) for x in row] for row in data.data]
    malignant = [1 if data.target_names[t] == "malignant" else 0 for t in data.target]
    return [feature_name(n) for n in data.feature_names], rows, malignant


def rounded(x):
    return float("%.12g" % x)


def standardisation(rows):
    means = [math.fsum(column) / len(rows) for column in zip(*rows)]
    scales = [math.sqrt(math.fsum((x - m) ** 2 for x in column) / len(rows)) for column, m in zip(zip(*rows), means)]
    return [rounded(m) for m in means], [rounded(s) for s in scales]


def sigmoid(z):
    return 1 / (1 + math.exp(-z))


def solve(matrix, right):
    """Gaussian elimination with partial pivoting."""
    n = len(right)
    a = [row[:] + [b] for row, b in zip(matrix, right)]
    for i in range(n):
        pivot = max(range(i, n), key=lambda r: abs(a[r][i]))
        a[i], a[pivot] = a[pivot], a[i]
        for r in range(i + 1, n):
            factor = a[r][i] / a[i][i]
            for c in range(i, n + 1):
                a[r][c] -= factor * a[i][c]
    x = [0.0] * n
    for i in reversed(range(n)):
        x[i] = (a[i][n] - math.fsum(a[i][c] * x[c] for c in range(i + 1, n))) / a[i][i]
    return x


def fit(rows, labels):
    """Newton's method on the penalised log-likelihood; the last weight is the intercept."""
    rows = [row + [1.0] for row in rows]
    n = len(rows[0])
    weights = [0.0] * n
    for _ in range(100):
        gradient = [PENALTY * w for w in weights[:-1]] + [0.0]
        hessian = [[PENALTY if i == j and i < n - 1 else 0.0 for j in range(n)] for i in range(n)]
        for row, label in zip(rows, labels):
            p = sigmoid(math.fsum(w * x for w, x in zip(weights, row)))
            for i in range(n):
                gradient[i] += (p - label) * row[i]
                share = p * (1 - p) * row[i]
                for j in range(n):
                    hessian[i][j] += share * row[j]
        step = solve(hessian, gradient)
        weights = [w - s for w, s in zip(weights, step)]
        if max(map(abs, step)) < 1e-14:
            break
    return [rounded(w) for w in weights]


def probability(row, means, scales, weights):
    z = weights[-1]
    for x, mean, scale, weight in zip(row, means, scales, weights):
        z += weight * ((x - mean) / scale)
    return sigmoid(z)


def area_under_curve(scores, labels):
    positive = [s for s, l in zip(scores, labels) if l]
    negative = [s for s, l in zip(scores, labels) if not l]
    wins = sum(1.0 if p > q else 0.5 if p == q else 0.0 for p in positive for q in negative)
    return wins / (len(positive) * len(negative))


def report(name, scores, labels):
    right = sum((s >= 0.5) == (l == 1) for s, l in zip(scores, labels))
    missed = sum(s < 0.5 and l == 1 for s, l in zip(scores, labels))
    alarms = sum(s >= 0.5 and l == 0 for s, l in zip(scores, labels))
    print("%-8s %d rows, accuracy %.4f, AUC %.4f, malignant called benign %d, benign called malignant %d" %
          (name, len(labels), right / len(labels), area_under_curve(scores, labels), missed, alarms))


def write(path, text):
    path = os.path.join(MODEL, path)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w", encoding="utf-8") as out:
        out.write(text)


def write_cases(names, rows, scores):
    lines = ["# Written by training/train.py: rows that were held out of the training.",
             "tolerance: {absolute: 1.0e-9}", "cases:"]
    for number, row, score in list(zip(range(0, HOLD_OUT * len(rows), HOLD_OUT), rows, scores))[:CASES]:
        label = "malignant" if score >= 0.5 else "benign"
        lines += ["  - name: row %d of the data" % number,
                  "    request: %s" % json.dumps(dict(zip(names, row))),
                  "    response: %s" % json.dumps({"probability": score, "label": label, "modelVersion": VERSION})]
    first = dict(zip(names, rows[0]))
    for name, keyword, value in (("mean_radius", "required", None), ("mean_area", "type", "143.5"),
                                 ("worst_texture", "type", False), ("mean_smoothness", "minimum", -0.1),
                                 ("worst_area", "maximum", 1e9), ("mean_volume", "additionalProperties", 1.5)):
        bad = dict(first, **{name: value})
        if value is None:
            del bad[name]
        lines += ["  - name: %s, %s" % (name, keyword),
                  "    request: %s" % json.dumps(bad),
                  "    error: %s" % json.dumps({"status": 422, "pointer": "/" + name, "keyword": keyword})]
    write("tests/golden.yaml", "\n".join(lines) + "\n")


def write_held_out(names, rows, labels):
    lines = [",".join(names + ["diagnosis"])]
    lines += [",".join(["%r" % x for x in row] + ["malignant" if label else "benign"]) for row, label in zip(rows, labels)]
    write("tests/held-out.csv", "\n".join(lines) + "\n")


def main():
    names, rows, labels = load()
    held_out = [i % HOLD_OUT == 0 for i in range(len(rows))]
    train = [row for row, out in zip(rows, held_out) if not out]
    test = [row for row, out in zip(rows, held_out) if out]
    train_labels = [l for l, out in zip(labels, held_out) if not out]
    test_labels = [l for l, out in zip(labels, held_out) if out]

    means, scales = standardisation(train)
    weights = fit([[(x - m) / s for x, m, s in zip(row, means, scales)] for row in train], train_labels)
    text = ["# Written by training/train.py. feature NAME MEAN SCALE WEIGHT", "breast-cancer-weights 1",
            "intercept %r" % weights[-1]]
    text += ["feature %s %r %r %r" % part for part in zip(names, means, scales, weights)]
    write("data/weights.txt", "\n".join(text) + "\n")

    train_scores = [probability(row, means, scales, weights) for row in train]
    test_scores = [probability(row, means, scales, weights) for row in test]
    write_cases(names, test, test_scores)
    write_held_out(names, test, test_labels)
    for label in ("malignant", "benign"):
        row = next(row for row, l in zip(test, test_labels) if l == (label == "malignant"))
        write("examples/%s.json" % label, json.dumps(dict(zip(names, row)), indent=2) + "\n")
    report("trained", train_scores, train_labels)
    report("held out", test_scores, test_labels)


if __name__ == "__main__":
    main()
