#!/usr/bin/env python3
"""make_cases.py: writes golden.yaml and ../examples/match.json from a plain reference of the model and made-up people.
The result is the same on every run."""
import copy
import json
import math
import os
import random

HERE = os.path.dirname(os.path.abspath(__file__))
FIELDS = ("name", "surname", "email", "birthdate", "taggedLocation", "declaredLocation")
EXACT = ("email", "birthdate")
VERSION = "1.0.0"

FIRST = ["Anna", "Piotr", "José", "Zoë", "Liam", "Mary Jane", "Olga", "Wei", "Fatima", "Björn", "Grace", "Tom"]
LAST = ["Kowalski", "Smith", "O'Neil", "García Lopez", "Müller", "Singh", "Chen", "Okafor", "Taylor Brown", "Novak"]
CITY = ["Manchester, UK", "Leeds, UK", "Warsaw, Poland", "Berlin, Germany", "New York, NY", "London", "Kraków, Poland", ""]


def lower(text):
    return "".join(chr(ord(c) + 32) if "A" <= c <= "Z" else c for c in text)


def similarity(field, declared, found):
    a, b = lower(declared), lower(found)
    if field in EXACT:
        return 1.0 if a == b else 0.0
    a, b = (set(text.replace(",", " ").split(" ")) - {""} for text in (a, b))
    return len(a & b) / len(a | b) if a | b else 0.0


def answer(request):
    weights, data = request["parameters"]["weights"], request["data"]
    weight_sum = 0.0
    for field in FIELDS:
        weight_sum += weights[field]
    best, best_similarities, total = -1.0, None, 0.0
    for profile in data["profiles"]:
        similarities = [similarity(field, data["declared"][field], profile[field]) for field in FIELDS]
        weighted = 0.0
        for field, alike in zip(FIELDS, similarities):
            weighted += weights[field] * alike
        score = weighted / weight_sum if weight_sum > 0 else 0.0
        total += score
        if score > best:
            best, best_similarities = score, similarities
    z = 6.0 * best + 2.0 * (total / len(data["profiles"])) - 4.0
    return {"score": 1.0 / (1.0 + math.exp(-z)),
            "matched": [field for field, alike in zip(FIELDS, best_similarities) if alike >= 0.5],
            "modelVersion": VERSION}


def person(r):
    first, last = r.choice(FIRST), r.choice(LAST)
    mailbox = "".join(c for c in lower(first + "." + last) if c.isascii() and (c.isalnum() or c == "."))
    return {"name": first, "surname": last, "email": "%s%d@m%d.example" % (mailbox, r.randrange(100), r.randrange(5)),
            "birthdate": "%04d-%02d-%02d" % (r.randrange(1950, 2001), r.randrange(1, 13), r.randrange(1, 29)),
            "taggedLocation": r.choice(CITY), "declaredLocation": r.choice(CITY)}


def request(r, profile_count):
    declared = person(r)
    profiles = []
    for _ in range(profile_count):
        profile = person(r)
        for field in FIELDS:
            if r.random() < 0.4:
                profile[field] = declared[field].upper() if declared[field].isascii() and field not in EXACT else declared[field]
        profiles.append(profile)
    weights = {field: round(r.random(), 3) for field in FIELDS}
    return {"parameters": {"clientId": "c-%d" % r.randrange(1000), "productId": "p-%d" % r.randrange(50),
                           "weights": weights}, "data": {"declared": declared, "profiles": profiles}, "format": "json"}


PLAIN = {"parameters": {"clientId": "c-1", "productId": "p-1",
                        "weights": dict(zip(FIELDS, (0.9, 0.8, 1, 0.7, 0.3, 0.4)))},
         "data": {"declared": {"name": "Anna Maria", "surname": "Kowalski", "email": "anna@mail.example",
                               "birthdate": "1984-03-12", "taggedLocation": "Leeds, UK", "declaredLocation": ""},
                  "profiles": [{"name": "Anna", "surname": "Kowalski", "email": "anna@mail.example",
                                "birthdate": "1984-03-12", "taggedLocation": "Leeds", "declaredLocation": "Leeds"}]},
         "format": "json"}


def changed(change):
    result = copy.deepcopy(PLAIN)
    change(result)
    return result


def profile(**fields):
    return lambda body: body["data"]["profiles"][0].update(fields)


def both(**fields):
    def change(body):
        body["data"]["declared"].update(fields)
        body["data"]["profiles"][0].update(fields)
    return change


def weights(**values):
    return lambda body: body["parameters"]["weights"].update(values)


def same_person(body):
    body["data"]["profiles"] = [copy.deepcopy(body["data"]["declared"])] * 2


def answered():
    yield "one profile, half of the names", PLAIN
    yield "upper case", changed(profile(name="ANNA MARIA", surname="KOWALSKI", email="ANNA@MAIL.example"))
    yield "nothing alike", changed(profile(name="Tom", surname="Chen", email="t@c.example", birthdate="1990-01-01",
                                           taggedLocation="Porto"))
    yield "the declared person twice", changed(same_person)
    yield "all weights are zero", changed(weights(**dict.fromkeys(FIELDS, 0)))
    yield "only the e-mail counts", changed(weights(**dict(dict.fromkeys(FIELDS, 0), email=1)))
    yield "equal profiles: the first is the best", changed(lambda body: body["data"]["profiles"].extend(
        [dict(body["data"]["profiles"][0], taggedLocation="UK")]))
    yield "both places empty", changed(both(taggedLocation="", declaredLocation=""))
    yield "only commas and spaces", changed(both(taggedLocation=" ,, , ", declaredLocation=", "))
    yield "a word said twice counts once", changed(profile(name="Anna anna ANNA", taggedLocation="UK,UK,Leeds,  leeds"))
    yield "commas without spaces", changed(profile(taggedLocation="UK,Leeds"))
    yield "letters outside ASCII keep their case", changed(both(name="ŁUCJA Ö"))
    yield "letters outside ASCII, small and capital", changed(lambda body: (
        body["data"]["declared"].update(name="Łucja"), body["data"]["profiles"][0].update(name="łucja")))
    yield "more words than most names have", changed(lambda body: (
        body["data"]["declared"].update(declaredLocation=" ".join("abcdefghijklmnopqrstuvwxyz"[:25])),
        body["data"]["profiles"][0].update(declaredLocation=",".join("zyxwvutsrqponmlkjihgfedcba"))))
    yield "sixty words", changed(both(declaredLocation=" ".join(chr(0x4E00 + i) for i in range(60))))
    yield "reordered members", {key: PLAIN[key] for key in ("format", "data", "parameters")}
    r = random.Random(2018)
    for count in (1, 2, 2, 3, 3, 4, 5, 6, 10, 10, 50):
        yield "made-up people, %d profiles (%d)" % (count, r.randrange(10000)), request(r, count)


def refused():
    person_pointer = "/data/profiles/0"
    yield "format is missing", changed(lambda body: body.pop("format")), "required", "/format"
    yield "format is unknown", changed(lambda body: body.update(format="xml")), "enum", "/format"
    yield "a member too many", changed(lambda body: body.update(extra=1)), "additionalProperties", "/extra"
    yield "clientId is empty", changed(lambda body: body["parameters"].update(clientId="")), "minLength", "/parameters/clientId"
    yield "productId is long", changed(lambda body: body["parameters"].update(productId="x" * 65)), "maxLength", "/parameters/productId"
    yield "a weight above one", changed(weights(surname=1.01)), "maximum", "/parameters/weights/surname"
    yield "a weight below zero", changed(weights(email=-0.5)), "minimum", "/parameters/weights/email"
    yield "a weight as text", changed(weights(name="0.5")), "type", "/parameters/weights/name"
    yield "a weight that is null", changed(weights(name=None)), "type", "/parameters/weights/name"
    yield "birthdate in another form", changed(lambda body: body["data"]["declared"].update(birthdate="1984/03/12")), "pattern", "/data/declared/birthdate"
    yield "no e-mail address", changed(profile(email="not an address")), "pattern", person_pointer + "/email"
    yield "a place that is a number", changed(profile(taggedLocation=7)), "type", person_pointer + "/taggedLocation"
    yield "a name that is empty", changed(profile(name="")), "minLength", person_pointer + "/name"
    yield "a nickname", changed(profile(nickname="x")), "additionalProperties", person_pointer + "/nickname"
    yield "no profiles", changed(lambda body: body["data"].update(profiles=[])), "minItems", "/data/profiles"
    yield "51 profiles", changed(lambda body: body["data"].update(profiles=body["data"]["profiles"] * 51)), "maxItems", "/data/profiles"
    yield "an array for an object", [], "type", ""


def flow(value):
    return json.dumps(value, ensure_ascii=False)


def write_request(out, body):
    if not isinstance(body, dict):
        out.write("    request: %s\n" % flow(body))
        return
    out.write("    request:\n")
    for key, value in body.items():
        if key != "data":
            out.write("      %s: %s\n" % (key, flow(value)))
            continue
        out.write("      data:\n        declared: %s\n        profiles:%s\n" %
                  (flow(value["declared"]), "" if value["profiles"] else " []"))
        for found in value["profiles"]:
            out.write("          - %s\n" % flow(found))


def main():
    with open(os.path.join(HERE, "golden.yaml"), "w", encoding="utf-8") as out:
        out.write("# Written by make_cases.py: change that, not this.\ntolerance: {absolute: 1.0e-12}\ncases:\n")
        for name, body in answered():
            out.write("  - name: %s\n" % flow(name))
            write_request(out, body)
            out.write("    response: %s\n" % flow(answer(body)))
        for name, body, keyword, pointer in refused():
            error = {"status": 422, "pointer": pointer, "keyword": keyword}
            out.write("  - name: %s\n" % flow(name))
            write_request(out, body)
            out.write("    error: %s\n" % flow(error))
    with open(os.path.join(HERE, "..", "examples", "match.json"), "w", encoding="utf-8") as out:
        json.dump(request(random.Random(7), 3), out, ensure_ascii=False, indent=2)
        out.write("\n")


if __name__ == "__main__":
    main()
