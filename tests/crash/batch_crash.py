#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A run that posts batches is killed at each of its commits, and between its
requests to NAV; then it is run to the end. NAV's ledger of effects tells that
each posting happened once, and that of two bills for the same goods one waits.

  batch_crash.py [SECONDS]      all calls when SECONDS is 0 (make torture)

Prints TAP. TP_CRASH_SECONDS sets the time as well."""
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from run_crash import NOT_ALLOWED, Crash, differences, spread  # noqa: E402
from run_scenarios import bill, fault, nav_order, ship  # noqa: E402
from world import Failed  # noqa: E402

BATCH = 6


class Batches(Crash):
    def fill(self):
        world = self.world
        world.nav["settle"] = '"4s"'  # longer than a late commit takes, on a busy machine too
        world.start()
        for number in range(1, 2 * BATCH + 1):
            nav_order(world, ["PO-%d" % number, "V10000"], ["70000 10 CASE 155.70"])
        for number in range(1, BATCH + 1):
            ship(world, ("BLUEFISH ASN-%d PO-%d BF-220:10" % (number, number)).split(), [])
        self.finish_run()
        for number in range(1, BATCH + 1):
            bill(world, ("BLUEFISH INV-%d PO-%d BF-220:10:155.7" % (number, number)).split(), [])
            ship(world, ("BLUEFISH ASN-%d PO-%d BF-220:10" % (number + BATCH, number + BATCH)).split(), [])
        bill(world, "BLUEFISH TWICE PO-2 BF-220:10:155.7".split(), [])
        self.stop()
        shutil.copytree(self.live, self.begin)

    def strike(self):
        fault(self.world, ["POST", "TradepostPosting_PostReceipt", "cut-after"], [])
        fault(self.world, ["POST", "TradepostPosting_PostOrderInvoice", "late-commit", "seconds=1"], [])


def unharmed(crash, calls):
    """What must be seen, and how many calls there are; None where it cannot be tried."""
    crash.restore()
    try:
        code, total = crash.killed(calls, 0)
        if code == NOT_ALLOWED:
            return None, 0
        crash.finish_run()
        return crash.outside(), total
    finally:
        crash.stop()


def play(crash, wanted, calls, points, until):
    bad = done = 0
    for turn, call in enumerate(points):
        if bad >= 3 or time.monotonic() > until:
            break
        again = call * 7 % 40 + 1 if turn % 3 == 2 else 0
        try:
            text = differences(wanted, crash.history(calls, call, again, turn % 2 == 1))
        except (Failed, subprocess.TimeoutExpired, OSError) as failed:
            text = str(failed)
        done += 1
        if text:
            bad += 1
            print("# killed at %d and %d of '%s':\n# %s" % (call, again, calls, text.replace("\n", "\n# ")))
        sys.stdout.flush()
    return bad, done


def report(number, bad, done, total, what):
    print("%s %d - killed at %d of %d %s: each posting happened once" % (
        "not ok" if bad or not done else "ok", number, done, total, what))
    return bad or not done


def sweep(crash, seconds):
    wanted, syncs = unharmed(crash, "syncs")
    if wanted is None:
        print("1..0 # SKIP ptrace or seccomp is not allowed here")
        return 0
    posted = sum(n for key, n in wanted.items() if key[0] in ("receipt", "orderInvoice", "invoice"))
    # The match sees it, before NAV would refuse it: NAV drops an order that is invoiced.
    held = [tuple(row) for row in crash.world.rows("SELECT number, code FROM document WHERE state = 'held'")]
    right = held in ([("TWICE", "TP7033")], [("TWICE", "TP7038")])
    print("%s 1 - unharmed: the later one of two bills for the same goods is not matched, %d postings" % (
        "ok" if right else "not ok", posted))
    forever = seconds <= 0
    begun = time.monotonic()
    wrong = not right
    wrong |= report(2, *play(crash, wanted, "syncs", spread(syncs, syncs),
                             float("inf") if forever else begun + seconds), syncs, "commits")
    marks = unharmed(crash, "marks")[1]
    wrong |= report(3, *play(crash, wanted, "marks", spread(marks, marks),
                             float("inf") if forever else time.monotonic() + seconds / 2), marks,
                    "commits, requests and renames")
    print("1..3")
    return 1 if wrong else 0


def main():
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(99))
    seconds = float(sys.argv[1] if len(sys.argv) > 1 else os.environ.get("TP_CRASH_SECONDS", "40"))
    base = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
    folder = tempfile.mkdtemp(prefix="tp-batch-", dir=base)
    os.environ["TRADEPOST_RESERVE_MB"] = "0"
    crash = None
    try:
        crash = Batches(folder)
        return sweep(crash, seconds)
    finally:
        if crash:
            crash.world.stop()
        shutil.rmtree(folder)


if __name__ == "__main__":
    sys.exit(main())
