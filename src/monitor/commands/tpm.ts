import { arrayOf, enumOf, required, str, struct } from '../../qapi/schema.ts';
import { command } from '../command.ts';
import { hmp } from '../hmp-command.ts';
import { topic } from '../topic.ts';

const TpmModel = enumOf('TpmModel', 'A device that is a TPM.', ['tpm-tis', 'tpm-crb', 'tpm-spapr']);
const TpmType = enumOf('TpmType', 'What does the work of a TPM.', ['passthrough', 'emulator']);

const queryTpm = command('query-tpm', {
  since: '1.5',
  doc: 'Lists the trusted platform modules of the machine.',
  returns: arrayOf(
    struct('TPMInfo', 'A trusted platform module.', {
      id: required(str, 'its name'),
      model: required(TpmModel, 'the device'),
      options: required(
        struct('TpmTypeOptions', 'How it works.', { type: required(TpmType, 'what does the work') }),
        'how it works',
      ),
    }),
  ),
  example: {},
  run: () => [],
});

const queryTpmModels = command('query-tpm-models', {
  since: '1.5',
  doc: 'Lists the devices that are a TPM.',
  returns: arrayOf(TpmModel),
  example: {},
  run: () => [],
});

const queryTpmTypes = command('query-tpm-types', {
  since: '1.5',
  doc: 'Lists what could do the work of a TPM.',
  returns: arrayOf(TpmType),
  example: {},
  run: () => [],
});

const infoTpm = hmp('info tpm', { doc: 'show the trusted platform modules', run: () => '' });

export const tpm = topic('TPM', {
  doc: 'Trusted platform modules, of which there are none.',
  commands: [queryTpm, queryTpmModels, queryTpmTypes],
  hmp: [infoTpm],
});
