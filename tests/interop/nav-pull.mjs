// SPDX-License-Identifier: Apache-2.0
// What is pulled, when it comes again, and what is no change: with the API by
// time, with pages by etag, over server pages of five rows.
import { is, main, ok, probe, record, sandbox, settings } from './lib.mjs';

async function pull(nav, what, mark = '') {
  const lines = [await probe(nav, 'pull', what, mark)].flat();
  const { mark: next, count } = lines.pop();
  return { next, count, rows: new Map(lines.map((line) => [line.key, line])) };
}

await main(async () => {
  const box = await sandbox('--page-size', '5');
  const api = settings('api', box.port);
  const pages = settings('pages', box.port, { profile: 'nav-odata' });
  const receive = (nav, key) => probe(nav, 'push', 'receipt', key, record({ number: key,
    shipped_at: '2026-11-20T10:00',
    orders: [{ po_number: '106201', lines: [{ item: '70004', quantity: '1', unit: 'CASE' }] }] }));

  for (const [profile, nav] of [['api', api], ['pages', pages]]) {
    const first = await pull(nav, 'purchase_order');
    is(`${profile}: released orders since the cut-over`, first.count, 25);
    const order = first.rows.get('purchase_order:106201');
    is(`${profile}: amounts are exact`, [order.record.total, order.record.lines[0].price], ['3323.1', '87.45']);
    is(`${profile}: the vendor's item number is on the line`, order.record.lines[0].vendor_item, 'BF-224');
    is(`${profile}: in the order of their numbers or changes`,
      profile === 'api' || [...first.rows.keys()].every((key, i, all) => i === 0 || key > all[i - 1]), true);
    ok(`${profile}: the mark fits`, first.next.length > 10 && first.next.length < 512, first.next);

    const again = await pull(nav, 'purchase_order', first.next);
    ok(`${profile}: little comes again`, again.count < 3, again.count);
    ok(`${profile}: and is no news`, [...again.rows].every(([key, row]) =>
      row.stamp === first.rows.get(key).stamp), [...again.rows.keys()]);

    await receive(nav, `pull-${profile}`);
    const received = await pull(nav, 'purchase_order', again.next);
    ok(`${profile}: a receipt is no change of the order`, [...received.rows].every(([key, row]) =>
      row.stamp === first.rows.get(key).stamp), [...received.rows.keys()]);

    const invoices = await pull(nav, 'sales_invoice');
    is(`${profile}: posted sales invoices`, invoices.count, 8);
    is(`${profile}: which never change`, new Set([...invoices.rows.values()].map((row) => row.stamp)).size, 1);
  }

  const before = await pull(pages, 'purchase_order');
  const mark = before.next;
  const change = await fetch(`http://127.0.0.1:${box.port}/BC/ODataV4/Company('CRONUS%20USA%2C%20Inc.')/`
    + "PurchaseOrder(Document_Type='Order',No='106210')", { method: 'PATCH',
    headers: { 'If-Match': '*', 'Content-Type': 'application/json', Authorization: `Basic ${
      btoa('TRADEPOST:c2FuZGJveC13ZWItc2VydmljZS1hY2Nlc3Mta2V5LTEy')}` },
    body: JSON.stringify({ Requested_Receipt_Date: '2026-12-31' }) });
  ok('an order is changed', change.ok, change.status, await change.text());
  const changed = await pull(pages, 'purchase_order', mark);
  is('pages: it comes again, changed',
    changed.rows.get('purchase_order:106210')?.record.requested_date, '2026-12-31');
  const stamps = [before, changed].map(({ rows }) => rows.get('purchase_order:106210').stamp);
  ok('pages: with another stamp', stamps[0] !== stamps[1], stamps);
  is('pages: then the mark knows it', (await pull(pages, 'purchase_order', changed.next)).count, 0);
  is('a mark of nobody starts again', (await pull(pages, 'purchase_order', 'etag1:short')).count, 25);
  await box.fault('GET PurchaseOrder', '503-before', { count: 2 });
  const broken = await probe(pages, 'pull', 'purchase_order', mark);
  is('a failing service is a failure, not an empty list', [broken.kind, broken.code], ['retry', 'TP6007']);
});
