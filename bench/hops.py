"""The hops of a request, each a set of functions, and each hop's share of the samples.

A sample belongs to the innermost of its functions that is in any hop's set: what memcpy takes
counts where it was called from. What is in none is the last row, so the sum is all there is.
"""

import collections
import re

import stacks as stacks_module

REST = "the rest"
SHARE_MIN = 0.0015  # Hops with less are shown as part of the rest.

# name, what is done there, functions as a regular expression that fits the whole name.
Hop = collections.namedtuple("Hop", "name done functions")

# In the order of a request's way.
HOPS = [Hop(name, done, re.compile(functions)) for name, done, functions in (
    ("wait", "epoll: which sockets have bytes; going to sleep, waking up",
     r"(__(GI_)?)?epoll_(wait|ctl|pwait)|__x64_sys_epoll_\w+"),
    ("socket", "the kernel copies the bytes out of the socket",
     r"(__)?(libc_)?recv(from)?|__x64_sys_recvfrom"),
    ("HTTP library", "finds the head's lines, clears its memory, looks after connections",
     r"\(HTTP library\)"),
    ("head", "route, token, rate, size; the connection's books",
     r"on_head|head_read|request_begin|on_connection|on_target|connection_enter|on_completed"
     r"|on_unescape|MHD_(get|lookup)_connection_value\w*"),
    ("body copy", "the body's pieces, put together", r"on_body|request_take_body"),
    ("parse", "simdjson: UTF-8, structure, a tape", r"json_parse|json_simdjson_parse|call_parse"),
    ("decode", "walks the tape: names, SKU, count, moment, each checked",
     r"check_body|body_decode|put_stocks_decode|decode_element|call_query\w*"),
    ("duplicates", "is a SKU here twice: a hash, a probe", r"seen_before|seen_table_init"),
    ("look-up", "the SKU's cell: index slot, cell, the SKU's bytes compared",
     r"put_look_up|shelf_find|local_shelf_(find|open)"),
    ("apply", "is the moment newer; the cell's number and moment set",
     r"put_apply|local_put|local_submit|shelf_(set_available|accepts|is_repeat|prefetch)"),
    ("record", "cell, count and moment as some bytes; into the batch",
     r"record_\w+|write_(begin|end)|journal_(append|reserve|release)"),
    ("page", "the cells of a page taken off the shelf", r"local_page|page_locked"),
    ("encode", "what was found, as JSON",
     r"encode_shelf|get_stocks_encode_\w+|offer_read_\w+|take_step"),
    ("commit", "another thread: checksum, pwrite, fdatasync",
     r"committer_run|journal_commit|batch_write|real_sync"),
    ("wake", "those who waited for the commit are told",
     r"waiters_(wake|take)|on_wake|await|MHD_(suspend|resume)_connection|call_await"),
    ("answer", "head and body built, the kernel sends them",
     r"send_reply|call_finish|MHD_(create_response|add_response|queue_response|destroy_response)\w*"
     r"|(__)?(libc_)?send(msg|to)?|__x64_sys_send\w+|writev|__x64_sys_writev"),
    ("query log", "the request as a line for the seller's log; the arena emptied",
     r"end_exchange|handler_end|request_note"),
)]


def hop_of(stack):
    for function, group in reversed(stack):
        if group == stacks_module.THREAD:
            continue
        for hop in HOPS:
            if hop.functions.fullmatch(function):
                return hop.name
    return REST


def shares(stacks):
    """{name: share of the samples} of all hops and the rest, 1 in all."""
    total = sum(stacks.values())
    counted = collections.Counter()
    for stack, count in stacks.items():
        counted[hop_of(stack)] += count
    return {name: counted[name] / total for name in [hop.name for hop in HOPS] + [REST]}


def rows_of(stacks, nanoseconds, unit):
    """The table's texts, the heading first. nanoseconds: a unit's whole processor time."""
    def row(name, done, share):
        return name, done, f"{share * 100:.1f} %", f"{share * nanoseconds:,.1f}"

    shown = {name: share for name, share in shares(stacks).items()
             if share >= SHARE_MIN and name != REST}
    return [("hop", "what is done", "share", f"ns a {unit}"),
            *(row(hop.name, hop.done, shown[hop.name]) for hop in HOPS if hop.name in shown),
            row(REST, "what is none of these", 1 - sum(shown.values())), row("sum", "", 1)]


def table(stacks, nanoseconds, unit):
    """The lines of a Markdown table that reads well as it is, too."""
    rows = rows_of(stacks, nanoseconds, unit)
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]

    def line(row):
        cells = [cell.ljust(width) if column < 2 else cell.rjust(width)
                 for column, (cell, width) in enumerate(zip(row, widths))]
        return "| " + " | ".join(cells) + " |"

    return [line(rows[0]), "|---|---|---:|---:|", *(line(row) for row in rows[1:])]
