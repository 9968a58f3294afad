import assert from 'node:assert/strict';
import { test } from 'node:test';
import { UserError } from '../../base/errors.ts';
import { helpText } from './help.ts';
import { keyValues, splitCommas } from '../../host/key-values.ts';
import { parseCommandLine } from './parse.ts';
import { parseSize } from './size.ts';
import { optionGroups } from './table.ts';

const parse = (line: string): ReturnType<typeof parseCommandLine> => parseCommandLine(line.split(' '));
const MIB = 2 ** 20;

test('a command line as a user types it', () => {
  const settings = parse(
    '-M virt -m 1G -cpu rv64,zba=off -kernel k -initrd i -append console=ttyS0 -drive file=d.img,format=raw,if=none,id=d ' +
      '-device virtio-blk-device,drive=d -nographic -S -no-reboot -name guest=g,debug-threads=on -seed 0x10',
  );
  assert.equal(settings.machine, 'virt');
  assert.equal(settings.memory.what, 1024 * MIB);
  assert.equal(settings.cpu, 'rv64,zba=off');
  assert.deepEqual([settings.kernel, settings.initrd, settings.append], ['k', 'i', 'console=ttyS0']);
  assert.deepEqual({ ...settings.drives[0]!.what }, { file: 'd.img', format: 'raw', if: 'none', id: 'd' });
  assert.deepEqual({ ...settings.devices[0]!.what }, { driver: 'virtio-blk-device', drive: 'd' });
  assert.equal(settings.devices[0]!.origin, '-device virtio-blk-device,drive=d');
  assert.equal(settings.display, 'terminal');
  assert.deepEqual([settings.startsPaused, settings.noReboot, settings.noShutdown], [true, true, false]);
  assert.equal(settings.name, 'g');
  assert.equal(settings.seed, 16n);
});

test('one dash or two, and the last of a kind', () => {
  assert.equal(parse('--kernel a -kernel b').kernel, 'b');
  assert.equal(parse('-machine virt,usb=off,dump-guest-core=off -machine virt').machine, 'virt');
});

test('terminals and monitors', () => {
  const { serials, monitors, chardevs } = parse(
    '-serial mon:stdio -monitor none -qmp unix:/x,server=on,wait=off -chardev socket,id=c,path=/y,server,nowait -mon c,mode=control',
  );
  assert.deepEqual(
    serials.map(({ what }) => what),
    ['mon:stdio'],
  );
  assert.deepEqual(
    monitors.map(({ what }) => what),
    [
      { protocol: 'hmp', backend: 'none' },
      { protocol: 'qmp', backend: 'unix:/x,server=on,wait=off' },
      { protocol: 'qmp', backend: 'chardev:c' },
    ],
  );
  assert.deepEqual({ ...chardevs[0]!.what }, { backend: 'socket', id: 'c', path: '/y', server: 'on', wait: 'off' });
});

test('monitors with names, and for people', () => {
  const { monitors } = parse('-mon chardev=c,id=m,mode=control,pretty=on -mon chardev=d,id=n -qmp-pretty stdio');
  assert.deepEqual(
    monitors.map(({ what }) => what),
    [
      { protocol: 'qmp', backend: 'chardev:c', isPretty: true },
      { protocol: 'hmp', backend: 'chardev:d' },
      { protocol: 'qmp', backend: 'stdio', isPretty: true },
    ],
  );
});

test('-machine says what other options say', () => {
  const { bios, kernel, initrd, append, dtb } = parse('-M virt,firmware=f,kernel=k,initrd=i,append=a,dtb=d');
  assert.equal(parse('-M virt,dumpdtb=x').dumpDtb, 'x');
  assert.deepEqual([bios, kernel, initrd, append, dtb], ['f', 'k', 'i', 'a', 'd']);
});

test('-action, of which the last word on each event counts', () => {
  const what = (line: string): boolean[] => [parse(line).noReboot, parse(line).noShutdown];
  assert.deepEqual(what('-action reboot=shutdown,shutdown=pause'), [true, true]);
  assert.deepEqual(what('-no-reboot -no-shutdown -action shutdown=poweroff'), [true, false]);
});

test('help about a machine', async () => {
  assert.match(
    await parse('-M virt,help').listing!(),
    /^virt-machine options:\n {2}aclint=<bool> .*\n {2}aia=<string> /,
  );
});

test('-icount in all its forms', () => {
  const counting = { shift: 3, sleep: true, align: false };
  assert.deepEqual(parse('-icount 3').icount, counting);
  assert.deepEqual(parse('-icount shift=3,sleep=on,align=off').icount, counting);
  assert.deepEqual(parse('-icount auto').icount, { ...counting, shift: 'auto' });
  assert.deepEqual(parse('-icount shift=0,sleep=off').icount, { ...counting, shift: 0, sleep: false });
  // As with QEMU, nothing is counted without a shift.
  assert.equal(parse('-icount sleep=off').icount, undefined);
  assert.deepEqual(parse('-icount shift=1,rr=record,rrfile=f').icount, {
    ...counting,
    shift: 1,
    journal: { mode: 'record', file: 'f' },
  });
  assert.throws(() => parse('-icount 1,rr=play,rrfile=f'), /Invalid icount rr option: play/);
  assert.throws(() => parse('-icount 1,rr=replay'), /File name not specified for replay/);
  assert.throws(() => parse('-icount rr=record,rrfile=f'), /Please enable icount to use record\/replay/);
  assert.throws(() => parse('-icount auto,rr=record,rrfile=f'), /shift=auto cannot be repeated/);
  assert.throws(() => parse('-icount 11'), /icount: Invalid shift value/);
  assert.throws(() => parse('-icount shift=-1'), /icount: Invalid shift value/);
  assert.throws(() => parse('-icount align=on'), /Please specify shift option when using align/);
  assert.throws(() => parse('-icount 1,align=on,sleep=off'), /align=on and sleep=off are incompatible/);
});

test('-global in both its forms', () => {
  const what = { driver: 'virtio-mmio', property: 'force-legacy', value: 'false' };
  assert.deepEqual(parse('-global virtio-mmio.force-legacy=false').globals[0]!.what, what);
  assert.deepEqual(parse('-global driver=virtio-mmio,property=force-legacy,value=false').globals[0]!.what, what);
});

test('key=value, doubled commas, JSON', () => {
  assert.deepEqual(splitCommas('a,,b,c,,,d'), ['a,b', 'c,', 'd']);
  assert.deepEqual(
    { ...keyValues('file,node-name=x,read-only', 'driver') },
    {
      driver: 'file',
      'node-name': 'x',
      'read-only': 'on',
    },
  );
  assert.deepEqual(keyValues('{"driver":"raw","file":{"driver":"file"}}'), { driver: 'raw', file: { driver: 'file' } });
  assert.deepEqual({ ...keyValues('path=a=b') }, { path: 'a=b' });
});

test('sizes', () => {
  assert.equal(parseSize('512', MIB), 512 * MIB);
  assert.equal(parseSize('1.5G'), 1.5 * 1024 * MIB);
  assert.equal(parseSize('64k'), 65536);
  assert.equal(parseSize('0x10'), 16);
  for (const bad of ['', 'x', '-1', '1X', '1 G']) assert.throws(() => parseSize(bad), UserError);
});

/** A command line that cannot be, and what is said about it. */
const MISTAKES: Readonly<Record<string, RegExp>> = {
  '-frob': /^-frob: invalid option/,
  'disk.img': /^disk.img: not an option; .*-drive file=disk.img/,
  '-m': /^-m: requires an argument/,
  '-m lots': /^-m lots: 'lots' is no size/,
  '-m 0': /^-m 0: .*too little memory/,
  '-m 1G,slots=2': /slots' is not supported yet/,
  '-M pc': /^-M pc: unsupported machine type 'pc'; use -machine help/,
  '-M virt,frob=1': /Property 'virt-machine.frob' not found/,
  '-M virt,aclint=on': /'aclint=on' is not supported yet/,
  '-accel kvm': /^-accel kvm: invalid accelerator kvm/,
  '-accel tcg,tier=9': /does not accept value '9'/,
  '-accel tcg,x-stress=x': /no stress 'x'/,
  '-accel tcg,without=x': /no optimization 'x'/,
  '-smp 9': /^-smp 9: Invalid SMP CPUs 9. The max CPUs supported by machine 'virt' is 8$/,
  '-smp 0': /CPU topology parameters must be greater than zero$/,
  '-smp two': /Parameter 'smp.cpus' expects integer$/,
  '-smp 2,colours=3': /Parameter 'smp.colours' is unexpected$/,
  '-smp 2,dies=2': /dies not supported by this machine's CPU topology$/,
  '-smp 2,sockets=2,cores=2': /maxcpus: sockets \(2\) \* cores \(2\) \* threads \(0\) != maxcpus \(2\)$/,
  '-smp 2,maxcpus=1': /sockets \(1\) \* cores \(1\) \* threads \(1\) == maxcpus \(1\) < smp_cpus \(2\)$/,
  '-accel tcg,thread=some': /does not accept value 'some'/,
  '-uuid 1': /failed to parse UUID string/,
  '-rtc base=noon': /invalid datetime format 'noon'/,
  '-d everything': /'everything' is no log item/,
  '-d in_asm,strace': /the log item 'strace' is not supported; -d help lists/,
  '-d trace:help': /'trace:help' is not supported/,
  '-dfilter here': /^-dfilter here: 'here': Bad range specifier/,
  '-dfilter 1+1,0x10..1': /'0x10..1': Invalid range/,
  '-display gtk': /does not accept value 'gtk'; use none/,
  '-echr 999': /no character code/,
  '-seed now': /Invalid seed number/,
  '-blockdev {': /no JSON object/,
  '-device a,=b': /a value without a key/,
  '-mon c,pretty=on': /^-mon c,pretty=on: 'pretty' is not compatible with HMP monitors$/,
  '-nic user': /^-nic user: 'user' is not supported; use none$/,
  '-action reboot=none': /does not accept value 'none'/,
  '-action panic=none': /'panic' is not supported yet/,
  '-mon mode=control': /Parameter 'chardev' is missing/,
  '-global frob': /Parameter 'driver' is missing/,
  '-name g,frob=1': /Invalid parameter 'frob'/,
};

for (const [line, expected] of Object.entries(MISTAKES)) {
  test(`mistake: ${line}`, () => {
    assert.throws(
      () => parse(line),
      (error) => {
        assert.ok(error instanceof UserError);
        assert.match(error.message, expected);
        assert.doesNotMatch(error.message, /\n/);
        return true;
      },
    );
  });
}

test('-help names every option, within 80 columns', () => {
  const text = helpText();
  for (const { options } of optionGroups) for (const { name } of options) assert.match(text, new RegExp(`-${name}\\b`));
  for (const line of text.split('\n')) if (line.startsWith(' ')) assert.ok(line.length <= 80, line);
});

test('listings', async () => {
  const listing = async (line: string): Promise<string> => parse(line).listing!();
  assert.match(await listing('-M help'), /^Supported machines are:\nvirt /);
  assert.match(await listing('-cpu help'), /^rv64$/m);
  assert.match(await listing('-accel help'), /^tcg$/m);
  assert.match(await listing('-chardev help'), /^ {2}stdio$/m);
  assert.match(await listing('-d help'), /^guest_errors /m);
  assert.match(await listing('-device help'), /^Storage devices:\nname "virtio-blk-device", bus virtio-bus$/m);
  assert.match(await listing('-device virtio-blk-device,help'), /^ {2}drive=<str> +- Node name or ID/m);
  await assert.rejects(listing('-device nope,help'), /Device 'nope' not found/);
  assert.match(await listing('-version'), /^Tinamou emulator version \d/);
});
