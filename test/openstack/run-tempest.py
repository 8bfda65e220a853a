"""Runs Tempest's image tests in this process, and prints one line of JSON for each: its id, what came of it, and why.

What they read their settings from is in TEMPEST_CONFIG_DIR. A class that cannot be set up, or is skipped as a whole, is one line too.
"""
import importlib
import json
import pkgutil
import sys
import unittest

import tempest.api.image

answers = sys.stdout
# Whatever they print is not ours.
sys.stdout = sys.stderr


def name_of(test):
    """`module.Class.test`, without what Tempest's decorators add; `module.Class` of a class."""
    name = test.id()
    if name.startswith(("setUpClass (", "tearDownClass (")):
        return name[name.index("(") + 1 : -1]
    return name.split("[")[0]


class Told(unittest.TestResult):
    def tell(self, test, outcome, why=""):
        print(json.dumps({"test": name_of(test), "outcome": outcome, "why": why}), file=answers, flush=True)

    def addSuccess(self, test):
        self.tell(test, "passed")

    def addSkip(self, test, reason):
        self.tell(test, "skipped", reason)

    def addFailure(self, test, err):
        self.tell(test, "failed", self.last_line(err))

    addError = addFailure

    def last_line(self, err):
        # testtools brings an exception that holds what went wrong as text.
        text = "".join(str(part) for part in err[1].args) if err[0].__name__ == "_StringException" else "%s: %s" % (err[0].__name__, err[1])
        print(text, file=sys.stderr)
        lines = [line.strip() for line in text.splitlines() if line.strip()]
        return " | ".join(lines[-3:])[-500:]


loader = unittest.TestLoader()
suite = unittest.TestSuite()
for found in pkgutil.walk_packages(tempest.api.image.__path__, "tempest.api.image."):
    suite.addTests(loader.loadTestsFromModule(importlib.import_module(found.name)))
suite.run(Told())
