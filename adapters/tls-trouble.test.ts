import { expect, test } from 'vitest';
import { tlsTrouble } from './tls-trouble.ts';

const variables = { ca: 'THE_CA', address: 'THE_ADDRESS', client: 'THE_CERT', off: 'OFF' };
function coded(code: string, message = 'failed') {
  return Object.assign(new Error(message), { code });
}

test.each([
  ['Node, in a cause', new Error('outer', { cause: coded('SELF_SIGNED_CERT_IN_CHAIN') }), 'THE_CA'],
  ['Node', coded('ERR_TLS_CERT_ALTNAME_INVALID'), 'THE_ADDRESS'],
  ['rustls', new Error('invalid peer certificate: UnknownIssuer'), 'THE_CA'],
  ['OpenSSL', new Error('0A00045C:SSL routines:ssl3_read_bytes:tlsv13 alert certificate required'), 'THE_CERT'],
  ['pg', new Error('The server does not support SSL connections'), 'OFF'],
])('as %s says it', (_, error, named) => {
  expect(tlsTrouble(error, variables)?.remedy).toContain(named);
});

test('an error that has nothing to do with TLS is not called a TLS error', () => {
  expect(tlsTrouble(coded('ECONNREFUSED', 'connect ECONNREFUSED 127.0.0.1:1'), variables)).toBeUndefined();
});

test.each([
  'hyper::Error(Canceled, "connection closed")',
  String.raw`source: hyper::Error(Canceled, \"connection closed\")`,
])('a server that ends the connection where it would ask for a certificate: %s', (said) => {
  expect(tlsTrouble(new Error(said), variables)).toMatchObject({
    reason: 'it closes the connection after the handshake',
    remedy: expect.stringContaining('THE_CERT'),
  });
});
