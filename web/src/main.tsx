import '@mantine/core/styles.layer.css';
import '@mantine/notifications/styles.layer.css';
import './app/app.css';
import { MantineProvider } from '@mantine/core';
import { Notifications } from '@mantine/notifications';
import { QueryClientProvider } from '@tanstack/react-query';
import { StrictMode, Suspense } from 'react';
import { createRoot } from 'react-dom/client';
import { RouterProvider } from 'react-router';
import { styleNonce } from './app/nonce';
import { queryClient } from './app/query-client';
import { router } from './app/router';
import { theme } from './app/theme';
import { findOut } from './session/session';
import { ConfirmProvider } from './ui/confirm';
import { Waiting } from './ui/waiting';

// A browser that has signed in before asks at once whether it still is.
void findOut();

const root = document.getElementById('root');
if (root) {
  createRoot(root).render(
    <StrictMode>
      <MantineProvider theme={theme} defaultColorScheme="auto" getStyleNonce={styleNonce}>
        <QueryClientProvider client={queryClient}>
          <Notifications position="top-right" />
          <ConfirmProvider>
            <Suspense fallback={<Waiting what="the page" />}>
              <RouterProvider router={router} />
            </Suspense>
          </ConfirmProvider>
        </QueryClientProvider>
      </MantineProvider>
    </StrictMode>,
  );
}
