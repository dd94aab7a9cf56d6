import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { ProgressReporter } from './progress-reporter.js';
import type { RunProgress } from './run.types.js';

function news(fraction: number, iteration: number) {
  return { phase: 'training', fraction, k: 3, restart: 1, iteration, inertia: 10 } as const;
}

describe('ProgressReporter', () => {
  let written: RunProgress[];
  let reporter: ProgressReporter;

  beforeEach(() => {
    jest.useFakeTimers();
    written = [];
    reporter = new ProgressReporter(3, (state) => {
      written.push(state);
      return Promise.resolve();
    });
  });

  afterEach(() => {
    jest.useRealTimers();
  });

  it('writes the first state at once and the newest four times a second', async () => {
    reporter.begin('seeding');
    for (let i = 1; i <= 100; i++) {
      reporter.engine(news(i / 100, i));
      await jest.advanceTimersByTimeAsync(10);
    }
    await jest.advanceTimersByTimeAsync(1000);
    expect(written[0].phase).toBe('seeding');
    expect(written.at(-1)).toMatchObject({ phase: 'training', iteration: 100, inertia: 10 });
    expect(written.length).toBeGreaterThanOrEqual(4);
    expect(written.length).toBeLessThanOrEqual(6);
  });

  it('never falls', async () => {
    reporter.engine(news(0.9, 9));
    const { fraction } = reporter.state;
    reporter.engine(news(0.1, 1));
    reporter.begin('training');
    expect(reporter.state.fraction).toBe(fraction);
    reporter.begin('storing');
    expect(reporter.state.fraction).toBeGreaterThan(fraction);
    await reporter.close();
  });

  it('writes one at a time, however slow the database is', async () => {
    let atOnce = 0;
    let most = 0;
    const slow = new ProgressReporter(3, async () => {
      most = Math.max(most, ++atOnce);
      await new Promise((resolve) => setTimeout(resolve, 2000));
      atOnce--;
    });
    for (let i = 1; i <= 50; i++) {
      slow.engine(news(i / 50, i));
      await jest.advanceTimersByTimeAsync(100);
    }
    expect(most).toBe(1);
  });

  it('writes nothing more once it is closed', async () => {
    reporter.begin('seeding');
    await reporter.close();
    const count = written.length;
    reporter.begin('evaluating');
    await jest.advanceTimersByTimeAsync(2000);
    expect(written).toHaveLength(count);
  });

  it('keeps the whole course of the inertia in few points', () => {
    for (let i = 1; i <= 10_000; i++) reporter.engine({ ...news(i / 10_000, i), inertia: 1 / i });
    const trace = reporter.state.trace!;
    expect(trace.length).toBeGreaterThan(100);
    expect(trace.length).toBeLessThanOrEqual(200);
    expect(trace[0]).toEqual([3, 1, 1, 1]);
    const iterations = trace.map(([, , iteration]) => iteration);
    const steps = new Set(iterations.slice(1).map((iteration, i) => iteration - iterations[i]));
    expect([...steps]).toEqual([64]);
    expect(iterations.at(-1)).toBeGreaterThan(9900);
    reporter.begin('evaluating');
    expect(reporter.state.trace).toBe(trace);
  });
});
