/**
 * The page as its users meet it: the built service, a real browser, one journey after another. A journey fails at what
 * it asserts, at an error in the console (a violation of the page's policy is one), or at what axe finds serious.
 *
 *     npm run test:page -- [--pictures FOLDER] [JOURNEY...]
 */
import assert from 'node:assert/strict';
import { parseArgs } from 'node:util';
import { startService } from '../../scripts/service.ts';
import { startBrowser, Visit } from './browser.ts';
import { account } from './journeys/account.ts';
import { badFile } from './journeys/bad-file.ts';
import { chats } from './journeys/chats.ts';
import { firstLoad } from './journeys/first-load.ts';
import { firstTable } from './journeys/first-table.ts';
import { interrupted } from './journeys/interrupted.ts';
import { keyboard } from './journeys/keyboard.ts';
import { models } from './journeys/models.ts';
import { results } from './journeys/results.ts';
import { retraining } from './journeys/retraining.ts';
import { sizes } from './journeys/sizes.ts';
import { states } from './journeys/states.ts';
import { stillness } from './journeys/stillness.ts';
import { swagger } from './journeys/swagger.ts';
import { tabs } from './journeys/tabs.ts';
import { training } from './journeys/training.ts';
import { words } from './journeys/words.ts';

export type Journey = (visit: Visit) => Promise<void>;

const JOURNEYS: Record<string, Journey> = {
  'the first load': firstLoad,
  'from sign-up to a prediction on iris': (visit) => firstTable(visit, { width: 1280, scheme: 'light' }),
  "the same on a phone's width, in the dark": (visit) => firstTable(visit, { width: 360, height: 740, scheme: 'dark' }),
  'the same by keyboard': keyboard,
  'a bad file': badFile,
  'a result from every side': results,
  'a reload during training': interrupted,
  'two tabs': tabs,
  'many chats': chats,
  'a table of words': words,
  'centers and predictions': models,
  'a retraining from what is kept': retraining,
  'the account': account,
  'when things go wrong': states,
  'a long training': training,
  'without motion': stillness,
  'from a telephone to 4K': sizes,
  'every operation in Swagger UI': swagger,
};

const { values, positionals } = parseArgs({ options: { pictures: { type: 'string' } }, allowPositionals: true });
const chosen = Object.entries(JOURNEYS).filter(
  ([name]) => positionals.length === 0 || positionals.some((word) => name.includes(word)),
);
assert.ok(chosen.length > 0, `There are: ${Object.keys(JOURNEYS).join('; ')}`);

const service = await startService({ REQUESTS_PER_MINUTE: '10000', REGISTRATIONS_PER_HOUR: '1000' });
const browser = await startBrowser();
let failed = 0;

/** Walks journeys, one after the other, until none is left. */
async function walk(left: [string, Journey][]): Promise<void> {
  for (let next = left.shift(); next; next = left.shift()) {
    const [name, journey] = next;
    const visit = new Visit(browser, service.url, values.pictures);
    try {
      await journey(visit);
      assert.equal(visit.defects.length, 0, 'nothing to complain of');
      console.log(`ok ${name}`);
    } catch (error) {
      failed++;
      console.log(`FAILED ${name}`);
      console.error(error, [...new Set(visit.defects)]);
      for (const [i, page] of visit.pages.entries()) await visit.picture(page, `failed ${name} ${i}`);
    } finally {
      await visit.close();
    }
  }
}

try {
  const left = [...chosen];
  // Two at a time, each with a browser profile and accounts of its own: much of a journey is waiting.
  await Promise.all([walk(left), walk(left)]);
} finally {
  await browser.close();
  await service.stop();
}
console.log(`${chosen.length - failed} passed, ${failed} failed`);
process.exitCode = failed > 0 ? 1 : 0;
