"""What a client knows of the state behind its requests: of each fact the value that was
acknowledged, and those that were sent without an answer. `check` says what cannot be.

Values are compared only; the facts know nothing of stockd.
"""


class Facts:
    """Every fact begins as `None`, which is: not there."""

    def __init__(self):
        self.acknowledged = {}
        self.possible = {}

    def note_done(self, effects):
        """Acknowledged: these are the values now."""
        for name, value in effects.items():
            self.acknowledged[name] = value
            self.possible[name] = set()

    def note_sent(self, effects):
        """Nobody knows whether it was done."""
        for name, value in effects.items():
            self.possible.setdefault(name, set()).add(value)

    def allowed(self, name):
        return {self.acknowledged.get(name), *self.possible.get(name, ())}

    def is_certain(self, name, value):
        return self.allowed(name) == {value}

    def check(self, found):
        """Compares with {name: value}; returns what is wrong, a line each."""
        return [f"{name}: {value!r}, allowed {sorted(self.allowed(name), key=str)}"
                for name, value in found.items() if value not in self.allowed(name)]
