import { constants } from 'node:os';
import { numbers, type Syscall } from './syscalls.ts';

/**
 * The kernel's reaction to a system call. `errno`: the call fails with that number, and the program can use another way; `kill`: the process is killed, because
 * no program of ours makes this call. seccomp(2)
 */
export type Action = 'allow' | 'kill' | { errno: keyof typeof constants.errno };

/** The first rule whose test holds of the lower half of one argument decides; `otherwise` if none does. */
export type ArgumentRule = {
  argument: 0 | 1 | 2 | 3 | 4 | 5;
  cases: readonly { equals?: number; anyBit?: number; action: Action }[];
  otherwise: Action;
};

export type Rules = {
  calls: Readonly<Partial<Record<Syscall, Action | ArgumentRule>>>;
  /** For every call that is not named. */
  otherwise: Action;
};

/** struct sock_filter { u16 code; u8 jt, jf; u32 k }: include/uapi/linux/filter.h */
type Instruction = { code: number; jt?: number; jf?: number; k: number };

const load = 0x20; // BPF_LD | BPF_W | BPF_ABS
const jumpIfEqual = 0x15; // BPF_JMP | BPF_JEQ | BPF_K
const jumpIfAtLeast = 0x35; // BPF_JMP | BPF_JGE | BPF_K
const jumpIfAnyBit = 0x45; // BPF_JMP | BPF_JSET | BPF_K
const give = 0x06; // BPF_RET | BPF_K

/** struct seccomp_data { int nr; u32 arch; u64 instruction_pointer; u64 args[6] }; little-endian. include/uapi/linux/seccomp.h */
const numberAt = 0;
const architectureAt = 4;
function argumentAt(index: number): number {
  return 16 + 8 * index;
}

/** AUDIT_ARCH_X86_64; calls of the x32 ABI come with the same one and this bit in their number. */
const x86of64 = 0xc000003e;
const x32Bit = 0x40000000;

function returnValue(action: Action): number {
  if (action === 'allow') return 0x7fff0000;
  if (action === 'kill') return 0x80000000;
  return 0x00050000 | constants.errno[action.errno];
}

function returns(action: Action): Instruction {
  return { code: give, k: returnValue(action) };
}

function isRule(each: Action | ArgumentRule): each is ArgumentRule {
  return typeof each === 'object' && 'cases' in each;
}

function decide(each: Action | ArgumentRule): Instruction[] {
  if (!isRule(each)) return [returns(each)];
  return [
    { code: load, k: argumentAt(each.argument) },
    ...each.cases.flatMap(({ equals, anyBit, action }): Instruction[] => [
      equals === undefined
        ? { code: jumpIfAnyBit, jt: 0, jf: 1, k: anyBit ?? 0 }
        : { code: jumpIfEqual, jt: 0, jf: 1, k: equals },
      returns(action),
    ]),
    returns(each.otherwise),
  ];
}

/** Most a program may have: BPF_MAXINSNS, include/uapi/linux/bpf_common.h */
const mostInstructions = 4096;

/**
 * The rules as a program for bwrap's `--seccomp`. Each call is tested in turn: the kernel keeps the answers that depend on the number alone
 * in a bitmap (since Linux 5.11), so the order costs nothing.
 */
export function compile({ calls, otherwise }: Rules): Buffer {
  const program: Instruction[] = [
    { code: load, k: architectureAt },
    { code: jumpIfEqual, jt: 1, jf: 0, k: x86of64 },
    returns('kill'),
    { code: load, k: numberAt },
    { code: jumpIfAtLeast, jt: 0, jf: 1, k: x32Bit },
    returns('kill'),
  ];
  for (const [name, action] of Object.entries(calls)) {
    const body = decide(action);
    program.push({ code: jumpIfEqual, jt: 0, jf: body.length, k: numbers[name as Syscall] }, ...body);
  }
  program.push(returns(otherwise));
  if (program.length > mostInstructions) throw new Error('The system call filter is too long.');
  const bytes = Buffer.alloc(program.length * 8);
  for (const [index, { code, jt = 0, jf = 0, k }] of program.entries()) {
    bytes.writeUInt16LE(code, index * 8);
    bytes.writeUInt8(jt, index * 8 + 2);
    bytes.writeUInt8(jf, index * 8 + 3);
    bytes.writeUInt32LE(k >>> 0, index * 8 + 4);
  }
  return bytes;
}
