# SPDX-License-Identifier: Apache-2.0
"""What a test of many facts prints: TAP, a line for each."""
import sys

number, failed = 0, 0


def ok(good, what, detail=""):
    global number, failed
    number += 1
    failed += not good
    print("%s %d - %s" % ("ok" if good else "not ok", number, what))
    if not good and detail:
        print("# " + str(detail).replace("\n", "\n# "))
    sys.stdout.flush()


def end():
    """The plan; what the test exits with."""
    print("1..%d" % number)
    return 1 if failed else 0
