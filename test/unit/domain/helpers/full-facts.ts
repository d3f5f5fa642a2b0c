import { type AssessmentInput, accounts, assessment, at } from './facts';

/** An assessment in which every fact that the forms ask is stated. */
export const FULL: AssessmentInput = assessment({
  dataSets: [
    accounts({
      role: 'joint-controller',
      handledFor: ['ie'],
      dataTypes: ['contact-details', 'health', 'health', 'other'],
      subjects: ['customers', 'minors', 'vulnerable'],
      subjectsDescription: 'Pupils of 12 to 18 years',
      individuals: { exact: 400 },
      exfiltrated: 'likely',
      protection: { encrypted: 'yes', keysTaken: 'no', intact: 'may-be-subverted' },
      alteration: 'no-wrong-use',
      loss: 'temporary',
      riskJudgement: { method: 'EDPB Guidelines 9/2022', reasoning: 'Health data of minors' },
    }),
  ],
  discovered: { by: 'processor', how: 'The host saw logins from abroad', toldAt: at(-1) },
  nature: {
    kinds: ['unauthorised-access', 'exfiltration'],
    cause: 'external-malicious',
    systems: 'Database in Dublin',
  },
  measuresBefore: { kinds: ['encryption', 'training'], description: 'Disks encrypted since 2021' },
  consequences: { kinds: ['used-unlawfully'], impacts: ['identity-theft', 'fraud'], severity: 'severe' },
  riskJudgement: { method: 'EDPB Guidelines 9/2022', reasoning: 'Sensitive, many, easily identified' },
  prevention: { kinds: ['logical-access-control'] },
  reporter: { name: 'Ada Example', contact: '+353 1 555 0100', function: 'dpo' },
  parties: { host: { role: 'processor', name: 'Host Ltd', contact: 'security@host.example', toldUsAt: at(-1) } },
  policeTold: 'yes',
  bodiesTold: { garda: { kind: 'police', name: 'Garda', caseId: 'PULSE 1', toldAt: at(2) } },
  attachments: { notice: { kind: 'notice-to-people', title: 'Mail of 2 April', sha256: 'a'.repeat(64) } },
  whyNotAllTold: 'Twelve have no address',
});
