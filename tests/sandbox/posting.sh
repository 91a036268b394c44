#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# What posting in the simulated NAV promises.
. "$(dirname "$0")/lib.sh"
start
invoice() { # id, vendor invoice number
    post "$api/purchaseInvoices" '{"id":"'$1'","vendorNumber":"'${3:-V10000}'","vendorInvoiceNumber":"'$2'","purchaseInvoiceLines":[{"lineType":"Item","lineObjectNumber":"70000","quantity":2}]}' >/dev/null
}
a=5b1c7a10-0000-4000-8000-00000000000a
b=5b1c7a10-0000-4000-8000-00000000000b
c=5b1c7a10-0000-4000-8000-00000000000c

# purchase invoices
invoice $a INV-7
draft=$(ask "$api/purchaseInvoices($a)" | jq -r .number)
ask "$api/purchaseInvoices($a)/Microsoft.NAV.post" -X POST -H 'Content-Length: 0' >"$work/out"
is "posted without a body" "$(status) $(wc -c <"$work/out")" "204 0"
is "the id stays, the status is Open" "$(ask "$api/purchaseInvoices($a)" | jq -r .status)" Open
is "the number is another" "$([ "$(ask "$api/purchaseInvoices($a)" | jq -r .number)" != "$draft" ] && echo yes)" yes
is "one effect" "$(effects post)" 1
ask "$api/purchaseInvoices($a)/Microsoft.NAV.post" -X POST -H 'Content-Length: 0' >"$work/out"
like "twice is refused" "$(jq -r .error.message "$work/out")" 'The action can be applied to a draft invoice only.*'
invoice $b INV-7
ask "$api/purchaseInvoices($b)/Microsoft.NAV.post" -X POST -H 'Content-Length: 0' >"$work/out"
is "the same vendor invoice number is refused" "$(status) $(jq -r .error.code "$work/out")" "400 Application_DialogException"
like "in NAV's words" "$(jq -r .error.message "$work/out")" 'Purchase Invoice INV-7 already exists for this vendor.*'
invoice $c INV-7 V10010
ask "$api/purchaseInvoices($c)/Microsoft.NAV.post" -X POST -H 'Content-Length: 0' >/dev/null
is "another vendor may use it" "$(status)" 204
is "two effects" "$(effects post)" 2
invoice 5b1c7a10-0000-4000-8000-00000000000d ''
like "a number is needed" "$(ask "$api/purchaseInvoices(5b1c7a10-0000-4000-8000-00000000000d)/Microsoft.NAV.post" -X POST -H 'Content-Length: 0' | jq -r .error.message)" 'Vendor Invoice No. must have a value*'
like "a posted one cannot be changed" "$(patch "$api/purchaseInvoices($a)" '{"vendorInvoiceNumber":"X"}' -H 'If-Match: *' | jq -r .error.message)" 'The action can be applied to a draft*'
is "nor deleted" "$(ask "$api/purchaseInvoices($a)" -X DELETE -H 'If-Match: *' | jq -r .error.code)" Application_DialogException
is "it shows on its page" "$(ask "$pages/PostedPurchaseInvoice" | jq -r '.value[0].Vendor_Invoice_No')" INV-7
is "the draft page shows drafts" "$(ask "$pages/PurchaseInvoice" | jq -r '.value | length')" 2

# purchase credit memos
m=5b1c7a10-0000-4000-8000-0000000000c1
memo() { # id, vendor's number, quantity
    post "$api/purchaseCreditMemos" '{"id":"'$1'","vendorNumber":"V10000","vendorCreditMemoNumber":"'$2'","purchaseCreditMemoLines":[{"lineType":"Item","lineObjectNumber":"70000","quantity":'$3',"unitCost":155.7}]}' >/dev/null
    ask "$api/purchaseCreditMemos($1)/Microsoft.NAV.post" -X POST -H 'Content-Length: 0'
}
memo $m INV-7 2 >/dev/null
is "a credit memo may have an invoice's number" "$(status)" 204
is "it is posted under its own numbers" "$(ask "$api/purchaseCreditMemos($m)" | jq -c '[.number, .status, .totalAmountIncludingTax]')" '["109001","Open",311.4]'
is "the ledger: positive" "$(ask "$pages/VendorLedgerEntries?\$filter=Document_Type%20eq%20'Credit%20Memo'" | jq -c '[.value[] | [.Document_No, .Amount]]')" '[["109001",311.4]]'
is "an invoice: negative" "$(ask "$pages/VendorLedgerEntries?\$filter=Document_Type%20eq%20'Invoice'" | jq '.value[0].Amount < 0')" true
like "its number is taken once" "$(memo ${m/c1/c2} INV-7 1 | jq -r .error.message)" 'Purchase Credit Memo INV-7 already exists for this vendor.*'
like "no total below zero" "$(memo ${m/c1/c3} CM-9 -1 | jq -r .error.message)" 'The total amount for the credit memo must be 0 or greater.*'
like "a posted one stays" "$(ask "$api/purchaseCreditMemos($m)" -X DELETE -H 'If-Match: *' | jq -r .error.message)" 'The action can be applied to a draft credit memo only.*'
like "post is in the metadata" "$(ask "$nav/BC/api/v2.0/\$metadata")" '*Name="post"*purchaseCreditMemo"/></Action>*'

# the codeunit
unit="$nav/BC/ODataV4/TradepostPosting"
where='company=CRONUS%20USA%2C%20Inc.'
k=5b1c7a10-1111-4000-8000-000000000001
lines=$(ask "$pages/PurchaseOrder(Document_Type='Order',No='106202')/PurchaseOrderPurchLines" | jq -c '[.value[] | {line: .Line_No, quantity: (.Quantity | tostring)}]')
first=$(jq -c '.[0:1] | .[0].quantity = "1"' <<<"$lines")
receipt() { # key order lines
    post "$unit"_PostReceipt?$where "$(jq -nc --arg k "$1" --arg o "$2" --arg l "$3" '{documentKey: $k, orderNumber: $o, shipmentNumber: "ASN-1", postingDate: "2026-11-20", lines: $l}')"
}
receipt $k 106202 "$first" >"$work/out"
is "a receipt" "$(jq -r .value "$work/out" | jq -c .)" '{"number":"107001","existed":false}'
like "with a context" "$(jq -r '."@odata.context"' "$work/out")" '*$metadata#Edm.String'
is "the same key again" "$(receipt $k 106202 "$first" | jq -r .value)" '{"number":"107001","existed":true}'
is "one effect" "$(effects receipt)" 1
is "the ledger names the key" "$(jq -r 'select(.kind == "receipt") | .key' "$work/state/effects.jsonl")" $k
is "the line is received" "$(ask "$pages/PurchaseOrder(Document_Type='Order',No='106202')/PurchaseOrderPurchLines" | jq -c '.value[0].Quantity_Received')" 1
is "the receipt is readable" "$(ask "$api/purchaseReceipts?\$filter=orderNumber%20eq%20'106202'" | jq -r '.value[0].number')" 107001
is "with its lines" "$(ask "$pages/PostedPurchaseReceipt('107001')/PostedPurchaseReceiptPurchReceiptLines" | jq -c '.value[0].Quantity')" 1
is "and an entry with a location" "$(ask "$pages/ItemLedgerEntries" | jq -r '.value[] | select(.Document_No == "107001") | .Order_No')" 106202
like "above the open quantity" "$(receipt ${k%?}2 106202 "$lines" | jq -r .error.message)" 'Order 106202 line 10000: * cannot be received, * is open.*'
is "posts nothing" "$(effects receipt)" 1
like "an unknown line" "$(receipt ${k%?}3 106202 '[{"line":99,"quantity":"1"}]' | jq -r .error.message)" 'Order 106202 has no line 99.*'
like "an unknown order" "$(receipt ${k%?}4 999 "$first" | jq -r .error.message)" 'Order 999 does not exist.*'
like "an order that is not released" "$(receipt ${k%?}5 106226 "$first" | jq -r .error.message)" 'Order 106226 is not released.*'
like "no quantity" "$(receipt ${k%?}6 106202 '[{"line":10000,"quantity":"0"}]' | jq -r .error.message)" '*: 0 cannot be received, * is open.*'
is "found by its key" "$(post "$unit"_FindReceipt?$where '{"documentKey":"'$k'"}' | jq -r .value | jq -r .number)" 107001
is "an unknown key" "$(post "$unit"_FindReceipt?$where '{"documentKey":"'$a'"}' | jq -r .value)" ''
is "a key that is no guid" "$(post "$unit"_FindReceipt?$where '{"documentKey":"no"}' | jq -r .error.code)" BadRequest
like "a line named twice" "$(receipt ${k%?}9 106202 '[{"line":10000,"quantity":"1"},{"line":10000,"quantity":"1"}]' | jq -r .error.message)" 'Line 10000 is named twice.*'
like "no lines" "$(receipt ${k%?}9 106202 '[]' | jq -r .error.message)" 'No line was named.*'
like "lines that are none" "$(receipt ${k%?}9 106202 'x' | jq -r .error.message)" 'The lines are not a JSON list*'
is "a missing parameter" "$(post "$unit"_FindReceipt?$where '{}' | jq -r .error.code)" BadRequest
is "another company" "$(post "$unit"_FindReceipt?company=X '{"documentKey":"'$a'"}' | jq -r .error.code)" Internal_CompanyNotFound
rest=$(ask "$pages/PurchaseOrder(Document_Type='Order',No='106202')/PurchaseOrderPurchLines" | jq -c '[.value[] | {line: .Line_No, quantity: .Qty_to_Receive} | select(.quantity > 0) | .quantity |= tostring]')
receipt ${k%?}7 106202 "$rest" >/dev/null
is "the rest makes it fully received" "$(ask "$api/purchaseOrders?\$filter=number%20eq%20'106202'" | jq '.value[0].fullyReceived')" true
like "a closed line" "$(receipt ${k%?}8 106202 "$first" | jq -r .error.message)" '*: 1 cannot be received, 0 is open.*'

# status
before=$(ask "$pages/PurchaseOrder(Document_Type='Order',No='106203')" | jq -r '."@odata.etag"')
post "$unit"_SetStatus?$where '{"documentType":"order","orderNumber":"106203","state":"accepted","note":"997 A"}' >/dev/null
is "a status is set" "$(status)" 204
is "and read back" "$(ask "$pages/PurchaseOrder(Document_Type='Order',No='106203')" | jq -r '.EDI_Status + " " + .EDI_Note')" "accepted 997 A"
is "the etag is another" "$([ "$before" != "$(ask "$pages/PurchaseOrder(Document_Type='Order',No='106203')" | jq -r '."@odata.etag"')" ] && echo yes)" yes
post "$unit"_SetStatus?$where '{"documentType":"invoice","orderNumber":"103201","state":"sent","note":""}' >/dev/null
is "of an invoice too" "$(ask "$pages/PostedSalesInvoice('103201')" | jq -r .EDI_Status)" sent
like "of another type" "$(post "$unit"_SetStatus?$where '{"documentType":"quote","orderNumber":"1","state":"sent","note":""}' | jq -r .error.message)" 'A document type is order or invoice, not quote.*'

# the item journal
for item in 70000 70001; do
    post "$pages/ItemJournal" '{"Posting_Date":"2026-11-22","Entry_Type":"Purchase","Document_No":"J1","External_Document_No":"ASN-2","Item_No":"'$item'","Location_Code":"AUSTIN","Quantity":5,"Unit_Amount":1}' >/dev/null
done
post "$pages/ItemJournal" '{"Posting_Date":"2026-11-22","Entry_Type":"Negative Adjmt.","Document_No":"J2","Item_No":"70000","Quantity":2}' >/dev/null
stock() { ask "$api/items?\$filter=number%20eq%20'70000'" | jq '.value[0].inventory'; }
before=$(stock)
journal() { post "$unit"_PostItemJournal?$where '{"templateName":"ITEM","batchName":"DEFAULT","documentNumber":"'$1'"}' | jq -r '.value // .error.message'; }
is "a document of the journal is posted" "$(journal J1)" 2
is "the stock moves" $(($(stock) - before)) 5
is "its entries name document and location" "$(ask "$pages/ItemLedgerEntries?\$filter=Document_No%20eq%20'J1'" | jq -r '.value[0].Location_Code')" AUSTIN
is "others stay" "$(ask "$pages/ItemJournal" | jq -r '[.value[].Document_No] | join(",")')" J2
like "it is posted once" "$(journal J1)" 'Journal ITEM DEFAULT has no entries of document J1.*'
is "out is negative" "$(journal J2) $(($(stock) - before))" "1 3"
before_posts=$(effects post)

# receive and invoice
order=$(ask "$api/purchaseOrders?\$filter=number%20eq%20'106204'" | jq -r '.value[0].id')
both="$api/purchaseOrders($order)/Microsoft.NAV.receiveAndInvoice"
like "needs the vendor's number" "$(ask "$both" -X POST -H 'Content-Length: 0' | jq -r .error.message)" 'Vendor Invoice No. must have a value*'
patch "$pages/PurchaseOrder(Document_Type='Order',No='106204')" '{"Vendor_Invoice_No":"GL-1"}' -H 'If-Match: *' >/dev/null
amount=$(ask "$api/purchaseOrders($order)" | jq .totalAmountIncludingTax)
ask "$both" -X POST -H 'Content-Length: 0' >/dev/null
is "receives and invoices" "$(status) $(effects receipt) $(effects post)" "204 3 $((before_posts + 1))"
is "the invoice names the order" "$(ask "$api/purchaseInvoices?\$filter=vendorInvoiceNumber%20eq%20'GL-1'" | jq -r '.value[0] | .orderNumber')" 106204
is "and has its amount" "$(ask "$api/purchaseInvoices?\$filter=vendorInvoiceNumber%20eq%20'GL-1'" | jq '.value[0].totalAmountIncludingTax')" "$amount"
ask "$api/purchaseOrders($order)" >/dev/null
is "the order is gone, as in NAV" "$(status)" 404
finish
