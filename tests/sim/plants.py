"""Plants one fault after another into the store, and sees to it that the simulator finds it.

Usage: plants.py SMALL COMPILE LINK LIBS [NAME…]     (make sim-plants, PLANTS="name …" for some)

A plant is a file of plants/: a sentence, `file:` what it changes, `seeds:` within how many of them
it is found, then pairs of what stands in that file (once) and what comes instead. The file is
compiled with that and takes the place of the object that was made from it; nothing in the sources
knows. A plant that does not fit any more, or is not found, is a failure. Prints TAP.
"""

import collections
import concurrent.futures
import os
import pathlib
import re
import shlex
import subprocess
import sys

FOLDER = pathlib.Path(__file__).resolve().parent / "plants"
SECONDS_MAX = 60

Plant = collections.namedtuple("Plant", "name what file seeds edits")


class Misfit(Exception):
    """The plant does not fit the source, or does not compile."""


def read_plant(path):
    text = path.read_text()
    head = text.split("<<<<", 1)[0]
    fields = dict(re.findall(r"^(file|seeds): (.+)$", head, re.M))
    edits = re.findall(r"^<<<<\n(.*?)^====\n(.*?)^>>>>$", text, re.M | re.S)
    if not edits or len(edits) != text.count("<<<<") or fields.keys() != {"file", "seeds"}:
        raise Misfit("it has no edits, or lacks `file:` or `seeds:`")
    return Plant(path.stem, head.split("\nfile:")[0].replace("\n", " ").strip(), fields["file"],
                 int(fields["seeds"]), edits)


def build_plant(plant, small, tools):
    """Makes the simulator with the fault in it and returns its path."""
    source = small / plant.file
    text = source.read_text()
    for old, new in plant.edits:
        if text.count(old) != 1:
            raise Misfit(f"{plant.file} has this {text.count(old)} times, not once: {old!r}")
        text = text.replace(old, new)
    folder = small / "plants" / plant.name
    folder.mkdir(parents=True, exist_ok=True)
    planted = folder / source.name
    planted.write_text(text)
    own = str(source.with_suffix(".o"))
    parts = [str(path) for name in ("src", "tests") for path in sorted((small / name).rglob("*.o"))]
    if own not in parts:
        raise Misfit(f"nothing was made from {plant.file}")
    parts = [str(folder / "planted.o") if part == own else part for part in parts]
    for command in ([*tools["compile"], "-c", "-o", str(folder / "planted.o"), str(planted)],
                    [*tools["link"], "-o", str(folder / "sim"), *parts, *tools["libs"]]):
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise Misfit(done.stderr[:2000])
    return folder / "sim"


def find_fault(program, seeds):
    """The first seed that fails, and what it says; None: none does."""
    for seed in range(1, seeds + 1):
        try:
            done = subprocess.run([program, str(seed)], capture_output=True, text=True, check=False,
                                  errors="replace", timeout=SECONDS_MAX)
        except subprocess.TimeoutExpired:
            return seed, "it does not end"
        if done.returncode != 0:
            bugs = re.findall(r"event=bug .*", done.stderr)
            said = (done.stdout.strip().splitlines() or [""])[-1]
            return seed, re.sub(r"^FAIL +\d+ ", "", said) if done.returncode == 1 else bugs[0] \
                if bugs else f"exit status {done.returncode}"
    return None


def try_plant(path, small, tools):
    """The line of TAP, without its number."""
    try:
        plant = read_plant(path)
        found = find_fault(build_plant(plant, small, tools), plant.seeds)
    except Misfit as misfit:
        return False, f"{path.stem}: it cannot be planted", str(misfit)
    if not found:
        return False, f"{plant.name}: {plant.what}", f"not found within {plant.seeds} seeds"
    return True, f"{plant.name}: {plant.what}", f"seed {found[0]}: {found[1]}"


def main(arguments):
    if len(arguments) < 4:
        sys.exit(__doc__.strip())
    small = pathlib.Path(arguments[0])
    tools = dict(zip(("compile", "link", "libs"), map(shlex.split, arguments[1:4])))
    paths = sorted(FOLDER.glob("*.plant"))
    if arguments[4:]:
        paths = [FOLDER / f"{name}.plant" for name in arguments[4:]]
    failed = 0
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        lines = pool.map(lambda path: try_plant(path, small, tools), paths)
        for number, (good, title, said) in enumerate(lines, 1):
            failed += not good
            print(f"{'ok' if good else 'not ok'} {number} - {title}")
            for line in said.splitlines():
                print(f"# {line}", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
