/** Instants that are slips of the pen send nothing, and nobody moves a detection forward alone. */
import { accounts, assessment, at, COUNSEL, ONCALL, stored } from './helpers/facts';
import { Story } from './helpers/story';

const sent = (story: Story) => story.all('dispatch-started').map((e) => e.data.obligation);
const rang = (story: Story, of: string) =>
  story
    .all('alarm-raised')
    .filter(({ data: { about } }) => about.kind === 'awareness' && (about.of ?? 'awareness') === of)
    .map((e) => e.at);

describe('a mistyped year of the declared detection sends nothing by itself', () => {
  const mistyped = () => new Story({ detectedAt: '2025-04-01T02:00:00.000Z', declaredAt: at(0) });

  test('it alarms at once and at fixed times, and no status page is published', () => {
    const story = mistyped().to(9);
    expect(sent(story)).toEqual([]);
    expect(story.state.detectionDoubt).toMatchObject({ answerBy: at(4) });
    expect(rang(story, 'detection').slice(0, 3)).toEqual([at(0), at(2), at(4)]);
    expect(story.folded()).toEqual(story.state);
  });

  test('confirmed, it goes out; corrected by two people, the clocks follow and the doubt is gone', () => {
    const stands = mistyped().to(1);
    stands.send('confirm', { by: COUNSEL, change: 'detection', at: '2025-04-01T02:00:00.000Z' });
    expect(sent(stands)).toContain('status-page-update');
    const corrected = mistyped().to(1);
    corrected.send('correct', { detectedAt: at(-1), reason: 'the year was mistyped' });
    expect(sent(corrected)).toEqual([]);
    corrected.send('confirm', { by: COUNSEL, change: 'detection' });
    expect(corrected.state.declaration.detectedAt).toBe(at(-1));
    expect(corrected.state.detectionDoubt).toBeUndefined();
  });

  test('it blocks closing, and names the command', () => {
    const story = mistyped().to(1);
    story.send('close');
    expect(story.problems().join()).toContain('detection: 2025-04-01 02:00 UTC is doubtful');
  });

  test('a day before the declaration is late, a minute more is doubtful', () => {
    const day = new Story({ detectedAt: at(-24), declaredAt: at(0) });
    expect(day.state.detectionDoubt).toBeUndefined();
    const more = new Story({ detectedAt: at(-24 - 1 / 60), declaredAt: at(0) });
    expect(more.state.detectionDoubt).toBeDefined();
  });

  test('of an incident that is only recorded nothing is doubtful: nothing of it is sent', () => {
    const story = new Story({ detectedAt: at(-900), declaredAt: at(0), recordedAt: at(1) });
    expect(story.state.detectionDoubt).toBeUndefined();
  });
});

describe('the awareness of a part that puts its margin into the past sends nothing by itself', () => {
  const found = (partsAwareAt: string) => {
    const story = new Story().to(1);
    story.send('assess', { assessment: assessment({ dataSets: [accounts()], workspaces: [] }), awareAt: at(1) });
    story.to(100).send('assess', {
      assessment: assessment({ dataSets: [accounts(), stored()], workspaces: ['ws-1'] }),
      partsAwareAt,
    });
    return story;
  };
  const CONTROLLERS = 'gdpr-art33-2-controllers';

  test('silence sends twelve hours after it: stated thirteen hours back it alarms and waits for a person', () => {
    const story = found(at(87)).to(130);
    expect(sent(story)).not.toContain(CONTROLLERS);
    expect(rang(story, 'parts').slice(0, 2)).toEqual([at(100), at(102)]);
    story.send('confirm', { by: COUNSEL, change: 'parts', at: at(87) });
    expect(story.state.partsDoubt).toBeUndefined();
  });

  test('stated eleven hours back it is taken', () => {
    expect(found(at(89)).state.partsDoubt).toBeUndefined();
  });
});

describe('a detection that moves forward needs a second person', () => {
  const forward = () => {
    const story = new Story({ detectedAt: at(-2), declaredAt: at(0) }).to(1);
    story.send('status', { status: 'contained' });
    story.send('correct', { detectedAt: at(0), reason: 'the clock of the sensor was two hours behind' });
    return story;
  };

  test('asked for by one, nothing changes; whoever asked cannot confirm', () => {
    const story = forward();
    expect(story.obligation('containment')).toMatchObject({ lateByMs: 3_600_000 });
    expect(story.state.declaration.detectedAt).toBe(at(-2));
    story.send('confirm', { by: ONCALL, change: 'detection' });
    expect(story.problems().join()).toContain('somebody else must confirm');
    story.send('close');
    expect(story.problems().join()).toContain('detection: a change to');
  });

  test('agreed by a second, both values of lateness stand, and the miss stays listed', () => {
    const story = forward();
    story.send('confirm', { by: COUNSEL, change: 'detection', at: at(0) });
    expect(story.last('corrected').data).toMatchObject({ detectedAt: at(0), agreedBy: COUNSEL });
    expect(story.obligation('containment')).toMatchObject({ lateByMs: 3_600_000, correctedLateByMs: 0 });
    expect(story.obligation('containment').misses).toHaveLength(1);
    expect(story.folded()).toEqual(story.state);
  });

  test('declined, it stays; backwards one person is enough', () => {
    const story = forward();
    story.send('confirm', { by: COUNSEL, change: 'detection', decline: true });
    expect(story.state.awaitsSecond).toBeUndefined();
    story.send('correct', { detectedAt: at(-3), reason: 'the log shows it an hour earlier' });
    expect(story.state.declaration.detectedAt).toBe(at(-3));
  });
});

describe('a confirmation names what it confirms', () => {
  test('another instant than waits is refused, with what waits; the one that waits is taken', () => {
    const story = new Story().to(1);
    story.send('assess', { assessment: assessment(), awareAt: at(-9000) });
    story.send('confirm', { by: COUNSEL, at: at(-8000) });
    expect(story.problems().join()).toContain('changed meanwhile');
    expect(story.state.awarenessDoubt).toBeDefined();
    story.send('confirm', { by: COUNSEL, at: at(-9000) });
    expect(story.state.awarenessDoubt).toBeUndefined();
  });
});
