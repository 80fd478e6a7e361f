#!/usr/bin/env python3
"""Makes a copy of the store's sources with small limits, for the simulator: segments roll and go,
books of orders are full and pages end early within a few hundred commands.

Usage: shrink.py FOLDER      writes FOLDER/src and FOLDER/tests, touching only files that change

Every constant has to be set exactly once. What does not fit together any more does not
compile: the limits are related to each other by static asserts.
"""

import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
COPIED = ("src/base", "src/os", "src/ledger", "src/journal", "src/store", "tests/sim",
          "tests/support/chance.h", "tests/support/chance.c")

# File: the names of constants and their small values.
SMALL = {
    "src/base/limits.h": {
        "PUT_SKUS_MAX": "20",
        "OFFERS_MAX": "20",
        "PUSH_SKUS_MAX": "20",
        "ORDER_ITEMS_MAX": "40",
        "SHELF_IMAGE_STEP_WORK": "16",
        "CHECKPOINT_ENTRIES_BYTES": "(1 * 1024)",
        "ORDERS_OPEN_MAX": "16",
        "ORDERS_FINISHED_MAX": "8",
        "JOURNAL_SEGMENT_BYTES": "(INT64_C(104) * 1024)",
        "JOURNAL_BATCH_BYTES_MAX": "(INT64_C(32) * 1024)",
        "JOURNAL_RECORD_BYTES_MAX": "(INT64_C(24) * 1024)",
    },
    "src/journal/journal_internal.h": {"RESERVATIONS_MAX": "INT64_C(2)"},
    "src/journal/append_file.h": {
        "APPEND_WRITE_BYTES": "((size_t)8 * 1024)",
        "APPEND_SYNC_BYTES": "(UINT64_C(16) * 1024)",
        "APPEND_ALLOCATE_BYTES": "(UINT64_C(52) * 1024)",
    },
    "src/journal/history_internal.h": {
        "HISTORY_GATHER_BYTES": "((size_t)48 * 1024)",
        "HISTORY_CHUNK_BYTES": "((size_t)1 * 1024)",
        "HISTORY_READ_BYTES": "((size_t)40 * 1024)",
    },
    "src/journal/window.h": {"WINDOW_READ_BYTES": "((size_t)8 * 1024)"},
    "src/journal/pipeline.h": {
        "SLOT_BYTES_WANTED": "(UINT64_C(32) * 1024)",
        "SLOT_ITEMS_MAX": "8",
    },
    "src/journal/recovery_replay.c": {"BATCH_RECORDS_MAX": "32"},
    "src/ledger/shelf_internal.h": {"CHUNK_BYTES": "4 * 1024"},
    "src/ledger/shelf_image.h": {"SHELF_IMAGE_SLACK_BYTES": "((size_t)8 * 1024)"},
    "src/store/store_copy.h": {"STORE_COPY_CELLS_MAX": "4"},
    "src/store/store_local_read.c": {"SCAN_CELLS_MAX": "24"},
    "tests/sim/inner_limits.h": {
        "INNER_COPY_CELLS": "4",
        "INNER_SCAN_CELLS": "24",
        "INNER_COPY_IS_THREADED": "0",
    },
}

# File: (what stands there, what comes instead). In the simulator a copy is made by one thread.
OTHER = {
    "src/journal/journal_copy.c": ("from, take, copier, true, copier->report",
                                   "from, take, copier, false, copier->report"),
}


def sources():
    for name in COPIED:
        path = ROOT / name
        yield from sorted(path.glob("*.[ch]")) if path.is_dir() else [path]


def shrunk(name, text):
    for constant, value in SMALL.get(name, {}).items():
        text, count = re.subn(rf"(#define {constant} +|\b{constant} = )[^,\n]*?(?=,| */\*|\n| \}})",
                              lambda match, value=value: match.group(1) + value, text)
        if count != 1:
            sys.exit(f"{name}: {constant} is set {count} times, not once; "
                     "tests/sim/shrink.py has to follow the source")
    if name in OTHER:
        old, new = OTHER[name]
        if text.count(old) != 1:
            sys.exit(f"{name}: {text.count(old)} times, not once: {old!r}; "
                     "tests/sim/shrink.py has to follow the source")
        text = text.replace(old, new)
    return text


def main(folder):
    wanted = {}
    for path in sources():
        name = str(path.relative_to(ROOT))
        wanted[folder / name] = shrunk(name, path.read_text())
    missing = (SMALL.keys() | OTHER.keys()) - {str(path.relative_to(folder)) for path in wanted}
    if missing:
        sys.exit(f"not there: {', '.join(sorted(missing))}; tests/sim/shrink.py has to follow")
    for path, text in wanted.items():
        if not path.exists() or path.read_text() != text:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
    for path in (folder / "src").rglob("*.[ch]"):
        if path not in wanted:
            path.unlink()


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__.strip())
    main(pathlib.Path(sys.argv[1]).resolve())
