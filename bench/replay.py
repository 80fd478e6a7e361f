"""The same requests over and over from wrk, prepared in memory that put.lua reads."""

import os
import resource

from common import TOKEN, Broken
from session import wrk

LENGTH_BYTES = 8


def request_bytes(server, verb, path, body=b""):
    """One request to the public API, as a client would send it."""
    head = (f"{verb} {path} HTTP/1.1\r\nHost: {server.addresses['listen']}\r\n"
            f"Api-Key: {TOKEN}\r\n")
    if body:
        head += f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n"
    return head.encode() + b"\r\n" + body


class Replay:
    """A run of wrk a call, each of its threads through all `requests` in turn."""

    def __init__(self, bench, server, requests, refused=False, **words):
        """refused: every answer has to be an error. words: connections, threads."""
        self.bench, self.server, self.refused, self.words = bench, server, refused, words
        self.requests_fd = os.memfd_create("requests")
        with open(self.requests_fd, "wb", closefd=False) as file:
            for request in requests:
                file.write(len(request).to_bytes(LENGTH_BYTES, "little") + request)

    def __call__(self, seconds):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        figures = wrk(self.bench, self.server, seconds, "--latency", "-s", "bench/put.lua",
                      pass_fds=[self.requests_fd], **self.words, environment={
                          "STOCKD_BENCH_REQUESTS": f"/proc/self/fd/{self.requests_fd}",
                          "STOCKD_BENCH_AGAIN": "1"})
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        if figures["not_ok"] != (figures["requests"] if self.refused else 0):
            raise Broken(f"wrk against {self.server.name}: {figures['not_ok']:.0f} answers of "
                         f"{figures['requests']:.0f} not ok")
        figures["client_cpu_s"] = (after.ru_utime + after.ru_stime
                                   - before.ru_utime - before.ru_stime)
        figures["seconds"] = float(seconds)
        return figures

    def close(self):
        os.close(self.requests_fd)
