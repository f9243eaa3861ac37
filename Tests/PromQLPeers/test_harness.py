"""What the harness itself takes for equal, different and explained. Usage: python3 Tests/PromQLPeers/test_harness.py"""

import importlib.machinery
import importlib.util
import math
import pathlib
import struct
import sys
import unittest

sys.dont_write_bytecode = True
FOLDER = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(FOLDER))

import comparison  # noqa: E402
import corpus  # noqa: E402
import data  # noqa: E402
import differences  # noqa: E402
import generator  # noqa: E402
import remote_write  # noqa: E402


def load_compare():
    loader = importlib.machinery.SourceFileLoader("compare", str(FOLDER / "compare"))
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader("compare", loader))
    sys.modules["compare"] = module
    loader.exec_module(module)
    return module


compare = load_compare()


def vector(*series):
    """An answer with one value for each set of labels."""
    result = [{"metric": labels, "value": [100, value]} for labels, value in series]
    return 200, {"status": "success", "data": {"resultType": "vector", "result": result}}


def matrix(*series):
    result = [{"metric": labels, "values": values} for labels, values in series]
    return 200, {"status": "success", "data": {"resultType": "matrix", "result": result}}


def error(kind, status):
    return status, {"status": "error", "errorType": kind, "error": "some words"}


def kind(expected, found, **options):
    difference = comparison.different(expected, found, **options)
    return difference and difference[0]


class Values(unittest.TestCase):
    def test_table(self):
        for expected, found, equal in (
                ("1", "1", True), ("1", "1.0000000001", True), ("1", "1.00000001", False), ("1e300", "1.0000000001e300", True),
                ("NaN", "NaN", True), ("NaN", "1", False), ("1", "NaN", False), ("+Inf", "+Inf", True), ("+Inf", "-Inf", False),
                ("+Inf", "1.7e308", False), ("0", "-0", True), ("0", "3e-17", True), ("1e-17", "-1e-15", True), ("0", "1e-9", False),
                ("1e-300", "2e-300", False), ("1e-300", "0", False), ("1e-300", "1e-17", False), ("5e-324", "5e-324", True),
                ("1e-6", "1.0001e-6", False)):
            with self.subTest(expected=expected, found=found):
                self.assertEqual(comparison.same_value(expected, found), equal)


class Answers(unittest.TestCase):
    A, B = {"a": "1"}, {"a": "2"}

    def test_sets_of_series(self):
        both = vector((self.A, "1"), (self.B, "2"))
        self.assertIsNone(kind(both, vector((self.B, "2"), (self.A, "1"))))
        self.assertEqual(kind(both, vector((self.A, "1"))), "series")
        self.assertEqual(kind(vector((self.A, "1")), both), "series")
        self.assertEqual(kind(vector((self.A, "1")), vector((self.A, "1"), (self.A, "1"))), "series")
        self.assertEqual(kind(both, vector((self.A, "1"), (self.B, "3"))), "value")
        self.assertEqual(kind(vector(), vector((self.A, "1"))), "series")

    def test_order(self):
        sorted_ = vector((self.A, "1"), (self.B, "2"))
        self.assertEqual(kind(sorted_, vector((self.B, "2"), (self.A, "1")), ordered=True), "order")
        self.assertIsNone(kind(vector((self.A, "1"), (self.B, "1")), vector((self.B, "1"), (self.A, "1")), ordered=True))

    def test_times_and_types(self):
        one = matrix((self.A, [[100, "1"], [115, "2"]]))
        self.assertIsNone(kind(one, one))
        self.assertEqual(kind(one, matrix((self.A, [[100, "1"]]))), "timestamps")
        self.assertEqual(kind(one, matrix((self.A, [[100, "1"], [116, "2"]]))), "timestamps")
        self.assertEqual(kind(one, matrix((self.A, [[100, "1"], [115, "3"]]))), "value")
        self.assertEqual(kind(one, vector((self.A, "1"))), "type")

    def test_errors(self):
        self.assertIsNone(kind(error("bad_data", 400), error("bad_data", 400)))
        self.assertEqual(kind(error("bad_data", 400), error("execution", 422)), "error")
        self.assertEqual(kind(error("bad_data", 400), error("bad_data", 422)), "error")
        self.assertEqual(kind(error("bad_data", 400), vector()), "error")
        self.assertEqual(kind(vector(), error("bad_data", 400)), "error")
        self.assertEqual(kind(vector(), (200, {"status": "error", "errorType": "no JSON: b''"})), "error")

    def test_where_order_is_defined(self):
        for expression, ordered in (
                ("sort(a)", True), ("sort_desc(a * (1 + 2))", True), ("topk(3, a)", True), ("bottomk(1, a{b=\")\"})", True),
                ("sort(a) * 2", False), ("topk by (x) (3, a)", False), ("topk(3, a) by (x)", False), ("sum(sort(a))", False),
                ("sort(a) + sort(b)", False), ("sorted(a)", False)):
            with self.subTest(expression=expression):
                self.assertEqual(comparison.outermost_order(expression), ordered)


class Differences(unittest.TestCase):
    def test_rows_explain_what_they_are_about_and_nothing_else(self):
        known = differences.read()

        def reason(*question):
            row = differences.explanation(known, *question)
            return row and row.reason
        self.assertIn("predict_linear", reason("predict_linear(a[5m] @ 100, 60)", "range", "value"))
        self.assertIsNone(reason("predict_linear(a[5m] @ 100, 60)", "instant", "value"))
        self.assertIsNone(reason("predict_linear(a[5m], 60)", "range", "value"))
        self.assertIn("topk", reason("topk(NaN, a)", "instant", "error"))
        self.assertIsNone(reason("topk(NaN, a)", "instant", "value"))
        self.assertIsNone(reason("topk(3, a)", "instant", "error"))
        self.assertIsNone(reason("sum(a)", "instant", "value"))

    def test_rows_are_complete(self):
        for row in differences.read():
            with self.subTest(row=row):
                self.assertIn(row.query, ("instant", "range", "any"))
                self.assertIn(row.kind, ("error", "type", "series", "order", "timestamps", "value", "any"))
                self.assertTrue(row.reason and row.documented)

    def test_every_row_is_met_by_the_corpus(self):
        texts = [one.text for one in corpus.read(1700000000)]
        for row in differences.read():
            with self.subTest(row=row):
                self.assertTrue(any(row.expression.search(text) for text in texts))

    def test_names_are_translated_outside_of_texts(self):
        self.assertEqual(
            differences.spelled_for_reference('double_exponential_smoothing(a{b="double_exponential_smoothing(x)"}[5m], 0.1, 0.2)'),
            'holt_winters(a{b="double_exponential_smoothing(x)"}[5m], 0.1, 0.2)')
        self.assertEqual(differences.spelled_for_reference("double_exponential_smoothing"), "double_exponential_smoothing")


class Corpus(unittest.TestCase):
    def test_times_and_other_spellings(self):
        one = corpus.expression("a @ {{5400}} ==> b @ {{5399.5}}", 1000, "here")
        self.assertEqual((one.text, one.reference), ("a @ 6400", "b @ 6399.500"))
        self.assertEqual(corpus.expression("a{b=\"{{\"}", 1000, "here").text, 'a{b="{{"}')

    def test_ranges_become_a_millisecond_shorter(self):
        self.assertEqual(compare.one_millisecond_shorter("a[5m] + b[1h30m:1m] offset 5m"), "a[299999ms] + b[5399999ms:1m] offset 5m")
        self.assertEqual(compare.one_millisecond_shorter('a{b=~"[a-z]"}'), 'a{b=~"[a-z]"}')

    def test_query_times_are_off_the_steps_of_subqueries(self):
        for query in compare.QUERIES:
            time = query.start
            while time <= query.end:
                self.assertIn(time % 15, (7, 14.5), query)
                time += query.step or 1e9

    def test_random_expressions_repeat(self):
        first = list(generator.expressions(50, 7))
        self.assertEqual(first, list(generator.expressions(60, 7))[:50])
        self.assertNotEqual(first, list(generator.expressions(50, 8)))
        self.assertEqual(len(set(first)), 50)


class Data(unittest.TestCase):
    def test_no_sample_lies_on_an_edge(self):
        seen = set()
        for series in data.DataSet(1700000000 // 3600 * 3600).series:
            labels = tuple(sorted(series.labels.items()))
            self.assertNotIn(labels, seen)
            seen.add(labels)
            times = [time for time, _ in series.samples]
            self.assertEqual(times, sorted(set(times)), labels)
            if not series.labels["__name__"].startswith("aligned_"):
                self.assertTrue(all(time % 50 for time in times), labels)

    def test_messages(self):
        self.assertEqual(remote_write.varint(300), b"\xac\x02")
        self.assertEqual(remote_write.varint(-1), b"\xff" * 9 + b"\x01")
        self.assertEqual(remote_write.encoded_sample(5, data.STALE)[3:11], struct.pack("<Q", 0x7FF0000000000002))
        self.assertTrue(math.isnan(struct.unpack("<d", data.value_bits(data.STALE))[0]))
        self.assertEqual(remote_write.snappy(b"abc"), b"\x03" + bytes([61 << 2]) + b"\x02\x00abc")
        self.assertEqual(len(remote_write.snappy(b"x" * 70000)), 70000 + 3 + 2 * 3)

    def test_batches_are_in_order_of_time(self):
        one = data.Series({"__name__": "a"}, [(0, 1.0), (59_999, 2.0), (60_000, 3.0)])
        late = data.Series({"__name__": "b"}, [(60_001, 4.0)])
        messages = list(remote_write.batches([late, one]))
        self.assertEqual(len(messages), 2)
        self.assertNotIn(b"\x01b", messages[0])


if __name__ == "__main__":
    unittest.main()
