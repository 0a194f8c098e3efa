"""Tests of faults.py: python3 -m unittest discover tools"""
import pathlib
import unittest

from faults import (
    ANOTHER, CAUGHT, MISSED, UNCLEAR, BadFault, Fault, batches, judge, parse, read, sample, trust_slow, unproven)

FAULTS = pathlib.Path(__file__).resolve().parent.parent / "fixtures/faults"
LEVELS = {"a.must": "must", "b.should": "should", "c.may": "may", "d.must": "must"}


def finding(check, outcome="failed", standing=None):
    standing = standing or {"passed": "passed", "broken": "doubtful"}.get(outcome, "rejects")
    return {"check": check, "outcome": outcome, "standing": standing, "reason": "why"}


class Parsing(unittest.TestCase):
    def test_all_fields(self):
        fault = parse("fails: a.b c.d\nmay-fail: e.f\nbase: debian\noptions: --boots  2\nalone: yes\n", "n", "a")
        self.assertEqual(fault, Fault("n", "a", ("a.b", "c.d"), ("e.f",), "debian", "--boots 2", True))

    def test_what_is_left_out(self):
        self.assertEqual(parse("fails: a.b\n", "n", "a"), Fault("n", "a", ("a.b",)))

    def test_bad_files_are_refused(self):
        for text in ("", "may-fail: a.b", "fails:", "fails: disk", "fails: a.b a.b", "fails: a.b\nmay-fail: a.b",
                     "fails: a.b\nalone: no", "fails: a.b\nfails: c.d", "fails: a.b\nseen: x", "fails: a.b\n\n",
                     "fails: a.b\nbase: ../x", "fails: a.b\noptions: 'x"):
            with self.subTest(text), self.assertRaises(BadFault):
                parse(text, "n", "a")

    def test_every_fault_here_is_well_formed(self):
        faults = read(FAULTS)
        self.assertGreater(len(faults), 20)
        self.assertTrue(any(fault.alone for fault in faults) and any(fault.options for fault in faults))


class Batching(unittest.TestCase):
    def test_no_expected_check_is_touched_twice(self):
        for batch in batches(read(FAULTS)):
            for fault in batch:
                others = set().union(*(other.touches for other in batch if other is not fault), set())
                self.assertFalse(set(fault.fails) & others, fault.name)
                self.assertTrue(len(batch) == 1 or not fault.alone)
            self.assertEqual(len({(fault.base, fault.options) for fault in batch}), 1)

    def test_every_fault_is_in_one_batch(self):
        faults = read(FAULTS)
        self.assertEqual(sorted(fault.name for batch in batches(faults, 3) for fault in batch),
                         sorted(fault.name for fault in faults))

    def test_the_limit_holds_and_areas_are_spread(self):
        faults = [Fault(f"{area}{n}", area, (f"{area}.c{n}",)) for area in "abc" for n in range(8)]
        found = batches(faults, 12)
        self.assertEqual([len(batch) for batch in found], [12, 12])
        self.assertEqual([sum(fault.area == "a" for fault in batch) for batch in found], [4, 4])

    def test_who_cannot_share(self):
        one = Fault("one", "a", ("a.x",), ("a.y",))
        self.assertTrue(one.goes_with(Fault("two", "a", ("a.z",), ("a.y",))))
        for other in (Fault("o", "a", ("a.x",)), Fault("o", "a", ("a.y",)), Fault("o", "a", ("a.z",), ("a.x",)),
                      Fault("o", "a", ("a.z",), alone=True), Fault("o", "a", ("a.z",), base="debian"),
                      Fault("o", "a", ("a.z",), options="--boots 2")):
            self.assertFalse(one.goes_with(other), other)
            self.assertEqual(len(batches([one, other])), 2)

    def test_a_sample_is_the_same_for_a_seed_and_fits_one_boot(self):
        faults = read(FAULTS) + [Fault(f"x{n}", f"x{n % 4}", (f"x.c{n % 9}",)) for n in range(20)]
        drawn = sample(faults, 6, 1)
        self.assertEqual(drawn, sample(list(reversed(faults)), 6, 1))
        self.assertEqual(len(drawn), 6)
        self.assertEqual(len(batches(drawn)), 1)
        self.assertNotEqual(drawn, sample(faults, 6, 2))


class Judging(unittest.TestCase):
    def outcome(self, fault, *findings):
        return judge([fault], list(findings), LEVELS).outcomes[fault.name][0]

    def test_caught_needs_every_check_and_its_standing(self):
        fault = Fault("f", "a", ("a.must", "b.should"), ("c.may",))
        self.assertEqual(self.outcome(fault, finding("a.must"), finding("b.should", standing="warns")), CAUGHT)
        self.assertEqual(self.outcome(fault, finding("a.must"), finding("b.should", "passed")), MISSED)
        self.assertEqual(self.outcome(fault, finding("a.must")), MISSED)
        self.assertEqual(self.outcome(fault, finding("a.must", standing="informs"),
                                      finding("b.should", standing="warns")), MISSED)
        self.assertEqual(self.outcome(fault, finding("b.should", "passed"), finding("c.may", standing="informs")),
                         MISSED)

    def test_one_boot_of_several_is_enough(self):
        fault = Fault("f", "a", ("a.must",))
        self.assertEqual(self.outcome(fault, finding("a.must", "passed"), finding("a.must")), CAUGHT)

    def test_another_check_that_nobody_named(self):
        judged = judge([Fault("f", "a", ("a.must",))], [finding("a.must", "passed"), finding("d.must")], LEVELS)
        self.assertEqual(judged.outcomes["f"], (ANOTHER, "a.must passed"))
        self.assertEqual(judged.false_alarms, {"d.must": "why"})

    def test_a_false_alarm_beside_the_right_check(self):
        judged = judge([Fault("f", "a", ("a.must",))], [finding("a.must"), finding("d.must")], LEVELS)
        self.assertEqual((judged.outcomes["f"][0], list(judged.false_alarms)), (CAUGHT, ["d.must"]))

    def test_faults_account_for_each_others_failures(self):
        pair = [Fault("f", "a", ("a.must",)), Fault("g", "a", ("d.must",), ("c.may",))]
        judged = judge(pair, [finding("a.must"), finding("d.must"), finding("c.may", standing="informs")], LEVELS)
        self.assertEqual([outcome for outcome, _ in judged.outcomes.values()], [CAUGHT, CAUGHT])
        self.assertEqual(judged.false_alarms, {})

    def test_broken_is_no_miss(self):
        fault = Fault("f", "a", ("a.must", "d.must"))
        self.assertEqual(self.outcome(fault, finding("a.must", "broken"), finding("d.must")), UNCLEAR)
        self.assertEqual(self.outcome(fault, finding("a.must", "broken"), finding("d.must", "passed")), MISSED)
        self.assertTrue(judge([fault], None, LEVELS).unclear)

    def test_a_slow_host_is_believed_when_asked_for(self):
        slow = finding("b.should", "broken") | {"reason": "host too slow: the guest got 16% of its time: expected 1"}
        findings = trust_slow([slow, finding("a.must", "broken")], LEVELS)
        self.assertEqual([(each["outcome"], each["standing"]) for each in findings],
                         [("failed", "warns"), ("broken", "doubtful")])

    def test_broken_is_no_false_alarm(self):
        self.assertEqual(judge([Fault("f", "a", ("a.must",))], [finding("a.must"), finding("d.must", "broken")],
                               LEVELS).false_alarms, {})

    def test_checks_that_nothing_proves(self):
        fault = Fault("f", "a", ("a.must",), ("b.should",))
        self.assertEqual(unproven(LEVELS, [fault]), ["b.should", "c.may", "d.must"])


if __name__ == "__main__":
    unittest.main()
