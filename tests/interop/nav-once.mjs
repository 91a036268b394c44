// SPDX-License-Identifier: Apache-2.0
// Whatever breaks on the way, a receipt, a bill or a payment is there once:
// our client against the sandbox, whose ledger of effects is counted.
import { is, main, ok, probe, record, sandbox, settings } from './lib.mjs';

const shipment = (number, more = {}) => record({
  number, shipped_at: '2026-11-20T10:00',
  orders: [{ po_number: '106101', lines: [{ line: '1', vendor_item: 'BF-223', quantity: '2',
    unit: 'CASE', ...more }] }] });
const invoice = (number, total, more = {}) => record({
  number, date: '2026-11-20', po_number: '106101', total,
  lines: [{ line: '1', vendor_item: 'BF-223', quantity: '10', unit: 'CASE', price: '121.88' }],
  ...more });

await main(async () => {
  const box = await sandbox();
  const nav = settings('nav', box.port);
  const count = async (kind) => (await box.effects(kind)).length;
  const push = (what, key, file) => probe(nav, 'push', what, key, file);
  const find = (what, key, file) => probe(nav, 'find', what, key, file);

  const report = (await probe(nav, 'probe')).report;
  ok('sign-in, company, orders, codeunit', /company +ok[^]*orders +ok[^]*codeunit +ok/.test(report), report);
  is('every field that is read is there', await probe(nav, 'check'), { problems: 0 });
  const blind = settings('blind', box.port, { company: 'Cronus USA, Inc.' });
  is('a company is found by its exact name', (await probe(blind, 'match', '106101')).code, 'TP6002');
  const locked = settings('locked', box.port, { secret: 'wrong-canary' });
  const refused = await probe(locked, 'match', '106101');
  is('a wrong key is a refused sign-in', [refused.code, refused.kind], ['TP6003', 'auth']);

  // receipts
  const first = await push('receipt', 'r1', shipment('S1'));
  is('a receipt is posted', [first.outcome, first.state, first.existed], ['done', 'posted', false]);
  const again = await push('receipt', 'r1', shipment('S1'));
  is('pushed again it is found', [again.outcome, again.number, again.existed],
    ['done', first.number, true]);
  for (const fault of ['500-after', 'cut-after']) {
    await box.fault('POST TradepostPosting_PostReceipt', fault);
    const before = await count('receipt');
    is(`${fault}: in doubt`, (await push('receipt', fault, shipment(fault))).outcome, 'unknown');
    is(`${fault}: it is found`, (await find('receipt', fault, shipment(fault))).outcome, 'found');
    is(`${fault}: and not posted twice`, [(await push('receipt', fault, shipment(fault))).outcome,
      await count('receipt') - before], ['done', 1]);
  }
  await box.fault('POST TradepostPosting_PostReceipt', 'cut-before');
  is('cut before: in doubt too', (await push('receipt', 'r2', shipment('S2'))).outcome, 'unknown');
  is('it is not there', (await find('receipt', 'r2', shipment('S2'))).outcome, 'missing');
  is('so it is pushed again', (await push('receipt', 'r2', shipment('S2'))).outcome, 'done');
  await box.fault('POST TradepostPosting_PostReceipt', 'late-commit', { seconds: 1 });
  is('late commit: in doubt', (await push('receipt', 'r3', shipment('S3'))).outcome, 'unknown');
  await new Promise((resolve) => setTimeout(resolve, 1500));
  is('late commit: found once it has settled', (await find('receipt', 'r3', shipment('S3'))).outcome, 'found');
  is('five receipts, each once', await count('receipt'), 5);

  // what has to wait, and its words
  const held = async (what, key, file) => {
    const answer = await push(what, key, file);
    return [answer.outcome, answer.code, answer.text, answer.waits_for];
  };
  is('more than is open', await held('receipt', 'h1', shipment('H1', { quantity: '25' })),
    ['held', 'TP6022', 'order 106101 line 10000 (70003): 25 shipped, 20 open (30 ordered, '
      + '10 received), 5 too many', '']);
  is('an unknown item waits for its reference', await held('receipt', 'h2', shipment('H2', { vendor_item: 'X-9' })),
    ['held', 'TP6021', 'line 1 (vendor item X-9) is not on order 106101, which has 2 lines', 'reference:X-9']);
  is('another unit', (await held('receipt', 'h3', shipment('H3', { unit: 'EA' }))).slice(0, 2), ['held', 'TP6024']);
  const unknown = record({ number: 'H4', shipped_at: '2026-11-20T10:00',
    orders: [{ po_number: '106101', lines: [{ vendor_item: 'BF-223', quantity: '1', unit: 'CASE' }] },
      { po_number: '999999', lines: [{ vendor_item: 'BF-223', quantity: '1', unit: 'CASE' }] }] });
  is('an unknown order waits for it', await held('receipt', 'h4', unknown),
    ['held', 'TP6020', 'order 999999 is not in NAV', 'order:999999']);
  is('and holds the whole shipment', await count('receipt'), 5);
  const rest = shipment('H5', { quantity: '20' });
  is('the rest closes the line', (await push('receipt', 'h5', rest)).outcome, 'done');
  is('a closed line', (await held('receipt', 'h6', shipment('H6'))).slice(0, 3),
    ['held', 'TP6023', 'order 106101 line 10000 (70003) is closed: 30 ordered, 30 received, 2 shipped now']);
  is('yet what closed it is found', [(await push('receipt', 'h5', rest)).existed, await count('receipt')], [true, 6]);
  is('packs and lines are added up', (await push('receipt', 'h7', record({ number: 'H7',
    shipped_at: '2026-11-20T10:00', orders: [{ po_number: '106101', packs: [
      { sscc: '1', lines: [{ line: '2', quantity: '1.5', unit: 'CASE' }] },
      { sscc: '2', lines: [{ line: '20000', quantity: '1', unit: 'CASE' }] }] }] }))).note,
    '1 line received, order 106101');
  is('to the half case', (await probe(nav, 'match', '106101')).lines[1].received, '2.5');

  // bills
  const bill = await push('bill', 'b1', invoice('BF-1', '1218.80'));
  is('a bill is posted', [bill.outcome, bill.state, bill.existed], ['done', 'posted', false]);
  is('pushed again it is found', [(await push('bill', 'b1', invoice('BF-1', '1218.80'))).number], [bill.number]);
  is('the same number by somebody else is never doubled',
    await held('bill', 'other', invoice('BF-1', '1218.80')),
    ['held', 'TP6030', `vendor V10000's invoice BF-1 is in NAV already as ${bill.number} (Open), `
      + 'not made by Tradepost', '']);
  for (const [match, fault] of [['POST purchaseInvoices', '500-after'], ['POST purchaseInvoices', 'cut-after'],
    ['POST *Microsoft.NAV.post', '500-after'], ['POST *Microsoft.NAV.post', 'cut-after']]) {
    const key = `${match} ${fault}`, file = invoice(key.slice(-30), '1218.80');
    await box.fault(match, fault);
    const drafts = async () => (await box.effects('insert')).filter(({ table }) => table === 'purchaseInvoices').length;
    const before = [await drafts(), await count('post')];
    is(`${key}: in doubt`, (await push('bill', key, file)).outcome, 'unknown');
    await find('bill', key, file);
    is(`${key}: then posted`, (await push('bill', key, file)).state, 'posted');
    is(`${key}: one draft, one posting`, [await drafts() - before[0], await count('post') - before[1],
      (await find('bill', key, file)).outcome], [1, 1, 'found']);
  }
  const numbers = (await box.effects('post')).map((effect) => effect.id);
  is('no bill was posted twice', numbers.length, new Set(numbers).size);
  is('five were posted', numbers.length, 5);
  is('a cent is rounding', (await push('bill', 'c1', invoice('BF-2', '1218.81'))).note.split('; ')[1],
    "the vendor's is 1,218.81, 0.01 by rounding");
  const off = await push('bill', 'c2', invoice('BF-3', '1220.00'));
  ok('more is not', off.code === 'TP6031' && /1,220\.00.*1,218\.80.*difference of 1\.20/.test(off.text), off);
  is('and waits as the draft that it is', (await push('bill', 'c2', invoice('BF-3', '1220.00'))).existed, true);
  is('charges and allowances are lines', (await push('bill', 'c3', invoice('BF-4', '1268.80', { charges: [
    { kind: 'charge', code: 'freight', amount: '60.00' },
    { kind: 'allowance', code: 'freight', amount: '-10.00' }] }))).state, 'posted');
  is('a charge without account waits', (await push('bill', 'c4', invoice('BF-5', '1228.80', { charges: [
    { kind: 'charge', code: 'pallet', amount: '10.00' }] }))).code, 'TP6032');

  // payments
  const amounts = async (trace) => {
    const ask = async (path) => (await (await fetch(`http://127.0.0.1:${box.port}/BC/api/v2.0/${path}`, { headers: {
      Authorization: `Basic ${btoa('TRADEPOST:c2FuZGJveC13ZWItc2VydmljZS1hY2Nlc3Mta2V5LTEy')}` } })).json()).value;
    const company = `companies(${(await ask('companies'))[0].id})`;
    const journal = (await ask(`${company}/customerPaymentJournals`))[0].id;
    const lines = await ask(`${company}/customerPayments?$filter=${encodeURIComponent(`journalId eq ${journal}`)}`);
    return lines.filter((line) => line.externalDocumentNumber === trace).map((line) => String(line.amount));
  };
  const payment = (trace) => record({ trace_number: trace, amount: '150.00', date: '2026-11-21', customer: 'C20000',
    applications: [
      { invoice_number: '103201', paid: '100.00', discount: '2.00' },
      { invoice_number: '103202', paid: '60.00' }],
    adjustments: [{ amount: '-10.00', reason: 'freight' }] });
  await box.fault('POST customerPayments', 'cut-after');
  is('a payment line in doubt', (await push('payment', 'p1', payment('T1'))).outcome, 'unknown');
  is('one line is not all', (await find('payment', 'p1', payment('T1'))).outcome, 'missing');
  is('the missing one is added', (await push('payment', 'p1', payment('T1'))).outcome, 'done');
  is('all are found', (await find('payment', 'p1', payment('T1'))).outcome, 'found');
  is('and made once', [(await push('payment', 'p1', payment('T1'))).existed,
    await count('payment')], [true, 2]);
  const credit = record({ trace_number: 'T3', amount: '30.00', date: '2026-11-21', customer: 'C20000',
    applications: [
      { invoice_number: '103201', paid: '50.00' },
      { invoice_number: '103203', paid: '10.00' },
      { invoice_number: 'CM-7', paid: '-30.00' }] });
  is('a credit comes off the last invoices', (await push('payment', 'p3', credit)).note.slice(0, 6), '1 line');
  is('and the line is the money received', await amounts('T3'), ['-30']);
  const wrong = record({ trace_number: 'T2', amount: '99.00', date: '2026-11-21', customer: 'C20000',
    applications: [{ invoice_number: '103201', paid: '100.00' }] });
  is('deductions come off the last invoice', await amounts('T1'), ['-100', '-50']);
  is('sums have to agree', (await held('payment', 'p2', wrong)).slice(1, 3),
    ['TP6040', 'payment T2 is 99.00, its applications and adjustments come to 100.00']);

  // waiting and masters
  await box.fault('GET purchaseOrders', '429', { retry_after: 7 });
  is('a throttled read says so', (await probe(nav, 'match', '106101')).kind, 'throttled');
  is('an item by its vendor number', (await probe(nav, 'lookup', 'reference', 'V10000', 'BF-223')).value, '70003');
  is('a status is told', await probe(nav, 'tell', 'purchase_order', '106101', 'sent'), []);
  is('on its order', (await box.effects('status')).length, 1);

  const pages = settings('pages', box.port, { profile: 'nav-odata' });
  is('pages: the same order', (await probe(pages, 'match', '106101')).lines[1].received, '2.5');
  is('pages: the same key, the same receipt',
    (await probe(pages, 'push', 'receipt', 'h5', rest)).existed, true);
});
