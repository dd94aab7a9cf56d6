import { describe, expect, it } from '@jest/globals';
import { AskedTogether } from './asked-together.js';

/** Look-ups that are answered when the test says so, each with what was true when it began. */
function lookUps(most = 10) {
  const world = { value: 0 };
  const begun: { questions: string[]; answer: () => void; fail: (error: Error) => void }[] = [];
  const together = new AskedTogether<string, string>((questions) => {
    const seen = world.value;
    return new Promise((resolve, reject) => {
      begun.push({
        questions,
        answer: () => {
          resolve(questions.map((question) => `${question}${seen}`));
        },
        fail: reject,
      });
    });
  }, most);
  return { world, begun, together };
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('AskedTogether', () => {
  it('answers with one look-up all who asked while another was under way, with what was true after they asked', async () => {
    const { world, begun, together } = lookUps();
    const first = together.ask('a');
    await turn();
    const second = together.ask('b');
    world.value = 1;
    const third = together.ask('c');
    await turn();
    expect(begun).toHaveLength(1);
    begun[0].answer();
    expect(await first).toBe('a0');
    await turn();
    expect(begun.map(({ questions }) => questions)).toEqual([['a'], ['b', 'c']]);
    begun[1].answer();
    expect(await Promise.all([second, third])).toEqual(['b1', 'c1']);
    const fourth = together.ask('d');
    await turn();
    begun[2].answer();
    expect(await fourth).toBe('d1');
  });

  it('asks for all of one turn at once, so many at a time', async () => {
    const { begun, together } = lookUps(2);
    const asked = Promise.all(['a', 'b', 'c'].map((question) => together.ask(question)));
    await turn();
    begun[0].answer();
    await turn();
    begun[1].answer();
    expect(await asked).toEqual(['a0', 'b0', 'c0']);
    expect(begun.map(({ questions }) => questions)).toEqual([['a', 'b'], ['c']]);
  });

  it('tells those of a look-up that failed, and nobody else', async () => {
    const { begun, together } = lookUps();
    const first = together.ask('a');
    await turn();
    const second = together.ask('b');
    begun[0].fail(new Error('gone'));
    await expect(first).rejects.toThrow('gone');
    await turn();
    begun[1].answer();
    expect(await second).toBe('b0');
  });
});
