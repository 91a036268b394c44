#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""How many branches of the journal, the spool and the effects were taken, both
ways, by what ran in a build with --coverage (make coverage).

  coverage.py BUILD [LEAST]       LEAST: per cent; exit 1 when there are fewer

A branch of a line with BUG_IF counts for nothing. Prints a line for each file
and the lines that were not wholly taken."""
import glob
import json
import os
import subprocess
import sys

# What decides whether something outside happens once.
FLOW = ("ask", "dispatch", "post", "post_batch", "post_step", "post_turns", "tell", "resolve", "trouble", "lease",
        "destination", "once_more", "again", "act", "restored")


def objects(build):
    found = sorted(glob.glob(os.path.join(build, "src/store/*.gcno")))
    return found + [path for path in (os.path.join(build, "src/flow", name + ".gcno") for name in FLOW)
                    if os.path.exists(path)]


def branches_of(build, note):
    """{source: {line: [counts]}}"""
    said = subprocess.run(["gcov", "--json-format", "--stdout", "--branch-probabilities", os.path.relpath(note, build)],
                          cwd=build, capture_output=True, text=True, check=False).stdout
    found = {}
    for text in said.splitlines():
        for file in json.loads(text)["files"]:
            for line in file["lines"]:
                if line["branches"] and "/src/" in "/" + file["file"]:
                    at = found.setdefault(file["file"], {}).setdefault(line["line_number"], [])
                    at.append([branch["count"] for branch in line["branches"]])
    return found


def main():
    build, least = sys.argv[1], float(sys.argv[2] if len(sys.argv) > 2 else "0")
    total = taken = 0
    for note in objects(build):
        name = os.path.basename(note)[:-5] + ".c"
        for source, lines in branches_of(build, note).items():
            if os.path.basename(source) != name:
                continue
            text = open(os.path.join(build, source), encoding="utf-8").read().split("\n")
            counts = {at: [count for one in found for count in one] for at, found in lines.items()
                      if "BUG_IF" not in text[at - 1]}
            here, had = sum(map(len, counts.values())), sum(count > 0 for one in counts.values() for count in one)
            total, taken = total + here, taken + had
            left = sorted(at for at, one in counts.items() if not all(one))
            print("%-28s %4d of %4d branches  %s" % ("/".join(source.split("/")[-2:]), had, here,
                                                     " ".join(map(str, left))))
    share = 100 * taken / total if total else 0
    print("%d of %d branches were taken (%.1f %%), less BUG_IF" % (taken, total, share))
    return share < least


if __name__ == "__main__":
    sys.exit(main())
