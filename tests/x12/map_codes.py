#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Every code that a map or a code table of ours uses has a name in the guides.

Reads edi/maps, edi/codes and edi/x12 of TP_SOURCE: qualifiers such as
N1[01=ST], literals, pairs of qualifiers, defaults, and the x12 column of each
table that a map names at an element. Prints TAP.
"""
import csv
import glob
import os
import re
import shlex
import sys

EDI = os.path.join(os.environ.get("TP_SOURCE", "."), "edi")
SETS_OF = {"999": "005010"}


def lines_of(path):
    """Lines without comments; indented ones go on."""
    out = []
    with open(path, encoding="utf-8") as file:
        for line in file:
            if line.startswith("#") or not line.strip():
                continue
            if line[0] == " " and out:
                out[-1] += line.rstrip()
            else:
                out.append(line.rstrip())
    return out


def load(version, name, found):
    for line in lines_of(f"{EDI}/x12/{version}/{name}"):
        words = shlex.split(line)
        if words[0] == "from":
            load(words[1], name, found)
        else:
            found[words[0]] = words[1:]
    return found


def elements_of(words):
    """The elements of a segment, by position from 1."""
    text = " ".join(words[1:]).split("|")[0]
    text = re.sub(r"\(([^)]*)\)x(\d+)",
                  lambda m: " ".join([m.group(1)] * int(m.group(2))), text)
    return [re.sub(r"[!^].*", "", word) for word in text.split()]


class Guides:
    def __init__(self, version):
        self.segments = {name: elements_of(words) for name, words
                         in load(version, "segments", {}).items()}
        self.codes = {}
        for name, words in load(version, "codes", {}).items():
            # Their names stand beside them and hold blanks or small letters.
            self.codes[name] = {w for w in words[1:]
                                if not re.search(r"[\sa-z]", w)}
        self.sizes = {name: (int(words[1]), int(words[2])) for name, words
                      in load(version, "elements", {}).items()}

    def element(self, segment, position, component=None):
        number = self.segments[segment][position - 1]
        if number in self.segments:
            number = self.segments[number][(component or 1) - 1]
        return number


def table_codes(name):
    with open(f"{EDI}/codes/{name}.csv", encoding="utf-8") as file:
        rows = csv.DictReader(line for line in file if not line.startswith("#"))
        return {code for row in rows for code in (row.get("x12") or "").split("|")
                if code}


def uses_of(path):
    """(line, segment, position, component, codes) of a map."""
    with open(path, encoding="utf-8") as file:
        lines = file.read().split("\n")
    for number, line in enumerate(lines, 1):
        text = line.strip()
        if not text or text.startswith(("#", "map ", "check ")):
            continue
        text = text.removeprefix("ignore ")
        head, *fields = re.split(r"\s{2,}", text)
        for part in head.split()[0].split("/"):
            match = re.match(r"([A-Z0-9]{2,3})(?:\[(?:(\d\d)=)?([^\]]*)\])?", part)
            if match and match.group(3):
                position = 3 if match.group(1) == "HL" else int(match.group(2))
                yield number, match.group(1), position, None, \
                    set(match.group(3).split("|"))
        segment = re.match(r"[A-Z0-9]{2,3}", head.split("/")[-1]).group(0)
        for field in fields:
            match = re.match(r"(\d\d)(?:-(\d))?(\S*) (=|<-|->) (.*)", field)
            if not match:
                continue
            position, value = int(match.group(1)), match.group(5)
            component = int(match.group(2)) if match.group(2) else None
            pairs = re.search(r"pairs\((.*)\)", value)
            if pairs:
                yield number, segment, position, component, \
                    {code for pair in pairs.group(1).split(",")
                     for code in pair.split()[0].split("|")}
                continue
            codes = set(re.findall(r'"([^"]*)"', re.sub(r"\bwhen .*", "", value)))
            table = re.search(r"\bcode\((\w+)", value)
            if table:
                codes |= table_codes(table.group(1))
            packed = re.search(r"pack\(\d+, code\((\w+)", value)
            if packed or (segment, position) == ("N9", 2):
                continue # a code of ours inside a list; text of ours
            yield number, segment, position, component, codes


def known(guides, element, code):
    codes = guides.codes.get(element, set())
    least, most = guides.sizes[element]
    return least <= len(code) <= most and (
        code in codes or
        element == "103" and any(c.startswith(code) for c in codes))


def main():
    versions = {v: Guides(v) for v in ("004010", "005010")}
    count = 0
    bad = {}
    for path in sorted(glob.glob(f"{EDI}/maps/*.map")):
        name = os.path.basename(path)[:-4]
        for number, segment, position, component, codes in uses_of(path):
            for version, guides in versions.items():
                if version < SETS_OF.get(name, ""):
                    continue
                element = guides.element(segment, position, component)
                for code in sorted(codes):
                    count += 1
                    if not known(guides, element, code):
                        place = f"{name}.map:{number}: {segment}{position:02}"
                        bad.setdefault((version, element, code), place)
    for (version, element, code), place in bad.items():
        print(f"# {place}: {code} is no code of {element} in {version}/codes, "
              "or has another length")
    print(f"# {count} codes in use")
    good = not bad and count > 500
    print("ok" if good else "not ok", "1 - every code in use has a name in the guides")
    print("1..1")
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
