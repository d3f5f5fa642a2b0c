/** By which rules detections are judged. */
import { settingsGroup, text, variable } from '../platform/settings/variable';

export const rulesSettings = settingsGroup({
  title: 'Detection rules',
  unset: '[`policy/detection.yaml`](../policy/detection.yaml)',
  variables: {
    TOCSIN_DETECTION_RULES: variable('The file of rules that judge detections.', text, {
      unset: '[`policy/detection.yaml`](../policy/detection.yaml)',
    }),
  },
  build: ({ TOCSIN_DETECTION_RULES }) => TOCSIN_DETECTION_RULES,
});
