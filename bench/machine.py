"""What a figure was measured on: processors, memory, kernel, disk, versions, date."""

import datetime
import os
import pathlib
import platform
import statistics
import time

from common import BUILD, first_line


def sync_us(folder):
    """Microseconds an fdatasync of 4 KiB appended takes where the data lies: 200 of them."""
    times = []
    path = folder / "sync_probe"
    with open(path, "wb", buffering=0) as file:
        for _ in range(200):
            file.write(bytes(4096))
            begin = time.perf_counter_ns()
            os.fdatasync(file.fileno())
            times.append((time.perf_counter_ns() - begin) / 1000)
    path.unlink()
    return times


def processor():
    for line in pathlib.Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.split(":", 1)[1].strip()
    return platform.machine()


def compiler():
    """The compiler of the programs, as it signed them; the one called cc may be another."""
    data = (BUILD / "stockd").read_bytes()
    begin = data.find(b"GCC: (")
    begin = begin if begin >= 0 else data.find(b"clang version")
    return data[begin:data.index(b"\0", begin)].decode() if begin >= 0 else "unknown"


def describe(folder):
    """{what: text} in the order it is to be read in."""
    memory_bytes = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    syncs = sync_us(folder)
    commit = first_line("git", "rev-parse", "--short", "HEAD")
    changed = first_line("git", "status", "--porcelain", "--untracked-files=no", "--", ".",
                         ":!docs/benchmarks*") != "unknown"
    return {
        "date": datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%d %H:%M UTC"),
        "machine": f"{os.cpu_count()} cores, {processor()}, {memory_bytes / 2**30:.1f} GiB",
        "load before": f"{os.getloadavg()[0]:.2f}",
        "kernel": f"{platform.system()} {platform.release()} {platform.machine()}",
        "disk": f"fdatasync of 4 KiB appended: {statistics.median(syncs):.0f} µs, the median of "
                f"200 ({min(syncs):.0f} … {max(syncs):.0f})",
        "stockd": f"{first_line(BUILD / 'stockd', '--version').split()[-1]}, commit {commit}"
                  + (" with changes" if changed else ""),
        "compiler": compiler(),
        "libmicrohttpd": first_line(BUILD / "bench/null_server", "--library-version"),
        "wrk": first_line_of_wrk(),
        "python": platform.python_version(),
    }


def first_line_of_wrk():
    """It says its version and its usage, and fails."""
    return first_line("sh", "-c", "wrk --version 2>&1 || true").removeprefix("wrk ")
