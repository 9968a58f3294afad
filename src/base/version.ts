/** The version of this package; here and not read from package.json, so that a browser knows it too. */
export const VERSION = '0.1.0';
