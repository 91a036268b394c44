// SPDX-License-Identifier: Apache-2.0
// One shipment, several orders, or one order named several times: nothing is
// received twice, nothing is lost, and what was done before a failure is said.
import { is, main, probe, record, sandbox, settings } from './lib.mjs';

const goods = (item, quantity) => ({ vendor_item: item, quantity, unit: 'CASE' });
const shipment = (number, ...orders) => record({ number, shipped_at: '2026-11-20T10:00',
  orders: orders.map(([po_number, ...lines]) => ({ po_number, lines })) });

await main(async () => {
  const box = await sandbox();
  const nav = settings('nav', box.port);
  const push = (key, file, conf = nav) => probe(conf, 'push', 'receipt', key, file);
  const find = (key, file) => probe(nav, 'find', 'receipt', key, file);
  const receipts = async () => (await box.effects('receipt')).length;
  const received = async (po) => (await probe(nav, 'match', po)).lines.map((line) => line.received);
  for (const [number, vendor] of [['PO-A', 'V10000'], ['PO-B', 'V10000'], ['PO-C', 'V10000']]) {
    const order = await box.put('purchaseOrders', { number, vendorNumber: vendor, orderDate: '2026-11-20',
      status: 'Open', _status: 'Released' });
    for (const [i, item] of ['70000', '70001'].entries())
      await box.put('purchaseOrderLines', { documentId: order.id, sequence: (i + 1) * 10000, lineType: 'Item',
        lineObjectNumber: item, description: item, unitOfMeasureCode: 'CASE', quantity: '10', receiveQuantity: '10',
        invoiceQuantity: '10', receivedQuantity: '0', invoicedQuantity: '0', directUnitCost: '1' });
  }

  // one order, twice
  const twice = shipment('S1', ['PO-A', goods('BF-220', '3')], ['PO-A', goods('BF-221', '4'), goods('BF-220', '2')]);
  const first = await push('r1', twice);
  is('an order named twice is one receipt', [first.outcome, first.note, await receipts()],
    ['done', '2 lines received, order PO-A', 1]);
  is('of all its goods', await received('PO-A'), ['5', '4']);
  is('it is found', [(await find('r1', twice)).outcome, (await find('r1', twice)).number], ['found', first.number]);
  is('and not received again', [(await push('r1', twice)).existed, await received('PO-A')], [true, ['5', '4']]);
  is('each part may be little enough, the sum is not',
    (await push('r2', shipment('S2', ['PO-A', goods('BF-220', '3')], ['PO-A', goods('BF-220', '3')]))).text,
    'order PO-A line 10000 (70000): 6 shipped, 5 open (10 ordered, 5 received), 1 too many');

  // several orders, one of which fails
  const both = shipment('S3', ['PO-B', goods('BF-220', '1')], ['PO-C', goods('BF-220', '1')]);
  for (const [fault, outcome] of [['429', 'failed'], ['cut-before', 'unknown']]) {
    const before = await receipts();
    await box.fault('POST TradepostPosting_PostReceipt', 'slow', { seconds: 0 });
    await box.fault('POST TradepostPosting_PostReceipt', fault);
    const half = await push(fault, both);
    is(`${fault}: what was posted is kept`, [half.outcome, half.state, await receipts() - before, /^1070\d\d$/.test(half.number)],
      [outcome, 'partly posted', 1, true]);
    is(`${fault}: and said first`, half.text.startsWith(`${half.number} posted for order PO-B; order PO-C: `), true);
    is(`${fault}: half is not found`, [(await find(fault, both)).outcome, (await find(fault, both)).number],
      ['missing', half.number]);
    const whole = await push(fault, both);
    is(`${fault}: the missing one is added`, [whole.outcome, whole.state, await receipts() - before], ['done', 'posted', 2]);
    is(`${fault}: to the other`, whole.number.split(', ')[0], half.number);
  }
  is('each order received once a shipment', [await received('PO-B'), await received('PO-C')], [['2', '0'], ['2', '0']]);
  const over = shipment('S4', ['PO-B', goods('BF-220', '1')], ['PO-C', goods('BF-220', '9')]);
  is('what cannot be received is seen before anything is', [(await push('r4', over)).code, await received('PO-B')],
    ['TP6022', ['2', '0']]);

  // more numbers than there is room for
  const many = [];
  for (let i = 0; i < 12; i++) {
    const number = `PO-M${i}`;
    const order = await box.put('purchaseOrders', { number, vendorNumber: 'V10000', orderDate: '2026-11-20',
      status: 'Open', _status: 'Released' });
    await box.put('purchaseOrderLines', { documentId: order.id, sequence: 10000, lineType: 'Item',
      lineObjectNumber: '70000', unitOfMeasureCode: 'CASE', quantity: '1', receivedQuantity: '0',
      invoicedQuantity: '0', directUnitCost: '1' });
    many.push([number, goods('BF-220', '1')]);
  }
  const long = await push('r5', shipment('S5', ...many));
  is('numbers are whole', long.number.replaceAll(/\d{6}/g, 'N'), 'N, N, N, N, N, N and 6 more');
});
