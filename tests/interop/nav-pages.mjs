// SPDX-License-Identifier: Apache-2.0
// Bills, credit memos and payments on NAV's pages, which take no id of ours:
// once, whatever breaks, by the sandbox's ledger of effects.
import { is, main, ok, page, probe, record, remove, sandbox, settings } from './lib.mjs';

const bill = (number, more = {}) => record({
  number, date: '2026-11-20', due_date: '2026-12-20', po_number: '106101', total: '375.64',
  lines: [{ line: '1', vendor_item: 'BF-223', quantity: '3', unit: 'CASE', price: '121.88',
    description: 'SEA SCALLOPS' }],
  charges: [{ kind: 'charge', code: 'freight', amount: '12.50' },
    { kind: 'allowance', code: 'freight', amount: '-2.50' }], ...more });
const credit = (number, more = {}) => bill(number, { kind: 'credit_memo', ...more });
const wait = () => new Promise((resolve) => setTimeout(resolve, 1400));

await main(async () => {
  const box = await sandbox();
  const nav = settings('nav', box.port, { profile: 'nav-odata' });
  const draft = settings('draft', box.port, { profile: 'nav-odata', post: 'draft' });
  const push = (what, key, file, conf = nav) => probe(conf, 'push', what, key, file);
  const find = (what, key, file, conf = nav) => probe(conf, 'find', what, key, file);
  const count = async (kind, table) => (await box.effects(kind)).filter((effect) => effect.table === table).length;
  const entries = async (number) => (await page(box, 'VendorLedgerEntries', `External_Document_No eq '${number}'`))
    .map((entry) => [entry.Document_Type, String(entry.Amount)]);
  let made = 0;
  const once = async (table, lines, act) => {
    const ask = async () => [await count('insert', table), await count('insert', lines), await count('post', table)];
    const before = await ask();
    await act();
    return (await ask()).map((n, i) => n - before[i]);
  };
  is('every field that is read and written is there', await probe(nav, 'check'), { problems: 0 });

  // a bill
  const first = await push('bill', 'b1', bill('BF-1'));
  is('a bill is posted', [first.outcome, first.state, first.existed, first.note],
    ['done', 'posted', false, `posted invoice ${first.number}, total 375.64`]);
  const [posted] = await page(box, 'PostedPurchaseInvoice', "Vendor_Invoice_No eq 'BF-1'");
  is('with number, dates and key', [posted.No, posted.Document_Date, posted.Due_Date, posted.Vendor_Order_No.slice(0, 2)],
    [first.number, '2026-11-20', '2026-12-20', 'TP']);
  is('with its lines', (await page(box, 'PostedPurchaseInvoicePurchInvLines', `Document_No eq '${first.number}'`))
    .map((line) => [line.Line_No, line.Type, line.No, String(line.Quantity), String(line.Direct_Unit_Cost), line.Description]),
  [[10000, 'Item', '70003', '3', '121.88', 'SEA SCALLOPS'], [20000, 'G/L Account', '61100', '1', '12.5', 'freight'],
    [30000, 'G/L Account', '61100', '-1', '2.5', 'freight']]);
  is('the ledger owes it', await entries('BF-1'), [['Invoice', '-375.64']]);
  const again = await push('bill', 'b1', bill('BF-1'));
  is('pushed again it is found', [again.outcome, again.number, again.existed], ['done', first.number, true]);
  const same = await push('bill', 'other', bill('BF-1'));
  is("a vendor's number is taken once", [same.code, same.text],
    ['TP6030', `vendor V10000's invoice BF-1 is in NAV already as ${first.number} (posted), not made by Tradepost`]);

  for (const [make, words] of [[bill, { table: 'purchaseInvoices', lines: 'purchaseInvoiceLines', page: 'PurchaseInvoice' }],
    [credit, { table: 'purchaseCreditMemos', lines: 'purchaseCreditMemoLines', page: 'PurchaseCreditMemo' }]])
    for (const match of [`POST ${words.page}`, `POST *${words.page}PurchLines`, `PATCH ${words.page}`,
      'POST TradepostPosting_PostInvoice'])
      for (const fault of ['500-after', 'cut-after', 'cut-before', 'late-commit']) {
        const key = `${words.page} ${match} ${fault}`, file = make(`X-${++made}`);
        is(`${key}: one draft, its lines, one posting`, await once(words.table, words.lines, async () => {
          await box.fault(match, fault, fault === 'late-commit' ? { seconds: 1 } : {});
          is(`${key}: in doubt`, (await push('bill', key, file)).outcome, 'unknown');
          if (fault === 'late-commit') await wait();
          await find('bill', key, file);
          is(`${key}: then posted`, (await push('bill', key, file)).state, 'posted');
          is(`${key}: and found`, (await find('bill', key, file)).outcome, 'found');
        }), [1, 3, 1]);
      }
  is('a credit memo is positive in the ledger', await entries(`X-${made}`), [['Credit Memo', '375.64']]);
  const memo = await push('bill', 'm2', credit(`X-${made}`));
  ok("a vendor's credit memo number is taken once", memo.code === 'TP6030' && /credit memo X-\d+ is in NAV/.test(memo.text), memo);

  // drafts
  const cent = await push('bill', 'd1', bill('BF-2', { total: '375.65' }), draft);
  is('left as a draft, a cent is rounding', [cent.state, cent.note.split('; ')[1]],
    ['draft', "the vendor's is 375.65, 0.01 by rounding"]);
  is('it is found', (await find('bill', 'd1', bill('BF-2'), draft)).outcome, 'found');
  const off = await push('bill', 'd2', bill('BF-3', { total: '400.00' }), draft);
  ok('more waits with both totals', off.code === 'TP6031' && /400\.00.*375\.64.*24\.36/.test(off.text), off);
  is('and waits as the draft that it is', [(await push('bill', 'd2', bill('BF-3', { total: '400.00' }), draft)).existed,
    (await page(box, 'PurchaseInvoice', "Vendor_Invoice_No eq 'BF-3'")).length], [true, 1]);
  // a line that NAV refuses, after the header and a line were made
  const blocked = await (await fetch(`http://127.0.0.1:${box.port}/_sandbox/tables/items`, { method: 'POST',
    body: JSON.stringify({ number: '70001', blocked: true }) })).json();
  const two = (quantity) => bill('BF-4', { po_number: undefined, vendor: 'V10000', total: '500', charges: [], lines: [
    { line: '1', item: '70000', quantity, price: '100' }, { line: '2', item: '70001', quantity: '1', price: '200' }] });
  const refused = await push('bill', 'd4', two('3'));
  is('a refusal is said in NAV\'s words', [refused.outcome, refused.code, /Blocked must be equal/.test(refused.text)],
    ['failed', 'TP6010', true], blocked);
  const drafts = () => page(box, 'PurchaseInvoice', "Vendor_Invoice_No eq ''");
  is('and leaves nothing half made', (await drafts()).length, 0);
  await box.fault('PATCH PurchaseInvoice', 'cut-before');
  const part = bill('BF-5', { po_number: undefined, vendor: 'V10000', total: '300', charges: [],
    lines: [{ line: '1', item: '70000', quantity: '3', price: '100' }] });
  is('a draft is cut off', (await push('bill', 'd5', part)).outcome, 'unknown');
  is('half made, no person can post it', (await drafts()).length, 1);
  const other = bill('BF-5', { po_number: undefined, vendor: 'V10000', total: '200', charges: [],
    lines: [{ line: '1', item: '70000', quantity: '2', price: '100' }] });
  const anew = await push('bill', 'd5', other);
  is('with other lines it is made anew', [anew.state || anew, (await drafts()).length,
    await entries('BF-5')], ['posted', 0, [['Invoice', '-200']]]);

  // payments
  const payment = (trace) => record({ trace_number: trace, amount: '150.00', date: '2026-11-21', customer: 'C20000',
    applications: [{ invoice_number: '103201', paid: '100.00', discount: '2.00' },
      { invoice_number: '103202', paid: '60.00' }],
    adjustments: [{ amount: '-15.00', reason: 'freight' }, { amount: '5.00', reason: 'interest' }] });
  const rows = async (trace) => (await page(box, 'CashReceiptJournal', `External_Document_No eq '${trace}'`))
    .map((row) => [row.Account_No, row.Applies_to_Doc_Type, row.Applies_to_Doc_No, String(row.Amount)]);
  const lines = [['C20000', 'Invoice', '103201', '-100'], ['C20000', 'Invoice', '103202', '-45'],
    ['C20000', ' ', '', '-5']];
  is('a payment becomes journal lines', [(await push('payment', 'p0', payment('T0'))).state, await rows('T0')], ['draft', lines]);
  is('with what was deducted said', (await page(box, 'CashReceiptJournal', "External_Document_No eq 'T0'"))[0].Comments,
    'discount 2.00 taken');
  for (const fault of ['500-after', 'cut-after', 'cut-before', 'late-commit']) {
    const file = payment(fault), before = await count('payment', 'genJournal');
    await box.fault('POST CashReceiptJournal', fault, fault === 'late-commit' ? { seconds: 1 } : {});
    is(`payment ${fault}: in doubt`, (await push('payment', fault, file)).outcome, 'unknown');
    if (fault === 'late-commit') await wait();
    is(`payment ${fault}: one line is not all`, (await find('payment', fault, file)).outcome, 'missing');
    is(`payment ${fault}: the others are added`, (await push('payment', fault, file)).outcome, 'done');
    is(`payment ${fault}: found`, (await find('payment', fault, file)).outcome, 'found');
    is(`payment ${fault}: each line once`, [(await push('payment', fault, file)).existed,
      await count('payment', 'genJournal') - before, await rows(fault)], [true, 3, lines]);
  }
  const nowhere = settings('nowhere', box.port, { profile: 'nav-odata', payments: 'NOWHERE' });
  is('a journal that is not there', [(await push('payment', 'p9', payment('T9'), nowhere)).code, await rows('T9')], ['TP6010', []]);
  // a person posts two lines of the journal: they are customer ledger entries now
  const { number } = await push('payment', 'p0', payment('T0'));
  const post = async (n, row) => {
    await fetch(`http://127.0.0.1:${box.port}/_sandbox/tables/customerLedgerEntries`, { method: 'POST',
      body: JSON.stringify({ Entry_No: n, Document_No: number, Document_Type: 'Payment', Amount: String(row.Amount),
        Description: row.Description }) });
    const key = `Journal_Template_Name='CASHRCPT',Journal_Batch_Name='GENERAL',Line_No=${row.Line_No}`;
    await remove(box, `CashReceiptJournal(${key})`);
  };
  const [one, other2, third] = await page(box, 'CashReceiptJournal', "External_Document_No eq 'T0'");
  await post(1, one);
  await post(2, other2);
  const half = await push('payment', 'p0', payment('T0'));
  is('what is posted is not made again', [half.existed, half.state, half.note.split('; ')[1],
    (await rows('T0')).length], [true, 'draft', '2 posted before', 1]);
  await post(3, third);
  const all = await push('payment', 'p0', payment('T0'));
  is('all posted', [all.existed, all.state, await rows('T0')], [true, 'posted', []]);
});
