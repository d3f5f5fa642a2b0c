/**
 * By which channels a notice is made public. A press release or a company's blog alone is no effective means of telling people
 * (EDPB Guidelines 9/2022, section III.B); of the others a person judges which can reasonably be expected to reach them
 * (SOR/2018-64 s. 5(2)).
 */

/** By code, in words. */
export const PUBLIC_CHANNELS = {
  website: 'a prominent notice on the website',
  newspaper: 'a newspaper',
  broadcast: 'radio or television',
  'social-media': 'social media',
  poster: 'posters or notice boards',
  'press-release': 'a press release',
  blog: 'a blog',
} as const;
export type PublicChannel = keyof typeof PUBLIC_CHANNELS;

export const PUBLIC_CHANNEL_CODES = Object.keys(PUBLIC_CHANNELS) as [PublicChannel, ...PublicChannel[]];

export function isPublicChannel(channel: string): channel is PublicChannel {
  return channel in PUBLIC_CHANNELS;
}

/** False for those that are no effective means where nothing else stands beside them. */
export function reachesPeople(channel: PublicChannel): boolean {
  return channel !== 'press-release' && channel !== 'blog';
}
