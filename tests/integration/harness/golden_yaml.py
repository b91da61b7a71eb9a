"""Reads the YAML that golden cases are written in: block mappings and sequences of JSON-like flow values, one line each, with
comments on lines of their own. Whatever else YAML allows is refused, so that no case is read wrongly: such a file
wants a better reader here."""
import json
import re

_KEY = re.compile(r'(?:"((?:[^"\\]|\\.)*)"|([A-Za-z_][A-Za-z0-9_]*)):(?: +|$)')
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?")
_DOUBLE_QUOTED = re.compile(r'"(?:[^"\\]|\\.)*"')
_SINGLE_QUOTED = re.compile(r"'(?:[^']|'')*'")
_PLAIN_IN_FLOW = re.compile(r"[^\s,\[\]{}:#&*!|>'\"%@`?][^,\[\]{}:#]*")


class Unreadable(Exception):
    pass


class _Flow:
    """A value on one line."""

    def __init__(self, text, place):
        self.text = text
        self.at = 0
        self.place = place

    def fail(self, wanted):
        raise Unreadable("%s: %s wanted at %r" % (self.place, wanted, self.text[self.at:self.at + 40]))

    def spaces(self):
        while self.at < len(self.text) and self.text[self.at] == " ":
            self.at += 1

    def take(self, pattern):
        match = pattern.match(self.text, self.at)
        if match:
            self.at = match.end()
        return match.group(0) if match else None

    def whole(self):
        value = self.value()
        self.spaces()
        if self.at != len(self.text):
            self.fail("the line's end")
        return value

    def value(self):
        self.spaces()
        start = self.text[self.at:self.at + 1]
        if start == "{":
            return self.mapping()
        if start == "[":
            return self.sequence()
        if start == '"':
            return json.loads(self.take(_DOUBLE_QUOTED) or self.fail("a closing quote"))
        if start == "'":
            return (self.take(_SINGLE_QUOTED) or self.fail("a closing quote"))[1:-1].replace("''", "'")
        return self.scalar((self.take(_PLAIN_IN_FLOW) or self.fail("a value")).strip())

    @staticmethod
    def scalar(text):
        if text in ("null", "true", "false") or _NUMBER.fullmatch(text):
            return json.loads(text)
        if text.lower() in ("yes", "no", "on", "off", "~", "null", "true", "false") or re.match(r"[-+.]?[0-9.]", text):
            raise Unreadable("%r is not written as plainly as it should be" % text)
        return text

    def sequence(self):
        self.at += 1
        items = []
        while not self.closes("]"):
            items.append(self.value())
            self.comma("]")
        return items

    def mapping(self):
        self.at += 1
        members = {}
        while not self.closes("}"):
            key = self.value()
            self.spaces()
            if not isinstance(key, str) or key in members or self.text[self.at:self.at + 2] != ": ":
                self.fail("a new key and a value")
            self.at += 2
            members[key] = self.value()
            self.comma("}")
        return members

    def closes(self, bracket):
        self.spaces()
        if self.text[self.at:self.at + 1] != bracket:
            return False
        self.at += 1
        return True

    def comma(self, bracket):
        self.spaces()
        if self.text[self.at:self.at + 1] == ",":
            self.at += 1
        elif self.text[self.at:self.at + 1] != bracket:
            self.fail("a comma or " + bracket)


class _Block:
    def __init__(self, text, name):
        self.lines = [(number, len(line) - len(line.lstrip(" ")), line.strip())
                      for number, line in enumerate(text.split("\n"), 1) if line.strip() and not line.strip().startswith("#")]
        self.name = name
        self.at = 0

    def indent(self):
        return self.lines[self.at][1] if self.at < len(self.lines) else -1

    def value(self, indent):
        return self.sequence(indent) if self.lines[self.at][2].startswith("- ") else self.mapping(indent)

    def sequence(self, indent):
        items = []
        while self.indent() == indent and self.lines[self.at][2].startswith("- "):
            number, _, text = self.lines[self.at]
            rest = text[2:].lstrip()
            if _KEY.match(rest):  # a mapping that begins on the dash's line
                inner = indent + len(text) - len(rest)
                self.lines[self.at] = (number, inner, rest)
                items.append(self.mapping(inner))
            else:
                items.append(self.flow(number, rest))
        return items

    def mapping(self, indent):
        members = {}
        while self.indent() == indent and not self.lines[self.at][2].startswith("- "):
            number, _, text = self.lines[self.at]
            match = _KEY.match(text)
            key = match and (json.loads('"%s"' % match.group(1)) if match.group(2) is None else match.group(2))
            if key is None or key in members:
                raise Unreadable("%s:%d: a new key wanted" % (self.name, number))
            rest = text[match.end():]
            if rest:
                members[key] = self.flow(number, rest)
            else:
                self.at += 1
                if self.indent() <= indent:
                    raise Unreadable("%s:%d: a key without a value" % (self.name, number))
                members[key] = self.value(self.indent())
        return members

    def flow(self, number, text):
        self.at += 1
        place = "%s:%d" % (self.name, number)
        if text[0] in "{[\"'":
            return _Flow(text, place).whole()
        if " #" in text or ": " in text or text[0] in "&*!|>%@`?":
            raise Unreadable("%s: not a plain value" % place)
        return _Flow.scalar(text)


def read(path):
    block = _Block(path.read_text("utf-8"), path.name)
    if not block.lines:
        raise Unreadable("%s is empty" % path)
    value = block.value(block.indent())
    if block.at != len(block.lines):
        raise Unreadable("%s:%d: out of place" % (path.name, block.lines[block.at][0]))
    return value
