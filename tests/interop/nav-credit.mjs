// SPDX-License-Identifier: Apache-2.0
// Credit memos by the API v2.0: one draft and one posting whatever breaks, and
// signs and totals to the cent, as the vendor's ledger has them.
import { is, main, ok, page, probe, record, sandbox, settings } from './lib.mjs';

const memo = (number, total, more = {}) => record({
  kind: 'credit_memo', number, date: '2026-11-20', po_number: '106101', total,
  lines: [{ line: '1', vendor_item: 'BF-223', quantity: '3', unit: 'CASE', price: '121.88' }], ...more });

await main(async () => {
  const box = await sandbox();
  const nav = settings('nav', box.port);
  const count = async (kind) => (await box.effects(kind))
    .filter(({ table }) => table === 'purchaseCreditMemos').length;
  const push = (key, file, conf = nav) => probe(conf, 'push', 'bill', key, file);
  const find = (key, file) => probe(nav, 'find', 'bill', key, file);
  const ledger = async (number) => (await page(box, 'VendorLedgerEntries', `External_Document_No eq '${number}'`))
    .map((entry) => [entry.Document_Type, String(entry.Amount)]);

  const first = await push('c1', memo('CM-1', '365.64'));
  is('a credit memo is posted', [first.outcome, first.state, first.existed, first.note],
    ['done', 'posted', false, `posted credit memo ${first.number}, total 365.64`]);
  is('the vendor owes it: positive in his ledger', await ledger('CM-1'), [['Credit Memo', '365.64']]);
  const again = await push('c1', memo('CM-1', '365.64'));
  is('pushed again it is found', [again.outcome, again.number, again.existed], ['done', first.number, true]);
  is('and not doubled', [await count('insert'), await count('post')], [1, 1]);

  for (const match of ['POST purchaseCreditMemos', 'POST *Microsoft.NAV.post'])
    for (const fault of ['500-after', 'cut-after', 'cut-before', 'late-commit']) {
      const key = `${match} ${fault}`, file = memo(key.slice(-30), '365.64');
      const before = [await count('insert'), await count('post')];
      await box.fault(match, fault, fault === 'late-commit' ? { seconds: 1 } : {});
      is(`${key}: in doubt`, (await push(key, file)).outcome, 'unknown');
      if (fault === 'late-commit') await new Promise((resolve) => setTimeout(resolve, 1400));
      await find(key, file);
      is(`${key}: then posted`, (await push(key, file)).state, 'posted');
      is(`${key}: one draft, one posting, found`, [await count('insert') - before[0],
        await count('post') - before[1], (await find(key, file)).outcome], [1, 1, 'found']);
    }

  const turned = { lines: [{ line: '1', vendor_item: 'BF-223', quantity: '-3', unit: 'CASE', price: '121.88' }],
    charges: [{ kind: 'charge', code: 'freight', amount: '-12.34' },
      { kind: 'allowance', code: 'freight', amount: '1.11' }] };
  is('all signs turned, freight and allowance too', (await push('t1', memo('CM-2', '-376.87', turned))).note.slice(-6), '376.87');
  is('it is the same credit', await ledger('CM-2'), [['Credit Memo', '376.87']]);
  const mixed = { lines: [{ line: '1', vendor_item: 'BF-223', quantity: '3', unit: 'CASE', price: '121.88' },
    { line: '1', vendor_item: 'BF-223', quantity: '-1', unit: 'CASE', price: '121.88' }] };
  is('a line taken back within it', (await push('m1', memo('CM-3', '243.76', mixed))).state, 'posted');
  is('comes off', await ledger('CM-3'), [['Credit Memo', '243.76']]);
  is('a cent is rounding', (await push('r1', memo('CM-4', '365.65'))).note.split('; ')[1],
    "the vendor's is 365.65, 0.01 by rounding");
  const off = await push('o1', memo('CM-5', '365.62'));
  is('two are not', [off.outcome, off.code, await ledger('CM-5')], ['held', 'TP6031', []]);
  ok('in words', /^credit memo CM-5: the vendor credits 365\.62, draft \d+ in NAV comes to 365\.64/.test(off.text), off);

  const same = await push('other', memo('CM-1', '365.64'));
  is("a vendor's number is taken once", [same.outcome, same.code, same.text],
    ['held', 'TP6030', `vendor V10000's credit memo CM-1 is in NAV already as ${first.number} (Open), not made by Tradepost`]);
  is('an invoice may have it', (await push('i1', memo('CM-1', '365.64', { kind: 'invoice' }))).state, 'posted');
  is('and is negative in the ledger', (await ledger('CM-1'))[1], ['Invoice', '-365.64']);
  const negative = await push('n1', memo('IN-1', '-365.64', { kind: 'invoice', lines: turned.lines }));
  is('an invoice below zero waits for a person', [negative.outcome, negative.code], ['held', 'TP6034']);
  const draft = settings('draft', box.port, { post: 'draft' });
  is('left as a draft when that is wanted', (await push('d1', memo('CM-6', '365.64'), draft)).state, 'draft');
});
