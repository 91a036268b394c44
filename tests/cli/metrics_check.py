# SPDX-License-Identifier: Apache-2.0
"""Checks standard input against the Prometheus text format 0.0.4; prints what
is wrong and exits 1. With names as arguments, these metrics must be there."""
import re
import sys

NAME = r"[a-zA-Z_:][a-zA-Z0-9_:]*"
LABEL = re.compile(r'([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\["\\n])*)"(,|$)')
SAMPLE = re.compile(r"(%s)(?:\{(.*)\})? ([^ ]+)$" % NAME)
wrong, types, helps, seen, samples, current = [], {}, set(), set(), {}, None


def labels_of(text, line):
    at, found = 0, {}
    while at < len(text):
        match = LABEL.match(text, at)
        if match is None:
            wrong.append("labels: " + line)
            break
        if match.group(1) in found:
            wrong.append("label twice: " + line)
        found[match.group(1)] = match.group(2)
        at = match.end()
    return found


def family_of(name):
    base = re.sub("_(bucket|sum|count)$", "", name)
    return base if types.get(base) == "histogram" else name


def sample(line):
    match = SAMPLE.match(line)
    if match is None:
        wrong.append("not a sample: " + line)
        return
    name, labels, value = match.group(1), labels_of(match.group(2) or "", line), match.group(3)
    if family_of(name) != current:
        wrong.append("outside its family: " + line)
    key = (name, tuple(sorted(labels.items())))
    if key in seen:
        wrong.append("twice: " + line)
    seen.add(key)
    try:
        samples.setdefault(name, []).append((labels, float(value)))
    except ValueError:
        wrong.append("no number: " + line)


text = sys.stdin.read()
if not text.endswith("\n"):
    wrong.append("the last line has no end")
for line in text.split("\n"):
    head = re.match(r"# (HELP|TYPE) (%s) (.+)$" % NAME, line)
    if head and head.group(1) == "HELP":
        current = head.group(2)
        if current in helps:
            wrong.append("HELP twice: " + line)
        helps.add(current)
    elif head:
        if head.group(2) != current or head.group(2) in types:
            wrong.append("TYPE out of place: " + line)
        if head.group(3) not in ("gauge", "counter", "histogram"):
            wrong.append("unknown type: " + line)
        types[head.group(2)] = head.group(3)
    elif line.startswith("#"):
        wrong.append("neither HELP nor TYPE: " + line)
    elif line:
        sample(line)
for name, kind in types.items():
    if (kind == "counter") != name.endswith("_total"):
        wrong.append("a counter ends in _total, and nothing else does: " + name)
    if kind != "histogram":
        continue
    series = {}
    for labels, value in samples.get(name + "_bucket", []):
        series.setdefault(tuple(sorted((k, v) for k, v in labels.items() if k != "le")), {})[labels["le"]] = value
    counts = {tuple(sorted(labels.items())): value for labels, value in samples.get(name + "_count", [])}
    for key, buckets in series.items():
        order = sorted(buckets, key=lambda le: float(le.replace("+Inf", "inf")))
        if [buckets[le] for le in order] != sorted(buckets.values()) or order[-1] != "+Inf":
            wrong.append("buckets do not grow to +Inf: %s %s" % (name, key))
        if counts.get(key) != buckets["+Inf"]:
            wrong.append("_count is not the last bucket: %s %s" % (name, key))
for name in sys.argv[1:]:
    if name not in types or name not in helps:
        wrong.append("missing: " + name)
print("\n".join(wrong) or "well formed")
sys.exit(1 if wrong else 0)
