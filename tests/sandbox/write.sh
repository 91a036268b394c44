#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# What POST, PATCH and DELETE of the simulated NAV promise.
. "$(dirname "$0")/lib.sh"
start
id=5b1c7a10-0000-4000-8000-000000000001
invoice='{"id":"'$id'","vendorNumber":"V10000","vendorInvoiceNumber":"INV-1","invoiceDate":"2026-11-20","purchaseInvoiceLines":[
  {"lineType":"Item","lineObjectNumber":"70000","quantity":40,"unitCost":155.70},
  {"lineType":"Item","lineObjectNumber":"70001","quantity":10,"unitCost":140}]}'

# insert with lines
post "$api/purchaseInvoices" "$invoice" >"$work/out"
is "created" "$(status)" 201
is "with the client's id" "$(jq -r .id "$work/out")" $id
is "as a draft" "$(jq -r .status "$work/out")" Draft
is "the sum is exact" "$(jq .totalAmountIncludingTax "$work/out")" 7628
is "the vendor is filled in" "$(jq -r .vendorName "$work/out")" "Bluefish Seafood"
like "with an address" "$(header location)" "http://*/purchaseInvoices($id)"
is "two lines" "$(ask "$api/purchaseInvoices($id)/purchaseInvoiceLines" | jq -c '[.value[] | [.sequence, .amountExcludingTax]]')" '[[10000,6228],[20000,1400]]'
is "one effect" "$(effects insert)" 1
post "$api/purchaseInvoices" "$invoice" >"$work/out"
is "the same id again is refused" "$(status) $(jq -r .error.code "$work/out")" "400 Internal_EntityWithSameKeyExists"
is "without an effect" "$(effects insert)" 1

# what is refused
no() { post "$api/purchaseInvoices" "$1" | jq -r "${2:-.error.code}"; }
is "an unknown field" "$(no '{"vendorNumber":"V10000","colour":"red"}')" BadRequest
like "is named" "$(no '{"vendorNumber":"V10000","colour":"red"}' .error.message)" "The property 'colour' does not exist on type 'Microsoft.NAV.purchaseInvoice'.*"
like "a read-only field" "$(no '{"vendorNumber":"V10000","number":"1"}' .error.message)" "Control 'number' is read-only.*"
like "no vendor" "$(no '{}' .error.message)" 'A "vendorNumber" or a "vendorID" must be provided.*'
is "an unknown vendor" "$(no '{"vendorNumber":"V99"}')" Application_DialogException
is "a long text" "$(no '{"vendorNumber":"V10000","vendorInvoiceNumber":"123456789012345678901234567890123456"}')" Application_StringExceededLength
is "a wrong date" "$(no '{"vendorNumber":"V10000","invoiceDate":"2026-02-30"}')" BadRequest
is "no JSON" "$(no '{"vendorNumber":')" BadRequest
like "an unknown item" "$(no '{"vendorNumber":"V10000","purchaseInvoiceLines":[{"lineType":"Item","lineObjectNumber":"79999","quantity":1}]}' .error.message)" 'Item does not exist.*'
is "leaves no document behind" "$(ask "$api/purchaseInvoices" | jq '.value | length')" 1
ask "$api/purchaseReceipts" -X POST -H "$json" -d '{}' >"$work/out"
is "receipts are read only" "$(status)" 405
ask "$api/vendors" -X POST -d '{}' >/dev/null
is "another content type" "$(status)" 415

# decimals: texts exactly when the content type says so
line='{"lineType":"Item","lineObjectNumber":"70002","quantity":"1.5","unitCost":"98.35"}'
like "a text without IEEE754Compatible" "$(post "$api/purchaseInvoices($id)/purchaseInvoiceLines" "$line" | jq -r .error.message)" '*Edm.Decimal*IEEE754Compatible*'
ask "$api/purchaseInvoices($id)/purchaseInvoiceLines" -X POST -d "$line" -H 'Content-Type: application/json;IEEE754Compatible=true' -H 'Accept: application/json;IEEE754Compatible=true' >"$work/out"
is "with it" "$(jq -c '[.quantity,.amountExcludingTax,.sequence]' "$work/out")" '["1.5","147.53",30000]'
is "the header's sum follows" "$(ask "$api/purchaseInvoices($id)" | jq .totalAmountIncludingTax)" 7775.53
is "a number with it" "$(ask "$api/purchaseInvoices($id)/purchaseInvoiceLines" -X POST -H 'Content-Type: application/json;IEEE754Compatible=true' -d '{"lineType":"Item","lineObjectNumber":"70002","quantity":1}' | jq -r .error.code)" BadRequest

# If-Match
etag=$(ask "$api/purchaseInvoices($id)" | jq -r '."@odata.etag"')
is "the header is the member" "$(header etag)" "$etag"
patch "$api/purchaseInvoices($id)" '{"vendorInvoiceNumber":"INV-2"}' >"$work/out"
is "no If-Match" "$(status) $(jq -r .error.code "$work/out")" "400 BadRequest_InvalidToken"
is "the right one" "$(patch "$api/purchaseInvoices($id)" '{"vendorInvoiceNumber":"INV-2"}' -H "If-Match: $etag" | jq -r .vendorInvoiceNumber)" INV-2
patch "$api/purchaseInvoices($id)" '{"vendorInvoiceNumber":"INV-3"}' -H "If-Match: $etag" >"$work/out"
is "a stale one" "$(status) $(jq -r .error.code "$work/out")" "409 Request_EntityChanged"
is "a star" "$(patch "$api/purchaseInvoices($id)" '{"vendorInvoiceNumber":"INV-4"}' -H 'If-Match: *' | jq -r .vendorInvoiceNumber)" INV-4
like "the id cannot be changed" "$(patch "$api/purchaseInvoices($id)" '{"id":"5b1c7a10-0000-4000-8000-00000000000f"}' -H 'If-Match: *' | jq -r .error.message)" "Control 'id' is read-only.*"
ask "$api/purchaseInvoices($id)" -X DELETE >/dev/null
is "delete needs If-Match" "$(status)" 400
ask "$api/purchaseInvoices($id)" -X DELETE -H 'If-Match: *' >/dev/null
is "delete" "$(status)" 204
is "takes the lines along" "$(ask "$api/purchaseInvoiceLines?\$filter=documentId%20eq%20$id" | jq '.value | length')" 0

# two faces, one table
patch "$pages/VendorCard('V10010')" '{"Name":"ACME Supply"}' -H 'If-Match: *' >/dev/null
is "a page's change shows in the API" "$(ask "$api/vendors?\$filter=number%20eq%20'V10010'" | jq -r '.value[0].displayName')" "ACME Supply"
stamp=$(ask "$api/vendors?\$filter=number%20eq%20'V10010'" | jq -r '.value[0].lastModifiedDateTime')
is "with a new stamp" "$(ask "$api/vendors?\$filter=lastModifiedDateTime%20ge%20$stamp" | jq '.value | length')" 1
post "$pages/ItemJournal" '{"Posting_Date":"2026-11-22","Entry_Type":"Positive_x0020_Adjmt_x002E_","Document_No":"T1","Item_No":"70000","Quantity":5,"Unit_Amount":155.7}' >"$work/out"
is "an item journal line" "$(status) $(jq -c '[.Line_No,.Amount,.Entry_Type]' "$work/out")" '201 [10000,778.5,"Positive Adjmt."]'
is "an unknown item in a journal" "$(post "$pages/ItemJournal" '{"Item_No":"1"}' | jq -r .error.code)" Internal_InvalidTableRelation
post "$pages/PurchaseOrder" '{"Buy_from_Vendor_No":"V10000","PurchaseOrderPurchLines":[]}' >/dev/null
is "pages take no deep insert" "$(status)" 400

# orders
like "a released order's quantity is closed" "$(patch "$pages/PurchaseOrderPurchLines(Document_Type='Order',Document_No='106201',Line_No=10000)" '{"Quantity":1}' -H 'If-Match: *' | jq -r .error.message)" "Status must be equal to 'Open' in Purchase Header: *No.=106201.*"
like "not more to receive than is open" "$(patch "$pages/PurchaseOrderPurchLines(Document_Type='Order',Document_No='106201',Line_No=10000)" '{"Qty_to_Receive":1000}' -H 'If-Match: *' | jq -r .error.message)" 'You cannot receive more than * units.*'
is "what is to be received may change" "$(patch "$pages/PurchaseOrderPurchLines(Document_Type='Order',Document_No='106201',Line_No=10000)" '{"Qty_to_Receive":1}' -H 'If-Match: *' | jq .Qty_to_Receive)" 1

# payments
journal=$(ask "$api/customerPaymentJournals" | jq -r '.value[0].id')
pay="$api/customerPaymentJournals($journal)/customerPayments"
is "a payment" "$(post "$pay" '{"customerNumber":"C20000","amount":-100.25,"appliesToInvoiceNumber":"103201","externalDocumentNumber":"TR-1"}' | jq -c '[.amount,.lineNumber,.appliesToInvoiceNumber]')" '[-100.25,10000,"103201"]'
is "is counted as one" "$(effects payment)" 1
like "must be negative" "$(post "$pay" '{"customerNumber":"C20000","amount":100}' | jq -r .error.message)" 'Amount must be negative*'
like "an unknown customer" "$(post "$pay" '{"customerNumber":"C9","amount":-1}' | jq -r .error.message)" 'The "customerNumber" does not match*'
like "without a journal" "$(post "$api/customerPayments" '{"customerNumber":"C20000","amount":-1}' | jq -r .error.message)" 'You must specify a journal*'
finish
