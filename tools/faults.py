"""Faults: what fixtures/faults/AREA/NAME/fault says, which share a guest, and what a run's findings say of each.

Nothing here runs anything; tools/mutation does. Tests: python3 -m unittest discover tools
"""
import dataclasses
import pathlib
import random
import re
import shlex

CAUGHT, ANOTHER, MISSED, UNCLEAR = "caught", "caught by another", "missed", "could not tell"
STANDINGS = {"must": "rejects", "should": "warns", "may": "informs"}
ID = re.compile(r"[a-z][a-z0-9-]*\.[a-z0-9-]+")
SCRIPTS = ("root.sh", "disk.sh", "image.sh")


class BadFault(Exception):
    """A file `fault` that breaks the rules of fixtures/README.md: where, what, and what is right."""


@dataclasses.dataclass(frozen=True)
class Fault:
    """One defect. `options` is empty for one boot without moves."""
    name: str
    area: str
    fails: tuple = ()
    may_fail: tuple = ()
    base: str = "tiny"
    options: str = ""
    alone: bool = False

    @property
    def touches(self):
        return set(self.fails) | set(self.may_fail)

    def goes_with(self, other):
        """Whether the two can share a guest so that each expected check can have failed by one of them only."""
        return (not self.alone and not other.alone and (self.base, self.options) == (other.base, other.options)
                and not set(self.fails) & other.touches and not set(other.fails) & self.touches)


def parse(text, name, area, path="fault"):
    """The fault in the text of its file."""
    fields = {}
    for number, line in enumerate(text.splitlines(), 1):
        key, colon, value = line.partition(":")
        if not colon or key not in ("fails", "may-fail", "base", "options", "alone"):
            raise BadFault(f"{path}:{number}: expected fails:, may-fail:, base:, options:, alone:, found '{line[:80]}'")
        if key in fields:
            raise BadFault(f"{path}:{number}: a second line {key}:")
        fields[key] = value.strip()
    lists = {}
    for key in ("fails", "may-fail"):
        lists[key] = tuple(fields.get(key, "").split())
        for check in lists[key]:
            if not ID.fullmatch(check):
                raise BadFault(f"{path}: {key}: expected ids of checks like disk.no-swap, found '{check[:80]}'")
    if not lists["fails"]:
        raise BadFault(f"{path}: no line fails: with the checks that must fail")
    twice = [check for check in lists["fails"] if check in lists["may-fail"] or lists["fails"].count(check) > 1]
    if twice:
        raise BadFault(f"{path}: named twice: {twice[0]}")
    if fields.get("alone", "yes") != "yes":
        raise BadFault(f"{path}: expected 'alone: yes' or no such line, found 'alone: {fields['alone']}'")
    if not re.fullmatch(r"[a-z0-9-]+", fields.get("base", "tiny")):
        raise BadFault(f"{path}: expected the name of a good guest as base:, found '{fields['base'][:80]}'")
    try:
        options = shlex.join(shlex.split(fields.get("options", "")))
    except ValueError as error:
        raise BadFault(f"{path}: options: {error}") from None
    return Fault(name, area, lists["fails"], lists["may-fail"], fields.get("base", "tiny"), options, "alone" in fields)


def read(folder):
    """All faults below fixtures/faults, by area and name."""
    faults, names = [], {}
    for place in sorted(path for path in pathlib.Path(folder).glob("*/*") if path.is_dir()):
        path = place / "fault"
        if not path.is_file():
            raise BadFault(f"{place}: no file 'fault' that says which checks must fail")
        if not any((place / script).is_file() for script in SCRIPTS):
            raise BadFault(f"{place}: none of {', '.join(SCRIPTS)}, so nothing is spoilt")
        if place.name in names:
            raise BadFault(f"{place}: the name is taken by {names[place.name]}")
        names[place.name] = place
        faults.append(parse(path.read_text(), place.name, place.parent.name, path))
    return faults


def batches(faults, limit=12):
    """Lists of faults that share a guest, those of one area spread over them; of one fault where it shares with none."""
    found = [[fault] for fault in faults if fault.alone]
    kinds = {}
    for fault in faults:
        if not fault.alone:
            kinds.setdefault((fault.base, fault.options), []).append(fault)
    for kind in sorted(kinds):
        members = sorted(kinds[kind], key=lambda fault: (-len(fault.touches), fault.area, fault.name))
        shared = [[] for _ in range(-(-len(members) // limit))]
        for fault in members:
            free = [batch for batch in shared if len(batch) < limit and all(map(fault.goes_with, batch))]
            if not free:
                free = [[]]
                shared += free
            min(free, key=lambda batch: (sum(other.area == fault.area for other in batch), len(batch))).append(fault)
        found += [sorted(batch, key=lambda fault: (fault.area, fault.name)) for batch in shared if batch]
    return found


def sample(faults, count, seed):
    """Up to `count` faults that share one boot of tiny, drawn by `seed` and spread over the areas."""
    areas = {}
    for fault in sorted(faults, key=lambda fault: (fault.area, fault.name)):
        if not fault.alone and fault.base == "tiny" and not fault.options:
            areas.setdefault(fault.area, []).append(fault)
    dice = random.Random(seed)
    for members in areas.values():
        dice.shuffle(members)
    order = sorted(areas)
    dice.shuffle(order)
    drawn = []
    while len(drawn) < count and any(areas.values()):
        for area in order:
            if areas[area] and len(drawn) < count:
                fault = areas[area].pop()
                if all(map(fault.goes_with, drawn)):
                    drawn.append(fault)
    return sorted(drawn, key=lambda fault: (fault.area, fault.name))


@dataclasses.dataclass
class Judgement:
    """What a run says of the faults in its guest. `outcomes`: by name, (outcome, what there is to say of it)."""
    outcomes: dict
    false_alarms: dict

    @property
    def unclear(self):
        return any(outcome == UNCLEAR for outcome, _ in self.outcomes.values())


def failures(findings):
    """The reason of a failure for each check that failed, in whatever boot."""
    return {each["check"]: each["reason"] for each in findings if each["outcome"] in ("failed", "flaky")}


def trust_slow(findings, levels):
    """The findings, with failures for what is broken for no other reason than that the host was too slow."""
    return [
        each | {"outcome": "failed", "standing": STANDINGS.get(levels.get(each["check"]))}
        if each["outcome"] == "broken" and each["reason"].startswith("host too slow: the guest got ") else each
        for each in findings]


def judge(faults, findings, levels):
    """What findings, as in report.json, say of the faults in the guest. None for findings: the run judged nothing."""
    if findings is None:
        return Judgement({fault.name: (UNCLEAR, "the run came to no end") for fault in faults}, {})
    accounted = set().union(*(fault.touches for fault in faults))
    alarms = {check: reason for check, reason in failures(findings).items() if check not in accounted}
    outcomes = {}
    for fault in faults:
        missing, doubts = [], []
        for check in fault.fails:
            its = [each for each in findings if each["check"] == check]
            wanted = STANDINGS.get(levels.get(check))
            if any(each["outcome"] == "failed" and each["standing"] == wanted for each in its):
                continue
            found = sorted({each["outcome"] for each in its}) or ["not run"]
            (doubts if {"broken", "flaky"} & set(found) else missing).append(f"{check} {', '.join(found)}")
        if missing:
            outcome = ANOTHER if alarms else MISSED
        else:
            outcome = UNCLEAR if doubts else CAUGHT
        outcomes[fault.name] = (outcome, "; ".join(missing + doubts))
    return Judgement(outcomes, alarms)


def unproven(levels, faults):
    """The checks that no fault names as one that must fail."""
    return sorted(set(levels) - set().union(*(fault.fails for fault in faults), set()))
