"""What a store must say after a crash: all that was acknowledged, and of what was under way nothing or all.

The lines are those of store_driver: `try WHAT` before a change and `ack WHAT` after it."""
import copy


class Acknowledged:
    def __init__(self):
        self.versions = {}  # (model, version): state
        self.labels = {}    # (model, label): (version, share or None)
        self.under_way = None

    def line(self, text):
        word, _, what = text.partition(" ")
        if word == "try":
            self.under_way = what
            return
        assert word == "ack" and what == self.under_way, "%r does not follow %r" % (text, self.under_way)
        for effect in effects(what):
            effect(self)
        self.under_way = None

    def possible(self):
        """The states that a crash now may leave; the change under way may consist of several transactions."""
        state = copy.deepcopy(self)
        yield state
        for effect in effects(self.under_way or ""):
            state = copy.deepcopy(state)
            effect(state)
            yield state

    def settle(self, versions, labels):
        """Takes over what is found after a crash, which must be a possible state."""
        found = (versions, labels)
        assert any(found == (state.versions, state.labels) for state in self.possible()), \
            "acknowledged %r %r, under way %r, but found %r %r" % (self.versions, self.labels, self.under_way, versions, labels)
        self.versions, self.labels, self.under_way = dict(versions), dict(labels), None


def effects(what):
    verb, *words = what.split(" ")
    if verb == "publish":
        model, version = words
        return [lambda state: state.versions.update({(model, version): "stored"})]
    if verb == "release":
        model, label, version, share = words
        target = (version, None if share == "-" else float(share))
        return [lambda state: state.labels.update({(model, label): target})]
    if verb == "withdraw":
        model, label = words
        return [lambda state: state.labels.pop((model, label), None)]
    if verb == "collect":
        model, *versions = words
        return [lambda state, version=version: state.versions.update({(model, version): "collected"}) for version in versions]
    assert what == "", what
    return []
