/** This project's engine: centroid.ts THREADS[:new-centers] KIND DATA.npy INIT.npy OUT */
import { serve } from '../contender.ts';
import { engine, loadEngine } from '../engine.ts';

const [how, ...args] = process.argv.slice(2);
const [threads, centers] = how.split(':');
await serve(engine(await loadEngine(Number(threads)), centers === 'new-centers'), args);
process.exit();
