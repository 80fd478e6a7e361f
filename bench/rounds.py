"""The frame of a measurement: servers take turns, A B C A B C, those not measured are frozen."""

import collections

from common import progress

# name: as in the table. drive(seconds): one run of a generator, its figures.
Contender = collections.namedtuple("Contender", "name server drive")


def measured(contender, seconds):
    """One run, with the CPU time that the server itself took meanwhile."""
    begin = contender.server.cpu_seconds()
    figures = contender.drive(seconds)
    figures["server_cpu_s"] = contender.server.cpu_seconds() - begin
    return figures


def interleave(bench, contenders, rounds=None, seconds=None):
    """{name: figures of each round}. Each contender is warmed up for a second, not counted."""
    rounds = min(rounds or bench.options.rounds, bench.options.rounds)
    seconds = seconds or bench.options.seconds
    servers = list({id(contender.server): contender.server for contender in contenders}.values())
    for server in servers:
        server.freeze()
    results = {contender.name: [] for contender in contenders}
    try:
        for number in range(1 if bench.options.quick else 0, rounds + 1):
            for contender in contenders:
                progress(f"round {number} of {rounds}: {contender.name}" if number > 0
                         else f"warming up: {contender.name}")
                contender.server.thaw()
                figures = measured(contender, seconds if number > 0 else 1)
                contender.server.freeze()
                if number > 0:
                    results[contender.name].append(figures)
    finally:
        for server in servers:
            server.thaw()
    return results
