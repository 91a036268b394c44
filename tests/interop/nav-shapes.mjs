// SPDX-License-Identifier: Apache-2.0
// Our requests against an OData server that we did not write
// (@sap-ux/fe-mockserver-core), fed with Microsoft's names and types: does it
// understand addresses, filters, expansions and bodies as we write them?
import fs from 'node:fs';
import http from 'node:http';
import path from 'node:path';
import { is, main, ok, packages, probe, record, settings, source, work } from './lib.mjs';

const COMPANY = '8a1f3c8e-0b7b-4b6f-9d2f-0c5a4e2d1b3a';
const id = (n) => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`;

const rows = {
  companies: [{ id: COMPANY, name: "O'Brien & Söhne" }],
  vendors: [{ id: id(1), number: 'V10000' }, { id: id(2), number: 'V20000' }],
  items: [{ id: id(3), number: '70003', gtin: '614141700035' }],
  customers: [{ id: id(4), number: 'C 1&2' }],
  locations: [{ id: id(5), code: 'MAIN' }],
  unitsOfMeasure: [{ id: id(6), code: 'CASE' }],
  purchaseOrders: [
    { id: id(10), number: '106101', vendorNumber: 'V10000', status: 'Open', orderDate: '2026-11-20',
      lastModifiedDateTime: '2026-11-20T10:00:00Z',
      purchaseOrderLines: [
        { id: id(11), documentId: id(10), sequence: 10000, lineType: 'Item', lineObjectNumber: '70003',
          unitOfMeasureCode: 'CASE', quantity: 30.5, receivedQuantity: 10, invoicedQuantity: 0,
          directUnitCost: 121.88 }] },
    { id: id(12), number: '106102', vendorNumber: 'V10000', status: 'Draft', orderDate: '2026-11-20',
      lastModifiedDateTime: '2026-11-20T10:00:00Z', purchaseOrderLines: [] }],
  // With an empty set the mock server makes rows up.
  purchaseInvoices: [{ id: id(30), number: '1', vendorInvoiceNumber: 'other' }],
  generalLedgerEntries: [{ id: id(31), documentNumber: 'other' }],
  customerPaymentJournals: [{ id: id(20), code: 'GENERAL' }], 
  salesInvoices: [{ id: id(33), number: '103001', status: 'Open' }],
  customerPayments: [{ id: id(32), documentNumber: 'other' }],
};
const pageRows = {
  ItemReferences: [
    // The mock server takes no doubled apostrophes, so none is here.
    { Item_No: '70003', Variant_Code: '', Unit_of_Measure: 'CASE', Reference_Type: 'Vendor',
      Reference_Type_No: 'V10000', Reference_No: 'BF-223' }],
};

const seen = [];

async function serve(load) {
  const { default: Mockserver } = (await load('@sap-ux/fe-mockserver-core/dist/index.js')).default;
  const service = (urlPath, metadata, content) => {
    const mockdataPath = path.join(work, urlPath.slice(1));
    fs.mkdirSync(mockdataPath, { recursive: true });
    for (const [set, list] of Object.entries(content))
      fs.writeFileSync(path.join(mockdataPath, `${set}.json`), JSON.stringify(list));
    return { urlPath, metadataPath: path.join(source, 'tests/interop/data', metadata), mockdataPath };
  };
  const mock = new Mockserver({ services: [
    service('/api', 'bc_api_v2.edmx', rows),
    service('/pages', 'nav_odata_pages.edmx', pageRows)] });
  await mock.isReady;
  const router = mock.getRouter();
  // The mock server has no company in its addresses; the rest is left to it.
  const server = http.createServer((request, response) => {
    seen.push(`${request.method} ${request.url}`);
    request.url = request.url
      .replace(`/BC/api/v2.0/companies(${COMPANY})/`, '/api/')
      .replace('/BC/api/v2.0/', '/api/')
      .replace("/BC/ODataV4/Company('O%27%27Brien%20%26%20S%C3%B6hne')/", '/pages/')
      .replace('/BC/ODataV4/', '/pages/');
    request.originalUrl = request.url;
    router(request, response, () => { response.statusCode = 404; response.end(); });
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return server.address().port;
}

await main(async () => {
  console.log = ((plain) => (text) => { if (/^(ok|not ok|#|1\.\.)/.test(text)) plain(text); })(console.log);
  const port = await serve(packages());
  const nav = settings('nav', port, { company: "O'Brien & Söhne", post: 'draft' });

  is('metadata: nothing is missing', await probe(nav, 'check'), { problems: 0 });
  const pages = settings('pages', port, { company: "O'Brien & Söhne", profile: 'nav-odata' });
  is('metadata of the pages: nothing is missing', await probe(pages, 'check'), { problems: 0 });
  const order = await probe(nav, 'match', '106101');
  is('an order by number, its lines expanded',
    [order.number, order.released, order.lines?.length], ['106101', 'true', 1]);
  is('decimals as texts, exactly', [order.lines[0].price, order.lines[0].ordered, order.lines[0].open],
    ['121.88', '30.5', '20.5']);
  is('no order', await probe(nav, 'match', '999'), null);
  is('a vendor', (await probe(nav, 'lookup', 'vendor', '', 'V20000')).value, 'V20000');
  is('signs in a number', (await probe(nav, 'lookup', 'customer', '', 'C 1&2')).value, 'C 1&2');
  is('an item by its vendor number, from the pages',
    (await probe(nav, 'lookup', 'item', 'V10000', 'BF-223')).value, '70003');
  is('an item by its GTIN', (await probe(nav, 'lookup', 'item', '', '614141700035')).value, '70003');
  is('nothing', (await probe(nav, 'lookup', 'item', 'V10000', 'nope')).found, false);

  const bill = record({ number: 'BF-1', date: '2026-11-20', po_number: '106101', total: '243.76',
    lines: [{ line: '1', vendor_item: 'BF-223', quantity: '2', unit: 'CASE', price: '121.88' }] });
  const first = await probe(nav, 'push', 'bill', 'key-1', bill);
  // The mock server adds nothing up: the draft is there, its total is not.
  is('a bill is entered, its total compared', [first.outcome, first.code], ['held', 'TP6031']);
  const again = await probe(nav, 'push', 'bill', 'key-1', bill);
  is('and not entered twice', [again.outcome, again.existed,
    seen.filter((line) => /^POST .*purchaseInvoices/.test(line)).length], ['held', true, 1]);

  const payment = record({ trace_number: 'TR-1', amount: '10.00', date: '2026-11-20', customer: 'C 1&2',
    applications: [{ invoice_number: '103001', paid: '10.00' }] });
  const paid = await probe(nav, 'push', 'payment', 'key-2', payment);
  is('a payment becomes a journal line', [paid.outcome, paid.existed], ['done', false]);
  is('which is found', (await probe(nav, 'find', 'payment', 'key-2', payment)).outcome, 'found');
  is('and not made twice', (await probe(nav, 'push', 'payment', 'key-2', payment)).existed, true);
  ok('one line was posted', seen.filter((line) => /^POST .*customerPayments/.test(line)).length === 1, seen);
});
