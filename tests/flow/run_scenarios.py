#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Plays the scenarios of this folder against the built program and the sandbox.

A scenario is a text of at most 60 lines: what NAV holds, what partners give,
what goes wrong, and what must be true afterwards. The language is in README.md.
Prints TAP, one case per scenario."""
import glob
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
import time

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from world import Failed, PARTNERS, SOURCE, TODAY, World  # noqa: E402


def nav_order(world, words, lines):
    """nav order NUMBER VENDOR [DATE], then lines: ITEM QUANTITY UNIT PRICE"""
    number, vendor = words[0], words[1]
    date = words[2] if len(words) > 2 else TODAY
    order = world.ask("tables/purchaseOrders", {
        "number": number, "vendorNumber": vendor, "vendorName": vendor, "orderDate": date, "postingDate": date,
        "_orderDate": date, "requestedReceiptDate": "2026-12-01", "status": "Open", "_status": "Released",
        "currencyCode": "USD", "shipToName": "CRONUS DC AUSTIN", "shipToAddressLine1": "400 INDUSTRIAL PKWY",
        "shipToCity": "AUSTIN", "shipToState": "TX", "shipToPostCode": "78741", "shipToCountry": "US",
        "_location": "MAIN", "totalAmountIncludingTax": total(lines), "totalAmountExcludingTax": total(lines)})
    for place, line in enumerate(lines, 1):
        item, quantity, unit, price = line.split()
        world.ask("tables/purchaseOrderLines", {
            "documentId": order["id"], "_documentNumber": number, "sequence": place * 10000, "lineType": "Item",
            "lineObjectNumber": item, "description": "ITEM " + item, "unitOfMeasureCode": unit,
            "quantity": quantity, "directUnitCost": price, "receiveQuantity": quantity,
            "invoiceQuantity": quantity, "_location": "MAIN"})


def nav_invoice(world, words, lines):
    """nav invoice NUMBER CUSTOMER, then lines as of an order"""
    invoice = world.ask("tables/salesInvoices", {
        "number": words[0], "customerNumber": words[1], "customerName": "Bigmart Stores",
        "billToName": "Bigmart Stores", "billToCustomerNumber": words[1], "invoiceDate": TODAY,
        "postingDate": TODAY, "dueDate": "2026-12-22", "externalDocumentNumber": "4500081200",
        "customerPurchaseOrderReference": "4500081200", "orderNumber": "101201", "currencyCode": "USD",
        "status": "Open", "_location": "MAIN", "totalAmountIncludingTax": total(lines),
        "totalAmountExcludingTax": total(lines), "remainingAmount": total(lines)})
    for place, line in enumerate(lines, 1):
        item, quantity, unit, price = line.split()
        amount = "%.2f" % (round(float(quantity) * float(price) * 100) / 100)
        world.ask("tables/salesInvoiceLines", {
            "documentId": invoice["id"], "_documentNumber": words[0], "sequence": place * 10000, "lineType": "Item",
            "lineObjectNumber": item, "description": "ITEM " + item, "unitOfMeasureCode": unit,
            "quantity": quantity, "unitPrice": price, "netAmount": amount, "netAmountIncludingTax": amount,
            "amountExcludingTax": amount, "amountIncludingTax": amount})


def total(lines):
    cents = sum(round(float(line.split()[1]) * float(line.split()[3]) * 100) for line in lines)
    return "%d.%02d" % (cents // 100, cents % 100)


def nav_row(world, words, lines):
    """nav row TABLE {json}"""
    world.ask("tables/" + words[0], json.loads(" ".join(words[1:])))


GROUPS = {"856": "SH", "810": "IN", "820": "RA", "997": "FA"}


def give(world, words, lines):
    """give PARTNER SET [name=FILE] [control=N] [usage=T] [cut=BYTES] [drop]: segments follow"""
    options = dict(word.split("=", 1) for word in words[2:] if "=" in word)
    code, kind = words[0], words[1]
    qualifier, identity, application, _ = PARTNERS[code]
    world.control += 1
    control = int(options.get("control", world.control))
    segments = ["ST*%s*0001" % kind] + lines
    segments.append("SE*%d*0001" % (len(segments) + 1))
    text = "~".join(
        ["ISA*00*          *00*          *%s*%-15s*%s*%-15s*261122*1200*U*00401*%09d*%s*%s*>"
         % (qualifier, identity, "ZZ", options.get("to", "CRONUS01"), control, options.get("ack", "0"),
            options.get("usage", "P")),
         "GS*%s*%s*CRONUS01*20261122*1200*%d*X*004010" % (GROUPS[kind], application, control)]
        + segments + ["GE*1*%d" % control, "IEA*1*%09d" % control]) + "~\n"
    if "cut" in options:
        text = text[:int(options["cut"])]
    name = options.get("name", "%s_%d.edi" % (kind, control))
    folder = world.path("spool/in", code.lower()) if "drop" in words else world.path("partners", code, "out")
    os.makedirs(folder, exist_ok=True)
    with open(os.path.join(folder, name), "w", encoding="latin-1") as out:
        out.write(text)


def answer_997(world, words, lines):
    """acknowledge PARTNER SET VERDICT: a 997 for the newest file; AK3/AK4 lines may follow"""
    code, kind, verdict = words[:3]
    names = sorted(glob.glob(world.path("partners", code, "in", kind + "_*")))
    if not names:
        raise Failed("%s has no %s to acknowledge" % (code, kind))
    text = open(names[-1], encoding="latin-1").read()
    group = re.search(r"GS\*(\w+)\*[^*]*\*[^*]*\*\d+\*\d+\*(\d+)\*", text)
    if not group:
        raise Failed("no GS in " + names[-1])
    one = "AK9*%s*1*1*%d" % (verdict, verdict != "R")
    give(world, [code, "997"], ["AK1*%s*%s" % group.groups(), "AK2*%s*0001" % kind] + lines
         + ["AK5*%s" % verdict, one])


def fault(world, words, lines):
    """fault MATCH... KIND [count=N] [seconds=N] [retry_after=N]"""
    plain = [word for word in words if "=" not in word]
    body = {"match": " ".join(plain[:-1]), "fault": plain[-1], "count": 1}
    body.update({key: int(value) for key, value in (word.split("=") for word in words if "=" in word)})
    world.ask("faults", body)


def run(world, words, lines):
    """run [wait=TIME]: the program, to its end; exit codes 0, 6 and 9 are good"""
    wait = [["--wait", word[5:]] for word in words if word.startswith("wait=")]
    result = world.tool("run", *(wait[0] if wait else []))
    world.last_exit = result.returncode
    world.last_text = result.stdout + result.stderr
    if result.returncode not in (0, 6, 9) and "fails" not in words:
        raise Failed("run: exit %d: %s" % (result.returncode, world.last_text[-500:]))


def tool(world, words, lines):
    """tool WORD...: any command, @SET:NUMBER is a document's id; its exit code is kept for expect exit"""
    ids = [str(doc_of(world, *word[1:].split(":", 1))[-1]["id"]) if word.startswith("@") else word for word in words]
    result = world.tool(*ids)
    world.last_exit, world.last_text = result.returncode, result.stdout + result.stderr


def doc_of(world, kind, number):
    rows = world.rows('SELECT * FROM document WHERE "set" = ? AND number = ? ORDER BY id', kind, number)
    return [dict(row) for row in rows]


def expect(world, words, lines):
    """expect doc SET NUMBER [key=value|key~text]... | count SET STATE N | file PARTNER SET N [~text] |
    nav KIND N | exit N | text ~TEXT | table NAME N [key=value]"""
    what = words[0]
    if what == "doc":
        found = doc_of(world, words[1], words[2])
        if not found:
            raise Failed("there is no %s %s" % (words[1], words[2]))
        for word in words[3:]:
            key, sign, value = re.match(r"(\w+)([=~])(.*)", word).groups()
            have = str(found[-1][key])
            if (sign == "=" and have != value) or (sign == "~" and value not in have):
                raise Failed("%s %s: %s is '%s', expected %s'%s'\n  %s" % (
                    words[1], words[2], key, have, "" if sign == "=" else "...", value, found[-1]["reason"]))
    elif what == "count":
        rows = world.rows('SELECT * FROM document WHERE "set" = ? AND state = ?', words[1], words[2])
        if len(rows) != int(words[3]):
            all_rows = world.rows('SELECT id, "set", number, state, reason FROM document')
            raise Failed("%d %s are %s, expected %s:\n  %s" % (
                len(rows), words[1], words[2], words[3], "\n  ".join(str(tuple(row)) for row in all_rows)))
    elif what == "file":
        names = [name for name in glob.glob(world.path("partners", words[1], "in", "*"))
                 if os.path.basename(name).startswith(words[2] + "_")]
        if len(names) != int(words[3]):
            raise Failed("%s has %d files of %s, expected %s" % (words[1], len(names), words[2], words[3]))
        for word in words[4:]:
            if not any(word[1:] in open(name, encoding="latin-1").read() for name in names):
                raise Failed("no %s of %s holds '%s':\n%s" % (words[2], words[1], word[1:],
                                                             open(names[-1], encoding="latin-1").read()))
    elif what == "nav":
        effects = world.ask("effects?kind=" + words[1])
        if len(effects) != int(words[2]):
            raise Failed("NAV saw %d effects '%s', expected %s: %s" % (len(effects), words[1], words[2], effects))
    elif what == "table":
        wanted = dict(word.split("=", 1) for word in words[3:])
        rows = [row for row in world.ask("tables/" + words[1])
                if all(str(row.get(key)) == value for key, value in wanted.items())]
        if len(rows) != int(words[2]):
            raise Failed("%d rows of %s match %s, expected %s" % (len(rows), words[1], wanted, words[2]))
    elif what == "exit":
        if world.last_exit != int(words[1]):
            raise Failed("exit %d, expected %s: %s" % (world.last_exit, words[1], world.last_text[-400:]))
    elif what == "text":
        if words[1][1:] not in world.last_text:
            raise Failed("expected '%s' in:\n%s" % (words[1][1:], world.last_text[-1500:]))
    else:
        raise Failed("unknown expectation " + what)


def setting(world, words, lines):
    """set LINE: one more line of settings, as libconfig has it"""
    world.extra.append(" ".join(words))
    world.settings()


def clock(world, words, lines):
    """clock STAMP: the program's clock from now on"""
    world.now = words[0]


def wait(world, words, lines):
    """wait SECONDS"""
    time.sleep(float(words[0]))


def edit(world, words, lines):
    """partner CODE: lines that are added to its file"""
    with open(world.path("etc/partners", words[0].lower() + ".conf"), "a", encoding="utf-8") as out:
        out.write("\n".join(lines) + "\n")


VERBS = {"give": give, "acknowledge": answer_997, "fault": fault, "run": run, "tool": tool, "expect": expect,
         "set": setting, "clock": clock, "wait": wait, "partner": edit}
NAV = {"order": nav_order, "invoice": nav_invoice, "row": nav_row}


def play(path):
    steps = []
    for number, line in enumerate(open(path, encoding="utf-8"), 1):
        text = line.rstrip("\n")
        if not text.strip() or text.lstrip().startswith("#"):
            continue
        if text[0].isspace() and steps:
            steps[-1][2].append(text.strip())
        else:
            steps.append((number, text, []))
    folder = tempfile.mkdtemp(prefix="tp-scenario-")
    world = World(folder)
    keep = False
    try:
        world.start()
        for number, text, lines in steps:
            words = text.split() if text.startswith(("nav row", "set ")) else shlex.split(text)
            if words[0] == "scenario":
                continue
            verb = NAV[words[1]] if words[0] == "nav" else VERBS[words[0]]
            try:
                verb(world, words[2:] if words[0] == "nav" else words[1:], lines)
            except Failed as failed:
                raise Failed("line %d: %s: %s" % (number, text, failed)) from None
        result = world.tool("verify")
        if result.returncode != 0:
            raise Failed("verify: " + result.stdout + result.stderr)
    except Failed:
        keep = bool(os.environ.get("TP_KEEP"))
        raise
    finally:
        world.stop()
        if keep:
            print("# kept", folder)
        else:
            shutil.rmtree(folder)


def main():
    here = os.path.join(SOURCE, "tests/flow")
    paths = sys.argv[1:] or sorted(glob.glob(os.path.join(here, "*.scenario")))
    bad = 0
    print("1..%d" % len(paths))
    for number, path in enumerate(paths, 1):
        title = open(path, encoding="utf-8").read().split('"')[1]
        try:
            play(path)
            print("ok %d - %s" % (number, title))
        except (Failed, subprocess.TimeoutExpired, OSError, KeyError, ValueError) as failed:
            bad += 1
            print("not ok %d - %s" % (number, title))
            print("# %s: %s" % (os.path.basename(path), str(failed).replace("\n", "\n# ")))
        sys.stdout.flush()
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
