import assert from 'node:assert/strict';
import type { Visit } from '../browser.ts';
import { signUp } from './people.ts';

/** Whoever asks for less motion gets none: nothing fades, slides or grows, in the page or in a chart. */
export async function stillness(visit: Visit): Promise<void> {
  const still = await motionOf(visit, 'reduce');
  assert.deepEqual(still, { animations: 0, frames: 1 }, 'nothing moves where that is asked for');
  // Or the measure would be none.
  const moving = await motionOf(visit, 'no-preference');
  assert.ok(moving.animations > 0 && moving.frames > 1, JSON.stringify(moving));
}

interface Motion {
  /** The most animations and transitions that ran at a time, save those without an end, which say that work goes on. */
  animations: number;
  /** Pictures that a chart was seen in while it was drawn. */
  frames: number;
}

async function motionOf(visit: Visit, reducedMotion: 'reduce' | 'no-preference'): Promise<Motion> {
  const page = await visit.open({ reducedMotion });
  await signUp(visit, page);
  await page.getByRole('button', { name: /Irises/ }).click();
  await page.getByLabel('I know how many').check();
  await page.getByRole('button', { name: 'Find 3 clusters' }).click();
  await page.getByText(/3 clusters of \d+, \d+, \d+/).waitFor();
  await page.evaluate(WATCH);

  // What opens, what lies over it, and what goes away again.
  await page.getByRole('button', { name: 'Profile', exact: true }).click();
  await page.getByRole('main').getByRole('button', { name: 'More about iris' }).click();
  await page.getByRole('menuitem', { name: 'Delete' }).click();
  await page.getByRole('button', { name: 'Keep it' }).click();
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  const animations = await page.evaluate<number>('motion.animations');

  await page.getByRole('tab', { name: 'Profiles' }).click();
  await page.getByRole('figure', { name: 'Sizes' }).locator('canvas').waitFor();
  await page.waitForTimeout(700);
  return { animations, frames: await page.evaluate<number>('motion.pictures.size') };
}

/** Looks at every frame from now on. */
const WATCH = `
  window.motion = { animations: 0, pictures: new Set() };
  const look = () => {
    const running = document.getAnimations().filter((one) => {
      const { endTime, duration } = one.effect?.getComputedTiming() ?? {};
      return one.playState === 'running' && endTime !== Infinity && duration > 1;
    });
    motion.animations = Math.max(motion.animations, running.length);
    const canvas = document.querySelector('figure[aria-label="Sizes"] canvas');
    if (canvas && canvas.width > 0) motion.pictures.add(canvas.toDataURL());
    requestAnimationFrame(look);
  };
  look();
`;
