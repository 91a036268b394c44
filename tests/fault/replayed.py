#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A day's input comes three times more, shuffled, under other names, by the
partners' folders and by the drop box, from several hands at once, while a
daemon and runs are at work; NAV says of every row that it has changed. Nothing
happens again, and accepted is what was done, held, ignored and so on. A
program that forgot the day is found.

  replayed.py [TIMES [SEED]]

Prints TAP and the seed. TP_REPLAY_TIMES sets how many such days as well."""
import collections
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import threading

sys.dont_write_bytecode = True
here = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [here, os.path.join(here, "..", "crash"), os.path.join(here, "..", "flow")]
from run_crash import Crash, differences  # noqa: E402
from run_scenarios import put_file  # noqa: E402
from strikes import Tap  # noqa: E402
from world import PROGRAM, Failed  # noqa: E402

HANDS = 3
TABLES = ("purchaseOrders", "salesInvoices", "vendors", "items", "customers", "purchaseInvoices")


def without_notes(seen):
    """That a file came from elsewhere, too, is noted and has no effect."""
    return collections.Counter({key: number for key, number in seen.items()
                                if key[:3] != ("document", "in", "") or key[4] != "ignored"})


class Day:
    def __init__(self, folder):
        self.crash = Crash(folder)
        self.files = 0

    def played(self):
        """The day, to its end; what is seen outside then."""
        self.crash.restore()
        self.crash.finish_run()
        return self.crash.outside()

    def hand(self, number, seed):
        """One of those who give everything again."""
        chance = random.Random(seed)
        given = list(self.crash.world.given)
        chance.shuffle(given)
        for place, (folder, text) in enumerate(given):
            if chance.random() < 0.3 and "/partners/" in folder:
                code = folder.split("/partners/")[1].split("/")[0].lower()
                folder = self.crash.world.path("spool/in", code)
                os.makedirs(folder, exist_ok=True)
            put_file(folder, "again_%d_%d.edi" % (number, place), text)
            self.files += 1

    def touch(self):
        """NAV's rows are written anew, as they are."""
        world, rows = self.crash.world, 0
        for table in TABLES:
            for row in world.ask("tables/" + table):
                row = {name: value for name, value in row.items() if name not in ("lastModifiedDateTime", "@odata.etag")}
                world.ask("tables/" + table, row)
                rows += 1
        return rows

    def replay(self, seed):
        world = self.crash.world
        self.crash.clock()
        with open(world.path("daemon.log"), "a+", encoding="utf-8") as log:
            daemon = world.daemon(log)
        hands = [threading.Thread(target=self.hand, args=(number, seed + number)) for number in range(HANDS)]
        for hand in hands:
            hand.start()
        runs = [subprocess.Popen([PROGRAM, "-c", world.path("etc"), "run"], stdout=subprocess.DEVNULL,
                                 stderr=subprocess.DEVNULL, env=dict(os.environ, TRADEPOST_NOW=world.now))
                for _ in range(2)]
        self.touch()
        for hand in hands:
            hand.join()
        for run in runs:
            run.wait(120)
        daemon.terminate()
        if daemon.wait(90) != 0:
            raise Failed("the daemon ends with %d" % daemon.returncode)
        self.crash.finish_run()

    def forgets(self):
        """The journal of the morning is put back."""
        world = self.crash.world
        shutil.rmtree(world.path("state"))
        shutil.copytree(os.path.join(self.crash.begin, "state"), world.path("state"))
        os.unlink(world.path("spool/.epoch"))

    def again(self, seed, forgets=False):
        """Plays a day and replays it; "" or what differs."""
        wanted = without_notes(self.played())
        try:
            if forgets:
                self.forgets()
            self.replay(seed)
            return differences(wanted, without_notes(self.crash.end()))
        except (Failed, OSError, subprocess.TimeoutExpired) as failed:
            return str(failed)
        finally:
            self.crash.stop()


def main():
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(99))
    times = int(sys.argv[1] if len(sys.argv) > 1 else os.environ.get("TP_REPLAY_TIMES", "1"))
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else random.randrange(10 ** 6)
    folder = tempfile.mkdtemp(prefix="tp-replay-", dir="/dev/shm" if os.access("/dev/shm", os.W_OK) else None)
    os.environ["TRADEPOST_RESERVE_MB"] = "0"
    tap, day = Tap(), None
    try:
        day = Day(folder)
        why = [text for text in (day.again(seed + 10 * turn) for turn in range(times)) if text]
        tap.result(not why, "%d days' input %d times more, %d files from %d hands at once, seed %d: nothing happens again" % (
            times, HANDS, day.files, HANDS, seed), why)
        why = day.again(seed, forgets=True)
        tap.result(bool(why), "%s: a program that has forgotten the day" % ("found" if why else "not found"))
        return tap.end()
    finally:
        if day:
            day.crash.world.stop()
        shutil.rmtree(folder)


if __name__ == "__main__":
    sys.exit(main())
