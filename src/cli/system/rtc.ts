import type { RtcConfig } from '../../vm/config.ts';
import type { Settings } from '../options/settings.ts';

/** Where the machine's calendar starts: `wall` is the host's now. */
export function rtcConfig({ base, clock }: Settings['rtc'], wall: number): RtcConfig {
  if (base === 'utc') return { base: wall, hostBase: wall, clock };
  if (base === 'localtime') {
    return { base: wall - new Date(wall * 1000).getTimezoneOffset() * 60, hostBase: wall, clock };
  }
  return { base: Date.parse(base.includes('T') ? `${base}Z` : base) / 1000, hostBase: wall, clock };
}
