"""The base of the tests of uploads: files of leftovers on the operator's listener."""

import time

from tests.contract.operator_case import OperatorCase

PATIENCE_S = 60


def csv(rows, header="sku,count"):
    """Returns a CSV; `rows` is {sku: count}, or lines as they are."""
    lines = [f"{sku},{count}" for sku, count in rows.items()] if isinstance(rows, dict) else rows
    return "\n".join([header, *lines, ""]).encode()


class UploadCase(OperatorCase):
    """One server for all tests of a class; a campaign of each test's own."""

    def check(self, data, campaign=None, **query):
        """Hands a file over, which is taken; returns the result."""
        if isinstance(data, dict):
            data = csv(data)
        answer = self.operator.upload(campaign or self.campaign, data, **query)
        self.assertEqual(200, answer.status, answer)
        self.assertEqual("CHECKED", answer.json["result"]["state"])
        return answer.json["result"]

    def state(self, upload, **query):
        answer = self.operator.get_upload(upload["campaignId"], upload["uploadId"], **query)
        self.assertEqual(200, answer.status, answer)
        return answer.json["result"]

    def begin(self, upload, **body):
        return self.operator.apply_upload(upload["campaignId"], upload["uploadId"],
                                          {"confirm": upload["plan"]["changes"], **body})

    def settled(self, upload):
        """Waits until it is done or failed; returns how it stands."""
        until = time.monotonic() + PATIENCE_S
        while time.monotonic() < until:
            state = self.state(upload)
            if state["state"] in ("DONE", "FAILED"):
                return state
        self.fail(f"not done after {PATIENCE_S} s: {state}")

    def apply(self, upload, **body):
        """Has it applied to its end; returns how it stands."""
        answer = self.begin(upload, **body)
        self.assertEqual(200, answer.status, answer)
        state = self.settled(upload)
        self.assertEqual(("DONE", state["total"]), (state["state"], state["done"]), state)
        return state

    def changes(self, upload, **query):
        """Returns all changes as (sku, before, after, kind), page by page."""
        found = []
        while True:
            answer = self.operator.upload_changes(upload["campaignId"], upload["uploadId"], **query)
            self.assertEqual(200, answer.status, answer)
            result = answer.json["result"]
            found += [(row["sku"], row.get("before"), row["after"], row["kind"])
                      for row in result["changes"]]
            if "nextPageToken" not in result["paging"]:
                return found
            query["pageToken"] = result["paging"]["nextPageToken"]

    def counts(self, *skus, campaign=None):
        return [self.count(sku, campaign) for sku in skus]

    def assert_file_refused(self, answer, *words):
        self.assertEqual((400, "BAD_FILE"), (answer.status, answer.code), answer)
        for word in words:
            self.assertIn(word, answer.message)
