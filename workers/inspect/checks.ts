import type { guestChecks } from '../../shared/checks/guest.ts';
import type { Finding, Outcome } from '../../shared/contracts/finding.ts';
import { readinessFindings } from './readiness.ts';
import type { GuestView, KernelView } from './view.ts';

/** One check: what was seen to an outcome; undefined where it does not apply. To add one, name it in shared/checks/guest.ts too. */
type Check = (view: GuestView) => { outcome: Outcome; params?: Finding['params'] } | undefined;

const linux = (view: GuestView): boolean => view.facts.osType === 'linux';
const windows = (view: GuestView): boolean => view.facts.osType === 'windows';
const whether = (passes: boolean): Outcome => (passes ? 'pass' : 'fail');

const inKernelOrInitramfs = (kernel: KernelView, module: string): boolean | undefined => {
  if (kernel.builtin.has(module)) return true;
  if (kernel.initramfs.state === 'unreadable') return undefined;
  return kernel.initramfs.state === 'read' && kernel.initramfs.modules.has(module);
};

const checks: Record<keyof typeof guestChecks, Check> = {
  'operating-system': ({ systems, encrypted }) => {
    if (systems > 1) return { outcome: 'warn', params: { count: systems } };
    return { outcome: systems === 1 ? 'pass' : encrypted ? 'unknown' : 'fail', params: { count: systems } };
  },
  architecture: ({ facts, systems }) => {
    if (systems === 0) return undefined;
    if (!facts.architecture) return { outcome: 'unknown', params: { architecture: '?' } };
    const { architecture } = facts;
    return { outcome: whether(['x86_64', 'aarch64'].includes(architecture)), params: { architecture } };
  },
  'boot-loader': ({ systems, bootCode, fallbackLoader }) =>
    systems === 0 ? undefined : { outcome: whether(bootCode || fallbackLoader) },
  'kernel-version': (view) => {
    if (!linux(view)) return undefined;
    const version = view.kernels[0]?.version;
    if (!version) return { outcome: 'fail', params: { version: '-' } };
    const [major = 0, minor = 0, patch = 0] = version.split(/[.-]/).map(Number);
    const number = major * 1_000_000 + minor * 1000 + (Number.isFinite(patch) ? patch : 0);
    return { outcome: whether(number >= 2_006_027), params: { version } };
  },
  'virtio-block-initramfs': (view) => {
    const kernel = view.kernels[0];
    if (!linux(view) || !kernel) return undefined;
    const found = (['virtio_blk', 'virtio_scsi'] as const).map((module) => inKernelOrInitramfs(kernel, module));
    const bus = inKernelOrInitramfs(kernel, 'virtio_pci');
    const params = { kernel: kernel.version };
    if (found.includes(true) && bus) return { outcome: 'pass', params };
    return { outcome: found.includes(undefined) || bus === undefined ? 'unknown' : 'fail', params };
  },
  'virtio-net': (view) => {
    const kernel = view.kernels[0];
    if (!linux(view) || !kernel) return undefined;
    const found = kernel.builtin.has('virtio_net') || kernel.modules.has('virtio_net');
    return { outcome: whether(found), params: { kernel: kernel.version } };
  },
  'cloud-init-installed': (view) => (linux(view) ? { outcome: whether(view.cloudInit.installed) } : undefined),
  'cloud-init-enabled': (view) => {
    const { installed, enabled, disabledBy } = view.cloudInit;
    if (!linux(view) || !installed) return undefined;
    const outcome = enabled === undefined ? 'unknown' : whether(enabled);
    return { outcome, params: { reason: disabledBy ?? 'its services are not enabled' } };
  },
  'windows-virtio': (view) => {
    if (!windows(view)) return undefined;
    const drivers = view.windows?.drivers ?? [];
    const block = drivers.includes('viostor.sys') || drivers.includes('vioscsi.sys');
    // The file alone does not make a driver start at boot; that is not looked at yet.
    return { outcome: block && drivers.includes('netkvm.sys') ? 'unknown' : 'fail' };
  },
  'windows-cloudbase-init': (view) =>
    windows(view) ? { outcome: whether(view.windows?.cloudbaseInit ?? false) } : undefined,
  'inspection-failed': () => undefined,
};

export const guestFindings = (view: GuestView): Finding[] => [
  ...Object.entries(checks).flatMap(([code, check]) => {
    const result = check(view);
    return result ? [{ code, step: 'inspect' as const, outcome: result.outcome, params: result.params ?? {} }] : [];
  }),
  ...(view.readiness ? readinessFindings(view.readiness) : []),
];
