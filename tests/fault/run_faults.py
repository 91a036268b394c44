#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Every system call of `tradepost run` fails in turn (EIO, ENOSPC, EINTR,
ENOMEM; half the bytes), and every allocation, with orders, invoices, ship
notices, bills, remittances and acknowledgements in work; then several in a
row, of them some while it recovers, by seed. It says so and ends, or goes on;
in the end those outside have seen every effect once, and every document is
accounted for. A planted defect shows that this would be seen otherwise.

  run_faults.py [SECONDS [SEED]]     0 seconds: see TP_POINTS below (make torture)
  run_faults.py --play STRIKE...     one history (strikes.py); its folder is kept

TP_POINTS: how many histories of each kind at most. Prints TAP and the seed.
TP_FAULT_SECONDS sets the time as well."""
import os
import random
import shutil
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True
here = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [here, os.path.join(here, "..", "crash")]
import strikes  # noqa: E402
from run_crash import Crash, differences  # noqa: E402
from strikes import ERRORS, LIAR, Struck, Sweep, Tap  # noqa: E402
from world import PROGRAM, Failed  # noqa: E402

KINDS = ERRORS + ("half",)
ALL = KINDS + ("ENOSPC+", "EIO+", "kill", "null", "null+")


class Gateway:
    def __init__(self, folder):
        self.crash = Crash(folder)
        self.wanted, self.took = None, []

    def struck(self, strike, more):
        self.crash.clock()
        world = self.crash.world
        return Struck(strike, [PROGRAM, "-c", world.path("etc"), "run"], world.path("count"),
                      dict(os.environ, TRADEPOST_NOW=world.now, TRADEPOST_BUSY_MS="50", **more), 120)

    def play(self, history, **more):
        crash = self.crash
        crash.restore()
        try:
            for turn, strike in enumerate(history):
                it = self.struck(strike, more)
                why = it.bad_end(strike)
                if why:
                    return "%s (call %d) %s" % (strike, it.call, why)
                self.took.append((it.seconds, strike, it.call))
                if turn % 2 == 0:
                    crash.partners_take()
            return differences(self.wanted, crash.end())
        except (Failed, subprocess.TimeoutExpired, OSError) as failed:
            return str(failed)
        finally:
            crash.stop()

    def unharmed(self):
        """How many points each list has, and what is seen when nothing fails; None where nothing can be stopped."""
        found = {}
        for name, strike in (("every", "EIO@0"), ("data", "half@0"), ("all", "kill@0"), ("null", "null@0")):
            if name == "null" and strikes.sanitized(PROGRAM):
                continue
            self.crash.restore()
            try:
                it = self.struck(strike, {})
                if it.status == strikes.NOT_ALLOWED:
                    return None
                found[name] = it.passed
                if self.wanted is None:
                    self.crash.finish_run()
                    self.wanted = self.crash.outside()
            finally:
                self.crash.stop()
        return found


def control(tap, gateway, counts, chance):
    """Half writes that are said to be whole."""
    def play(history):
        return gateway.play(history, LD_PRELOAD=LIAR, TP_LIE="deaf")
    points = [["half+@%d" % at] for at in range(counts["data"] // 4, counts["data"] * 3 // 4)]
    chance.shuffle(points)
    sweep = Sweep(play).go(points, 120, most_bad=1)
    tap.result(sweep.bad > 0, "%s: half writes that are said to be whole, at %d points" % (
        "found" if sweep.bad else "not found", sweep.done))


def sweep_all(gateway, seconds, seed):
    counts = gateway.unharmed()
    if counts is None:
        print("1..0 # SKIP ptrace or seccomp is not allowed here")
        return 0
    tap, chance = Tap(), random.Random(seed)
    preload = not strikes.sanitized(PROGRAM)
    most = int(os.environ.get("TP_POINTS", "1000000"))
    long = seconds or 10 ** 9
    sweep = Sweep(gateway.play).go(strikes.alone(KINDS, counts), long * 0.4, most=most)
    tap.result(not sweep.bad and sweep.done, "%d failures at %d calls (%s): every effect once" % (
        sweep.done, counts["every"], sweep.counted()), sweep.why)
    if preload:
        sweep = Sweep(gateway.play).go(strikes.alone(("null", "null+"), counts), long * 0.3, most=most)
        tap.result(not sweep.bad and sweep.done, "%d failures of %d allocations, alone or with all after them: every "
                   "effect once" % (sweep.done, counts["null"]), sweep.why)
    else:
        tap.skip("allocations fail", "a preloaded library and the sanitizer do not go together")
    kinds = ALL if preload else tuple(kind for kind in ALL if not kind.startswith("null"))
    sweep = Sweep(gateway.play).go(strikes.by_seed(seed, counts, kinds), long * 0.3, most=most)
    tap.result(not sweep.bad and sweep.done, "%d histories with %d failures and deaths, also while it recovers, seed %d; "
               "accepted is what was done, held or is in progress" % (sweep.done, sweep.struck, seed), sweep.why)
    print("# the longest run that was struck: %.1f s (%s, call %d)" % max(gateway.took))
    if preload:
        control(tap, gateway, counts, chance)
    return tap.end()


def main():
    folder = tempfile.mkdtemp(prefix="tp-faults-", dir="/dev/shm" if os.access("/dev/shm", os.W_OK) else None)
    os.environ["TRADEPOST_RESERVE_MB"] = "0"
    gateway, kept = None, sys.argv[1:2] == ["--play"]
    try:
        gateway = Gateway(folder)
        if kept:
            gateway.unharmed()
            print(gateway.play(sys.argv[2:]) or "all is well")
            return 0
        seconds = float(sys.argv[1] if len(sys.argv) > 1 else os.environ.get("TP_FAULT_SECONDS", "8"))
        seed = int(sys.argv[2]) if len(sys.argv) > 2 else random.randrange(10 ** 6)
        return sweep_all(gateway, seconds, seed)
    finally:
        if gateway:
            gateway.crash.world.stop()
        if kept:
            print("# kept", folder)
        else:
            shutil.rmtree(folder)


if __name__ == "__main__":
    sys.exit(main())
