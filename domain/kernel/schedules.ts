/** The schedules that a worker keeps. Each of their runs has the schedule's name and its instant as workflow id. */
export const SCHEDULES = { audit: 'audit-watch', dependencies: 'dependency-check' } as const;
