import { registerDecorator } from 'class-validator';

/** An array of arrays of numbers, strings, booleans and nulls. */
export function IsJsonRows(): PropertyDecorator {
  return (target, property) => {
    registerDecorator({
      name: 'isJsonRows',
      target: target.constructor,
      propertyName: String(property),
      options: {
        message: ({ value, property: name }) => {
          const place = firstBadPlace(value);
          return place === '' ? 'must be an array of rows.' : `${name}${place} is no cell or no row.`;
        },
      },
      validator: { validate: (value: unknown) => firstBadPlace(value) === undefined },
    });
  };
}

/** Where something is neither a row nor a cell, such as `.3.1`; undefined when all is well. */
function firstBadPlace(rows: unknown): string | undefined {
  if (!Array.isArray(rows)) return '';
  for (let row = 0; row < rows.length; row++) {
    const cells: unknown = rows[row];
    if (!Array.isArray(cells)) return `.${row}`;
    for (let column = 0; column < cells.length; column++) {
      const cell: unknown = cells[column];
      if (typeof cell === 'object' ? cell !== null : typeof cell === 'undefined') return `.${row}.${column}`;
    }
  }
  return undefined;
}
