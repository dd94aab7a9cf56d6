// Evaluated before anything else is: on an old Node the first thing said should be what is wrong.
const OLDEST = [24, 11] as const;
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);

if (major < OLDEST[0] || (major === OLDEST[0] && minor < OLDEST[1])) {
  process.stderr.write(
    `Centroid needs Node ${OLDEST.join('.')} or newer, this is ${process.versions.node}: start it with "npm start" ` +
      `after a plain "npm ci", which brings Node 26 along.\n`,
  );
  process.exit(1);
}
