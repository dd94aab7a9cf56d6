import { toCsv } from '../common/csv-writer.js';
import { toBundle } from './bundle.js';
import type { Centers } from './centers.entity.js';
import type { ExportFormat } from './dto/centers-requests.dto.js';
import { toRows } from './floats.js';
import { toNpy } from './npy-export.js';
import { toSklearn } from './sklearn-export.js';

/** A file to download. */
export interface ExportedFile {
  readonly content: string | Uint8Array;
  readonly type: string;
  readonly name: string;
}

type Writer = (centers: Centers) => Omit<ExportedFile, 'name'> & { extension: string };

const WRITERS: Record<ExportFormat, Writer> = {
  json: (centers) => ({
    content: `${JSON.stringify(toBundle(centers))}\n`,
    type: 'application/json; charset=utf-8',
    extension: 'json',
  }),
  csv: (centers) => ({
    content: toCsv([centers.preparation.features, ...toRows(centers.values, centers.preparation.features.length)]),
    type: 'text/csv; charset=utf-8',
    extension: 'csv',
  }),
  npy: (centers) => ({
    content: toNpy(centers.values, centers.preparation.features.length),
    type: 'application/octet-stream',
    extension: 'npy',
  }),
  sklearn: (centers) => ({ content: toSklearn(centers), type: 'text/x-python; charset=utf-8', extension: 'py' }),
};

/** Writes centers as a file of the format. */
export function exportCenters(centers: Centers, format: ExportFormat): ExportedFile {
  const { content, type, extension } = WRITERS[format](centers);
  return { content, type, name: `centers-v${centers.version}.${extension}` };
}
