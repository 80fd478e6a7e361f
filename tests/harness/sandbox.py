#!/usr/bin/env python3
"""Runs stockd under the system call filter of packaging/stockd.service; a call outside it kills.

    STOCKD=tests/harness/sandbox.py python3 -m tests.harness.tap tests.contract

The unit answers such calls with an error, which a program may get over unnoticed; here it dies of
SIGSYS. STOCKD_REAL names the program, build/stockd otherwise. What the groups of the filter hold,
systemd-analyze says; the numbers of the calls come from the compiler's headers.
"""

import ctypes
import functools
import os
import pathlib
import platform
import re
import struct
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
UNIT = ROOT / "packaging" / "stockd.service"

ARCHITECTURES = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}  # linux/audit.h
PR_SET_SECCOMP, PR_SET_NO_NEW_PRIVS, SECCOMP_MODE_FILTER = 22, 38, 2
ALLOW, KILL_PROCESS = 0x7FFF0000, 0x80000000
LOAD, JUMP_IF_EQUAL, RETURN = 0x20, 0x15, 0x06  # linux/bpf_common.h
NUMBER_AT, ARCHITECTURE_AT = 0, 4  # In struct seccomp_data.


def settings(name):
    """Returns the values of a setting of the unit, in order."""
    return re.findall(rf"^{name}=(.*)$", UNIT.read_text(encoding="utf-8"), re.MULTILINE)


@functools.lru_cache(None)
def members(group):
    """Returns the calls of a group such as @file-system, groups within it taken apart."""
    said = subprocess.run(["systemd-analyze", "syscall-filter", group], check=True,
                          capture_output=True, text=True).stdout
    names = {line.strip() for line in said.splitlines()[1:]}
    return expand(name for name in names if name and not name.startswith("#"))


def expand(names):
    calls = set()
    for name in names:
        calls |= members(name) if name.startswith("@") else {name}
    return calls


def allowed_calls():
    """Returns the names that the unit's filter lets through, as systemd adds its lines up."""
    calls = set()
    for value in settings("SystemCallFilter"):
        if value.startswith("~"):
            calls -= expand(value[1:].split())
        else:
            calls |= expand(value.split())
    return calls | members("@default")


def numbers():
    """Returns {name: number} of this machine's system calls."""
    said = subprocess.run(["gcc", "-E", "-dM", "-include", "sys/syscall.h", "-x", "c", "/dev/null"],
                          check=True, capture_output=True, text=True).stdout
    return {name: int(number) for name, number in
            re.findall(r"^#define __NR_(\w+) (\d+)$", said, re.MULTILINE)}


def program(calls):
    """Returns the filter as the kernel takes it: each call compared, and death at the end."""
    known = numbers()
    machine = ARCHITECTURES[platform.machine()]
    steps = [(LOAD, 0, 0, ARCHITECTURE_AT), (JUMP_IF_EQUAL, 1, 0, machine),
             (RETURN, 0, 0, KILL_PROCESS), (LOAD, 0, 0, NUMBER_AT)]
    for number in sorted(known[call] for call in calls if call in known):
        steps += [(JUMP_IF_EQUAL, 0, 1, number), (RETURN, 0, 0, ALLOW)]
    steps.append((RETURN, 0, 0, KILL_PROCESS))
    return b"".join(struct.pack("=HBBI", *step) for step in steps), len(steps)


def confine(calls):
    """From now on this process makes no other calls."""
    code, count = program(calls)
    kept = ctypes.create_string_buffer(code, len(code))
    whole = ctypes.create_string_buffer(struct.pack("HxxxxxxP", count, ctypes.addressof(kept)))
    libc = ctypes.CDLL(None, use_errno=True)
    for arguments in ((PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0),
                      (PR_SET_SECCOMP, SECCOMP_MODE_FILTER, ctypes.byref(whole), 0, 0)):
        if libc.prctl(*arguments) != 0:
            raise OSError(ctypes.get_errno(), f"prctl{arguments[:2]}")


def main(words):
    real = os.environ.get("STOCKD_REAL", str(ROOT / "build" / "stockd"))
    confine(allowed_calls())
    os.execv(real, [real, *words])


if __name__ == "__main__":
    main(sys.argv[1:])
