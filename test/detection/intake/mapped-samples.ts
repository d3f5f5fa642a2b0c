/**
 * What the vendors of the ready mappings send, in the shape that their documentation shows, cut down; people, accounts and
 * addresses are made up. The pages stand in the mappings.
 */
export interface MappedSample {
  mapping: string;
  body: unknown;
  /** What is read of it, in part. */
  expected: object[];
  /** Kinds that the mapping is not for. */
  unknown?: string[];
}

export const MAPPED: MappedSample[] = [
  {
    mapping: 'alertmanager',
    body: {
      version: '4',
      groupKey: '{}:{alertname="SshBruteForce"}',
      truncatedAlerts: 0,
      status: 'firing',
      receiver: 'tocsin',
      groupLabels: { alertname: 'SshBruteForce' },
      commonLabels: {},
      commonAnnotations: {},
      externalURL: 'https://alerts.example',
      alerts: [
        {
          status: 'firing',
          labels: { alertname: 'SshBruteForce', instance: 'edge-1:9100', job: 'node', severity: 'critical' },
          annotations: { summary: 'Many failed logins on edge-1', description: '500 in 5 minutes' },
          startsAt: '2026-11-28T10:00:00.000Z',
          endsAt: '0001-01-01T00:00:00Z',
          generatorURL: 'https://prometheus.example/graph',
          fingerprint: 'a1b2c3d4e5f60718',
        },
        {
          status: 'resolved',
          labels: { alertname: 'DiskFull', instance: 'db-1:9100', severity: 'warning' },
          annotations: {},
          startsAt: '2026-11-28T09:00:00.000Z',
          endsAt: '2026-11-28T10:00:00.000Z',
          fingerprint: '1122334455667788',
        },
      ],
    },
    expected: [
      {
        type: 'alertmanager.SshBruteForce',
        title: 'Many failed logins on edge-1',
        severity: 'sev2',
        phase: 'start',
        at: '2026-11-28T10:00:00.000Z',
        eventId: 'a1b2c3d4e5f60718 firing 2026-11-28T10:00:00.000Z',
        systems: ['edge-1:9100', 'node'],
      },
      { type: 'alertmanager.DiskFull', title: 'DiskFull', severity: 'sev4', phase: 'end' },
    ],
  },
  {
    mapping: 'sentry',
    body: {
      action: 'triggered',
      actor: { id: 'sentry', name: 'Sentry', type: 'application' },
      data: {
        event: {
          event_id: 'e4874d664c3540c1a32eab185f12c5ab',
          datetime: '2026-11-28T10:00:00.000000Z',
          environment: 'production',
          issue_id: '1170820242',
          level: 'error',
          release: 'web@1.2.3',
          title: 'ReferenceError: blorp is not defined',
          web_url: 'https://sentry.io/organizations/test-org/issues/1170820242/events/e4874d/',
        },
        triggered_rule: 'Very Important Alert Rule!',
      },
      installation: { uuid: 'a8e5d37a-696c-4c54-adb5-b3f28d64c7de' },
    },
    expected: [
      {
        type: 'sentry.triggered',
        title: 'ReferenceError: blorp is not defined',
        severity: 'sev3',
        correlationId: '1170820242',
        systems: ['production'],
        facts: { rule: 'Very Important Alert Rule!' },
      },
    ],
  },
  {
    mapping: 'sentry',
    body: {
      action: 'critical',
      data: {
        description_text: '1000 events in the last 10 minutes',
        description_title: 'Critical: Too many errors',
        metric_alert: {
          id: '4',
          title: 'Too many errors',
          date_detected: '2026-11-28T10:00:00Z',
          projects: ['backend'],
          alert_rule: { name: 'Too many errors' },
        },
        web_url: 'https://sentry.io/organizations/test-org/alerts/rules/details/7/',
      },
    },
    expected: [{ type: 'sentry.critical', title: 'Too many errors', severity: 'sev2', systems: ['backend'] }],
  },
  {
    mapping: 'okta',
    body: {
      eventType: 'com.okta.event_hook',
      eventTypeVersion: '1.0',
      cloudEventsVersion: '0.1',
      source: 'https://company.okta.example/api/v1/eventHooks/who123',
      eventId: 'b5a188b9-5ece-4636-b041-482ffda96311',
      data: {
        events: [
          {
            uuid: '1',
            published: '2026-11-28T10:00:00.000Z',
            eventType: 'user.session.start',
            version: '0',
            displayMessage: 'User login to Okta',
            severity: 'WARN',
            client: { ipAddress: '203.0.113.9', geographicalContext: { country: 'Germany' } },
            actor: { id: '00uttidj', type: 'User', alternateId: 'dana@customer.example', displayName: 'Dana Weiss' },
            outcome: { result: 'FAILURE', reason: 'INVALID_CREDENTIALS' },
            target: [{ id: 'x', type: 'AppInstance' }],
            debugContext: { debugData: { risk: '{level=HIGH}' } },
            authenticationContext: { externalSessionId: 'unknown' },
          },
        ],
      },
      eventTime: '2026-11-28T10:00:01.000Z',
      contentType: 'application/json',
    },
    expected: [
      {
        eventId: '1',
        type: 'okta.user.session.start',
        title: 'User login to Okta: FAILURE',
        severity: 'sev4',
        indicators: [],
        facts: { reason: 'INVALID_CREDENTIALS', risk: '{level=HIGH}', country: 'Germany' },
      },
    ],
  },
  {
    mapping: 'entra-id',
    body: {
      '@odata.type': '#microsoft.graph.security.alert',
      id: 'da637551227677560813_-961444813',
      status: 'new',
      severity: 'medium',
      category: 'CredentialAccess',
      serviceSource: 'azureAdIdentityProtection',
      detectionSource: 'azureAdIdentityProtection',
      productName: 'Entra ID Protection',
      title: 'Unfamiliar sign-in properties',
      incidentId: '28282',
      createdDateTime: '2026-11-28T10:01:00Z',
      firstActivityDateTime: '2026-11-28T10:00:00Z',
      lastUpdateDateTime: '2026-11-28T10:02:00Z',
      alertWebUrl: 'https://security.microsoft.example/alerts/da637551',
      mitreTechniques: ['T1110'],
      evidence: [],
    },
    expected: [
      {
        type: 'entra.CredentialAccess',
        title: 'Unfamiliar sign-in properties',
        severity: 'sev3',
        phase: 'start',
        at: '2026-11-28T10:00:00.000Z',
        correlationId: '28282',
        facts: { techniques: 'T1110' },
      },
    ],
  },
  {
    mapping: 'keycloak',
    body: {
      uid: '5a0f5e86-2a5d-4a4c-8b3a-0d5c1f1f2a11',
      time: 1_795_860_000_000,
      realmId: 'customers',
      type: 'access.LOGIN_ERROR',
      clientId: 'web',
      ipAddress: '203.0.113.9',
      error: 'invalid_user_credentials',
      details: { auth_method: 'openid-connect', error: 'invalid_user_credentials', username: 'dana' },
    },
    expected: [
      {
        type: 'keycloak.access.LOGIN_ERROR',
        title: 'access.LOGIN_ERROR in the realm customers: invalid_user_credentials',
        at: new Date(1_795_860_000_000).toISOString(),
        systems: ['web'],
        severity: 'sev4',
      },
    ],
  },
  {
    mapping: 'auth0',
    body: [
      {
        log_id: '90020261128100000000000000000000000001223372036854775807',
        data: {
          date: '2026-11-28T10:00:00.000Z',
          type: 'pwd_leak',
          description: 'Someone behind the IP address 203.0.113.9 attempted to login with a leaked password',
          client_id: 'AaiyAPdpYdesoKnqjj8HJqRn4T5titww',
          client_name: 'Web',
          ip: '203.0.113.9',
          user_name: 'dana@customer.example',
          log_id: '90020261128100000000000000000000000001223372036854775807',
        },
      },
      { log_id: '2', data: { date: '2026-11-28T10:00:01.000Z', type: 's', log_id: '2' } },
    ],
    expected: [
      { type: 'auth0.pwd_leak', title: 'Auth0 event pwd_leak', severity: 'sev3', systems: ['Web'] },
      // Of several texts the first that can be filled in.
      { type: 'auth0.s', title: 'Auth0 event s', severity: 'sev4', eventId: '2' },
    ],
  },
  {
    mapping: 'aws-eventbridge',
    body: {
      version: '0',
      id: 'cd2d702e-ab31-411b-9344-793ce56b1bc7',
      'detail-type': 'GuardDuty Finding',
      source: 'aws.guardduty',
      account: '111122223333',
      time: '2026-11-28T10:05:00Z',
      region: 'eu-central-1',
      resources: [],
      detail: {
        schemaVersion: '2.0',
        accountId: '111122223333',
        region: 'eu-central-1',
        id: '16afba5c5c43e07c9e3e5e2e544e95df',
        type: 'UnauthorizedAccess:EC2/SSHBruteForce',
        severity: 8,
        title: '203.0.113.9 is performing SSH brute force attacks against i-99999999.',
        updatedAt: '2026-11-28T10:04:00.000Z',
        resource: { resourceType: 'Instance', instanceDetails: { instanceId: 'i-99999999' } },
        service: {
          eventFirstSeen: '2026-11-28T10:00:00Z',
          count: 3,
          action: {
            actionType: 'NETWORK_CONNECTION',
            networkConnectionAction: { remoteIpDetails: { ipAddressV4: '203.0.113.9' } },
          },
        },
      },
    },
    expected: [
      {
        type: 'guardduty.UnauthorizedAccess-EC2-SSHBruteForce',
        severity: 'sev2',
        systems: ['i-99999999', '111122223333'],
        indicators: ['203.0.113.9'],
        at: '2026-11-28T10:00:00.000Z',
        facts: { count: 3, region: 'eu-central-1' },
      },
    ],
  },
  {
    mapping: 'aws-eventbridge',
    body: {
      version: '0',
      id: '36eb8523-97d0-4518-b33d-ee3579ff19f0',
      'detail-type': 'AWS API Call via CloudTrail',
      source: 'aws.cloudtrail',
      account: '111122223333',
      time: '2026-11-28T10:00:10Z',
      region: 'eu-central-1',
      detail: {
        eventVersion: '1.08',
        userIdentity: { type: 'Root', arn: 'arn:aws:iam::111122223333:root' },
        eventTime: '2026-11-28T10:00:00Z',
        eventSource: 'cloudtrail.amazonaws.com',
        eventName: 'StopLogging',
        sourceIPAddress: '203.0.113.9',
        eventID: '7e4f1b1b-59ff-4f72-b8a0-7b1a4a4a0f4c',
      },
    },
    expected: [
      {
        eventId: '7e4f1b1b-59ff-4f72-b8a0-7b1a4a4a0f4c',
        type: 'cloudtrail.StopLogging',
        title: 'StopLogging at cloudtrail.amazonaws.com',
        severity: undefined,
        indicators: [],
        facts: { identity: 'Root' },
      },
    ],
  },
  {
    mapping: 'aws-eventbridge',
    body: { version: '0', id: '1', 'detail-type': 'EC2 Instance State-change Notification', detail: {} },
    expected: [],
    unknown: ['EC2 Instance State-change Notification'],
  },
  {
    mapping: 'wazuh',
    body: {
      timestamp: '2026-11-28T10:00:00.000+0000',
      rule: {
        level: 12,
        description: 'sshd: brute force trying to get access to the system.',
        id: '5712',
        mitre: { id: ['T1110'], technique: ['Brute Force'] },
        firedtimes: 1,
        groups: ['syslog', 'sshd', 'authentication_failures'],
      },
      agent: { id: '001', name: 'edge-1', ip: '10.0.0.5' },
      manager: { name: 'wazuh-manager' },
      id: '1795860000.1234',
      decoder: { name: 'sshd' },
      data: { srcip: '203.0.113.9', srcuser: 'dana' },
      location: '/var/log/auth.log',
    },
    expected: [
      {
        eventId: '1795860000.1234',
        type: 'wazuh.5712',
        title: 'Brute Force on edge-1 (Wazuh rule 5712)',
        severity: 'sev3',
        at: '2026-11-28T10:00:00.000Z',
        systems: ['edge-1'],
        indicators: [],
        facts: { groups: ['syslog', 'sshd', 'authentication_failures'], level: 12 },
      },
    ],
  },
];
