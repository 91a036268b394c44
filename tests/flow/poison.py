#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Documents at which the process that reads them ends: each is held alone, with
the reason; its neighbours in the interchange, in the file and beside it go on,
and nothing is lost. When it is no document's fault, none is held. Prints TAP."""
import glob
import os
import re
import shutil
import sys
import tempfile

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from run_scenarios import nav_order, ship  # noqa: E402
import tap  # noqa: E402
from tap import ok  # noqa: E402
from world import PROGRAM, World  # noqa: E402

# What it may have: a tree needs some fifteen times what its set has.
ENOUGH, LITTLE, NOTHING = "512", "60", "0"
MEGABYTES = 5


def notice(control, order, lines):
    body = "".join("HL*%d*2*I~LIN*%d*VN*BF-220~SN1*%d*1*CA~PID*F****%s~" % (i + 3, i + 1, i + 1, "SALMON " * 11)
                   for i in range(lines))
    return ("ST*856*%04d~BSN*00*ASN-%d*20261122*1432*0001~HL*1**S~DTM*011*20261122~HL*2*1*O~PRF*%s~%sCTT*%d~"
            "SE*%d*%04d~" % (control, control, order, body, lines + 2, 8 + 4 * lines, control))


def interchange(control, sets):
    return ("ISA*00*          *00*          *ZZ*BLUEFISH01     *ZZ*CRONUS01       *261122*1200*U*00401*%09d*0*P*>~\n"
            "GS*SH*BLUEFISH01*CRONUS01*20261122*1200*%d*X*004010~\n%sGE*%d*%d~\nIEA*1*%09d~\n" % (
                control, control, "".join(sets), len(sets), control, control))


def drop(world, name, text):
    os.makedirs(world.path("spool/in/bluefish"), exist_ok=True)
    world.write("hidden", text)
    os.rename(world.path("hidden"), world.path("spool/in/bluefish", name))


def allow(world, megabytes):
    world.main["limits.translator_megabytes"] = megabytes
    world.settings()


def states(world):
    return {row[0] or "file": tuple(row)[1:] for row in world.rows(
        "SELECT number, state, code, reason FROM document WHERE direction = 'in'")}


def play(way, large_bytes):
    """A set of one interchange, then a file as a whole."""
    folder = tempfile.mkdtemp(prefix="tp-poison-")
    world = World(folder)
    os.environ["TRADEPOST_LARGE_BYTES"] = large_bytes
    try:
        world.start()
        for order in ("PO-1", "PO-3", "PO-6"):
            nav_order(world, [order, "V10000"], ["70000 1 CASE 155.70"])
        nav_order(world, ["PO-5", "V10010"], ["70008 1 CASE 12.50"])
        allow(world, LITTLE)
        world.tool("run")
        lines = (MEGABYTES << 20) // 130
        drop(world, "a.edi", interchange(901, [notice(1, "PO-1", 1), notice(2, "PO-2", lines), notice(3, "PO-3", 1)]))
        ship(world, ["ACME", "ASN-5", "PO-5", "AC-1100:1"], [])
        said = world.tool("run")
        seen = states(world)
        ok(seen.get("ASN-2", seen.get("file", ("",)))[:2] == ("held", "TP7080") and len(seen) == 4,
           way + ": the set at which it ends is held alone", "%s\n%s" % (said.stdout + said.stderr, seen))
        ok([seen.get(name, ("",))[0] for name in ("ASN-1", "ASN-3", "ASN-5")] == ["done"] * 3,
           way + ": its neighbours go on", seen)
        answers = "".join(open(name, encoding="ascii").read() for name in glob.glob(world.path("partners/BLUEFISH/in/997*")))
        answers = answers.replace("\n", "")
        ok(re.findall(r"AK2\*856\*(\d+)~AK5\*(.)", answers) == [("0001", "A"), ("0002", "A"), ("0003", "A")],
           way + ": the answer tells of each", answers)
        released(world, way)
        whole(world, way)
    finally:
        del os.environ["TRADEPOST_LARGE_BYTES"]
        world.stop()
        shutil.rmtree(folder)


def whole(world, way):
    """So many sets that what is told of them is too much."""
    allow(world, LITTLE)
    sets = ["ST*856*%06d~SE*2*%06d~" % (i, i) for i in range((MEGABYTES << 20) // 28)]
    drop(world, "b.edi", interchange(902, sets))
    drop(world, "c.edi", interchange(903, [notice(6, "PO-6", 1)]))
    said = world.tool("run")
    rows = world.rows("SELECT ordinal, state FROM document WHERE direction = 'in' AND code = 'TP7080'")
    ok([tuple(row) for row in rows] == [(0, "held")] and states(world).get("ASN-6", ("",))[0] == "done",
       way + ": a file at which it ends is held as one, the next goes on",
       "%s\n%s\n%s" % (said.stdout + said.stderr, [tuple(row) for row in rows], states(world)))
    verified = world.tool("verify")
    ok(verified.returncode == 0, way + ": every byte is accounted for", verified.stdout + verified.stderr)


def released(world, way):
    allow(world, ENOUGH)
    ids = [str(row[0]) for row in world.rows("SELECT id FROM document WHERE code = 'TP7080'")]
    freed = world.tool("doc", "release", *ids, "--reason", "it has more memory")
    said = world.tool("run")
    rows = [tuple(row) for row in world.rows("SELECT id, number, state, code FROM document WHERE code = 'TP7080'")]
    there = {row[0] for row in world.rows("SELECT number FROM document WHERE direction = 'in'")}
    ok(freed.returncode == 0 and not rows and "ASN-2" in there, way + ": released with more memory, it is read",
       "%s\n%s\n%s" % (freed.stdout + freed.stderr, said.stdout + said.stderr, rows))


def nobodys_fault(world):
    """It cannot read anything: nothing is held, and what waits goes on when it can."""
    world.start()
    allow(world, NOTHING)
    nav_order(world, ["PO-1", "V10000"], ["70000 1 CASE 155.70"])
    drop(world, "a.edi", interchange(901, [notice(1, "PO-1", 1)]))
    said = world.tool("run")
    rows = [tuple(row) for row in world.rows("SELECT number, state, code FROM document WHERE state = 'held'")]
    ok(said.returncode != 0 and "TP7082" in said.stderr and not rows,
       "a translator that ends at anything holds nothing, and the run says so",
       "%d %s\n%s" % (said.returncode, said.stdout + said.stderr, rows))
    allow(world, ENOUGH)
    for _ in range(2):
        said = world.tool("run")
    ok(states(world).get("ASN-1", ("",))[0] == "done", "and what waited goes on when it is well",
       "%s\n%s" % (said.stdout + said.stderr, states(world)))


def main():
    with open(PROGRAM, "rb") as program:
        if b"__asan_init" in program.read():
            print("1..0 # SKIP with sanitizers its memory has no bound")
            return 0
    os.environ["TRADEPOST_RESERVE_MB"] = "0"
    play("in memory", "100000000")
    play("set by set", "1000")
    folder = tempfile.mkdtemp(prefix="tp-poison-")
    world = World(folder)
    try:
        nobodys_fault(world)
    finally:
        world.stop()
        shutil.rmtree(folder)
    return tap.end()


if __name__ == "__main__":
    sys.exit(main())
