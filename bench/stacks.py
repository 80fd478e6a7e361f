"""Call stacks out of `perf script`: read, made plain, counted.

A frame is (function, group); the group says where its code comes from. A stack is a tuple of
frames, the thread first and where the sample fell last.
"""

import collections
import re

STOCKD, SIMDJSON, HTTP, LIBC, KERNEL, OTHER = (
    "stockd", "simdjson", "HTTP library", "libc", "kernel", "other libraries")
GROUPS = (STOCKD, SIMDJSON, HTTP, LIBC, KERNEL, OTHER)
THREAD = "thread"  # The group of the first frame.

FRAME = re.compile(r"\s+([0-9a-f]+) (.*) \((.*)\)$")
SUFFIX = re.compile(r"(@plt|@@?[A-Z_0-9.]+|\.(lto_priv|isra|constprop|part|cold)(\.\d+)*)+$")
FILES = (("[kernel", KERNEL), ("[guest.kernel", KERNEL), ("libmicrohttpd", HTTP),
         ("libsimdjson", SIMDJSON), ("libc.so", LIBC), ("libc-", LIBC), ("libm.so", LIBC),
         ("ld-linux", LIBC), ("[vdso]", LIBC), ("stockd", STOCKD))
INLINED = "inlined"
UNKNOWN = "[unknown]"
STARTS = {"clone", "clone3", "__clone3", "start_thread", "_start", "__libc_start_main",
          "__libc_start_call_main"}


def group_of(function, file):
    if function.startswith("simdjson::"):
        return SIMDJSON
    if function.startswith("XXH"):
        return OTHER
    name = file.rpartition("/")[2]
    return next((group for start, group in FILES if name.startswith(start)), OTHER)


def plain_name(function, group):
    """Without what compilers add; code without names goes by where it is from."""
    if function == UNKNOWN:
        return f"({group})"
    return SUFFIX.sub("", function)


def stack_of(thread, lines, files):
    """One sample's frames. lines: (address, function, file), where it fell first. files: of an
    inlined function's address, which file it is in."""
    frames = []
    for address, function, file in reversed(lines):
        group = group_of(function, files.get(address, "") if file == INLINED else file)
        frame = (plain_name(function, group), group)
        if frame[0] in STARTS or (frames and frames[-1] == frame):
            continue
        frames.append(frame)
    return ((thread, THREAD), *frames)


def samples(text):
    """Yields (thread, lines) of what `perf script -F comm,ip,sym,dso` prints."""
    thread, lines = None, []
    for line in [*text.splitlines(), ""]:
        match = FRAME.match(line)
        if match:
            lines.append(match.groups())
        elif line and not line[0].isspace():
            thread = line.strip()
        elif thread is not None:
            yield thread, lines
            thread, lines = None, []


def read(text, text_plain):
    """{stack: samples}. text: with inlined functions, of which perf does not say the file;
    text_plain: the same samples with --no-inline."""
    stacks = collections.Counter()
    for (thread, lines), (_, lines_plain) in zip(samples(text), samples(text_plain)):
        files = {address: file for address, _, file in lines_plain}
        if lines:
            stacks[stack_of(thread, lines, files)] += 1
    return stacks


def shares_by_group(stacks):
    """{group: share of the samples that fell into its code}, 1 in all."""
    total = sum(stacks.values())
    shares = collections.Counter()
    for stack, count in stacks.items():
        shares[stack[-1][1]] += count / total
    return shares
