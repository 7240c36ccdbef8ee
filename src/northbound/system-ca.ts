/** TLS against the authorities that the system trusts: Node brings its own list, a site's own CA is in the system's. */
import { readFileSync } from 'node:fs';
import { createSecureContext, type SecureContext } from 'node:tls';

/** Debian's list; `update-ca-certificates` adds a site's own to it. */
const SYSTEM_CA_FILE = '/etc/ssl/certs/ca-certificates.crt';

/**
 * Made once, since the list has some 150 certificates to parse. The file can be named by SSL_CERT_FILE, as for
 * OpenSSL. Falls back to Node's own list where there is no such file.
 */
export function systemSecureContext(): SecureContext {
  try {
    return createSecureContext({ ca: readFileSync(process.env['SSL_CERT_FILE'] ?? SYSTEM_CA_FILE) });
  } catch {
    return createSecureContext();
  }
}
