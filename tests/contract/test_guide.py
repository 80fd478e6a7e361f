"""The guide's table: how the number of one product moves in a day (§12, seeds/001)."""

from tests.contract.operator_case import OperatorCase


class Guide(OperatorCase):

    def leftover(self):
        """What the store shows as available for order."""
        return self.count("product")

    def delivered(self, count):
        self.put_count("product", count)

    def ordered(self, count):
        answer = self.operator.order(self.campaign, "first", {"product": count})
        self.assert_order(answer, "RESERVED")

    def sold_offline(self, count):
        self.put_count("product", self.leftover() - count)

    def test_the_table(self):
        """§12: 0 → 10 → 8 → 18 → 15, whether the order is shipped at once or in the end."""
        for shipped_at_once in (True, False):
            with self.subTest(shipped_at_once=shipped_at_once):
                self.campaign = self.new_campaign()
                self.put_count("product", 0)
                self.assertEqual(0, self.leftover())

                self.delivered(10)  # The supplier brought 10 pieces.
                self.assertEqual(10, self.leftover())

                self.ordered(2)  # A buyer on the Market ordered 2; stockd counts by itself.
                self.assertEqual(8, self.leftover())
                if shipped_at_once:
                    self.operator.act(self.campaign, "first", "ship")
                self.assertEqual(8, self.leftover())

                self.delivered(8 + 10)  # The supplier brought 10 more: 18 can be ordered.
                self.assertEqual(18, self.leftover())

                self.sold_offline(3)  # A visitor of the shop bought 3.
                self.assertEqual(15, self.leftover())

                self.assert_order(self.operator.act(self.campaign, "first", "ship"), "SHIPPED")
                self.assertEqual(15, self.leftover())
                self.assertEqual({"FIT": 15, "FREEZE": 0, "AVAILABLE": 15}, self.stocks("product"))
