import { useEffect } from 'react';

/** The title of the window, for tabs, history and those who hear the page. */
export function useTitle(title: string | undefined): void {
  useEffect(() => {
    document.title = title ? `${title} - Centroid` : 'Centroid';
  }, [title]);
}
