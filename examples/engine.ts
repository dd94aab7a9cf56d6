/**
 * The engine alone, as a plain class: no service, no HTTP, no Nest.
 *
 *   npm run build && node examples/engine.ts
 */
import { readFile } from 'node:fs/promises';

const file = new URL('../dist/src/ml/kmeans.service.js', import.meta.url).href;
const { KMeansService } = (await import(file)) as typeof import('../src/ml/kmeans.service.js');

const engine = new KMeansService();
const lines = (await readFile(new URL('quickstart/iris.csv', import.meta.url), 'utf8')).trim().split('\n').slice(1);
const flowers = lines.flatMap((line) => line.split(',').slice(0, 4).map(Number));
const data = { data: Float64Array.from(flowers), rows: lines.length, columns: 4 };

const { centers, labels, sizes, inertia, iterations } = await engine.fit(data, { k: 3, nInit: 10, seed: 1 });
const model = { data: centers, rows: 3, columns: 4 };
const { silhouette } = await engine.evaluate(data, { centers: model, labels });
const flower = { data: Float64Array.of(5.9, 3, 5.1, 1.8), rows: 1, columns: 4 };
const nearest = await engine.predict(flower, model);
await engine.close();

console.log(`sizes ${sizes.join(', ')}; inertia ${inertia?.toFixed(3) ?? '?'} after ${iterations} iterations`);
console.log(`silhouette ${silhouette?.toFixed(3) ?? '?'}; the new flower is in cluster ${nearest.labels[0]}`);
