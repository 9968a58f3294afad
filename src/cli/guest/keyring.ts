/** The public keys that Debian signs its archive with, from the system's package of them. */
import { existsSync } from 'node:fs';
import { UserError } from '../../base/errors.ts';

const PLACES = ['/usr/share/keyrings/debian-archive-keyring.gpg', '/usr/share/keyrings/debian-archive-keyring.pgp'];

export function archiveKeyring(): string {
  const keyring = process.env.TINAMOU_KEYRING ?? PLACES.find((place) => existsSync(place));
  if (keyring === undefined || !existsSync(keyring))
    throw new UserError(
      "Debian's archive keys are missing: install the package debian-archive-keyring, or name a keyring file in TINAMOU_KEYRING",
    );
  return keyring;
}
