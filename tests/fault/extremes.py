#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Too much, too little, too late: many small files at once into the drop box of
a daemon, a clock that jumps ten years forth and back, a disk without inodes,
files that may not grow. Nothing is lost, nothing happens twice, and once all is
well again the work goes on.

  extremes.py [FILES]                 100000 in make torture

Prints TAP. TP_EXTREME_FILES sets the number of files as well."""
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time

sys.dont_write_bytecode = True
here = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [here, os.path.join(here, "..", "flow")]
import run_scenarios as play  # noqa: E402
from run_scenarios import Skipped  # noqa: E402
from strikes import LIAR, Tap, sanitized  # noqa: E402
from world import PROGRAM, Failed, World  # noqa: E402

FILES = int(sys.argv[1] if len(sys.argv) > 1 else os.environ.get("TP_EXTREME_FILES", "2000"))
PAUSE = 600  # seconds in which files must go on being taken


def must(what, good):
    if not good:
        raise Failed(what)


def whole(world):
    why = world.conserved()
    if why:
        raise Failed(why)


def run(world, **more):
    return world.tool("run", **more)


def large_order(world):
    play.nav_order(world, ["PO-1", "V10000"], ["70000 900000 CASE 0.01"])
    run(world)
    must("the order is not out", world.rows("SELECT 1 FROM document WHERE number = 'PO-1' AND state = 'done'"))


def notices(world, first, last):
    for number in range(first, last + 1):
        play.ship(world, ["BLUEFISH", "ASN-%06d" % number, "PO-1", "BF-220:1", "box=bluefish"], [])


def receipts(world):
    return len(world.ask("effects?kind=receipt"))


def settle(world, rounds=8):
    """Good days, until nothing is in progress."""
    day = int(world.now[8:10])
    for hour in range(rounds):
        world.now = "2026-11-%02dT%02d:30:00Z" % (day, 13 + hour)
        result = run(world)
        must("run: exit %d: %s" % (result.returncode, result.stderr[-400:]), result.returncode in (0, 6, 9))
        if not world.rows("SELECT 1 FROM document WHERE state NOT IN ('done', 'held', 'ignored', 'replaced', 'dead')"):
            return
    raise Failed("it does not come to its end: %s" % [tuple(row) for row in world.rows(
        "SELECT id, number, state, reason FROM document WHERE state <> 'done' LIMIT 5")])


# ---- many files

ACK = ("ISA*00*          *00*          *ZZ*BLUEFISH01     *ZZ*CRONUS01       *261122*1200*U*00401*%09d*0*P*>~"
       "GS*FA*BLUEFISH01*CRONUS01*20261122*1200*%d*X*004010~ST*997*0001~AK1*PO*918~AK2*850*0001~AK5*A~AK9*A*1*1*1~"
       "SE*6*0001~GE*1*%d~IEA*1*%09d~\n")


def drop(world, count):
    """Acknowledgements, each a file, all at once; one in a hundred is a ship notice."""
    waiting, box = world.path("waiting"), world.path("spool/in/bluefish")
    os.makedirs(waiting)
    os.makedirs(box, exist_ok=True)
    for number in range(count):
        if number % 100 != 50:
            control = 100000 + number
            with open(os.path.join(waiting, "%06d.edi" % number), "w", encoding="latin-1") as out:
                out.write(ACK % (control, control, control, control))
    for name in sorted(os.listdir(waiting)):
        os.rename(os.path.join(waiting, name), os.path.join(box, name))
    notices(world, 1, count // 100)
    return count // 100


def peak_megabytes(processes):
    most = 0
    for process in processes:
        try:
            for line in open("/proc/%d/status" % process, encoding="utf-8"):
                if line.startswith("VmHWM:"):
                    most = max(most, int(line.split()[1]) // 1024)
        except OSError:
            pass
    return most


def children_of(process):
    path = "/proc/%d/task/%d/children" % (process, process)
    return [int(word) for word in open(path, encoding="utf-8").read().split()] if os.path.exists(path) else []


def many_files_at_once(world):
    large_order(world)
    with open(world.path("daemon.log"), "a+", encoding="utf-8") as log:
        daemon = world.daemon(log)
    begun, box = time.monotonic(), world.path("spool/in/bluefish")
    try:
        wanted, left, moved = drop(world, FILES), FILES, time.monotonic()
        select = "SELECT count(*) FROM document WHERE direction = 'in' AND state = 'done'"
        while world.rows(select)[0][0] < FILES:
            time.sleep(0.2)
            now = world.rows(select)[0][0]
            if now != left:
                left, moved = now, time.monotonic()
            must("no file was taken for %d s: %d of %d are done, %d left; %s" % (
                PAUSE, now, FILES, len(os.listdir(box)), open(world.path("daemon.log"), encoding="utf-8").read()[-300:]),
                 time.monotonic() - moved < PAUSE)
        spent, most = time.monotonic() - begun, peak_megabytes(children_of(daemon.pid))
    finally:
        daemon.terminate()
        must("the daemon ends with %d" % daemon.wait(120), daemon.returncode == 0)
    must("%d files are left" % len(os.listdir(box)), not os.listdir(box))
    run(world)
    must("%d receipts, expected %d" % (receipts(world), wanted), receipts(world) == wanted)
    must("a process had %d MB" % most, most < 1024)
    whole(world)
    return "%d files in %.1f s, the largest process had %d MB" % (FILES, spent, most)


# ---- a clock that jumps

def the_clock_jumps(world):
    """Work is begun, waits, and goes on in the wrong year; then the clock is right again."""
    large_order(world)
    jumps = ("2036-11-22T13:00:00Z", "2026-11-22T14:00:00Z", "2016-11-22T15:00:00Z", "2026-11-22T16:00:00Z")
    for turn, stamp in enumerate(jumps, 1):
        play.fault(world, ["POST", "TradepostPosting_PostReceipt", "cut-after"], [])
        notices(world, turn, turn)
        play.nav_order(world, ["PO-J%d" % turn, "V10000"], ["70000 40 CASE 155.70"])
        door = world.path("partners/BLUEFISH/in")
        os.rename(door, door + ".away")
        run(world)  # nothing can leave; the receipt's answer is lost
        os.rename(door + ".away", door)
        world.now = stamp
        run(world)
    dead = [str(row["id"]) for row in world.rows("SELECT id FROM document WHERE state = 'dead'")]
    for number in dead:
        must("requeue", world.tool("doc", "requeue", number, "--reason", "the clock was wrong").returncode == 0)
    world.now = "2026-11-23T12:00:00Z"
    settle(world)
    held = world.rows("SELECT number, state, code, reason FROM document WHERE state <> 'done'")
    must("not done: %s" % [tuple(row) for row in held], not held)
    must("%d receipts" % receipts(world), receipts(world) == len(jumps))
    orders = [name for name in os.listdir(world.path("partners/BLUEFISH/in")) if name.startswith("850_")]
    must("%s" % orders, len(orders) == len(jumps) + 1)
    whole(world)
    return "four jumps with work under way; %d documents gave up in the year 2036 and were put back" % len(dead)


def the_clock_of_a_daemon_jumps(world):
    """It notices, and goes on by the new one: what it waited for in the year 2036 is done now."""
    if sanitized(PROGRAM):
        raise Skipped("a preloaded library and the sanitizer do not go together")
    large_order(world)
    world.environment.update(LD_PRELOAD=LIAR, TP_CLOCK=world.path("clock"))
    world.write("clock", "0")
    with open(world.path("daemon.log"), "a+", encoding="utf-8") as log:
        daemon = world.daemon(log)
    try:
        for turn, years in enumerate((10, 0, -10, 0), 1):
            play.fault(world, ["POST", "TradepostPosting_PostReceipt", "503-before"], [])
            notices(world, turn, turn)
            play.nav_order(world, ["PO-D%d" % turn, "V10000"], ["70000 40 CASE 155.70"])
            world.write("clock.new", str(years * 366 * 86400))
            os.rename(world.path("clock.new"), world.path("clock"))
            until = time.monotonic() + 100
            while len(world.rows("SELECT 1 FROM document WHERE number IN (?, ?) AND state = 'done'",
                                 "PO-D%d" % turn, "ASN-%06d" % turn)) < 2:
                must("it does not go on with the clock at %+d years: %s" % (years, [tuple(row) for row in world.rows(
                    "SELECT number, state, reason FROM document WHERE state <> 'done'")]), time.monotonic() < until)
                time.sleep(0.1)
    finally:
        daemon.terminate()
        must("the daemon ends with %d" % daemon.wait(120), daemon.returncode == 0)
        world.environment.clear()
    must("%d receipts" % receipts(world), receipts(world) == 4)
    whole(world)
    return "four jumps while it works"


# ---- a disk without inodes

def small_disk(world, folder, inodes):
    kept = folder + ".kept"
    shutil.move(folder, kept)
    os.makedirs(folder)
    if os.getuid() != 0 or subprocess.run(
            ["mount", "-t", "tmpfs", "-o", "size=64m,nr_inodes=%d" % inodes, "tmpfs", folder], capture_output=True,
            check=False).returncode != 0:
        os.rmdir(folder)
        shutil.move(kept, folder)
        raise Skipped("a small disk needs root")
    world.mounted = folder
    shutil.copytree(kept, folder, dirs_exist_ok=True)


def fill_inodes(folder):
    os.makedirs(os.path.join(folder, "filler"), exist_ok=True)
    number = 0
    try:
        while True:
            open(os.path.join(folder, "filler", str(number)), "x", encoding="utf-8").close()
            number += 1
    except OSError:
        return number


def no_inodes(world, place):
    large_order(world)
    notices(world, 1, 3)
    small_disk(world, world.path(place), 4000)
    for turn in range(3):
        play.nav_order(world, ["PO-I%d" % turn, "V10000"], ["70000 40 CASE 155.70"])
        fill_inodes(world.path(place))
        result = run(world)
        said = result.stdout + result.stderr
        must("it says nothing: %d %s" % (result.returncode, said),
             0 <= result.returncode < 128 and (result.returncode == 0 or "TP" in said))
        shutil.rmtree(world.path(place, "filler"))
        notices(world, 4 + turn, 4 + turn)
        if turn == 1:
            run(world)
    settle(world)
    must("%d receipts" % receipts(world), receipts(world) == 6)
    orders = [name for name in os.listdir(world.path("partners/BLUEFISH/in")) if name.startswith("850_")]
    must("%s" % orders, len(orders) == 4)
    whole(world)
    return place


def no_inodes_for_the_journal(world):
    return no_inodes(world, "state")


def no_inodes_for_the_spool(world):
    return no_inodes(world, "spool")


# ---- files that may not grow

def files_may_not_grow(world):
    large_order(world)
    said, limits = 0, [0, 100, 4096, 8192, 40000, 100000, 200000, 300000, 400000, 1 << 20]
    for turn, limit in enumerate(limits, 1):
        notices(world, turn, turn)
        play.nav_order(world, ["PO-F%d" % turn, "V10000"], ["70000 40 CASE 155.70"])
        result = subprocess.run(
            [PROGRAM, "-c", world.path("etc"), "run"], capture_output=True, text=True, timeout=120,
            env=dict(os.environ, TRADEPOST_NOW=world.now, ASAN_OPTIONS="detect_leaks=0"),
            preexec_fn=lambda limit=limit: resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit)))
        words = result.stdout + result.stderr
        must("with %d bytes it ended with %d: %s" % (limit, result.returncode, words[-400:]),
             0 <= result.returncode < 128 and (result.returncode == 0 or "TP" in words))
        said += result.returncode != 0
    must("no limit was felt", said > 2)
    settle(world)
    must("%d receipts" % receipts(world), receipts(world) == len(limits))
    whole(world)
    return "%d limits, %d of them were felt" % (len(limits), said)


CASES = (many_files_at_once, the_clock_jumps, the_clock_of_a_daemon_jumps, no_inodes_for_the_journal, no_inodes_for_the_spool, files_may_not_grow)


def main():
    tap = Tap()
    wanted = [case for case in CASES if case.__name__ in sys.argv[2:]]
    # A daemon needs some seconds to look at its clock.
    wanted = wanted or [case for case in CASES if FILES > 10000 or case is not the_clock_of_a_daemon_jumps]
    os.environ["ASAN_OPTIONS"] = "detect_leaks=0"
    for case in wanted:
        title = case.__name__.replace("_", " ")
        folder = tempfile.mkdtemp(prefix="tp-extremes-")
        world = World(folder)
        try:
            world.start()
            tap.result(True, "%s: %s" % (title, case(world)))
        except Skipped as why:
            tap.skip(title, why)
        except (Failed, OSError, subprocess.TimeoutExpired) as why:
            tap.result(False, title, [why])
        finally:
            world.stop()
            shutil.rmtree(folder)
    return tap.end()


if __name__ == "__main__":
    sys.exit(main())
