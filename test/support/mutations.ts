/** A file under a name. */
export interface NamedFile {
  name: string;
  bytes: Buffer;
}

/** Numbers that lengths, counts and offsets are made of when they go wrong. */
const EXTREMES = [0, 1, 0x7f, 0x80, 0xff, 0x7fff, 0xffff, 0x7fff_ffff, 0x8000_0000, 0xffff_ffff];

/** A seeded generator of whole numbers (mulberry32, Tommy Ettinger). */
export function seeded(seed: number): (bound: number) => number {
  let state = seed >>> 0;
  return (bound) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return Math.floor((((t ^ (t >>> 14)) >>> 0) / 2 ** 32) * bound);
  };
}

/** One of some valid files, damaged in one to three ways; the same seed gives the same damage. */
export function mutate(files: readonly NamedFile[], seed: number): NamedFile {
  const random = seeded(seed);
  const file = files[random(files.length)];
  let bytes = Buffer.from(file.bytes);
  for (let times = 1 + random(3); times > 0; times--) bytes = damage(bytes, random);
  // Now and then under the name of another format.
  return { name: random(20) === 0 ? files[random(files.length)].name : file.name, bytes };
}

function damage(bytes: Buffer<ArrayBuffer>, random: (bound: number) => number): Buffer<ArrayBuffer> {
  const { length } = bytes;
  if (length === 0) return bytes;
  const at = random(length);
  const end = Math.min(length, at + 1 + random(16));
  switch (random(8)) {
    case 0:
      return bytes.subarray(0, at);
    case 1:
      return Buffer.concat([bytes.subarray(0, at), bytes.subarray(end)]);
    case 2:
      return Buffer.concat([bytes.subarray(0, end), bytes.subarray(at)]);
    case 3:
      bytes.fill(0, at, end);
      return bytes;
    case 4:
      for (let i = at; i < end; i++) bytes[i] = random(256);
      return bytes;
    case 5:
      bytes[at] ^= 1 << random(8);
      return bytes;
    case 6: {
      // Footers and headers, where lengths are, lie at the ends.
      const place = random(2) === 0 ? Math.max(0, length - 4 - random(400)) : Math.min(random(400), length);
      if (place + 4 <= length) bytes.writeUInt32LE(EXTREMES[random(EXTREMES.length)], place);
      return bytes;
    }
    default:
      return Buffer.concat([bytes.subarray(0, at), Buffer.from([random(256), random(256)]), bytes.subarray(at)]);
  }
}
