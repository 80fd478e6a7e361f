"""Proves what bench/flame makes of stacks: frames, hops, the picture. Records nothing."""

import pathlib
import re
import sys
import unittest
import xml.etree.ElementTree

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "bench"))

import flame_svg  # noqa: E402
import hops  # noqa: E402
import stacks  # noqa: E402

# As `perf script` prints it with and without inlined functions: a worker in memcmp, once more, and
# the thread that commits in the kernel.
WORKER = """MHD-worker
	          1598aa __memcmp_evex_movbe (/usr/lib/x86_64-linux-gnu/libc.so.6)
	           1c302 find_from.isra.0 (inlined)
	           1c302 shelf_find (/build/stockd)
	           4e1ea on_request (inlined)
	            61ab [unknown] (/usr/lib/x86_64-linux-gnu/libmicrohttpd.so.12.60.0)
	            82f7 [unknown] (/usr/lib/x86_64-linux-gnu/libmicrohttpd.so.12.60.0)
	           891f4 start_thread (/usr/lib/x86_64-linux-gnu/libc.so.6)
	          1098eb clone3 (/usr/lib/x86_64-linux-gnu/libc.so.6)

"""
COMMITTER = """stockd
	ffffffff81b6ccb0 do_fsync ([kernel.kallsyms])
	           10a974 real_sync (/build/stockd)
"""
TEXT = WORKER + WORKER + COMMITTER
TEXT_PLAIN = TEXT.replace("on_request (inlined)", "on_request.lto_priv.0 (/build/stockd)")

LOOK_UP = (("MHD-worker", stacks.THREAD), ("(HTTP library)", stacks.HTTP),
           ("on_request", stacks.STOCKD), ("shelf_find", stacks.STOCKD),
           ("find_from", stacks.STOCKD), ("__memcmp_evex_movbe", stacks.LIBC))
COMMIT = (("stockd", stacks.THREAD), ("real_sync", stacks.STOCKD), ("do_fsync", stacks.KERNEL))
SPACE = "{http://www.w3.org/2000/svg}"


def picture(counted):
    return xml.etree.ElementTree.fromstring(flame_svg.flame("PUT <1>", "caption", counted))


class Stacks(unittest.TestCase):
    def test_frames_are_plain_and_their_code_has_a_place(self):
        self.assertEqual(stacks.read(TEXT, TEXT_PLAIN), {LOOK_UP: 2, COMMIT: 1})

    def test_shares_of_all_groups_are_the_whole(self):
        shares = stacks.shares_by_group(stacks.read(TEXT, TEXT_PLAIN))
        self.assertAlmostEqual(shares[stacks.LIBC], 2 / 3)
        self.assertAlmostEqual(sum(shares.values()), 1)

    def test_no_samples_are_no_stacks(self):
        self.assertEqual(stacks.read("", ""), {})


class Hops(unittest.TestCase):
    def test_a_sample_belongs_to_the_innermost_function_of_a_hop(self):
        self.assertEqual(hops.hop_of(LOOK_UP), "look-up")
        self.assertEqual(hops.hop_of(LOOK_UP[:2]), "HTTP library")
        self.assertEqual(hops.hop_of(COMMIT), "commit")
        self.assertEqual(hops.hop_of((("stockd", stacks.THREAD), ("main", stacks.STOCKD))),
                         hops.REST)

    def test_the_rows_add_up_to_the_sum(self):
        rows = hops.rows_of({LOOK_UP: 2, COMMIT: 1, LOOK_UP[:1]: 1}, 240, "SKU")
        self.assertEqual([row[0] for row in rows[1:]],
                         ["look-up", "commit", hops.REST, "sum"])
        self.assertEqual([float(row[3]) for row in rows[1:]], [120, 60, 60, 240])
        self.assertEqual(rows[-1][2], "100.0 %")

    def test_a_hop_names_functions_that_there_are(self):
        """Each hop of ours has a function that the sources have: a new name is seen here."""
        source = "".join(path.read_text() for path in (ROOT / "src").rglob("*.c*"))
        names = set(re.findall(r"\b(\w+)\(", source))
        for hop in hops.HOPS:
            if hop.name in ("wait", "socket", "HTTP library"):
                continue
            with self.subTest(hop.name):
                self.assertTrue(any(map(hop.functions.fullmatch, names)))


class Picture(unittest.TestCase):
    def test_a_box_is_as_wide_as_its_share_and_lies_on_its_caller(self):
        boxes = {(depth, frame): (x, width) for depth, x, width, frame, _
                 in flame_svg.boxes_of({LOOK_UP: 2, COMMIT: 1}, 900)}
        self.assertEqual(boxes[0, LOOK_UP[0]], (0, 600))
        self.assertEqual(boxes[5, LOOK_UP[5]], (0, 600))
        self.assertEqual(boxes[0, COMMIT[0]], (600, 300))
        self.assertEqual(boxes[2, COMMIT[2]], (600, 300))

    def test_narrow_boxes_are_left_out(self):
        self.assertEqual(len(flame_svg.boxes_of({COMMIT: 10_000, LOOK_UP: 1}, 900)), len(COMMIT))

    def test_all_lies_within_the_frame_and_tells_its_name(self):
        root = picture({LOOK_UP: 2, COMMIT: 1})
        boxes = root.findall(f"{SPACE}g")
        self.assertEqual(len(boxes), len(LOOK_UP) + len(COMMIT))
        for box in boxes:
            rect = box.find(f"{SPACE}rect")
            self.assertGreaterEqual(float(rect.get("x")), 0)
            self.assertLessEqual(float(rect.get("x")) + float(rect.get("width")),
                                 float(root.get("width")))
            self.assertGreaterEqual(float(rect.get("y")), flame_svg.TOP)
            self.assertLess(float(rect.get("y")), float(root.get("height")))
        titles = [box.find(f"{SPACE}title").text for box in boxes]
        self.assertIn("do_fsync (kernel): 33.33 %, 1 samples", titles)

    def test_every_group_has_its_colours(self):
        style = picture({COMMIT: 1}).find(f"{SPACE}style").text
        for group in (*stacks.GROUPS, stacks.THREAD):
            self.assertEqual(style.count(f".{flame_svg.class_of(group)} {{"), 2)

    def test_a_label_fits_or_is_cut(self):
        self.assertEqual(flame_svg.label_of("shelf_find", 200), "shelf_find")
        self.assertEqual(flame_svg.label_of("simdjson::dom::stage2", 60), "stage2")
        self.assertTrue(flame_svg.label_of("shelf_find", 50).endswith("…"))
        self.assertEqual(flame_svg.label_of("shelf_find", 12), "")
