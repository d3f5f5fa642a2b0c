/** Signs what goes to the local recorder; it opens nothing. */
export const LOCAL_SECRET = `whsec_${Buffer.from('local-recorder-only-0000').toString('base64')}`;
