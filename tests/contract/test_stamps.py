"""`updatedAt` (CONTRACT §1): last writer wins (C7), its window (C10), its forms (C12, C25)."""

from tests.contract.case import StockdCase, attack, body_of, milliseconds, moment, one


class Stamps(StockdCase):

    def test_put_with_equal_timestamp_wins(self):
        """C7: so that two corrections within one second are not lost."""
        stamp = moment(-100)
        self.put_count("A", 5, stamp)
        self.put_count("A", 6, stamp)
        self.assertEqual(6, self.count("A"))

    def test_put_with_older_timestamp_is_ignored(self):
        """C7: and still 200."""
        self.put_count("A", 7, moment(-100))
        self.put_count("A", 5, moment(-110))
        self.assertEqual(7, self.count("A"))

    def test_put_with_newer_timestamp_wins(self):
        """C7."""
        self.put_count("A", 7, moment(-100))
        self.put_count("A", 5, moment(-99))
        self.assertEqual(5, self.count("A"))

    def test_an_older_sku_does_not_hold_back_its_neighbours(self):
        """C7 is decided SKU by SKU."""
        self.put_count("A", 7, moment(-100))
        self.assert_ok(self.put(body_of(one("A", 1, moment(-200)), one("B", 2, moment(-200)))))
        self.assertEqual((7, 2), (self.count("A"), self.count("B")))

    def test_offsets_are_understood_before_stamps_are_compared(self):
        """C7: 12:00+03:00 is earlier than 10:00Z."""
        self.put_count("A", 7, "2022-12-29T10:00:00Z")
        self.put_count("A", 5, "2022-12-29T12:00:00+03:00")
        self.assertEqual(7, self.count("A"))
        self.put_count("A", 4, "2022-12-29T04:00:01-06:00")
        self.assertEqual(4, self.count("A"))

    def test_a_put_without_stamp_is_stamped_now(self):
        before = milliseconds(moment(0))
        self.put_count("A", 5)
        stamp = milliseconds(self.offer("A")["updatedAt"])
        self.assertTrue(before <= stamp <= milliseconds(moment(1)), stamp)

    def test_null_is_no_stamp(self):
        """C12: `null` = absent."""
        before = milliseconds(moment(0))
        self.put_count("A", 5, None)
        self.assertGreaterEqual(milliseconds(self.offer("A")["updatedAt"]), before)

    def test_now_loses_against_a_stamp_slightly_ahead(self):
        """C7 and C10: a clock 50 s fast is tolerated, and its stamp counts."""
        self.put_count("A", 7, moment(+50))
        self.put_count("A", 5)
        self.assertEqual(7, self.count("A"))

    def test_sixty_seconds_of_future_are_tolerated_no_more(self):
        """C10."""
        self.put_count("A", 7, moment(+45))
        with self.nothing_changes():
            self.assert_refused(self.put(attack(one("A", 7, moment(+120)))), 400,
                                "Stock for 'A' should not be in the future")

    def test_a_stamp_in_the_far_future_is_refused(self):
        """§1.5: it would win over every later truth."""
        for stamp in ("9999-12-31T23:59:59Z", "2100-01-01T00:00:00+14:00"):
            with self.subTest(stamp=stamp):
                self.assert_refused(self.put(body_of(one("A", 7, stamp))), 400,
                                    "Stock for 'A' should not be in the future")

    def test_edition_2025_has_no_past_bound(self):
        """C10."""
        for stamp in ("2000-02-29T00:00:00Z", "1970-01-01T00:00:00Z"):
            with self.subTest(stamp=stamp):
                sku = self.new_sku()
                self.put_count(sku, 5, stamp)
                self.assertEqual(milliseconds(stamp), milliseconds(self.offer(sku)["updatedAt"]))

    def test_the_stamp_is_echoed_in_utc(self):
        """C25: and ends with Z."""
        self.put_count("A", 5, "2017-11-21T00:42:42+03:00")
        stamp = self.offer("A")["updatedAt"]
        self.assertEqual(milliseconds("2017-11-20T21:42:42Z"), milliseconds(stamp))

    def test_fractions_are_kept_to_the_millisecond(self):
        """C12."""
        for written, kept in ((".5", ".500"), (".123", ".123"), (".123456", ".123"),
                              (".123456789", ".123"), (".000", "")):
            with self.subTest(written=written):
                sku = self.new_sku()
                self.put_count(sku, 5, f"2022-12-29T18:02:01{written}Z")
                self.assertEqual(milliseconds(f"2022-12-29T18:02:01{kept}Z"),
                                 milliseconds(self.offer(sku)["updatedAt"]))

    def test_one_millisecond_decides(self):
        """C7 and C12."""
        self.put_count("A", 7, "2022-12-29T18:02:01.200Z")
        self.put_count("A", 5, "2022-12-29T18:02:01.199Z")
        self.assertEqual(7, self.count("A"))

    def test_what_is_not_a_date_time_with_offset_is_refused(self):
        """C12."""
        for stamp in ("2022-12-29T18:02:01", "2022-12-29", "yesterday", "", " ",
                      "2022-13-01T00:00:00Z", "2022-02-30T00:00:00Z", "2023-02-29T00:00:00Z",
                      "2022-12-29T25:00:00Z", "2022-12-29T18:61:00Z", "2022-12-29T18:02:01+99:00",
                      "2022-12-29T18:02:01Zx", "x2022-12-29T18:02:01Z", "2022-12-29T18:02:01+",
                      "2022-12-29T18:02:01.Z", "22-12-29T18:02:01Z", "2022-00-10T00:00:00Z",
                      "2022-12-00T00:00:00Z", "1672336921",
                      1672336921, True, {}, ["2022-12-29T18:02:01Z"]):
            with self.subTest(stamp=stamp), self.nothing_changes():
                answer = self.put(attack(one("A", 5, stamp)))
                self.assert_refused(answer, 400,
                                    "Illegal input at 'skus[1].items[0].updatedAt'")


class FutureTolerance(StockdCase):
    """C10: the option --future-tolerance."""
    options = ("--no-limits", "--future-tolerance", "7200")

    def test_more_tolerance_takes_an_hour_of_future(self):
        self.put_count("A", 5, moment(+3600))
        self.assert_refused(self.put(body_of(one("A", 5, moment(+3 * 3600)))), 400,
                            "Stock for 'A' should not be in the future")


class NoFutureTolerance(StockdCase):
    options = ("--no-limits", "--future-tolerance", "0")

    def test_no_tolerance_takes_the_past_only(self):
        """C10."""
        self.put_count("A", 5, moment(-1))
        self.assert_refused(self.put(body_of(one("A", 5, moment(+30)))), 400,
                            "Stock for 'A' should not be in the future")
