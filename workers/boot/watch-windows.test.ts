import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { catalogue } from '../../shared/checks/catalogue.ts';
import type { GuestFacts } from '../../shared/contracts/run.ts';
import { frameSplitter } from '../tools/frames.ts';
import { machineFor } from './boot-machine.ts';
import { newConfigDrive } from './config-drive.ts';
import { dhcpRequest } from './dhcp.ts';
import { explainWindows, windowsHasEnded } from './explain-windows.ts';
import { guestAgent } from './guest-agent.ts';
import { agentPort } from './ports.ts';
import { qmpEvents } from './qmp-events.ts';
import type { BootProgress } from './watch.ts';
import type { BootEnd } from './watch-contract.ts';
import { watchWindows } from './watch-windows.ts';

/** A DHCPDISCOVER as it leaves an adapter, with these options. RFC 2131, 2; RFC 2132 */
function discover(options: Record<number, string>, { from = 68, to = 67 } = {}): Buffer {
  const list = Object.entries(options).map(([code, text]) =>
    Buffer.concat([Buffer.of(Number(code), text.length), Buffer.from(text, 'latin1')]),
  );
  const message = Buffer.concat([Buffer.alloc(240), Buffer.of(0, 53, 1, 1), ...list, Buffer.of(255)]);
  message.writeUInt8(1, 0);
  message.writeUInt32BE(0x63825363, 236);
  const frame = Buffer.concat([Buffer.alloc(14 + 20 + 8), message]);
  frame.writeUInt16BE(0x0800, 12);
  frame.writeUInt8(0x45, 14);
  frame.writeUInt8(17, 23);
  frame.writeUInt16BE(from, 34);
  frame.writeUInt16BE(to, 36);
  frame.writeUInt16BE(8 + message.length, 38);
  return frame;
}
function asStream(frame: Buffer): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(frame.length);
  return Buffer.concat([length, frame]);
}

describe('DHCP', () => {
  test('a client names its vendor and itself', () => {
    expect(dhcpRequest(discover({ 60: 'MSFT 5.0', 12: 'WIN-1' }))).toEqual({
      vendorClass: 'MSFT 5.0',
      hostname: 'WIN-1',
    });
    expect(dhcpRequest(discover({}))).toEqual({ vendorClass: '', hostname: '' });
    expect(dhcpRequest(discover({ 60: 'MSFT 5.0' }, { from: 67, to: 68 }))).toBeUndefined();
  });

  test('a frame that ends early is none, wherever it ends', () => {
    const whole = discover({ 60: 'MSFT 5.0' });
    for (let length = 0; length < 14 + 20 + 8 + 240; length += 1) {
      expect(dhcpRequest(whole.subarray(0, length))).toBeUndefined();
    }
  });

  test('no frame makes it throw, and what it takes from one is short and plain', () => {
    const bent = fc.tuple(fc.uint8Array({ maxLength: 400 }), fc.nat(400), fc.nat(400)).map(([bytes, at, length]) => {
      const frame = Buffer.from(discover({ 60: 'MSFT 5.0', 12: 'x'.repeat(250) }));
      frame.set(bytes.slice(0, Math.max(0, frame.length - at)), Math.min(at, frame.length));
      return frame.subarray(0, length);
    });
    fc.assert(
      fc.property(fc.oneof(bent, fc.uint8Array({ maxLength: 700 }).map(Buffer.from)), (frame) => {
        const { vendorClass = '', hostname = '' } = dhcpRequest(frame) ?? {};
        expect(`${vendorClass}${hostname}`).not.toMatch(/\p{Cc}/u);
        expect(Math.max(vendorClass.length, hostname.length)).toBeLessThanOrEqual(200);
      }),
    );
  });
});

test('frames come out whole, however their stream is cut', () => {
  const frames = fc.array(fc.uint8Array({ maxLength: 2000 }).map(Buffer.from), { maxLength: 10 });
  fc.assert(
    fc.property(frames, fc.integer({ min: 1, max: 3000 }), (sent, step) => {
      const got: Buffer[] = [];
      const read = frameSplitter((frame) => got.push(Buffer.from(frame)));
      const stream = Buffer.concat(sent.map(asStream));
      for (let at = 0; at < stream.length; at += step) read(stream.subarray(at, at + step));
      expect(got).toEqual(sent);
    }),
  );
  const read = frameSplitter(() => expect.unreachable());
  read(Buffer.from('ffffffff00', 'hex'));
  read(asStream(Buffer.from('behind what is no length')));
});

test("QEMU's events are told from its answers, and from what is no JSON", () => {
  const events: string[] = [];
  const read = qmpEvents(({ event, data }) => events.push(`${event} ${JSON.stringify(data)}`));
  read('{"QMP": {"version": {}}}\r\n{"return": {}}\r\n{"event": "RES');
  read('ET", "data": 7}\r\nnonsense\n[1]\n{"event":"GUEST_PANICKED","data":{"action":"pause"}}\n');
  expect(events).toEqual(['RESET {}', 'GUEST_PANICKED {"action":"pause"}']);
  fc.assert(fc.property(fc.string(), (text) => read(`${text}\n`)));
});

describe('the guest agent', () => {
  test('is known by the number that it was asked for, and then asked for more', () => {
    const agent = guestAgent(42);
    expect(agent.greeting().toString('latin1')).toBe('\xff{"execute":"guest-sync-delimited","arguments":{"id":42}}\n');
    expect(
      agent.read(Buffer.from('{"return": {"host-name": "of another conversation"}}\n\xff{"retu', 'latin1')),
    ).toBeUndefined();
    expect(agent.answers()).toBeUndefined();
    expect(agent.read(Buffer.from('rn": 42}\n'))?.toString()).toBe(
      '{"execute":"guest-get-osinfo"}\n{"execute":"guest-get-host-name"}\n',
    );
    agent.read(
      Buffer.from(
        '{"error":{}}\n{"return":{"pretty-name":"Windows Server 2022"}}\n{"return":{"host-name":"A\\u0007B"}}\n',
      ),
    );
    expect(agent.answers()).toEqual({ system: 'Windows Server 2022', hostname: 'AB' });
  });

  test('may say anything without doing harm: a line without end is forgotten', () => {
    const agent = guestAgent(42);
    for (let n = 0; n < 100; n += 1) agent.read(Buffer.alloc(64 * 1024, 0x7b));
    expect(agent.read(Buffer.from('\n\xff{"return": 42}\n', 'latin1'))).toBeDefined();
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.json().map((json) => `{"return":${json}}`),
        ),
        (text) => {
          agent.read(Buffer.from(`${text}\n`));
          for (const told of Object.values(agent.answers() ?? {})) expect(told).not.toMatch(/\p{Cc}/u);
        },
      ),
    );
  });
});

describe('a console tells that firmware or boot loader gave up', () => {
  test.each([
    [
      'boot-windows-nothing-to-boot',
      'Booting from Hard Disk...\nBoot failed: not a bootable disk\n\nNo bootable device.',
    ],
    ['boot-windows-nothing-to-boot', 'Booting from Hard Disk...\nMissing operating system'],
    [
      'boot-windows-nothing-to-boot',
      'Press ESC in 1 seconds to skip startup.nsh or any other key to continue.\nShell> ',
    ],
    ['boot-windows-loader-stuck', 'Booting from Hard Disk...\nBOOTMGR is missing\nPress Ctrl+Alt+Del to restart\n'],
    ['boot-windows-loader-stuck', 'File: \\Boot\\BCD\nStatus: 0xc000000f\n'],
    [undefined, 'Booting from Hard Disk...\n'],
    [undefined, 'BdsDxe: starting Boot0001 "Windows Boot Manager"\n'],
    [undefined, ''],
  ] as const)('%s', (failure, log) => {
    expect(explainWindows(log)).toBe(failure);
    expect(windowsHasEnded(log, 34, 'kvm')).toBe(false);
    expect(windowsHasEnded(log, 36, 'kvm')).toBe(failure !== undefined);
  });
});

describe('a Windows is watched', () => {
  const seen: BootProgress = { log: '', silentSeconds: 0, seconds: 100, allowedSeconds: 600, accelerator: 'kvm' };
  const watched = (guest: GuestFacts = {}) => {
    const drive = newConfigDrive();
    const whole = { osType: 'windows', architecture: 'x86_64', ...guest };
    const watch = watchWindows(whole, drive);
    const machine = machineFor(whole, { system: 'windows', drive });
    const written: string[] = [];
    const metadata = JSON.parse(machine.disk.files['openstack/latest/meta_data.json'] ?? '') as { hostname: string };
    return {
      watch,
      machine,
      written,
      hostname: metadata.hostname,
      asks: (name: string, vendor = 'MSFT 5.0') => watch.onFrame?.(discover({ 60: vendor, 12: name })),
      event: (event: string, data = {}) => watch.onEvent?.({ event, data }),
      agent: (text: string) => watch.ports[agentPort]?.(Buffer.from(text, 'latin1')),
      look: (more: Partial<BootProgress> = {}) =>
        watch.look({ ...seen, ...more }, { write: (_port, bytes) => written.push(bytes.toString('latin1')) }),
      verdict: (end: BootEnd, log = '') => watch.judge(end, log).map(({ code, outcome }) => `${code} ${outcome}`),
    };
  };

  test('its name fits NetBIOS, and its clock is the one that it expects', () => {
    expect(watched().hostname).toMatch(/^[a-z0-9-]{1,15}$/);
    expect(watched().machine.hardware).toEqual({ system: 'windows', clock: 'local' });
    expect(watched({ hardwareClock: 'utc' }).machine.hardware).toEqual({ system: 'windows', clock: 'utc' });
  });

  test('by its network: only a client that speaks as Windows does counts', () => {
    const { asks, look, verdict, hostname } = watched({ cloudbaseInit: true });
    asks(hostname, 'udhcp 1.35');
    expect(look()).toBeUndefined();
    asks(hostname.toUpperCase());
    expect(look()).toBe('told');
    expect(verdict('told')).toEqual(['boot-windows-running pass', 'boot-windows-seed-applied pass']);
  });

  test('by its agent, which is asked when it listens, and not all the time', () => {
    const { agent, event, look, verdict, written, hostname } = watched({ cloudbaseInit: true });
    look();
    expect(written).toEqual([]);
    event('VSERPORT_CHANGE', { id: agentPort, open: true });
    look({ seconds: 101 });
    look({ seconds: 102 });
    expect(written).toHaveLength(1);
    agent(`\xff{"return": ${/"id":(\d+)/.exec(written[0] ?? '')?.[1]}}\n`);
    expect(look({ seconds: 103 })).toBeUndefined();
    expect(written[1]).toContain('guest-get-host-name');
    agent(`{"return":{"host-name":"${hostname}"}}\n`);
    expect(look({ seconds: 104 })).toBe('told');
    expect(verdict('told')).toEqual(['boot-windows-running pass', 'boot-windows-seed-applied pass']);
  });

  test('for its name only where somebody would set it, and not for ever', () => {
    const without = watched();
    without.asks('WIN-1');
    expect(without.look()).toBeUndefined();
    expect(without.look({ seconds: 106 })).toBe('told');
    expect(without.verdict('told')).toEqual(['boot-windows-running pass']);
    const withIt = watched({ cloudbaseInit: true });
    withIt.asks('WIN-1');
    expect(withIt.look()).toBeUndefined();
    expect(withIt.look({ seconds: 399 })).toBeUndefined();
    expect(withIt.look({ seconds: 401 })).toBe('told');
    expect(withIt.verdict('told')).toEqual(['boot-windows-running pass', 'boot-windows-seed-applied unknown']);
  });

  test('until it stops: by what it says itself, or by pvpanic without a reason', () => {
    const named = watched();
    named.event('GUEST_PANICKED', { action: 'pause', info: { type: 'hyper-v', arg1: 0x7b, arg2: 1 } });
    expect(named.look()).toBe('stuck');
    expect(named.verdict('stuck')).toEqual(['boot-windows-no-boot-device fail']);
    const other = watched();
    other.event('GUEST_PANICKED', { action: 'pause', info: { type: 'hyper-v', arg1: 0xef } });
    expect(other.watch.judge('stuck', '')).toMatchObject([{ code: 'boot-windows-stopped', params: { code: '0xEF' } }]);
    const unnamed = watched();
    unnamed.event('GUEST_PANICKED', { action: 'pause' });
    expect(unnamed.verdict('stuck')).toEqual(['boot-windows-stopped fail']);
  });

  test('in vain: what can be told is a failure, and what cannot is unknown', () => {
    expect(watched().verdict('stuck', 'No bootable device.')).toEqual(['boot-windows-nothing-to-boot fail']);
    expect(watched().verdict('ended')).toEqual(['boot-windows-shut-down fail']);
    expect(watched({ guestAgent: true }).verdict('late')).toEqual(['boot-windows-timeout fail']);
    expect(watched({ guestAgent: false }).verdict('late')).toEqual(['boot-windows-silent unknown']);
  });

  test('and each of its findings has words', () => {
    const { asks, verdict } = watched({ cloudbaseInit: true });
    asks('WIN-1');
    for (const line of [...verdict('told'), ...watched().verdict('late')])
      expect(catalogue).toHaveProperty(line.split(' ')[0] ?? '');
  });
});
