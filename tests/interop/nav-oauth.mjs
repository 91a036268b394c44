// SPDX-License-Identifier: Apache-2.0
// Our sign-in against an OAuth server that we did not write (oidc-provider):
// client credentials, a wrong secret, a token that ends, one taken away.
import http from 'node:http';
import { is, main, ok, packages, probe, settings } from './lib.mjs';

const LIFE = 2; // seconds

async function serve(load) {
  const { default: Provider } = await load('oidc-provider/lib/index.js');
  let provider;
  const state = { tokens: 0, calls: 0, refused: 0, known: new Set(), revoke: false };
  const server = http.createServer((request, response) =>
    request.url.startsWith('/BC/') ? nav(request, response) : provider.callback()(request, response));
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const at = `http://127.0.0.1:${server.address().port}`;
  provider = new Provider(at, {
    clients: [{ client_id: 'tradepost', client_secret: 'right', redirect_uris: [],
      response_types: [], grant_types: ['client_credentials'],
      token_endpoint_auth_method: 'client_secret_post' }],
    features: {
      clientCredentials: { enabled: true }, introspection: { enabled: true },
      devInteractions: { enabled: false } },
    scopes: ['api'], ttl: { ClientCredentials: LIFE },
  });
  provider.on('grant.success', () => { state.tokens++; });

  // The service asks the provider itself whether a token is good.
  async function nav(request, response) {
    state.calls++;
    const token = request.headers.authorization?.replace(/^Bearer /, '') ?? '';
    const found = await provider.ClientCredentials.find(token);
    if (!found || found.isExpired || state.revoke) {
      state.revoke = false;
      state.refused++;
      response.writeHead(401, { 'Content-Type': 'application/json' });
      return response.end(JSON.stringify({ error: {
        code: 'Authentication_InvalidCredentials', message: 'The token is not valid.' } }));
    }
    response.writeHead(200, { 'Content-Type': 'application/json' });
    const rows = request.url.endsWith('/companies')
      ? [{ id: '8a1f3c8e-0b7b-4b6f-9d2f-0c5a4e2d1b3a', name: 'CRONUS USA, Inc.' }] : [];
    response.end(JSON.stringify({ value: rows }));
  }
  return { port: server.address().port, at, state };
}

await main(async () => {
  console.log = ((plain) => (text) => { if (/^(ok|not ok|#|1\.\.)/.test(text)) plain(text); })(console.log);
  console.warn = console.info = () => {};
  const { port, at, state } = await serve(packages());
  const auth = { kind: 'oauth2', client: 'tradepost', url: `${at}/token`, scope: 'api', secret: 'secret:nav' };
  const good = settings('good', port, { auth, secret: 'right' });
  const bad = settings('bad', port, { auth, secret: 'wr0ng-canary' });

  is('a token is fetched and taken', await probe(good, 'match', '106101'), null);
  is('one token served both requests', [state.tokens, state.calls, state.refused], [1, 2, 0]);

  const refused = await probe(bad, 'match', '106101');
  is('a wrong secret is a refused sign-in', [refused.code, refused.kind], ['TP5021', 'auth']);
  ok('and is nowhere in the message', !JSON.stringify(refused).includes('canary'), refused);
  is('the service was not asked without a token', state.calls, 2);

  state.revoke = true;
  is('a token taken away is replaced once', await probe(good, 'match', '106101'), null);
  is('by a second one', [state.tokens, state.refused], [3, 1]);

  is('a token that ends is replaced before it is used',
    await probe(good, 'again', String(LIFE * 1000 + 100), '106101'), [null, null]);
  is('so that nothing is refused', [state.tokens, state.refused], [5, 1]);
});
