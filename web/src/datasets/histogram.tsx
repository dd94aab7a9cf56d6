import { Text } from '@mantine/core';
import type { Schemas } from '../api/client';
import { num } from '../ui/format';

type Column = Schemas['ColumnDto'];

/** How a column's values spread, as small as a word; in words for who cannot see it. */
export function Spread({ column, rowCount }: { column: Column; rowCount: number }) {
  const { histogram, frequent } = column;
  if (histogram) {
    const { counts, min, max } = histogram;
    const top = Math.max(1, ...counts);
    const peak = counts.indexOf(top);
    const width = (max - min) / counts.length;
    const said = `Most rows, ${num(top)}, between ${num(min + peak * width)} and ${num(min + (peak + 1) * width)}`;
    return (
      <svg
        className="spark"
        viewBox={`0 0 ${counts.length} 10`}
        preserveAspectRatio="none"
        role="img"
        aria-label={said}
      >
        {counts.map((value, i) => (
          <rect key={i} x={i + 0.1} width={0.8} y={10 - (10 * value) / top} height={(10 * value) / top} />
        ))}
      </svg>
    );
  }
  const most = frequent.at(0);
  if (!most) return <Text size="sm">every value once</Text>;
  return (
    <Text size="sm" truncate maw="12rem" title={String(most.value)}>
      mostly {most.value}: {share(most.count, rowCount)}
    </Text>
  );
}

/** How much of a column is missing: a bar where anything is, a word where nothing is. */
export function Missing({ missing, rowCount }: { missing: number; rowCount: number }) {
  if (missing === 0 || rowCount === 0) return <>none</>;
  return (
    <>
      <svg className="missing-bar" viewBox="0 0 100 6" preserveAspectRatio="none" aria-hidden="true">
        <rect className="missing-ground" width="100" height="6" />
        <rect width={(100 * missing) / rowCount} height="6" />
      </svg>
      {num(missing)}, {share(missing, rowCount)}
    </>
  );
}

function share(part: number, whole: number): string {
  const percent = (100 * part) / whole;
  return percent > 0 && percent < 0.1 ? 'under 0.1 %' : `${percent.toFixed(1)} %`;
}
