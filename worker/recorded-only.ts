/** Marks what a local recorder took in place of the real provider: nobody shall believe that a source is blocked. */
import type { ContainmentPort } from '../activities/containment';
import type { MeasureInput, MeasureResult } from '../activities/types';

/** Which real providers are missing, by the setting that would configure them. */
export interface RecordedOnly {
  cloudflare: boolean;
  webhook: boolean;
}

/** Passes calls on; where a stand-in answered, the outcome is at most `applied` and the detail says so. */
export function markRecorded(port: ContainmentPort, recorded: RecordedOnly): ContainmentPort {
  const mark = (input: MeasureInput, result: MeasureResult): MeasureResult => {
    const setting = missingSetting(input, recorded);
    if (!setting || result.outcome === 'refused') return result;
    const outcome = result.outcome === 'verified' ? 'applied' : result.outcome;
    return { outcome, detail: `recorded on this machine only (${setting} is not set): ${result.detail}` };
  };
  return {
    apply: async (input) => mark(input, await port.apply(input)),
    undo: async (input) => mark(input, await port.undo(input)),
  };
}

function missingSetting({ measure }: MeasureInput, recorded: RecordedOnly): string | undefined {
  const atCloudflare =
    measure.action === 'block-source' ||
    (measure.action === 'rotate-credential' && measure.credential.provider === 'cloudflare-token');
  if (atCloudflare) return recorded.cloudflare ? 'CLOUDFLARE_API_TOKEN' : undefined;
  const byWebhook =
    measure.action === 'isolate-system' ||
    (measure.action === 'rotate-credential' && measure.credential.provider === 'webhook');
  return byWebhook && recorded.webhook ? 'TOCSIN_WEBHOOK_URL' : undefined;
}
