#!/usr/bin/env python3
"""train.py: trains the network, and writes data/weights.bin, tests/golden.yaml, tests/held-out.jsonl and examples/*.json beside this folder.

Needs numpy and scikit-learn (python3-sklearn), the latter only for its copy of the digits. Seeds are fixed; another build of
numpy sums in another order, so that its weights differ in their last digits and a row or two may come out otherwise."""
import json
import os

import numpy as np
from sklearn.datasets import load_digits

MODEL = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
VERSION = "1.0.0"
LAYERS = [64, 256, 128, 10]
BRIGHTEST = 16   # of a pixel
HOLD_OUT = 5     # every fifth row is held out
EPOCHS = 60
ROWS_A_STEP = 32
RATE = 1e-3      # Adam's, at first; it falls to nothing over the epochs
DECAY = 1e-4     # of the weights
SHIFTED = 0.5    # of the images in a step, by one pixel at most
CASES = 40


def load():
    digits = load_digits()
    return digits.data.astype(np.float32), digits.target


def initial(dice):
    """He's: the variance of a layer's output is that of its input."""
    return [(dice.normal(0, np.sqrt(2 / m), (m, n)).astype(np.float32), np.zeros(n, np.float32))
            for m, n in zip(LAYERS, LAYERS[1:])]


def outputs(layers, x):
    """Of every layer, the input first; the last one's are logits."""
    all_of_them = [x]
    for number, (weights, bias) in enumerate(layers):
        x = x @ weights + bias
        if number + 1 < len(layers):
            x = np.maximum(x, 0)
        all_of_them.append(x)
    return all_of_them


def softmax(logits):
    e = np.exp(logits - logits.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


def gradients(layers, x, labels):
    activations = outputs(layers, x)
    error = softmax(activations[-1])
    error[np.arange(len(labels)), labels] -= 1
    error /= len(labels)
    found = []
    for number in reversed(range(len(layers))):
        weights, _ = layers[number]
        found.append((activations[number].T @ error, error.sum(axis=0)))
        if number > 0:
            error = (error @ weights.T) * (activations[number] > 0)
    return found[::-1]


def shifted(dice, rows):
    images = rows.reshape(-1, 8, 8)
    moved = np.zeros_like(images)
    for image, target in zip(images, moved):
        if dice.random() >= SHIFTED:
            target[:] = image
            continue
        down, right = dice.integers(-1, 2, 2)
        target[max(down, 0):8 + min(down, 0), max(right, 0):8 + min(right, 0)] = \
            image[max(-down, 0):8 + min(-down, 0), max(-right, 0):8 + min(-right, 0)]
    return moved.reshape(-1, 64)


def fit(rows, labels):
    dice = np.random.Generator(np.random.PCG64(1998))  # the year of the data
    layers = initial(dice)
    first = [[np.zeros_like(part) for part in layer] for layer in layers]
    second = [[np.zeros_like(part) for part in layer] for layer in layers]
    steps_an_epoch = -(-len(rows) // ROWS_A_STEP)
    step = 0
    for _ in range(EPOCHS):
        for chosen in np.array_split(dice.permutation(len(rows)), steps_an_epoch):
            step += 1
            rate = RATE * (1 - step / (EPOCHS * steps_an_epoch + 1))
            found = gradients(layers, shifted(dice, rows[chosen]), labels[chosen])
            for layer, gradient, m, v in zip(layers, found, first, second):
                for part in range(2):
                    m[part] += 0.1 * (gradient[part] - m[part])
                    v[part] += 0.001 * (gradient[part] ** 2 - v[part])
                    change = (m[part] / (1 - 0.9 ** step)) / (np.sqrt(v[part] / (1 - 0.999 ** step)) + 1e-8)
                    layer[part][...] -= np.float32(rate) * (change + DECAY * layer[part]).astype(np.float32)
    return layers


def write(path, data):
    path = os.path.join(MODEL, path)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "wb") as out:
        out.write(data if isinstance(data, bytes) else data.encode())


def write_weights(layers):
    """A line of text that names the form and the layers' widths; then for each layer its weights, input by input, and its bias."""
    head = "slipway-mlp 1 %s\n" % " ".join(map(str, LAYERS))
    parts = [part.astype("<f4").tobytes() for layer in layers for part in layer]
    write("data/weights.bin", head.encode() + b"".join(parts))


def request(row):
    return {"pixels": [int(x) for x in row]}


def response(probabilities):
    best = int(probabilities.argmax())
    return {"digit": best, "probability": round(float(probabilities[best]), 7),
            "probabilities": [round(float(p), 7) for p in probabilities], "modelVersion": VERSION}


def write_cases(rows, numbers, probabilities):
    lines = ["# Written by training/train.py: rows that were held out of the training, whatever the model makes of them; it sums in float32.",
             "tolerance: {absolute: 2.0e-5}", "cases:"]
    for number, row, p in list(zip(numbers, rows, probabilities))[:CASES]:
        lines += ["  - name: row %d of the data" % number,
                  "    request: %s" % json.dumps(request(row)),
                  "    response: %s" % json.dumps(response(p))]
    good = request(rows[0])["pixels"]
    for name, bad, pointer, keyword in (
            ("no pixels", {}, "/pixels", "required"),
            ("a pixel is missing", {"pixels": good[:-1]}, "/pixels", "minItems"),
            ("a pixel too many", {"pixels": good + [0]}, "/pixels", "maxItems"),
            ("brighter than white", {"pixels": good[:3] + [17] + good[4:]}, "/pixels/3", "maximum"),
            ("darker than black", {"pixels": good[:7] + [-1] + good[8:]}, "/pixels/7", "minimum"),
            ("a pixel as text", {"pixels": good[:5] + ["5"] + good[6:]}, "/pixels/5", "type"),
            ("another member", {"pixels": good, "width": 8}, "/width", "additionalProperties")):
        lines += ["  - name: %s" % name,
                  "    request: %s" % json.dumps(bad),
                  "    error: %s" % json.dumps({"status": 422, "pointer": pointer, "keyword": keyword})]
    write("tests/golden.yaml", "\n".join(lines) + "\n")


def write_held_out(rows, labels):
    write("tests/held-out.jsonl", "".join(
        json.dumps(dict(request(row), digit=int(label)), separators=(",", ":")) + "\n" for row, label in zip(rows, labels)))


def report(name, probabilities, labels):
    right = probabilities.argmax(axis=1) == labels
    loss = -np.log(probabilities[np.arange(len(labels)), labels]).mean()
    wrong = ", ".join("%d as %d" % (label, best) for label, best in zip(labels[~right], probabilities.argmax(axis=1)[~right]))
    print("%-8s %d rows, accuracy %.4f, log loss %.4f; wrong: %s" % (name, len(labels), right.mean(), loss, wrong or "none"))


def main():
    rows, labels = load()
    held_out = np.arange(len(rows)) % HOLD_OUT == 0
    scaled = rows / np.float32(BRIGHTEST)
    layers = fit(scaled[~held_out], labels[~held_out])
    write_weights(layers)
    probabilities = softmax(outputs(layers, scaled)[-1])
    write_cases(rows[held_out], np.arange(len(rows))[held_out], probabilities[held_out])
    write_held_out(rows[held_out], labels[held_out])
    for digit in (3, 8):
        row = rows[held_out][labels[held_out] == digit][0]
        write("examples/%s.json" % {3: "three", 8: "eight"}[digit], json.dumps(request(row)) + "\n")
    report("trained", probabilities[~held_out], labels[~held_out])
    report("held out", probabilities[held_out], labels[held_out])


if __name__ == "__main__":
    main()
