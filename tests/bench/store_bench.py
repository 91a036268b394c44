#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""store_bench.py [DOCUMENTS]: how long people wait for an answer when the
journal is full. Fills it through the store's operations, then asks by the
program, five times each; the program's own start is in the time. As a test
(TAP) with 20,000 documents and generous limits of CPU time."""
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time

sys.dont_write_bytecode = True
BUILD = os.environ.get("TP_BUILD", os.getcwd())
SOURCE = os.environ.get("TP_SOURCE", os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", ".."))
PROGRAM = os.path.join(BUILD, "tradepost")
testing = len(sys.argv) < 2
count = 20000 if testing else int(sys.argv[1])
middle = count // 4
ASKED = (("doc list", ["doc", "list"]),
         ("doc list, by PO number", ["doc", "list", "PO-%07d" % middle]),
         ("doc list, by the system's number", ["doc", "list", "PPI-%d" % (2 * middle + 2)]),
         ("doc list, by amount", ["doc", "list", "=%d.%02d" % (100 + 4242 % 90000, 4242 % 100)]),
         ("doc list, what is held", ["doc", "list", "--state", "held"]),
         ("doc trace of an order", ["doc", "trace", "PO-%07d" % middle]),
         ("order show", ["order", "show", "PO-%07d" % middle]),
         ("today", ["today"]),
         ("report register, of the last second", ["report", "register", "--since", "1s", "-o", "csv"]),
         ("report exceptions", ["report", "exceptions"]),
         ("status", ["status"]),
         ("check-health", ["check-health"]),
         ("metrics", ["metrics"]),
         ("incident list", ["incident", "list"]))

folder = tempfile.mkdtemp(dir=os.environ.get("TP_BENCH_DIR"))
etc = os.path.join(folder, "etc")
os.makedirs(os.path.join(etc, "secrets"), 0o700)
shutil.copy(os.path.join(SOURCE, "etc/tradepost.conf"), etc)
shutil.copytree(os.path.join(SOURCE, "partners"), os.path.join(etc, "partners"))
with open(os.path.join(etc, "env.conf"), "w", encoding="utf-8") as out:
    out.write('paths = { state = "state"; spool = "spool"; data = "%s"; };\n' % SOURCE)
subprocess.run([os.path.join(BUILD, "tests/bench/store_fill"), os.path.join(etc, "state"), str(count)], check=True,
               stdout=sys.stderr if testing else None)
wrong = 0
for number, (name, words) in enumerate(ASKED, 1):
    took, cpu = [], []
    for _ in range(1 if testing else 5):
        before, begun = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
        got = subprocess.run([PROGRAM, "-q", "-c", etc] + words, capture_output=True, check=False)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        took.append((time.perf_counter() - begun) * 1000)
        cpu.append((after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime) * 1000)
    good = got.returncode in (0, 1, 2) and (got.stdout or words[0] == "incident") and (not testing or cpu[0] < 1500)
    wrong += not good
    if testing:
        print("%s %d - %s" % ("ok" if good else "not ok", number, name))
    if not testing or not good:
        print("%s%-36s %7.1f ms, %7.1f ms of CPU%s" % ("# " if testing else "", name, sorted(took)[len(took) // 2],
                                                      sorted(cpu)[len(cpu) // 2], "" if good else "   FAILED %s" % got))
if testing:
    print("1..%d" % len(ASKED))
shutil.rmtree(folder)
sys.exit(1 if wrong else 0)
