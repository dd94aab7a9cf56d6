/**
 * Draws the README's picture with what a running service answers: iris in three clusters, on the first two principal
 * components. `npm start` in one terminal, `node scripts/picture.ts` in another.
 */
import { randomUUID } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

interface Projection {
  points: [x: number, y: number, cluster: number, row: number][];
  centers: [x: number, y: number][];
  explainedVariance: [number, number];
}

const root = path.join(import.meta.dirname, '..');
const api = `${process.env.CENTROID_URL ?? 'http://localhost:3000'}/api/v1`;
const headers: Record<string, string> = {};

async function call<T>(url: string, body?: object): Promise<T> {
  const form = body instanceof FormData;
  const init = body && { method: 'POST', body: form ? body : JSON.stringify(body) };
  const type = body && !form ? { 'Content-Type': 'application/json' } : {};
  const response = await fetch(api + url, { ...init, headers: { ...headers, ...type } });
  if (!response.ok) throw new Error(`${url}: ${await response.text()}`);
  return (await response.json()) as T;
}

const account = { username: `painter-${randomUUID().slice(0, 8)}`, password: 'a brush and three colours' };
headers.Authorization = `Bearer ${(await call<{ accessToken: string }>('/auth/register', account)).accessToken}`;
const chat = await call<{ id: string }>('/chats', { title: 'Irises' });
const file = new FormData();
file.append('file', new Blob([await readFile(path.join(root, 'examples/quickstart/iris.csv'))]), 'iris.csv');
const dataset = await call<{ id: string }>(`/chats/${chat.id}/datasets`, file);
const { id } = await call<{ id: string }>(`/chats/${chat.id}/runs`, { datasetId: dataset.id, k: 3, seed: 1 });
while ((await call<{ status: string }>(`/runs/${id}`)).status !== 'succeeded') await sleep(100);
const { points, centers, explainedVariance } = await call<Projection>(`/runs/${id}/projection?limit=1000`);

const [width, height, margin] = [760, 400, 48];
const span = (axis: 0 | 1): [number, number] => [
  Math.min(...points.map((point) => point[axis])),
  Math.max(...points.map((point) => point[axis])),
];
const [[left, right], [bottom, top]] = [span(0), span(1)];
const x = (value: number) => (margin + ((value - left) / (right - left)) * (width - 2 * margin)).toFixed(1);
const y = (value: number) => (height - margin - ((value - bottom) / (top - bottom)) * (height - 2 * margin)).toFixed(1);
// Okabe and Ito's blue, orange and green; shapes beside, for colour alone tells nothing to some.
const marks = [
  (px: string, py: string) => `<circle cx="${px}" cy="${py}" r="4" fill="#0072b2"/>`,
  (px: string, py: string) => `<path d="M${px} ${py}m-4 -4h8v8h-8z" fill="#e69f00"/>`,
  (px: string, py: string) => `<path d="M${px} ${py}m0 -5l5 9h-10z" fill="#009e73"/>`,
] as const;
const percent = (share: number) => `${(share * 100).toFixed(0)} % of the variance`;

await writeFile(
  path.join(root, 'docs/images/iris.svg'),
  `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="system-ui, sans-serif" font-size="13">
<rect width="${width}" height="${height}" rx="10" fill="#ffffff"/>
<g opacity="0.75">
${points.map(([px, py, cluster]) => marks[cluster as 0 | 1 | 2](x(px), y(py))).join('\n')}
</g>
${centers.map(([px, py]) => `<path d="M${x(px)} ${y(py)}m-7 0h14m-7 -7v14" stroke="#1a1a1a" stroke-width="3"/>`).join('\n')}
<text x="${width / 2}" y="${height - 14}" text-anchor="middle" fill="#555">first component, ${percent(explainedVariance[0])}</text>
<text transform="translate(18 ${height / 2}) rotate(-90)" text-anchor="middle" fill="#555">second, ${percent(explainedVariance[1])}</text>
<text x="${width - margin}" y="26" text-anchor="end" fill="#1a1a1a">150 irises, k = 3; crosses are the centres</text>
</svg>
`,
);
