import { event } from '../../qapi/declaration.ts';
import { command } from '../command.ts';
import { hmp } from '../hmp-command.ts';
import { CAUSE_MEMBERS } from '../shutdown-cause.ts';
import { topic } from '../topic.ts';

const quit = command('quit', {
  since: '0.14',
  doc: 'Ends the process. The event SHUTDOWN comes before the answer, the connection closes after it.',
  example: {},
  run: (_, { target }) => target.quit(),
});

const SHUTDOWN = event('SHUTDOWN', {
  since: '0.12',
  doc: `The machine is going down. Unless the process was told to stay (\`-no-shutdown\`), it ends after this.`,
  data: CAUSE_MEMBERS,
});

const hmpQuit = hmp('quit', { aliases: ['q'], doc: 'end the process', run: (_, { target }) => target.quit() });

export const quitTopic = topic('The end', {
  doc: 'Ending the process.',
  commands: [quit],
  events: [SHUTDOWN],
  hmp: [hmpQuit],
});
