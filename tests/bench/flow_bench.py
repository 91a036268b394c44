#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Documents a second through the whole durable path, against local peers: NAV -> 850 -> SFTP, and 856 + 810 -> NAV.
Prints, never asserts. Usage: flow_bench.py [DOCUMENTS]"""
import json
import os
import resource
import shutil
import sys
import tempfile
import time

sys.path.insert(0, os.path.join(os.environ.get("TP_SOURCE", "."), "tests/flow"))
import run_scenarios as scenarios  # noqa: E402
from world import World  # noqa: E402

SLOW = 60
COUNT = int(sys.argv[1]) if len(sys.argv) > 1 else 500


def measured(world, what, documents):
    before = time.monotonic()
    result = world.tool("run", "-o", "json")
    spent = time.monotonic() - before
    if result.returncode not in (0, 6, 9):
        sys.exit("run: exit %d: %s" % (result.returncode, result.stderr[-300:]))
    report = json.loads(result.stdout)
    stages = {name[:-8]: value for name, value in report.items() if name.endswith("_seconds") and value > 0.005}
    total = sum(stages.values())
    print("%-34s %6d documents  %6.2f s  %7.0f documents/s   %s" % (
        what, documents, spent, documents / spent,
        "  ".join("%s %.0f %%" % (name, 100 * value / total) for name, value in
                  sorted(stages.items(), key=lambda item: -item[1]))))


def start_up(world):
    for words, what in ((["version"], "start-up of `version`"), (["run"], "`run` with nothing to do")):
        best = min(timed(world, words) for _ in range(5))
        print("%-34s %6.0f ms" % (what, best * 1000))


def timed(world, words):
    before = time.monotonic()
    world.tool(*words)
    return time.monotonic() - before


def slow_nav(folder, parallel):
    """The same against a NAV that takes 50 ms for each request."""
    world = World(folder)
    world.options = ["--latency", "50"]
    world.nav.update(parallel=str(parallel), settle='"11m"')
    try:
        world.start()
        for number in range(SLOW):
            scenarios.nav_order(world, ["PO-%d" % number, "V10000"], ["70000 40 CASE 155.70"])
        world.tool("run")
        for number in range(SLOW):
            ship_and_bill(world, number, "856")
        measured(world, "856 -> NAV, 50 ms, parallel %d" % parallel, SLOW)
        for number in range(SLOW):
            ship_and_bill(world, number, "810")
        measured(world, "810 -> NAV, 50 ms, parallel %d" % parallel, SLOW)
    finally:
        world.stop()


def ship_and_bill(world, number, kind):
    scenarios.give(world, ["BLUEFISH", kind], [
        "BSN*00*ASN-%d*20261122*1432*0001" % number, "HL*1**S", "DTM*011*20261122", "HL*2*1*O",
        "PRF*PO-%d" % number, "HL*3*2*I", "LIN*1*VN*BF-220", "SN1*1*40*CA", "CTT*3"] if kind == "856" else [
        "BIG*20261122*INV-%d*20261122*PO-%d***DR" % (number, number), "IT1*1*40*CA*155.7**VN*BF-220",
        "TDS*622800", "CTT*1"])


def main():
    folder = tempfile.mkdtemp(prefix="tp-bench-")
    world = World(folder)
    try:
        world.start()
        if world.start_sshd():
            world.by_sftp("BLUEFISH")
            world.settings()
        else:
            print("sshd is not installed: local folders instead")
        for number in range(COUNT):
            scenarios.nav_order(world, ["PO-%d" % number, "V10000"], ["70000 40 CASE 155.70", "70001 10 CASE 140.00"])
        measured(world, "NAV -> 850 -> SFTP", COUNT)
        for number in range(COUNT):
            ship_and_bill(world, number, "856")
        measured(world, "856 -> NAV (and a 997 each)", COUNT)
        for number in range(COUNT):
            ship_and_bill(world, number, "810")
        measured(world, "810 -> NAV (and a 997 each)", COUNT)
        start_up(world)
        print("%-34s %6.0f MB" % ("peak memory of any run",
                                  resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024))
        counts = world.rows('SELECT "set" AS kind, state, count(*) AS many FROM document GROUP BY 1, 2')
        print("  ".join("%s %s %d" % (row["kind"], row["state"], row["many"]) for row in counts))
        for parallel in (1, 4):
            slow_nav(os.path.join(folder, "slow-%d" % parallel), parallel)
    finally:
        world.stop()
        shutil.rmtree(folder, ignore_errors=True)


main()
