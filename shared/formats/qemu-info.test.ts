import { describe, expect, test } from 'vitest';
import type { DetectedDisk } from '../contracts/run.ts';
import { agreesWithQemu, mayBeProbedAs, type QemuImgInfo } from './qemu-info.ts';

const disk: DetectedDisk = { format: 'qcow2', variant: 'v3', virtualSize: 1024 };
const info: QemuImgInfo = { format: 'qcow2', 'virtual-size': 1024 };
function describeComplaints(more: Partial<QemuImgInfo>, about: Partial<DetectedDisk> = {}) {
  return agreesWithQemu({ ...disk, ...about }, { ...info, ...more }).map(({ code, step, outcome, params }) => {
    expect({ code, step, outcome }).toEqual({ code: 'qemu-disagrees', step: 'admit', outcome: 'fail' });
    return params?.detail;
  });
}
function specific(data: NonNullable<QemuImgInfo['format-specific']>['data']) {
  return { 'format-specific': { data } };
}

describe('the second opinion', () => {
  test.each<[string, Partial<QemuImgInfo>, Partial<DetectedDisk>]>([
    ['the same', {}, {}],
    ['nothing in particular', specific({}), {}],
    ['an ISO is raw to QEMU', { format: 'raw' }, { format: 'iso' }],
    ['less than a sector more', { 'virtual-size': 1024 + 511 }, {}],
    ['a size that is no whole sector, padded', { 'virtual-size': 1536 }, { virtualSize: 1025 }],
    ['VMDK of its own', specific({ 'create-type': 'monolithicSparse', extents: [{}] }), {}],
    ['VMDK as a stream', specific({ 'create-type': 'streamOptimized', extents: [] }), {}],
    ['marks that are not set', { encrypted: false, ...specific({ corrupt: false, 'data-file': '' }) }, {}],
  ])('agrees: %s', (_name, more, about) => expect(describeComplaints(more, about)).toEqual([]));

  test.each<[string, Partial<QemuImgInfo>, Partial<DetectedDisk>]>([
    ['format raw, not qcow2', { format: 'raw' }, {}],
    ['format iso, not raw', { format: 'iso' }, { format: 'iso' }],
    ['1536 bytes, not 1024', { 'virtual-size': 1536 }, {}],
    ['1023 bytes, not 1024', { 'virtual-size': 1023 }, {}],
    ['1538 bytes, not 1025', { 'virtual-size': 1538 }, { virtualSize: 1025 }],
    ['it names a backing file', { 'backing-filename': '/etc/passwd' }, {}],
    ['it names a backing file', { 'full-backing-filename': '/etc/passwd' }, {}],
    ['it names a data file', specific({ 'data-file': '/etc/passwd' }), {}],
    ['it is marked corrupt', specific({ corrupt: true }), {}],
    ['it is encrypted', { encrypted: true }, {}],
    ['VMDK type monolithicFlat', specific({ 'create-type': 'monolithicFlat' }), {}],
    [`VMDK type ${'t'.repeat(40)}`, specific({ 'create-type': 't'.repeat(50) }), {}],
    ['several extents', specific({ extents: [{}, {}] }), {}],
  ])('%s', (detail, more, about) => expect(describeComplaints(more, about)).toEqual([detail]));

  test('reports all complaints', () => {
    expect(describeComplaints({ format: 'raw', encrypted: true })).toEqual([
      'format raw, not qcow2',
      'it is encrypted',
    ]);
  });
});

test.each<[DetectedDisk['format'], string, string, boolean]>([
  ['qcow2', 'v3', 'qcow2', true],
  ['qcow2', 'v3', 'raw', false],
  ['raw', 'gpt', 'raw', true],
  ['raw', 'gpt', 'vmdk', false],
  ['iso', 'iso9660', 'raw', true],
  ['iso', 'iso9660', 'iso', false],
  ['vpc', 'fixed', 'raw', true],
  ['vpc', 'fixed', 'vpc', true],
  ['vpc', 'fixed', 'vmdk', false],
  ['vpc', 'dynamic', 'raw', false],
  ['vmdk', 'fixed', 'raw', false],
])('%s %s may be probed as %s: %s', (format, variant, probed, may) =>
  expect(mayBeProbedAs({ format, variant }, probed)).toBe(may),
);
