#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Breaks the X12 engine in one place at a time and sees whether a test fails.

  mutate.py SOURCE WORK [--count N] [--seconds S] [--seed N] [--again LOG]
            [--cc CC] [FILE...]

Places are conditions (never, always), comparisons, and/or, plus/minus,
constants, true/false and statements left out, in the functions of the files
named (default: all that read and check). A sample of N places is drawn by the
seed. Each break is compiled into a library of its own, and the tests of
FAST below run against it until one fails or runs out of processor time. Those
that no test sees are printed, with a count at the end; tests/x12/mutants.equal
lists breaks that change nothing a caller can see, each with the reason; they
are not counted.
--again tries those only that an earlier run's output calls not seen.

Exit 0 when at least --least percent (90) of the sample were seen.
"""
import argparse
import glob
import os
import random
import re
import resource
import subprocess
import sys
import time

# Files whose findings people rely on; the ways to scan have an oracle of
# their own (corpus_test compares them event by event).
FILES = ["types.c", "check.c", "check_quick.c", "set.c", "envelope.c", "isa.c",
         "hl.c", "seen.c", "note.c", "start.c", "scan.c", "cut.c",
         "guide_pattern.c", "ack.c", "finding.c"]
# In the order of what they cost.
FAST = ["unit/x12_test", "unit/x12_bytes_test", "unit/x12_sins_test",
        "unit/x12_5010_test", "x12/codes_test", "unit/x12_guide_test",
        "unit/x12_tools_test", "unit/x12_write_test", "x12/limits_test",
        "unit/x12_detail_test", "unit/x12_edge_test", "unit/x12_exact_test", "unit/x12_border_test",
        "x12/real_test", "x12/ack_pair_test", "x12/corpus_test",
        "x12/guard_test", "x12/property_test", "fuzz/x12_replay"]
SOURCES = {"x12/real_test": "x12/corpus_test"}
MORE = {"x12/corpus_test": ["tests/x12/guides.c"],
        "x12/real_test": ["tests/x12/guides.c"],
        "x12/codes_test": ["tests/x12/guides.c"],
        "x12/limits_test": ["tests/x12/guides.c"],
        "x12/guard_test": ["tests/x12/guides.c"],
        "x12/property_test": ["tests/x12/guides.c", "tests/x12/document.c",
                              "tests/x12/defects_element.c",
                              "tests/x12/defects_segment.c",
                              "tests/x12/defects_envelope.c"],
        "fuzz/x12_replay": ["tests/fuzz/x12_fuzz.c", "tests/x12/guides.c"]}
CPU_SECONDS = 40


def masked(text):
    """The same text with comments, strings and directives blanked."""
    blank = lambda m: re.sub(r"[^\n]", " ", m.group(0))
    text = re.sub(r"/\*.*?\*/", blank, text, flags=re.S)
    text = re.sub(r'"(\\.|[^"\\\n])*"', blank, text)
    text = re.sub(r"'(\\.|[^'\\\n])+'", blank, text)
    return re.sub(r"^#.*$", blank, text, flags=re.M)


def closing(text, at):
    """The offset of the bracket that closes the one at at."""
    depth = 0
    for i in range(at, len(text)):
        depth += (text[i] == "(") - (text[i] == ")")
        if depth == 0:
            return i
    return len(text)


SWAPS = [(r"<=", "<", "<="), (r"(?<![<\->])<(?![<=])", "<=", "<"),
         (r"(?<![>\-])>=", ">", ">="), (r"(?<![>\-])>(?![>=])", ">=", ">"),
         (r"==", "!=", "=="), (r"!=", "==", "!="),
         (r"&&", "||", "&&"), (r"\|\|", "&&", "||"),
         (r"(?<= )\+(?= )", "-", "+"), (r"(?<=[\w)\]] )-(?= )", "+", "-"),
         (r"\btrue\b", "false", "true"), (r"\bfalse\b", "true", "false"),
         (r"(?<![\w.'])(\d+)(?![\w.'])", None, "constant")]


def places(text):
    """Yields (start, end, what stands there now, name of the break)."""
    plain = masked(text)
    bodies = [(m.start(), plain.index("\n}", m.start()))
              for m in re.finditer(r"^\{$", plain, flags=re.M)]
    for start, end in bodies:
        body = plain[start:end]
        for m in re.finditer(r"\b(if|while) \(", body):
            first = start + m.end() - 1
            last = closing(plain, first)
            inner = text[first + 1:last]
            yield first, last + 1, f"(0 && ({inner}))", f"{m.group(1)} never"
            if m.group(1) == "if":
                yield first, last + 1, f"(1 || ({inner}))", "if always"
        for pattern, to, name in SWAPS:
            for m in re.finditer(pattern, body):
                line = plain[plain.rfind("\n", 0, start + m.start()) + 1:
                             start + m.start()]
                if re.match(r"\s*(enum|case|static)\b", line):
                    continue
                new = to if to is not None else str(int(m.group(0)) + 1)
                yield start + m.start(), start + m.end(), new, name
        for m in re.finditer(r"(?<=[;{})\n])[ \t]*\n?[ \t]+(\*?[a-z_][\w.>\-\[\]]*"
                             r"(?: \|?[+&-]?=|\())", body):
            first = start + m.start(1)
            word = re.match(r"\w+", plain[first:].lstrip("*")).group(0)
            if word in ("return", "if", "while", "for", "switch", "sizeof",
                        "va_start", "va_end", "do", "else"):
                continue
            before = plain[:first].rstrip()[-1:]
            if before not in ";{})" and not plain[:first].rstrip().endswith("else"):
                continue
            last = plain.find(";", first)
            if plain.count("(", first, last) == plain.count(")", first, last):
                yield first, last, "", "left out"


def describe(text, place):
    """Its line's number; the function, the break and the line."""
    start, end, new, name = place
    number = text.count("\n", 0, start) + 1
    line = text.split("\n")[number - 1].strip()
    function = re.findall(r"^(\w+)\(", text[:start], flags=re.M)
    return number, function[-1] if function else "", name, line


def limit():
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (2 << 30, 2 << 30))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


class Bench:
    def __init__(self, source, work, cc):
        self.source, self.work = os.path.abspath(source), os.path.abspath(work)
        self.cc = cc
        self.flags = ["-std=gnu17", "-D_GNU_SOURCE", "-O1", "-w", "-fPIC",
                      "-I" + self.source + "/src"]
        os.makedirs(self.work, exist_ok=True)
        self.library = self.work + "/libbroken.so"
        self.objects = {}

    def compile(self, path, out):
        subprocess.run([self.cc, *self.flags, "-c", path, "-o", out], check=True,
                       stderr=subprocess.DEVNULL)

    def build(self):
        paths = [p for p in glob.glob(self.source + "/src/x12/*.c")
                 if not p.endswith("/library.c")]
        with open(self.source + "/src/x12/library.inc", encoding="utf-8") as file:
            paths += [f"{self.source}/{p}" for p in
                      re.findall(r"src/base/\w+\.c", file.read())]
        for path in sorted(paths):
            name = os.path.relpath(path, self.source + "/src").replace("/", "_")
            self.objects[path] = f"{self.work}/{name}.o"
            self.compile(path, self.objects[path])
        self.link({})
        for test in FAST:
            sources = [f"tests/{SOURCES.get(test, test)}.c", *MORE.get(test, [])]
            subprocess.run([self.cc, *self.flags, *[f"{self.source}/{s}" for s in sources],
                            "-o", self.program(test), self.library,
                            "-Wl,-rpath," + self.work], check=True)

    def program(self, test):
        return f"{self.work}/{test.replace('/', '_')}"

    def link(self, instead):
        objects = [instead.get(p, o) for p, o in self.objects.items()]
        subprocess.run([self.cc, "-shared", *objects, "-o", self.library], check=True)

    def seen(self):
        """The first test that fails with the library as it is, or None."""
        environment = dict(os.environ, TP_SOURCE=self.source, TP_BUILD=self.work,
                           TP_QUICK="1", SEEDS="2")
        for test in FAST:
            try:
                done = subprocess.run([self.program(test)], env=environment,
                                      stdout=subprocess.DEVNULL, cwd=self.source,
                                      stderr=subprocess.DEVNULL, preexec_fn=limit,
                                      timeout=600)
            except subprocess.TimeoutExpired:
                return test
            if done.returncode != 0:
                return test
        return None

    def try_place(self, path, text, place):
        """None: it does not compile; else the test that sees it, or ''."""
        start, end, new, _ = place
        broken, out = self.work + "/broken.c", self.work + "/broken.o"
        with open(broken, "w", encoding="utf-8") as file:
            file.write(text[:start] + new + text[end:])
        try:
            self.compile(broken, out)
            self.link({path: out})
        except subprocess.CalledProcessError:
            return None
        return self.seen() or ""


def read_equal(source):
    """{(file, function, break, line)} of mutants.equal, which change nothing."""
    equal = set()
    with open(source + "/tests/x12/mutants.equal", encoding="utf-8") as file:
        for line in file:
            if line.startswith("#") or not line.strip():
                continue
            name, function, kind, code, _ = line.split(" | ", 4)
            equal.add((name, function, kind, code.strip()))
    return equal


def read_again(path):
    """{(file, function, break, line)} of an earlier run."""
    again = set()
    with open(path, encoding="utf-8") as file:
        for line in file:
            if line.startswith("not seen: "):
                place, *rest = line[len("not seen: "):].rstrip("\n").split(" | ", 3)
                again.add((place.split(":")[0], *rest))
    return again


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("source")
    parser.add_argument("work")
    parser.add_argument("files", nargs="*")
    parser.add_argument("--count", type=int, default=200)
    parser.add_argument("--seconds", type=float, default=1e9)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--least", type=float, default=90)
    parser.add_argument("--again")
    parser.add_argument("--cc", default="cc")
    arguments = parser.parse_args()
    equal = read_equal(arguments.source)
    bench = Bench(arguments.source, arguments.work, arguments.cc)
    bench.build()
    failing = bench.seen()
    if failing:
        sys.exit(f"{failing} fails without any break")

    sample = []
    texts = {}
    for name in arguments.files or FILES:
        path = f"{bench.source}/src/x12/{name}"
        with open(path, encoding="utf-8") as file:
            texts[path] = file.read()
        sample += [(path, place) for place in places(texts[path])]
    all_places = len(sample)
    if arguments.again:
        again = read_again(arguments.again)
        sample = [(path, place) for path, place in sample
                  if (os.path.basename(path),
                      *describe(texts[path], place)[1:]) in again]
    random.Random(arguments.seed).shuffle(sample)
    end = time.monotonic() + arguments.seconds
    seen = tried = same = 0
    for path, place in sample:
        if tried == arguments.count or time.monotonic() > end:
            break
        name = os.path.basename(path)
        number, *what = describe(texts[path], place)
        if (name, *what) in equal:
            same += 1
            continue
        test = bench.try_place(path, texts[path], place)
        if test is None:
            continue
        tried += 1
        seen += test != ""
        if tried % 20 == 0:
            print(f"# {tried} broken, {seen} seen", flush=True)
        if test == "":
            print(f"not seen: {name}:{number} |", " | ".join(what), flush=True)
    share = 100 * seen / tried if tried else 0
    print(f"{all_places} places, {tried} broken, {seen} seen by a test "
          f"({share:.1f} %), {same} left out as without effect")
    sys.exit(share < arguments.least)


if __name__ == "__main__":
    main()
