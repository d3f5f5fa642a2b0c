/** How the problem of an event begins that was taken without some of its values. */
export const LEFT_OUT = 'left out: ';
