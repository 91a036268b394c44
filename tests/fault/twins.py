#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Two instances on one spool, at the same time, round after round: two runs,
of which one may be killed, a run beside two daemons, an instance with a journal
of its own. Each round has work of its own; in the end of each it was done once.
Where the locks are taken away, this is seen.

  twins.py [ROUNDS [SEED]]            1000 rounds in make torture

Prints TAP and the seed. TP_TWIN_ROUNDS sets the rounds as well; without them,
as many as fit into TP_FAULT_SECONDS."""
import collections
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time

sys.dont_write_bytecode = True
here = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [here, os.path.join(here, "..", "flow")]
import run_scenarios as play  # noqa: E402
from strikes import LIAR, Tap, sanitized  # noqa: E402
from world import PROGRAM, Failed, World  # noqa: E402

BUSY = 75
ENDS = (0, 6, 9, BUSY)


class Twins:
    def __init__(self):
        self.folder = tempfile.mkdtemp(prefix="tp-twins-", dir="/dev/shm" if os.access("/dev/shm", os.W_OK) else None)
        self.world = world = World(self.folder)
        self.round, self.effects_at, self.second = 0, 0, 43200
        self.ends = collections.Counter()
        world.nav["overlap"] = '"0s"'
        world.main["limits.retry_longest"] = '"1s"'
        world.start()
        play.nav_order(world, ["PO-1", "V10000"], ["70000 900000 CASE 155.70"])
        self.clock()
        world.tool("run")
        self.outside()
        # Another journal for the same spool.
        shutil.copytree(world.path("etc"), world.path("etc.other"))
        env = open(world.path("etc/env.conf"), encoding="utf-8").read()
        world.write("etc.other/env.conf", env.replace(world.path("state"), world.path("other")))
        os.makedirs(world.path("other"))

    def close(self):
        self.world.stop()
        shutil.rmtree(self.folder)

    def clock(self):
        self.second += 30
        self.world.now = "2026-11-%02dT%02d:%02d:%02dZ" % (22 + self.second // 86400, self.second // 3600 % 24,
                                                         self.second // 60 % 60, self.second % 60)

    def begin(self, etc="etc", **more):
        return subprocess.Popen(
            [PROGRAM, "-c", self.world.path(etc), "run"], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
            errors="replace", env=dict(os.environ, TRADEPOST_NOW=self.world.now, **more))

    def ended(self, process, killed=False):
        said = process.communicate(timeout=120)[0]
        self.ends["killed" if killed else process.returncode] += 1
        if process.returncode not in ENDS + ((-9,) if killed else ()):
            raise Failed("a run ended with %d: %s" % (process.returncode, said[-400:]))
        if process.returncode == BUSY and "TP4010" not in said and "TP40" not in said:
            raise Failed("busy, without a word about it: " + said[-400:])

    def give(self):
        self.round += 1
        self.number = "%06d" % self.round
        play.ship(self.world, ["BLUEFISH", "ASN-" + self.number, "PO-1", "BF-220:1", "box=bluefish"], [])
        play.nav_order(self.world, ["PO-" + self.number, "V10000"], ["70000 40 CASE 155.70"])
        self.clock()

    def outside(self):
        """What came about since the last look; the partner takes what it has."""
        seen, path = [], self.world.path("sandbox/effects.jsonl")
        if os.path.exists(path):
            with open(path, encoding="utf-8") as file:
                file.seek(self.effects_at)
                seen = ["receipt" for line in file.readlines() if json.loads(line)["kind"] == "receipt"]
                self.effects_at = file.tell()
        folder = self.world.path("partners/BLUEFISH/in")
        for name in os.listdir(folder):
            if not name.startswith("."):
                os.unlink(os.path.join(folder, name))
                seen.append("file " + name.split("_")[0])
        return seen

    def done(self):
        return len(self.world.rows("SELECT 1 FROM document WHERE number IN (?, ?) AND state = 'done'",
                                   "ASN-" + self.number, "PO-" + self.number)) == 2

    def two_runs(self, chance, **more):
        first = self.begin(**more)
        time.sleep(chance.choice((0, 0, 0.005, 0.02)) * chance.random())
        second = self.begin(**more)
        killed = chance.random() < 0.2
        if killed:
            time.sleep(0.05 * chance.random())
            first.kill()
        self.ended(first, killed)
        self.ended(second)

    def beside_daemons(self):
        """Two daemons, of which one must not begin, and two runs that ask the other."""
        with open(self.world.path("daemon.log"), "a+", encoding="utf-8") as log:
            daemon = self.world.daemon(log)
            try:
                other = subprocess.run([PROGRAM, "-c", self.world.path("etc"), "daemon"], capture_output=True, text=True,
                                       timeout=60)
                if other.returncode != 8 or "TP4010" not in other.stderr:
                    raise Failed("a second daemon: %d %s" % (other.returncode, other.stderr))
                runs = [self.begin(), self.begin()]
                for run in runs:
                    self.ended(run)
            finally:
                daemon.terminate()
                if daemon.wait(90) != 0:
                    raise Failed("the daemon ends with %d" % daemon.returncode)

    def with_another_journal(self):
        runs = [self.begin("etc.other"), self.begin()]
        said = runs[0].communicate(timeout=60)[0]
        if runs[0].returncode == 0 or "TP4060" not in said:
            raise Failed("another journal on this spool: %d %s" % (runs[0].returncode, said))
        self.ended(runs[1])

    def play(self, chance, turn, **more):
        """One round; "" or what is wrong."""
        self.give()
        try:
            if not more and turn % 50 == 7:
                self.beside_daemons()
            elif not more and turn % 10 == 3:
                self.with_another_journal()
            else:
                self.two_runs(chance, **more)
            seen = self.outside()
            for _ in range(4):
                if self.done():
                    break
                self.clock()
                self.ended(self.begin())
                seen += self.outside()
            if sorted(seen) != ["file 850", "file 997", "receipt"]:
                return "outside are %s; exits %s" % (sorted(seen), dict(self.ends))
            if not self.done():
                return "not done"
            if turn % 50 == 49 or more:
                return self.world.conserved()
        except (Failed, OSError, subprocess.TimeoutExpired) as failed:
            return str(failed)
        return ""


def without_locks(chance, most):
    """How many rounds it takes to see that nobody waits for anybody; 0 when it is not seen."""
    twins = Twins()
    try:
        for turn in range(most):
            if twins.play(chance, turn, LD_PRELOAD=LIAR, TP_LIE="no-lock"):
                return turn + 1
        return 0
    finally:
        twins.close()


def main():
    rounds = int(sys.argv[1] if len(sys.argv) > 1 else os.environ.get("TP_TWIN_ROUNDS", "0"))
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else random.randrange(10 ** 6)
    seconds = float(os.environ.get("TP_FAULT_SECONDS", "4"))
    os.environ["ASAN_OPTIONS"] = "detect_leaks=0"
    tap, chance, why, turn = Tap(), random.Random(seed), "", 0
    twins = Twins()
    try:
        until = time.monotonic() + seconds
        while not why and (turn < rounds if rounds else time.monotonic() < until):
            why = twins.play(chance, turn)
            turn += 1
        tap.result(not why, "%d rounds of two instances, seed %d: each piece of work was done once (exits %s)" % (
            turn, seed, ", ".join("%s: %d" % end for end in sorted(twins.ends.items(), key=str))), [why])
    finally:
        twins.close()
    if sanitized(PROGRAM):
        tap.skip("found: no locks", "a preloaded library and the sanitizer do not go together")
    else:
        found = without_locks(chance, 40)
        tap.result(found, "%s: no locks, after %d rounds" % ("found" if found else "not found", found))
    return tap.end()


if __name__ == "__main__":
    sys.exit(main())
