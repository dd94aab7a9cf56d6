/** A line of a file that a problem speaks of, with its neighbours. */
export interface FilePlace {
  /** Counted from 1. */
  line: number;
  lines: { number: number; text: string }[];
}

const TEXT = /\.(csv|tsv|txt|json|ndjson|jsonl)$/i;
const AROUND = 2;
const LONGEST = 200;

/** The lines around the one that `detail` names; undefined where it names none, or the file is no plain text. */
export async function placeInFile(file: File, detail: string): Promise<FilePlace | undefined> {
  const line = Number(/\bline (\d+)/i.exec(detail)?.[1]);
  if (!line || !TEXT.test(file.name)) return undefined;
  const lines: FilePlace['lines'] = [];
  const reader = file.stream().pipeThrough(new TextDecoderStream()).getReader();
  let number = 1;
  let rest = '';
  const take = (text: string) => {
    if (number >= line - AROUND) lines.push({ number, text: text.slice(0, LONGEST) });
    number++;
  };
  while (number <= line + AROUND) {
    const { done, value } = await reader.read();
    if (done) break;
    const parts = (rest + value).split(/\r?\n/);
    rest = parts.pop() ?? '';
    for (const text of parts) if (number <= line + AROUND) take(text);
  }
  if (rest && number <= line + AROUND) take(rest);
  await reader.cancel();
  return lines.some(({ number: shown }) => shown === line) ? { line, lines } : undefined;
}
