"""Bodies of PUT …/offers/stocks: good ones, and bad ones of the same size.

The good body has 2,000 SKUs as the documentation's sample has them. A bad body is as long as that:
its elements repeat until it is full, and spaces fill what is left. SKUs are those that
bench/paths.c has on its shelf.
"""

import collections
import functools
import subprocess
import time

from common import BUILD

SKUS = 2000
CELLS = 20_000  # FILL_CELLS of bench/paths.c.
STAMP = "2026-11-23T09:59:%02dZ"


def sku(index):
    """SKUs all over the shelf, each once in 2,000, and in no order."""
    return "SKU-%010d" % ((index * 7919 + 13) % CELLS)


def element(index, name=None, count="7", stamp='"%s"' % (STAMP % 5), more=""):
    """One SKU with its count and moment; each may be replaced by any JSON."""
    name = '"%s"' % sku(index) if name is None else name
    return f'{{"sku":{name},"items":[{{"count":{count},"updatedAt":{stamp}}}]{more}}}'


def good(second, skus=SKUS, unit=1):
    """The good body; a later second makes it newer than the one before."""
    stamp = '"%s"' % (STAMP % second)
    return ('{"skus":[' + ",".join(
        element(index, None, str((index * 31 * unit + second) % 1000), stamp)
        for index in range(skus)) + "]}").encode()


GOOD_BYTES = len(good(5))


def dated(body, now_s):
    """A body as of now: its moments are of the minute before, or a year from now."""
    minute = time.strftime("%Y-%m-%dT%H:%M", time.gmtime(now_s - 60)).encode()
    later = time.strftime("%Y-%m-%d", time.gmtime(now_s + 365 * 86400)).encode()
    return body.replace(b"2026-11-23T09:59", minute).replace(b"2027-11-23", later)


def elements(make, opening='{"skus":[', ending="]}", most=SKUS):
    """As many elements as there is room for, and spaces."""
    parts, size = [], len(opening) + len(ending)
    for index in range(most):
        part = make(index)
        size += len(part.encode()) + 1
        if size > GOOD_BYTES + 1:
            break
        parts.append(part)
    body = (opening + ",".join(parts)).encode()
    return body + b" " * (GOOD_BYTES - len(body) - len(ending)) + ending.encode()


def every(**change):
    """A body in which every element differs in the same way from a good one."""
    return lambda: elements(lambda index: element(index, **change))


def any_number(text):
    """A body of such values, where they do no more than cost."""
    return lambda: elements(lambda index: text, '{"skus":[],"x":[', "]}", GOOD_BYTES)


def deep(levels):
    """Arrays in arrays, `levels` deep, again and again."""
    return lambda: elements(lambda index: "[" * levels + "]" * levels, most=GOOD_BYTES)


def cut_end(ending, less):
    """The good body with another ending: what is wrong is found last."""
    return lambda: good(5)[:-less] + ending.ljust(less)


def colliding(seed):
    """SKUs that share their places in tables under that seed of the hash."""
    @functools.cache
    def made():
        done = subprocess.run([BUILD / "bench/flood", str(seed), str(SKUS)], check=True,
                              capture_output=True, text=True)
        skus = done.stdout.split()
        return elements(lambda index: element(index, '"%s"' % skus[index]))
    return made


def swapped(index):
    """A SKU of 900 bytes; under one seed of fifty a mere seed would give many of them one hash.

    tests/unit/base/test_hash.c says how.
    """
    first, other = "\u0104\u0104\u0110\u0110".encode(), "\u0500\u0382\u0110\u0110".encode()
    pair = [bytearray(other), bytearray(first)]
    for bit in range(8):
        pair[index >> bit & 1][4 + bit // 2] ^= 1 << bit % 2
    box = "\U0001F4E6"
    return '"%s"' % (pair[1].decode() + box * 190 + pair[0].decode() + box * 31)


def bad_skus(make):
    return lambda: elements(lambda index: element(index, make(index)))


Bad = collections.namedtuple("Bad", "name make status")
SEED_UNKNOWN = 1  # A server draws its own, and that of bench/paths.c is another one.
SEED_OF_PATHS = 0x5EED
BAD = [
    Bad("SKU of 256 letters", every(name='"%s"' % ("x" * 256)), 400),
    Bad("SKU of 300 emoji", every(name='"%s"' % ("\U0001F4E6" * 300)), 400),
    Bad("SKU with a control", bad_skus(lambda index: '"%s\\u0001"' % sku(index)[:8]), 400),
    Bad("SKU with DEL", bad_skus(lambda index: '"%s\x7f"' % sku(index)[:13]), 400),
    Bad("SKU empty", every(name='""'), 400),
    Bad("SKU of spaces", every(name='"%s"' % (" " * 14)), 400),
    Bad("SKU a number", every(name="12345678901234"), 400),
    Bad("SKU null", every(name="null"), 400),
    Bad("SKU a long text of escapes", every(name='"%s"' % ("\\u0041" * 256)), 400),
    Bad("SKU twice", every(name='"SKU-0000000001"'), 400),
    Bad("SKUs that are all null", lambda: elements(lambda index: "null"), 400),
    Bad("SKUs that are texts", lambda: elements(lambda index: '"%s"' % ("x" * 70)), 400),
    Bad("SKUs without members", lambda: elements(lambda index: "{%s}" % (" " * 78)), 400),
    Bad("more than 2,000 SKUs", lambda: elements(lambda index: "{}", most=GOOD_BYTES), 400),
    Bad("count below 0", every(count="-1"), 400),
    Bad("count above 2 billion", every(count="2000000001"), 400),
    Bad("count with a fraction", every(count="1.5"), 400),
    Bad("count a text", every(count='"7"'), 400),
    Bad("count null", every(count="null"), 400),
    Bad("count of 19 digits", every(count="9" * 19), 400),
    Bad("count of 30 digits", every(count="9" * 30), 400),
    Bad("count of 300 digits", every(count="9" * 300), 400),
    Bad("count 1e999", every(count="1e999"), 400),
    Bad("moment not a date", every(stamp='"2026-13-23T09:59:00Z"'), 400),
    Bad("moment a number", every(stamp="1795427999"), 400),
    Bad("moment in the future", every(stamp='"2027-11-23T09:59:00Z"'), 400),
    Bad("moments that all differ", lambda: elements(lambda index: element(
        index, None, "7", '"2026-11-23T09:59:%06.3fZ"' % (10 + index / 1000))), 200),
    Bad("SKUs made to collide", colliding(SEED_UNKNOWN), 200),
    Bad("SKUs of 900 bytes, made to collide", bad_skus(swapped), 200),
    Bad("items empty", lambda: elements(lambda index: '{"sku":"%s","items":[]}' % sku(index)),
        400),
    Bad("items two", lambda: elements(
        lambda index: '{"sku":"%s","items":[{"count":1},{"count":2}]}' % sku(index)), 400),
    Bad("members unknown", every(more="," + ",".join('"a%d":1' % i for i in range(40))), 200),
    Bad("members named sku", every(more=',"sku":1' * 40), 400),
    Bad("members of the root", lambda: elements(lambda index: '"skus":1', "{", "}", GOOD_BYTES),
        400),
    Bad("arrays 1,000 deep", deep(1000), 400),
    Bad("arrays past the depth", deep(40_000), 400),
    Bad("arrays never closed", lambda: b"[" * GOOD_BYTES, 400),
    Bad("objects never closed", lambda: (b'{"a":' * GOOD_BYTES)[:GOOD_BYTES], 400),
    Bad("numbers, short", any_number("1"), 400),
    Bad("numbers, floating", any_number("1.5e3"), 400),
    Bad("numbers, 20 digits", any_number("9" * 20), 400),
    Bad("numbers, 350 digits", any_number("9" * 350), 400),
    Bad("numbers, 350 places", any_number("0." + "9" * 350), 400),
    Bad("numbers past the range", any_number("1e999"), 400),
    Bad("numbers past it, one", lambda: good(5)[:-1] + b',"x":1e999}', 200),
    Bad("literals", any_number("null"), 400),
    Bad("texts, empty", any_number('""'), 400),
    Bad("text of escapes", any_number('"%s"' % ("\\n" * 40_000)), 400),
    Bad("texts of surrogates", any_number('"%s"' % ("\\ud83d\\udce6" * 20)), 400),
    Bad("text of quotes", any_number('"%s"' % ('\\"' * 40_000)), 400),
    Bad("spaces", lambda: elements(lambda index: "", most=1), 400),
    Bad("nothing but spaces", lambda: b" " * GOOD_BYTES, 400),
    Bad("zeros", lambda: b"\0" * GOOD_BYTES, 400),
    Bad("cut off at the end", lambda: good(5)[:-2], 400),
    Bad("not UTF-8 at the end", cut_end(b'\xff"}]}]}', 7), 400),
    Bad("a control at the end", cut_end(b'"\x01"}]}]}', 8), 400),
    Bad("lone surrogate at the end", cut_end(b'\\ud800"}]}]}', 12), 400),
    Bad("a comma too much at the end", cut_end(b",]}", 2), 400),
    Bad("no comma at the end", lambda: good(5)[:-2] + b"7]}", 400),
]

# Not what anybody can send: it says what the secret of the hash is worth.
LEAKED = Bad("made to collide, if the seed leaked", colliding(SEED_OF_PATHS), 200)
