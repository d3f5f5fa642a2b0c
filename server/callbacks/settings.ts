/** Acknowledging where the page arrives: what paging services that call back are known by. */
import { list, settingsGroup, variable } from '../../platform/settings/variable';
import { loadRota } from '../../policy/load-rota';
import { TOCSIN_ROTA } from '../../policy/rota-file';

const LEAST_SECRET = 16;

const secrets = list.refine(
  (all) => all.every((secret) => secret.length >= LEAST_SECRET),
  `each must have ${LEAST_SECRET} characters or more, as the service gave it`,
);

export const callbackSettings = settingsGroup({
  title: 'Acknowledging in a paging service',
  unset: 'only in Tocsin',
  variables: {
    TOCSIN_PAGERDUTY_WEBHOOK_SECRETS: variable(
      'The signing secrets of your PagerDuty webhook subscriptions (v3), separated by commas: while one is replaced, the old one and the new.',
      secrets,
      { default: '', unset: 'acknowledging in PagerDuty does not acknowledge in Tocsin', secret: true },
    ),
    TOCSIN_SLACK_SIGNING_SECRETS: variable(
      'The signing secret of your Slack app, whose buttons call back; several are separated by commas.',
      secrets,
      { default: '', unset: 'buttons in Slack acknowledge nothing', secret: true },
    ),
    TOCSIN_ROTA,
  },
  build(values, { problem }): CallbackSettings {
    const {
      TOCSIN_PAGERDUTY_WEBHOOK_SECRETS: pagerduty,
      TOCSIN_SLACK_SIGNING_SECRETS: slack,
      TOCSIN_ROTA: rota,
    } = values;
    const rotaFile = rota ?? '';
    if (!rotaFile && pagerduty.length + slack.length === 0) return {};
    try {
      if (!rotaFile) throw new Error('is needed where paging services call back: it says who their users are');
      loadRota(rotaFile);
    } catch (error) {
      problem(`TOCSIN_ROTA: ${(error as Error).message}`);
    }
    return { rotaFile, ...(pagerduty.length > 0 && { pagerduty }), ...(slack.length > 0 && { slack }) };
  },
});

/** What `build` makes. */
export interface CallbackSettings {
  /** Also where no service calls back: the board shows who is on call. */
  rotaFile?: string;
  /** Signing secrets of a service; without them it calls nothing back. */
  pagerduty?: readonly string[];
  slack?: readonly string[];
}
