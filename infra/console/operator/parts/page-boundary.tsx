import { Component, type ReactNode } from 'react';
import { SignedOutError } from '../session.ts';
import { Failure } from './loading.tsx';

/**
 * The code of a page. Its file is refused once the session has ended, and is gone where a newer version was deployed.
 * @throws SignedOutError, or what the import throws
 */
export const codeOf =
  <Code,>(load: () => Promise<Code>): (() => Promise<Code>) =>
  () =>
    load().catch(async (error: unknown) => {
      const session = await fetch('./session.json', { cache: 'no-store' });
      throw session.status === 401 ? new SignedOutError() : error;
    });

/** Shows why a page did not load or draw. Without it React takes all of the console away, and the window is empty. */
export class PageBoundary extends Component<{ children: ReactNode }, { error?: Error }> {
  override state: { error?: Error } = {};

  static getDerivedStateFromError(error: Error): { error: Error } {
    return { error };
  }

  override render(): ReactNode {
    const { error } = this.state;
    return error ? <Failure live={{ error, isSignedOut: error instanceof SignedOutError }} /> : this.props.children;
  }
}
