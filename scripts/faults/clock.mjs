/** Preloaded into a service: its clock is stepped by an hour forward at SIGUSR2, and by two back at the next. */
const RealDate = globalThis.Date;
const STEPS = [3_600_000, -3_600_000];
let offset = 0;

globalThis.Date = class Date extends RealDate {
  constructor(...given) {
    if (given.length === 0) super(RealDate.now() + offset);
    else super(...given);
  }

  static now() {
    return RealDate.now() + offset;
  }
};

process.on('SIGUSR2', () => {
  offset = STEPS.shift() ?? 0;
});
