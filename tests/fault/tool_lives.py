"""Lives of `stockd check`, `backup` and `restore` in which one call fails, on the data of an
earlier life. 0 is said only where the work is done: the copy is started, and nothing may be missing
in it. Else 1, with words, and the folder that was read is as it was.
"""

import shutil

from tests.fault.program import Program
from tests.fault.sweep import END_S_MAX, Again
from tests.harness.stockd import SANITIZER, binary


class Tool(Again):

    words = ()  # Of the command line; DATA is the folder, COPY what is made.

    def run_with_fault(self):
        places = {"DATA": self.folder / "data", "COPY": self.folder / "copy"}
        program = Program([binary(), *(places.get(word, word) for word in self.words)],
                          self.fault, self.folder)
        said = program.process.stdout.read().decode("utf-8", errors="replace")
        status = program.wait(END_S_MAX)
        self.hit = program.hit
        self.calls = program.calls
        errors = program.stderr()
        self.ended = f"exit {status}"
        if status not in (0, 1) or SANITIZER.search(errors) or "event=bug" in errors:
            self.wrong.append(f"exit {status}: {errors[-2000:]!r}")
        if status == 1 and not errors.strip() and not said.strip():
            self.wrong.append("exit 1 without a word")
        if status == 0 and places["COPY"].exists():
            shutil.rmtree(places["DATA"])
            places["COPY"].rename(places["DATA"])


class Check(Tool):
    words = ("check", "--quiet", "DATA")


class Backup(Tool):
    words = ("backup", "--quiet", "--data", "DATA", "COPY")


class Restore(Tool):
    words = ("restore", "--quiet", "DATA", "--data", "COPY")
