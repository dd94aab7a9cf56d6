/** Whom a question is for. */
interface Waiting<Question, Answer> {
  question: Question;
  resolve: (answer: Answer) => void;
  reject: (error: unknown) => void;
}

/**
 * Answers that must be of now, asked for by many at once: one look-up answers all who asked while the one before was
 * under way. Each begins after all whom it answers have asked, so that nobody is told what was true before.
 */
export class AskedTogether<Question, Answer> {
  #waiting: Waiting<Question, Answer>[] = [];
  #asking = false;

  /**
   * @param answer several questions, at most so many, one answer each
   * @param most questions of one look-up
   */
  constructor(
    private readonly answer: (questions: Question[]) => Promise<Answer[]>,
    private readonly most: number,
  ) {}

  ask(question: Question): Promise<Answer> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ question, resolve, reject });
      if (!this.#asking) void this.#answerAll();
    });
  }

  async #answerAll(): Promise<void> {
    this.#asking = true;
    // Whoever asks in the same turn of the event loop is among the first.
    await Promise.resolve();
    while (this.#waiting.length > 0) {
      const asked = this.#waiting.splice(0, this.most);
      try {
        const answers = await this.answer(asked.map(({ question }) => question));
        asked.forEach(({ resolve }, i) => {
          resolve(answers[i]);
        });
      } catch (error) {
        for (const { reject } of asked) reject(error);
      }
    }
    this.#asking = false;
  }
}
