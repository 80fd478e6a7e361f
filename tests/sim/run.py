"""Runs seeds of the simulator on all processors: make sim SEED=n, make sim SEEDS=a..b.

Usage: run.py BUILD SEEDS [--verbose] [--tap]     SEEDS: 7 or 1..200

Seeds that end in 0 run with the limits as they are, the others with small ones. Every twentieth
seed is run twice, and the hashes of its two traces have to be equal. Prints a line of progress, a
summary, and for each seed that fails what it said and the command that shows it again; exit status
1 then.
"""

import argparse
import collections
import concurrent.futures
import os
import re
import subprocess
import sys
import time

SECONDS_MAX = 300
REPLAYED_EVERY = 20
FAILURES_SHOWN = 10

Result = collections.namedtuple("Result", "seed failure figures")


def program(build, seed):
    return f"{build}/sim/large" if seed % 10 == 0 else f"{build}/sim/small/sim"


def run_once(path, seed):
    """Returns what is wrong, or None, and what it counted."""
    try:
        done = subprocess.run([path, str(seed)], capture_output=True, text=True, check=False,
                              errors="replace", timeout=SECONDS_MAX)
    except subprocess.TimeoutExpired:
        return f"not done after {SECONDS_MAX} s", {}
    last = (done.stdout.strip().splitlines() or [""])[-1]
    if done.returncode == 0 and last.startswith("OK "):
        return None, dict(re.findall(r"(\w+)=(\w+)", last))
    bugs = [line for line in done.stderr.splitlines() if "event=bug" in line or "ERROR:" in line]
    return "; ".join([last or f"exit status {done.returncode}", *bugs[:2]]), {}


def run_seed(build, seed):
    failure, figures = run_once(program(build, seed), seed)
    if not failure and seed % REPLAYED_EVERY == 1:
        again = run_once(program(build, seed), seed)[1]
        if again.get("hash") != figures["hash"]:
            failure = "two runs of it have different traces"
    return Result(seed, failure, figures)


def parse_seeds(text):
    match = re.fullmatch(r"(\d+)(?:\.\.(\d+))?", text)
    if not match:
        sys.exit(f"SEED or SEEDS is a number or a..b, not {text!r}")
    first = int(match.group(1))
    return range(first, int(match.group(2) or first) + 1)


def show_progress(done, count, failed, started):
    if sys.stderr.isatty():
        print(f"\r{done} of {count} seeds, {failed} failed, {time.monotonic() - started:.0f} s",
              end="", file=sys.stderr, flush=True)


def run_seeds(build, seeds):
    started = time.monotonic()
    totals = collections.Counter()
    failures = []
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        for done, result in enumerate(pool.map(lambda seed: run_seed(build, seed), seeds), 1):
            if result.failure:
                failures.append(result)
            for name, value in result.figures.items():
                if name not in ("seed", "hash"):
                    totals[name] += int(value)
            show_progress(done, len(seeds), len(failures), started)
    if sys.stderr.isatty():
        print(file=sys.stderr)
    return failures, totals, time.monotonic() - started


def main():
    parser = argparse.ArgumentParser(usage=__doc__.split("Usage: ")[1])
    parser.add_argument("build")
    parser.add_argument("seeds", type=parse_seeds)
    parser.add_argument("--verbose", action="store_true")
    parser.add_argument("--tap", action="store_true")
    arguments = parser.parse_args()
    if arguments.verbose:
        path = program(arguments.build, arguments.seeds[0])
        os.execv(path, [path, str(arguments.seeds[0]), "verbose"])
    failures, totals, seconds = run_seeds(arguments.build, arguments.seeds)
    mark = "# " if arguments.tap else ""
    lines = [f"{mark}seed {result.seed}: {result.failure}\n"
             f"{mark}    again: make sim SEED={result.seed} VERBOSE=1"
             for result in failures[:FAILURES_SHOWN]]
    figures = ", ".join(f"{count:,} {name.replace('_', ' ')}" for name, count in totals.items())
    summary = f"{len(arguments.seeds)} seeds, {len(failures)} failed, {seconds:.0f} s: {figures}"
    if arguments.tap:
        print(f"{'not ok' if failures else 'ok'} 1 - simulator, seeds {arguments.seeds[0]}.."
              f"{arguments.seeds[-1]}\n# {summary}")
    print(*lines, *([] if arguments.tap else [summary]), sep="\n")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
