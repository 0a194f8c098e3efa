"""What tools/mutation found out, as Markdown and as an exit status. Nothing here runs anything."""
import pathlib

from faults import ANOTHER, CAUGHT, MISSED, UNCLEAR

BEGIN, END = "<!-- tools/mutation --write: begin -->", "<!-- end -->"


SPECIAL = str.maketrans({letter: f"&#{ord(letter)};" for letter in "&<>|`*_[]\\"})


def clean(text):
    """Text of a guest or a log as a cell: printable, short, nothing that Markdown or HTML would take for its own."""
    shown = "".join(letter if letter.isprintable() else " " for letter in text)
    return (shown if len(shown) <= 160 else shown[:157] + "...").translate(SPECIAL)


def table(titles, rows):
    lines = [titles, ["---"] * len(titles), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def cell(row):
    words = f"**{row['outcome']}**" if row["outcome"] != CAUGHT else CAUGHT
    if row["outcome"] != CAUGHT and row["said"]:
        words += f": {clean(row['said'])}"
    for check, reason in row["alarms"].items():
        words += f"; **{'by' if row['outcome'] == ANOTHER else 'false alarm'}** {check}: {clean(reason)}"
    return words


def expected(fault):
    words = " ".join(fault.fails)
    return words + (f" (may: {' '.join(fault.may_fail)})" if fault.may_fail else "")


def seconds(row):
    return f"{row['seconds']}" + (f" for {row['sharing']}" if row["sharing"] > 1 else "")


def false_alarms(rows, good):
    """(where, check, reason) of each check that failed and that no fault accounts for."""
    found = [(row["fault"].name, check, reason) for row in rows if row["outcome"] != ANOTHER
             for check, reason in row["alarms"].items()]
    return found + [(each["guest"], check, reason) for each in good for check, reason in each["alarms"].items()]


def markdown(rows, combined, good, unproven, about):
    counts = {outcome: sum(row["outcome"] == outcome for row in rows) for outcome in (CAUGHT, ANOTHER, MISSED, UNCLEAR)}
    alarms = false_alarms(rows, good)
    parts = [about, f"**{len(rows)} faults: " + " · ".join(
        f"{count} {'caught by the right check' if outcome == CAUGHT else outcome}" for outcome, count in counts.items())
        + f" · {len(alarms)} false alarms**"]
    parts.append(table(["fault", "checks that must fail", "outcome", "seconds"], [
        [f"{row['fault'].area}/{row['fault'].name}", expected(row["fault"]), cell(row), seconds(row)] for row in rows]))
    if good:
        parts.append("Good guests:")
        parts.append(table(["guest", "boots", "failed", "could not tell", "seconds"], [
            [each["guest"], str(each["boots"]),
             "; ".join(f"{check}: {clean(why)}" for check, why in each["alarms"].items()) or "nothing",
             ", ".join(each["broken"]) or clean(each["error"]) or "nothing", str(each["seconds"])] for each in good]))
    if unproven is not None:
        parts.append(f"Checks that no fault proves: {', '.join(unproven) or 'none'}.")
    named = {row["fault"].name: row for row in rows}
    for each in combined:
        hidden = [name for name in each["missed"] if named[name]["outcome"] == CAUGHT]
        alone = {check for name in each["faults"] for check in named[name]["alarms"]}
        odd = [check for check in each["alarms"] if check not in alone]
        if hidden:
            parts.append(f"Hidden by others, and caught alone: {', '.join(hidden)}, together with "
                         f"{', '.join(name for name in each['faults'] if name not in hidden)}.")
        if odd:
            parts.append(f"Failed of {', '.join(each['faults'])} together, and of none of them alone: "
                         + "; ".join(f"{check} ({clean(each['alarms'][check])})" for check in odd) + ".")
    return "\n\n".join(parts)


def write(path, text):
    """Puts the text between the marks in the file; at its end when it has none."""
    path = pathlib.Path(path)
    old = path.read_text() if path.exists() else ""
    before, mark, rest = old.partition(BEGIN)
    after = rest.partition(END)[2] if mark else "\n"
    path.write_text(f"{before if mark else old}{BEGIN}\n{text}\n{END}{after}")


def status(rows, good):
    if any(row["outcome"] in (MISSED, ANOTHER) for row in rows) or false_alarms(rows, good):
        return 1
    unclear = any(row["outcome"] == UNCLEAR for row in rows) or any(each["broken"] or each["error"] for each in good)
    return 2 if unclear else 0
