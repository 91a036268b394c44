#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Plays the scenarios of this folder against the built program and the sandbox.

A scenario is a text of at most 60 lines: what NAV holds, what partners give,
what goes wrong, and what must be true afterwards. The language is in README.md.
Prints TAP, one case per scenario."""
import datetime
import glob
import json
import os
import random
import re
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from decimal import Decimal

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import odoo_steps  # noqa: E402
from world import Failed, PARTNERS, PROGRAM, SOURCE, TODAY, World  # noqa: E402


class Skipped(Exception):
    pass


def nav_order(world, words, lines):
    """nav order NUMBER[,NUMBER...] VENDOR [DATE], then lines: ITEM QUANTITY UNIT PRICE"""
    if "," in words[0]:
        for number in words[0].split(","):
            nav_order(world, [number] + words[1:], lines)
        return
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
            "amountExcludingTax": total([line]), "netAmount": total([line]),
            "invoiceQuantity": quantity, "_location": "MAIN"})


def nav_invoice(world, words, lines):
    """nav invoice NUMBER[,NUMBER...] CUSTOMER, then lines as of an order"""
    if "," in words[0]:
        for number in words[0].split(","):
            nav_invoice(world, [number] + words[1:], lines)
        return
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


def nav_bill(world, words, lines):
    """nav bill NUMBER VENDOR, then lines as of an order: a posted purchase invoice that was made in NAV"""
    bill = world.ask("tables/purchaseInvoices", {
        "number": words[0], "vendorNumber": words[1], "vendorName": words[1], "vendorInvoiceNumber": words[0],
        "invoiceDate": TODAY, "postingDate": TODAY, "dueDate": "2026-12-22", "currencyCode": "USD", "status": "Open",
        "orderNumber": "PO-1", "totalAmountIncludingTax": total(lines), "totalAmountExcludingTax": total(lines)})
    for place, line in enumerate(lines, 1):
        item, quantity, unit, price = line.split()
        world.ask("tables/purchaseInvoiceLines", {
            "documentId": bill["id"], "_documentNumber": words[0], "sequence": place * 10000, "lineType": "Item",
            "lineObjectNumber": item, "description": "ITEM " + item, "unitOfMeasureCode": unit, "quantity": quantity,
            "unitCost": price, "amountExcludingTax": total([line]), "amountIncludingTax": total([line])})


def total(lines):
    cents = sum(round(float(line.split()[1]) * float(line.split()[3]) * 100) for line in lines)
    return "%d.%02d" % (cents // 100, cents % 100)


def nav_row(world, words, lines):
    """nav row TABLE {json}"""
    world.ask("tables/" + words[0], json.loads(" ".join(words[1:])))


GROUPS = {"856": "SH", "810": "IN", "820": "RA", "997": "FA", "999": "FA"}


def give(world, words, lines):
    """give PARTNER SET [name=FILE] [control=N] [usage=T] [ack=1] [to=ID] [from=QUALIFIER:ID] [cut=BYTES] [count=N] [drop]
    [box=NAME] [version=GS08]: segments follow; count is what SE01 says"""
    options = dict(word.split("=", 1) for word in words[2:] if "=" in word)
    code, kind = words[0], words[1]
    qualifier, identity, application, _ = PARTNERS[code]
    if "from" in options:
        qualifier, identity = options["from"].split(":")
        application = identity
    world.control += 1
    control = int(options.get("control", world.control))
    version = options.get("version", "004010")
    segments = ["ST*%s*0001" % kind] + lines
    segments.append("SE*%s*0001" % options.get("count", len(segments) + 1))
    text = "~".join(
        ["ISA*00*          *00*          *%s*%-15s*%s*%-15s*261122*1200*U*%s*%09d*%s*%s*>"
         % (qualifier, identity, "ZZ", options.get("to", "CRONUS01"), version[:5], control, options.get("ack", "0"),
            options.get("usage", "P")),
         "GS*%s*%s*CRONUS01*20261122*1200*%d*X*%s" % (GROUPS[kind], application, control, version)]
        + segments + ["GE*1*%d" % control, "IEA*1*%09d" % control]) + "~\n"
    if "cut" in options:
        text = text[:int(options["cut"])]
    name = options.get("name", "%s_%d.edi" % (kind, control))
    folder = world.path("partners", code, "out")
    if "drop" in words or "box" in options:
        folder = world.path("spool/in", options.get("box", code.lower()))
    os.makedirs(folder, exist_ok=True)
    put_file(folder, name, text)
    world.given.append((folder, text))


def goods_of(words):
    """ITEM:QUANTITY[:PRICE]..."""
    return [word.split(":") for word in words if ":" in word and "=" not in word]


def ship(world, words, lines):
    """ship PARTNER NUMBER ORDER ITEM:QUANTITY... [give's options]: a ship notice"""
    segments = ["BSN*00*%s*20261122*1432*0001" % words[1], "HL*1**S", "DTM*011*20261122", "HL*2*1*O",
                "PRF*" + words[2]]
    goods = goods_of(words[3:])
    for place, (item, quantity) in enumerate(goods, 1):
        segments += ["HL*%d*2*I" % (place + 2), "LIN*%d*VN*%s" % (place, item), "SN1*%d*%s*CA" % (place, quantity)]
    give(world, [words[0], "856"] + options_of(words), segments + ["CTT*%d" % (len(goods) + 2)])


def bill(world, words, lines):
    """bill PARTNER NUMBER ORDER ITEM:QUANTITY:PRICE... [kind=CR] [date=N] [total=CENTS] [give's options]"""
    options = dict(word.split("=", 1) for word in words if "=" in word)
    segments, cents = ["BIG*%s*%s*20261122*%s***%s" % (options.get("date", "20261122"), words[1], words[2],
                                                       options.get("kind", "DR"))], Decimal(0)
    goods = goods_of(words[3:])
    for place, (item, quantity, price) in enumerate(goods, 1):
        segments.append("IT1*%d*%s*CA*%s**VN*%s" % (place, quantity, price, item))
        cents += (Decimal(quantity) * Decimal(price) * 100).quantize(Decimal(1))
    give(world, [words[0], "810"] + options_of(words),
         segments + ["TDS*" + options.get("total", str(cents)), "CTT*%d" % len(goods)])


def pay(world, words, lines):
    """pay PARTNER TRACE INVOICE:AMOUNT... [give's options]: a remittance"""
    applied = goods_of(words[2:])
    segments = ["BPR*C*%s*C*ACH*CCP*01*091000019*DA*4471002*1411440001**01*111900659*DA*9900187*20261122"
                % sum(Decimal(amount) for _, amount in applied), "TRN*1*%s*1411440001" % words[1],
                "N1*PR*BIGMART STORES*92*C20000", "N1*PE*CRONUS USA*92*0001", "ENT*1"]
    for invoice, amount in applied:
        segments += ["RMR*IV*%s**%s*%s" % (invoice, amount, amount), "DTM*003*20261101"]
    give(world, [words[0], "820"] + options_of(words), segments)


def options_of(words):
    return [word for word in words if word == "drop" or word.split("=")[0] in (
        "name", "box", "control", "usage", "ack", "to", "from", "cut", "count", "version")]


def put_file(folder, name, text):
    """Whole, and at once, as a partner does it."""
    hidden = os.path.join(folder, "." + name)
    with open(hidden, "w", encoding="latin-1") as out:
        out.write(text)
    os.rename(hidden, os.path.join(folder, name))


def replay(world, words, lines):
    """replay: every file that was given comes once more, in another order and under another name"""
    given = list(world.given)
    random.Random(7).shuffle(given)
    for number, (folder, text) in enumerate(given, 1):
        put_file(folder, "again_%d.edi" % number, text)


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
    """fault METHOD PATH KIND [count=N] [seconds=N] [retry_after=N] [service=nav|token|cleo|odoo]"""
    plain = [word for word in words if "=" not in word]
    body = {"match": " ".join(plain[:-1]), "fault": plain[-1], "count": 1}
    options = dict(word.split("=") for word in words if "=" in word)
    service = options.pop("service", "nav")
    body.update({key: int(value) for key, value in options.items()})
    world.ask("faults", body, service)


def run(world, words, lines):
    """run [wait=TIME]: the program, to its end; exit codes 0, 6 and 9 are good"""
    wait = [["--wait", word[5:]] for word in words if word.startswith("wait=")]
    result = world.run(*(wait[0] if wait else []))
    world.last_exit = result.returncode
    world.last_text = result.stdout + result.stderr
    if result.returncode not in (0, 6, 9) and "fails" not in words:
        raise Failed("run: exit %d: %s" % (result.returncode, world.last_text[-500:]))


def run_until_done(world, words, lines):
    """run-until-done N: at most N runs, an hour apart, until nothing is in progress and none finds anything to do"""
    for hour in range(int(words[0])):
        world.now = "2026-11-%02dT%02d:00:00Z" % (22 + (hour + 12) // 24, (hour + 12) % 24)
        run(world, [], [])
        going = world.rows("SELECT 1 FROM document WHERE state NOT IN ('done', 'held', 'ignored', 'replaced', 'dead')")
        if not going and "nothing was due" in world.last_text:
            return
    raise Failed("%s runs were not enough: %s" % (words[0], world.last_text))


def fault_clear(world, words, lines):
    """fault-clear: what was not used up goes wrong no more"""
    request = urllib.request.Request("http://127.0.0.1:%d/_sandbox/faults" % world.ports["nav"], method="DELETE")
    urllib.request.urlopen(request, timeout=10).close()


def faults(world, words, lines):
    """faults METHOD PATH: one of every kind, for as many requests"""
    for kind in ("429", "503-before", "500-after", "cut-before", "cut-after", "expired-token", "late-commit"):
        fault(world, words + [kind] + (["retry_after=1"] if kind == "429" else []), [])


def run_beside(world, words, lines):
    """run-beside: a second run while the first is at work; its exit and words are kept for expect"""
    command = [PROGRAM, "-c", world.path("etc"), "run"]
    environment = dict(os.environ, TRADEPOST_NOW=world.now)
    first = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env=environment)
    time.sleep(0.3)
    tool(world, ["run"], [])
    if first.poll() is not None:
        raise Failed("the first run was over too soon")
    said = first.communicate(timeout=120)[0]
    if first.returncode != 0:
        raise Failed("the first run: exit %d: %s" % (first.returncode, said.decode()))


def tool(world, words, lines):
    """tool WORD...: any command, @SET:NUMBER is a document's id, %/NAME a path; its exit code is kept for expect exit"""
    ids = [str(doc_of(world, *word[1:].split(":", 1))[-1]["id"]) if word.startswith("@") else
           world.path(word[2:]) if word.startswith("%/") else word for word in words]
    result = world.tool(*ids)
    world.last_exit, world.last_text = result.returncode, result.stdout + result.stderr


def vault(world, words, lines):
    """vault NAME VALUE: a secret of the vault"""
    result = world.tool("secret", "set", words[0], told=words[1])
    world.last_exit, world.last_text = result.returncode, result.stdout + result.stderr


def amend(world, words, lines):
    """amend DOC OLD NEW WORD...: doc edit with the record in which a part was replaced"""
    record = world.tool("doc", "show", words[0], "--record").stdout
    if words[1] not in record:
        raise Failed("found no %s in the record %s" % (words[1], record))
    result = world.tool("doc", "edit", words[0], *words[3:], told=record.replace(words[1], words[2]))
    world.last_exit, world.last_text = result.returncode, result.stdout + result.stderr


def doc_of(world, kind, number):
    rows = world.rows('SELECT * FROM document WHERE "set" = ? AND number = ? ORDER BY id', kind, number)
    return [dict(row) for row in rows]


def expect(world, words, lines):
    """expect doc SET NUMBER [key=value|key~text]... | count SET STATE N | file PARTNER SET N [~text] |
    nav KIND N | exit N | late N [WHAT] | text ~TEXT | table NAME N [key=value] | load N | requests [N] | faults N | dropped PARTNER N"""
    what = words[0]
    if what == "odoo":
        odoo_steps.expect_odoo(world, words[1:])
    elif what == "doc":
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
    elif what == "load":
        most = world.ask("load")["most"]
        if most != int(words[1]):
            raise Failed("NAV had %d requests at a time, expected %s" % (most, words[1]))
    elif what == "requests":
        requests = world.ask("load")["requests"]
        if len(words) > 1 and requests - world.requests > int(words[1]):
            raise Failed("NAV was asked %d times, at most %s were expected" % (requests - world.requests, words[1]))
        world.requests = requests
    elif what == "table":
        wanted = dict(word.split("=", 1) for word in words[3:])
        rows = [row for row in world.ask("tables/" + words[1])
                if all(str(row.get(key)) == value for key, value in wanted.items())]
        if len(rows) != int(words[2]):
            raise Failed("%d rows of %s match %s, expected %s" % (len(rows), words[1], wanted, words[2]))
    elif what == "faults":
        left = world.ask("faults", service=words[2] if len(words) > 2 else "nav")
        if sum(one["count"] for one in left) != int(words[1]):
            raise Failed("these faults are left: %s" % left)
    elif what == "dropped":
        left = os.listdir(world.path("spool/in", words[1].lower()))
        if len(left) != int(words[2]):
            raise Failed("%s are in the drop box" % left)
    elif what == "late":
        now = datetime.datetime.fromisoformat(world.now.replace("Z", "+00:00")).timestamp() * 1000
        rows = world.rows("SELECT document, what FROM expectation WHERE met IS NULL AND due <= ?", now)
        late = [row["what"] for row in rows if len(words) < 3 or row["what"] == words[2]]
        if len(late) != int(words[1]):
            raise Failed("%s are late, expected %s" % (late, words[1]))
    elif what == "exit":
        if world.last_exit != int(words[1]):
            raise Failed("exit %d, expected %s: %s" % (world.last_exit, words[1], world.last_text[-400:]))
    elif what == "text":
        if words[1][1:] not in world.last_text:
            raise Failed("expected '%s' in:\n%s" % (words[1][1:], world.last_text[-1500:]))
    elif what == "path":
        if words[2][1:] not in open(world.path(words[1]), encoding="utf-8").read():
            raise Failed("expected '%s' in %s" % (words[2][1:], words[1]))
    else:
        raise Failed("unknown expectation " + what)


def setting(world, words, lines):
    """set LINE: one more line of settings, as libconfig has it"""
    world.extra.append(" ".join(words))
    world.settings()


def main_setting(world, words, lines):
    """main NAME VALUE: a setting of the file's outermost level, or limits.NAME, as libconfig has it"""
    world.main[words[0]] = " ".join(words[1:])
    world.settings()


def nav_setting(world, words, lines):
    """nav set NAME VALUE: a setting of the system, as libconfig has it; PORT.token is a port of the sandbox"""
    value = " ".join(words[1:])
    for service, port in world.ports.items():
        value = value.replace("PORT." + service, str(port))
    world.nav[words[0]] = value
    world.settings()


def secret(world, words, lines):
    """secret NAME VALUE"""
    world.write("secrets/" + words[0], words[1], 0o600)


def environment(world, words, lines):
    """env NAME VALUE: for the program"""
    world.environment[words[0]] = words[1]


def sandbox(world, words, lines):
    """sandbox OPTION...: stopped, and started again with these options"""
    world.stop()
    world.options = words
    world.start()


def sftp(world, words, lines):
    """sftp CODE [key=NAME] [host=NAME] [MORE]: the partner is reached by an SSH server; skipped where there is none"""
    options = dict(word.split("=", 1) for word in words[1:] if word.startswith(("key=", "host=")))
    if world.sshd is None and not world.start_sshd():
        raise Skipped("sshd is not installed")
    world.by_sftp(words[0], more=" ".join(word for word in words[1:] if word.endswith(";")), **options)


def cleo(world, words, lines):
    """cleo CODE [MORE]: the partner is reached by the simulated Cleo mailbox, with these settings"""
    world.by_cleo(words[0], " ".join(words[1:]))


def disk(world, words, lines):
    """disk KB: the journal gets a small disk of its own; disk full [KB left]; disk free"""
    state, filler = world.path("state"), world.path("state/filler")
    if words[0] == "full":
        out = os.open(filler, os.O_WRONLY | os.O_CREAT)
        room = int(words[1]) * 1024 if len(words) > 1 else 0
        try:
            while os.statvfs(state).f_bavail * 4096 > room:
                os.write(out, bytes(4096))
        except OSError:
            pass
        os.close(out)
    elif words[0] == "free":
        os.unlink(filler)
    elif os.getuid() != 0 or subprocess.run(
            ["mount", "-t", "tmpfs", "-o", "size=%sk" % words[0], "tmpfs", state], capture_output=True,
            check=False).returncode != 0:
        raise Skipped("a small disk needs root")
    else:
        world.mounted = state


def clock(world, words, lines):
    """clock STAMP: the program's clock from now on"""
    world.now = words[0]


def site(world, words, lines):
    """site NAME: a text of the site's own, in place of the shipped one of that name"""
    os.makedirs(os.path.dirname(world.path("etc", words[0])), exist_ok=True)
    world.write(os.path.join("etc", words[0]), "\n".join(lines) + "\n")


def wait(world, words, lines):
    """wait SECONDS"""
    time.sleep(float(words[0]))


def edit(world, words, lines):
    """partner CODE [without=LIST]: lines that are added to its file, in place of its list or text; FOLDER is
    this scenario's"""
    path = world.path("etc/partners", words[0].lower() + ".conf")
    if not lines:
        shutil.copy(os.path.join(SOURCE, "partners", os.path.basename(path)), path)
        return
    text = open(path, encoding="utf-8").read() if os.path.exists(path) else ""
    for word in words[1:]:
        text = re.sub(r"(?ms)^%s\s*=\s*(\(.*?\);|\"[^\"]*\";)$" % word.split("=")[1], "", text)
    with open(path, "w", encoding="utf-8") as out:
        out.write(text + "\n".join(lines).replace("FOLDER", world.folder) + "\n")


def block(world, words, lines):
    """block PARTNER [free]: nothing can be put there any longer; or again"""
    there, away = world.path("partners", words[0], "in"), world.path("partners", words[0], "in.away")
    os.rename(*((away, there) if "free" in words else (there, away)))


def channel(world, words, lines):
    """channel CODE [TEXT]: the partner's channel, as libconfig has it; without a text, the folder as it was"""
    world.channels[words[0]] = " ".join(words[1:]) if len(words) > 1 else world.folders[words[0]]
    world.settings()


VERBS = {"amend": amend, "vault": vault, "channel": channel, "block": block, "give": give, "acknowledge": answer_997, "fault": fault, "run": run, "tool": tool, "expect": expect,
         "set": setting, "main": main_setting, "clock": clock, "site": site, "wait": wait, "partner": edit, "replay": replay, "ship": ship,
         "bill": bill, "pay": pay, "faults": faults, "fault-clear": fault_clear, "run-until-done": run_until_done,
         "run-beside": run_beside, "secret": secret, "sandbox": sandbox, "sftp": sftp, "cleo": cleo, "disk": disk, "env": environment,
         "odoo": odoo_steps.odoo}
NAV = {"order": nav_order, "invoice": nav_invoice, "bill": nav_bill, "row": nav_row, "set": nav_setting}
RAW = ("nav row", "nav set", "set ", "main ", "channel ", "odoo ")


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
            words = text.split() if text.startswith(RAW) else shlex.split(text)
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
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(99))
    here = os.path.join(SOURCE, "tests/flow")
    paths = sys.argv[1:] or sorted(glob.glob(os.path.join(here, "*.scenario")))
    bad = 0
    print("1..%d" % len(paths))
    for number, path in enumerate(paths, 1):
        title = open(path, encoding="utf-8").read().split('"')[1]
        try:
            play(path)
            print("ok %d - %s" % (number, title))
        except Skipped as why:
            print("ok %d - %s # SKIP %s" % (number, title, why))
        except Exception as failed:  # whatever it is, the other scenarios are played
            bad += 1
            print("not ok %d - %s" % (number, title))
            print("# %s: %s: %s" % (os.path.basename(path), type(failed).__name__, str(failed).replace("\n", "\n# ")))
        sys.stdout.flush()
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
