// SPDX-License-Identifier: Apache-2.0
// Receipts without the codeunit's order posting: item journal entries, and the
// API's receiveAndInvoice; each once, whatever is cut.
import { is, main, ok, probe, record, sandbox, settings } from './lib.mjs';

const shipment = (number, po, lines) => record({ number, shipped_at: '2026-11-20T10:00',
  orders: [{ po_number: po, lines }] });
const scallops = (quantity) => ({ line: '1', vendor_item: 'BF-223', quantity, unit: 'CASE' });

await main(async () => {
  const box = await sandbox();
  const journal = settings('journal', box.port, { receipts: 'item-journal',
    item_journal: { template: 'ITEM', batch: 'EDI', location: 'MAIN' } });
  const direct = settings('direct', box.port, { receipts: 'receive-and-invoice' });
  const ledger = async (number) => {
    const url = `http://127.0.0.1:${box.port}/BC/ODataV4/Company('CRONUS%20USA%2C%20Inc.')/ItemLedgerEntries`
      + `?$filter=Document_No%20eq%20'${number}'`;
    const answer = await fetch(url, { headers: { Authorization: `Basic ${
      btoa('TRADEPOST:c2FuZGJveC13ZWItc2VydmljZS1hY2Nlc3Mta2V5LTEy')}` } });
    return (await answer.json()).value;
  };
  const push = (nav, key, file) => probe(nav, 'push', 'receipt', key, file);
  const find = (nav, key, file) => probe(nav, 'find', 'receipt', key, file);

  const two = shipment('J1', '106101', [scallops('3'), { line: '20000', quantity: '1.5', unit: 'CASE' }]);
  const first = await push(journal, 'j1', two);
  is('journal: entries are posted', [first.outcome, first.state, first.existed], ['done', 'posted', false]);
  is('journal: one for each line', (await ledger(first.number)).map((entry) => Number(entry.Quantity)), [3, 1.5]);
  is('journal: pushed again they are found', [(await push(journal, 'j1', two)).existed,
    (await ledger(first.number)).length], [true, 2]);
  for (const [match, fault] of [['POST ItemJournal', '500-after'], ['POST ItemJournal', 'cut-after'],
    ['POST TradepostPosting_PostItemJournal', 'cut-after'], ['POST TradepostPosting_PostItemJournal', 'cut-before']]) {
    const key = `${match} ${fault}`, file = shipment(key.slice(-20), '106101',
      [scallops('2'), { line: '20000', quantity: '1', unit: 'CASE' }]);
    await box.fault(match, fault);
    is(`${key}: in doubt`, (await push(journal, key, file)).outcome, 'unknown');
    await find(journal, key, file);
    const after = await push(journal, key, file);
    is(`${key}: then posted, each line once`, [after.outcome,
      (await ledger(after.number)).map((entry) => Number(entry.Quantity))], ['done', [2, 1]]);
    is(`${key}: and found`, (await find(journal, key, file)).outcome, 'found');
  }
  is('journal: the order is not received', (await probe(journal, 'match', '106101')).lines[0].received, '0');

  const goods = shipment('D1', '106101', [scallops('4')]);
  const received = await push(direct, 'd1', goods);
  is('direct: received and invoiced', [received.outcome, received.state], ['done', 'posted']);
  const order = await probe(direct, 'match', '106101');
  is('direct: only what was shipped', order.lines.map((line) => [line.received, line.invoiced]), [['4', '4'], ['0', '0']]);
  const again = await push(direct, 'd1', goods);
  is('direct: pushed again it is found', [again.outcome, again.number, again.existed],
    ['done', received.number, true]);
  for (const fault of ['500-after', 'cut-after', 'cut-before']) {
    const file = shipment(fault, '106101', [scallops('2')]);
    await box.fault('POST *Microsoft.NAV.receiveAndInvoice', fault);
    is(`direct ${fault}: in doubt`, (await push(direct, fault, file)).outcome, 'unknown');
    is(`direct ${fault}: then it is there`, [(await find(direct, fault, file)).outcome,
      (await push(direct, fault, file)).outcome],
    [fault === 'cut-before' ? 'missing' : 'found', 'done']);
  }
  is('direct: each once', (await probe(direct, 'match', '106101')).lines[0].received, '10');
});
