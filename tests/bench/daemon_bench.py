#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What the daemon does in a second, and how soon it is back. Prints, never asserts.
Usage: daemon_bench.py [FILES [OPEN]]

Files in: FILES invoices lie at a partner, each a file; they are taken, checked, journalled, mapped, and each is
answered by a 997 that lies ready in the partner's folder, everything synced. Nothing is posted: the system is paused.
Back again: a journal with OPEN documents on their way, one in a hundred in the middle of being sent; from kill -9 to
the moment when all roles are at work."""
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time

sys.dont_write_bytecode = True
SOURCE, BUILD = os.environ.get("TP_SOURCE", "."), os.environ.get("TP_BUILD", "build")
sys.path.insert(0, os.path.join(SOURCE, "tests/flow"))
import run_scenarios as scenarios  # noqa: E402
from world import World  # noqa: E402

FILES = int(sys.argv[1]) if len(sys.argv) > 1 else 5000
OPEN = int(sys.argv[2]) if len(sys.argv) > 2 else 100000


def memory(daemon):
    """Of the supervisor and its roles: Pss in MB."""
    total = 0
    for entry in os.listdir("/proc"):
        try:
            if entry == str(daemon.pid) or entry.isdigit() and \
                    open("/proc/%s/stat" % entry, encoding="utf-8").read().rsplit(")", 1)[1].split()[1] == str(daemon.pid):
                for line in open("/proc/%s/smaps_rollup" % entry, encoding="utf-8"):
                    total += int(line.split()[1]) if line.startswith("Pss:") else 0
        except OSError:
            pass
    return total / 1024


def files_in(world):
    world.tool("endpoint", "pause", "nav", "--reason", "only what comes in is measured")
    for number in range(FILES):
        scenarios.give(world, ["BLUEFISH", "810"], [
            "BIG*20261122*INV-%d*20261122*PO-%d***DR" % (number, number), "IT1*1*40*CA*155.7**VN*BF-220",
            "TDS*622800", "CTT*1"])
    answers, log = world.path("partners/BLUEFISH/in"), open(world.path("daemon.log"), "w", encoding="utf-8")
    begun = time.monotonic()
    daemon = world.daemon(log)
    ready, most = time.monotonic() - begun, 0
    while len(os.listdir(answers)) < FILES and daemon.poll() is None and time.monotonic() < begun + 600:
        time.sleep(0.02)
    spent = time.monotonic() - begun
    most = memory(daemon)
    daemon.terminate()
    daemon.wait()
    print("files in, checked, journalled, mapped, answered   %6d files  %6.2f s  %6.0f a second (%.2f s of it until the "
          "roles were at work); %.0f MB in all" % (FILES, spent, FILES / spent, ready, most))


def back_again(world):
    log = open(world.path("daemon.log"), "w", encoding="utf-8")
    subprocess.run([os.path.join(BUILD, "tests/bench/store_fill"), world.path("state"), str(OPEN), "open"], check=True,
                   stdout=subprocess.DEVNULL)
    daemon = world.daemon(log)
    daemon.send_signal(signal.SIGKILL)
    daemon.wait()
    begun = time.monotonic()
    daemon = world.daemon(log)
    print("back after kill -9 with documents on their way    %6d        %6.2f s" % (OPEN, time.monotonic() - begun))
    begun = time.monotonic()
    result = world.tool("status")
    print("first answer of `status` then                                   %6.2f s (exit %d)" % (
        time.monotonic() - begun, result.returncode))
    daemon.terminate()
    daemon.wait()


def main():
    for part in (files_in, back_again):
        folder = tempfile.mkdtemp(prefix="tp-bench-")
        world = World(folder)
        try:
            world.start()
            world.settings()
            part(world)
        finally:
            world.stop()
            shutil.rmtree(folder, ignore_errors=True)


main()
