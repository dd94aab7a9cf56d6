/** This project's engine: centroid.ts THREADS KIND DATA.npy INIT.npy OUT */
import { serve } from '../contender.ts';
import { engine, loadEngine } from '../engine.ts';

const [threads, ...args] = process.argv.slice(2);
await serve(engine(await loadEngine(Number(threads))), args);
process.exit();
