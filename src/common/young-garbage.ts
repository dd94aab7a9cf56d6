import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** Bytes of buffers that may pile up. */
const MOST = 4 * 2 ** 20;

/** The same of buffers that were long in use. */
const MOST_OLD = 16 * 2 ** 20;

type Collect = (options: { type: 'minor' | 'major' }) => void;

let collect: Collect | undefined;
let passed = 0;
let aged = 0;

/**
 * Says that buffers of so many bytes have been passed on and are of no more use to this thread. V8 notices large buffers
 * that nobody holds only when its own small objects fill their space, or when there are 64 MiB of them; here they are
 * freed whenever there may be 4 MiB, which takes some tenths of a millisecond.
 */
export function passOn(bytes: number): void {
  passed += bytes;
  if (passed < MOST) return;
  passed = 0;
  collect ??= collector();
  collect({ type: 'minor' });
}

/**
 * The same where buffers may have been in use while V8 collected young garbage, which makes them old: whenever there may
 * be 16 MiB of them, all garbage is collected. That takes some milliseconds: for threads on which nobody waits, when
 * nothing of their work is in use.
 */
export function passOnOld(bytes: number): void {
  aged += bytes;
  if (aged < MOST_OLD) {
    passOn(bytes);
    return;
  }
  aged = 0;
  passed = 0;
  collect ??= collector();
  collect({ type: 'major' });
}

function collector(): Collect {
  setFlagsFromString('--expose-gc');
  const found = runInNewContext('gc') as Collect;
  setFlagsFromString('--no-expose-gc');
  return found;
}
