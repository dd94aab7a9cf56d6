/** What the service reads as a table, in words. */
export const FILE_FORMATS = 'CSV, TSV, JSON, NDJSON, NPY, Parquet or Arrow, also gzipped';
