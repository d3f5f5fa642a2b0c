/** Settings in which no Temporal is configured, whatever the environment of the tests says. */
export const NO_TEMPORAL = { TEMPORAL_ADDRESS: undefined, TEMPORAL_CONFIG_FILE: '/nowhere/temporal.toml' };
