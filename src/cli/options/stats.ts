import { UserError } from '../../base/errors.ts';
import { asksForHelp, keyValues } from '../../host/key-values.ts';
import type { SocketAddress } from '../../host/network.ts';
import { Options } from '../../host/options.ts';
import { valued, type Option } from './option.ts';

/** `-stats openmetrics,addr=HOST:PORT`. */
export const stats: Option = valued(
  'stats',
  'openmetrics,addr=host:port',
  'serve the statistics for Prometheus at http://host:port/metrics; port 0 takes one that is free',
  (settings, text) => {
    if (asksForHelp(text)) {
      settings.listing = async () => 'Ways to serve statistics:\nopenmetrics\n';
      return;
    }
    const options = new Options(keyValues(text, 'format'));
    options.choice('format', ['openmetrics'], 'openmetrics');
    const address = parseAddress(options.needed('addr'));
    options.finish();
    settings.metrics.push({ origin: `-stats ${text}`, what: address });
  },
);

function parseAddress(text: string): SocketAddress {
  const parts = /^(?:\[([^\]]*)\]|([^:]*)):(\d{1,5})$/.exec(text);
  const port = Number(parts?.[3]);
  if (parts === null || port > 65535)
    throw new UserError(`'${text}' is no address; write host:port, such as 127.0.0.1:9100`);
  return { type: 'tcp', host: parts[1] ?? parts[2]!, port };
}
