#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Breaks the journal and the spool in one place at a time and sees whether a
unit test fails, as tests/x12/mutate.py does for the reader of X12, whose breaks
these are.

  mutate_store.py SOURCE WORK [--count N] [--seconds S] [--seed N] [FILE...]

Exit 0 when at least --least percent of the sample were seen."""
import argparse
import glob
import os
import random
import subprocess
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "x12"))
import mutate  # noqa: E402

# What decides that nothing is lost and nothing happens twice.
FILES = ("arrivals.c", "claims.c", "codes.c", "documents.c", "document.c", "drops.c", "effects.c", "events.c", "facts.c",
         "journal.c", "numbers.c", "payload.c", "purge.c", "restored.c", "space.c", "spool.c", "spool_verify.c", "sql.c",
         "tally.c", "verify.c", "verify_bytes.c", "view.c", "views.c", "backup.c", "restore.c")
TESTS = ("unit/claims_test", "unit/proof_test", "unit/store_test", "unit/spool_test", "unit/purge_test",
         "unit/keeper_test")
LOWER = ("base", "conf", "record", "store")
LIBRARIES = ("sqlite3", "crypto", "config", "jansson")


class Store(mutate.Bench):
    def __init__(self, source, work, cc):
        super().__init__(source, work, cc)
        self.flags += ['-DTP_%s="%s"' % (name, self.source) for name in (
            "DATADIR", "SYSCONFDIR", "STATEDIR", "SPOOLDIR", "BINDIR", "SOURCEDIR", "BUILDDIR")]
        self.flags += ["-I" + os.path.join(os.environ.get("TP_BUILD", "."), "src")]

    def build(self):
        for folder in LOWER:
            for path in sorted(glob.glob("%s/src/%s/*.c" % (self.source, folder))):
                self.objects[path] = "%s/%s_%s.o" % (self.work, folder, os.path.basename(path)[:-2])
                self.compile(path, self.objects[path])
        self.link({})
        for test in TESTS:
            subprocess.run([self.cc, *self.flags, "%s/tests/%s.c" % (self.source, test), "-o", self.program(test),
                            self.library, "-Wl,-rpath," + self.work] + ["-l" + name for name in LIBRARIES], check=True)

    def link(self, instead):
        objects = [instead.get(path, made) for path, made in self.objects.items()]
        subprocess.run([self.cc, "-shared", *objects, "-o", self.library] + ["-l" + name for name in LIBRARIES],
                       check=True, stderr=subprocess.DEVNULL)

    def seen(self):
        environment = dict(os.environ, TP_SOURCE=self.source, TRADEPOST_RESERVE_MB="0")
        for test in TESTS:
            try:
                done = subprocess.run([self.program(test)], env=environment, cwd=self.work, stdout=subprocess.DEVNULL,
                                      stderr=subprocess.DEVNULL, preexec_fn=mutate.limit, timeout=60)
            except subprocess.TimeoutExpired:
                return test
            if done.returncode != 0:
                return test
        return None


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("source")
    parser.add_argument("work")
    parser.add_argument("files", nargs="*")
    parser.add_argument("--count", type=int, default=200)
    parser.add_argument("--seconds", type=float, default=1e9)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--least", type=float, default=0)
    parser.add_argument("--cc", default="cc")
    arguments = parser.parse_args()
    bench = Store(arguments.source, arguments.work, arguments.cc)
    bench.build()
    failing = bench.seen()
    if failing:
        sys.exit("%s fails without any break" % failing)
    sample, texts = [], {}
    for name in arguments.files or FILES:
        path = "%s/src/store/%s" % (bench.source, name)
        texts[path] = open(path, encoding="utf-8").read()
        sample += [(path, place) for place in mutate.places(texts[path])]
    everything = len(sample)
    random.Random(arguments.seed).shuffle(sample)
    end, tried, seen = time.monotonic() + arguments.seconds, 0, 0
    for path, place in sample:
        if tried == arguments.count or time.monotonic() > end:
            break
        test = bench.try_place(path, texts[path], place)
        if test is None:
            continue
        tried += 1
        seen += test != ""
        if test == "":
            number, function, kind, line = mutate.describe(texts[path], place)
            print("not seen: %s:%d: %s: %s: %s" % (os.path.basename(path), number, function, kind, line), flush=True)
    share = 100 * seen / tried if tried else 0
    print("%d places, %d broken, %d seen by a unit test (%.1f %%), seed %d" % (
        everything, tried, seen, share, arguments.seed))
    return share < arguments.least


if __name__ == "__main__":
    sys.exit(main())
