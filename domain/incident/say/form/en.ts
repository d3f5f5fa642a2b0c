import { RISK_FACTORS } from '../../facts/risk-judgement';
import type { FormWords } from './words';

/** English says a code as it is, with spaces; here are those that read otherwise. */
export const FORM_EN: FormWords = {
  colon: ':',
  asks: {
    sector: 'Sector',
    size: 'Size',
    'discovered-by': 'Discovered by',
    kind: 'Kind',
    cause: 'Cause',
    exfiltrated: 'Exfiltrated or disclosed',
    unintelligible: 'Unintelligible',
    altered: 'Altered',
    lost: 'Lost',
    'data-types': 'Types of data',
    special: 'Special categories',
    measures: 'Measures',
    impact: 'Impact',
    severity: 'Severity',
    police: 'Reported to the police',
  },
  answers: {
    kind: { 'e-waste': 'e-waste', 'wrong-persons-data-shown': 'data of the wrong person shown' },
    cause: {
      'internal-non-malicious': 'internal, not malicious',
      'internal-malicious': 'internal, malicious',
      'external-non-malicious': 'external, not malicious',
      'external-malicious': 'external, malicious',
    },
    risk: {
      unlikely: 'a risk is unlikely',
      risk: 'a risk is likely, but not a high one',
      high: 'a high risk is likely',
      unknown: 'the risk is not yet assessed',
    },
    'significant-harm': {
      yes: 'real risk of significant harm: yes',
      no: 'real risk of significant harm: no',
      unknown: 'real risk of significant harm: not yet assessed',
    },
  },
  factors: { method: 'Method', reasoning: 'Reasoning', ...RISK_FACTORS },
  caseNumber: (id) => `case ${id}`,
  noOfficer: 'No data protection officer is designated',
};
