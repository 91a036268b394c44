#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A daemon works for a long while with orders, ship notices and bills, and all
the time something goes wrong, by a plan that the seed makes: NAV errs, lines to
NAV and to the partner break after some byte, processes are killed or stand
still, NAV is away. In the second half no process is killed, and the memory of
each is watched. In the end everything happened once.

  soak.py [SECONDS [SEED]]            600 in make soak

Prints TAP, the seed and a hash of the plan: the same seed makes the same one."""
import hashlib
import json
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
sys.path[:0] = [here, os.path.join(here, "..", "flow"), os.path.join(here, "..", "fault")]
import run_scenarios as play  # noqa: E402
from daemon import ROLES, Daemon, fields  # noqa: E402
from relay import Relay  # noqa: E402
from strikes import Tap  # noqa: E402
from world import Failed, World  # noqa: E402

PACE = 0.5  # seconds between two pieces of work
NAV_KINDS = ("429", "503-before", "500-after", "cut-before", "cut-after", "late-commit")
NAV_PATHS = ("TradepostPosting_PostReceipt", "purchaseInvoices", "TradepostPosting_PostOrderInvoice",
             "TradepostPosting_SetStatus")


def plan_of(seed, seconds):
    """What goes wrong: (second, what, with what), in order."""
    chance, plan, at = random.Random(seed), [], 1.0
    while at < seconds * 0.9:
        kinds = ["nav", "nav", "line", "line", "ssh", "stop"] + (["kill", "kill", "sandbox"] if at < seconds / 2 else [])
        what = chance.choice(kinds)
        detail = {"nav": (chance.choice(NAV_PATHS), chance.choice(NAV_KINDS)),
                  "line": (chance.choice(("up", "down")), chance.randint(0, 9000), chance.choice(("rst", "fin"))),
                  "ssh": (chance.choice(("up", "down")), chance.randint(0, 9000), chance.choice(("rst", "fin"))),
                  "kill": (chance.choice(ROLES),), "stop": (chance.choice(ROLES), round(chance.uniform(0.1, 3), 2)),
                  "sandbox": (round(chance.uniform(0.1, 3), 2),)}[what]
        plan.append((round(at, 2), what, detail))
        at += chance.expovariate(1 / 3.0)
    return plan


class Soak:
    def __init__(self, folder):
        self.world = world = World(folder)
        world.main["limits.retry_longest"] = '"2s"'
        world.main["limits.quarantine"] = "1000"
        world.main["limits.poll"] = '"1s"'
        world.start()
        self.lines = {"line": Relay(world.ports["nav"])}
        self.reach_nav()
        if world.start_sshd():
            self.lines["ssh"] = Relay(world.ssh_port)
            world.ssh_port = self.lines["ssh"].port
            world.by_sftp("BLUEFISH")
        play.nav_order(world, ["PO-1", "V10000"], ["70000 900000 CASE 0.01"])
        play.ship(world, "BLUEFISH ASN-0 PO-1 BF-220:800000".split(), [])
        world.tool("run")
        self.given, self.struck, self.samples = 0, {}, []

    def reach_nav(self):
        self.world.nav["url"] = '"http://127.0.0.1:%d/BC"' % self.lines["line"].port
        self.world.settings()

    def give(self):
        self.given += 1
        number = "%05d" % self.given
        play.nav_order(self.world, ["PO-S" + number, "V10000"], ["70000 40 CASE 155.70"])
        play.ship(self.world, ["BLUEFISH", "ASN-" + number, "PO-1", "BF-220:1", "box=bluefish"], [])
        play.bill(self.world, ["BLUEFISH", "INV-" + number, "PO-1", "BF-220:1:0.01"], [])

    def strike(self, daemon, what, detail):
        self.struck[what] = self.struck.get(what, 0) + 1
        roles = daemon.roles()
        if what == "nav":
            play.fault(self.world, ["POST"] + list(detail) + (["retry_after=1"] if detail[1] == "429" else []), [])
        elif what in self.lines:
            self.lines[what].arm(*detail)
        elif what in ("kill", "stop") and detail[0] in roles:
            try:
                os.kill(roles[detail[0]], signal.SIGKILL if what == "kill" else signal.SIGSTOP)
                if what == "stop":
                    time.sleep(detail[1])
                    os.kill(roles[detail[0]], signal.SIGCONT)
            except ProcessLookupError:
                pass
        elif what == "sandbox":
            self.world.sandbox.kill()
            self.world.sandbox.wait()
            time.sleep(detail[0])
            self.world.options = ["--nav", str(self.world.ports["nav"])]
            self.world.start()
            self.reach_nav()

    def sample(self, daemon, begun):
        for name, pid in daemon.roles().items():
            try:
                kept = [int(line.split()[1]) for line in open("/proc/%d/smaps_rollup" % pid, encoding="utf-8")
                        if line.startswith("Pss_Anon:")]
                files = len(os.listdir("/proc/%d/fd" % pid))
            except OSError:
                continue
            self.samples.append((name, pid, time.monotonic() - begun, kept[0] if kept else 0, files))

    def going(self):
        return self.world.rows("SELECT number, state, reason FROM document WHERE state NOT IN "
                               "('done', 'held', 'ignored', 'replaced', 'dead')")

    def work(self, seconds, plan):
        daemon, begun, next_sample, plan = Daemon(self.world), time.monotonic(), seconds / 2 + 5, list(plan)
        while time.monotonic() - begun < seconds:
            now = time.monotonic() - begun
            while plan and plan[0][0] <= now:
                self.strike(daemon, *plan.pop(0)[1:])
            self.give()
            if now > next_sample:
                self.sample(daemon, begun)
                next_sample = now + seconds / 60
            if daemon.process.poll() is not None:
                raise Failed("the daemon has ended: " + daemon.said()[-500:])
            time.sleep(PACE)
        for line in self.lines.values():
            line.disarm()
        play.fault_clear(self.world, [], [])
        until = time.monotonic() + 300
        while self.going() and time.monotonic() < until:
            time.sleep(0.5)
        if daemon.end() != 0:
            raise Failed("the daemon ends with %d" % daemon.process.returncode)

    def end(self):
        """Once more, as on a good day; then what is wrong, if anything."""
        world, held = self.world, 0
        for row in world.rows("SELECT id FROM document WHERE state IN ('held', 'dead')"):
            held += 1
            world.tool("doc", "retry", str(row["id"]), "--reason", "asked")
        for _ in range(3):
            world.tool("run", "--wait", "10s")
        wrong = [tuple(row) for row in world.rows("SELECT number, state, code, reason FROM document WHERE state NOT IN "
                                                "('done', 'replaced')")]
        path = world.path("sandbox/effects.jsonl")
        effects = [json.loads(line)["kind"] for line in open(path, encoding="utf-8")]
        files = [name.split("_")[0] for name in os.listdir(world.path("partners/BLUEFISH/in")) if name[0] != "."]
        seen = (files.count("850"), files.count("997"), effects.count("receipt"), effects.count("post"))
        wanted = (self.given + 1, 2 * self.given + 1, self.given + 1, self.given)
        if wrong or seen != wanted:
            return held, "not done: %s; orders, answers, receipts, bills are %s, expected %s" % (wrong[:5], seen, wanted)
        return held, world.conserved()


def slope(pairs):
    """Of the line through them, per minute."""
    if len(pairs) < 3:
        return 0.0
    mean_x, mean_y = sum(x for x, _ in pairs) / len(pairs), sum(y for _, y in pairs) / len(pairs)
    spread = sum((x - mean_x) ** 2 for x, _ in pairs)
    return 60 * sum((x - mean_x) * (y - mean_y) for x, y in pairs) / spread if spread else 0.0


def say_memory(soak):
    """What each process has, and how it grows: the keeper's cache takes some thousand documents to fill."""
    for name in ROLES:
        own = [(at, kept, files) for role, _, at, kept, files in soak.samples if role == name]
        last = own[len(own) // 2:]
        if last:
            print("# %s: %d KB of its own at half-time, %d at last; in the last quarter %+.1f KB and %+.2f files a minute" % (
                name, own[0][1], own[-1][1], slope([it[:2] for it in last]), slope([(it[0], it[2]) for it in last])))
    return max((sample[3] for sample in soak.samples), default=0)


def main():
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(99))
    seconds = float(sys.argv[1] if len(sys.argv) > 1 else os.environ.get("TP_SOAK_SECONDS", "600"))
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else random.randrange(10 ** 6)
    plan = plan_of(seed, seconds)
    print("# seed %d, %d faults, plan %s" % (seed, len(plan), hashlib.sha256(repr(plan).encode()).hexdigest()[:12]),
          flush=True)
    folder, tap, soak = tempfile.mkdtemp(prefix="tp-soak-"), Tap(), None
    try:
        soak = Soak(folder)
        soak.work(seconds, plan)
        held, why = soak.end()
        tap.result(not why, "%d s, %d documents, %s: everything happened once; %d waited for a person" % (
            seconds, 5 * soak.given, ", ".join("%s %d" % it for it in sorted(soak.struck.items())), held), [why])
        most = say_memory(soak)
        tap.result(most < 40 * 1024, "no process has more than %.1f MB of its own" % (most / 1024))
    except (Failed, OSError, subprocess.TimeoutExpired) as why:
        tap.result(False, "it works all the time", [why])
    finally:
        if soak:
            soak.world.stop()
        shutil.rmtree(folder)
    return tap.end()


if __name__ == "__main__":
    sys.exit(main())
