/** Points of a batch at which a test can end the process. */
export type FaultPoint = 'before-commit' | 'after-commit' | 'after-send';

/**
 * Ends this process as `kill -9` would, at the n-th time that it comes to a point: `after-commit:12`. For the chaos suite
 * only; without a setting there is nothing to call.
 */
export function faultFrom(setting: string | undefined): { readonly fault?: (point: FaultPoint) => void } {
  const [point, count] = (setting ?? '').split(':');
  let left = Number(count);
  if (!point || !Number.isInteger(left) || left < 1) return {};
  return {
    fault: (reached) => {
      if (reached !== point) return;
      left -= 1;
      if (left === 0) process.kill(process.pid, 'SIGKILL');
    },
  };
}
