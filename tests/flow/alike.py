#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Files that are torn, doubled, mixed up and filled with junk are taken in
twice: in memory, and set by set as large ones are. Documents, findings,
records, answers and the places of every byte are the same.

  alike.py [FILES [SEED]]

Prints TAP."""
import difflib
import os
import random
import re
import shutil
import sys
import tempfile

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from world import World  # noqa: E402

SENDERS = (("ZZ", "BLUEFISH01"), ("ZZ", "BLUEFISH01"), ("01", "079240011"), ("ZZ", "NOBODY"))


def ship_notice(control, number, wrong):
    body = ["BSN*00*ASN-%s*%s*1432*0001" % (number, "2026" if wrong else "20261122"), "HL*1**S", "DTM*011*20261122",
            "HL*2*1*O", "PRF*PO-%s" % number, "HL*3*2*I", "LIN*1*VN*BF-220", "SN1*1*40*CA", "CTT*1"]
    return ["ST*856*%04d" % control] + body + ["SE*%d*%04d" % (len(body) + 2, control)]


def acknowledgment(control, number):
    return ["ST*997*%04d" % control, "AK1*PO*%d" % number, "AK9*A*1*1*1", "SE*4*%04d" % control]


def interchange(dice, control):
    qualifier, sender = dice.choice(SENDERS)
    segments = ["ISA*00*          *00*          *%s*%-15s*ZZ*CRONUS01       *261122*1200*U*00401*%09d*%d*P*>"
                % (qualifier, sender, control, dice.random() < 0.2)]
    groups = dice.randint(1, 3)
    for group in range(groups):
        sets, kind = dice.randint(0, 4), dice.choice(("SH", "SH", "FA"))
        segments.append("GS*%s*%s*CRONUS01*20261122*1200*%d*X*004010" % (kind, sender, control * 10 + group))
        for number in range(1, sets + 1):
            name = "%d-%d-%d" % (control, group, number)
            segments += (acknowledgment(number, control) if kind == "FA"
                         else ship_notice(number, name, dice.random() < 0.2))
        segments.append("GE*%d*%d" % (sets, control * 10 + group))
    return segments + ["IEA*%d*%09d" % (groups, control)]


def harm(dice, segments):
    """One or two of the things that happen to files."""
    for _ in range(dice.randint(0, 2)):
        at = dice.randrange(len(segments))
        way = dice.randrange(7)
        if way == 0:
            del segments[at]
        elif way == 1:
            segments.insert(at, segments[at])
        elif way == 2:
            segments.insert(at, dice.choice(("", "XX*1", "TA1*000000905*261122*1200*A*000", "\x00\x01junk", "GE*1*1",
                                             "IEA*1*000000001", "ST*856*0009", "SE*1*0001", "ISA*", "GS*SH")))
        elif way == 3:
            other = dice.randrange(len(segments))
            segments[at], segments[other] = segments[other], segments[at]
        elif way == 4:
            segments[at] = re.sub(r"\d", lambda found: dice.choice("0123456789"), segments[at], count=2)
        elif way == 5:
            segments[at] = segments[at][:dice.randrange(len(segments[at]) + 1)]
        else:
            del segments[at:at + dice.randint(2, 12)]
        if not segments:
            segments.append("")
    return segments


def file_of(dice, control):
    segments = []
    if dice.random() < 0.1:
        segments.append("\r\nNo interchange, but words.\r\n" * dice.randint(1, 300))
    for number in range(dice.randint(1, 3)):
        segments += interchange(dice, control + number)
        if dice.random() < 0.15:
            segments.append(dice.choice(("  \n ", "some words between", "\x00", "\x1a")))
    if dice.random() < 0.1:  # the last one once more
        segments += segments[-12:] if dice.random() < 0.5 else list(segments)
    end = dice.choice(("~", "~\n", "~\r\n"))
    text = end.join(harm(dice, segments)) + end
    if dice.random() < 0.15:
        text = text[:dice.randrange(1, len(text))]
    return text.encode("latin-1")


def give(world, files, seed):
    dice = random.Random(seed)
    for folder in ("bluefish", "acme"):
        os.makedirs(world.path("spool/in", folder), exist_ok=True)
    for number in range(files):
        folder = "acme" if dice.random() < 0.1 else "bluefish"
        with open(world.path("spool/in", folder, "%04d.edi" % number), "wb") as out:
            out.write(file_of(dice, 1000 + 5 * number))


def seen(world):
    """What came of it, a line each, without numbers that rows have by their order."""
    lines = []
    for row in world.rows(
            "SELECT a.name, i.\"offset\", i.size, i.state, i.partner, i.sender, i.control, i.reason, hex(i.sha256)"
            " FROM interchange i JOIN interchange a ON a.id = i.arrival ORDER BY a.name, i.\"offset\", i.size, i.state"):
        lines.append("interchange %s" % (tuple(row),))
    for row in world.rows(
            "SELECT a.name, i.\"offset\", d.ordinal, d.\"set\", d.number, d.state, d.valid, d.code, d.reason,"
            " d.waits_for, d.isa, d.gs, d.st, (SELECT group_concat(role || ' ' || hash) FROM (SELECT p.role, hex(y.sha256)"
            " AS hash FROM part p JOIN payload y ON y.id = p.payload WHERE p.document = d.id ORDER BY p.role))"
            " FROM document d JOIN interchange i ON i.id = d.interchange"
            " JOIN interchange a ON a.id = i.arrival WHERE d.direction = 'in' ORDER BY a.name, i.\"offset\", d.ordinal"):
        lines.append(re.sub(r"(of|as|by) (document|interchange) \d+", r"\1 another \2", "document %s" % (tuple(row),)))
    for row in world.rows("SELECT \"set\", partner, number, related, state FROM document WHERE direction = 'out'"
                          " ORDER BY partner, related, \"set\", number"):
        lines.append("answer %s" % (tuple(row),))
    told = []
    for partner in ("ACME", "BLUEFISH"):
        folder = world.path("partners", partner, "in")
        for name in os.listdir(folder):
            with open(os.path.join(folder, name), encoding="latin-1") as file:
                told.append("%s %s" % (partner, re.findall(r"(?:TA1|AK\d|IK\d)\*[^~]*", file.read())))
    return lines + sorted(told)


def taken_in(base, files, seed, limit):
    folder = tempfile.mkdtemp(prefix="tp-alike-", dir=base)
    world = World(folder)
    try:
        world.start()
        give(world, files, seed)
        world.environment["TRADEPOST_LARGE_BYTES"] = limit
        run = world.tool("run")
        verified = world.tool("verify")
        good = run.returncode in (0, 9) and verified.returncode == 0
        return seen(world), "" if good else run.stdout + run.stderr + verified.stdout + verified.stderr
    finally:
        world.stop()
        shutil.rmtree(folder)


def main():
    files = int(sys.argv[1]) if len(sys.argv) > 1 else 150
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else 1
    base = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
    os.environ["TRADEPOST_RESERVE_MB"] = "0"
    small, small_said = taken_in(base, files, seed, "100000000")
    large, large_said = taken_in(base, files, seed, "1")
    differ = [line for line in difflib.unified_diff(small, large, "in memory", "set by set", "", "", 0)]
    for number, (good, what, detail) in enumerate((
            (len(small) > files, "%d files make documents" % files, small),
            (not small_said, "taken apart in memory, every byte is accounted for", small_said.split("\n")),
            (not large_said, "taken apart set by set, too", large_said.split("\n")),
            (not differ, "both are alike: %d lines" % len(small), differ))):
        print("%s %d - %s" % ("ok" if good else "not ok", number + 1, what))
        if not good:
            print("# " + "\n# ".join(detail[:30]))
    print("1..4")
    return bool(differ or small_said or large_said or len(small) <= files)


if __name__ == "__main__":
    sys.exit(main())
