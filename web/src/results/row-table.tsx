import { Text } from '@mantine/core';
import { useVirtualizer } from '@tanstack/react-virtual';
import { useMemo, useRef, useState } from 'react';
import { ClusterMark } from '../ui/cluster-mark';
import { count, num, whole } from '../ui/format';
import type { Linked } from './linked';
import type { Sample } from './sample';
import type { Picked } from './selection';

/** Cells of a row that are put into the document; the files have them all. */
const COLUMNS = 60;
const ROW_PX = 33;

interface Order {
  by: number | 'row' | 'cluster';
  falling: boolean;
}

/** The selected rows with their cluster. Only those in sight are in the document. */
export function RowTable({ sample, picked, focus, label, onFocus }: Linked) {
  const [order, setOrder] = useState<Order>({ by: 'row', falling: false });
  const positions = useMemo(() => sorted(sample, picked, order), [sample, picked, order]);
  const viewport = useRef<HTMLDivElement>(null);
  const virtual = useVirtualizer({
    count: positions.length,
    getScrollElement: () => viewport.current,
    estimateSize: () => ROW_PX,
    overscan: 12,
  });
  const columns = sample.columns.slice(0, COLUMNS);
  const items = virtual.getVirtualItems();
  const before = items[0]?.start ?? 0;
  const after = virtual.getTotalSize() - (items.at(-1)?.end ?? 0);
  const head = (by: Order['by'], name: string) => (
    <th
      key={by}
      scope="col"
      aria-sort={order.by !== by ? 'none' : order.falling ? 'descending' : 'ascending'}
      data-number={by === 'cluster' || (by !== 'row' && !columns[by].numeric) ? undefined : true}
    >
      <button
        type="button"
        onClick={() => {
          setOrder({ by, falling: order.by === by && !order.falling });
        }}
      >
        {name}
        <span aria-hidden="true">{order.by === by ? (order.falling ? ' ▾' : ' ▴') : ''}</span>
      </button>
    </th>
  );
  if (sample.columns.length === 0) {
    return (
      <Text c="dimmed">The table of this run has been deleted; its clusters are still here, its rows are not.</Text>
    );
  }
  return (
    <>
      <div ref={viewport} className="rows" tabIndex={0} role="region" aria-label="Rows with their cluster">
        <table aria-rowcount={positions.length + 1}>
          <thead>
            <tr aria-rowindex={1}>
              {head('row', 'Row')}
              {head('cluster', 'Cluster')}
              {columns.map(({ name }, i) => head(i, name))}
            </tr>
          </thead>
          <tbody>
            <Gap height={before} />
            {items.map(({ index }) => {
              const position = positions[index];
              const cluster = sample.clusters[position];
              return (
                <tr key={position} aria-rowindex={index + 2} data-focus={position === focus || undefined}>
                  <th scope="row" data-number>
                    <button
                      type="button"
                      aria-pressed={position === focus}
                      aria-label={`Look at row ${sample.rows[position] + 1}`}
                      onClick={() => {
                        onFocus(position === focus ? undefined : position);
                      }}
                    >
                      {sample.rows[position] + 1}
                    </button>
                  </th>
                  <td>
                    <ClusterMark cluster={cluster} />
                    {label(cluster)}
                  </td>
                  {columns.map(({ name, values, numeric }) => (
                    <td key={name} data-number={numeric || undefined}>
                      {shown(values[position])}
                    </td>
                  ))}
                </tr>
              );
            })}
            <Gap height={after} />
          </tbody>
        </table>
      </div>
      <Text size="xs" c="dimmed">
        {count(positions.length, 'row')} of {sample.basis}.
        {sample.columns.length > COLUMNS &&
          ` The first ${COLUMNS} of ${whole(sample.columns.length)} columns; the files have them all.`}
      </Text>
    </>
  );
}

/** The room of the rows that are not in the document. */
function Gap({ height }: { height: number }) {
  return height > 0 ? (
    <tr aria-hidden="true">
      <td style={{ height, padding: 0, border: 0 }} />
    </tr>
  ) : null;
}

function shown(value: number | string | null | undefined): string {
  return typeof value === 'string' ? value : num(value);
}

function sorted(sample: Sample, { mask }: Picked, { by, falling }: Order): Int32Array {
  const positions = Int32Array.from(mask.keys()).filter((i) => mask[i] === 1);
  const sign = falling ? -1 : 1;
  if (by === 'row') return falling ? positions.reverse() : positions;
  if (by === 'cluster') return positions.sort((a, b) => sign * (sample.clusters[a] - sample.clusters[b]) || a - b);
  const { numeric, numbers, values } = sample.columns[by];
  // What is missing comes last, whichever way.
  if (numeric) {
    return positions.sort((a, b) => {
      const [p, q] = [numbers[a], numbers[b]];
      if (Number.isNaN(p) || Number.isNaN(q)) return Number(Number.isNaN(p)) - Number(Number.isNaN(q)) || a - b;
      return sign * (p - q) || a - b;
    });
  }
  const order = new Intl.Collator('en', { numeric: true });
  return positions.sort((a, b) => {
    const [p, q] = [values[a], values[b]];
    if (p == null || q == null) return Number(p == null) - Number(q == null) || a - b;
    return sign * order.compare(String(p), String(q)) || a - b;
  });
}
