import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import type { Rules } from './measure.ts';
import { sets } from './sets.ts';

const peerNames = ['scikit-learn', 'ml-kmeans', 'skmeans'] as const;
const kindNames = ['fit', 'seed', 'predict', 'latency', 'loop', 'control', 'memory'] as const;

const usage = `npm run bench -- [options]
  --sets S1,S4         of ${Object.keys(sets).join(', ')}; default all
  --kinds fit,seed     of ${kindNames.join(', ')}; default all
  --threads 1,2        default 1,2 (1 where there is one core)
  --peers NAMES        of ${peerNames.join(', ')}; default all
  --reps 3             rounds
  --cap 30             seconds: slower JavaScript packages are estimated, no further round begins past it
  --json FILE          everything that was measured`;

export interface Options {
  sets: string[];
  kinds: string[];
  threads: number[];
  peers: string[];
  json: string | undefined;
  rules: Rules;
}

/** What the command line asks for; throws with the usage where it makes no sense. */
export function readOptions(): Options {
  const cores = availableParallelism();
  const { values } = parseArgs({
    options: {
      sets: { type: 'string', default: Object.keys(sets).join() },
      kinds: { type: 'string', default: kindNames.join() },
      threads: { type: 'string', default: cores > 1 ? '1,2' : '1' },
      peers: { type: 'string', default: peerNames.join() },
      reps: { type: 'string', default: '3' },
      cap: { type: 'string', default: '30' },
      json: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) throw new Error(usage);
  const list = (text: string, known: readonly string[]): string[] => {
    const items = text.split(',').filter(Boolean);
    const wrong = items.find((item) => !known.includes(item));
    if (wrong !== undefined) throw new Error(`${wrong} is not one of ${known.join(', ')}\n${usage}`);
    return items;
  };
  const positive = (text: string): number => {
    if (Number(text) > 0) return Number(text);
    throw new Error(`${text} is not a number above 0\n${usage}`);
  };
  return {
    sets: list(values.sets, Object.keys(sets)),
    kinds: list(values.kinds, kindNames),
    threads: values.threads.split(',').map(positive),
    peers: list(values.peers, peerNames),
    json: values.json,
    rules: { rounds: positive(values.reps), maxIterations: 300, cap: positive(values.cap) },
  };
}
