#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# What GET of the simulated NAV promises.
. "$(dirname "$0")/lib.sh"
start --page-size 10

# sign-in
curl -s -o "$work/out" -w '%{http_code}' "$api/vendors" >"$work/status"
is "no sign-in is refused" "$(status)" 401
is "in the server's words" "$(jq -r .error.code "$work/out")" Authentication_InvalidCredentials
like "with a correlation id" "$(jq -r .error.message "$work/out")" '*CorrelationId:  *-*-*-*-*.'
is "a wrong key is refused" "$(curl -s -o /dev/null -w '%{http_code}' -u TRADEPOST:no "$api/vendors")" 401

# sets and rows
ask "$api/vendors" >"$work/out"
is "five vendors" "$(jq '.value | length' "$work/out")" 5
is "the first is Bluefish" "$(jq -r '.value[0].displayName' "$work/out")" "Bluefish Seafood"
like "context" "$(jq -r '."@odata.context"' "$work/out")" '*/BC/api/v2.0/$metadata#companies(*)/vendors'
vendor=$(jq -r '.value[0].id' "$work/out")
is "one row by id" "$(ask "$api/vendors($vendor)" | jq -r .number)" V10000
ask "$api/vendors(00000000-0000-4000-8000-000000000000)" >/dev/null
is "an unknown row is not found" "$(status)" 404
ask "$api/nonsense" >"$work/out"
is "an unknown set is not found" "$(status)" 404
like "and named" "$(jq -r .error.message "$work/out")" "Resource not found for the segment 'nonsense'.*"
ask "$nav/BC/api/v2.0/companies(00000000-0000-4000-8000-000000000000)/vendors" >"$work/out"
is "an unknown company" "$(jq -r .error.code "$work/out")" Internal_CompanyNotFound
is "the company itself" "$(ask "$api" | jq -r .name)" 'CRONUS USA, Inc.'
is "a blank option is encoded" "$(ask "$api/vendors" | jq -r '.value[0].blocked')" _x0020_
is "a null date" "$(ask "$pages/PurchaseOrder?\$top=1" | jq -r '.value[0].Promised_Receipt_Date')" 0001-01-01

# demo data
is "25 released orders and 3 old ones" "$(ask "$api/purchaseOrders?\$filter=status%20eq%20'Open'&\$count=true&\$top=1" | jq '."@odata.count"')" 28
is "3 drafts" "$(ask "$api/purchaseOrders?\$filter=status%20eq%20'Draft'&\$count=true&\$top=1" | jq '."@odata.count"')" 3
is "1 in review, encoded" "$(ask "$api/purchaseOrders?\$filter=status%20eq%20'In%20Review'" | jq -r '.value[].status')" In_x0020_Review
is "the encoded form is taken too" "$(ask "$api/purchaseOrders?\$filter=status%20eq%20'In_x0020_Review'" | jq -r '.value | length')" 1
is "8 posted invoices" "$(ask "$api/salesInvoices?\$count=true" | jq '."@odata.count"')" 8
is "totals are the sums of lines, to the cent" "$(ask "$api/purchaseOrders?\$expand=purchaseOrderLines" -H 'Prefer: odata.maxpagesize=10' -H 'Accept: application/json;IEEE754Compatible=true' |
    jq '[.value[] | select(([.purchaseOrderLines[] | (.quantity | tonumber) * (.directUnitCost | tonumber)] | add * 100 | round) != (.totalAmountIncludingTax | tonumber * 100 | round))] | length')" 0
gtins=$(ask "$api/items?\$select=gtin" | jq -r '.value[].gtin')
wrong=0
for gtin in $gtins; do
    sum=0 weight=1
    for ((i = ${#gtin} - 1; i >= 0; i--)); do
        sum=$((sum + ${gtin:i:1} * weight)); weight=$((4 - weight))
    done
    [ $((sum % 10)) -eq 0 ] && [ ${#gtin} -eq 12 ] || wrong=$((wrong + 1))
done
is "check digits of GTINs are right" $wrong 0

# $filter
f() { ask "$api/$1?\$filter=$(jq -rn --arg f "$2" '$f | @uri')&\$count=true&\$top=1" | jq -r '."@odata.count" // .error.code'; }
is "eq" "$(f vendors "number eq 'V10010'")" 1
is "ne" "$(f vendors "number ne 'V10010'")" 4
is "gt on a decimal" "$(f items "unitCost gt 155.70")" 1
is "ge on a decimal" "$(f items "unitCost ge 155.7")" 2
is "le and ge with and" "$(f items "unitCost le 10 and unitCost ge 9.12")" 3
is "or on one field" "$(f vendors "number eq 'V10010' or number eq 'V10020'")" 2
is "or on two fields" "$(f vendors "number eq 'V10010' or city eq 'Boston'")" BadRequest_MethodNotImplemented
ask "$api/vendors?\$filter=number%20eq%20'a'%20or%20city%20eq%20'b'" >/dev/null
is "is answered with 501" "$(status)" 501
is "startswith" "$(f items "startswith(displayName,'PINE')")" 2
is "endswith" "$(f items "endswith(displayName,'10 LB')")" 3
is "contains" "$(f items "contains(displayName,'SALMON')")" 1
is "not" "$(f items "not startswith(displayName,'PINE')")" 38
is "dates" "$(f purchaseOrders "orderDate lt 2026-10-01")" 3
is "date and time" "$(f purchaseOrders "lastModifiedDateTime gt 2026-11-20T00:00:00Z")" 7
is "in needs the newer schema" "$(f vendors "number in ('V10010')")" BadRequest
is "in with it" "$(ask "$api/vendors?\$schemaversion=2.1&\$filter=number%20in%20('V10010','V10020')" | jq '.value | length')" 2
is "a lambda is ignored silently" "$(f vendors "lines/any(x: x/a eq 1)")" 5
is "an unknown field" "$(f vendors "nonsense eq 'a'")" BadRequest
is "a number for a text" "$(f vendors "number eq 5")" BadRequest
is "a quoted guid" "$(f vendors "id eq '$vendor'")" BadRequest
is "a bare guid" "$(f vendors "id eq $vendor")" 1
is "a doubled quote" "$(f vendors "displayName eq 'O''Hara'")" 0

# $orderby, $select, $top, $skip, $expand
is "orderby desc" "$(ask "$api/vendors?\$orderby=number%20desc" | jq -r '.value[0].number')" V10040
is "orderby two fields" "$(ask "$api/vendors?\$orderby=country,displayName" | jq -r '.value[0].displayName')" "ACME Industrial Supply"
is "select" "$(ask "$api/vendors?\$select=number,city&\$top=1" | jq -c '.value[0] | keys')" '["@odata.etag","city","number"]'
is "skip" "$(ask "$api/vendors?\$skip=3" | jq '.value | length')" 2
is "expand with select" "$(ask "$api/purchaseOrders?\$top=1&\$expand=purchaseOrderLines(\$select=sequence)" | jq -c '.value[0].purchaseOrderLines[0] | del(."@odata.etag")')" '{"sequence":10000}'
like "another option of expand" "$(ask "$api/purchaseOrders?\$expand=purchaseOrderLines(\$filter=sequence%20eq%201)" | jq -r .error.message)" '*is not known here.*'
is "an unknown query option" "$(ask "$api/vendors?\$apply=x" | jq -r .error.code)" BadRequest
order=$(ask "$api/purchaseOrders?\$filter=number%20eq%20'106201'" | jq -r '.value[0].id')
is "lines of a document" "$(ask "$api/purchaseOrders($order)/purchaseOrderLines" | jq -r '[.value[].documentId] | unique[0]')" "$order"
is "lines by document id" "$(ask "$api/purchaseOrderLines?\$filter=documentId%20eq%20$order" | jq -r '.value[0].documentId')" "$order"
like "lines without a document" "$(ask "$api/purchaseOrderLines" | jq -r .error.message)" 'You must specify an Id or a Document Id*'
like "payments without a journal" "$(ask "$api/customerPayments" | jq -r .error.message)" 'You must specify a journal batch ID*'

# paging
all() { # address: all numbers, page after page
    local next=$1
    while [ -n "$next" ]; do
        ask "$next" >"$work/page"
        jq -r '.value[] | .number // .No' "$work/page"
        jq '.value | length' "$work/page" >>"$work/sizes"
        next=$(jq -r '."@odata.nextLink" // ""' "$work/page")
        case $next in ''|http*) ;; *) next=$nav/BC/ODataV4/$next ;; esac
    done
}
: >"$work/sizes"
is "pages give each row once" "$(all "$api/purchaseOrders?\$orderby=number" | sort -u | wc -l)" 32
is "10 at a time" "$(sort -rn "$work/sizes" | head -n 1)" 10
like "the API's link is absolute" "$(ask "$api/purchaseOrders" | jq -r '."@odata.nextLink"')" 'http://127.0.0.1:*$skiptoken=*'
like "a page's link is relative" "$(ask "$pages/PurchaseOrder" | jq -r '."@odata.nextLink"')" "Company('CRONUS*')/PurchaseOrder?*skiptoken=*"
is "pages of a page" "$(all "$pages/PurchaseOrder" | sort -u | wc -l)" 32
is "a filter stays" "$(all "$api/purchaseOrders?\$filter=status%20eq%20'Open'" | wc -l)" 28
is "top is kept across pages" "$(all "$api/purchaseOrders?\$top=15" | wc -l)" 15
is "the client may ask for less" "$(ask "$api/purchaseOrders" -H 'Prefer: odata.maxpagesize=4' | jq '.value | length')" 4

# decimals
is "bare by default" "$(ask "$api/items?\$filter=number%20eq%20'70000'" | jq -c '.value[0].unitCost')" 155.7
is "texts when asked" "$(ask "$api/items?\$filter=number%20eq%20'70000'" -H 'Accept: application/json;IEEE754Compatible=true' | jq -c '.value[0].unitCost')" '"155.7"'
is "integers stay bare" "$(ask "$api/purchaseOrders($order)/purchaseOrderLines" -H 'Accept: application/json;IEEE754Compatible=true' | jq -c '.value[0].sequence')" 10000

# pages
is "page by composite key" "$(ask "$pages/PurchaseOrder(Document_Type='Order',No='106201')" | jq -r .Status)" Released
is "page's lines" "$(ask "$pages/PurchaseOrder(Document_Type='Order',No='106201')/PurchaseOrderPurchLines" | jq -r '.value[0].Document_No')" 106201
is "page's lines expanded" "$(ask "$pages/PurchaseOrder?\$filter=No%20eq%20'106201'&\$expand=PurchaseOrderPurchLines" | jq -r '.value[0].PurchaseOrderPurchLines[0].Line_No')" 10000
is "card by short key" "$(ask "$pages/VendorCard('V10000')" | jq -r .Name)" "Bluefish Seafood"
is "item references" "$(ask "$pages/ItemReferences?\$filter=Item_No%20eq%20'70000'%20and%20Reference_Type%20eq%20'Vendor'" | jq -r '.value[0].Reference_No')" BF-220
is "a blank option is plain on a page" "$(ask "$pages/VendorCard('V10000')" | jq -r .Blocked)" ' '
is "order date is not document date" "$(ask "$pages/PurchaseOrder?\$filter=No%20eq%20'106203'" | jq -r '.value[0] | .Order_Date < .Document_Date')" true
is "company by ?company=" "$(ask "$nav/BC/ODataV4/VendorCard?company=CRONUS%20USA%2C%20Inc.&\$top=1" | jq -r '.value[0].No')" V10000
is "company by id" "$(ask "$nav/BC/ODataV4/Company(Id=$company)/VendorCard('V10010')" | jq -r .No)" V10010
like "unknown page" "$(ask "$pages/Nonsense" | jq -r .error.message)" "Resource not found for the segment 'Nonsense'.*"
is "companies of pages" "$(ask "$nav/BC/ODataV4/Company" | jq -r '.value[0].Name')" 'CRONUS USA, Inc.'

# metadata
ask "$nav/BC/api/v2.0/\$metadata" >"$work/out"
is "metadata names sets" "$(grep -c '<EntitySet Name="purchaseInvoices"' "$work/out")" 1
is "and options" "$(grep -c '<Member Name="In_x0020_Review"' "$work/out")" 4
ask "$nav/BC/ODataV4/\$metadata" >"$work/out"
is "metadata of pages has keys" "$(grep -c '<EntityType Name="PurchaseOrder"><Key><PropertyRef Name="Document_Type"/><PropertyRef Name="No"/>' "$work/out")" 1
is "and the codeunit" "$(grep -c 'ActionImport Name="TradepostPosting_PostReceipt"' "$work/out")" 1

# a disabled endpoint
stop
start --disable odata
ask "$pages/VendorCard" >/dev/null
is "a disabled endpoint answers 405" "$(status)" 405
finish
