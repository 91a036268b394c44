#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A run that takes a large file apart is killed at each of its commits, and
again while the next one goes on; then it is run to the end. Every set of the
file is one document, each interchange was answered once, and every byte is
accounted for, as if nothing had happened.

  large_crash.py [SECONDS]      all calls when SECONDS is 0 (make torture)

Prints TAP. TP_CRASH_SECONDS sets the time as well."""
import os
import shutil
import signal
import sys
import tempfile
import time

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from batch_crash import play, unharmed  # noqa: E402
from run_crash import Crash, spread  # noqa: E402
from alike import acknowledgment, seen, ship_notice  # noqa: E402


def envelope(control, groups):
    segments = ["ISA*00*          *00*          *ZZ*BLUEFISH01     *ZZ*CRONUS01       *261122*1200*U*00401*%09d*1*P*>"
                % control]
    for number, (kind, sets) in enumerate(groups):
        segments.append("GS*%s*BLUEFISH01*CRONUS01*20261122*1200*%d*X*004010" % (kind, control * 10 + number))
        segments += [segment for one in sets for segment in one]
        segments.append("GE*%d*%d" % (len(sets), control * 10 + number))
    return segments + ["IEA*%d*%09d" % (len(groups), control)]


def large_file():
    """Two interchanges, one of them twice, one without an end, and junk."""
    notices = [ship_notice(n, "S%d" % n, n % 40 == 0) for n in range(1, 131)]
    first = envelope(2001, [("SH", notices), ("FA", [acknowledgment(n, n) for n in range(1, 96)])])
    second = envelope(2002, [("FA", [acknowledgment(n, 500 + n) for n in range(1, 121)])])
    torn = envelope(2003, [("SH", [ship_notice(1, "T1", False), ship_notice(2, "T2", False)])])[:-4]
    return "~\n".join(first + ["no interchange"] + second + first + torn) + "~\n"


class Large(Crash):
    def fill(self):
        world = self.world
        world.start()
        self.finish_run()
        os.environ["TRADEPOST_LARGE_BYTES"] = "1000"
        os.makedirs(world.path("spool/in/bluefish"), exist_ok=True)
        world.write("spool/in/bluefish/large.edi", large_file())
        self.stop()
        shutil.copytree(self.live, self.begin)

    def strike(self):
        """NAV has nothing to do with it."""

    def outside(self):
        found = super().outside()
        found.update(seen(self.world))
        return found


def sweep(crash, seconds):
    wanted, syncs = unharmed(crash, "syncs")
    if wanted is None:
        print("1..0 # SKIP ptrace or seccomp is not allowed here")
        return 0
    documents = sum(n for key, n in wanted.items() if key[0] == "document" and key[1] == "in")
    # 130 + 95 + 120 sets, the second one of an interchange, and the two of the one without an end.
    right = documents == 130 + 95 + 120 + 1 + 1
    print("%s 1 - unharmed: %d documents of one file" % ("ok" if right else "not ok", documents))
    wrong = not right
    marks = unharmed(crash, "marks")[1]
    for number, (calls, total, what) in enumerate((("syncs", syncs, "commits"), ("marks", marks, "commits and renames"))):
        until = float("inf") if seconds <= 0 else time.monotonic() + seconds / 2
        # The file is taken apart in the first third of them.
        first = total // 3
        points = spread(first, first) + spread(total - first, total - first)
        points = points[:first] + [first + point for point in points[first:]]
        bad, done = play(crash, wanted, calls, points, until)
        print("%s %d - killed at %d of %d %s: all of it came in, once" % (
            "not ok" if bad or not done else "ok", number + 2, done, total, what))
        wrong |= bad or not done
    print("1..3")
    return 1 if wrong else 0


def main():
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(99))
    seconds = float(sys.argv[1] if len(sys.argv) > 1 else min(12, float(os.environ.get("TP_CRASH_SECONDS", "12"))))
    base = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
    folder = tempfile.mkdtemp(prefix="tp-large-", dir=base)
    os.environ["TRADEPOST_RESERVE_MB"] = "0"
    crash = None
    try:
        crash = Large(folder)
        return sweep(crash, seconds)
    finally:
        if crash:
            crash.world.stop()
        shutil.rmtree(folder)


if __name__ == "__main__":
    sys.exit(main())
