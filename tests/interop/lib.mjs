// SPDX-License-Identifier: Apache-2.0
// For the tests that drive nav_probe: TAP, settings, servers, packages.
import { execFile, execFileSync, spawn } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';

export const source = process.env.TP_SOURCE ?? process.cwd();
export const build = process.env.TP_BUILD ?? path.join(source, 'build');
export const work = fs.mkdtempSync(path.join(os.tmpdir(), 'tp-interop-'));
const children = [];
let number = 0;
let failed = 0;

export function ok(what, good, ...details) {
  number++;
  console.log(`${good ? 'ok' : 'not ok'} ${number} - ${what}`);
  if (good) return;
  failed++;
  for (const detail of details)
    console.log(`# ${JSON.stringify(detail)}`.replaceAll('\n', '\n# '));
}

export function is(what, found, expected) {
  const same = JSON.stringify(found) === JSON.stringify(expected);
  ok(what, same, { found, expected });
}

function end() {
  for (const child of children) child.kill();
  fs.rmSync(work, { recursive: true, force: true });
}

// Runs the cases; whatever goes wrong, processes end and TAP is complete.
export async function main(cases) {
  try {
    await cases();
  } catch (error) {
    ok('the test itself', false, String(error?.stack ?? error));
  }
  console.log(`1..${number}`);
  end();
  process.exit(failed ? 1 : 0);
}

// Settings with one system; what is given replaces what stands here.
export function settings(name, port, changes = {}) {
  const dir = path.join(work, name);
  const system = {
    kind: 'nav', profile: 'bc-api-v2', url: `http://127.0.0.1:${port}/BC`,
    company: 'CRONUS USA, Inc.', post: 'post', payments: 'GENERAL',
    auth: { kind: 'basic', user: 'TRADEPOST', secret: 'secret:nav' },
    charges: { freight: '61100' }, ...changes,
  };
  const secret = changes.secret ?? 'c2FuZGJveC13ZWItc2VydmljZS1hY2Nlc3Mta2V5LTEy';
  delete system.secret;
  const write = (value) => typeof value === 'object'
    ? `{ ${Object.entries(value).map(([k, v]) => `${k} = ${write(v)};`).join(' ')} }`
    : JSON.stringify(value);
  fs.mkdirSync(path.join(dir, 'secrets'), { recursive: true });
  fs.mkdirSync(path.join(dir, 'partners'));
  fs.writeFileSync(path.join(dir, 'secrets', 'nav'), secret, { mode: 0o600 });
  fs.writeFileSync(path.join(dir, 'tradepost.conf'), `
company = { name = "CRONUS USA, Inc."; isa = "ZZ:CRONUS01"; gs = "CRONUS01";
            timezone = "America/New_York"; currency = "USD"; };
environment = "test";
cutover = "2026-11-01";
systems = { nav = ${write(system)}; };
paths = { data = "${source}"; state = "${dir}/state"; spool = "${dir}/spool";
          secrets = "${dir}/secrets"; };
`);
  return dir;
}

let records = 0;
export function record(content) {
  const file = path.join(work, `record-${++records}.json`);
  fs.writeFileSync(file, JSON.stringify(content));
  return file;
}

// The lines that nav_probe answers; the last one when there is one only.
export function probe(...args) {
  return new Promise((resolve, reject) => {
    execFile(path.join(build, 'tests/interop/nav_probe'), args, { timeout: 30000 },
      (error, stdout, stderr) => {
        if (stderr || (error && error.code !== 1))
          return reject(new Error(`nav_probe ${args.join(' ')}: ${stderr || error}`));
        const lines = stdout.trim().split('\n').filter(Boolean).map((l) => JSON.parse(l));
        resolve(lines.length === 1 ? lines[0] : lines);
      });
  });
}

export async function sandbox(...options) {
  const ports = path.join(work, 'ports.json');
  const child = spawn(path.join(build, 'tradepost-sandbox'),
    ['serve', '--dir', path.join(work, 'box'), '--ports-file', ports,
      '--date', '2026-11-22', ...options], { stdio: ['ignore', 'ignore', 'inherit'] });
  children.push(child);
  child.on('error', () => {}); // no ports file then, and the test fails there
  for (let i = 0; i < 200 && !fs.existsSync(ports); i++)
    await new Promise((resolve) => setTimeout(resolve, 50));
  const { nav } = JSON.parse(fs.readFileSync(ports));
  const at = `http://127.0.0.1:${nav}/_sandbox`;
  return {
    port: nav,
    fault: async (match, fault, more = {}) => {
      const answer = await fetch(`${at}/faults`, { method: 'POST',
        body: JSON.stringify({ match, fault, count: 1, ...more }) });
      if (!answer.ok) throw new Error(`fault ${fault}: ${answer.status}`);
    },
    faults: async () => (await (await fetch(`${at}/faults`)).json()),
    put: async (table, row) => (await (await fetch(`${at}/tables/${table}`, { method: 'POST',
      body: JSON.stringify(row) })).json()),
    table: async (table) => (await (await fetch(`${at}/tables/${table}`)).json()),
    effects: async (kind) => (await (await fetch(`${at}/effects?kind=${kind}`)).json()),
  };
}

const ask = async ({ port }, method, path) => {
  const answer = await fetch(`http://127.0.0.1:${port}/BC/ODataV4/Company('CRONUS%20USA%2C%20Inc.')/${path}`,
    { method, headers: { 'If-Match': '*', Authorization: `Basic ${
      btoa('TRADEPOST:c2FuZGJveC13ZWItc2VydmljZS1hY2Nlc3Mta2V5LTEy')}` } });
  if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
  return answer;
};

// The rows of a page of the sandbox's NAV, as somebody else sees them ...
export const page = async (box, set, filter) =>
  (await (await ask(box, 'GET', `${set}?$filter=${encodeURIComponent(filter)}`)).json()).value;

// ... and takes one away.
export const remove = (box, path) => ask(box, 'DELETE', path);

// Installs what package-lock.json names into the build directory, once for
// all tests; false with the reason printed when that cannot be done.
export function packages() {
  const dir = path.join(build, 'tests/interop/node');
  const from = path.join(source, 'tests/interop');
  const lock = fs.readFileSync(path.join(from, 'package-lock.json'), 'utf8');
  const done = path.join(dir, 'installed.json');
  const current = () => fs.existsSync(done) && fs.readFileSync(done, 'utf8') === lock;
  fs.mkdirSync(dir, { recursive: true });
  const gate = path.join(dir, 'lock');
  for (let i = 0; !current(); i++) {
    try {
      fs.mkdirSync(gate);
    } catch {
      if (i > 2700) throw new Error(`${gate} has been there for more than twenty minutes`);
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 500);
      continue;
    }
    try {
      if (current()) break;
      for (const file of ['package.json', 'package-lock.json'])
        fs.copyFileSync(path.join(from, file), path.join(dir, file));
      execFileSync('npm', ['ci', '--prefer-offline', '--no-audit', '--no-fund', '--silent'],
        { cwd: dir, stdio: ['ignore', 'ignore', 'pipe'], timeout: 1200000 });
      fs.writeFileSync(done, lock);
    } finally {
      fs.rmdirSync(gate);
    }
  }
  return (file) => import(pathToFileURL(path.join(dir, 'node_modules', file)));
}
