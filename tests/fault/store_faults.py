#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Every system call of the journal's driver fails in turn (EIO, ENOSPC, EINTR,
ENOMEM; half the bytes), and every allocation; then several in a row, of them
some while it recovers, by seed. It says so and ends, or goes on; run again on
a good day, what it had told is there and every effect happened once. Planted
defects show that this would be seen otherwise.

  store_faults.py [SECONDS [SEED]]     0 seconds: every point (make torture)
  store_faults.py --play STRIKE...     one history (strikes.py)

Prints TAP and the seed. TP_FAULT_SECONDS sets the time as well."""
import os
import random
import shutil
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import strikes  # noqa: E402
from strikes import BUILD, ERRORS, LIAR, Struck, Sweep, Tap  # noqa: E402

DRIVER = os.path.join(BUILD, "tests/crash/store_driver")
KINDS = ERRORS + ("half",)
ALL = KINDS + ("ENOSPC+", "EIO+", "kill", "null", "null+")


class Store:
    def __init__(self, folder):
        self.folder, self.home = folder, os.path.join(folder, "home")
        self.told = os.path.join(folder, "told")
        self.environment = dict(os.environ, TRADEPOST_RESERVE_MB="0", TRADEPOST_BUSY_MS="20",
                                STORE_DRIVER_WORLD=os.path.join(folder, "world"), ASAN_OPTIONS="detect_leaks=0")

    def fresh(self):
        shutil.rmtree(self.home, ignore_errors=True)
        os.mkdir(self.home)
        for name in ("told", "world"):
            path = os.path.join(self.folder, name)
            if os.path.exists(path):
                os.unlink(path)
        open(self.told, "w", encoding="utf-8").close()

    def struck(self, strike, more):
        it = Struck(strike, [DRIVER, "run", self.home], os.path.join(self.folder, "count"),
                    dict(self.environment, **more))
        with open(self.told, "a", encoding="utf-8") as out:
            out.write(it.told)
        return it

    def recovers(self):
        """On a good day: what was told is there, and the work comes to its end."""
        for mode in ("check", "run", "end"):
            with open(self.told, "ab") as told:
                done = subprocess.run([DRIVER, mode, self.home, self.told], stdout=told, stderr=subprocess.PIPE,
                                      timeout=60, env=self.environment)
            if done.returncode != 0:
                return "then %s: exit %d: %s" % (mode, done.returncode, done.stderr.decode()[-300:])
        return ""

    def play(self, history, **more):
        self.fresh()
        said = ""
        for strike in history:
            it = self.struck(strike, more)
            why = it.bad_end(strike)
            if why:
                return "%s (call %d) %s" % (strike, it.call, why)
            said = it.said
        why = self.recovers()
        return why and "%s (said before: %s)" % (why, said[-200:])

    def counts(self):
        """How many points each list has; None where nothing can be stopped."""
        found = {}
        for name, strike in (("every", "EIO@0"), ("data", "half@0"), ("all", "kill@0"), ("null", "null@0")):
            self.fresh()
            if name == "null" and strikes.sanitized(DRIVER):
                continue
            it = self.struck(strike, {})
            if it.status == strikes.NOT_ALLOWED:
                return None
            found[name] = it.passed
        return found


def controls(tap, store, counts, seed, long):
    """Each defect must be seen by its method; one of them needs many points."""
    for what, kinds, more in (
            ("failed writes that are said to be good", ("ENOSPC/data",), {"LD_PRELOAD": LIAR, "TP_LIE": "deaf"}),
            ("half writes that are said to be whole", ("half",), {"LD_PRELOAD": LIAR, "TP_LIE": "deaf"}),
            ("the effect before its journal entry", ("ENOSPC/all",), {"STORE_DRIVER_DEFECT": "send-first"}),
            ("memory that is used unseen", ("null",), {"STORE_DRIVER_DEFECT": "blind"})):
        if "ENOSPC/all" in kinds and not long:
            continue  # some of some thousand points show it: make torture
        points = list(strikes.alone(kinds, counts))
        random.Random(seed).shuffle(points)
        sweep = Sweep(lambda history, more=more: store.play(history, **more)).go(points, 120, most_bad=1)
        tap.result(sweep.bad > 0, "%s: %s, at %d points" % ("found" if sweep.bad else "not found", what, sweep.done))


def sweep_all(store, seconds, seed):
    tap = Tap()
    counts = store.counts()
    if counts is None:
        print("1..0 # SKIP ptrace or seccomp is not allowed here")
        return 0
    preload = not strikes.sanitized(DRIVER)
    long = seconds or 10 ** 9
    sweep = Sweep(store.play).go(strikes.alone(KINDS, counts), long * 0.4)
    tap.result(not sweep.bad and sweep.done, "%d failures at %d calls, %d of them move bytes (%s): nothing told is lost, "
               "every effect once" % (sweep.done, counts["every"], counts["data"], sweep.counted()), sweep.why)
    kinds = ALL if preload else tuple(kind for kind in ALL if not kind.startswith("null"))
    if preload:
        sweep = Sweep(store.play).go(strikes.alone(("null", "null+"), counts), long * 0.25)
        tap.result(not sweep.bad, "%d of 2 x %d allocations failed, alone or with all after them" % (
            sweep.done, counts["null"]), sweep.why)
    else:
        tap.skip("allocations fail", "a preloaded library and the sanitizer do not go together")
    sweep = Sweep(store.play).go(strikes.by_seed(seed, counts, kinds), seconds * 0.35 or 300)
    tap.result(not sweep.bad, "%d histories with %d failures and deaths, also while it recovers, seed %d" % (
        sweep.done, sweep.struck, seed), sweep.why)
    if preload:
        controls(tap, store, counts, seed, seconds == 0)
    return tap.end()


def main():
    folder = tempfile.mkdtemp(prefix="tp-faults-", dir="/dev/shm" if os.access("/dev/shm", os.W_OK) else None)
    store = Store(folder)
    try:
        if sys.argv[1:2] == ["--play"]:
            print(store.play(sys.argv[2:]) or "all is well")
            return 0
        seconds = float(sys.argv[1] if len(sys.argv) > 1 else os.environ.get("TP_FAULT_SECONDS", "6"))
        seed = int(sys.argv[2]) if len(sys.argv) > 2 else random.randrange(10 ** 6)
        return sweep_all(store, seconds, seed)
    finally:
        shutil.rmtree(folder)


if __name__ == "__main__":
    sys.exit(main())
