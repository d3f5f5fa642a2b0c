/** What `tocsin assess --template` prints: every fact that can be assessed, commented, to be filled in. */
import {
  AlterationSchema,
  AttachmentSchema,
  BodySchema,
  CauseSchema,
  ConsequenceSchema,
  DataTypeSchema,
  DiscoverySchema,
  ExfiltratedSchema,
  FACTS_EDITION,
  ImpactSchema,
  IncidentNatureSchema,
  IntactSchema,
  LossSchema,
  PartyRoleSchema,
  ReporterFunctionSchema,
  SafeguardSchema,
  SeveritySchema,
  SPECIAL_DATA,
  SubjectsSchema,
} from '../../../domain/incident/facts/codes';

const WIDTH = 100;

/** The codes that a field takes, as comment lines under it. */
function codes(indent: string, { options }: { options: readonly string[] }): string {
  const lines: string[] = [];
  let line = '';
  for (const word of options.map((option, i) => (i < options.length - 1 ? `${option},` : option))) {
    if (line && indent.length + line.length + word.length + 5 > WIDTH) {
      lines.push(line);
      line = '';
    }
    line = line ? `${line} ${word}` : word;
  }
  return [...lines, line].map((each) => `${indent}#   ${each}`).join('\n');
}

/** YAML in which everything beside `personalData` is a comment. A line that begins with "#:" becomes a fact without it. */
export const ASSESSMENT_TEMPLATE = `# The facts of an incident, as a file for -f FILE. They replace the earlier assessment entirely.
# To state a fact, remove the "#:" before it. Leave out what is not yet known: clocks run all the same.
# The codes are those of ${FACTS_EDITION}. For editors there is --schema.

# Whether personal data is affected: yes, possible, no, unknown (in quotes: YAML may read yes and no as something else)
personalData: "unknown"

# The customers' workspaces whose data is affected: ids of the directory, or all
#:workspaces: [ws-1, ws-2]

# When the breach happened: a time with a zone, a date, a range like A..B, or "about …"
#:periodFrom: 2026-04-01T00:50:00Z
#:periodTo: 2026-04-01T03:20:00Z

#:howItOccurred: A deploy key was printed to a build log that anyone could read.

# How it was discovered, and when somebody outside told you. by:
${codes('', DiscoverySchema)}
#:discovered:
#:  by: controller
#:  how: An alert on logins from abroad
#:  toldAt: 2026-04-01T02:00:00Z

# What kind of incident it was; kinds:
${codes('', IncidentNatureSchema)}
# cause:
${codes('', CauseSchema)}
#:nature:
#:  kinds: [unauthorised-access]
#:  cause: external-malicious
#:  systems: The customer database, in Dublin

# One entry for each set of data. role: controller, joint-controller, processor
# Counts: 400 (about), { exact: 400 }, { from: 300, to: 500 }, { atLeast: 300 }, cannot-be-determined
# residence: people by country or part of one (GR, CA-QC, DE-BY), "unknown" for the rest, null for a number not known
# risk: unlikely, risk, high, unknown · significantHarm (PIPEDA): yes, no, unknown
# dataTypes; special categories among them are ${SPECIAL_DATA.length}, from biometric to employment-health:
${codes('', DataTypeSchema)}
# subjects:
${codes('', SubjectsSchema)}
# exfiltrated:
${codes('', ExfiltratedSchema)}
# protection.intact:
${codes('', IntactSchema)}
# alteration:
${codes('', AlterationSchema)}
# loss:
${codes('', LossSchema)}
#:dataSets:
#:  - id: account-data
#:    title: Account data
#:    role: controller
#:    handledFor: [IE]
#:    categories: [names, email addresses, password hashes]
#:    dataTypes: [basic, contact-details, credentials]
#:    subjects: [customers, users]
#:    subjectsDescription: Administrators of customers
#:    records: 3900
#:    individuals: { exact: 3710 }
#:    residence: { IE: 3000, CA-QC: 500, unknown: 210 }
#:    exfiltrated: likely
#:    protection: { encrypted: "no", keysTaken: "no", intact: "no" }
#:    alteration: no-wrong-use
#:    loss: temporary
#:    risk: high
#:    riskJudgement: { method: EDPB Guidelines 9/2022, reasoning: Passwords may be used elsewhere. }
#:    significantHarm: "yes"
#:    likelyConsequences: Names and email addresses may be used for phishing.

# How the risk was judged as a whole: the factors, and why they weigh as they do
#:riskJudgement:
#:  method: EDPB Guidelines 9/2022
#:  reasoning: Many people, easily identified, and hashes that can be guessed.

# What happened, for people and customers: plain words, no names of systems or addresses, no jargon
#:plainSummary: Somebody got hold of a key of ours and used it to read parts of our database.

# What each customer is told about its own data: by data set and workspace
#:perWorkspace:
#:  customer-records:
#:    ws-aurora: { individuals: 5400, records: 17600 }

# For all data sets; a notice about some of them only says what is stated for those
#:likelyConsequences: Names and email addresses may be used for phishing.
# kinds:
${codes('', ConsequenceSchema)}
# impacts:
${codes('', ImpactSchema)}
# severity:
${codes('', SeveritySchema)}
#:consequences:
#:  kinds: [used-unlawfully]
#:  impacts: [identity-theft, fraud]
#:  impactDescription: Accounts elsewhere with the same password
#:  severity: moderate

#:individualSteps:
#:  - Choose a new password here, and wherever you used the same one.

# Measures that were in place before, and those to prevent a repeat; kinds:
${codes('', SafeguardSchema)}
#:measuresBefore: { kinds: [encryption, training], description: Disks encrypted }
#:prevention: { kinds: [logical-access-control], description: Short-lived credentials }

# Who reports. function:
${codes('', ReporterFunctionSchema)}
#:reporter: { name: Ada Example, contact: +353 1 555 0100, function: other, functionDescription: General counsel }

# Other parties and when they told you, by an id of your own. role:
${codes('', PartyRoleSchema)}
#:parties:
#:  host: { role: processor, name: Host Ltd, contact: security@host.example, toldUsAt: 2026-04-01T01:30:00Z }

# Whether it was reported to the police (yes, no, unknown), and all others who were told. kind:
${codes('', BodySchema)}
#:policeTold: "no"
#:bodiesTold:
#:  csirt: { kind: csirt, name: National CSIRT, caseId: C-1, toldAt: 2026-04-01T09:00:00Z }

# Documents of the report, by their hash (sha256sum FILE). kind:
${codes('', AttachmentSchema)}
#:attachments:
#:  notice:
#:    kind: notice-to-people
#:    title: Mail of 2 April
#:    sha256: "${'0'.repeat(64)}"

#:whyNotAllTold: Twelve people have no address.

# Answers to the questions that the policy asks, by their id: yes, no, unknown
#:answers: {}
`;
