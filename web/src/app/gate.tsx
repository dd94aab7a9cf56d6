import { Container } from '@mantine/core';
import { lazy } from 'react';
import { Navigate, useLocation } from 'react-router';
import { accessToken } from '../session/session';
import { useSession } from '../session/use-session';
import { Waiting } from '../ui/waiting';
import { OfflineBanner } from './offline-banner';

const Layout = lazy(async () => ({ default: (await import('./layout')).Layout }));

/** Lets in who is signed in, and sends everybody else to the door; what lies behind comes only for the former. */
export function Gate() {
  const session = useSession();
  const location = useLocation();
  if (session.status === 'signed-in') return <Layout user={session.user} />;
  if (session.status === 'signed-out') return <Navigate to="/sign-in" state={{ from: location.pathname }} replace />;
  const ask = () => void accessToken().catch(() => undefined);
  return (
    <Container component="main" size="xs" py={64}>
      <OfflineBanner />
      <Waiting what="your account" retry={ask} />
    </Container>
  );
}
