#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Processes of the daemon are killed while orders, invoices, ship notices,
bills, remittances and acknowledgements are in work: any role, the keeper, the
supervisor, the translator and its nursery. Those outside tell what happened, as in tests/crash/run_crash.py.

  crash.py [SECONDS [SEED]]

Prints TAP and the seed; the same seed kills the same roles in the same order
(not at the same instruction). TP_CRASH_SECONDS sets the time as well."""
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
from daemon import Daemon  # noqa: E402
from run_crash import Crash, differences  # noqa: E402
from world import Failed  # noqa: E402


class Daemons(Crash):
    def kill_some(self, chance):
        """A daemon whose processes die; then whatever is left is ended. Says who died."""
        killed = []
        daemon = self.begin_daemon()
        names = ["keeper", "clerk", "courier", "scout", "ledger", "ledger", "supervisor", "nursery", "translator"]
        for _ in range(chance.randint(1, 5)):
            time.sleep(chance.choice((0, 0.02, 0.1, 0.3)) * chance.random())
            name = chance.choice(names)
            killed.append(name)
            if name == "translator":  # a document that has seen two die is held
                names.remove(name)
            if name == "supervisor":
                roles = daemon.roles().values()
                daemon.process.kill()
                daemon.process.wait()
                self.wait_for_end(roles)
                daemon = self.begin_daemon()
            else:
                self.kill_role(daemon, name)
        if chance.random() < 0.5:
            self.world.tool("run")
        if daemon.end() != 0:
            raise Failed("the daemon ends with %d: %s" % (daemon.process.returncode, daemon.said()[-800:]))
        return killed

    @staticmethod
    def kill_role(daemon, name):
        """It may be dead already, and not begun anew."""
        process = dict(daemon.roles(), **daemon.translators()).get(name)
        if process is not None:
            try:
                os.kill(process, signal.SIGKILL)
            except ProcessLookupError:
                pass

    def begin_daemon(self):
        self.clock()
        daemon = Daemon(self.world)
        if daemon.process.poll() is not None:
            raise Failed("the daemon does not begin: " + daemon.said()[-800:])
        return daemon

    @staticmethod
    def wait_for_end(processes):
        end = time.monotonic() + 60
        for process in processes:
            while os.path.exists("/proc/%d" % process):
                try:
                    if open("/proc/%d/stat" % process, encoding="utf-8").read().split(") ")[1][0] == "Z":
                        break
                except OSError:
                    break
                if time.monotonic() > end:
                    raise Failed("a role outlives its supervisor")
                time.sleep(0.01)

    def story(self, seed):
        chance = random.Random(seed)
        self.restore()
        try:
            if chance.random() < 0.4:
                self.strike()
            killed = self.kill_some(chance)
            return killed, self.end()
        finally:
            self.stop()

    def unharmed(self):
        self.restore()
        try:
            self.finish_run()
            return self.outside()
        finally:
            self.stop()


def play(crash, seconds, seed):
    wanted = crash.unharmed()
    bad = done = deaths = 0
    until = time.monotonic() + seconds
    while bad < 3 and (done == 0 or time.monotonic() < until):
        killed = []
        try:
            killed, seen = crash.story(seed + done)
            text = differences(wanted, seen)
        except (Failed, subprocess.TimeoutExpired, OSError) as failed:
            text = str(failed)
        done += 1
        deaths += len(killed)
        if text:
            bad += 1
            print("# seed %d, killed %s:\n# %s" % (seed + done - 1, " ".join(killed), text.replace("\n", "\n# ")))
        sys.stdout.flush()
    print("1..1\n%s 1 - %d daemons, %d deaths from seed %d: every effect happened once and every document came to "
          "its end" % ("not ok" if bad else "ok", done, deaths, seed))
    return 1 if bad else 0


def main():
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(99))
    seconds = float(sys.argv[1] if len(sys.argv) > 1 else os.environ.get("TP_CRASH_SECONDS", "25"))
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else random.randrange(10 ** 6)
    base = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
    folder = tempfile.mkdtemp(prefix="tp-daemons-", dir=base)
    os.environ["TRADEPOST_RESERVE_MB"] = "0"
    crash = None
    try:
        crash = Daemons(folder)
        return play(crash, seconds, seed)
    finally:
        if crash:
            crash.world.stop()
        shutil.rmtree(folder)


if __name__ == "__main__":
    sys.exit(main())
