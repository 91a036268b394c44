#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Five hundred purchase orders to five suppliers and what comes back of them,
with every kind of trouble for one order in a hundred: none is lost, none is
doubled, every trouble is found and named, and the money agrees to the cent.

Those outside are asked: NAV's tables and ledger of effects, and the files that
the suppliers have. TP_UC05_ORDERS sets another number of orders."""
import glob
import os
import re
import signal
import sys
import tempfile
import time
from decimal import Decimal

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import world as worlds  # noqa: E402
from run_scenarios import bill, fault, give, nav_order, ship  # noqa: E402
from world import Failed, World  # noqa: E402

ORDERS = int(os.environ.get("TP_UC05_ORDERS", "500"))
EACH = max(1, ORDERS // 100)  # orders that one kind of trouble strikes
TROUBLES = ["unknown item", "over-shipment", "truncated file", "wrong count", "price", "duplicate invoice",
            "997 rejected", "no 997"]
NAV_TROUBLES = ["429", "503-before", "500-after", "cut-after"]
TWO_WAY = ("OAKRIDGE", "HARBOR")  # their bills are held against the order alone
SUPPLIERS = {"BLUEFISH": "V10000", "ACME": "V10010", "OAKRIDGE": "V10020", "GREENLEAF": "V10030", "HARBOR": "V10040"}


class Case:
    """Checks one fact after the other; prints TAP."""

    def __init__(self):
        self.count = self.bad = 0

    def check(self, good, name, detail=""):
        self.count += 1
        self.bad += not good
        print("%s %d - %s" % ("ok" if good else "not ok", self.count, name))
        if not good and detail:
            print("# " + str(detail)[:1500].replace("\n", "\n# "))
        sys.stdout.flush()


class Order:
    def __init__(self, number, place):
        self.number = "UC-%04d" % number
        self.partner = list(SUPPLIERS)[number % len(SUPPLIERS)]
        first = list(SUPPLIERS).index(self.partner) * 8
        # Prices with cents that do not divide well, so that a rounding shows.
        self.lines = [(70000 + first + (number + line) % 8, 3 + (number * 7 + line * 11) % 90,
                       Decimal(101 + (number * 37 + line * 13) % 9900) / 100) for line in (0, 1)]
        self.trouble = TROUBLES[place] if place < len(TROUBLES) else None
        self.total = sum(quantity * price for _, quantity, price in self.lines)
        self.invoice, self.notice = "INV-" + self.number[3:], "ASN-" + self.number[3:]
        self.control = None


def make_orders():
    """Trouble is spread over the orders: every so manyth has the next kind."""
    step = max(1, ORDERS // (EACH * len(TROUBLES)))
    return [Order(number, number // step % len(TROUBLES) if number % step == 0 and
                  number // step < EACH * len(TROUBLES) else len(TROUBLES)) for number in range(ORDERS)]


def prepare(world, orders):
    for code, vendor in SUPPLIERS.items():
        world.ask("tables/vendors", {"number": vendor, "displayName": code})
        for item in range(8):
            number = str(70000 + list(SUPPLIERS).index(code) * 8 + item)
            world.ask("tables/items", {"number": number, "displayName": "Item " + number,
                                       "baseUnitOfMeasureCode": "CASE"})
            world.ask("tables/itemReferences", {
                "Item_No": number, "Reference_Type": "Vendor", "Reference_Type_No": vendor,
                "Reference_No": "S-" + number, "Unit_of_Measure": "CASE"})
    for order in orders:
        nav_order(world, [order.number, SUPPLIERS[order.partner]],
                  ["%d %d CASE %s" % line for line in order.lines])


def spread_faults(world, method, path, count):
    for kind in NAV_TROUBLES:
        for _ in range(count):
            fault(world, [method, path, kind] + (["retry_after=1"] if kind == "429" else []), [])


def run(world, wait):
    # Each run is a minute later: who asked us to wait is asked again.
    world.minutes = getattr(world, "minutes", 0) + 1
    world.now = "%sT12:%02d:00Z" % (world.now[:10], world.minutes)
    result = world.run("--wait", wait)
    if result.returncode not in (0, 6, 9):
        raise Failed("run: exit %d: %s" % (result.returncode, (result.stdout + result.stderr)[-800:]))
    return result.stdout


def read_sent(world, case, orders):
    """What the suppliers received: each order once, with its amounts."""
    by_number, controls, money = {}, set(), Decimal(0)
    for path in glob.glob(world.path("partners/*/in/850_*")):
        code = path.split(os.sep)[-3]
        text = re.sub(r"[~\n]+", "~", open(path, encoding="latin-1").read())
        number = re.search(r"~BEG\*00\*..\*([^*~]+)", text).group(1)
        by_number.setdefault(number, []).append((code, re.search(r"~GS\*PO\*[^*]*\*[^*]*\*\d+\*\d+\*(\d+)\*",
                                                                 text).group(1)))
        controls.add((code, re.search(r"^ISA(?:.[^*~]*){12}\*(\d{9})", text).group(1)))
        money += sum(Decimal(q) * Decimal(p) for q, p in re.findall(r"~PO1\*[^*]*\*([^*]+)\*CA\*([^*]+)\*", text))
    wrong = [order.number for order in orders
             if [code for code, _ in by_number.get(order.number, [])] != [order.partner]]
    case.check(not wrong and len(by_number) == ORDERS, "%d orders are at their suppliers, each once" % ORDERS, wrong)
    case.check(len(controls) == ORDERS, "no control number is there twice")
    case.check(money == sum(order.total for order in orders),
               "what the suppliers were ordered is what NAV ordered: %s" % money)
    for order in orders:
        order.control = by_number[order.number][0][1]


def answer(world, order):
    """997, ship notice and invoice, with the order's trouble."""
    goods = ["S-%d:%d" % line[:2] for line in order.lines]
    prices = [price for _, _, price in order.lines]
    if order.trouble != "no 997":
        if order.trouble == "997 rejected":
            verdict, said = "R", ["AK3*PO1*7**8", "AK4*4*212*7*9.99"]
        else:
            verdict, said = "A", []
        give(world, [order.partner, "997"], ["AK1*PO*" + order.control, "AK2*850*0001"] + said + [
            "AK5*" + verdict, "AK9*%s*1*1*%d" % (verdict, verdict == "A")])
    notice, options = list(goods), []
    if order.trouble == "unknown item":
        notice[0] = "S-NEW-%s:%d" % (order.number[3:], order.lines[0][1])
    elif order.trouble == "over-shipment":
        notice[0] = "S-%d:%d" % (order.lines[0][0], order.lines[0][1] + 10)
    elif order.trouble == "truncated file":
        options = ["cut=330"]
    elif order.trouble == "wrong count":
        options = ["count=99"]
    ship(world, [order.partner, order.notice, order.number] + notice + options, [])
    if order.trouble == "price":
        prices[0] = (prices[0] * Decimal("1.1")).quantize(Decimal("0.01")) + 1
    words = [order.partner, order.invoice, order.number] + [
        "%s:%s" % pair for pair in zip(goods, prices)]
    bill(world, words, [])
    if order.trouble == "duplicate invoice":
        bill(world, words, [])


# What each trouble must look like to a person: set, number, state, code and
# what the sentence names. The invoice of goods that did not come waits too.
FOUND = {
    "unknown item": [("856", "notice", "held", "TP7051", "S-NEW-{short}"), ("810", "invoice", "held", "TP7033", "")],
    "over-shipment": [("856", "notice", "held", "TP6022", "10 too many"), ("810", "invoice", "held", "TP7033", "")],
    "truncated file": [("810", "invoice", "held", "TP7033", "")],
    "wrong count": [("856", "notice", "held", "TP7020", "99"), ("810", "invoice", "held", "TP7033", "")],
    "price": [("810", "invoice", "held", "TP7032", "price +"), ("856", "notice", "done", "", "")],
    "duplicate invoice": [("810", "invoice", "ignored", "TP7023", "duplicate of document")],
}


def found_as(world, order):
    """Sentences about what was not found as it should be."""
    missing = []
    for kind, which, state, code, words in FOUND.get(order.trouble, []):
        if code == "TP7033" and order.partner in TWO_WAY:
            state, code = "done", ""
        rows = world.rows('SELECT state, code, reason FROM document WHERE "set" = ? AND number = ?', kind,
                          getattr(order, which))
        words = words.format(short=order.number[3:])
        if not any(row["state"] == state and row["code"] == code and words in row["reason"] for row in rows):
            missing.append("%s: %s %s should be %s, %s '%s': %s" % (
                order.trouble, kind, getattr(order, which), state, code, words, [tuple(row) for row in rows]))
    return missing


def check_found(world, case, orders):
    for trouble in TROUBLES[:6]:
        struck = [order for order in orders if order.trouble == trouble]
        missing = [text for order in struck for text in found_as(world, order)]
        case.check(struck and not missing, "%d times %s: found, and the sentence names it" % (len(struck), trouble),
                   "\n".join(missing))
    cut = world.rows("SELECT reason FROM document WHERE \"set\" = '' AND state = 'held' AND direction = 'in'")
    struck = [order for order in orders if order.trouble == "truncated file"]
    case.check(len(cut) == len(struck) and all("IEA" in row["reason"] or "end" in row["reason"] for row in cut),
               "%d cut files are held as a whole, each with a sentence" % len(struck), [tuple(row) for row in cut])


def check_acknowledged(world, case, orders):
    rows = {row["number"]: row for row in world.rows(
        "SELECT number, acked, code, reason FROM document WHERE \"set\" = '850'")}
    wrong = []
    for order in orders:
        wanted = {"997 rejected": "rejected", "no 997": "waiting"}.get(order.trouble, "accepted")
        row = rows[order.number]
        if row["acked"] != wanted or (wanted == "rejected" and (row["code"] != "TP7040" or "9.99" not in row["reason"])):
            wrong.append((order.number, order.trouble, tuple(row)))
    case.check(not wrong, "every order is acknowledged as its supplier did, rejections down to the element", wrong)
    world.now = "2026-11-25T12:00:00Z"
    run(world, "0s")
    late = set(re.findall(r"UC-\d{4}", world.tool("ack", "list", "--late").stdout))
    case.check(late == {order.number for order in orders if order.trouble == "no 997"},
               "exactly the orders without a 997 are late", late)


def check_nav(world, case, orders):
    """Each receipt and each bill once, and the money to the cent."""
    lost = ("unknown item", "over-shipment", "truncated file", "wrong count")
    received = [order for order in orders if order.trouble not in lost]
    billed = {order.invoice: order for order in orders if order.trouble != "price" and (
        order.trouble not in lost or order.partner in TWO_WAY)}
    receipts = world.ask("effects?kind=receipt")
    case.check(len(receipts) == len(received) == len({one["key"] for one in receipts}),
               "NAV posted %d receipts, each once" % len(received), len(receipts))
    posts = [one["key"] for one in world.ask("effects?kind=post")]
    case.check(sorted(posts) == sorted(billed), "NAV posted %d bills, each once" % len(billed),
               set(posts) ^ set(billed))
    rows = [row for row in world.ask("tables/purchaseInvoices") if row.get("vendorInvoiceNumber") in billed]
    in_nav = sum(Decimal(row["totalAmountIncludingTax"]) for row in rows)
    asked = sum(order.total for order in billed.values())
    kept = sum(Decimal(row["amount"]) for row in world.rows(
        "SELECT amount FROM document WHERE \"set\" = '810' AND state = 'done'"))
    case.check(len(rows) == len(billed) and in_nav == asked == kept,
               "suppliers' bills, NAV's and the journal's come to the same: %s" % asked, (in_nav, asked, kept))


def check_nothing_lost(world, case):
    going = world.rows("SELECT \"set\", number, state, reason FROM document "
                       "WHERE state NOT IN ('done', 'held', 'ignored', 'replaced')")
    case.check(not going, "every document came to its end", [tuple(row) for row in going])
    mute = world.rows("SELECT id FROM document WHERE state = 'held' AND (reason = '' OR code = '')")
    case.check(not mute, "no document waits without a sentence")
    case.check(not glob.glob(world.path("partners/*/out/*")), "no file was left behind")
    again = run(world, "0s")
    case.check("nothing was due" in again, "another run has nothing to do", again)
    result = world.tool("verify")
    case.check(result.returncode == 0, "the journal adds up", result.stdout + result.stderr)


def play(world, case):
    orders = make_orders()
    # Two-way suppliers are paid before their goods come, which no invoice of
    # what an order received can be.
    world.nav["bills"] = '"invoice"'
    # So many faults look like an outage, and strike the same document again and again.
    world.main["limits.retry_longest"] = '"1s"'
    world.main["limits.quarantine"] = "1000"
    world.start()
    prepare(world, orders)
    begun = time.monotonic()
    spread_faults(world, "GET", "purchaseOrders", 1)
    for _ in range(6):  # each refused reading is one run's
        run(world, "0s")
    read_sent(world, case, orders)
    for order in orders:
        answer(world, order)
    spread_faults(world, "POST", "TradepostPosting_PostReceipt", EACH)
    spread_faults(world, "POST", "purchaseInvoices", EACH)
    spread_faults(world, "POST", "Microsoft.NAV.post", EACH)
    world.now = "2026-11-22T13:00:00Z"
    for _ in range(6):  # after so many faults NAV is asked a little at a time
        run(world, "30s")
        if not world.ask("faults") and not world.rows(
                "SELECT 1 FROM document WHERE state IN ('received', 'queued', 'deferred', 'unknown', 'working')"):
            break
    run(world, "0s")  # a file without an end is looked at twice
    case.check(not world.ask("faults"), "all of NAV's faults struck", world.ask("faults"))
    check_nav(world, case, orders)
    check_found(world, case, orders)
    check_nothing_lost(world, case)
    check_acknowledged(world, case, orders)
    print("# %d orders, %d strokes of trouble, %.1f s" % (
        ORDERS, EACH * len(TROUBLES) + EACH * 3 * len(NAV_TROUBLES) + len(NAV_TROUBLES), time.monotonic() - begun))


def main():
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(99))
    worlds.PARTNERS.update({"OAKRIDGE": ("ZZ", "OAKRIDGE", "OAKRIDGE", "V10020"),
                            "GREENLEAF": ("12", "5125550147", "GREENLEAF", "V10030"),
                            "HARBOR": ("ZZ", "HARBORPKG", "HARBORPKG", "V10040")})
    case = Case()
    with tempfile.TemporaryDirectory(prefix="tp-uc05-") as folder:
        world = World(folder)
        try:
            play(world, case)
        except Failed as failed:
            case.check(False, "the story can be told to its end", failed)
        finally:
            world.stop()
    print("1..%d" % case.count)
    return 1 if case.bad else 0


if __name__ == "__main__":
    sys.exit(main())
