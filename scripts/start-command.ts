import { readFileSync } from 'node:fs';
import path from 'node:path';

const root = path.join(import.meta.dirname, '..');
const { scripts } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')) as { scripts: { start: string } };

/** What `npm start` gives to Node: its flags, and where the built service begins. */
export const START = scripts.start
  .split(' ')
  .slice(1)
  .map((word) => (word.startsWith('-') ? word : path.join(root, word)));
