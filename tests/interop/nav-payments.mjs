// SPDX-License-Identifier: Apache-2.0
// Lines of a payment in the journal, in the ledger, or nowhere: only what is
// certain to be nowhere is added. And numbers are never cut.
import { is, main, probe, record, sandbox, settings } from './lib.mjs';

const payment = (trace, ...paid) => record({ trace_number: trace, date: '2026-11-21', customer: 'C20000',
  amount: String(paid.reduce((sum, [, amount]) => sum + amount, 0)),
  applications: paid.map(([invoice_number, amount]) => ({ invoice_number, paid: String(amount) })) });

await main(async () => {
  const box = await sandbox();
  const nav = settings('nav', box.port);
  const push = (key, file) => probe(nav, 'push', 'payment', key, file);
  const find = (key, file) => probe(nav, 'find', 'payment', key, file);
  const made = async () => (await box.effects('payment')).length;
  const headers = { 'If-Match': '*',
    Authorization: `Basic ${btoa('TRADEPOST:c2FuZGJveC13ZWItc2VydmljZS1hY2Nlc3Mta2V5LTEy')}` };
  const api = `http://127.0.0.1:${box.port}/BC/api/v2.0/companies`;
  const company = (await (await fetch(api, { headers })).json()).value[0].id;
  const drop = (line) => fetch(`${api}(${company})/customerPayments(${line.id})`, { method: 'DELETE', headers });
  // a person posts a line: it leaves the journal, two entries appear
  let last = 9000;
  const enter = (documentNumber, description, amount) => Promise.all(['debitAmount', 'creditAmount'].map((side) =>
    box.put('generalLedgerEntries', { entryNumber: ++last, documentNumber, description, [side]: String(amount),
      [side === 'debitAmount' ? 'creditAmount' : 'debitAmount']: '0', documentType: 'Payment' })));
  const half = async (key, file) => {
    await box.fault('POST customerPayments', 'slow', { seconds: 0 });
    await box.fault('POST customerPayments', 'cut-before');
    is(`${key}: the second line is in doubt`, (await push(key, file)).outcome, 'unknown');
    const answer = await find(key, file);
    is(`${key}: one is not all`, answer.outcome, 'missing');
    const row = (await box.table('customerPayments')).find((line) => line.documentNumber === answer.number);
    await drop(row);
    return [answer.number, row];
  };

  const two = payment('T1', ['103201', 100], ['103202', 50]);
  const [document, row] = await half('p1', two);
  await enter(document, row.description, 100);
  is('half posted is not all', [(await find('p1', two)).outcome], ['missing']);
  const before = await made();
  const rest = await push('p1', two);
  is('the other half is added', [rest.outcome, rest.note, await made() - before],
    ['done', '1 line in journal GENERAL, to be posted by a person; 1 posted before', 1]);
  is('now it is found', (await find('p1', two)).state, 'draft');
  const draft = (await box.table('customerPayments')).find((line) => line.documentNumber === document);
  is('it is the missing one', [draft.appliesToInvoiceNumber, String(draft.amount)], ['103202', '-50']);
  await drop(draft);
  await enter(document, draft.description, 50);
  const whole = await push('p1', two);
  is('all posted is all', [whole.state, whole.existed, await made() - before], ['posted', true, 1]);

  const discounted = payment('T4', ['103206', 98]);
  const one = (await push('p4', discounted)).number;
  const own = (await box.table('customerPayments')).find((line) => line.documentNumber === one);
  await drop(own);
  for (const [side, amount] of [['debitAmount', 98], ['debitAmount', 2], ['creditAmount', 100]])
    await box.put('generalLedgerEntries', { entryNumber: ++last, documentNumber: one, description: own.description,
      [side]: String(amount) });
  is('a discount that NAV took on posting is no other line', (await find('p4', discounted)).state, 'posted');

  const changed = payment('T2', ['103203', 70], ['103204', 30]);
  const [number, line] = await half('p2', changed);
  await enter(number, line.description, 95);
  const count = await made();
  const held = await push('p2', changed);
  is('changed before it was posted: a person has to look', [held.outcome, held.code, held.text, await made() - count],
    ['held', 'TP6040', `payment T2: the ledger has 95.00 as ${number} that fits no line of it; neither there nor in `
      + 'the journal: 103203 70.00, 103204 30.00', 0]);

  // numbers are what they are
  const words = async (what, file) => {
    const answer = await probe(nav, 'push', what, 'long', file);
    return [answer.outcome, answer.code, answer.text];
  };
  const long = 'N'.repeat(36);
  is('an invoice of 21 characters is none of ours', await words('payment', payment('T3', ['103201-103201-103201-', 5])),
    ['held', 'TP6026', "appliesToInvoiceNumber takes 20 characters in NAV; '103201-103201-103201-' has 21"]);
  is('nor a trace of 36', await words('payment', payment(long, ['103201', 5])),
    ['held', 'TP6026', `externalDocumentNumber takes 35 characters in NAV; '${long}' has 36`]);
  const goods = { vendor_item: 'BF-223', quantity: '1', unit: 'CASE', price: '121.88' };
  is('nor an invoice of theirs', await words('bill', record({ number: long, date: '2026-11-20', po_number: '106101',
    total: '121.88', lines: [goods] })),
    ['held', 'TP6026', `vendorInvoiceNumber takes 35 characters in NAV; '${long}' has 36`]);
  is('nor a shipment', await words('receipt', record({ number: long, shipped_at: '2026-11-20T10:00',
    orders: [{ po_number: '106101', lines: [goods] }] })),
    ['held', 'TP6026', `Vendor Shipment No. takes 35 characters in NAV; '${long}' has 36`]);
  is('a description may be cut, between characters', (await probe(nav, 'push', 'bill', 'b1', record({ number: 'B-1',
    date: '2026-11-20', po_number: '106101', total: '121.88',
    lines: [{ ...goods, description: 'é'.repeat(101) }] }))).state, 'posted');
  is('to what NAV takes', (await box.table('purchaseInvoiceLines')).map((l) => l.description)
    .filter((text) => text.startsWith('é')), ['é'.repeat(100)]);
});
