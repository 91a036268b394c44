// SPDX-License-Identifier: Apache-2.0
// Whose number is it? Ours, the vendor's and a bar code are different
// questions: one number can be an answer to each, and each another item.
import { is, main, probe, record, sandbox, settings } from './lib.mjs';

await main(async () => {
  const box = await sandbox();
  const nav = settings('nav', box.port);
  const look = async (table, partner, value) => (await probe(nav, 'lookup', table, partner, value)).value;
  const refer = (row) => box.put('itemReferences', { Unit_of_Measure: 'CASE', Reference_Type: 'Vendor',
    Reference_Type_No: 'V10000', ...row });

  // the vendor calls our 70003 "70008", which is another item of ours
  await refer({ Item_No: '70003', Reference_No: '70008' });
  is('our number is ours', await look('item', 'V10000', '70008'), '70008');
  is('theirs is a reference', await look('reference', 'V10000', '70008'), '70003');
  is('of that vendor only', await look('reference', 'V10010', '70008'), '');
  is('an own number is no reference', await look('reference', 'V10000', '70003'), '');
  is('back from ours to theirs', await look('vendor_item', 'V10000', '70004'), 'BF-224');
  is('which another vendor does not have', await look('vendor_item', 'V10010', '70004'), '');
  const shipped = (line) => record({ number: 'S1', shipped_at: '2026-11-20T10:00',
    orders: [{ po_number: '106101', lines: [{ quantity: '1', unit: 'CASE', ...line }] }] });
  is('goods are what the vendor calls so',
    (await probe(nav, 'push', 'receipt', 'r1', shipped({ vendor_item: '70008' }))).note,
    '1 line received, order 106101');
  const lines = (await probe(nav, 'match', '106101')).lines;
  is('on the line of that item', lines.find(({ item }) => item === '70003').received, '1');

  // bar codes: the item's own, and references
  const { gtin } = (await box.table('items')).find(({ number }) => number === '70003');
  is('a GTIN is of the item', await look('gtin', 'V10000', gtin), '70003');
  await refer({ Item_No: '70005', Reference_Type: 'Bar Code', Reference_Type_No: '', Reference_No: '0061414199999' });
  is('or of a bar code reference', await look('gtin', '', '0061414199999'), '70005');
  is('a vendor\'s number is no GTIN', await look('gtin', 'V10000', '70008'), '');

  // two answers are none
  await refer({ Item_No: '70001', Reference_No: 'TWIN' });
  await refer({ Item_No: '70001', Reference_No: 'TWIN', Unit_of_Measure: 'PCS' });
  is('two units of one item are one answer', await look('reference', 'V10000', 'TWIN'), '70001');
  await refer({ Item_No: '70002', Reference_No: 'TWIN', Unit_of_Measure: 'BOX' });
  is('two items are none', await look('reference', 'V10000', 'TWIN'), '');

  // what is not there is asked once in a while, not for each line
  await box.fault('GET ItemReferences', 'slow', { seconds: 0, count: 100 });
  const answer = await probe(nav, 'push', 'receipt', 'r2', record({ number: 'S2', shipped_at: '2026-11-20T10:00',
    orders: [{ po_number: '106101', lines: Array.from({ length: 20 }, () => (
      { line: '1', vendor_item: 'NOT-THERE', item: '70003', quantity: '0.1', unit: 'CASE' })) }] }));
  is('twenty lines with a wrong number of theirs are one of ours', answer.note, '1 line received, order 106101');
  const blank = record({ number: 'S3', shipped_at: '2026-11-20T10:00', orders: [{ po_number: '106101',
    lines: Array.from({ length: 20 }, () => (
      { line: '1', item: 'NOT-OURS', vendor_item: 'BF-223', quantity: '0.1', unit: 'CASE' })) }] });
  await box.fault('GET items', 'slow', { seconds: 0, count: 100 });
  is('nor the other way about', (await probe(nav, 'push', 'receipt', 'r3', blank)).note,
    '1 line received, order 106101');
  const asked = Object.fromEntries((await box.faults()).map(({ match, count }) => [match, 100 - count]));
  is('each number was asked once', asked, { 'GET ItemReferences': 2, 'GET items': 1 });
});
