// SPDX-License-Identifier: Apache-2.0
// bills = "order": what an order received is invoiced on it, so that goods come
// into stock once; exactly once whatever breaks, never more than was received.
import { is, main, ok, probe, record, sandbox, settings } from './lib.mjs';

const goods = (item, quantity, price = '10', more = {}) => ({ vendor_item: item, quantity, unit: 'CASE', price, ...more });
const bill = (number, po_number, total, lines, more = {}) => record({ number, po_number, date: '2026-11-21', total, lines, ...more });

await main(async () => {
  const box = await sandbox();
  const nav = settings('nav', box.port, { bills: 'order' });
  const push = (key, file, conf = nav) => probe(conf, 'push', 'bill', key, file);
  const find = (key, file) => probe(nav, 'find', 'bill', key, file);
  const count = async (kind) => (await box.effects(kind)).filter(({ table }) => table === 'purchaseInvoices').length;
  const invoiced = async (po) => (await probe(nav, 'match', po)).lines.map((line) => line.invoiced);
  const stock = async (item) => Number((await box.table('items')).find(({ number }) => number === item).inventory);
  const order = async (number, received) => {
    const { id } = await box.put('purchaseOrders', { number, vendorNumber: 'V10000', orderDate: '2026-11-20',
      status: 'Open', _status: 'Released' });
    for (const [i, item] of ['70000', '70001'].entries())
      await box.put('purchaseOrderLines', { documentId: id, sequence: (i + 1) * 10000, lineType: 'Item',
        lineObjectNumber: item, description: item, unitOfMeasureCode: 'CASE', quantity: '20', receiveQuantity: '0',
        invoiceQuantity: '0', receivedQuantity: '0', invoicedQuantity: '0', directUnitCost: '10' });
    if (received)
      await probe(nav, 'push', 'receipt', `r-${number}`, record({ number: `S-${number}`, shipped_at: '2026-11-20T10:00',
        orders: [{ po_number: number, lines: received.map((quantity, i) => goods(`BF-22${i}`, quantity)) }] }));
  };
  ok('the codeunit answers for it', /codeunit +ok/.test((await probe(nav, 'probe')).report));

  // goods come in once
  const before = [await stock('70000'), await stock('70001')];
  await order('PO-1', ['12', '8']);
  const first = await push('b1', bill('INV-1', 'PO-1', '150', [goods('BF-220', '10'), goods('BF-221', '5')]));
  is('what was received is invoiced', [first.outcome, first.state, first.existed, first.note],
    ['done', 'posted', false, `posted invoice ${first.number} of order PO-1, total 150.00`]);
  is('on the lines of the order', await invoiced('PO-1'), ['10', '5']);
  is('the goods came with the receipt only', [await stock('70000') - before[0], await stock('70001') - before[1]], [12, 8]);
  const alone = settings('alone', box.port, { bills: 'invoice' });
  is('an invoice of its own', (await push('a1', bill('INV-A', 'PO-1', '20', [goods('BF-220', '2')]), alone)).state, 'posted');
  is('would bring them again', await stock('70000') - before[0], 14);
  const again = await push('b1', bill('INV-1', 'PO-1', '150', [goods('BF-220', '10'), goods('BF-221', '5')]));
  is('pushed again it is found', [again.number, again.existed, await invoiced('PO-1')], [first.number, true, ['10', '5']]);

  // once, whatever breaks
  for (const fault of ['500-after', 'cut-after', 'cut-before', 'late-commit']) {
    const po = `PO-${fault}`, file = bill(`I-${fault}`, po, '30', [goods('BF-220', '3')]);
    await order(po, ['5']);
    const posted = await count('post');
    await box.fault('POST TradepostPosting_PostOrderInvoice', fault);
    is(`${fault}: in doubt`, (await push(fault, file)).outcome, 'unknown');
    if (fault === 'late-commit') await new Promise((resolve) => setTimeout(resolve, 1500));
    is(`${fault}: looked for`, (await find(fault, file)).outcome, fault === 'cut-before' ? 'missing' : 'found');
    is(`${fault}: posted once`, [(await push(fault, file)).outcome, await count('post') - posted, await invoiced(po)],
      ['done', 1, ['3', '0']]);
  }

  // what has to wait
  const held = async (key, file) => {
    const { outcome, code, text, waits_for } = await push(key, file);
    return [outcome, code, text, waits_for];
  };
  is('more than was received waits for it', await held('h1', bill('H-1', 'PO-1', '40', [goods('BF-221', '4')])),
    ['held', 'TP6035', 'order PO-1 line 20000 (70001): 4 billed, 3 received and not yet invoiced', 'receipt:PO-1']);
  is('the sum of a line counts', (await held('h2', bill('H-2', 'PO-1', '40', [goods('BF-221', '2'), goods('BF-221', '2')])))[1], 'TP6035');
  is('a line has one price', (await held('h3', bill('H-3', 'PO-1', '21', [goods('BF-221', '1'), goods('BF-221', '1', '11')])))[2],
    'line without number (vendor item BF-221) costs 11; line 20000 of order PO-1 is billed at 10 too');
  is('two cents are a difference', await held('h4', bill('H-4', 'PO-1', '10.02', [goods('BF-221', '1')])),
    ['held', 'TP6031', 'invoice H-4: Totals differ: the invoice comes to 10.00 (tax 0.00), 10.02 was expected.', '']);
  is('a total below zero', (await held('h5', bill('H-5', 'PO-1', '-10', [goods('BF-221', '-1')])))[1], 'TP6034');
  is('a line below zero', (await held('h6', bill('H-6', 'PO-1', '10', [goods('BF-221', '-1'), goods('BF-220', '2')])))[1], 'TP6035');
  is('another currency', (await held('h7', bill('H-7', 'PO-1', '10', [goods('BF-221', '1')], { currency: 'EUR' })))[2],
    'the invoice is in EUR; order PO-1 is in USD');
  is('an order that is not there', (await held('h8', bill('H-8', 'PO-404', '10', [goods('BF-221', '1')], { vendor: 'V10000' }))).slice(1),
    ['TP6020', 'order PO-404 is not in NAV', 'order:PO-404']);
  is('a number that is taken', (await held('h9', bill('INV-1', 'PO-1', '10', [goods('BF-221', '1')])))[1], 'TP6030');
  is('nothing of that was posted', await invoiced('PO-1'), ['10', '5']);

  // charges, prices, and the end of an order
  const charged = await push('c1', bill('INV-C', 'PO-1', '31.50', [goods('BF-220', '2', '11.25')], { charges: [
    { kind: 'charge', code: 'freight', amount: '12.00' }, { kind: 'allowance', code: 'freight', amount: '-3.00' }] }));
  is('charges and allowances are lines of it', [charged.state, await invoiced('PO-1')], ['posted', ['12', '5']]);
  const posted = (await box.table('purchaseInvoices')).find(({ number }) => number === charged.number);
  is('to the cent', String(posted.totalAmountIncludingTax), '31.5');
  await order('PO-END', ['20', '20']);
  const last = bill('INV-E', 'PO-END', '400', [goods('BF-220', '20'), goods('BF-221', '20')]);
  is('the last bill of an order', (await push('e1', last)).state, 'posted');
  is('with which it is gone', (await box.table('purchaseOrders')).some(({ number }) => number === 'PO-END'), false);
  is('is found all the same', [(await find('e1', last)).outcome, (await push('e1', last)).existed], ['found', true]);
  is('a bill without an order is an invoice of its own', (await push('f1', record({ number: 'INV-F', date: '2026-11-21',
    vendor: 'V10000', total: '10', lines: [goods('BF-220', '1')] }))).note.slice(0, 15), 'posted invoice ');
  const draft = settings('draft', box.port, { bills: 'order', post: 'draft' });
  is('a draft stays a draft', (await push('d1', bill('INV-D', 'PO-1', '10', [goods('BF-221', '1')]), draft)).state, 'draft');
});
