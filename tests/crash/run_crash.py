#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The whole program is killed at its system calls, with orders, invoices,
ship notices, bills, remittances and acknowledgements in work, and then run to
the end. Those outside tell what happened: NAV's ledger of effects, and the
files that the partners have.

  run_crash.py [SECONDS]      all calls when SECONDS is 0 (make torture)

Prints TAP. TP_CRASH_SECONDS sets the time as well. TP_CRASH_AT=call,again
plays one history (TP_CRASH_CALLS=all|marks) and keeps its folder."""
import collections
import glob
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "flow"))
import world as worlds  # noqa: E402
from run_scenarios import bill, fault, give, nav_invoice, nav_order, nav_row, pay, ship  # noqa: E402
from world import BUILD, PROGRAM, Failed, World  # noqa: E402

CRASH_AT = os.path.join(BUILD, "tests/crash/crash_at")
KILLED, NOT_ALLOWED = 137, 77
FAILURES = (("fdatasync", "EIO"), ("fsync", "EIO"), ("pwrite64", "ENOSPC"), ("write", "ENOSPC"), ("rename", "EIO"),
            ("unlink", "EACCES"), ("openat", "EMFILE"), ("connect", "ECONNREFUSED"), ("sendto", "ECONNRESET"),
            ("recvfrom", "ECONNRESET"), ("pread64", "EIO"), ("mkdir", "ENOSPC"))


HARBOR = """name = "Harbor"; isa = "ZZ:HARBORPKG"; gs = "HARBORPKG"; vendor = "V10040";
channel = { kind = "dir"; stable_seconds = 0; put = "FOLDER/in"; get = "FOLDER/out"; };
send = ( { set = "850"; } ); receive = ( { set = "856"; } );
"""


class Crash:
    """One world, brought back to its beginning for each history."""

    def __init__(self, folder):
        self.moved = 0
        self.live, self.begin = os.path.join(folder, "live"), os.path.join(folder, "begin")
        os.mkdir(self.live)
        self.began = time.monotonic()
        self.world = World(self.live)
        self.sftp = self.world.start_sshd()
        self.ssh_folder = self.world.path("ssh")
        try:
            self.fill()
        except BaseException:
            self.world.stop()  # or whoever reads our output waits for its servers
            raise

    def fill(self):
        """Orders that are out, and everything that can happen next."""
        world = self.world
        world.main["limits.retry_longest"] = '"1s"'
        world.start()
        if self.sftp:
            world.by_sftp("ACME")
        nav_order(world, ["PO-1", "V10000"], ["70000 40 CASE 155.70", "70001 10 CASE 140.00"])
        nav_order(world, ["PO-2", "V10000"], ["70000 10 CASE 155.70"])
        nav_order(world, ["PO-3", "V10010"], ["70008 4 CASE 12.50"])
        nav_invoice(world, ["SI-1", "C20000"], ["70000 10 CASE 100.00"])
        ship(world, "ACME ASN-3 PO-3 NEW-1:4".split(), [])
        ship(world, "BLUEFISH ASN-4 PO-9 HB-320:10 from=ZZ:HARBORPKG box=harbor".split(), [])
        self.finish_run()
        # What these two wait for appears.
        nav_row(world, ["itemReferences", '{"Item_No": "70008", "Reference_Type": "Vendor", '
                        '"Reference_Type_No": "V10010", "Reference_No": "NEW-1"}'], [])
        nav_row(world, ["itemReferences", '{"Item_No": "70001", "Reference_Type": "Vendor", '
                        '"Reference_Type_No": "V10040", "Reference_No": "HB-320"}'], [])
        nav_row(world, ["vendors", '{"number": "V10040", "displayName": "Harbor"}'], [])
        nav_order(world, ["PO-9", "V10040"], ["70001 10 CASE 20.00"])
        for side in ("in", "out"):
            os.makedirs(world.path("partners/HARBOR", side))
        world.write("etc/partners/harbor.conf", HARBOR.replace("FOLDER", world.path("partners/HARBOR")))
        nav_order(world, ["PO-4", "V10000"], ["70001 5 CASE 140.00"])
        nav_order(world, ["PO-5", "V10010"], ["70008 6 CASE 12.50"])
        nav_invoice(world, ["SI-2", "C20000"], ["70001 2 CASE 196.50"])
        ship(world, "BLUEFISH ASN-1 PO-1 BF-220:40 BF-221:10".split(), [])
        ship(world, "BLUEFISH ASN-2 PO-2 BF-220:10".split(), [])
        bill(world, "BLUEFISH INV-1 PO-1 BF-220:40:155.7 BF-221:10:140".split(), [])
        bill(world, "BLUEFISH INV-2 PO-2 BF-220:10:155.7".split(), [])
        pay(world, "BIGMART 0910000191 SI-1:1000".split(), [])
        for code, group, control in (("BLUEFISH", "PO", 918), ("BLUEFISH", "PO", 919), ("ACME", "PO", 42),
                                     ("BIGMART", "IN", 3302)):
            kind = "850" if group == "PO" else "810"
            give(world, [code, "997"], ["AK1*%s*%d" % (group, control), "AK2*%s*0001" % kind, "AK5*A",
                                        "AK9*A*1*1*1"])
        ship(world, "BLUEFISH ASN-1 PO-1 BF-220:40 BF-221:10 control=1500 ack=1 drop".split(), [])
        self.stop()
        shutil.copytree(self.live, self.begin)

    def clock(self):
        seconds = 43200 + int(time.monotonic() - self.began)
        self.world.now = "%sT%02d:%02d:%02dZ" % (worlds.TODAY, seconds // 3600 % 24, seconds // 60 % 60, seconds % 60)

    def strike(self):
        """NAV is not well either."""
        for path, kind in (("TradepostPosting_PostReceipt", "cut-after"), ("purchaseInvoices", "late-commit"),
                           ("Microsoft.NAV.post", "500-after"), ("customerPayments", "503-before"),
                           ("TradepostPosting_SetStatus", "429")):
            fault(self.world, ["POST", path, kind], [])

    def restore(self):
        shutil.rmtree(self.world.path("taken"), ignore_errors=True)
        for name in ("state", "spool", "sandbox", "partners"):
            shutil.rmtree(os.path.join(self.live, name))
            shutil.copytree(os.path.join(self.begin, name), os.path.join(self.live, name))
        self.world.start()

    def stop(self):
        sandbox = self.world.sandbox
        sandbox.kill()
        sandbox.wait()

    def killed(self, calls, target):
        """Runs until the target-th call; gives exit code and calls passed."""
        self.clock()
        count = self.world.path("count")
        result = subprocess.run(
            [CRASH_AT, calls, str(target), count, PROGRAM, "-c", self.world.path("etc"), "run"],
            capture_output=True, text=True, timeout=120,
            env=dict(os.environ, TRADEPOST_NOW=self.world.now, ASAN_OPTIONS="detect_leaks=0"))
        # 6 and 9: it came to its end, and somebody outside was not well.
        if result.returncode not in (0, 1, 6, 9, KILLED, NOT_ALLOWED):
            raise Failed("run: exit %d: %s" % (result.returncode, result.stderr[-500:]))
        return result.returncode, int(open(count, encoding="utf-8").read())

    def finish_run(self):
        for _ in range(4):  # NAV may ask to wait more often than one run does
            self.clock()
            result = self.world.tool("run", "--wait", "15s")
            if result.returncode != 9:
                break
        if result.returncode != 0:
            raise Failed("run: exit %d: %s" % (result.returncode, result.stdout + result.stderr))
        return result.stdout

    def strace(self, *words, children=True):
        """A run under strace; its ending and the trace."""
        self.clock()
        trace = self.world.path("trace")
        result = subprocess.run(
            ["strace"] + ["-f"] * children + ["-qq", "-o", trace] + list(words) + [PROGRAM, "-c", self.world.path("etc"), "run"],
            capture_output=True, text=True, timeout=120,
            env=dict(os.environ, TRADEPOST_NOW=self.world.now, ASAN_OPTIONS="detect_leaks=0",
                     TRADEPOST_BUSY_MS="50"))
        return result, open(trace, encoding="latin-1").read()

    def count_calls(self):
        self.restore()
        try:
            trace = self.strace("-e", "trace=" + ",".join(call for call, _ in FAILURES))[1]
            return {call: trace.count(" %s(" % call) for call, _ in FAILURES}
        finally:
            self.stop()

    def failing(self, call, error, when):
        """Runs once while a call fails; then to the end. None when the call was never reached."""
        self.restore()
        try:
            # Calls are counted for each process: behind a translator's first ones, every translator would end at the
            # same document, which then is held for it (tests/flow/poison.py).
            result, trace = self.strace("-e", "trace=" + call, "-e",
                                        "inject=%s:error=%s:when=%d" % (call, error, when),
                                        children=call != "write" or when < 3)
            if "INJECTED" not in trace:
                return None
            # Any word but a crash: failures strike the loader and the settings too.
            if not 0 <= result.returncode < 128:
                raise Failed("run: exit %d: %s" % (result.returncode, result.stderr[-500:]))
            return self.end()
        finally:
            self.stop()

    def history(self, calls, call, again, ill=False, taken=True):
        """Killed, killed again while it recovers, then to the end. taken: the
        partners take what they have each time, so that it is not found."""
        self.restore()
        try:
            if ill:
                self.strike()
            self.killed(calls, call)
            if taken:
                self.partners_take()
            if again > 0:
                self.killed(calls, again)
            if again > 0 and taken:
                self.partners_take()
            return self.end()
        finally:
            self.stop()

    def end(self):
        """On a good day again: to the end, and what is seen then."""
        self.finish_run()
        said = self.finish_run()
        if "nothing was due" not in said:
            raise Failed("another run still had work: " + said)
        why = self.world.conserved()
        if why:
            raise Failed(why)
        return self.outside()

    def partners_take(self):
        """Partners work on what they have, at once: what is sent again is there twice."""
        for path in glob.glob(self.world.path("partners/*/in/*")):
            taken = self.world.path("taken", path.split(os.sep)[-3])
            os.makedirs(taken, exist_ok=True)
            self.moved += 1
            os.rename(path, os.path.join(taken, "%d_%s" % (self.moved, os.path.basename(path))))

    def outside(self):
        """What NAV and the partners saw, without what may differ."""
        seen = collections.Counter()
        told = set()
        for effect in self.world.ask("effects"):
            key = (effect["kind"], effect["table"], effect["key"])
            if effect["kind"] == "status":
                told.add(key)
            else:
                seen[key] += 1
        seen.update(told)
        numbers = collections.Counter()
        self.partners_take()
        for path in glob.glob(self.world.path("taken/*/*")):
            code = path.split(os.sep)[-2]
            segments = open(path, encoding="latin-1").read().replace("\n", "~").split("~")
            sets = [s for s in segments if s[:3] not in ("ISA", "GS*", "GE*", "IEA", "ST*", "SE*", "")]
            seen[("file", code, "~".join(sets))] += 1
            for name, place in (("ISA", 13), ("GS", 6)):
                numbers.update((code, name, s.split("*")[place]) for s in segments if s.startswith(name + "*"))
        twice = [number for number, times in numbers.items() if times > 1]
        if twice:
            raise Failed("control numbers used twice: %s" % twice)
        left = glob.glob(self.world.path("partners/*/out/*"))
        if left:
            raise Failed("left at the partners: %s" % left)
        for row in self.world.rows('SELECT direction, "set", number, state, acked FROM document'):
            seen[("document",) + tuple(row)] += 1
        return seen


def differences(wanted, seen):
    text = ["  missing %d: %s" % (wanted[key] - seen[key], key) for key in wanted if seen[key] < wanted[key]]
    text += ["  too many %d: %s" % (seen[key] - wanted[key], key) for key in seen if seen[key] > wanted[key]]
    return "\n".join(text)


def sweep(crash, calls, seconds):
    crash.restore()
    try:
        code, total = crash.killed(calls, 0)
        if code == NOT_ALLOWED:
            print("1..0 # SKIP ptrace or seccomp is not allowed here")
            return 0
        crash.finish_run()
        wanted = crash.outside()
    finally:
        crash.stop()
    unsettled = [key for key in wanted if key[0] == "document" and key[4] not in ("done", "ignored")]
    print("%s 1 - unharmed, %d calls change things; %d effects outside; all is done (partners by dir%s)" % (
        "not ok" if unsettled else "ok", total, sum(n for key, n in wanted.items() if key[0] != "document"),
        ", sftp" if crash.sftp else ""))
    if unsettled:
        print("#", unsettled)
    bad, done, until = 0, 0, time.monotonic() + seconds
    for turn, call in enumerate(spread(total, total)):
        if bad >= 3 or (seconds > 0 and time.monotonic() > until):
            break
        again = call * 7 % 90 + 1 if turn % 2 else 0
        try:
            text = differences(wanted, crash.history(calls, call, again, turn % 4 == 3, turn // 4 % 2 == 0))
        except (Failed, subprocess.TimeoutExpired, OSError) as failed:
            text = str(failed)
        done += 1
        if text:
            bad += 1
            print("# killed at call %d and %d of '%s':\n# %s" % (call, again, calls, text.replace("\n", "\n# ")))
        sys.stdout.flush()
    print("%s 2 - killed at %d of %d calls, every effect happened once and every document came to its end" % (
        "not ok" if bad or not done else "ok", done, total))
    wrong = fail_all(crash, wanted, seconds)
    print("1..3")
    return 1 if bad or unsettled or wrong else 0


def spread(total, turns):
    """Every number from 1 to total, in an order that is even however early it is broken off."""
    step = 61
    while total % step == 0:
        step += 2
    return [turn * step % total + 1 for turn in range(min(total, turns))]


def fail_all(crash, wanted, seconds):
    """Each kind of failure in turn, until time is up or the calls are all."""
    if shutil.which("strace") is None:
        print("ok 3 - calls fail # SKIP strace is not here")
        return 0
    counts = crash.count_calls()
    until, bad, done = time.monotonic() + seconds / 3, 0, 0
    points = [(turn, call, error, when) for call, error in FAILURES if counts[call]
              for turn, when in enumerate(spread(counts[call], counts[call] if seconds == 0 else 30))]
    for _, call, error, when in sorted(points):
        if bad >= 3 or (seconds > 0 and time.monotonic() > until):
            break
        try:
            seen = crash.failing(call, error, when)
            text = "" if seen is None else differences(wanted, seen)
        except (Failed, subprocess.TimeoutExpired, OSError) as failed:
            text = str(failed)
        done += 1
        if text:
            bad += 1
            print("# %s at call %d of %s:\n# %s" % (error, when, call, text.replace("\n", "\n# ")))
        sys.stdout.flush()
    print("%s 3 - %d calls of %d kinds failed, every effect happened once and every document came to its end" % (
        "not ok" if bad or not done else "ok", done, len(FAILURES)))
    return bad


def main():
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(99))
    seconds = float(sys.argv[1] if len(sys.argv) > 1 else os.environ.get("TP_CRASH_SECONDS", "40"))
    base = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
    folder = tempfile.mkdtemp(prefix="tp-crash-", dir=base)
    os.environ["TRADEPOST_RESERVE_MB"] = "0"
    crash = None
    try:
        crash = Crash(folder)
        if os.environ.get("TP_CRASH_AT"):
            call, again = os.environ["TP_CRASH_AT"].split(",")
            crash.history(os.environ.get("TP_CRASH_CALLS", "all"), int(call), int(again))
            return 0
        return sweep(crash, "all" if seconds == 0 else "marks", seconds)
    finally:
        if crash:
            crash.world.stop()
        if os.environ.get("TP_CRASH_AT"):
            print("# kept", folder)
        else:
            shutil.rmtree(folder)


if __name__ == "__main__":
    sys.exit(main())
