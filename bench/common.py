"""What all of bench/run shares: places, the token, how numbers look, and what went wrong."""

import os
import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
BUILD = ROOT / os.environ.get("BUILD", "build")
DATA = BUILD / "bench-data"
TOKEN = "ACMA:DemoFullAccessDemoFullAccessDemoFullAcce:00000001"
ENVIRONMENT = {**os.environ, "STOCKD_BENCH_TOKEN": TOKEN}


class Broken(Exception):
    """Something that is not a figure went wrong; its text is for the user."""


def progress(text):
    if sys.stderr.isatty():
        print(f"\r\033[K  {text} …", end="", file=sys.stderr, flush=True)


def progress_end():
    if sys.stderr.isatty():
        print("\r\033[K", end="", file=sys.stderr, flush=True)


def number_text(value):
    if abs(value) >= 1000:
        return f"{value:,.0f}"
    return f"{value:.3g}" if abs(value) < 10 else f"{value:.1f}"


def folder_bytes(folder):
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def figures_read(line):
    """{name: number} of a generator's line `name=value name=value …`; words stay out."""
    figures = {}
    for word in line.split():
        name, _, value = word.partition("=")
        try:
            figures[name] = float(value)
        except ValueError:
            continue
    return figures


def first_line(*command):
    """What a program says about itself; "unknown" when it is not there or says nothing."""
    try:
        done = subprocess.run([str(word) for word in command], cwd=ROOT, capture_output=True,
                              text=True, check=True)
        return (done.stdout or done.stderr).splitlines()[0].strip()
    except (OSError, subprocess.CalledProcessError, IndexError):
        return "unknown"
