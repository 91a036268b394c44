#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A daemon's whole cycle, from its beginning until it is idle, dies at each
system call that changes something: all of it at once, as a machine dies, or
only the process that made the call, whose work the others go on with. Those
outside tell what happened, as in tests/crash/run_crash.py.

  steps.py [SECONDS [SEED]]           all calls when SECONDS is 0 (make torture)

Prints TAP and the seed. TP_CRASH_SECONDS sets the time as well. The control: a
daemon whose journal was put back after its death does something twice."""
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time

sys.dont_write_bytecode = True
here = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [here, os.path.join(here, "..", "crash"), os.path.join(here, "..", "flow")]
from run_crash import CRASH_AT, KILLED, NOT_ALLOWED, Crash, differences  # noqa: E402
from world import PROGRAM, Failed  # noqa: E402

ACTS = ("", "=caller")


class Steps(Crash):
    def cycle(self, call, act):
        """A daemon until it is idle, or until the call; its exit and the calls passed."""
        self.clock()
        count = self.world.path("count")
        with open(self.world.path("daemon.log"), "a", encoding="utf-8") as log:
            process = subprocess.Popen(
                [CRASH_AT, "all", "%d%s" % (call, act), count, PROGRAM, "-c", self.world.path("etc"), "daemon",
                 "--until-idle"], stdout=log, stderr=log,
                env=dict(os.environ, TRADEPOST_NOW=self.world.now, ASAN_OPTIONS="detect_leaks=0"))
            try:
                status = process.wait(120)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
                raise Failed("the daemon does not come to its end") from None
        return status, int(open(count, encoding="utf-8").read().split()[0])

    def history(self, call, act, forgets=False):  # noqa: D102
        self.restore()
        try:
            status, _ = self.cycle(call, act)
            # It may not begin when the one that dies looks at the settings.
            if status not in (0, KILLED) and not (act and status < 126):
                raise Failed("the daemon ends with %d: %s" % (status, self.log()))
            self.partners_take()
            if forgets:
                shutil.rmtree(self.world.path("state"))
                shutil.copytree(os.path.join(self.begin, "state"), self.world.path("state"))
                if os.path.exists(self.world.path("spool/.epoch")):
                    os.unlink(self.world.path("spool/.epoch"))
            return self.end()
        finally:
            self.stop()

    def log(self):
        return open(self.world.path("daemon.log"), encoding="utf-8").read()[-400:]

    def unharmed(self):
        self.restore()
        try:
            status, total = self.cycle(0, "")
            if status == NOT_ALLOWED:
                return None, 0
            self.finish_run()
            return self.outside(), total
        finally:
            self.stop()


def why_not(steps, wanted, call, act, forgets=False):
    try:
        return differences(wanted, steps.history(call, act, forgets))
    except (Failed, subprocess.TimeoutExpired, OSError) as failed:
        return str(failed)


def play(steps, seconds, seed):
    wanted, total = steps.unharmed()
    if wanted is None:
        print("1..0 # SKIP ptrace or seccomp is not allowed here")
        return 0
    points = [(call, act) for call in range(1, total + 1) for act in ACTS]
    random.Random(seed).shuffle(points)
    until, bad, done = time.monotonic() + seconds, 0, 0
    for call, act in points:
        if bad >= 3 or (seconds > 0 and done and time.monotonic() > until):
            break
        text = why_not(steps, wanted, call, act)
        done += 1
        if text:
            bad += 1
            print("# died at call %d%s:\n# %s" % (call, act, text.replace("\n", "\n# ")))
        sys.stdout.flush()
    print("%s 1 - a daemon, or one of its processes, died at %d of 2 x %d calls, seed %d: every effect happened once" % (
        "not ok" if bad or not done else "ok", done, total, seed))
    found = any(why_not(steps, wanted, call, "", True) for call in (total * 3 // 4, total * 7 // 8, total))
    print("%s 2 - %s: a daemon that has forgotten what it did\n1..2" % (
        "ok" if found else "not ok", "found" if found else "not found"))
    return 1 if bad or not found else 0


def main():
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(99))
    seconds = float(sys.argv[1] if len(sys.argv) > 1 else min(5, float(os.environ.get("TP_CRASH_SECONDS", "5"))))
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else random.randrange(10 ** 6)
    folder = tempfile.mkdtemp(prefix="tp-steps-", dir="/dev/shm" if os.access("/dev/shm", os.W_OK) else None)
    os.environ["TRADEPOST_RESERVE_MB"] = "0"
    steps = None
    try:
        steps = Steps(folder)
        return play(steps, seconds, seed)
    finally:
        if steps:
            steps.world.stop()
        shutil.rmtree(folder)


if __name__ == "__main__":
    sys.exit(main())
