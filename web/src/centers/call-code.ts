export const LANGUAGES = { curl: 'curl', python: 'Python', typescript: 'TypeScript' } as const;
export type Language = keyof typeof LANGUAGES;

/** A call of the service, as any program can make it. */
export interface Call {
  /** Whole address. */
  url: string;
  /** What is sent: JSON, or a file by its name. */
  body: { json: unknown } | { file: string };
}

/** The same call in another tongue; each runs as it stands once CENTROID_KEY is set, and needs nothing installed. */
export function callAs(language: Language, call: Call): string {
  return { curl, python, typescript }[language](call);
}

function curl({ url, body }: Call): string {
  const lines = [`curl -s ${quote(url)}`, '-H "Authorization: Bearer $CENTROID_KEY"'];
  if ('file' in body) lines.push(`-F ${quote(`file=@${body.file}`)}`, '-o answer');
  else lines.push("-H 'Content-Type: application/json'", `-d ${quote(JSON.stringify(body.json))}`);
  return lines.join(' \\\n  ');
}

function quote(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`;
}

function python({ url, body }: Call): string {
  const file = 'file' in body;
  const type = file ? 'application/octet-stream' : 'application/json';
  const content = file ? `open(${JSON.stringify(body.file)}, "rb").read()` : `json.dumps(rows).encode()`;
  return [
    `import ${file ? '' : 'json, '}os, urllib.request`,
    '',
    ...(file ? [] : [`rows = ${pythonLiteral(body.json)}`]),
    'request = urllib.request.Request(',
    `    ${JSON.stringify(url)},`,
    `    ${content},`,
    '    {',
    `        "Authorization": "Bearer " + os.environ["CENTROID_KEY"],`,
    `        "Content-Type": "${type}",`,
    '    },',
    ')',
    'with urllib.request.urlopen(request) as answer:',
    file ? '    open("answer", "wb").write(answer.read())' : '    print(json.load(answer)["predictions"])',
    '',
  ].join('\n');
}

/** JSON as Python writes it. */
function pythonLiteral(value: unknown): string {
  if (value === null) return 'None';
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  if (Array.isArray(value)) return `[${value.map(pythonLiteral).join(', ')}]`;
  if (typeof value === 'object') {
    return `{${Object.entries(value)
      .map(([key, one]) => `${JSON.stringify(key)}: ${pythonLiteral(one)}`)
      .join(', ')}}`;
  }
  return JSON.stringify(value);
}

function typescript({ url, body }: Call): string {
  const file = 'file' in body;
  return [
    ...(file ? ["import { readFile, writeFile } from 'node:fs/promises';", ''] : []),
    `const answer = await fetch(${JSON.stringify(url)}, {`,
    "  method: 'POST',",
    '  headers: {',
    '    Authorization: `Bearer ${process.env.CENTROID_KEY}`,',
    `    'Content-Type': '${file ? 'application/octet-stream' : 'application/json'}',`,
    '  },',
    file
      ? `  body: await readFile(${JSON.stringify(body.file)}),`
      : `  body: JSON.stringify(${JSON.stringify(body.json)}),`,
    '});',
    'if (!answer.ok) throw new Error(await answer.text());',
    file
      ? "await writeFile('answer', new Uint8Array(await answer.arrayBuffer()));"
      : 'console.log((await answer.json()).predictions);',
    '',
  ].join('\n');
}
