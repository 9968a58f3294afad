import { andThen } from './maybe.ts';
import type { DebugTarget, Feature, Maybe, Register } from './target.ts';

/** The documents of a target description by their names (GDB manual, "Target Description Format"). */
export const documentsOf = (target: DebugTarget): Maybe<ReadonlyMap<string, string>> =>
  andThen(
    target.features(),
    (features) =>
      new Map([
        ['target.xml', targetDocument(target.architecture, features)],
        ...features.map((feature) => [feature.file, featureDocument(feature)] as const),
      ]),
  );

function targetDocument(architecture: string, features: readonly Feature[]): string {
  const included = features.map(({ file }) => `  <xi:include href="${file}"/>\n`).join('');
  return `${HEAD('target')}<target>\n  <architecture>${architecture}</architecture>\n${included}</target>\n`;
}

function featureDocument({ name, registers }: Feature): string {
  return `${HEAD('feature')}<feature name="${name}">\n${registers.map(line).join('')}</feature>\n`;
}

const line = ({ name, bits, type, number }: Register): string =>
  `  <reg name="${name}" bitsize="${bits}" type="${type}" regnum="${number}"/>\n`;

const HEAD = (root: string): string => `<?xml version="1.0"?>\n<!DOCTYPE ${root} SYSTEM "gdb-target.dtd">\n`;
