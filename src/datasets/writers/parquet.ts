import type { ConvertedType, ParquetType, RowGroup, SchemaElement } from 'hyparquet';
import { ByteWriter, ParquetWriter } from 'hyparquet-writer';
import type { BinaryFormat, PlacedPart } from './binary-format.js';
import type { CellType, ColumnHead } from './cells.js';

const MAGIC = Buffer.from('PAR1');
const MAKER = 'Centroid';

const TYPES: Record<CellType, { type: ParquetType; converted_type?: ConvertedType }> = {
  int32: { type: 'INT32' },
  int64: { type: 'INT64' },
  uint64: { type: 'INT64', converted_type: 'UINT_64' },
  float32: { type: 'FLOAT' },
  float64: { type: 'DOUBLE' },
  boolean: { type: 'BOOLEAN' },
  text: { type: 'BYTE_ARRAY', converted_type: 'UTF8' },
  date: { type: 'INT32', converted_type: 'DATE' },
  timestamp: { type: 'INT64', converted_type: 'TIMESTAMP_MILLIS' },
};

/** Parquet, a row group a part, compressed by Snappy. */
export const parquetFormat: BinaryFormat<RowGroup> = {
  begin: () => MAGIC,
  part: (heads, cells) => {
    const { writer, parquet } = writerAt(heads, 0);
    // Pages of a group are found one after the other; an index of them would have to be kept until the end.
    const columnData = heads.map(({ name, type }, j) => ({
      name,
      data: cells[j],
      offsetIndex: false,
      // A dictionary takes 0 and -0 for the same number, and pays for few columns of measurements.
      ...(type.startsWith('float') && { encoding: 'PLAIN' as const }),
    }));
    void parquet.write({ columnData, rowGroupSize: cells[0].length });
    return { bytes: Buffer.from(writer.getBytes()), part: parquet.row_groups[0] };
  },
  end: (heads, parts, offset) => {
    const { writer, parquet } = writerAt(heads, offset);
    parquet.row_groups = parts.map(placed);
    parquet.num_rows = parquet.row_groups.reduce((sum, { num_rows }) => sum + num_rows, 0n);
    void parquet.finish();
    return Buffer.from(writer.getBytes());
  },
};

/** A row group whose pages were counted from its own beginning. */
function placed({ part, offset }: PlacedPart<RowGroup>): RowGroup {
  const by = BigInt(offset);
  const columns = part.columns.map((column) => {
    const { meta_data: told } = column;
    return {
      ...column,
      file_offset: column.file_offset + by,
      ...(told && {
        meta_data: {
          ...told,
          data_page_offset: told.data_page_offset + by,
          ...(told.dictionary_page_offset !== undefined && {
            dictionary_page_offset: told.dictionary_page_offset + by,
          }),
        },
      }),
    };
  });
  return { ...part, columns, ...(part.file_offset !== undefined && { file_offset: part.file_offset + by }) };
}

/** A writer of what goes behind so many bytes. */
function writerAt(heads: readonly ColumnHead[], offset: number): { writer: ByteWriter; parquet: ParquetWriter } {
  const writer = new ByteWriter();
  const parquet = new ParquetWriter({ writer, schema: schemaOf(heads), createdBy: MAKER });
  // The file's first bytes, which it has written, are there already.
  writer.index = 0;
  writer.offset = offset;
  return { writer, parquet };
}

function schemaOf(heads: readonly ColumnHead[]): SchemaElement[] {
  return [
    { name: 'root', num_children: heads.length },
    ...heads.map(({ name, type }): SchemaElement => ({ name, repetition_type: 'OPTIONAL', ...TYPES[type] })),
  ];
}
