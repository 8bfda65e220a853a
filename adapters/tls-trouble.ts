import { explain } from '../shared/errors.ts';

/** Which variables say what of one server's TLS, for remedies. */
export type TlsVariables = {
  /** Certificates of its authorities. */
  ca: string;
  /** Names the server. */
  address: string;
  /** Certificate and key that we show it. */
  client: string;
  /** How TLS is switched off. */
  off: string;
};

type Trouble = { sign: RegExp; reason: string; remedy: (variables: TlsVariables) => string };

/**
 * Reasons of TLS failures, recognised by the words of several libraries: Node's codes (https://nodejs.org/api/tls.html#x509-certificate-error-codes), OpenSSL's
 * reasons (also within grpc-js' text), rustls' names (Temporal's worker). The alert for a missing certificate is RFC 8446, 6.2: certificate_required.
 */
const troubles: readonly Trouble[] = [
  {
    sign: /ALTNAME_INVALID|altnames|not valid for (any )?name|NotValidForName/i,
    reason: 'its certificate is for another name',
    remedy: ({ address }) => `Use the name from its certificate in ${address}.`,
  },
  {
    sign: /CERT_HAS_EXPIRED|CERT_NOT_YET_VALID|certificate (has )?expired|NotValidYet/i,
    reason: 'its certificate is not valid now',
    remedy: () => 'Renew the certificate of the server, and check the clocks of both hosts.',
  },
  {
    sign: /certificate[_ ]required|CertificateRequired|peer did not return a certificate/i,
    reason: 'it requires a client certificate',
    remedy: ({ client }) => `Set ${client}to a certificate from an authority that the server trusts.`,
  },
  {
    sign: /alert (unknown ca|bad certificate)|alert received: (UnknownCA|BadCertificate)|UnknownCA|decrypt error/i,
    reason: 'it does not accept the client certificate',
    remedy: ({ client }) => `Set ${client} to a certificate from an authority that the server trusts.`,
  },
  {
    // Also where a client of HTTP/2 notices the end before it has read the alert.
    sign: /closed after the handshake|Canceled, \\?"connection closed/,
    reason: 'it closes the connection after the handshake',
    remedy: ({ client }) => `It may not accept the client certificate. Check ${client}, and the log of the server.`,
  },
  {
    sign: /SELF_SIGNED|self.signed certificate|UNABLE_TO_VERIFY|unable to (verify|get)|UNABLE_TO_GET|UnknownIssuer|BadSignature|certificate signature failure/i,
    reason: 'its certificate is from an authority that is not trusted here',
    remedy: ({ ca }) => `Set ${ca} to the certificate of the authority that issued it.`,
  },
  {
    sign: /WRONG_VERSION_NUMBER|wrong version number|PACKET_LENGTH_TOO_LONG|packet length too long|InvalidContentType|does not support SSL/i,
    reason: 'it does not speak TLS',
    remedy: ({ off }) => `Enable TLS on the server. In a trusted network, you can disable it here (${off}).`,
  },
];

/** Why TLS failed, in a few words, and how to fix it; undefined if the failure has another reason. */
export function tlsTrouble(error: unknown, variables: TlsVariables): { reason: string; remedy: string } | undefined {
  const said = `${findCodes(error)} ${explain(error)}`;
  const found = troubles.find(({ sign }) => sign.test(said));
  return found && { reason: found.reason, remedy: found.remedy(variables) };
}

function findCodes(error: unknown): string {
  const codes: string[] = [];
  for (let current = error; current instanceof Error && codes.length < 8; current = current.cause) {
    codes.push(String((current as NodeJS.ErrnoException).code ?? ''));
  }
  return codes.join(' ');
}
